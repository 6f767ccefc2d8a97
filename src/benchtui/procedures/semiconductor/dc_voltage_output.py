"""DC voltage output, ±(0.1 V … 1 000 V): the UUT's source feeds a DC voltmeter."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import ClassVar, cast

from benchtui.calc import Input, Triangular, propagate
from benchtui.calc.equations.jjf2009 import dc_voltage_output_error, standard_voltage
from benchtui.errors import BadInput, OutOfRange, StandardRefused
from benchtui.i18n import N_, Text, text
from benchtui.procedures.base import Observation, Operator, Point, Procedure, Result, Setup
from benchtui.procedures.semiconductor import SPECIFICATION
from benchtui.procedures.semiconductor.evaluation import (
    check_accuracy,
    indication,
    named,
    resolved,
    result,
    row_read,
    sound,
    specified,
)
from benchtui.procedures.semiconductor.plans import planned
from benchtui.procedures.semiconductor.tables import CERTIFICATE_B6, RECORD_A6
from benchtui.procedures.settling import settle
from benchtui.profiles import JobItem, SpecificationRange, Standard, Uut
from benchtui.quantity import Reading
from benchtui.roles import VoltageSource, Voltmeter
from benchtui.wiring import Connection, Terminal, Wiring

SCOPE = (Decimal("0.1"), Decimal(1000))
METER = "voltmeter"
INTERLOCK_ABOVE = Decimal(42)
"""Volts of range above which an analyzer of this class wants its interlock closed (B1500A factory setting)."""

STANDARD_MPE = 1e-4
"""JJF 2009—2022, 5.2.2: DC voltmeter, MPE ±0.01 %."""
STANDARD_INPUT_RESISTANCE = Decimal(10_000_000)
"""JJF 2009—2022, 5.2.2: input resistance at least 10 MΩ."""

THERMAL_EMF = 0.5e-6
"""Half-width in volts of the thermal EMF of one copper lead with its two joints; not in the specification's budget."""

FIRST_WAIT = 1.0
"""Seconds between setting the voltage and the first reading that is looked at for rest."""


