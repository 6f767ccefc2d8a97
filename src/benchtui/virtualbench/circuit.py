"""Electric circuits in the steady state, DC and AC: modified nodal analysis of small networks.

Every element adds its own rows to one linear system whose unknowns are the node potentials and the currents
of the elements with a voltage law (C.-W. Ho, A. E. Ruehli, P. A. Brennan, "The modified nodal approach to
network analysis", IEEE Trans. Circuits Syst. 22 (1975) 504-509). Sources that limit their current are found
by trying: solve, see which is beyond its limit, hold it there, solve again.

At DC a capacitance is open; at an angular frequency it has its admittance jωC, sources of DC rest, and the same
rows are written in complex numbers.

Signs: an element's current flows inside it from *b* to *a* and leaves it at *a* into the network, so that a
source that delivers power has a positive voltage ``v(a) - v(b)`` and a positive current.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Node = Hashable
INSULATION: Final = 1e-15
"""Siemens from every node to the reference: the insulation of a good cable. It keeps an open node defined."""
TIE_OHMS: Final = 1e6
"""Ohms between a floating circuit and the reference."""
ROUNDS: Final = 32
"""Trials of the search for limiting sources; two sources settle in three."""


class System:
    """The linear system of a network: potentials of its nodes and currents of its branches.

    Parameters
    ----------
    nodes
        All nodes but the reference.
    branches
        Number of elements that bring a current as an unknown.
    alternating
        Complex amplitudes instead of DC.
    """

    def __init__(self, nodes: Sequence[Node], branches: int, *, alternating: bool = False) -> None:
        self.index = {node: i for i, node in enumerate(nodes)}
        size = len(nodes) + branches
        kind = np.complex128 if alternating else np.float64
        self.matrix: NDArray[np.number[Any]] = np.zeros((size, size), kind)
        self.right: NDArray[np.number[Any]] = np.zeros(size, kind)
        for i in range(len(nodes)):
            self.matrix[i, i] = INSULATION

    def conductance(self, a: Node, b: Node, siemens: complex) -> None:
        """Connect *a* and *b* by a conductance, or by an admittance."""
        i, j = self.index.get(a), self.index.get(b)
        if i is not None:
            self.matrix[i, i] += siemens
        if j is not None:
            self.matrix[j, j] += siemens
        if i is not None and j is not None:
            self.matrix[i, j] -= siemens
            self.matrix[j, i] -= siemens

    def inject(self, node: Node, amperes: float) -> None:
        """Feed a current into *node* from the reference."""
        i = self.index.get(node)
        if i is not None:
            self.right[i] += amperes

    def branch_current(self, a: Node, b: Node, row: int) -> None:
        """Let the current that is unknown number *row* leave the branch at *a* and return at *b*."""
        for node, sign in ((a, -1.0), (b, 1.0)):
            i = self.index.get(node)
            if i is not None:
                self.matrix[i, row] += sign

    def voltage_law(self, a: Node, b: Node, row: int, ohms: complex, volts: float) -> None:
        """Demand ``v(a) - v(b) + ohms · i = volts`` of the branch whose current is unknown number *row*."""
        for node, sign in ((a, 1.0), (b, -1.0)):
            i = self.index.get(node)
            if i is not None:
                self.matrix[row, i] += sign
        self.matrix[row, row] += ohms
        self.right[row] += volts


@dataclass(frozen=True)
class Resistor:
    """An ohmic resistance, *ohms* > 0."""

    name: str
    a: Node
    b: Node
    ohms: float


@dataclass(frozen=True)
class Capacitor:
    """A capacitance, open at DC."""

    name: str
    a: Node
    b: Node
    farads: float


@dataclass(frozen=True)
class CurrentSource:
    """An ideal source that drives *amperes* out at *a* and back in at *b*."""

    name: str
    a: Node
    b: Node
    amperes: float


@dataclass(frozen=True)
class VoltageSource:
    """A source of *volts* behind *ohms* (0 is allowed) that delivers at most *limit* amperes of either sign.

    A lead with its thermal EMF is such a source without limit. A current source with a voltage compliance is
    one with the compliance as *volts* and the current as *limit*: as long as the load takes the current, it
    limits. *henries* in series with *ohms* count at AC only.
    """

    name: str
    a: Node
    b: Node
    volts: float
    ohms: float = 0.0
    limit: float = float("inf")
    henries: float = 0.0


Element = Resistor | Capacitor | CurrentSource | VoltageSource


def ties(elements: Sequence[Element], reference: Node) -> list[Element]:
    """Return a resistance to the reference for each part of a circuit that touches it nowhere.

    Mains instruments are held near earth by their leakage; no current flows through a single tie.
    """
    leaders: dict[Node, Node] = {reference: reference}

    def leader(node: Node) -> Node:
        while leaders.setdefault(node, node) != node:
            node = leaders[node]
        return node

    for element in elements:
        # The reference leads wherever it is.
        first, second = leader(element.a), leader(element.b)
        leaders[second if first == reference else first] = reference if first == reference else second
    floating = dict.fromkeys(leader(e.a) for e in elements)
    return [Resistor(f"tie {node}", node, reference, TIE_OHMS) for node in floating if node != reference]


@dataclass(frozen=True)
class Solution:
    """Potentials in volts against the reference, currents of the sources in amperes, who is limiting (±1)."""

    potentials: dict[Node, float]
    currents: dict[str, float]
    limiting: dict[str, int]

    def voltage(self, a: Node, b: Node) -> float:
        """Return the voltage between two nodes; the reference and unknown nodes are at 0 V."""
        return self.potentials.get(a, 0.0) - self.potentials.get(b, 0.0)


@dataclass(frozen=True)
class Network:
    """Elements that meet at nodes; *reference* is the node whose potential is 0 V."""

    reference: Node
    elements: tuple[Element, ...]
    _nodes: tuple[Node, ...] = field(init=False)
    _sources: tuple[VoltageSource, ...] = field(init=False)

    def __post_init__(self) -> None:
        nodes = dict.fromkeys(n for e in self.elements for n in (e.a, e.b) if n != self.reference)
        object.__setattr__(self, "_nodes", tuple(nodes))
        object.__setattr__(self, "_sources", tuple(e for e in self.elements if isinstance(e, VoltageSource)))

    def solve(self) -> Solution:
        """Return the steady state.

        Raises
        ------
        ArithmeticError
            No assignment of limiting sources is consistent (the elements contradict each other).
        """
        limiting: dict[str, int] = {}
        for _ in range(ROUNDS):
            potentials, currents = self._linear(limiting, driven=None)
            changed = self._revise(limiting, potentials, currents)
            if not changed:
                return Solution(potentials, currents, dict(limiting))
        raise ArithmeticError("the current limits of the sources contradict each other")

    def transfer(self, source: str, a: Node, b: Node, limiting: Iterable[str] = ()) -> float:
        """Return d(v(a) - v(b)) / d(volts of *source*), everything else held; 0 if *source* is limiting."""
        return self.response(source, limiting).voltage(a, b)

    def response(self, source: str, limiting: Iterable[str] = ()) -> Solution:
        """Return what one volt (or one ampere) of *source* alone makes: all zero if *source* is limiting."""
        held = dict.fromkeys(limiting, 1)
        if source in held:
            return Solution({}, {}, {})
        return Solution(*self._linear(held, driven=source), held)

    def farads(self, node: Node) -> float:
        """Return the sum of the capacitances that end at *node*."""
        return sum(e.farads for e in self.elements if isinstance(e, Capacitor) and node in (e.a, e.b))

    def amplitudes(
        self, source: str, omega: float, limiting: Iterable[str] = ()
    ) -> tuple[dict[Node, complex], dict[str, complex]]:
        """Return the complex potentials and currents that one volt of *source* makes at *omega*.

        All other sources rest: a source of voltage is its resistance and inductance, a source of current open.
        """
        held = frozenset(limiting)
        system = System(self._nodes, len(self._sources), alternating=True)
        rows = {s.name: len(self._nodes) + k for k, s in enumerate(self._sources)}
        for element in self.elements:
            match element:
                case Resistor():
                    system.conductance(element.a, element.b, 1.0 / element.ohms)
                case Capacitor():
                    system.conductance(element.a, element.b, 1j * omega * element.farads)
                case VoltageSource():
                    row = rows[element.name]
                    system.branch_current(element.a, element.b, row)
                    if element.name in held:
                        system.matrix[row, row] = 1.0
                        continue
                    impedance = element.ohms + 1j * omega * element.henries
                    system.voltage_law(element.a, element.b, row, impedance, float(element.name == source))
        unknowns = np.linalg.solve(system.matrix, system.right)
        potentials = {node: complex(unknowns[i]) for node, i in system.index.items()}
        return potentials, {name: complex(unknowns[row]) for name, row in rows.items()}

    def resistances(self, limiting: Iterable[str] = ()) -> dict[Node, float]:
        """Return the resistance in ohms between each node and the reference, sources at rest (Thévenin)."""
        if not self._nodes:
            return {}
        system = self._system(dict.fromkeys(limiting, 1), driven="")
        # Column i of the inverse holds the potentials that one ampere into node i makes.
        inverse = np.linalg.inv(system.matrix)
        return {node: float(inverse[i, i]) for node, i in system.index.items()}

    def resistance(self, node: Node, limiting: Iterable[str] = ()) -> float:
        """Return the same for one node; 0 for the reference and for a node that is not there."""
        return self.resistances(limiting).get(node, 0.0)

    def _linear(
        self, limiting: dict[str, int], driven: str | None
    ) -> tuple[dict[Node, float], dict[str, float]]:
        """Solve with the sources in *limiting* held at ± their limit; *driven* as for :meth:`_system`."""
        system = self._system(limiting, driven)
        unknowns = np.linalg.solve(system.matrix, system.right)
        potentials = {node: float(unknowns[i]) for node, i in system.index.items()}
        currents = {s.name: float(unknowns[len(self._nodes) + k]) for k, s in enumerate(self._sources)}
        return potentials, currents

    def _system(self, limiting: dict[str, int], driven: str | None) -> System:
        """Write the system down, with the sources in *limiting* held at ± their limit.

        With *driven* all sources rest (0 V, 0 A, limiting ones open) but the one of that name, which has the value 1.
        """
        system = System(self._nodes, len(self._sources))
        row = len(self._nodes)
        for element in self.elements:
            match element:
                case Resistor():
                    system.conductance(element.a, element.b, 1.0 / element.ohms)
                case CurrentSource():
                    amperes = element.amperes if driven is None else float(element.name == driven)
                    system.inject(element.a, amperes)
                    system.inject(element.b, -amperes)
                case VoltageSource():
                    system.branch_current(element.a, element.b, row)
                    if element.name in limiting:
                        system.matrix[row, row] = 1.0
                        system.right[row] = limiting[element.name] * element.limit if driven is None else 0.0
                    else:
                        volts = element.volts if driven is None else float(element.name == driven)
                        system.voltage_law(element.a, element.b, row, element.ohms, volts)
                    row += 1
        return system

    def _revise(
        self, limiting: dict[str, int], potentials: dict[Node, float], currents: dict[str, float]
    ) -> bool:
        """Move sources into and out of their limits where the solution contradicts; return if any did."""
        changed = False
        for source in self._sources:
            if source.name in limiting:
                sign = limiting[source.name]
                v = potentials.get(source.a, 0.0) - potentials.get(source.b, 0.0)
                # At its limit the output falls short of the set voltage. If it overshoots, it does not limit.
                if sign * (source.volts - source.ohms * sign * source.limit - v) < 0.0:
                    del limiting[source.name]
                    changed = True
            elif abs(currents[source.name]) > source.limit:
                limiting[source.name] = 1 if currents[source.name] > 0.0 else -1
                changed = True
        return changed
