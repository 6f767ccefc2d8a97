"""A waveform with its axes: braille, half blocks or stars, the whole of it in the width there is.

::

    Digitizer  HCSMU  20 A, +10 A
     100.4 mV │       ⡏⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⢹
              │       ⡇          ⢸
     −12.4 µV │⣀⣀⣀⣀⣀⣀⣀⡇          ⢸⣀⣀⣀⣀⣀
              └────────────────────────
              −100 µs              1.1 ms
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from benchtui.i18n import _
from benchtui.screens.marks import DOWN, LEFT, RIGHT, UP, fit, plain, stroke
from benchtui.screens.shown import level
from benchtui.screens.trace import cells, dots_of_a_cell
from benchtui.screens.wiring_drawing import role_word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchtui.messages import Trace
    from benchtui.screens.bench_view import ItemSheet

LEAST_HEIGHT = 5
"""Lines below which nothing is drawn: title, two of plot, axis, words."""


def envelope(values: Sequence[float], width: int, height: int) -> list[str]:
    """Return *height* lines of *width* cells with all *values*: in each column all that its part of them covers.

    The extremes touch the edges; constant values lie in the middle.
    """
    across, along = dots_of_a_cell()
    columns, levels = width * across, height * along
    dots = [[False] * columns for _level in range(levels)]
    if values:
        low, high = min(values), max(values)

        def at(value: float) -> int:
            share = 0.5 if high == low else (value - low) / (high - low)
            return levels - 1 - round(share * (levels - 1))

        before = at(values[0])
        for column in range(columns):
            first = column * len(values) // columns
            part = values[first : max(first + 1, (column + 1) * len(values) // columns)]
            highest, lowest = at(max(part)), at(min(part))
            # Joined with the column before, so that an edge is a line.
            for dot in range(min(highest, before), max(lowest, before) + 1):
                dots[dot][column] = True
            before = at(part[-1])
    return cells(dots)


class WaveformPlot(Widget):
    """The waveform that came last; a line of words until there is one."""

    def __init__(self, role: str) -> None:
        super().__init__(id="waveform", classes="gauge")
        self._role = role
        self._trace: Trace | None = None
        self._point = ""

    def show(self, sheet: ItemSheet, width: int) -> None:
        """Show the last waveform of the role."""
        del width
        trace = sheet.waveform
        if trace is not None and trace.role != self._role:
            trace = None
        point = sheet.points.get(trace.point) if trace is not None else None
        words = (point.module, point.range, point.setpoint) if point is not None else ()
        name = "  ".join(word for word in words if word)
        if trace is not self._trace or name != self._point:
            self._trace, self._point = trace, name
            self.refresh()

    def render(self) -> Content:
        """Draw title, plot and axes."""
        width, height = self.size
        trace = self._trace
        heading = (plain(f"{role_word(self._role)}  "), "$foreground-muted")
        if trace is None or len(trace.values) < 2 or height < LEAST_HEIGHT:
            return Content.assemble(
                heading, (_("The waveform appears with the first pulse."), "$foreground-muted")
            )
        high, low = (plain(level(edge, trace.unit)) for edge in (max(trace.values), min(trace.values)))
        begin, end = (plain(level(edge, trace.step_unit)) for edge in (trace.start, trace.end))
        gutter = max(cell_len(high), cell_len(low)) + 1
        lines = envelope(trace.values, width - gutter - 1, height - 3)
        wall = stroke(UP | DOWN)
        pieces: list[tuple[str, str] | str] = [heading, (plain(self._point) + "\n", "bold")]
        for row, line in enumerate(lines):
            edge = high if row == 0 else low if row == len(lines) - 1 else ""
            pieces += [
                (fit(edge, gutter - 1, "right") + " " + wall, "$foreground-muted"),
                (line + "\n", "$accent"),
            ]
        across = stroke(LEFT | RIGHT)
        axis = " " * gutter + stroke(UP | RIGHT) + across * (width - gutter - 1)
        gap = width - gutter - 1 - cell_len(begin) - cell_len(end)
        pieces += [(axis + "\n", "$foreground-muted")]
        pieces += [(" " * (gutter + 1) + begin + " " * max(1, gap) + end, "$foreground-muted")]
        return Content.assemble(*pieces)
