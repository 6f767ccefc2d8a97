"""Draws a wiring: the terminals of the UUT at the left, those of the others at the right, leads between.

::

    ┌ UUT ───────────┐          ┌ Standard ──┐
    │   MPSMU Force  ├──────────┤ HI         │
    │         Common ├──────────┤ LO         │
    └────────────────┘          └────────────┘
"""

from __future__ import annotations

from typing import Literal

from rich.cells import cell_len

from benchtui.i18n import N_, _
from benchtui.screens.marks import fit, marks, plain
from benchtui.wiring import Connection, Terminal, Wiring

ROLE_WORDS = {"uut": N_("UUT"), "standard": N_("Standard")}
SHORTEST_LEAD, LONGEST_LEAD = 3, 14


def draw_wiring(wiring: Wiring, width: int) -> list[str]:
    """Return the drawing as lines of the same length, at most *width* cells where the labels allow it."""
    turned = [_left_to_right(connection) for connection in wiring.connections]
    order = [(c.start.role, c.end.role) for c in turned]
    pairs = sorted(turned, key=lambda c: order.index((c.start.role, c.end.role)))
    if not pairs:
        return []
    left = _Side([c.start for c in pairs], "right")
    right = _Side([c.end for c in pairs], "left")
    lead = max(SHORTEST_LEAD, min(LONGEST_LEAD, width - left.width - right.width - 4))
    gap = " " * lead
    drawing = [left.top(0) + gap + right.top(0)]
    for row in range(len(pairs)):
        drawing.append(left.terminal(row) + marks().box[0] * lead + right.terminal(row))
        if row + 1 == len(pairs):
            drawing.append(left.bottom() + gap + right.bottom())
        elif left.ends(row) or right.ends(row):
            sides = (left, right)
            drawing.append(gap.join(side.bottom() if side.ends(row) else side.wall() for side in sides))
            drawing.append(gap.join(side.top(row + 1) if side.ends(row) else side.wall() for side in sides))
    return drawing


class _Side:
    """The boxes of one side, one a role; terminals lie on the border that faces the leads."""

    def __init__(self, terminals: list[Terminal], align: Literal["left", "right"]) -> None:
        self._roles = [t.role for t in terminals]
        self._labels = [_label(t) for t in terminals]
        self._align = align
        titles = [f" {_role(role)} " for role in self._roles]
        self.width = max(cell_len(plain(label)) for label in [*self._labels, *titles]) + 2

    def terminal(self, row: int) -> str:
        label = fit(f" {self._labels[row]} ", self.width, self._align)
        *_strokes, on_right, on_left = marks().box
        wall = marks().box[1]
        return wall + label + on_right if self._align == "right" else on_left + label + wall

    def top(self, row: int) -> str:
        across, _wall, corner_left, corner_right, *_rest = marks().box
        title = plain(f" {_role(self._roles[row])} ")
        return corner_left + title + across * (self.width - cell_len(title)) + corner_right

    def bottom(self) -> str:
        across, _wall, _top_left, _top_right, corner_right, corner_left, *_rest = marks().box
        return corner_left + across * self.width + corner_right

    def wall(self) -> str:
        return marks().box[1] + " " * self.width + marks().box[1]

    def ends(self, row: int) -> bool:
        """Tell whether the box ends after *row*."""
        return self._roles[row] != self._roles[row + 1]


def _left_to_right(connection: Connection) -> Connection:
    """Return *connection* with the terminal of the UUT at its start."""
    if connection.end.role == "uut" and connection.start.role != "uut":
        return Connection(connection.end, connection.start)
    return connection


def _role(role: str) -> str:
    return _(ROLE_WORDS[role]) if role in ROLE_WORDS else role


def _label(terminal: Terminal) -> str:
    word = terminal.label or terminal.terminal.upper()
    return f"{terminal.module} {word}" if terminal.module else word
