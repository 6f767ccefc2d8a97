"""What the items below 10 µA have in common: a source of voltage that drives a current through a high resistance.

Which resistor serves is a matter of the budget: a large one asks the source for many volts, which hides its errors
and those of the detector, but it is known less well. The choice is made with the item's own evaluation.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import product

import msgspec

from benchtui.calc import Input
from benchtui.calc.equations.jjf2009_current import johnson_current
from benchtui.errors import StandardRefused
from benchtui.i18n import N_, Text, text
from benchtui.procedures.base import (
    Candidate,
    Candidates,
    Earlier,
    Observation,
    Point,
    Procedure,
    Result,
    Room,
    Settings,
    Setup,
)
from benchtui.procedures.semiconductor.evaluation import (
    certified,
    certified_value,
    limit_at,
    named,
    specified,
)
from benchtui.procedures.semiconductor.resistors import check_rating, rounded
from benchtui.profiles import SpecificationRange, Standard, Uut
from benchtui.quantity import Reading, engineering, plain

SCOPE = (Decimal("1e-12"), Decimal("1e-5"))
SPANS = (Decimal(0), Decimal("1e-5"))
"""Full scales that belong here; the ranges above are calibrated with an ammeter or with standard resistors."""

SOURCE_VOLTS = (Decimal("0.1"), Decimal(100))
"""JJF 2009—2022, 5.2.1: DC voltage source, ±(0.1 … 100) V, and its limits of error."""
SOURCE_MPE = 1e-4
PREFERRED_VOLTS = Decimal(1)
"""6.3.1: rather from 1 V on, where it costs little."""
LITTLE = 1.1
"""Factor in u_c that a resistor with a preferred voltage may cost."""
ADJUSTING = Decimal("1.2")
"""Part of these 100 V, and of a resistor's rated voltage, that may be reached while a null is looked for."""
SOURCE_LIMIT = Decimal("0.001")
"""Amperes that the source may give, where it lets itself be told: far more than any resistor here takes."""

RESISTOR_ACCURACY = {
    Decimal(10) ** exponent: Decimal(found)
    for exponent, found in ((7, "5e-5"), (8, "5e-5"), (9, "1e-4"), (10, "5e-4"), (11, "1e-3"), (12, "2e-3"))
}
"""JJF 2009—2022, 5.2.9: nominal value in ohms -> largest U (k = 2), relative."""

FARADS = 1e-11
"""Across a resistor of high value with its guarded terminals, where its maker states nothing."""
SETTLED = 9.2
"""Time constants until a ten-thousandth of a step is left: ln(10 000)."""

READING_SECONDS = 0.2
"""Integration of one reading, ten power line cycles, with which noise is foreseen."""
KELVIN = 296.15
ZERO_READINGS = 5


def time_constant(ohms: float) -> float:
    """Return the RC time of a resistor with what lies across it, in seconds."""
    return ohms * FARADS


def why_wait(resistor: Standard, constants: float) -> Text:
    """Return why so many time *constants* of *resistor* are waited for."""
    return text(
        N_("{name}: {constants} time constants of {seconds} s with the 10 pF across it"),
        name=resistor.name,
        constants=f"{constants:.1f}",
        seconds=f"{time_constant(float(resistor.values[0].value)):.2g}",
    )


def source_row(source: Standard, volts: float) -> SpecificationRange:
    """Return the smallest range of *source* that holds *volts*: a source has no over-range.

    Raises
    ------
    StandardRefused
        None does.
    """
    for row in sorted(source.ranges, key=lambda candidate: candidate.span):
        if abs(volts) <= float(row.span):
            return row
    raise StandardRefused(
        text(
            N_("{name} cannot give {volts}."),
            name=source.name,
            volts=engineering(rounded(volts), source.unit),
        ),
        where="source",
        hint=text(N_("Choose a smaller resistor, or a source that reaches further.")),
    )


def settable(source: Standard, volts: float) -> Decimal:
    """Return the voltage that *source* can be set to that is nearest to *volts*."""
    step = source_row(source, volts).resolution
    return (Decimal(repr(volts)) / step).to_integral_value() * step


def as_set(source: Standard, volts: Decimal, at: Reading | None = None) -> Reading:
    """Return the set value of *source* as a reading, of the time of the reading *at*; its text is what was set."""
    return Reading(
        raw=plain(volts),
        value=float(volts),
        unit=source.unit,
        t0=at.t0 if at else 0.0,
        t1=at.t1 if at else 0.0,
        span=float(source_row(source, float(volts)).span),
    )


