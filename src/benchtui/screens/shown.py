"""Values as they are shown: with an SI prefix that suits them, every digit kept."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from benchtui.quantity import MINUS, NBSP, PREFIXES, plain

_SPACES = str.maketrans({" ": None, NBSP: None, "\u2009": None, "\u202f": None, MINUS: "-"})
_BASE_UNITS = ("V", "A", "Ω", "F", "Hz", "s")
ROUNDED_UP = Decimal("1.02")
"""So much below a power of a thousand counts as having reached it: 0.999 9 nA is not called 999.9 pA."""


def number(shown: str) -> float | None:
    """Return the number in a reading as shown, such as ``−1.000 02``; None for words such as ``over``."""
    try:
        return float(shown.translate(_SPACES))
    except ValueError:
        return None


def with_prefix(shown: str, unit: str) -> tuple[str, str]:
    """Return a reading *shown* in a base unit with a prefix and its digits grouped by three; words stay as they are.

    Volts have none down to a millivolt, because ranges are called by their volts.
    """
    try:
        value = Decimal(shown.translate(_SPACES))
    except InvalidOperation:
        return shown, unit
    if unit not in _BASE_UNITS or not value.is_finite() or value == 0:
        return shown, unit
    exponent = max(-15, min(12, (value * ROUNDED_UP).adjusted() // 3 * 3))
    if unit == "V" and -3 <= exponent <= 3:
        exponent = 0
    if exponent == 0:
        return shown, unit
    prefix = next(name for name, power in PREFIXES.items() if power == exponent and name != "u")
    digits = plain(value.scaleb(-exponent))
    sign = MINUS if digits.startswith("-") else "+" if shown.startswith("+") else ""
    whole, point, fraction = digits.lstrip("+-").partition(".")
    groups = NBSP.join(fraction[i : i + 3] for i in range(0, len(fraction), 3))
    return f"{sign}{whole}{point}{groups}", prefix + unit


def level(value: float, unit: str, digits: int = 4) -> str:
    """Return a number for the edge of a plot, with *digits* significant ones: ``9.998 mV``."""
    shown, prefixed = with_prefix(format(Decimal(f"{value:.{digits}g}").normalize(), "f"), unit)
    return f"{shown.replace('-', MINUS)}{NBSP}{prefixed}"
