"""What lies on the pan of a balance, and how it comes to rest."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from benchtui.virtualbench.settling import Settling

if TYPE_CHECKING:
    from benchtui.virtualbench.clock import BenchClock

TAU: Final = 0.4
"""Seconds: time constant with which a load comes to rest."""


class Pan:
    """The pan of one balance: a load that changes with a time constant when a weight is placed or taken away.

    Parameters
    ----------
    clock
        The bench's time.
    """

    def __init__(self, clock: BenchClock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._course = Settling(clock.ticks())
        self.kilograms = 0.0
        self.revision = 0

    def place(self, kilograms: float) -> None:
        """Put so much on the pan, instead of what was there; 0 takes all away."""
        with self._lock:
            self.kilograms = kilograms
            self.revision += 1
            self._course.head_for(self._clock.ticks(), kilograms, TAU)

    def felt(self) -> float:
        """Return the load in kilograms that the pan feels at this moment."""
        with self._lock:
            return self._course.at(self._clock.ticks())

    def unrest(self) -> float:
        """Return by how many kilograms the load is still from rest."""
        return abs(self.felt() - self.kilograms)
