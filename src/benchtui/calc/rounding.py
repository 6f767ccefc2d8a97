"""Rounding of uncertainties and results, in decimal arithmetic on decimal text.

Binary floating point is not rounded here: a float is first written with its shortest round-trip digits, so
that 2.675 is 2.675 and not 2.67499999….

Sources: JCGM 100:2008, 7.2.6; JJF 1059.1-2012, 5.3.8; ILAC-P14:09/2020, 5.4; GB/T 8170-2008.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from typing import Literal

from benchtui.errors import BadInput
from benchtui.i18n import N_, text
from benchtui.quantity import plain, to_decimal

Mode = Literal["half-even", "gb8170", "half-up", "up", "ceiling"]
"""How U is rounded.

``half-even``, ``half-up``: to the nearest. ``gb8170``: half-even under the name of GB/T 8170-2008. ``up``:
up, but a rest of at most :data:`DROPPED` of the last digit is dropped (JCGM 100:2008, 7.2.6; JJF 1059.1-2012,
5.3.8.2). ``ceiling``: up, always.
"""

Digits = Literal[1, 2, "leading"]
"""Significant digits of U; ``leading``: two after a 1 or 2, else one (JJF 1059.1-2012, 5.3.8.1)."""

Number = float | str | Decimal

DROPPED = Decimal("0.05")
"""Part of the last digit that mode ``up`` drops: common sense makes 28.05 to 28, though 10.47 becomes 11."""

_WIDE = Context(prec=700)  # a float reaches from 1e-324 to 1e308
_NEAREST = {"half-even": ROUND_HALF_EVEN, "gb8170": ROUND_HALF_EVEN, "half-up": ROUND_HALF_UP}


@dataclass(frozen=True)
class Statement:
    """A result as it is stated: *y* and *U* to the same decimal place, and their plain decimal text."""

    y: Decimal
    U: Decimal
    y_text: str
    U_text: str


def round_uncertainty(U: Number, digits: Digits = 2, mode: Mode = "up") -> Decimal:  # noqa: N803 - the field's symbol
    """Round an uncertainty to significant *digits*; a decade carry keeps their number (0.0996 → 0.10).

    Raises
    ------
    BadInput
        *U* is not a positive finite number.
    """
    exact = _finite(U)
    if not exact > 0:
        raise BadInput(
            text(N_("An uncertainty to be stated must be positive, not {found}."), found=exact),
            hint=text(N_("Check that the resolution and the limits of error are part of the budget.")),
        )
    first = int(exact.scaleb(-exact.adjusted(), _WIDE))
    count = (2 if first <= 2 else 1) if digits == "leading" else digits
    place = exact.adjusted() - count + 1
    rounded = _round(exact, place, mode)
    if digits != "leading" and rounded.adjusted() > exact.adjusted():
        # 0.0996 has become 0.100: the same number of digits ends one place earlier.
        rounded = rounded.quantize(Decimal(1).scaleb(place + 1), context=_WIDE)
    return rounded


def round_to_uncertainty(y: Number, U_rounded: Decimal) -> Decimal:  # noqa: N803 - the field's symbol
    """Round a result, half to even, to the decimal place of its rounded uncertainty."""
    rounded = _finite(y).quantize(
        Decimal(1).scaleb(_place(U_rounded)), rounding=ROUND_HALF_EVEN, context=_WIDE
    )
    return abs(rounded) if rounded == 0 else rounded


def statement(
    y: Number,
    U: Number,  # noqa: N803 - the field's symbol
    *,
    digits: Digits = 2,
    mode: Mode = "up",
    cmc: Number | None = None,
) -> Statement:
    """State a result: U rounded, never below the laboratory's capability *cmc*, and y to the same place.

    Raises
    ------
    BadInput
        y is not finite, U or cmc is not a positive finite number.
    """
    expanded = _finite(U)
    if cmc is not None:
        # ILAC-P14:09/2020, 5.3: no uncertainty below the CMC may be stated.
        expanded = max(expanded, _finite(cmc))
    rounded = round_uncertainty(expanded, digits, mode)
    if cmc is not None and rounded < _finite(cmc):
        rounded = round_uncertainty(expanded, digits, "ceiling")
    result = round_to_uncertainty(y, rounded)
    return Statement(result, rounded, plain(result), plain(rounded))


def last_digit(U: Number, digits: Literal[1, 2] = 2) -> Decimal:  # noqa: N803 - the field's symbol
    """Return the unit of the last digit in which an uncertainty is stated to the nearest, 0.01 for 0.0996.

    JCGM 101:2008, 7.9.2: u = c·10^l with an integer c of *digits* digits; this is 10^l, twice the tolerance.
    """
    return Decimal(1).scaleb(_place(round_uncertainty(U, digits, "half-even")))


def _round(exact: Decimal, place: int, mode: Mode) -> Decimal:
    unit = Decimal(1).scaleb(place)
    if mode in _NEAREST:
        return exact.quantize(unit, rounding=_NEAREST[mode], context=_WIDE)
    if mode == "up":
        lower = exact.quantize(unit, rounding=ROUND_FLOOR, context=_WIDE)
        if _WIDE.subtract(exact, lower) <= DROPPED * unit:
            return lower
    elif mode != "ceiling":
        raise BadInput(text(N_("There is no rounding mode {found}."), found=mode))
    return exact.quantize(unit, rounding=ROUND_CEILING, context=_WIDE)


def _finite(number: Number) -> Decimal:
    exact = number if isinstance(number, Decimal) else to_decimal(number)
    if not exact.is_finite():
        raise BadInput(text(N_("A number that is not finite cannot be stated.")), where=str(number))
    return exact


def _place(rounded: Decimal) -> int:
    exponent = rounded.as_tuple().exponent
    assert isinstance(exponent, int), "round_uncertainty returns finite numbers"
    return exponent
