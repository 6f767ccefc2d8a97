"""What the unit under test itself measures: its readings as inputs, and when they must not be used."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from decimal import Decimal

from benchtui.calc import Input
from benchtui.errors import OutOfRange
from benchtui.i18n import N_, text
from benchtui.procedures.semiconductor.evaluation import indication, resolved, sound
from benchtui.quantity import Reading

UUT = "unit under test"
PREDICTED_DIGITS = 6
"""Digits with which a reading is foreseen that has not been taken."""
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?")


def free(reading: Reading, where: str) -> Reading:
    """Return *reading* of the unit under test if it is a number and no limit was reached. Raises ``OutOfRange``."""
    sound(reading, where, UUT)
    if "compliance" in reading.flags:
        raise OutOfRange(
            text(N_("The unit under test reached its limit while it measured.")),
            where=where,
            hint=text(N_("Look for a wrong resistor, a wrong lead or an open one, then repeat the point.")),
        )
    return reading


def last_digit(reading: Reading) -> float:
    """Return what one step of the last digit of *reading* is worth, in its unit; 0 if its text shows no number."""
    found = _NUMBER.findall(reading.raw)
    number = Decimal(found[-1]) if found else Decimal(0)
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or not number:
        return 0.0
    # The text may have an SI prefix; the value has none.
    return float(Decimal(1).scaleb(exponent)) * abs(reading.value / float(number))


def indicated(symbol: str, readings: Sequence[Reading], unit: str) -> tuple[Input, Input]:
    """Return mean and resolution of what the unit under test measured; the step is that of the texts that it sent."""
    step = max(map(last_digit, readings)) or abs(readings[0].value) * 10.0 ** (1 - PREDICTED_DIGITS)
    return (
        indication(symbol, readings, UUT, resolution=step, unit=unit),
        resolved(f"d{symbol}", UUT, step, unit),
    )


def foreseen(value: float, unit: str, count: int) -> tuple[Reading, ...]:
    """Return *count* readings of *value* without scatter, with the digits that an analyzer of this class sends."""
    exponent = math.floor(math.log10(abs(value)))
    digits = PREDICTED_DIGITS - 1
    return (
        Reading(raw=f"{value / 10.0**exponent:+.{digits}f}E{exponent:+03d}", value=value, unit=unit),
    ) * count
