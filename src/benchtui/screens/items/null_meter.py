"""A null detector: its reading as a bar from zero in the middle, on a scale by decades that suits what it shows.

::

         ░░░░░░░░░░░░░░░░░░░▐████┼░░░░░░░░░░░░░░░░░░░░░░░░
    −100 pA     −1 pA     −10 fA 0 +10 fA     +1 pA     +100 pA
    adjustment 3: the source gives −0.999 92 V
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.containers import Vertical
from textual.content import Content

from benchtui.i18n import render
from benchtui.quantity import MINUS
from benchtui.screens.lines import Line
from benchtui.screens.marks import DOWN, LEFT, RIGHT, UP, marks, plain, stroke
from benchtui.screens.shown import level, number

if TYPE_CHECKING:
    from benchtui.messages import Live
    from benchtui.screens.bench_view import ItemSheet
    from benchtui.screens.items.live_block import Reads

DECADES = 4
"""From the middle to an end of the scale; what is smaller than the first decade shows no bar."""
MARGIN = 4
"""Cells at both ends, under which the outermost words of the scale find room."""


class NullMeter(Vertical):
    """Three lines: bar, scale, and what the operator's instruments did last to bring the bar to the middle."""

    def __init__(self, detector: Reads) -> None:
        super().__init__(classes="gauge")
        self._detector = detector
        self.styles.height = 4

    def compose(self) -> list[Line]:
        """Yield the lines."""
        return [Line(id="null-bar"), Line(id="null-scale"), Line(id="null-step")]

    def show(self, sheet: ItemSheet, width: int) -> None:
        """Show the last reading of the detector, in *width* cells."""
        live = self._detector.last(sheet) if sheet.live is not None else None  # else the run is over
        value = number(live.value) if live is not None else None
        bar, scale = ("", "")
        if live is not None and value is not None:
            bar, scale = null_bar(value, full_scale(sheet, live.role, value), live.unit, width)
        tone = "$success" if live is not None and live.phase == "reading" else "$warning"
        self.query_one("#null-bar", Line).show(Content.styled(bar, tone))
        self.query_one("#null-scale", Line).show(Content.styled(plain(scale), "$foreground-muted"))
        self.query_one("#null-step", Line).show(_step(sheet, live))


def _step(sheet: ItemSheet, live: Live | None) -> str:
    """Return the last note that told what the source was set to, unless the reading's own line says it."""
    told = [note for note in sheet.notes.values() if "volts" in note.args]
    if not told or live is None or live.note == told[-1]:
        return ""
    return plain(render(told[-1]))


def full_scale(sheet: ItemSheet, role: str, value: float) -> int:
    """Return the power of ten at the end of the scale: it holds the largest of the last readings."""
    shown = (number(reading) for reading in sheet.traces.get(role, ()))
    largest = max((abs(x) for x in shown if x is not None), default=abs(value))
    return math.ceil(math.log10(largest)) if largest > 0 else -12


def null_bar(value: float, power: int, unit: str, width: int) -> tuple[str, str]:
    """Return bar and scale of at most *width* cells for *value*; the ends stand for 10**power in *unit*."""
    half = max(DECADES, (width - 1) // 2 - MARGIN)
    share = 0.0
    if value:
        share = min(1.0, max(0.0, 1.0 + (math.log10(abs(value)) - power) / DECADES))
    halves = round(2 * half * share)
    whole, rest = halves // 2, halves % 2
    sign = marks()
    empty = sign.empty * (half - whole - rest)
    none = sign.empty * half
    zero = stroke(UP | DOWN | LEFT | RIGHT)
    if value < 0:
        bar = empty + sign.halves[1] * rest + sign.full * whole + zero + none
    else:
        bar = none + zero + sign.full * whole + sign.halves[0] * rest + empty
    return " " * MARGIN + bar, _scale(power, unit, half)


def _scale(power: int, unit: str, half: int) -> str:
    """Return the words under the bar: zero, and every other decade to both sides."""
    line = [" "] * (2 * (half + MARGIN) + 1)
    words = [(half, "0")]
    for decades in range(DECADES, 0, -2):
        at = round(half * decades / DECADES)
        word = level(10.0 ** (power - DECADES + decades), unit)
        words += [(half - at, MINUS + word), (half + at, f"+{word}")]
    for at, word in words:
        start = at + MARGIN - cell_len(plain(word)) // 2
        start = max(0, min(start, len(line) - cell_len(plain(word))))
        if all(cell == " " for cell in line[max(0, start - 1) : start + len(word) + 1]):
            line[start : start + len(word)] = word
    return "".join(line)