def check_source(source: Standard, volts: Decimal) -> None:
    """Refuse a source that does not meet JJF 2009—2022, 5.2.1 at *volts*. Raises ``StandardRefused``."""
    relative = limit_at(source_row(source, float(volts)), float(volts)) / abs(float(volts))
    if relative > SOURCE_MPE:
        raise StandardRefused(
            text(
                N_("{name} is specified to {found} % at {value}; the specification asks for ±{asked} %."),
                name=source.name,
                found=f"{100 * relative:.2g}",
                value=engineering(abs(volts), source.unit),
                asked=f"{100 * SOURCE_MPE:.2g}",
            ),
            where="source",
            hint=text(N_("Choose a better standard for this point.")),
        )


def volts_over(resistor: Standard, amperes: Decimal) -> Decimal:
    """Return the magnitude of the voltage that drives *amperes* through *resistor*, by its nominal value."""
    return abs(amperes) * resistor.values[0].nominal


def check_resistor(resistor: Standard, amperes: Decimal) -> None:
    """Refuse a resistor that does not meet JJF 2009—2022, 5.2.9, or does not bear the voltage.

    Raises
    ------
    StandardRefused
        It is of no value that the specification lists, or not certified well enough; its rating is too low.
    """
    value = resistor.values[0]
    asked = RESISTOR_ACCURACY.get(value.nominal)
    found = 2 * value.standard_uncertainty / value.nominal
    if asked is None or found > asked:
        raise StandardRefused(
            text(
                N_("{name} is certified to {found} %; the specification asks for {asked} %."),
                name=resistor.name,
                found=f"{100 * found:.2g}",
                asked="-" if asked is None else f"{100 * asked:.2g}",
            ),
            where="resistor",
            hint=text(N_("Choose a better standard for this point.")),
        )
    check_rating(
        resistor, value, "resistor", volts=ADJUSTING * volts_over(resistor, amperes), amperes=amperes
    )


def source_inputs(source: Standard, volts: Reading) -> list[Input]:
    """Return voltage, its error and that of the source's zero; the voltage counts against that of the source."""
    row = source_row(source, volts.value) if not volts.span else _row_of(source, volts.span)
    lowest = min(source.ranges, key=lambda candidate: candidate.span)
    zero = limit_at(lowest, 0.0)
    words = f"{named(source)}, set to 0 V"
    return [
        Input.constant("V", -volts.value, unit="V", source=named(source)),
        specified("dV", source, row, volts.value),
        Input.rectangular("dV_0", 0.0, zero, unit="V", source=words)
        if zero
        else Input.constant("dV_0", 0.0, unit="V", source=words),
    ]


def _row_of(source: Standard, span: float) -> SpecificationRange:
    return min(source.ranges, key=lambda row: abs(float(row.span) - span))


def resistor_inputs(resistor: Standard, nominal: str, room: Room, volts: float) -> tuple[Input, Input]:
    """Return the certified resistance and its change here."""
    return certified("R", resistor, certified_value(resistor, nominal, "resistor"), room, volts)


def group(symbol: str, readings: Sequence[Reading], source: str, step: float) -> Input:
    """Return the mean of a group of zero readings in amperes; *step* is the resolution, for equal ones."""
    return Input.from_readings(
        symbol,
        [reading.value for reading in readings],
        unit="A",
        source=f"{source}, {len(readings)} readings",
        resolution=step,
    )


def scattered(mean: float, spread: float, count: int, span: float = 0.0) -> tuple[Reading, ...]:
    """Return *count* foreseen readings in amperes that scatter by *spread* around *mean*."""
    values = [mean + (spread if number % 2 else -spread) for number in range(count)]
    return tuple(Reading(raw=f"{value:+.5E}", value=value, unit="A", span=span) for value in values)


def thermal(ohms: float) -> float:
    """Return the scatter of a reading by the thermal noise of a resistor of *ohms*, in amperes."""
    return johnson_current(ohms, KELVIN, READING_SECONDS)


class Trial(msgspec.Struct, frozen=True):
    """Standards that may serve at a point: *volts* is what the source is set to first; *u* of the error in percent."""

    standards: dict[str, Candidate]
    settings: Settings
    volts: Decimal
    u: float

    @property
    def resistor(self) -> Candidate:
        """The resistor among them."""
        return self.standards["resistor"]