class DcVoltageOutput(Procedure):
    """DC voltage output, ±(0.1 V … 1 000 V). JJF 2009—2022, 6.5.1, equation (8), figure 6, tables A.6 and B.6."""

    id = "dc-voltage-output"
    title = Text(N_("DC voltage output"))
    clause = "6.5.1"
    specification = SPECIFICATION
    roles: ClassVar[Mapping[str, type]] = {"uut": VoltageSource, "standard": Voltmeter}
    rows: ClassVar[Mapping[str, str]] = {"standard": "dc-voltmeter"}
    record_table = RECORD_A6
    certificate_table = CERTIFICATE_B6
    version = "1"

    def plan(self, uut: Uut, item: JobItem) -> list[Point]:
        """Return low, middle and high of each range (10 %, 50 %, 90 %) inside the scope, both polarities."""
        return planned(uut, item, "voltage_output", "V", SCOPE, lambda span: span.current_limit)

    def wiring(self, setup: Setup) -> Wiring:
        """Return figure 6: force of the module to the voltmeter's HI, common to LO."""
        point = setup.point
        interlock = Decimal(point.span) > INTERLOCK_ABOVE
        leads = (
            Connection(
                Terminal("uut", "force", point.module, "Force"), Terminal("standard", "hi", label="HI")
            ),
            Connection(Terminal("uut", "common", label="Common"), Terminal("standard", "lo", label="LO")),
        )
        return Wiring(
            key=f"6/{point.module}/{'interlock' if interlock else 'open'}",
            figure="6",
            connections=leads,
            notes=(text(N_("Connect guard to the shield of the cable at the analyzer only.")),),
            volts=min(float(point.span), float(SCOPE[1])),
            interlock=interlock,
        )

    def observe(self, setup: Setup, bench: Mapping[str, object], operator: Operator) -> None:
        """Source the set value, wait until the voltmeter is at rest, take the readings."""
        point = setup.point
        source = cast(VoltageSource, bench["uut"])
        meter = cast(Voltmeter, bench["standard"])
        volts = Decimal(point.setpoint)
        meter.prepare_voltage(volts)
        source.source_voltage(
            point.module, volts, span=Decimal(point.span), current_limit=Decimal(point.limit)
        )
        operator.wait(FIRST_WAIT)
        settle(
            "standard",
            meter.read_voltage,
            operator,
            lambda reading: sound(reading, point.key, METER),
            point.key,
        )
        if source.compliance(point.module):
            raise OutOfRange(
                text(
                    N_("{module} limits its current: the output is not the voltage that was set."),
                    module=point.module,
                ),
                where=point.key,
                hint=text(
                    N_("Look for a short circuit or a wrong lead between the analyzer and the voltmeter.")
                ),
            )
        for _ in range(point.readings):
            sound(operator.take("standard", meter.read_voltage, "reading"), point.key, METER)
        # Between two points nothing is on: the voltmeter changes its range at 0 V, and a pause finds the bench quiet.
        source.zero(point.module)

    def evaluate(self, observation: Observation, standards: Mapping[str, Standard], uut: Uut) -> Result:
        """Compute the relative error of equation (8) and its budget."""
        point = observation.point
        readings = observation.readings["standard"]
        standard = standards["standard"]
        row = row_read(standard, readings, "standard")
        inputs = self.inputs(point, readings, standard, row, _output_resistance(uut, point))
        return result(
            self,
            point,
            propagate(dc_voltage_output_error, inputs),
            propagate(standard_voltage, inputs[1:]),
        )

    @staticmethod
    def inputs(
        point: Point,
        readings: tuple[Reading, ...],
        standard: Standard,
        row: SpecificationRange,
        output_resistance: float,
    ) -> list[Input]:
        """Return the inputs of the measurement equation, in the order of its parameters.

        The limits of the voltmeter are those of its specification at the mean reading, rectangular
        (JJF 2009—2022, C.3.3.1: a/√3); resolution, thermal EMF and loading are not in the specification's own budget.
        """
        name, resolution = named(standard), float(row.resolution)
        read = indication("V_m", readings, name, resolution=resolution, unit="V")
        return [
            Input.constant("V_set", float(Decimal(point.setpoint)), unit="V"),
            read,
            specified("dV_spec", standard, row, float(read.value)),
            resolved("dV_res", name, resolution, "V"),
            # Two leads, each rectangular: their sum is triangular (JCGM 100, 4.3.9).
            Input.limits(
                "dV_emf", 0.0, 2 * THERMAL_EMF, Triangular(), unit="V", source="thermal EMF of the two leads"
            ),
            _output(output_resistance),
            Input.constant("R_in", float(row.input_resistance), unit="Ω"),
        ]

    def check_standard(self, role: str, standard: Standard, point: Point) -> None:
        """Refuse a voltmeter that does not meet JJF 2009—2022, 5.2.2 at *point*."""
        row = check_accuracy(standard, abs(Decimal(point.setpoint)), STANDARD_MPE, role)
        if row.input_resistance < STANDARD_INPUT_RESISTANCE:
            raise StandardRefused(
                text(N_("The input resistance of {name} is below 10 MΩ."), name=standard.name),
                where=role,
                hint=text(N_("Choose a voltmeter with a higher input resistance.")),
            )


def _output(resistance: float) -> Input:
    """Return the output resistance of the UUT: anything between none and the *resistance* of its profile."""
    if resistance == 0:
        return Input.constant("R_out", 0.0, unit="Ω")
    return Input.rectangular("R_out", resistance / 2, resistance / 2, unit="Ω", source="output of the UUT")


def _output_resistance(uut: Uut, point: Point) -> float:
    for module in uut.modules:
        for span in module.voltage_output:
            if module.name == point.module and span.name == point.range:
                return float(span.output_resistance)
    raise BadInput(
        text(
            N_("The unit under test has no range {range} in module {module}."),
            range=point.range,
            module=point.module,
        ),
        where=point.key,
        hint=text(N_("The profile of the unit under test was changed after the plan was made.")),
    )
