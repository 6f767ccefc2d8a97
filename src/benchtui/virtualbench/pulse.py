"""A current pulse as it runs through the circuit: two steady states and what lies between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from benchtui.virtualbench.circuit import VoltageSource
from benchtui.virtualbench.clock import NANO
from benchtui.virtualbench.solved import current

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from benchtui.virtualbench.circuit import Solution
    from benchtui.virtualbench.solved import Probe, Solved

RISE: Final = 20e-6
"""Seconds from base to level; the fall is the same."""
CREEP: Final = 0.004
CREEP_SECONDS: Final = 40e-6
"""What the output stage lacks of its level after the rise, and how quickly it makes up for it."""


@dataclass(frozen=True)
class Pulse:
    """A pulse that began at bench time *ticks* and lasts *width* seconds.

    *base* and *peak* are the circuit before it and at its level. *inductive*: for each inductance, its henries times
    the change of its current, and what one volt in series with it makes.
    """

    ticks: int
    width: float
    base: Solution
    peak: Solution
    inductive: tuple[tuple[float, Solution], ...] = ()

    @property
    def end(self) -> int:
        """Bench time at which it is over."""
        return self.ticks + round((self.width + RISE) * NANO)

    def value(self, probe: Probe, seconds: float) -> float:
        """Return what *probe* sees so many seconds after its begin."""
        return float(self.course(probe, np.array([seconds]))[0])

    def course(self, probe: Probe, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what *probe* sees at moments in seconds after its begin; before and after it, the base."""
        height, slope = self._shape(seconds)
        base = probe(self.base)
        seen = base + (probe(self.peak) - base) * height
        for weber, response in self.inductive:
            seen = seen - weber * probe(response) * slope
        return seen

    def _shape(self, seconds: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the height, 0 … 1, and its derivative in 1/s."""
        up = np.clip(seconds / RISE, 0.0, 1.0)
        down = np.clip((seconds - self.width) / RISE, 0.0, 1.0)
        lack = CREEP * np.exp(-np.maximum(seconds - RISE, 0.0) / CREEP_SECONDS)
        top = 1.0 - lack
        edge = up - down
        rising, falling = (up > 0.0) & (up < 1.0), (down > 0.0) & (down < 1.0)
        steep = (rising.astype(np.float64) - falling.astype(np.float64)) / RISE
        creeping = np.where(seconds > RISE, lack / CREEP_SECONDS, 0.0)
        return edge * top, steep * top + edge * creeping


def between(ticks: int, width: float, base: Solved, peak: Solved) -> Pulse:
    """Return the pulse that leads from the circuit *base* to *peak* and back."""
    inductive = []
    for element in peak.network.elements:
        if isinstance(element, VoltageSource) and element.henries:
            look = current(element.name)
            weber = element.henries * (look(peak.solution) - look(base.solution))
            inductive.append((weber, peak.response(element.name)))
    return Pulse(ticks, width, base.solution, peak.solution, tuple(inductive))
