"""DC current measurement, ±(10 µA … 10 A): the UUT forces a voltage over a resistor and measures the current."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import ClassVar, cast

import msgspec

from benchtui.calc import Input, propagate
from benchtui.calc.equations.jjf2009_high_current import dc_current_measurement_high_error, resistor_current
from benchtui.calc.equations.jjf2009_voltage import compared_voltage
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
from benchtui.procedures.semiconductor.evaluation import (
    certified,
    certified_value,
    result,
    sound,
    stated,
)
from benchtui.procedures.semiconductor.indications import UUT, foreseen, free, indicated
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
from benchtui.procedures.semiconductor.sources import HEADROOM, VoltageForcingUnit, voltage_range
from benchtui.procedures.semiconductor.tables import CERTIFICATE_B5, RECORD_A5
from benchtui.procedures.semiconductor.voltmeters import (
    check_voltmeter,
    input_resistance,
    predicted,
    voltage_inputs,
)
from benchtui.procedures.settling import settle
from benchtui.profiles import CertifiedValue, JobItem, Standard, Uut
from benchtui.quantity import Reading, engineering, plain, to_decimal
from benchtui.roles import Instrument, Voltmeter
from benchtui.wiring import Connection, Terminal, Wiring

SCOPE = (Decimal("1e-5"), Decimal(10))
SPANS = (Decimal("1e-5"), Decimal(10))
"""Full scales of the ranges that belong here: above 10 µA; those up to 10 µA need a high-value resistor."""
DROP = (Decimal("0.1"), Decimal(10))
"""Volts over the resistor: less is lost in thermal EMF, for more the voltmeter divides its input and loads."""
LEADS = Decimal("0.5")
"""Ohms that leads and contacts may have: the source's range must hold their voltage as well."""
METER = "voltmeter"
OFF = 2e-3
"""Part of its range by which a source of voltage may be off: JJF 2009—2022, clause 4, ±(0.05 … 0.2) %."""
NEAR, REACHED = 0.005, 0.05
"""Parts by which the voltage may be off: until then it is set anew, and beyond that the point is not measured."""
MOST_STEPS = 8

FIRST_WAIT = 1.0
"""Seconds between setting the voltage and the first reading that is looked at for rest."""


