"""Frequency, 1 kHz … 5 MHz: the test signal of the UUT's capacitance unit goes to a counter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import ClassVar, cast

import msgspec

from benchtui.calc import Input, propagate
from benchtui.calc.equations.jjf2009_impedance import counted_frequency, frequency_error
from benchtui.errors import BadInput
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
    Setup,
)
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
from benchtui.procedures.semiconductor.nominal import LEVELS, at_nominal, number, without_sign
from benchtui.procedures.semiconductor.resistors import smallest
from benchtui.procedures.semiconductor.tables import CERTIFICATE_B11, RECORD_A11
from benchtui.procedures.settling import settle
from benchtui.profiles import JobItem, Standard, Uut
from benchtui.quantity import NBSP, Reading, engineering
from benchtui.roles import CapacitanceMeter, FrequencyCounter
from benchtui.wiring import Connection, Terminal, Wiring

SCOPE = (Decimal(1000), Decimal(5_000_000))
COUNTER = "counter"
COUNTER_MPE = 1e-5
"""JJF 2009—2022, 5.2.10: frequency counter, 1 kHz … 5 MHz, MPE ±0.001 %."""
GATE = Decimal(1)
"""Gate time in seconds: edges of 1 kHz that noise moves by a microsecond then still tell it to 1 part in 10⁶."""
FIRST_WAIT = 0.5
"""Seconds between setting the signal and the first reading that is looked at for rest."""
ANOTHER = 0.2
"""Relative distance from the set frequency from which on the counter counts something else."""


class Frequency(Procedure):
    """Frequency of the test signal, 1 kHz … 5 MHz. JJF 2009—2022, 6.8, equation (15), figure 11, A.11 and B.11."""

    id = "frequency"
    title = Text(N_("Frequency"))
    clause = "6.8"
    specification = SPECIFICATION
    roles: ClassVar[Mapping[str, type]] = {"uut": CapacitanceMeter, "counter": FrequencyCounter}
    rows: ClassVar[Mapping[str, str]] = {"counter": "frequency-counter"}
    record_table = RECORD_A11
    certificate_table = CERTIFICATE_B11
    version = "1"

    def plan(self, uut: Uut, item: JobItem) -> list[Point]:
        """Return a point for each frequency of the unit under test inside the scope."""
        points = at_nominal(uut, item, "frequencies", "Hz", SCOPE, lambda *_: [{}])
        return [msgspec.structs.replace(point, key=point.key.replace("+", "")) for point in points]

    def choose(self, point: Point, candidates: Candidates, uut: Uut, earlier: Earlier) -> Setup:  # noqa: ARG002 - the hook's
        """Choose the counter that gives the smallest u_c."""

        def setup(counter: Candidate) -> tuple[float, Setup]:
            self.check_standard("counter", counter.standard, point)
            hertz = float(Decimal(point.setpoint))
            readings = (Reading(raw="", value=hertz, unit="Hz"),) * point.readings
            u = float(propagate(frequency_error, self.inputs(point, readings, counter.standard)).u)
            reason = text(
                N_("{name}, gate time {gate}: u_c will be {u} %."),
                name=counter.standard.name,
                gate=engineering(GATE, "s"),
                u=f"{100 * u:.2g}",
            )
            return u, Setup(
                point=point,
                standards={"counter": counter},
                settings={"counter": {"gate": str(GATE)}, "uut": {"level": point.settings["level"]}},
                reason=reason,
            )

        return smallest(candidates["counter"], setup)

    def wiring(self, setup: Setup) -> Wiring:
        """Return figure 11: the high terminal of the capacitance unit to input 1 of the counter."""
        point = setup.point
        counter = setup.standards["counter"].name if setup.standards else ""
        return Wiring(
            key=f"11/{point.module}/{counter}",
            figure="11",
            connections=(
                Connection(
                    Terminal("uut", "high", point.module, "Hcur"), Terminal("counter", "in1", label="CH 1")
                ),
                Connection(
                    Terminal("uut", "common", label="Common"), Terminal("counter", "lo", label="CH 1 ⏚")
                ),
            ),
            notes=(
                text(N_("Use a coaxial lead; the other terminals of the capacitance unit stay open.")),
                text(N_("Let the counter warm up, or lock it to the reference frequency of the laboratory.")),
            ),
            volts=float(Decimal(point.settings["level"])) * 2**0.5,
        )

    def observe(self, setup: Setup, bench: Mapping[str, object], operator: Operator) -> None:
        """Switch the test signal on, wait until the counter is at rest, take the readings."""
        point = setup.point
        unit = cast(CapacitanceMeter, bench["uut"])
        counter = cast(FrequencyCounter, bench["counter"])
        hertz = Decimal(point.setpoint)
        counter.prepare_frequency(hertz, gate=GATE)
        unit.prepare_capacitance(point.module, frequency=hertz, level=number(point, "level", "V", LEVELS))
        operator.wait(FIRST_WAIT)

        def counted(reading: Reading) -> Reading:
            sound(reading, point.key, COUNTER)
            if abs(reading.value / float(hertz) - 1) > ANOTHER:
                raise BadInput(
                    text(
                        N_("The counter reads {found} where {expected} is set."),
                        found=f"{reading.value:.6g}{NBSP}Hz",
                        expected=engineering(hertz, "Hz"),
                    ),
                    where=point.key,
                    hint=text(N_("Check its input, coupling and trigger level, and the lead from the unit.")),
                )
            return reading

        settle("counter", counter.read_frequency, operator, counted, point.key)
        for _ in range(point.readings):
            counted(operator.take("counter", counter.read_frequency, "reading"))
        signal_off(bench["uut"], point.module)

    def evaluate(self, observation: Observation, standards: Mapping[str, Standard], uut: Uut) -> Result:  # noqa: ARG002 - the hook's
        """Compute the relative error of equation (15) and its budget."""
        point = observation.point
        inputs = self.inputs(point, observation.readings["counter"], standards["counter"])
        found = result(
            self,
            point,
            propagate(frequency_error, inputs),
            propagate(counted_frequency, inputs[1:]),
            parts={"level": (float(point.settings["level"]), "V")},
        )
        return without_sign(found)

    @staticmethod
    def inputs(point: Point, readings: Sequence[Reading], standard: Standard) -> list[Input]:
        """Return the inputs of the measurement equation, in the order of its parameters.

        The limits of the counter are those of its time base, rectangular (C.1.3.1: a/√3). What noise does to its
        trigger is in the scatter of the readings.
        """
        row = row_read(standard, readings, "counter")
        name, resolution = named(standard), float(row.resolution)
        read = indication("f_m", readings, name, resolution=resolution, unit="Hz")
        return [
            Input.constant("f_set", float(Decimal(point.setpoint)), unit="Hz"),
            read,
            specified("df_spec", standard, row, float(read.value)),
            resolved("df_res", name, resolution, "Hz"),
        ]

    def check_standard(self, role: str, standard: Standard, point: Point) -> None:
        """Refuse a counter that does not meet JJF 2009—2022, 5.2.10 at *point*."""
        check_accuracy(standard, Decimal(point.setpoint), COUNTER_MPE, role)


def signal_off(unit: object, module: str) -> None:
    """Take the test signal away, where the unit has a command for that."""
    zero = getattr(unit, "zero", None)
    if zero is not None:
        zero(module)
