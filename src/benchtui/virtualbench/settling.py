"""How a potential comes to rest after a change: first order, evaluated at any moment of bench time."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

from benchtui.virtualbench.clock import NANO

REMEMBERED = 64
"""Changes that are remembered for the mean over an aperture; no aperture sees more."""


@dataclass(frozen=True)
class Course:
    """``v = end + (start - end)·exp(-t/tau)`` since bench time *ticks*; volts, seconds, nanoseconds."""

    ticks: int
    start: float
    end: float
    tau: float

    def at(self, ticks: int) -> float:
        """Return the potential in volts."""
        return self.end + (self.start - self.end) * self._left(ticks)

    def mean(self, since: int, until: int) -> float:
        """Return the mean potential between two moments, *until* > *since*."""
        seconds = (until - since) / NANO
        decayed = self._left(since) - self._left(until)
        return self.end + (self.start - self.end) * self.tau / seconds * decayed

    def _left(self, ticks: int) -> float:
        return math.exp(-(ticks - self.ticks) / NANO / self.tau)


class Settling:
    """The potential of a node: 0 V until the first change, then one course after the other.

    Parameters
    ----------
    ticks
        Bench time in nanoseconds at which it begins.
    """

    def __init__(self, ticks: int) -> None:
        self._courses = deque([Course(ticks, 0.0, 0.0, 1.0)], REMEMBERED)

    def at(self, ticks: int) -> float:
        """Return the potential in volts at *ticks*, which is not before the last change."""
        return self._courses[-1].at(ticks)

    def left(self, since: int, until: int) -> float:
        """Return the mean of what is still missing to the end of the present course."""
        return self._courses[-1].end - self.mean(max(since, self._courses[-1].ticks), until)

    def mean(self, since: int, until: int) -> float:
        """Return the mean potential between two moments, whatever happened meanwhile."""
        if until <= since:
            return self.at(until)
        total, end = 0.0, until
        for course in reversed(self._courses):
            begin = max(course.ticks, since)
            if begin < end:
                part = (end - begin) / (until - since)
                total += part * course.mean(begin, end)
                end = begin
            if course.ticks <= since:
                break
        return total

    def head_for(self, ticks: int, end: float, tau: float) -> None:
        """From *ticks* on go to *end* volts with the time constant *tau* in seconds (> 0)."""
        self._courses.append(Course(ticks, self.at(ticks), end, tau))

    def fell_below(self, magnitude: float, ticks: int) -> int | None:
        """Return the bench time at which |v| fell below *magnitude* in the present course, up to *ticks*.

        None: it has not fallen, or was below already when the course began.
        """
        course = self._courses[-1]
        if abs(course.start) <= magnitude or abs(course.at(ticks)) > magnitude:
            return None
        level = math.copysign(magnitude, course.start)
        seconds = course.tau * math.log((course.start - course.end) / (level - course.end))
        return course.ticks + round(seconds * NANO)
