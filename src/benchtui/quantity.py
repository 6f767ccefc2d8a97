"""Numbers with units, as people type them and as instruments send them; the digits that came are kept.

Decimal text is the form in which numbers are stored and shown; ``float`` is the form in which they are computed.
"""

from __future__ import annotations

import math
import re
import unicodedata
from decimal import Decimal, InvalidOperation

import msgspec

from benchtui.errors import BadInput
from benchtui.i18n import N_, text

NBSP = "\u00a0"
MINUS = "\u2212"
PREFIXES: dict[str, int] = {
    "f": -15, "p": -12, "n": -9, "u": -6, "µ": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12,
}  # fmt: skip
UNITS = ("V", "A", "Ω", "ohm", "F", "Hz", "s", "Pa", "K", "°C", "%", "%RH", "kg", "1")
_ENTRY = re.compile(r"(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(?P<tail>[^\d\s.+-][^\s]*)?")


class Reading(msgspec.Struct, frozen=True):
    """One reading, from the wire or from a person.

    Attributes
    ----------
    raw
        The text as it came, byte for byte (latin-1).
    value
        The number; NaN whenever *flags* say that it is none.
    unit
        SI unit symbol of *value*.
    flags
        Words such as ``over-range``, ``compliance``, ``manual``; empty for a sound reading.
    t0, t1
        Start and end, seconds since the epoch on the bench's clock.
    span
        Full scale of the measuring range in *unit*, where the instrument tells it; 0 otherwise.
    """

    raw: str
    value: float
    unit: str
    flags: tuple[str, ...] = ()
    t0: float = 0.0
    t1: float = 0.0
    span: float = 0.0

    @property
    def sound(self) -> bool:
        """True if the reading is a number that may be used."""
        return math.isfinite(self.value)


class Waveform(msgspec.Struct, frozen=True):
    """A series of samples taken at even steps, such as a digitized pulse or a mass spectrum.

    *raw* is the block as it came (text, or base64 of binary data); *values* in *unit*; the first sample stands at
    *start*, the next ones *step* apart, in *step_unit*; *span* is the full scale of the range.
    """

    raw: str
    values: tuple[float, ...]
    unit: str
    start: float
    step: float
    step_unit: str
    t0: float = 0.0
    t1: float = 0.0
    span: float = 0.0
    flags: tuple[str, ...] = ()


class Entry(msgspec.Struct, frozen=True):
    """What a person typed, understood: *typed* as it came, *value* in the base unit with the digits kept."""

    typed: str
    value: Decimal
    unit: str


def parse_entry(typed: str, unit: str = "") -> Entry:
    """Read a number with optional SI prefix and unit, such as ``10.5 mV``, ``1e-3`` or ``−2,`` (refused).

    Parameters
    ----------
    typed
        The text as typed; full-width forms and U+2212 are understood.
    unit
        Unit that is expected; a typed unit must be the same. Empty: any known unit, or none.

    Raises
    ------
    BadInput
        Not a number, a comma, another unit, infinite or not-a-number.
    """
    where = repr(typed)
    if "," in typed or "，" in typed:
        raise BadInput(
            text(N_("A comma is not a decimal sign here.")), where=where, hint=text(N_("Type a point: 10.5"))
        )
    plain = (
        unicodedata.normalize("NFKC", typed).replace(MINUS, "-").replace("μ", "µ").replace("Ω", "Ω").strip()
    )
    match = _ENTRY.fullmatch(plain)
    if match is None:
        raise BadInput(
            text(N_("This is not a number.")),
            where=where,
            hint=text(N_("Type digits, for example 10.0013 or 1.2e-3.")),
        )
    number = Decimal(match["number"])
    exponent, found = _split_unit(match["tail"] or "", unit, where)
    value = number.scaleb(exponent)
    if not math.isfinite(float(value)):
        raise BadInput(
            text(N_("This number is too large.")), where=where, hint=text(N_("Check the exponent."))
        )
    return Entry(typed, value, found)


def _split_unit(tail: str, expected: str, where: str) -> tuple[int, str]:
    if not tail:
        return 0, expected
    candidates = [expected] if expected else list(UNITS)
    for unit in candidates:
        if tail == unit:
            return 0, unit
        if tail.endswith(unit) and tail[: -len(unit)] in PREFIXES:
            return PREFIXES[tail[: -len(unit)]], unit
    if tail in PREFIXES and expected:
        return PREFIXES[tail], expected
    raise BadInput(
        text(N_("The unit {found} does not fit here."), found=tail),
        where=where,
        hint=text(N_("Type the number in {unit}."), unit=expected or ", ".join(UNITS)),
    )


def to_decimal(number: str | float) -> Decimal:
    """Decimal with the digits of *number*: text as it stands, a float by its shortest round-trip form."""
    try:
        return Decimal(number if isinstance(number, str) else repr(float(number)))
    except InvalidOperation as error:
        raise BadInput(text(N_("This is not a number.")), where=repr(number)) from error


def plain(number: Decimal) -> str:
    """Decimal text without exponent and without loss, such as ``0.1`` or ``-1000``."""
    return format(number, "f")


def engineering(number: Decimal, unit: str, *, sign: bool = False) -> str:
    """Text with an SI prefix, exact, with a no-break space: ``500 mV``, ``−1.5 kV``, ``20 V``."""
    if number == 0:
        return f"0{NBSP}{unit}"
    exponent = number.adjusted() // 3 * 3
    exponent = max(-15, min(12, exponent))
    if unit == "V" and 0 < exponent <= 3 and abs(number) < 10_000:
        exponent = 0  # volts up to 10 kV are called by their volts: "1500 V range"
    prefix = next(p for p, e in PREFIXES.items() if e == exponent and p != "u")
    scaled = plain(number.scaleb(-exponent).normalize()).replace("-", MINUS)
    lead = "+" if sign and number > 0 else ""
    return f"{lead}{scaled}{NBSP}{prefix}{unit}"
