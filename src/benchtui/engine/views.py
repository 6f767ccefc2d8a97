"""From the record's full-precision values to what faces show: rounded text, in the columns of the item's table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from statistics import stdev

from benchtui import messages
from benchtui.procedures.base import BudgetLine, Outcome, Point, Verdict
from benchtui.quantity import MINUS, NBSP, Reading, Waveform, engineering, plain, to_decimal


def reading_text(reading: Reading) -> str:
    """Return the digits of *reading* as the instrument gave them, grouped by three after the point; flags for none."""
    if not reading.sound:
        return ", ".join(reading.flags) or "—"
    try:
        number = Decimal(reading.raw.strip())
    except InvalidOperation:
        number = Decimal()
    # What came may carry a prefix or words around the number; then the value speaks.
    return grouped(plain(number if float(number) == reading.value else to_decimal(reading.value)))


def spread_text(values: Sequence[float], unit: str) -> str:
    """Return the experimental standard deviation of *values* with two digits; empty for fewer than two."""
    if len(values) < 2:
        return ""
    return engineering(Decimal(f"{stdev(values):.1e}"), unit)


def grouped(digits: str) -> str:
    """Group the digits after the decimal point by three, with a true minus and an explicit plus."""
    sign = MINUS if digits.startswith("-") else "+"
    whole, point, fraction = digits.lstrip("+-").partition(".")
    groups = NBSP.join(fraction[i : i + 3] for i in range(0, len(fraction), 3))
    return f"{sign}{whole}{point}{groups}"


def time_of_day() -> str:
    """Return the local time of day for the log line of a screen; a virtual bench's clock means nothing to a person."""
    return datetime.now().astimezone().strftime("%H:%M:%S")


def local_text(at: str) -> str:
    """Return a time of the record as a person reads it: local, to the minute."""
    return datetime.fromisoformat(at).astimezone().strftime("%Y-%m-%d %H:%M")


def point_view(
    point: Point, state: messages.PointStateName, attempt: int, readings: int
) -> messages.PointView:
    """Return *point* as a line of the plan."""
    return messages.PointView(
        key=point.key,
        module=point.module,
        range=point.range.replace(" ", NBSP),
        setpoint=engineering(to_decimal(point.setpoint), point.unit, sign=True) if point.setpoint else "",
        state=state,
        attempt=attempt,
        readings=readings,
        of=point.readings,
    )


MOST_COLUMNS = 240
"""Parts into which a waveform is thinned: more than any terminal has columns."""


def thinned(waveform: Waveform) -> tuple[float, ...]:
    """Return the extremes of even parts of *waveform*, in their order: short, and no peak is lost."""
    values = waveform.values
    if len(values) <= 2 * MOST_COLUMNS:
        return values
    size = len(values) / MOST_COLUMNS
    kept: list[float] = []
    for part in range(MOST_COLUMNS):
        piece = values[round(part * size) : round((part + 1) * size)]
        low, high = min(piece), max(piece)
        kept += [low, high] if piece.index(low) < piece.index(high) else [high, low]
    return tuple(kept)


def result_view(outcome: Outcome, attempt: int) -> messages.ResultView:
    """Return *outcome* as the certificate rounds it, with the ranked budget if it has one."""
    if isinstance(outcome, Verdict):
        return messages.ResultView(
            point=outcome.point, attempt=attempt, cells=outcome.statement, k="", nu_eff="", probability=""
        )
    result = outcome
    return messages.ResultView(
        point=result.point,
        attempt=attempt,
        cells=result.statement,
        k=f"{result.k:.2f}",
        nu_eff=nu_text(result.nu_eff),
        probability=f"{100 * result.probability:.4g}{NBSP}%",
        budget=tuple(_budget_line(line, result.error_unit) for line in result.budget if line.u > 0),
        alarms=result.alarms,
    )


def nu_text(nu: float) -> str:
    """Return degrees of freedom as text: ``∞`` for infinite, else the integer below (JCGM 100 G.4.2)."""
    return "∞" if math.isinf(nu) or nu > 1e6 else str(math.floor(nu))


def _budget_line(line: BudgetLine, error_unit: str) -> tuple[str, str, str, str]:
    return (
        line.symbol,
        line.source,
        f"{line.contribution:.2g}{NBSP}{error_unit}",
        f"{100 * line.share:.1f}{NBSP}%",
    )
