"""The waveform of a point, drawn small as vectors, with the part of it that was averaged."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from benchtui.certificate import labels
from benchtui.certificate.layout.figure import Axis, axis
from benchtui.certificate.layout.sheet import BLUE, GREY, HAIRLINE, LEFT, LIGHT, Sheet, Style
from benchtui.certificate.wording import clean, fill, joined
from benchtui.quantity import NBSP

if TYPE_CHECKING:
    from benchtui.certificate.content import RecordedWaveform

WIDTH: Final = 92.0
HEIGHT: Final = 24.0
_SCALE, _HEAD, _FOOT = 13.0, 4.2, 4.6
_TICK = Style(6.5, GREY)
_RAISED: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def waveform_height() -> float:
    """Return the height in mm that a waveform takes."""
    return _HEAD + HEIGHT + _FOOT + 1.5


def draw_waveform(sheet: Sheet, drawn: RecordedWaveform) -> None:
    """Draw *drawn* at the left edge, on one sheet; the part that was averaged has a grey ground."""
    sheet.need(waveform_height())
    left, top = LEFT + _SCALE, sheet.y + _HEAD
    words = fill(labels.WAVEFORM, number=drawn.number, count=drawn.count, samples=drawn.samples)
    told = [words] if drawn.averaged is None else [words, labels.AVERAGED]
    line = "; ".join(joined(part, sheet.language) for part in told)
    sheet.text(LEFT, sheet.y, f"{clean(drawn.role)}: {line}", Style(7))
    across, up = axis(drawn.start, drawn.end, most=6), axis(min(drawn.values), max(drawn.values), most=4)

    def at(seconds: float, value: float) -> tuple[float, float]:
        return across.at(seconds, left, WIDTH), top + HEIGHT - up.at(value, 0, HEIGHT)

    if drawn.averaged is not None:
        begin, end = (across.at(moment, left, WIDTH) for moment in drawn.averaged)
        sheet.box(begin, top, end - begin, HEIGHT, LIGHT)
    for tick in up.ticks:
        _, y = at(drawn.start, tick)
        sheet.rule(left, left + WIDTH, y, HAIRLINE, 0.1)
        sheet.text(left - 1.2, y - 1.2, up.label(tick), _TICK, "right")
    for tick in across.ticks:
        x, _ = at(tick, 0.0)
        sheet.line(x, top + HEIGHT, x, top + HEIGHT + 0.8, GREY, 0.15)
        sheet.text(x, top + HEIGHT + 1.2, across.label(tick), _TICK, "center")
    sheet.line(left, top, left, top + HEIGHT, GREY, 0.15)
    sheet.rule(left, left + WIDTH, top + HEIGHT, GREY, 0.15)
    sheet.text(left + WIDTH + 1.5, top, _unit(up, drawn.unit), _TICK)
    sheet.text(left + WIDTH + 1.5, top + HEIGHT - 1.2, _unit(across, drawn.step_unit), _TICK)
    step = (drawn.end - drawn.start) / max(len(drawn.values) - 1, 1)
    places = [at(drawn.start + n * step, value) for n, value in enumerate(drawn.values)]
    for (x0, y0), (x1, y1) in pairwise(places):
        sheet.line(x0, y0, x1, y1, BLUE, 0.2)
    sheet.y += waveform_height()


def _unit(shown: Axis, unit: str) -> str:
    power = f"10{str(shown.exponent).translate(_RAISED)}{NBSP}" if shown.exponent else ""
    return f"/ {power}{clean(unit)}"
