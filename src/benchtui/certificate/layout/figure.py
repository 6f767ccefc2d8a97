"""The figure: errors with their expanded uncertainties, one small plot a range, drawn as vectors."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from benchtui.certificate import labels
from benchtui.certificate.layout.sheet import BLUE, GREY, HAIRLINE, LEFT, WIDTH, Sheet, Style
from benchtui.certificate.wording import clean, joined
from benchtui.quantity import MINUS, NBSP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchtui.certificate.content import ErrorSeries

_COLUMNS = 3
_GAP = 5.0
_PANEL = (WIDTH - _GAP * (_COLUMNS - 1)) / _COLUMNS
_HEAD, _PLOT, _FOOT, _SCALE = 9.5, 30.0, 5.5, 11.5
ROW_HEIGHT = _HEAD + _PLOT + _FOOT + 2
_TICK = Style(6.5, GREY)


class Axis(NamedTuple):
    """An axis from *low* to *high* with *ticks*; numbers on it are shown divided by ten to the *exponent*."""

    low: float
    high: float
    ticks: tuple[float, ...]
    exponent: int
    decimals: int

    def at(self, value: float, start: float, length: float) -> float:
        """Return where *value* lies when the axis runs from *start* over *length*."""
        return start + (value - self.low) / (self.high - self.low) * length

    def label(self, tick: float) -> str:
        """Return the number at *tick*."""
        shown = f"{tick / 10.0**self.exponent:.{self.decimals}f}".replace("-", MINUS)
        return shown.removeprefix(MINUS) if not shown.strip(f"{MINUS}0.") else shown


def axis(low: float, high: float, most: int = 5) -> Axis:
    """Choose at most *most* round ticks between *low* and *high*; the axis ends a little outside both."""
    if not low < high:
        spread = abs(low) or 1.0
        low, high = low - spread, high + spread
    margin = (high - low) * 0.08
    low, high = low - margin, high + margin
    step = 10.0 ** math.floor(math.log10((high - low) / most))
    step *= next(m for m in (1, 2, 5, 10, 20) if (high - low) / (m * step) <= most)
    ticks = tuple(n * step for n in range(math.ceil(low / step), math.floor(high / step) + 1))
    size = math.floor(math.log10(max(abs(low), abs(high))))
    exponent = size // 3 * 3 if size < -3 or size > 4 else 0
    decimals = max(0, exponent - math.floor(math.log10(step) + 1e-9))
    return Axis(low, high, ticks, exponent, decimals)


def figure(sheet: Sheet, series: Sequence[ErrorSeries]) -> None:
    """Draw one panel for each of *series*, three side by side; a row of panels stays on one sheet."""
    for first in range(0, len(series), _COLUMNS):
        sheet.need(ROW_HEIGHT)
        for column, one in enumerate(series[first : first + _COLUMNS]):
            _panel(sheet, one, LEFT + column * (_PANEL + _GAP), sheet.y)
        sheet.y += ROW_HEIGHT


def _panel(sheet: Sheet, series: ErrorSeries, x: float, y: float) -> None:
    lows = [e - u for e, u in zip(series.errors, series.U, strict=True)]
    highs = [e + u for e, u in zip(series.errors, series.U, strict=True)]
    vertical = axis(min(0.0, *lows), max(0.0, *highs))
    horizontal = axis(min(series.setpoints), max(series.setpoints))
    left, width, top = x + _SCALE, _PANEL - _SCALE, y + _HEAD
    sheet.text(x, y, f"{clean(series.module)} · {clean(series.range)}", Style(8))
    power = f"10{_raise(vertical.exponent)}{NBSP}" if vertical.exponent else ""
    sheet.text(
        x, y + 4.4, f"{joined(labels.ERROR, sheet.language)} / {power}{clean(series.error_unit)}", _TICK
    )
    for tick in vertical.ticks:
        at = top + _PLOT - vertical.at(tick, 0, _PLOT)
        zero = abs(tick) < (vertical.high - vertical.low) * 1e-9
        sheet.rule(left, left + width, at, GREY if zero else HAIRLINE, 0.2 if zero else 0.1)
        sheet.text(left - 1.2, at - 1.2, vertical.label(tick), _TICK, "right")
    for tick in horizontal.ticks:
        at = horizontal.at(tick, left, width)
        sheet.line(at, top + _PLOT, at, top + _PLOT + 0.8, GREY, 0.15)
        sheet.text(at, top + _PLOT + 1.2, horizontal.label(tick), _TICK, "center")
    power = f"10{_raise(horizontal.exponent)}{NBSP}" if horizontal.exponent else ""
    sheet.text(
        left + width,
        y + 4.4,
        f"{joined(labels.SETPOINT, sheet.language)} / {power}{clean(series.unit)}",
        _TICK,
        "right",
    )
    sheet.line(left, top, left, top + _PLOT, GREY, 0.15)
    sheet.rule(left, left + width, top + _PLOT, GREY, 0.15)
    for setpoint, error, low, high in zip(series.setpoints, series.errors, lows, highs, strict=True):
        _bar(
            sheet,
            horizontal.at(setpoint, left, width),
            *(top + _PLOT - vertical.at(v, 0, _PLOT) for v in (low, error, high)),
        )


def _bar(sheet: Sheet, x: float, low: float, middle: float, high: float) -> None:
    sheet.line(x, low, x, high, BLUE, 0.25)
    sheet.line(x - 0.7, low, x + 0.7, low, BLUE, 0.25)
    sheet.line(x - 0.7, high, x + 0.7, high, BLUE, 0.25)
    sheet.dot(x, middle, 0.55, BLUE)


def _raise(exponent: int) -> str:
    return str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
