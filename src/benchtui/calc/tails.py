"""Coverage intervals from many values of which only the tails are kept.

A coverage interval needs order statistics far out alone. The first block of values tells where the tails
begin, with a margin; of all later blocks only what lies beyond is kept, and sorted in the end. Memory is a
few percent of the values, and sorting hardly counts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from benchtui.calc.distributions import FloatArray

Kind = Literal["symmetric", "shortest"]
"""``symmetric``: equal probability outside on both sides; ``shortest``. JCGM 101:2008, 7.7 and 5.3.4."""


@dataclass(frozen=True)
class Ranks:
    """Which order statistics bound an interval of probability *level* among *count* values.

    Source: JCGM 101:2008, 7.7.
    """

    count: int
    level: float

    @property
    def width(self) -> int:
        """Return q = p·M, to the nearest integer: the interval reaches from the r-th to the (r+q)-th value."""
        return min(math.floor(self.level * self.count + 0.5), self.count - 1)

    @property
    def first(self) -> int:
        """Return r = (M - q)/2, rounded up, of the probabilistically symmetric interval; counted from 1."""
        return (self.count - self.width + 1) // 2

    def needed(self, kind: Kind) -> int:
        """Return how many of the smallest, and of the largest, values the interval can touch."""
        return self.first if kind == "symmetric" else self.count - self.width


class TailsTooThinError(Exception):
    """The first block was not typical: more values are needed than were kept; run again with more margin."""


class Tails:
    """Smallest and largest values of a long series, kept as differences from its *center*.

    Parameters
    ----------
    first_block
        The first values of the series; they tell where the tails begin. They are not yet taken in.
    level, kind
        The interval that will be asked for.
    margin
        How much more than the expected part is kept, in standard deviations of the first block's count.
    """

    def __init__(self, first_block: FloatArray, level: float, kind: Kind, margin: float) -> None:
        self._level = level
        self._kind: Kind = kind
        self._count = 0
        self._kept: list[FloatArray] = []
        self._found: tuple[float, float] | None = None
        size = first_block.size
        part = (1 - level) / (2 if kind == "symmetric" else 1)
        number = math.ceil((part + margin * math.sqrt(part * (1 - part) / size)) * size)
        low, high = max(number, 1) - 1, size - max(number, 1)
        if low < high:
            placed = np.partition(first_block, [low, high])
            self.center = float((placed[low] + placed[high]) / 2)
            reach = float((placed[high] - placed[low]) / 2)
        else:
            self.center = float(np.median(first_block))
            reach = 0.0
        # Arrays without axes: numpy converts a Python number anew at each operation.
        self.middle = np.array(self.center)
        self._reach = np.array(reach)

    def add(self, residuals: FloatArray, magnitudes: FloatArray) -> None:
        """Take in a block of *residuals* from the center; *magnitudes* is an array that is lent."""
        np.abs(residuals, out=magnitudes)
        self._count += residuals.size
        self._kept.append(residuals[(magnitudes >= self._reach).nonzero()[0]])
        self._found = None

    def interval(self) -> tuple[float, float]:
        """Return the ends of the coverage interval of all values so far.

        Raises
        ------
        TailsTooThinError
            Too few values were kept.
        """
        if self._found is None:
            self._found = self._interval()
        return self._found

    def _interval(self) -> tuple[float, float]:
        ranks = Ranks(self._count, self._level)
        kept = np.concatenate(self._kept)
        needed = ranks.needed(self._kind)
        negative = int(np.count_nonzero(kept < 0))
        if kept.size < self._count and min(negative, kept.size - negative) < needed:
            raise TailsTooThinError
        if self._kind == "symmetric":
            # The (r+q)-th of M values from below is the (M-r-q+1)-th from above.
            first, last = ranks.first - 1, kept.size + ranks.first + ranks.width - self._count - 1
            kept.partition([first, last])
            low, high = kept[first], kept[last]
        else:
            kept.sort()
            starts, ends = kept[:needed], kept[kept.size - needed :]
            shortest = int(np.argmin(ends - starts))
            low, high = starts[shortest], ends[shortest]
        return self.center + float(low), self.center + float(high)


def interval_of(values: FloatArray, level: float, kind: Kind) -> tuple[float, float]:
    """Return the coverage interval of one block of *values*."""
    ranks = Ranks(values.size, level)
    if kind == "symmetric":
        first, last = ranks.first - 1, ranks.first + ranks.width - 1
        placed = np.partition(values, [first, last])
        return float(placed[first]), float(placed[last])
    ordered = np.sort(values)
    needed = ranks.needed(kind)
    shortest = int(np.argmin(ordered[values.size - needed :] - ordered[:needed]))
    return float(ordered[shortest]), float(ordered[shortest + ranks.width])
