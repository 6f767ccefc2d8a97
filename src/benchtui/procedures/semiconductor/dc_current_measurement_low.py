"""DC current measurement, ±(1 pA … 10 µA): a source drives a known current through a resistor into the UUT."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import ClassVar, cast

from benchtui.calc import Input, propagate
from benchtui.calc.equations.jjf2009_current import dc_current_measurement_low_error, driven_current
from benchtui.errors import BadInput, NotSettled, OutOfRange
from benchtui.i18n import N_, Text, text
from benchtui.procedures.base import Observation, Operator, Point, Result, Settings, Setup
from benchtui.procedures.semiconductor import SPECIFICATION
from benchtui.procedures.semiconductor.dc_voltage_output import INTERLOCK_ABOVE
from benchtui.procedures.semiconductor.evaluation import result, stated
from benchtui.procedures.semiconductor.indications import UUT, free, indicated
from benchtui.procedures.semiconductor.low_current import (
    SCOPE,
    SETTLED,
    SOURCE_LIMIT,
    SPANS,
    LowCurrent,
    as_set,
    group,
    resistor_inputs,
    scattered,
    settable,
    source_inputs,
    source_row,
    thermal,
    time_constant,
    volts_over,
    why_wait,
)
from benchtui.procedures.semiconductor.plans import planned
from benchtui.procedures.semiconductor.resistors import check_connected
from benchtui.procedures.semiconductor.sources import VoltageForcingUnit, module_of
from benchtui.procedures.semiconductor.tables import CERTIFICATE_B4, RECORD_A4
from benchtui.procedures.settling import settle
from benchtui.profiles import JobItem, Standard, Uut
from benchtui.quantity import Reading, engineering, plain
from benchtui.roles import Instrument, VoltageSource
from benchtui.wiring import Connection, Terminal, Wiring

NOTHING = 0.05
"""Part of the expected current below which none arrives."""
OUTPUT_NOISE = 1e-6
"""What is foreseen of the noise of a module that holds 0 V, as a part of its voltage range; measured, it is Type A."""
STEP = 1e-6
"""Resolution of the unit under test as a part of the current, where its readings do not show any."""


class DcCurrentMeasurementLow(LowCurrent):
    """DC current measurement, ±(1 pA … 10 µA). JJF 2009—2022, 6.4.1, equations (4), (5), figure 4, tables A.4, B.4.

    What belongs to the error of the unit under test: its gain, and the offset current that it reads while nothing
    flows. What does not: the voltage burden at its input, which changes the current that the source drives.
    """

    id = "dc-current-measurement-low"
    title = Text(N_("DC current measurement up to 10 µA"))
    clause = "6.4.1"
    specification = SPECIFICATION
    roles: ClassVar[Mapping[str, type]] = {
        "uut": VoltageForcingUnit,
        "resistor": Instrument,
        "source": VoltageSource,
    }
    rows: ClassVar[Mapping[str, str]] = {"resistor": "high-value-resistor", "source": "dc-voltage-source"}
    record_table = RECORD_A4
    certificate_table = CERTIFICATE_B4
    version = "1"

    def plan(self, uut: Uut, item: JobItem) -> list[Point]:
        """Return low, middle and high (10 %, 50 %, 90 %) of each range up to 10 µA, not below 1 pA, both polarities."""
        return planned(
            uut, item, "current_measurement", "A", SCOPE, lambda span: span.current_limit, spans=SPANS
        )

    def wiring(self, setup: Setup) -> Wiring:
        """Return figure 4: the source drives its current through the resistor into force."""
        point = setup.point
        resistor = setup.standards["resistor"]
        volts = volts_over(resistor.standard, Decimal(point.setpoint))
        interlock = volts > INTERLOCK_ABOVE
        return Wiring(
            key=f"4/{point.module}/{resistor.name}/{'interlock' if interlock else 'open'}",
            figure="4",
            connections=(
                Connection(Terminal("source", "hi", label="HI"), Terminal("resistor", "a")),
                Connection(Terminal("resistor", "b"), Terminal("uut", "force", point.module, "Force")),
                Connection(Terminal("source", "lo", label="LO"), Terminal("uut", "common", label="Common")),
            ),
            notes=(
                text(N_("Use a guarded triaxial lead from the resistor to the analyzer.")),
                text(N_("Connect guard to the shield of the cable at the analyzer only.")),
                text(
                    N_(
                        "Close the shielding box and keep the leads still: a lead that moves drives picoamperes."
                    )
                ),
            ),
            volts=float(volts),
            amperes=float(abs(Decimal(point.setpoint))),
            interlock=interlock,
        )

    def preset(self, amperes: Decimal, standards: Mapping[str, Standard]) -> Decimal:
        """Return the voltage that drives *amperes* through the nominal resistance: a round number.

        The unit under test counts a current that it delivers as positive; the source takes it.
        """
        return -settable(standards["source"], float(amperes * standards["resistor"].values[0].nominal))

    def settings(self, point: Point, standards: Mapping[str, Standard], uut: Uut) -> Settings:  # noqa: ARG002 - the hook's
        """Return the range in which the unit under test holds 0 V: its smallest, for the least burden.

        Raises
        ------
        BadInput
            The module cannot hold its input at 0 V.
        """
        ranges = module_of(uut, point).voltage_output
        if not ranges:
            raise BadInput(
                text(N_("{module} has no voltage range to hold its input at 0 V."), module=point.module),
                where=point.key,
                hint=text(N_("Complete the profile of the unit under test, or leave the module out.")),
            )
        return {"uut": {"span": plain(min(span.span for span in ranges))}}

    def foreseen(
        self, point: Point, standards: Mapping[str, Standard], settings: Settings
    ) -> dict[str, tuple[Reading, ...]]:
        """Return readings without error, with the noise of the resistor and of what holds its end at 0 V."""
        ohms = float(settings["resistor"]["nominal"])
        spread = math.hypot(thermal(ohms), OUTPUT_NOISE * float(settings["uut"]["span"]) / ohms)
        zero = scattered(0.0, spread, point.readings)
        return {
            "source": (as_set(standards["source"], Decimal(settings["source"]["volts"])),),
            "zero-open": zero,
            "zero": zero,
            "uut": scattered(float(Decimal(point.setpoint)), spread, point.readings),
        }

    # ------------------------------------------------------------------------------------------------------- observe
    def observe(self, setup: Setup, bench: Mapping[str, object], operator: Operator) -> None:
        """Read the UUT with the source disconnected, at zero, and at its voltage; what changes between is known."""
        point, standard = setup.point, setup.standard("source")
        source = cast(VoltageSource, bench["source"])
        meter = _Meter(setup, cast(VoltageForcingUnit, bench["uut"]), operator)
        volts = Decimal(setup.settings["source"]["volts"])

        def give(level: Decimal) -> None:
            span = source_row(standard, float(level)).span
            source.source_voltage("", level, span=span, current_limit=SOURCE_LIMIT)
            meter.await_rest()

        meter.hold_zero()
        source.zero("")
        cast(Instrument, source).safe_off()
        meter.await_rest()
        note = text(N_("zero of the unit under test: the source disconnected"))
        meter.take("zero-open", point.readings, note)
        give(Decimal(0))
        zero = meter.take("zero", point.readings, text(N_("zero of the unit under test: the source at 0 V")))
        try:
            give(volts)
        except NotSettled:
            meter.check_current(float(volts), zero.value)  # a resistor of another size has a pace of its own
            raise
        meter.check_current(float(volts), zero.value)
        note = text(N_("the source at {volts}"), volts=engineering(volts, "V", sign=True))
        last = meter.take("uut", point.readings, note)
        operator.take("source", lambda: as_set(standard, volts, last), "reading")
        source.zero("")
        meter.release()

    # ------------------------------------------------------------------------------------------------------ evaluate
    def evaluate(self, observation: Observation, standards: Mapping[str, Standard], uut: Uut) -> Result:  # noqa: ARG002 - the hook's
        """Compute the relative error of equation (5) and its budget."""
        inputs = self.inputs(observation, standards)
        volts, ohms = float(inputs[4].value), float(inputs[7].value) * (1.0 + float(inputs[8].value))
        error = propagate(dc_current_measurement_low_error, inputs)
        return result(
            self,
            observation.point,
            error,
            propagate(driven_current, inputs),
            indicated=float(inputs[0].value),
            cells={
                "voltage": stated(volts, abs(float(error.U) * volts), "V"),
                "resistance": stated(ohms, 2.0 * float(inputs[7].u), "Ω").removeprefix("+"),
            },
            parts={"voltage": (volts, "V"), "resistance": (ohms, "Ω")},
        )

    @staticmethod
    def inputs(observation: Observation, standards: Mapping[str, Standard]) -> list[Input]:
        """Return the inputs of the measurement equation, in the order of its parameters."""
        readings = observation.readings
        volts = readings["source"][-1]
        step = STEP * abs(float(Decimal(observation.point.setpoint)))
        return [
            *indicated("I_x", readings["uut"], "A"),
            group("I_open", readings["zero-open"], f"{UUT}, source disconnected", step),
            group("I_zero", readings["zero"], f"{UUT}, source at 0 V", step),
            *source_inputs(standards["source"], volts),
            *resistor_inputs(
                standards["resistor"],
                observation.settings["resistor"]["nominal"],
                observation.room,
                volts.value,
            ),
        ]


class _Meter:
    """The unit under test as an ammeter that holds its input at 0 V."""

    def __init__(self, setup: Setup, unit: VoltageForcingUnit, operator: Operator) -> None:
        self._setup = setup
        self._unit = unit
        self._operator = operator
        self._point = setup.point
        self._resistor = setup.standard("resistor")
        self._seconds = time_constant(float(self._resistor.values[0].value))

    def hold_zero(self) -> None:
        """Put 0 V on the input."""
        self._unit.source_voltage(
            self._point.module,
            Decimal(0),
            span=Decimal(self._setup.settings["uut"]["span"]),
            current_limit=Decimal(self._point.limit),
        )

    def release(self) -> None:
        """Leave the output at zero."""
        self._unit.zero(self._point.module)

    def read(self, span: Decimal | None = None) -> Reading:
        """Return one reading, in the range under test unless another *span* is given."""
        return self._unit.measure_current(self._point.module, span=span or Decimal(self._point.span))

    def await_rest(self) -> None:
        """Let the resistor come to rest, then the readings."""
        self._operator.wait(SETTLED * self._seconds, why_wait(self._resistor, SETTLED))
        if not self._operator.take("uut", self.read, "settling").sound:
            return  # what it may be is found out where the current is known

        def read() -> Reading:
            # Readings that stand closer than the time constant would not show that they still move.
            self._operator.wait(self._seconds / 2.0)
            return self.read()

        settle("uut", read, self._operator, lambda one: free(one, self._point.key), self._point.key)

    def take(self, role: str, count: int, note: Text) -> Reading:
        """Take *count* readings for the record; return the last one."""
        for _ in range(count):
            last = free(self._operator.take(role, self.read, "reading", note), self._point.key)
        return last

    def check_current(self, volts: float, zero: float) -> None:
        """Find out a wrong resistor or an open lead by what is read at *volts* more than the *zero* at 0 V.

        Raises
        ------
        WrongInstrument
            The reading fits another resistor; the hint names its decade.
        OutOfRange
            Nothing arrives, the sign is wrong, or the reading is beyond every range.
        """
        module, where = self._point.module, self._point.key
        span = Decimal(self._point.span)
        found = self._operator.take("uut", self.read, "settling")
        while not found.sound and span * 10 <= Decimal(self._point.limit):
            span *= 10
            found = self._operator.take("uut", partial(self.read, span), "settling")
        if not found.sound:
            raise OutOfRange(
                text(N_("The current into {module} is beyond its range."), module=module),
                where=where,
                hint=text(N_("Look for a short circuit across {name}."), name=self._resistor.name),
            )
        expected = float(Decimal(self._point.setpoint))
        driven = found.value - zero
        if abs(driven) < NOTHING * abs(expected):
            raise OutOfRange(
                text(N_("No current arrives at {module}."), module=module),
                where=where,
                hint=text(
                    N_(
                        "Look for an open lead at {name} or at the source, or a resistor that is far too large."
                    ),
                    name=self._resistor.name,
                ),
            )
        check_connected(self._resistor, self._resistor.values[0].nominal, abs(volts / driven), where)
        if math.copysign(1.0, driven) != math.copysign(1.0, expected):
            raise OutOfRange(
                text(N_("The source drives its current the wrong way.")),
                where=where,
                hint=text(N_("HI and LO of the source are exchanged: connect them as drawn.")),
            )
