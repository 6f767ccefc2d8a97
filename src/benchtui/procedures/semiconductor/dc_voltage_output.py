"""DC voltage output, ±(0.1 V … 1 000 V): the UUT's source feeds a DC voltmeter."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import ClassVar, cast

from benchtui.calc import (
    Budget,
    Input,
    Specification,
    Triangular,
    propagate,
    round_to_uncertainty,
    round_uncertainty,
)
from benchtui.calc.equations.jjf2009 import dc_voltage_output_error, standard_voltage
from benchtui.errors import BadInput, OutOfRange, StandardRefused
from benchtui.i18n import N_, Text, text
from benchtui.procedures.base import BudgetLine, Observation, Operator, Point, Procedure, Result
from benchtui.procedures.semiconductor import SPECIFICATION
from benchtui.procedures.semiconductor.tables import CERTIFICATE_B6, RECORD_A6
from benchtui.procedures.settling import settle
from benchtui.profiles import JobItem, SpecificationRange, Standard, Uut
from benchtui.quantity import MINUS, NBSP, Reading, engineering, plain, to_decimal
from benchtui.roles import VoltageSource, Voltmeter
from benchtui.wiring import Connection, Terminal, Wiring

SCOPE = (Decimal("0.1"), Decimal(1000))
FRACTIONS = (Decimal("0.1"), Decimal("0.5"), Decimal("0.9"))
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
        known = {module.name for module in uut.modules if module.voltage_output}
        for name in item.modules:
            if name not in known:
                raise BadInput(
                    text(N_("The unit under test has no module {name} with a voltage output."), name=name),
                    where=item.id,
                    hint=text(N_("Modules: {known}."), known=", ".join(sorted(known))),
                )
        points = []
        for module in uut.modules:
            if item.modules and module.name not in item.modules:
                continue
            for span in module.voltage_output:
                magnitudes = sorted(
                    {min(max(f * span.span, SCOPE[0]), SCOPE[1], span.span) for f in FRACTIONS}
                )
                for volts in (*magnitudes, *(-m for m in magnitudes)):
                    set_text = plain(volts.normalize())
                    points.append(
                        Point(
                            key=f"{module.name}/{span.name}/{'+' if volts > 0 else ''}{set_text}",
                            module=module.name,
                            range=span.name,
                            span=plain(span.span),
                            setpoint=set_text,
                            unit="V",
                            limit=plain(span.current_limit),
                            readings=item.readings,
                        )
                    )
        return points

    def wiring(self, point: Point) -> Wiring:
        """Return figure 6: force of the module to the voltmeter's HI, common to LO."""
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

    def observe(self, point: Point, bench: Mapping[str, object], operator: Operator) -> None:
        """Source the set value, wait until the voltmeter is at rest, take the readings."""
        source = cast(VoltageSource, bench["uut"])
        meter = cast(Voltmeter, bench["standard"])
        volts = Decimal(point.setpoint)
        meter.prepare_voltage(volts)
        source.source_voltage(
            point.module, volts, span=Decimal(point.span), current_limit=Decimal(point.limit)
        )
        operator.wait(FIRST_WAIT)
        settle("standard", meter.read_voltage, operator, lambda reading: _sound(point, reading), point.key)
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
            _sound(point, operator.take("standard", meter.read_voltage, "reading"))
        # Between two points nothing is on: the voltmeter changes its range at 0 V, and a pause finds the bench quiet.
        source.zero(point.module)

    def evaluate(self, observation: Observation, standards: Mapping[str, Standard], uut: Uut) -> Result:
        """Compute the relative error of equation (8) and its budget."""
        point = observation.point
        readings = observation.readings["standard"]
        standard = standards["standard"]
        row = _row_for(standard, readings)
        inputs = self.inputs(point, readings, standard, row, _output_resistance(uut, point))
        budget = propagate(dc_voltage_output_error, inputs)
        volts = propagate(standard_voltage, inputs[1:])
        return _result(self, point, budget, volts)

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
        name = f"{standard.model} {standard.serial}"
        resolution = float(row.resolution)
        indication = Input.from_readings(
            "V_m",
            [reading.value for reading in readings],
            unit="V",
            source=f"{name}, {len(readings)} readings",
            resolution=resolution,
        )
        limit = _limit(row, float(indication.value))
        r_in = float(row.input_resistance)
        return [
            Input.constant("V_set", float(Decimal(point.setpoint)), unit="V"),
            indication,
            Input.rectangular(
                "dV_spec", 0.0, limit, unit="V", source=f"{name}, certificate {standard.certificate.number}"
            ),
            Input.rectangular("dV_res", 0.0, resolution / 2, unit="V", source=f"{name}, resolution"),
            # Two leads, each rectangular: their sum is triangular (JCGM 100, 4.3.9).
            Input.limits(
                "dV_emf", 0.0, 2 * THERMAL_EMF, Triangular(), unit="V", source="thermal EMF of the two leads"
            ),
            _output(output_resistance),
            Input.constant("R_in", r_in, unit="Ω"),
        ]

    def check_standard(self, role: str, standard: Standard, point: Point) -> None:
        """Refuse a voltmeter that does not meet JJF 2009—2022, 5.2.2 at *point*."""
        volts = abs(Decimal(point.setpoint))
        reach = [row for row in standard.ranges if row.span * Decimal("1.05") >= volts]
        if standard.unit != "V" or not reach:
            raise StandardRefused(
                text(
                    N_("{name} has no specification at {volts}."),
                    name=standard.name,
                    volts=engineering(volts, "V"),
                ),
                where=role,
                hint=text(N_("Choose a voltmeter that covers this point, or complete its profile.")),
            )
        row = min(reach, key=lambda candidate: candidate.span)
        relative = _limit(row, float(volts)) / float(volts)
        if relative > STANDARD_MPE:
            raise StandardRefused(
                text(
                    N_("{name} is specified to {found} % at {volts}; the specification asks for ±0.01 %."),
                    name=standard.name,
                    found=f"{100 * relative:.4f}",
                    volts=engineering(volts, "V"),
                ),
                where=role,
                hint=text(N_("Choose a better voltmeter for this point.")),
            )
        if row.input_resistance < STANDARD_INPUT_RESISTANCE:
            raise StandardRefused(
                text(N_("The input resistance of {name} is below 10 MΩ."), name=standard.name),
                where=role,
                hint=text(N_("Choose a voltmeter with a higher input resistance.")),
            )


