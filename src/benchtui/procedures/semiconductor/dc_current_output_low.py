"""DC current output, ±(1 pA … 10 µA): a source cancels the UUT's current at a null detector."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal
from typing import ClassVar, cast

from benchtui.calc import Input, propagate
from benchtui.calc.equations.jjf2009_current import balanced_current, dc_current_output_low_error
from benchtui.errors import BenchtuiError
from benchtui.i18n import N_, Text, text
from benchtui.procedures.base import Observation, Operator, Point, Result, Settings, Setup
from benchtui.procedures.semiconductor import SPECIFICATION
from benchtui.procedures.semiconductor.dc_voltage_output import INTERLOCK_ABOVE
from benchtui.procedures.semiconductor.evaluation import named, resolved, result, stated
from benchtui.procedures.semiconductor.low_current import (
    ADJUSTING,
    SCOPE,
    SPANS,
    ZERO_READINGS,
    LowCurrent,
    as_set,
    group,
    resistor_inputs,
    scattered,
    settable,
    source_inputs,
    thermal,
    volts_over,
)
from benchtui.procedures.semiconductor.null_balance import Balance, check_detector, detector_row
from benchtui.procedures.semiconductor.plans import planned
from benchtui.procedures.semiconductor.tables import CERTIFICATE_B2, RECORD_A2
from benchtui.profiles import JobItem, Standard, Uut
from benchtui.quantity import Reading, plain
from benchtui.roles import CurrentSource, Instrument, NullDetector, VoltageSource
from benchtui.wiring import Connection, Terminal, Wiring

FINE = Decimal("0.005")
"""Full scale of the detector at the null, as a part of the current: what is left then is read to parts in 10⁶ of it."""
COARSE = Decimal("1.2")
"""The same before: a current that is a few percent too large must not overload it."""


class DcCurrentOutputLow(LowCurrent):
    """DC current output, ±(1 pA … 10 µA). JJF 2009—2022, 6.3.1, equations (1), (2), figure 2, tables A.2 and B.2."""

    id = "dc-current-output-low"
    title = Text(N_("DC current output up to 10 µA"))
    clause = "6.3.1"
    specification = SPECIFICATION
    roles: ClassVar[Mapping[str, type]] = {
        "uut": CurrentSource,
        "null": NullDetector,
        "resistor": Instrument,
        "source": VoltageSource,
    }
    rows: ClassVar[Mapping[str, str]] = {
        "null": "null-detector",
        "resistor": "high-value-resistor",
        "source": "dc-voltage-source",
    }
    record_table = RECORD_A2
    certificate_table = CERTIFICATE_B2
    version = "1"

    def plan(self, uut: Uut, item: JobItem) -> list[Point]:
        """Return low, middle and high (10 %, 50 %, 90 %) of each range up to 10 µA, not below 1 pA, both polarities."""
        return planned(uut, item, "current_output", "A", SCOPE, lambda span: span.voltage_limit, spans=SPANS)

    def wiring(self, setup: Setup) -> Wiring:
        """Return figure 2: force and resistor meet at the detector's input, the source is behind the resistor."""
        point = setup.point
        resistor = setup.standards["resistor"]
        volts = ADJUSTING * volts_over(resistor.standard, Decimal(point.setpoint))
        interlock = volts > INTERLOCK_ABOVE
        common = Terminal("uut", "common", label="Common")
        node = Terminal("null", "in", label="INPUT")
        return Wiring(
            key=f"2/{point.module}/{resistor.name}/{'interlock' if interlock else 'open'}",
            figure="2",
            connections=(
                Connection(Terminal("uut", "force", point.module, "Force"), node),
                Connection(node, Terminal("resistor", "a")),
                Connection(Terminal("resistor", "b"), Terminal("source", "hi", label="HI")),
                Connection(Terminal("source", "lo", label="LO"), common),
                Connection(Terminal("null", "lo", label="LO"), common),
            ),
            notes=(
                text(
                    N_("Use guarded triaxial leads from the analyzer over the null detector to the resistor.")
                ),
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
        """Return the voltage that cancels *amperes* if they are what was set."""
        ohms = float(standards["resistor"].values[0].value)
        return -settable(standards["source"], float(amperes) * ohms)

    def settings(self, point: Point, standards: Mapping[str, Standard], uut: Uut) -> Settings:  # noqa: ARG002 - the hook's
        """Return the ranges of the detector: a coarse one that holds the whole current, a fine one for the null."""
        amperes = abs(Decimal(point.setpoint))
        detector = standards["null"]
        return {
            "null": {
                "coarse": plain(detector_row(detector, COARSE * amperes).span),
                "fine": plain(detector_row(detector, FINE * amperes).span),
            }
        }

    def foreseen(
        self, point: Point, standards: Mapping[str, Standard], settings: Settings
    ) -> dict[str, tuple[Reading, ...]]:
        """Return a perfect null with the thermal noise of the resistor."""
        span = float(settings["null"]["fine"])
        spread = thermal(float(settings["resistor"]["nominal"]))
        zero = scattered(0.0, spread, ZERO_READINGS, span)
        return {
            "source": (as_set(standards["source"], Decimal(settings["source"]["volts"])),),
            "zero-before": zero,
            "null": scattered(0.0, spread, point.readings, span),
            "zero-after": zero,
        }

    # ------------------------------------------------------------------------------------------------------- observe
    def observe(self, setup: Setup, bench: Mapping[str, object], operator: Operator) -> None:
        """Read the detector's zero, balance the current, read what is left, read the zero again.

        Zero before and after: input current, zero error and thermal voltages are corrected, and a steady drift with
        them. The null counts to three minutes of the second one.
        """
        detector = cast(NullDetector, bench["null"])
        try:
            Balance(setup, bench, operator).carry_out()
        finally:
            # Leads may be moved next. If the wire is what has failed, that is told, and not this.
            with suppress(BenchtuiError):
                detector.protect()

    # ------------------------------------------------------------------------------------------------------ evaluate
    def evaluate(self, observation: Observation, standards: Mapping[str, Standard], uut: Uut) -> Result:  # noqa: ARG002 - the hook's
        """Compute the relative error of equation (2) and its budget."""
        point = observation.point
        inputs = self.inputs(observation, standards)
        volts, ohms = float(inputs[1].value), float(inputs[4].value) * (1.0 + float(inputs[5].value))
        error = propagate(dc_current_output_low_error, inputs)
        uncertain = abs(float(error.U))
        return result(
            self,
            point,
            error,
            propagate(balanced_current, inputs[1:]),
            cells={
                "voltage": stated(volts, uncertain * abs(volts), "V"),
                "resistance": stated(ohms, 2.0 * float(inputs[4].u), "Ω").removeprefix("+"),
            },
            parts={"voltage": (volts, "V"), "resistance": (ohms, "Ω")},
        )

    @staticmethod
    def inputs(observation: Observation, standards: Mapping[str, Standard]) -> list[Input]:
        """Return the inputs of the measurement equation, in the order of its parameters.

        The input current of the detector has no line: it is part of both zeros and is corrected with them. What the
        zero moves in three minutes is stated as a range; the null lies within half of it to either side of the mean
        of the zeros before and after, rectangular (JJF 2009—2022, C.1.3.3).
        """
        point, readings = observation.point, observation.readings
        detector = standards["null"]
        row = detector_row(detector, Decimal(repr(max(reading.span for reading in readings["null"]))))
        name, step = named(detector), float(row.resolution)
        volts = readings["source"][-1]
        resistor = resistor_inputs(
            standards["resistor"], observation.settings["resistor"]["nominal"], observation.room, volts.value
        )
        return [
            Input.constant("I_set", float(Decimal(point.setpoint)), unit="A"),
            *source_inputs(standards["source"], volts),
            *resistor,
            group("I_null", readings["null"], name, step),
            group("I_before", readings["zero-before"], f"{name}, zero before", step),
            group("I_after", readings["zero-after"], f"{name}, zero after", step),
            Input.rectangular(
                "dI_zero", 0.0, float(row.zero_range) / 2, unit="A", source=f"{name}, zero over three minutes"
            ),
            resolved("dI_res", name, step, "A"),
            Input.rectangular(
                "g_d", 0.0, float(row.ppm_of_reading) * 1e-6, unit="1", source=f"{name}, error of reading"
            ),
            Input.constant(
                "R_d/R", float(row.burden_resistance) / float(resistor[0].value), unit="1", source=name
            ),
        ]

    def check_standard(self, role: str, standard: Standard, point: Point) -> None:
        """Refuse a source, a resistor or a null detector that does not meet JJF 2009—2022, 5.2.1, 5.2.9 or 5.2.3."""
        super().check_standard(role, standard, point)
        if role == "null":
            check_detector(standard, COARSE * abs(Decimal(point.setpoint)))
