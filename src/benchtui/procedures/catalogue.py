"""The calibration items that this version knows, by id."""

from __future__ import annotations

from benchtui.errors import BadInput
from benchtui.i18n import N_, text
from benchtui.procedures.base import Procedure
from benchtui.procedures.semiconductor.appearance import Appearance
from benchtui.procedures.semiconductor.capacitance import Capacitance
from benchtui.procedures.semiconductor.dc_current_measurement_high import DcCurrentMeasurementHigh
from benchtui.procedures.semiconductor.dc_current_measurement_low import DcCurrentMeasurementLow
from benchtui.procedures.semiconductor.dc_current_output_high import DcCurrentOutputHigh
from benchtui.procedures.semiconductor.dc_current_output_low import DcCurrentOutputLow
from benchtui.procedures.semiconductor.dc_voltage_measurement import DcVoltageMeasurement
from benchtui.procedures.semiconductor.dc_voltage_measurement_hv import DcVoltageMeasurementHv
from benchtui.procedures.semiconductor.dc_voltage_output import DcVoltageOutput
from benchtui.procedures.semiconductor.dc_voltage_output_hv import DcVoltageOutputHv
from benchtui.procedures.semiconductor.frequency import Frequency
from benchtui.procedures.semiconductor.pulsed_current import PulsedCurrent

PROCEDURES: dict[str, Procedure] = {
    procedure.id: procedure
    for procedure in (
        Appearance(),
        DcCurrentOutputLow(),
        DcCurrentOutputHigh(),
        DcCurrentMeasurementLow(),
        DcCurrentMeasurementHigh(),
        DcVoltageOutput(),
        DcVoltageOutputHv(),
        DcVoltageMeasurement(),
        DcVoltageMeasurementHv(),
        PulsedCurrent(),
        Frequency(),
        Capacitance(),
    )
}


def procedure(item: str) -> Procedure:
    """Return the procedure of calibration item *item*.

    Raises
    ------
    BadInput
        No such item; the hint lists those that exist.
    """
    try:
        return PROCEDURES[item]
    except KeyError:
        raise BadInput(
            text(N_("There is no calibration item {item}."), item=item),
            where="items",
            hint=text(N_("Known items: {known}."), known=", ".join(PROCEDURES)),
        ) from None
