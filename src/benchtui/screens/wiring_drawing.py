"""Draws a wiring: the terminals of the UUT at the left, those of the others at the right, leads between.

::

    ┌ UUT ─────────┐         ┌ Divider ───┐
    │  HVSMU Force ├─────────┤ HI         │
    │       Common ├─────┬───┤ LO         │
    │              │   ┌─│───┤ 500:1      │
    │              │   │ │   ├ Voltmeter ─┤
    │              │   └─│───┤ HI         │
    │              │     └───┤ LO         │
    └──────────────┘         └────────────┘

A lead that passes another one breaks its line; where lines meet, they are connected. What does not fit is told as a
list of leads.
"""

from __future__ import annotations

from rich.cells import cell_len

from benchtui.i18n import N_, _
from benchtui.screens.marks import DOWN, LEFT, RIGHT, UP, fit, marks, plain, stroke
from benchtui.screens.wiring_layout import Layout, lay_out
from benchtui.wiring import Terminal, Wiring

ROLE_WORDS = {
    "uut": N_("UUT"),
    "standard": N_("Standard"),
    "source": N_("Voltage source"),
    "resistor": N_("Resistor"),
    "null": N_("Null detector"),
    "voltmeter": N_("Voltmeter"),
    "ammeter": N_("Ammeter"),
    "divider": N_("Divider"),
    "shunt": N_("Shunt"),
    "digitizer": N_("Digitizer"),
    "counter": N_("Counter"),
    "capacitor": N_("Capacitor"),
    "open": N_("Open circuit"),
    "short": N_("Short circuit"),
}
SHORTEST_LEAD, LONGEST_LEAD = 3, 14


def role_word(role: str) -> str:
    """Return what an instrument is called that plays *role*."""
    return _(ROLE_WORDS[role]) if role in ROLE_WORDS else role


def draw_wiring(wiring: Wiring, width: int, height: int = 0) -> list[str]:
    """Return the drawing as lines of the same length, or the list of leads if it does not fit.

    Parameters
    ----------
    width, height
        Cells and lines at most; a height of 0 is as many as it takes.
    """
    if not wiring.connections:
        return []
    for joined in (False, True):
        layout = lay_out(wiring.connections, joined=joined)
        lines = _drawn(layout, width)
        fits = cell_len(lines[0]) <= width and (not height or len(lines) <= height)
        if fits and layout.sound:
            return lines
    return lead_lines(wiring, width)


def lead_lines(wiring: Wiring, width: int) -> list[str]:
    """Return a line a lead, such as ``UUT MPSMU Force ── Resistor A``, cut to *width*."""
    pairs = [
        tuple(f"{role_word(end.role)} {_label(end)}" for end in (lead.start, lead.end))
        for lead in wiring.connections
    ]
    longest = max(cell_len(plain(start)) for start, _end in pairs)
    lead = f" {marks().box[0] * 2} "
    lines = [fit(start, longest, "right") + lead + plain(end) for start, end in pairs]
    widest = max(map(cell_len, lines))
    return [fit(line, min(width, widest)) for line in lines]


def _drawn(layout: Layout, width: int) -> list[str]:
    left = [
        (layout.at[terminal], _label(terminal))
        for net in layout.nets
        for terminal in net.terminals
        if terminal.role == layout.left_role
    ]
    begin, end = _left(layout, left), _right(layout)
    room = width - cell_len(begin[0]) - cell_len(end[0])
    return ["".join(parts) for parts in zip(begin, _channel(layout, room), end, strict=True)]


def _left(layout: Layout, terminals: list[tuple[int, str]]) -> list[str]:
    across, wall, top_left, top_right, low_right, low_left, on_right, _on_left = marks().box
    title = plain(f" {role_word(layout.left_role)} ")
    width = max(cell_len(plain(label)) for label in [title, *(label for _row, label in terminals)]) + 2
    lines = [top_left + title + across * (width - cell_len(title)) + top_right]
    lines += [wall + " " * width + wall] * (layout.rows - 2)
    lines.append(low_left + across * width + low_right)
    for row, label in terminals:
        lines[row] = wall + fit(f" {label} ", width, "right") + on_right
    return lines


def _right(layout: Layout) -> list[str]:
    across, wall, top_left, top_right, low_right, low_left, on_right, on_left = marks().box
    titles = [plain(f" {role_word(box.role)} ") for box in layout.boxes]
    labels = [_label(terminal) for box in layout.boxes for terminal in box.terminals]
    width = max((cell_len(plain(label)) for label in [*titles, *labels]), default=0) + 2
    lines = [" " * (width + 2)] * layout.rows
    ends: set[int] = set()
    for box, title in zip(layout.boxes, titles, strict=True):
        rows = [layout.at[terminal] for terminal in box.terminals]
        first, last = min(rows) - 1, max(rows) + 1
        corners = (on_right, on_left) if first in ends else (top_left, top_right)
        lines[first] = corners[0] + title + across * (width - cell_len(title)) + corners[1]
        lines[last] = low_left + across * width + low_right
        for terminal in box.terminals:
            lines[layout.at[terminal]] = on_left + fit(f" {_label(terminal)} ", width) + wall
        ends.add(last)
    return lines


def _channel(layout: Layout, room: int) -> list[str]:
    tracks = layout.tracks
    width = max(SHORTEST_LEAD, 2 * tracks + 3 if tracks else min(LONGEST_LEAD, room))
    first = (width - 2 * tracks + 1) // 2
    cells = [[0] * width for _row in range(layout.rows)]
    trunks: set[tuple[int, int]] = set()
    for net in layout.nets:
        if net.track is None:
            continue
        column, rows = first + 2 * net.track, net.rows
        for row in range(rows[0], rows[-1] + 1):
            cells[row][column] |= (UP if row > rows[0] else 0) | (DOWN if row < rows[-1] else 0)
            trunks.add((row, column))
    for net in layout.nets:
        own = None if net.track is None else first + 2 * net.track
        for side, rows in ((LEFT, net.left), (RIGHT, net.right)):
            begin, end = (0, width) if own is None else (0, own) if side == LEFT else (own + 1, width)
            for row in rows:
                for column in range(begin, end):
                    if (row, column) not in trunks:  # a lead that passes breaks its line
                        cells[row][column] = LEFT | RIGHT
                if own is not None:
                    cells[row][own] |= side
    return ["".join(stroke(ways) if ways else " " for ways in line) for line in cells]


def _label(terminal: Terminal) -> str:
    word = terminal.label or terminal.terminal.upper()
    return f"{terminal.module} {word}" if terminal.module else word
