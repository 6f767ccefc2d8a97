"""DC voltage measurement, ±(100 V … 3 kV): the UUT forces a calibrated current through a high-voltage resistor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import ClassVar, cast

import msgspec

from benchtui.calc import Input, propagate
from benchtui.calc.equations.jjf2009_voltage import (
    dc_voltage_measurement_hv_error,
    forced_current,
    voltage_over_resistor,
)
from benchtui.errors import OutOfRange, StandardRefused
from benchtui.i18n import N_, Text, text
from benchtui.procedures.base import (
    Candidate,
    Candidates,
    Earlier,
    Observation,
    Operator,
    Point,
    Procedure,
    Result,
    Room,
    Setup,
)
from benchtui.procedures.semiconductor import SPECIFICATION
from benchtui.procedures.semiconductor.calibrated_currents import (
    OUTPUTS,
    Calibrated,
    calibrations,
    current_inputs,
)
from benchtui.procedures.semiconductor.evaluation import certified, certified_value, result, stated
from benchtui.procedures.semiconductor.indications import foreseen, free, indicated
from benchtui.procedures.semiconductor.plans import planned
from benchtui.procedures.semiconductor.resistors import (
    certified_cell,
    check_certified,
    check_connected,
    check_rating,
    only_value,
    rounded,
    smallest,
)
from benchtui.procedures.semiconductor.sources import CurrentForcingUnit, voltage_limit
from benchtui.procedures.semiconductor.tables import CERTIFICATE_B9, RECORD_A9
from benchtui.procedures.settling import settle
from benchtui.profiles import CertifiedValue, JobItem, Standard, Uut
from benchtui.quantity import Reading, engineering, plain
from benchtui.roles import Instrument
from benchtui.wiring import Connection, Terminal, Wiring

SCOPE = (Decimal(100), Decimal(3000))
SPANS = (Decimal(100), Decimal(3000))
"""Full scales of the ranges that belong here: above 100 V; the others are compared with a voltmeter (6.6.1)."""

LEAKAGE = 1e-13
"""Siemens that the insulation of leads and fixture may have beside the resistor: 10 TΩ."""
CABLE_FARADS = 5e-10
"""Capacitance of the high-voltage cable, charged through the resistor."""
REST = 9.2
"""Time constants after which a charge has come to 1e-4 of its end."""

FIRST_WAIT = 2.0
"""Seconds between setting the current and the first reading that is looked at for rest, at least."""


class DcVoltageMeasurementHv(Procedure):
    """DC voltage measurement, ±(100 V … 3 kV). JJF 2009—2022, 6.6.2, equation (11), figure 9, tables A.9 and B.9."""

    id = "dc-voltage-measurement-hv"
    title = Text(N_("DC voltage measurement, above 100 V"))
    clause = "6.6.2"
    specification = SPECIFICATION
    roles: ClassVar[Mapping[str, type]] = {"uut": CurrentForcingUnit, "resistor": Instrument}
    rows: ClassVar[Mapping[str, str]] = {"resistor": "hv-resistor"}
    record_table = RECORD_A9
    certificate_table = CERTIFICATE_B9
    needs = OUTPUTS
    version = "1"

    def plan(self, uut: Uut, item: JobItem) -> list[Point]:
        """Return low, middle and high of each range (10 %, 50 %, 90 %) above 100 V, both polarities."""
        points = planned(
            uut, item, "voltage_measurement", "V", SCOPE, lambda span: span.voltage_limit, spans=SPANS
        )
        return [msgspec.structs.replace(point, limit=plain(voltage_limit(uut, point))) for point in points]

    def choose(self, point: Point, candidates: Candidates, uut: Uut, earlier: Earlier) -> Setup:  # noqa: ARG002 - the hook's
        """Choose resistor and current range with the smallest u_c, among those whose current was calibrated.

        Raises
        ------
        StandardRefused
            No resistor bears the point, or the current that it needs was not calibrated in this job.
        """
        tries: list[tuple[Candidate, Calibrated]] = []
        refusals = []
        for resistor in candidates["resistor"]:
            try:
                value = only_value(resistor.standard, "resistor")
                current = Decimal(point.setpoint) / value.nominal
                check_certified(resistor.standard, value, "resistor")
                check_rating(
                    resistor.standard, value, "resistor", volts=Decimal(point.setpoint), amperes=current
                )
            except StandardRefused as refused:
                refusals.append(refused)
                continue
            known = calibrations(earlier, point.module, current)
            tries += [(resistor, calibrated) for calibrated in known]
            if not known:
                refusals.append(_not_calibrated(point, current))
        if not tries:
            # That a current is missing is what can be helped.
            raise next((r for r in refusals if r.where == point.key), refusals[0])
        return smallest(tries, lambda one: self._setup(point, *one))

    def _setup(self, point: Point, resistor: Candidate, calibrated: Calibrated) -> tuple[float, Setup]:
        value = only_value(resistor.standard, "resistor")
        measured = foreseen(float(Decimal(point.setpoint)), "V", point.readings)
        inputs = self.inputs(point, measured, calibrated, resistor.standard, value, Room())
        u = float(propagate(dc_voltage_measurement_hv_error, inputs).u)
        if calibrated.exact:
            words = N_("{name}: {current} (calibrated) in the {range} range; u_c will be {u} %.")
        else:
            words = N_(
                "{name}: {current} (between calibrated currents) in the {range} range; u_c will be {u} %."
            )
        return u, Setup(
            point=point,
            standards={"resistor": resistor},
            settings={
                "uut": {"current": plain(calibrated.current), "span": plain(calibrated.span)},
                "resistor": {"nominal": plain(value.nominal)},
            },
            reason=text(
                words,
                name=resistor.standard.name,
                current=engineering(abs(calibrated.current), "A"),
                range=calibrated.range,
                u=f"{100 * u:.2g}",
            ),
        )

    def wiring(self, setup: Setup) -> Wiring:
        """Return figure 9: the high-voltage resistor between force and common."""
        point = setup.point
        resistor = setup.standards["resistor"].name if "resistor" in setup.standards else ""
        return Wiring(
            key=f"9/{point.module}/{resistor}",
            figure="9",
            connections=(
                Connection(Terminal("uut", "force", point.module, "Force"), Terminal("resistor", "a")),
                Connection(Terminal("resistor", "b"), Terminal("uut", "common", label="Common")),
            ),
            notes=(
                text(
                    N_(
                        "High voltage: use the high-voltage cable, keep the resistor clean and dry, keep away."
                    )
                ),
                text(N_("Nothing else may be connected: its current would count as that of the resistor.")),
            ),
            volts=float(point.limit),
            amperes=abs(float(setup.settings.get("uut", {}).get("current", "0"))),
            interlock=True,
        )

    def observe(self, setup: Setup, bench: Mapping[str, object], operator: Operator) -> None:
        """Force the current, wait until cable and resistor are at rest, take the UUT's readings of its voltage."""
        point = setup.point
        unit = cast(CurrentForcingUnit, bench["uut"])
        amperes = Decimal(setup.settings["uut"]["current"])
        nominal = Decimal(setup.settings["resistor"]["nominal"])
        unit.source_current(
            point.module,
            amperes,
            span=Decimal(setup.settings["uut"]["span"]),
            voltage_limit=Decimal(point.limit),
        )
        operator.wait(
            max(FIRST_WAIT, REST * float(nominal) * CABLE_FARADS),
            text(N_("until the cable is charged through {resistor}"), resistor=engineering(nominal, "Ω")),
        )

        def measure() -> Reading:
            return unit.measure_voltage(point.module, span=Decimal(point.span))

        if unit.compliance(point.module):
            raise OutOfRange(
                text(
                    N_("{module} limits its voltage: the current is not the one that was set."),
                    module=point.module,
                ),
                where=point.key,
                hint=text(N_("Look for an open lead, or a resistor that is larger than the one drawn.")),
            )
        seen = free(operator.take("uut", measure, "settling"), point.key)
        check_connected(setup.standard("resistor"), nominal, seen.value / float(amperes), point.key)
        settle("uut", measure, operator, lambda reading: free(reading, point.key), point.key)
        for _ in range(point.readings):
            free(operator.take("uut", measure, "reading"), point.key)
        unit.zero(point.module)

    def evaluate(self, observation: Observation, standards: Mapping[str, Standard], uut: Uut) -> Result:  # noqa: ARG002 - the hook's
        """Compute the relative error of equation (11) and its budget.

        Raises
        ------
        StandardRefused
            The record holds no calibration of the current that was forced.
        """
        point, resistor = observation.point, standards["resistor"]
        used = observation.settings["uut"]
        value = certified_value(resistor, observation.settings["resistor"]["nominal"], "resistor")
        current = Decimal(used["current"])
        known = calibrations(observation.earlier, point.module, current)
        calibrated = next((one for one in known if one.span == Decimal(used["span"])), None)
        if calibrated is None:
            raise _not_calibrated(point, current)
        inputs = self.inputs(
            point, observation.readings["uut"], calibrated, resistor, value, observation.room
        )
        forced = propagate(forced_current, inputs[2:11])
        return result(
            self,
            point,
            propagate(dc_voltage_measurement_hv_error, inputs),
            propagate(voltage_over_resistor, inputs[2:]),
            indicated=float(inputs[0].value),
            cells={
                "current": stated(float(forced.y), float(forced.U), "A"),
                "resistance": certified_cell(value),
            },
            parts={"current": (float(forced.y), "A"), "resistance": (float(value.value), "Ω")},
        )

    @staticmethod
    def inputs(
        point: Point,
        measured: Sequence[Reading],
        calibrated: Calibrated,
        resistor: Standard,
        value: CertifiedValue,
        room: Room,
    ) -> list[Input]:
        """Return the inputs of the measurement equation, in the order of its parameters."""
        return [
            *indicated("V_x", measured, "V"),
            *current_inputs(calibrated),
            *certified("R", resistor, value, room, float(Decimal(point.setpoint))),
            # An insulation conducts or it does not: from nothing to the limit.
            Input.rectangular(
                "G_leak", LEAKAGE / 2, LEAKAGE / 2, unit="S", source="insulation of leads and fixture"
            ),
        ]

    def check_standard(self, role: str, standard: Standard, point: Point) -> None:
        """Refuse a resistor that JJF 2009—2022, 5.2.8 does not allow, or that does not bear *point*."""
        value = only_value(standard, role)
        check_certified(standard, value, role)
        volts = Decimal(point.setpoint)
        check_rating(standard, value, role, volts=volts, amperes=volts / value.nominal)


def _not_calibrated(point: Point, current: Decimal) -> StandardRefused:
    return StandardRefused(
        text(
            N_("The current output of {module} was not calibrated in this job around {current}."),
            module=point.module,
            current=engineering(rounded(float(current)), "A", sign=True),
        ),
        where=point.key,
        hint=text(
            N_(
                "The forced current is the standard here: measure {items} of {module} first, in a range with points "
                "below and above this current."
            ),
            items=", ".join(OUTPUTS),
            module=point.module,
        ),
    )
