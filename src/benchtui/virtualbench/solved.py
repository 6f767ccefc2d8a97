"""A network, solved: what an instrument would see of it, with what is slow in it and what is noise."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from benchtui.virtualbench.circuit import Network, Solution

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchtui.virtualbench.parts import Terminal

Probe = Callable[[Solution], float]
"""What an instrument looks at: a voltage between two terminals, or the current of an element."""

LINE_HERTZ: Final = 50.0
BOLTZMANN: Final = 1.380649e-23
ROOM_KELVIN: Final = 296.15


def voltage(a: Terminal, b: Terminal) -> Probe:
    """Look at v(a) - v(b)."""
    return lambda solution: solution.voltage(a, b)


def current(element: str) -> Probe:
    """Look at the current that leaves an element at its first terminal."""
    return lambda solution: solution.currents.get(element, 0.0)


class Solved:
    """A network in its steady state.

    Parameters
    ----------
    network
        The network.
    warm
        Elements whose Johnson noise counts, with their ohms.
    noisy
        Sources with the noise of their voltage over one power line cycle, in volts.
    """

    def __init__(self, network: Network, warm: Mapping[str, float], noisy: Mapping[str, float]) -> None:
        self.network = network
        self.solution = network.solve()
        self._warm = warm
        self._noisy = noisy
        self._responses: dict[str, Solution] = {}

    def response(self, element: str) -> Solution:
        """Return what one volt in series with *element* makes, everything else at rest."""
        if element not in self._responses:
            self._responses[element] = self.network.response(element, self.solution.limiting)
        return self._responses[element]

    def deviation(self, probe: Probe, cycles: float) -> float:
        """Return the standard deviation of what *probe* sees over an aperture of so many line cycles.

        Johnson noise is 4kTR·B with the bandwidth B = 1/(2T) of an integration over T.
        """
        hertz = LINE_HERTZ / (2.0 * cycles)
        variance = 0.0
        for element, volts in self._noisy.items():
            variance += (volts * probe(self.response(element))) ** 2 / cycles
        for element, ohms in self._warm.items():
            johnson = 4.0 * BOLTZMANN * ROOM_KELVIN * ohms * hertz
            variance += johnson * probe(self.response(element)) ** 2
        return math.sqrt(variance)
