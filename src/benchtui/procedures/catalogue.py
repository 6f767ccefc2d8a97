"""The calibration items that this version knows, by id."""

from __future__ import annotations

from benchtui.errors import BadInput
from benchtui.i18n import N_, text
from benchtui.procedures.base import Procedure
from benchtui.procedures.semiconductor.dc_voltage_output import DcVoltageOutput

PROCEDURES: dict[str, Procedure] = {procedure.id: procedure for procedure in (DcVoltageOutput(),)}


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
