"""Is anybody there? While something hazardous is on, the terminal is asked where its cursor is.

A line that swallows everything keeps a dead connection open for minutes; a terminal that has answered before and
now stays silent stands for an operator who is absent. A terminal that never answers is not held against anybody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ASK_EVERY = 5.0
"""Seconds between two questions."""
ABSENT_AFTER = 15.0
"""Seconds of silence after which the operator counts as absent."""
QUESTION = "\x1b[6n"


class Presence:
    """Keeps the time of the last sign of life; *ask* sends :data:`QUESTION` to the terminal."""

    def __init__(self, ask: Callable[[], None]) -> None:
        self._ask = ask
        self._answers = False
        self._heard = 0.0
        self._watching = False

    def heard(self, now: float, *, answered: bool) -> None:
        """Take a sign of life: a key, or, if *answered*, the answer to the question."""
        self._heard = now
        self._answers = self._answers or answered

    def absent(self, now: float, *, hazardous: bool) -> bool:
        """Ask, if something *hazardous* is on, and tell whether the silence has lasted too long."""
        if not hazardous:
            self._watching = False
            return False
        if not self._watching:
            self._watching = True
            self._heard = now
        self._ask()
        return self._answers and now - self._heard >= ABSENT_AFTER
