"""A small plot of the last readings: braille, half blocks or stars; cheap, drawn at most once a second."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from benchtui.screens.marks import marks, plain
from benchtui.screens.shown import number, with_prefix

if TYPE_CHECKING:
    from collections.abc import Sequence

_BRAILLE = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))


def dots_of_a_cell() -> tuple[int, int]:
    """Return how many dots a cell of a plot has across and along."""
    return {"braille": (2, 4), "halves": (1, 2), "stars": (1, 1)}[marks().plot]


def plot(values: Sequence[float], width: int, height: int) -> list[str]:
    """Return *height* lines of *width* cells: a line of steps that ends at the newest value.

    The extremes touch the edges; constant values lie in the middle.
    """
    across, along = dots_of_a_cell()
    columns, levels = width * across, height * along
    dots = [[False] * columns for _level in range(levels)]
    values = values[-columns:]
    if values:
        low, high = min(values), max(values)
        before = None
        for column in range(columns):
            value = values[column * len(values) // columns]
            share = 0.5 if high == low else (value - low) / (high - low)
            level = levels - 1 - round(share * (levels - 1))
            last = level if before is None else before
            for dot in range(min(level, last), max(level, last) + 1):
                dots[dot][column] = True
            before = level
    return cells(dots)


def cells(dots: Sequence[Sequence[bool]]) -> list[str]:
    """Return lines of *dots*, from top to bottom, as lines of cells."""
    kind = marks().plot
    across, along = dots_of_a_cell()
    return [
        "".join(_cell(dots, kind, x, y) for x in range(0, len(dots[0]), across))
        for y in range(0, len(dots), along)
    ]


def _cell(dots: Sequence[Sequence[bool]], kind: str, x: int, y: int) -> str:
    if kind == "stars":
        return "*" if dots[y][x] else " "
    if kind == "halves":
        return " ▄▀█"[2 * dots[y][x] + dots[y + 1][x]]
    pattern = sum(
        bit for row, bits in enumerate(_BRAILLE) for col, bit in enumerate(bits) if dots[y + row][x + col]
    )
    return chr(0x2800 + pattern) if pattern else " "


class Trace(Widget):
    """The plot with the largest and the smallest reading written at its edges."""

    def __init__(self) -> None:
        super().__init__(id="trace")
        self._readings: tuple[str, ...] = ()
        self._unit = ""

    def show(self, readings: Sequence[str], unit: str) -> None:
        """Plot *readings* as shown, in *unit*; words among them are left out."""
        new = tuple(readings)
        if (new, unit) != (self._readings, self._unit):
            self._readings, self._unit = new, unit
            self.refresh()

    def render(self) -> Content:
        """Draw the plot."""
        width, height = self.size
        pairs = [(value, shown) for shown in self._readings if (value := number(shown)) is not None]
        if len(pairs) < 2 or height < 3:
            return Content("")
        pairs = pairs[-2 * width :]
        lines = plot([value for value, _shown in pairs], width, height - 2)
        largest, smallest = (" ".join(with_prefix(edge(pairs)[1], self._unit)) for edge in (max, min))
        return Content.assemble(
            (_right(largest, width) + "\n", "$foreground-muted"),
            ("\n".join(lines) + "\n", "$accent"),
            (_right(smallest, width), "$foreground-muted"),
        )


def _right(label: str, width: int) -> str:
    label = plain(label)
    return " " * max(0, width - cell_len(label)) + label
