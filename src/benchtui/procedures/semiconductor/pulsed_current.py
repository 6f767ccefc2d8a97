"""Pulsed current, ±(10 A … 1 500 A): the UUT's pulses go through a shunt, whose voltage a digitizer samples."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import product
from typing import ClassVar, cast

import msgspec

from benchtui.calc import Input, propagate
from benchtui.calc.equations.jjf2009_pulse import pulse_current, pulse_measurement_error, pulse_setting_error
from benchtui.calc.flat_top import FlatTop
from benchtui.errors import BadInput, NoReply
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
    named,
    resolved,
    result,
    row_at,
    specified,
    stated,
)
from benchtui.procedures.semiconductor.flat_top import HEAD_PERCENT, slope_limit, top_of, unevenness
from benchtui.procedures.semiconductor.indications import free, indicated
from benchtui.procedures.semiconductor.plans import planned
from benchtui.procedures.semiconductor.pulse_standards import (
    DIGITIZER_RATE,
    DIGITIZER_VOLTS,
    check_shunt,
    digitizer_range,
    pause,
    pulse_resistance,
    time_constant,
)
from benchtui.procedures.semiconductor.resistors import rounded, smallest
from benchtui.procedures.semiconductor.tables import CERTIFICATE_B10, RECORD_A10
from benchtui.profiles import CertifiedValue, JobItem, ModuleRange, SpecificationRange, Standard, Uut
from benchtui.quantity import NBSP, engineering
from benchtui.roles import Digitizer, Instrument, PulseSource
from benchtui.wiring import Connection, Terminal, Wiring

SCOPE = (Decimal(10), Decimal(1500))
WIDTHS = (Decimal("0.00025"), Decimal("0.01"))
"""Seconds: widths of the pulses of this item."""
USUAL_WIDTH = Decimal("0.001")
"""Width that is set where the work order names none and the range bears it: wide enough to settle, not to heat."""
INTERLOCK_ABOVE = Decimal(42)

TRIGGER_SHARE = Decimal("0.9")
"""6.7: the trigger stands at 90 % of the expected voltage."""


class PulsedCurrent(Procedure):
    """Pulsed current, ±(10 A … 1 500 A), 250 µs … 10 ms. JJF 2009—2022, 6.7, equations (12) to (14), figure 10.

    Each reading is one single pulse: what the unit under test measured of it, and its waveform over the shunt.
    """

    id = "pulsed-current"
    title = Text(N_("Pulsed current"))
    clause = "6.7"
    specification = SPECIFICATION
    roles: ClassVar[Mapping[str, type]] = {"uut": PulseSource, "shunt": Instrument, "digitizer": Digitizer}
    rows: ClassVar[Mapping[str, str]] = {"shunt": "pulse-shunt", "digitizer": "digitizer"}
    record_table = RECORD_A10
    certificate_table = CERTIFICATE_B10
    version = "1"

    def plan(self, uut: Uut, item: JobItem) -> list[Point]:
        """Return low, middle and high of each range inside the scope, both polarities, with the width of the pulse.

        Raises
        ------
        BadInput
            Besides what all plans refuse: a width that the item or the range does not have.
        """
        points = planned(uut, item, "pulsed_current", "A", SCOPE, lambda span: span.voltage_limit)
        return [_with_width(point, _span_of(uut, point)) for point in points]

    def choose(self, point: Point, candidates: Candidates, uut: Uut, earlier: Earlier) -> Setup:  # noqa: ARG002 - the hook's
        """Choose the shunt, the digitizer and its range that together give the smallest u_c."""
        span = _span_of(uut, point)

        def setup(pair: tuple[Candidate, Candidate]) -> tuple[float, Setup]:
            shunt, digitizer = pair
            value = pulse_resistance(shunt.standard, point)
            volts = abs(Decimal(point.setpoint)) * value.nominal
            row = digitizer_range(digitizer.standard, volts)
            u = self._predicted(point, shunt.standard, value, digitizer.standard, row)
            reason = text(
                N_(
                    "{shunt}: the pulse is {volts} over it, in the {range} range of {digitizer}; u_c will be {u} %."
                ),
                shunt=shunt.standard.name,
                volts=engineering(rounded(float(volts)), "V"),
                range=engineering(row.span, "V"),
                digitizer=digitizer.standard.name,
                u=f"{100 * u:.2g}",
            )
            settings = {
                "shunt": {"nominal": str(value.nominal)},
                "digitizer": {"span": str(row.span), "rate": str(min(row.fastest, DIGITIZER_RATE))},
                "uut": {"pause": str(pause(point, value, span))},
            }
            # Of what is equal to two digits the larger voltage is the better one: less of it is picked up by loops.
            return float(f"{u:.2g}"), Setup(
                point=point,
                standards={"shunt": shunt, "digitizer": digitizer},
                settings=settings,
                reason=reason,
            )

        shunts = sorted(candidates["shunt"], key=_ohms, reverse=True)
        return smallest(product(shunts, candidates["digitizer"]), setup)

    def _predicted(
        self,
        point: Point,
        shunt: Standard,
        value: CertifiedValue,
        digitizer: Standard,
        row: SpecificationRange,
    ) -> float:
        volts = float(point.setpoint) * float(value.nominal)
        top = FlatTop((0, 3), (1, 2), volts, 0.0, 1.0, 0.0, 0.0, 0.0, quiet=True)
        inputs = self.inputs(point, [top] * point.readings, 1.0, shunt, value, digitizer, row, Room())
        return float(propagate(pulse_setting_error, inputs).u)

    def wiring(self, setup: Setup) -> Wiring:
        """Return figure 10: the pulse through the current terminals of the shunt, its potential to the digitizer."""
        point = setup.point
        interlock = Decimal(point.limit) > INTERLOCK_ABOVE
        shunt = setup.standards["shunt"].name if setup.standards else ""
        return Wiring(
            key=f"10/{point.module}/{shunt}/{'interlock' if interlock else 'open'}",
            figure="10",
            connections=(
                Connection(
                    Terminal("uut", "force", point.module, "Force"), Terminal("shunt", "a", label="I+")
                ),
                Connection(Terminal("shunt", "b", label="I−"), Terminal("uut", "common", label="Common")),
                Connection(Terminal("shunt", "pa", label="U+"), Terminal("digitizer", "hi", label="HI")),
                Connection(Terminal("shunt", "pb", label="U−"), Terminal("digitizer", "lo", label="LO")),
            ),
            notes=(
                text(
                    N_(
                        "Use the shortest and thickest leads, forward and return close together; tighten the screws."
                    )
                ),
                text(
                    N_(
                        "Connect the digitizer with a coaxial lead at the potential terminals of the shunt only."
                    )
                ),
            ),
            volts=float(point.limit),
            amperes=abs(float(point.setpoint)),
            interlock=interlock,
        )

    def observe(self, setup: Setup, bench: Mapping[str, object], operator: Operator) -> None:
        """Fire one pulse for each reading, and take what the unit under test read of it and its waveform."""
        point = setup.point
        source = cast(PulseSource, bench["uut"])
        digitizer = cast(Digitizer, bench["digitizer"])
        used = setup.settings["digitizer"]
        span, rate = Decimal(used["span"]), Decimal(used["rate"])
        expected = Decimal(point.setpoint) * Decimal(setup.settings["shunt"]["nominal"])
        row = row_at(setup.standard("digitizer"), float(expected), "digitizer", float(span))
        width = Decimal(point.settings["width"])
        head = math.ceil(width * rate * HEAD_PERCENT / 100)
        source.prepare_pulse(
            point.module,
            Decimal(point.setpoint),
            span=Decimal(point.span),
            width=width,
            voltage_limit=Decimal(point.limit),
        )
        digitizer.prepare_waveform(
            span=span,
            rate=rate,
            samples=math.ceil(width * rate) + 2 * head,
            before=head,
            level=TRIGGER_SHARE * expected,
        )
        why = text(N_("pause between two pulses, so that source and shunt stay cool"))
        for number in range(point.readings):
            if number:
                operator.wait(float(setup.settings["uut"]["pause"]), why)
            digitizer.arm()
            free(operator.take("uut", lambda: source.fire(point.module), "reading"), point.key)
            try:
                waveform = operator.take_waveform("digitizer", digitizer.read_waveform)
            except NoReply as silent:
                raise _unseen(setup, expected, point.key) from silent
            top = top_of(waveform, float(row.resolution), point.key)
            check_shunt(setup, top.level, float(expected), point.key)

    def evaluate(self, observation: Observation, standards: Mapping[str, Standard], uut: Uut) -> Result:  # noqa: ARG002 - the hook's
        """Compute the errors of equations (13) and (14) and their budgets."""
        point = observation.point
        waveforms = observation.waveforms["digitizer"]
        nominal = Decimal(observation.settings["shunt"]["nominal"])
        digitizer, shunt = standards["digitizer"], standards["shunt"]
        expected = float(point.setpoint) * float(nominal)
        row = row_at(
            digitizer,
            expected,
            "digitizer",
            waveforms[0].span or float(observation.settings["digitizer"]["span"]),
        )
        value = next(value for value in shunt.values if value.nominal == nominal)
        tops = [top_of(waveform, float(row.resolution), point.key) for waveform in waveforms]
        inputs = self.inputs(point, tops, waveforms[0].step, shunt, value, digitizer, row, observation.room)
        current = propagate(pulse_current, inputs[1:])
        read = indicated("I_m", observation.readings["uut"], "A")
        measured = propagate(pulse_measurement_error, [*read, *inputs[1:]])
        volts, resistance = inputs[1], inputs[6]
        relative = float(current.U) / abs(float(current.y))
        return result(
            self,
            point,
            propagate(pulse_setting_error, inputs),
            current,
            cells={
                "range": f"{point.range}, {engineering(Decimal(point.settings['width']), 's')}".replace(
                    " ", NBSP
                ),
                "voltage": stated(float(volts.value), relative * abs(float(volts.value)), "V"),
                "resistance": stated(
                    float(resistance.value), float(value.expanded_uncertainty), "Ω"
                ).removeprefix("+"),
            },
            parts={
                "voltage": (float(volts.value), "V"),
                "resistance": (float(resistance.value), "Ω"),
                "width": (float(point.settings["width"]), "s"),
                "averaged_from": (waveforms[0].start + tops[0].used[0] * waveforms[0].step, "s"),
                "averaged_to": (waveforms[0].start + tops[0].used[1] * waveforms[0].step, "s"),
            },
            second=(float(read[0].value), measured),
        )

    @staticmethod
    def inputs(
        point: Point,
        tops: Sequence[FlatTop],
        step: float,
        shunt: Standard,
        value: CertifiedValue,
        digitizer: Standard,
        row: SpecificationRange,
        room: Room,
    ) -> list[Input]:
        """Return the inputs of the measurement equation, in the order of its parameters.

        The scatter of the pulses' tops holds what noise does to each of them, so that the uncertainty of the single
        mean (:attr:`~benchtui.calc.flat_top.FlatTop.u`) is not counted again.
        """
        name, resolution = named(digitizer), float(row.resolution)
        readings = [top.level for top in tops]
        volts = Input.from_readings(
            "V_top", readings, unit="V", source=f"{name}, {len(tops)} pulses", resolution=resolution
        )
        uneven, slope = unevenness(tops), slope_limit(tops, step)
        # V = R·(I + τ·dI/dt): the bandwidth tells the time constant of a shunt.
        inductive = slope * time_constant(value)
        return [
            Input.constant("I_set", float(Decimal(point.setpoint)), unit="A"),
            volts,
            specified("dV_spec", digitizer, row, float(volts.value)),
            resolved("dV_res", name, resolution, "V"),
            _bounded("dV_flat", uneven, "flat top, unevenness that is no noise"),
            _bounded("dV_L", inductive, f"{named(shunt)}, inductance"),
            *certified("R", shunt, value, room, float(volts.value)),
        ]

    def check_standard(self, role: str, standard: Standard, point: Point) -> None:
        """Refuse a standard that does not meet JJF 2009—2022, 5.2.6 or 5.2.9, at *point*."""
        if role == "shunt":
            pulse_resistance(standard, point)
        else:
            digitizer_range(standard, DIGITIZER_VOLTS[1])


def _ohms(shunt: Candidate) -> Decimal:
    return max((value.nominal for value in shunt.standard.values), default=Decimal(0))


def _unseen(setup: Setup, expected: Decimal, where: str) -> NoReply:
    return NoReply(
        text(
            N_("The digitizer saw no pulse that rises to {level}."),
            level=engineering(rounded(float(TRIGGER_SHARE * expected)), "V"),
        ),
        where=where,
        hint=text(
            N_("Check that {shunt} is connected, with HI of the digitizer at U+ of its potential terminals."),
            shunt=setup.standard("shunt").name,
        ),
    )


def _bounded(symbol: str, half_width: float, source: str) -> Input:
    if half_width == 0:
        return Input.constant(symbol, 0.0, unit="V", source=source)
    return Input.rectangular(symbol, 0.0, half_width, unit="V", source=source)


def _span_of(uut: Uut, point: Point) -> ModuleRange:
    for module in uut.modules:
        for span in module.pulsed_current:
            if (module.name, span.name) == (point.module, point.range):
                return span
    raise BadInput(
        text(
            N_("The unit under test has no range {range} in module {module}."),
            range=point.range,
            module=point.module,
        ),
        where=point.key,
        hint=text(N_("The profile of the unit under test was changed after the plan was made.")),
    )


def _with_width(point: Point, span: ModuleRange) -> Point:
    longest = min(span.longest_pulse, WIDTHS[1])
    asked = point.settings.get("width")
    try:
        width = min(USUAL_WIDTH, longest) if asked is None else Decimal(asked)
    except ArithmeticError:
        width = Decimal("NaN")
    if not width.is_finite() or not WIDTHS[0] <= width <= longest:
        raise BadInput(
            text(N_("A pulse of {width} s is outside this item or this range."), width=asked or str(width)),
            where=point.key,
            hint=text(
                N_("Its pulses last {shortest} to {longest}."),
                shortest=engineering(WIDTHS[0], "s"),
                longest=engineering(longest, "s"),
            ),
        )
    words = engineering(width, "s").replace(NBSP, " ")
    return msgspec.structs.replace(
        point,
        key=f"{point.key}/{words}",
        settings={**point.settings, "width": format(width.normalize(), "f")},
    )
