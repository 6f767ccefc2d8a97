"""Where the boxes and leads of a wiring drawing lie: rows and tracks, no characters yet.

The unit under test stands at the left, all others at the right, one above the other; between them is a channel.
Terminals that leads connect with each other make one net. A net whose terminals lie in one row is a straight
line; any other has a vertical trunk in a track of its own, from which lines go to its terminals. Of the orders of boxes
and tracks the one with the fewest crossings is taken.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from itertools import permutations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchtui.wiring import Connection, Terminal

MOST_ORDERED = 4
"""Boxes or trunks up to which all their orders are tried."""
CROSSING, CONFLICT = 100, 100_000
"""What a crossing costs, in rows of trunk; and what must not be: two nets on one spot."""


@dataclass
class Net:
    """Terminals that are connected with each other; *left* and *right* are their rows, *track* that of its trunk."""

    terminals: list[Terminal]
    left: list[int] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    track: int | None = None

    @property
    def rows(self) -> list[int]:
        """All rows with a terminal, from top to bottom."""
        return sorted({*self.left, *self.right})

    @property
    def straight(self) -> bool:
        """True if it needs no trunk."""
        return len(self.rows) == 1

    def covers(self, row: int) -> bool:
        """Tell whether its trunk passes *row* or ends there."""
        return not self.straight and self.rows[0] <= row <= self.rows[-1]


@dataclass(frozen=True)
class Box:
    """An instrument at the right: its role and its terminals from top to bottom."""

    role: str
    terminals: tuple[Terminal, ...]


@dataclass
class Layout:
    """A wiring as it is drawn: *boxes* from top to bottom, the row of each terminal, how many *rows* there are."""

    left_role: str
    boxes: tuple[Box, ...]
    rows: int
    at: dict[Terminal, int]
    nets: list[Net]
    sound: bool = True
    """False if two nets would lie on one spot: it must not be drawn."""

    @property
    def tracks(self) -> int:
        """How many trunks stand beside each other."""
        return sum(1 for net in self.nets if not net.straight)


@lru_cache(maxsize=16)
def lay_out(connections: tuple[Connection, ...], *, joined: bool) -> Layout:
    """Return the best layout of *connections*, of which there is at least one; it is only looked at.

    *joined* boxes share a border, which saves a row for each.
    """
    ends = [terminal for lead in connections for terminal in (lead.start, lead.end)]
    left_role = "uut" if any(terminal.role == "uut" for terminal in ends) else ends[0].role
    groups = _nets(connections)
    boxes = _boxes(ends, left_role)
    orders: Iterable[tuple[Box, ...]] = permutations(boxes) if len(boxes) <= MOST_ORDERED else [tuple(boxes)]
    best: tuple[int, Layout] | None = None
    for order in orders:
        layout = _placed(left_role, order, groups, joined=joined)
        cost = _assign_tracks(layout)
        if best is None or cost < best[0]:
            best = cost, layout
    assert best is not None
    cost, layout = best
    layout.sound = cost < CONFLICT
    return layout


def _nets(connections: Sequence[Connection]) -> list[list[Terminal]]:
    nets: list[list[Terminal]] = []
    for lead in connections:
        touched = [net for net in nets if lead.start in net or lead.end in net]
        merged = [terminal for net in touched for terminal in net]
        merged += [end for end in (lead.start, lead.end) if end not in merged]
        at = nets.index(touched[0]) if touched else len(nets)
        nets = [net for net in nets if net not in touched]
        nets.insert(min(at, len(nets)), merged)
    return nets


def _boxes(ends: Sequence[Terminal], left_role: str) -> list[Box]:
    roles = dict.fromkeys(terminal.role for terminal in ends if terminal.role != left_role)
    return [
        Box(role, tuple(dict.fromkeys(terminal for terminal in ends if terminal.role == role)))
        for role in roles
    ]


def _placed(
    left_role: str, boxes: tuple[Box, ...], groups: Sequence[Sequence[Terminal]], *, joined: bool
) -> Layout:
    at: dict[Terminal, int] = {}
    row = 0
    for box in boxes:
        for terminal in box.terminals:
            row += 1
            at[terminal] = row
        row += 1 if joined else 2
    last = row - (0 if joined else 1)  # the lower border of the last box
    taken: set[int] = set()
    foreign = set(at.values())
    for group in groups:
        partners = [at[terminal] for terminal in group if terminal.role != left_role]
        for terminal in group:
            if terminal.role != left_role:
                continue
            row = next((partner for partner in partners if partner not in taken), 0)
            if not row:
                near = max(partners, default=0)
                row = near + 1
                while row in taken or row in foreign:
                    row += 1
            taken.add(row)
            at[terminal] = row
    last = max(last, *(at[terminal] + 1 for group in groups for terminal in group))
    nets = [Net(list(group)) for group in groups]
    for net in nets:
        for terminal in net.terminals:
            (net.left if terminal.role == left_role else net.right).append(at[terminal])
    return Layout(left_role, boxes, last + 1, at, nets)


def _assign_tracks(layout: Layout) -> int:
    """Give each trunk the track with which the fewest lines cross; return the cost."""
    bent = [net for net in layout.nets if not net.straight]
    tracks = range(len(bent))
    orders = permutations(tracks) if len(bent) <= MOST_ORDERED else [tuple(reversed(tracks))]
    best: tuple[int, tuple[int, ...]] | None = None
    for order in orders:
        for net, track in zip(bent, order, strict=True):
            net.track = track
        cost = _cost(layout.nets)
        if best is None or cost < best[0]:
            best = cost, order
    assert best is not None
    for net, track in zip(bent, best[1], strict=True):
        net.track = track
    return best[0] + sum(net.rows[-1] - net.rows[0] for net in bent)


def _cost(nets: Sequence[Net]) -> int:
    cost = 0
    for net in nets:
        for other in nets:
            if other is net:
                continue
            for row in {*net.left, *net.right} & {*other.left, *other.right}:
                cost += _clash(net, other, row)
            if other.straight:
                continue
            for side, rows in (("left", net.left), ("right", net.right)):
                for row in set(rows):
                    if row not in other.rows and other.covers(row) and _passes(net, other, side):
                        cost += CROSSING
    return cost


def _passes(net: Net, other: Net, side: str) -> bool:
    """Tell whether the line from the trunk of *net* to its terminal at *side* meets the track of *other*."""
    if net.track is None:
        return True
    assert other.track is not None
    return other.track < net.track if side == "left" else other.track > net.track


def _clash(net: Net, other: Net, row: int) -> int:
    """Two nets in one row: only if one comes from the left and ends before the other begins."""
    if row in net.left and row in other.right and row not in net.right and row not in other.left:
        ends_before = net.track is not None and other.track is not None and net.track < other.track
        return 0 if ends_before else CONFLICT
    if row in net.right and row in other.left and row not in net.left and row not in other.right:
        return 0  # counted the other way round
    return CONFLICT