class LowCurrent(Procedure):
    """The choice of the standards for an item below 10 µA."""

    def choose(self, point: Point, candidates: Candidates, uut: Uut, earlier: Earlier) -> Setup:  # noqa: ARG002 - the hook's
        """Choose the standards that make u_c smallest; each trial is evaluated as if it had been measured.

        The source is rather used from 1 V on, if u_c does not grow by more than a tenth.

        Raises
        ------
        StandardRefused
            No resistor brings the source between 0.1 V and 100 V, or none of those that do can be taken; then the
            first one's reason is given.
        """
        amperes = Decimal(point.setpoint)
        fitting = [
            one
            for one in candidates["resistor"]
            if SOURCE_VOLTS[0] <= volts_over(one.standard, amperes) <= SOURCE_VOLTS[1]
        ]
        if not fitting:
            raise _none_fits(candidates["resistor"], amperes)
        trials: list[Trial] = []
        refusals: list[StandardRefused] = []
        roles = list(candidates)
        for combination in product(*({**candidates, "resistor": fitting}[role] for role in roles)):
            try:
                trials.append(self._trial(point, dict(zip(roles, combination, strict=True)), uut))
            except StandardRefused as refused:
                refusals.append(refused)
        if not trials:
            raise refusals[0]
        least = min(trial.u for trial in trials)

        def rank(trial: Trial) -> tuple[bool, float]:
            little = volts_over(trial.resistor.standard, amperes) < PREFERRED_VOLTS
            return little or trial.u > LITTLE * least, trial.u

        best, *others = sorted(trials, key=rank)
        return Setup(
            point=point, standards=best.standards, settings=best.settings, reason=_reason(best, others)
        )

    def _trial(self, point: Point, chosen: dict[str, Candidate], uut: Uut) -> Trial:
        standards = {role: candidate.standard for role, candidate in chosen.items()}
        for role, standard in standards.items():
            self.check_standard(role, standard, point)
        volts = self.preset(Decimal(point.setpoint), standards)
        check_source(standards["source"], volts)
        settings: Settings = {
            **self.settings(point, standards, uut),
            "resistor": {"nominal": plain(standards["resistor"].values[0].nominal)},
            "source": {"volts": plain(volts)},
        }
        foreseen = Observation(
            point=point, readings=self.foreseen(point, standards, settings), settings=settings
        )
        result = self.evaluate(foreseen, standards, uut)
        assert isinstance(result, Result), "an item with an error has a result"
        return Trial(chosen, settings, volts, result.u)

    def check_standard(self, role: str, standard: Standard, point: Point) -> None:
        """Refuse a *standard* that does not meet its row at *point*.

        What the source must give depends on the resistor; here it is asked for the smallest voltage of its row.
        """
        match role:
            case "source":
                check_source(standard, SOURCE_VOLTS[0])
            case "resistor":
                check_resistor(standard, Decimal(point.setpoint))

    @abstractmethod
    def preset(self, amperes: Decimal, standards: Mapping[str, Standard]) -> Decimal:
        """Return the voltage that the source is set to first, with its sign."""

    @abstractmethod
    def settings(self, point: Point, standards: Mapping[str, Standard], uut: Uut) -> Settings:
        """Return how the other instruments are used."""

    @abstractmethod
    def foreseen(
        self, point: Point, standards: Mapping[str, Standard], settings: Settings
    ) -> dict[str, tuple[Reading, ...]]:
        """Return the readings that the point will bring, as far as they can be foreseen."""


def _none_fits(resistors: Sequence[Candidate], amperes: Decimal) -> StandardRefused:
    return StandardRefused(
        text(
            N_("No resistor of the bench carries {current} at {low} to {high}: {names}."),
            current=engineering(abs(amperes), "A"),
            low=engineering(SOURCE_VOLTS[0], "V"),
            high=engineering(SOURCE_VOLTS[1], "V"),
            names=", ".join(one.standard.name for one in resistors),
        ),
        where="resistor",
        hint=text(
            N_("Put a resistor of {least} to {most} on the bench, with a valid certificate."),
            least=engineering(max(SOURCE_VOLTS[0] / abs(amperes), min(RESISTOR_ACCURACY)).normalize(), "Ω"),
            most=engineering(min(SOURCE_VOLTS[1] / abs(amperes), max(RESISTOR_ACCURACY)).normalize(), "Ω"),
        ),
    )


def _reason(best: Trial, others: Sequence[Trial]) -> Text:
    words = {
        "name": best.resistor.standard.name,
        "volts": engineering(rounded(abs(float(best.volts))), "V"),
        "u": f"{best.u:.2g}",
    }
    second = next((trial for trial in others if trial.resistor.name != best.resistor.name), None)
    if second is None:
        return text(N_("{name} with {volts}: u = {u} %; no other resistor fits."), **words)
    return text(
        N_("{name} with {volts}: u = {u} %; {other} with {less} would give {worse} %."),
        **words,
        other=second.resistor.standard.name,
        less=engineering(rounded(abs(float(second.volts))), "V"),
        worse=f"{second.u:.2g}",
    )
