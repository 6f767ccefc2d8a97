"""A small plot of the last readings: braille, half blocks or stars; cheap, drawn at most once a second."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from benchtui.quantity import MINUS
from benchtui.screens.marks import marks, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

_BRAILLE = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_SPACES = str.maketrans({" ": None, "\u00a0": None, "\u2009": None, "\u202f": None, MINUS: "-"})


def number(shown: str) -> float | None:
    """Return the number in a reading as shown, such as ``−1.000 02``; None for words such as ``over``."""
    try:
        return float(shown.translate(_SPACES))
    except ValueError:
        return None


def plot(values: Sequence[float], width: int, height: int) -> list[str]:
    """Return *height* lines of *width* cells: a line of steps that ends at the newest value.

    The extremes touch the edges; constant values lie in the middle.
    """
    kind = marks().plot
    across, along = {"braille": (2, 4), "halves": (1, 2), "stars": (1, 1)}[kind]
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
    return ["".join(_cell(dots, kind, x * across, y * along) for x in range(width)) for y in range(height)]


def _cell(dots: list[list[bool]], kind: str, x: int, y: int) -> str:
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

    def show(self, readings: Sequence[str]) -> None:
        """Plot *readings* as shown; words among them are left out."""
        new = tuple(readings)
        if new != self._readings:
            self._readings = new
            self.refresh()

    def render(self) -> Content:
        """Draw the plot."""
        width, height = self.size
        pairs = [(value, shown) for shown in self._readings if (value := number(shown)) is not None]
        if len(pairs) < 2 or height < 3:
            return Content("")
        pairs = pairs[-2 * width :]
        lines = plot([value for value, _shown in pairs], width, height - 2)
        largest, smallest = max(pairs)[1], min(pairs)[1]
        return Content.assemble(
            (_right(largest, width) + "\n", "$text-muted"),
            ("\n".join(lines) + "\n", "$accent"),
            (_right(smallest, width), "$text-muted"),
        )


def _right(label: str, width: int) -> str:
    label = plain(label)
    return " " * max(0, width - cell_len(label)) + label
