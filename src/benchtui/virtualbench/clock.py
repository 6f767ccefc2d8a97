"""The time that the instruments of the virtual bench live in.

Bench time is counted in whole nanoseconds since the bench was switched on. Differences of such counts are
exact, so that a reading taken 300 ms after a step is the same number on the first day and in the third year:
nothing that is measured depends on the absolute time.
"""

from __future__ import annotations

import bisect
import threading
import time
from typing import TYPE_CHECKING, Final, Literal

from benchtui.errors import BadInput
from benchtui.i18n import N_, text

if TYPE_CHECKING:
    from collections.abc import Callable

NANO: Final = 1_000_000_000
SLICE: Final = 0.02
"""Seconds of real time after which a sleeping instrument looks up: at a changed scale, at an abort."""

Scale = float | Literal["virtual"]


def parse_scale(word: str) -> Scale:
    """Read ``virtual`` or a factor such as ``1`` (real time) or ``10`` (ten times as fast).

    Raises
    ------
    BadInput
        Neither, or a factor that is not positive and finite.
    """
    if word.strip().lower() == "virtual":
        return "virtual"
    try:
        factor = float(word)
    except ValueError:
        factor = 0.0
    if not 0.0 < factor < float("inf"):
        raise BadInput(
            text(N_("This is not a time scale.")),
            where=repr(word),
            hint=text(N_("Give a factor such as 1 or 10, or the word virtual.")),
        )
    return factor


class BenchClock:
    """Real time, real time × a factor, or virtual time that only jumps.

    In virtual time an instrument's delay and :meth:`advance` move the clock at once and nobody sleeps.

    Parameters
    ----------
    scale
        A factor, or ``virtual``.
    """

    def __init__(self, scale: Scale = 1.0) -> None:
        self._lock = threading.Lock()
        self._scale: Scale = scale
        self._epoch = time.time_ns()
        self._ticks = 0
        self._mark = time.monotonic_ns()
        # When the virtual clock jumped: bench ticks reached, and time.monotonic() at that moment.
        self._jumps: list[tuple[int, float]] = []

    @property
    def scale(self) -> Scale:
        """The factor, or ``virtual``."""
        return self._scale

    def set_scale(self, scale: Scale) -> None:
        """Go on from the present moment at another speed."""
        with self._lock:
            self._ticks = self._now_ticks()
            self._mark = time.monotonic_ns()
            self._scale = scale
            self._jumps = [(self._ticks, time.monotonic())]

    def ticks(self) -> int:
        """Return nanoseconds of bench time since the bench was switched on."""
        with self._lock:
            return self._now_ticks()

    def now(self) -> float:
        """Return seconds since the epoch on the bench's clock."""
        return (self._epoch + self.ticks()) / NANO

    def advance(self, seconds: float) -> None:
        """Let *seconds* pass in virtual time; in real time do nothing, the caller waits for himself."""
        with self._lock:
            if self._scale == "virtual":
                self._jump(self._ticks + _nanoseconds(seconds))

    def sleep(self, seconds: float, interrupted: Callable[[], bool]) -> bool:
        """Let *seconds* of bench time pass, as an instrument does while it measures.

        Returns
        -------
        bool
            True if *interrupted* said so before the time was over. It is asked at once and every 20 ms.
        """
        end = self.ticks() + _nanoseconds(seconds)
        while not interrupted():
            with self._lock:
                if self._scale == "virtual":
                    self._jump(max(end, self._ticks))
                    return False
                left = (end - self._now_ticks()) / NANO / self._scale
            if left <= 0.0:
                return False
            time.sleep(min(left, SLICE))
        return True

    def monotonic_at(self, ticks: int) -> float:
        """Return the ``time.monotonic()`` at which bench time passed *ticks*."""
        with self._lock:
            if self._scale == "virtual":
                index = bisect.bisect_left(self._jumps, (ticks, 0.0))
                return self._jumps[index][1] if index < len(self._jumps) else time.monotonic()
            return (self._mark + (ticks - self._ticks) / self._scale) / NANO

    def _now_ticks(self) -> int:
        if self._scale == "virtual":
            return self._ticks
        return self._ticks + round((time.monotonic_ns() - self._mark) * self._scale)

    def _jump(self, ticks: int) -> None:
        self._ticks = ticks
        self._jumps.append((ticks, time.monotonic()))
        del self._jumps[:-1024]


def _nanoseconds(seconds: float) -> int:
    return max(0, round(seconds * NANO))
