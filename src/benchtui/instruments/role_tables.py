"""The roles that a table can describe: one struct a role, filled from a profile's tables.

Places in braces are filled in by :mod:`~benchtui.instruments.table_driver` and its neighbours; :data:`PLACES`
says which. Numbers are sent as decimal text without exponent.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from benchtui.instruments.profile_words import Check, Pattern, Question, Source, Step
from benchtui.profiles import NotNegative, Positive, Profile

Steps = Annotated[tuple[Step, ...], Meta(min_length=1)]
Spans = Annotated[tuple[Decimal, ...], Meta(min_length=1)]


class ReadingTable(Profile, frozen=True, kw_only=True):
    """How one reading is triggered and what its answer looks like.

    Attributes
    ----------
    read
        The query that triggers one reading.
    reply
        Its answer, with the group ``value`` and, where the instrument sends one, the group ``unit``.
    units
        The factor to the base unit for each text that the group ``unit`` may hold.
    over_range
        Answers that mean "over range"; they become flagged NaN.
    flagged
        Flag -> answers that are no value for another reason, such as ``zero-check``; flagged NaN as well.
    timeout
        Time in seconds that a reading may take.
    """

    read: Step
    reply: Pattern
    over_range: Annotated[tuple[Pattern, ...], Meta(min_length=1)]
    source: Source
    units: dict[str, Decimal] = msgspec.field(default_factory=dict)
    flagged: dict[str, Pattern] = msgspec.field(default_factory=dict)
    timeout: Positive = Decimal(5)


class FunctionTable(ReadingTable, frozen=True, kw_only=True):
    """A function of a meter with fixed ranges: DC voltage, DC current, resistance.

    Attributes
    ----------
    spans
        Full scales of the ranges in base units, ascending.
    prepare
        Lines that choose the function and a range, ``{span}`` filled in.
    settle_seconds
        Time to let pass after the range was changed.
    """

    spans: Spans
    prepare: Steps
    settle_seconds: NotNegative = Decimal(0)


class NullDetectorTable(FunctionTable, frozen=True, kw_only=True):
    """The role of a null detector: *prepare* also connects the input, *protect* disconnects or shorts it."""

    protect: Steps


class CounterTable(ReadingTable, frozen=True, kw_only=True):
    """The role of a frequency counter; *prepare* has the places ``{expected}`` (Hz) and ``{gate}`` (s)."""

    lowest: Positive
    highest: Positive
    longest_gate: Positive
    prepare: Steps


class Block(Profile, frozen=True, kw_only=True):
    """How samples come.

    Attributes
    ----------
    read
        The query; ``{samples}`` is filled in.
    form
        ``ascii``: numbers separated by commas or line ends; ``real64``: an IEEE 488.2 block of little-endian
        doubles.
    over_range
        Magnitude from which a sample is the instrument's word for "over range".
    latest_first
        True if the latest sample comes first.
    """

    read: Step
    form: Literal["ascii", "real64"]
    over_range: Positive
    source: Source
    latest_first: bool = False


class DigitizerTable(Profile, frozen=True, kw_only=True):
    """The role of a digitizer.

    Attributes
    ----------
    spans
        Full scales of the ranges in volts, ascending.
    fastest
        Largest sample rate in 1/s.
    most_samples
        Largest number of samples of a waveform.
    aperture_share
        The part of the sampling interval that ``{aperture}`` takes, where the instrument needs time between.
    pre_trigger
        True if samples before the trigger are kept.
    slopes
        The instrument's words for a rising and a falling edge, filled in for ``{slope}``.
    prepare
        Lines that set it up; see :data:`PLACES`.
    arm
        Lines after which it waits for the trigger.
    complete
        Asked until its answer is yes: then the waveform is complete. Without it the block's query waits.
    interval
        Asked for the sampling interval in seconds that is really used, where the instrument tells it.
    block
        How the samples come.
    timeout
        Longest time in seconds from arming to the last sample.
    """

    spans: Spans
    fastest: Positive
    most_samples: Annotated[int, Meta(ge=1)]
    slopes: Annotated[tuple[str, str], Meta(description="rising, falling")]
    prepare: Steps
    arm: Steps
    block: Block
    source: Source
    aperture_share: Positive = Decimal("0.5")
    pre_trigger: bool = True
    complete: Check | None = None
    interval: Question | None = None
    timeout: Positive = Decimal(30)


class SourceTable(Profile, frozen=True, kw_only=True):
    """The role of a source of DC voltage or current.

    Attributes
    ----------
    spans
        Full scales of the ranges in base units, ascending.
    set
        Lines that set a value; places ``{value}``, ``{span}`` and ``{limit}``, the limit of the other quantity.
    operate
        Lines that switch the output on.
    zero
        Lines that set zero and leave the output connected.
    operating
        Yes if the output is on; asked after every setting.
    settled
        Yes if the output has come to rest.
    limiting
        Yes if the output limits, so that it is not what was set. Without it an output that is off limits.
    settle_timeout
        Longest time in seconds to wait for *settled*.
    """

    spans: Spans
    set: Steps
    operate: Steps
    zero: Steps
    operating: Check
    settled: Check
    source: Source
    limiting: Check | None = None
    settle_timeout: Positive = Decimal(20)


PLACES: dict[type[Profile], frozenset[str]] = {
    FunctionTable: frozenset({"span"}),
    NullDetectorTable: frozenset({"span"}),
    CounterTable: frozenset({"expected", "gate"}),
    DigitizerTable: frozenset(
        {
            "span", "rate", "interval", "aperture", "samples", "before", "before-percent",
            "level", "level-percent", "slope",
        }
    ),
    SourceTable: frozenset({"value", "span", "limit"}),
}  # fmt: skip
"""What may stand in braces in the lines of each table."""
