"""The bench's clock: what "now" and "wait" mean for a run. On a real bench it is the wall clock."""

from __future__ import annotations

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """Time as the bench feels it; a virtual bench may let three minutes pass in a millisecond."""

    def now(self) -> float:
        """Return seconds since the epoch."""

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        """Let *seconds* pass; return True at once when *stop* is set."""


class WallClock:
    """The clock of a real bench."""

    def now(self) -> float:
        """Return seconds since the epoch."""
        return time.time()

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        """Let *seconds* pass; return True at once when *stop* is set."""
        return stop.wait(seconds)