class DcCurrentMeasurementHigh(Procedure):
    """DC current measurement, ±(10 µA … 10 A). JJF 2009—2022, 6.4.2, equations (6), (7), figure 5, tables A.5, B.5."""

    id = "dc-current-measurement-high"
    title = Text(N_("DC current measurement, above 10 µA"))
    clause = "6.4.2"
    specification = SPECIFICATION
    roles: ClassVar[Mapping[str, type]] = {
        "uut": VoltageForcingUnit,
        "voltmeter": Voltmeter,
        "resistor": Instrument,
    }
    rows: ClassVar[Mapping[str, str]] = {"voltmeter": "dc-voltmeter", "resistor": "standard-resistor"}
    record_table = RECORD_A5
    certificate_table = CERTIFICATE_B5
    version = "1"

    def plan(self, uut: Uut, item: JobItem) -> list[Point]:
        """Return low, middle and high of each range (10 %, 50 %, 90 %) above 10 µA, both polarities."""
        points = planned(uut, item, "current_measurement", "A", SCOPE, lambda span: span.reach, spans=SPANS)
        return [msgspec.structs.replace(point, limit=_current_limit(point)) for point in points]

    def choose(self, point: Point, candidates: Candidates, uut: Uut, earlier: Earlier) -> Setup:  # noqa: ARG002 - the hook's
        """Choose resistor and voltmeter with the smallest u_c; within the ratings, and 0.1 V to 10 V if that can be."""
        pairs = [(r, v) for r in candidates["resistor"] for v in candidates["voltmeter"]]

        def in_drop(pair: tuple[Candidate, Candidate]) -> bool:
            return DROP[0] <= self._volts(point, only_value(pair[0].standard, "resistor")) <= DROP[1]

        return smallest(pairs, lambda pair: self._setup(point, *pair, uut), in_drop)

    def _setup(
        self, point: Point, resistor: Candidate, voltmeter: Candidate, uut: Uut
    ) -> tuple[float, Setup]:
        value = only_value(resistor.standard, "resistor")
        amperes, volts = Decimal(point.setpoint), self._volts(point, value)
        check_certified(resistor.standard, value, "resistor")
        check_rating(resistor.standard, value, "resistor", volts=volts, amperes=amperes)
        row = check_voltmeter(voltmeter.standard, volts, "voltmeter")
        span = voltage_range(uut, point.module, HEADROOM * (volts + abs(amperes) * LEADS))
        if span is None:
            raise StandardRefused(
                text(
                    N_("{module} cannot put out the {voltage} that {name} needs."),
                    module=point.module,
                    voltage=engineering(rounded(float(volts)), "V"),
                    name=resistor.standard.name,
                ),
                where="resistor",
                hint=text(N_("Choose a smaller resistor.")),
            )
        inputs = self.inputs(
            foreseen(float(amperes), "A", point.readings),
            predicted(float(volts.copy_sign(amperes)), row, point.readings),
            voltmeter.standard,
            resistor.standard,
            value,
            Room(),
        )
        u = float(propagate(dc_current_measurement_high_error, inputs).u)
        return u, Setup(
            point=point,
            standards={"voltmeter": voltmeter, "resistor": resistor},
            settings={
                "uut": {"voltage": plain(volts.copy_sign(amperes)), "span": plain(span.span)},
                "resistor": {"nominal": plain(value.nominal)},
            },
            reason=text(
                N_("{name}: {current} make {voltage} and {power} over it; u_c will be {u} %."),
                name=resistor.standard.name,
                current=engineering(abs(amperes), "A"),
                voltage=engineering(rounded(float(volts)), "V"),
                power=engineering(rounded(float(volts * abs(amperes))), "W"),
                u=f"{100 * u:.2g}",
            ),
        )

    @staticmethod
    def _volts(point: Point, value: CertifiedValue) -> Decimal:
        """Return the magnitude of the voltage over the resistor."""
        return abs(Decimal(point.setpoint)) * value.nominal

    def wiring(self, setup: Setup) -> Wiring:
        """Return figure 5: the resistor between force and common, its potential terminals at the voltmeter."""
        point = setup.point
        resistor = setup.standards["resistor"].name if "resistor" in setup.standards else ""
        volts = abs(float(setup.settings.get("uut", {}).get("voltage", "0")))
        return Wiring(
            key=f"5/{point.module}/{resistor}",
            figure="5",
            connections=(
                Connection(Terminal("uut", "force", point.module, "Force"), Terminal("resistor", "a")),
                Connection(Terminal("resistor", "b"), Terminal("uut", "common", label="Common")),
                Connection(Terminal("resistor", "pa"), Terminal("voltmeter", "hi", label="HI")),
                Connection(Terminal("resistor", "pb"), Terminal("voltmeter", "lo", label="LO")),
            ),
            notes=(text(N_("Four terminals: the voltmeter goes to the potential terminals only.")),),
            volts=float(HEADROOM) * (volts + float(LEADS) * abs(float(point.setpoint))),
            amperes=float(point.limit),
        )

    def observe(self, setup: Setup, bench: Mapping[str, object], operator: Operator) -> None:
        """Force the voltage that makes the current, wait until the voltmeter is at rest, read both meters by turns."""
        point = setup.point
        unit = cast(VoltageForcingUnit, bench["uut"])
        meter = cast(Voltmeter, bench["voltmeter"])
        span = Decimal(point.span)
        self._approach(setup, unit, meter, operator)
        self._check(setup, unit, meter, operator)
        meter.prepare_voltage(Decimal(setup.settings["uut"]["voltage"]))
        settle(
            "voltmeter",
            meter.read_voltage,
            operator,
            lambda reading: sound(reading, point.key, METER),
            point.key,
        )
        for _ in range(point.readings):
            sound(operator.take("voltmeter", meter.read_voltage, "reading"), point.key, METER)
            free(
                operator.take("uut", lambda: unit.measure_current(point.module, span=span), "reading"),
                point.key,
            )
        unit.zero(point.module)

    @staticmethod
    def _approach(setup: Setup, unit: VoltageForcingUnit, meter: Voltmeter, operator: Operator) -> None:
        """Set the voltage so that the wanted one is over the resistor.

        Leads take their share of it, and a high-voltage unit may be off by more than what is wanted, so far that it
        limits: what is set is moved by what is missing, then along the straight line through the last two.
        """
        point, span = setup.point, Decimal(setup.settings["uut"]["span"])
        wanted = float(setup.settings["uut"]["voltage"])
        # The range in which the voltmeter holds what a source may be off by in its range.
        meter.prepare_voltage(to_decimal(f"{abs(wanted) + OFF * float(span):.4g}"))
        before: tuple[float, float] | None = None
        level = wanted
        for _ in range(MOST_STEPS):
            level = max(-float(span), min(float(span), float(f"{level:.5g}")))
            unit.source_voltage(
                point.module, to_decimal(level), span=span, current_limit=Decimal(point.limit)
            )
            operator.wait(FIRST_WAIT)
            seen = sound(operator.take("voltmeter", meter.read_voltage, "settling"), point.key, METER).value
            if abs(seen - wanted) <= NEAR * abs(wanted):
                return
            slope = 1.0 if before is None or level == before[0] else (seen - before[1]) / (level - before[0])
            before = level, seen
            level += (wanted - seen) / (slope if 0.01 < slope < 2.0 else 1.0)

    @staticmethod
    def _check(setup: Setup, unit: VoltageForcingUnit, meter: Voltmeter, operator: Operator) -> None:
        """Find out a wrong resistor, a source that limits, a voltage that was not reached."""
        point = setup.point
        volts = sound(operator.take("voltmeter", meter.read_voltage, "settling"), point.key, METER).value
        flows = sound(
            operator.take(
                "uut", lambda: unit.measure_current(point.module, span=Decimal(point.span)), "settling"
            ),
            point.key,
            UUT,
        ).value
        nominal = Decimal(setup.settings["resistor"]["nominal"])
        check_connected(setup.standard("resistor"), nominal, volts / flows if flows else math.inf, point.key)
        if unit.compliance(point.module):
            raise OutOfRange(
                text(
                    N_("{module} limits its current: the output is not the voltage that was set."),
                    module=point.module,
                ),
                where=point.key,
                hint=text(N_("Look for a short circuit or a wrong lead at the resistor.")),
            )
        wanted = float(setup.settings["uut"]["voltage"])
        if abs(volts / wanted - 1) > REACHED:
            raise OutOfRange(
                text(
                    N_(
                        "{module} does not reach the point: {seen} are over the resistor instead of {wanted}."
                    ),
                    module=point.module,
                    seen=engineering(rounded(volts), "V"),
                    wanted=engineering(rounded(wanted), "V"),
                ),
                where=point.key,
                hint=text(N_("Use shorter and thicker leads to the current terminals, and clean contacts.")),
            )

    def evaluate(self, observation: Observation, standards: Mapping[str, Standard], uut: Uut) -> Result:  # noqa: ARG002 - the hook's
        """Compute the relative error of equation (7) and its budget."""
        resistor = standards["resistor"]
        value = certified_value(resistor, observation.settings["resistor"]["nominal"], "resistor")
        inputs = self.inputs(
            observation.readings["uut"],
            observation.readings["voltmeter"],
            standards["voltmeter"],
            resistor,
            value,
            observation.room,
        )
        volts = propagate(compared_voltage, inputs[2:6])
        return result(
            self,
            observation.point,
            propagate(dc_current_measurement_high_error, inputs),
            propagate(resistor_current, inputs[2:]),
            indicated=float(inputs[0].value),
            cells={
                "voltage": stated(float(volts.y), float(volts.U), "V"),
                "resistance": certified_cell(value),
            },
            parts={"voltage": (float(volts.y), "V"), "resistance": (float(value.value), "Ω")},
        )

    @staticmethod
    def inputs(
        measured: Sequence[Reading],
        read: Sequence[Reading],
        voltmeter: Standard,
        resistor: Standard,
        value: CertifiedValue,
        room: Room,
    ) -> list[Input]:
        """Return the inputs of the measurement equation, in the order of its parameters."""
        volts = voltage_inputs(read, voltmeter, "voltmeter")
        return [
            *indicated("I_x", measured, "A"),
            *volts,
            *certified("R", resistor, value, room, float(volts[0].value)),
            input_resistance(read, voltmeter, "voltmeter"),
        ]

    def check_standard(self, role: str, standard: Standard, point: Point) -> None:  # noqa: ARG002 - the drop is not known here
        """Refuse a resistor that JJF 2009—2022, 5.2.7 does not allow; the voltmeter is looked at when it is chosen."""
        if role == "resistor":
            check_certified(standard, only_value(standard, role), role)


def _current_limit(point: Point) -> str:
    """Return the current limit of the source: a tenth above the point, never above the range.

    It stays in the range under test, which is then the one that the module measures in.
    """
    wanted = max(HEADROOM * abs(Decimal(point.setpoint)), Decimal("0.15") * Decimal(point.span))
    return plain(min(wanted, Decimal(point.limit)).normalize())