def _sound(point: Point, reading: Reading) -> Reading:
    if not reading.sound:
        raise OutOfRange(
            text(N_("The voltmeter gave no number: {flags}."), flags=", ".join(reading.flags) or reading.raw),
            where=point.key,
            hint=text(N_("Check the wiring and the range of the voltmeter, then repeat the point.")),
        )
    return reading


def _row_for(standard: Standard, readings: tuple[Reading, ...]) -> SpecificationRange:
    """Return the row of the specification that holds for *readings*: by the range they were read in, else by value."""
    span = max(reading.span for reading in readings)
    reach = max(abs(reading.value) for reading in readings)
    for row in sorted(standard.ranges, key=lambda candidate: candidate.span):
        if (span and float(row.span) >= span * 0.999) or (not span and float(row.span) * 1.05 >= reach):
            return row
    raise StandardRefused(
        text(N_("{name} has no specification at {volts}."), name=standard.name, volts=f"{reach:.6g} V"),
        where="standard",
        hint=text(N_("Choose a voltmeter that covers this point, or complete its profile.")),
    )


def _limit(row: SpecificationRange, volts: float) -> float:
    """Return the limit of error of the voltmeter at *volts* in the range *row*, in volts."""
    specification = Specification(
        ppm_of_reading=float(row.ppm_of_reading),
        ppm_of_range=float(row.ppm_of_range),
        span=float(row.span),
        floor=float(row.floor),
    )
    return float(specification.limit(volts))


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


def _result(procedure: Procedure, point: Point, budget: Budget, volts: Budget) -> Result:
    error, expanded = 100.0 * float(budget.y), 100.0 * float(budget.U)
    shown_u = round_uncertainty(expanded, mode="up")
    shown_error = round_to_uncertainty(error, shown_u)
    shown_volts = round_to_uncertainty(float(volts.y), round_uncertainty(float(volts.U), mode="up"))
    lines = tuple(
        BudgetLine(
            symbol=row.symbol, source=row.source, kind=row.kind, distribution=row.distribution,
            value=float(row.value), unit=row.unit, u=float(row.u), dof=float(row.dof), c=100.0 * float(row.c),
            contribution=100.0 * float(row.contribution), share=float(row.share),
        )
        for row in budget.rows()
    )  # fmt: skip
    return Result(
        point=point.key,
        setpoint=point.setpoint,
        indication=point.setpoint,
        standard=float(volts.y),
        unit=point.unit,
        error=error,
        error_unit="%",
        u=100.0 * float(budget.u),
        U=expanded,
        k=float(budget.k),
        nu_eff=float(budget.nu_eff),
        probability=float(budget.probability),
        statement={
            "module": point.module,
            "range": point.range.replace(" ", NBSP),
            "setpoint": engineering(to_decimal(point.setpoint), "V", sign=True),
            "standard": f"{_signed(shown_volts)}{NBSP}V",
            "error": f"{_signed(shown_error)}{NBSP}%",
            "U": f"{plain(shown_u)}{NBSP}%",
        },
        budget=lines,
        alarms=tuple(alarm.text for alarm in budget.alarms),
        method=f"{procedure.id}/{procedure.version}",
    )


def _signed(number: Decimal) -> str:
    body = plain(abs(number))
    return f"{MINUS}{body}" if number < 0 else f"+{body}"
