r"""Units of the Digital System of Units (D-SI 2.x): from the symbols that the program prints to D-SI words.

A unit in D-SI is a row of backslash words: an SI prefix, a unit, an exponent, such as ``\milli\volt`` or
``\metre\tothe{-1}``. The schema takes any text for a unit, so both directions are tables here.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

import msgspec

ONE = "\\one"


class SiUnit(msgspec.Struct, frozen=True):
    """A coherent SI unit in D-SI words; a value times ten to the *exponent* is in it."""

    words: str
    exponent: int = 0


_BASE: dict[str, str] = {
    "": ONE,
    "1": ONE,
    "V": "\\volt",
    "A": "\\ampere",
    "Ω": "\\ohm",
    "ohm": "\\ohm",
    "F": "\\farad",
    "Hz": "\\hertz",
    "s": "\\second",
    "S": "\\siemens",
    "H": "\\henry",
    "C": "\\coulomb",
    "W": "\\watt",
    "J": "\\joule",
    "N": "\\newton",
    "T": "\\tesla",
    "Wb": "\\weber",
    "Pa": "\\pascal",
    "K": "\\kelvin",
    "°C": "\\degreecelsius",
    "m": "\\metre",
    "kg": "\\kilogram",
    "mol": "\\mole",
    "rad": "\\radian",
}
_COMPOUND: dict[str, str] = {
    "1/s": "\\second\\tothe{-1}",
    "1/K": "\\kelvin\\tothe{-1}",
    "1/Pa": "\\pascal\\tothe{-1}",
    "A/Pa": "\\ampere\\pascal\\tothe{-1}",
    "V/Pa": "\\volt\\pascal\\tothe{-1}",
    "V/s": "\\volt\\second\\tothe{-1}",
    "A/s": "\\ampere\\second\\tothe{-1}",
    "m/s": "\\metre\\second\\tothe{-1}",
    "m/s²": "\\metre\\second\\tothe{-2}",
    "m²": "\\metre\\tothe{2}",
    "m³": "\\metre\\tothe{3}",
    "m³/s": "\\metre\\tothe{3}\\second\\tothe{-1}",
    "Pa·m³/s": "\\pascal\\metre\\tothe{3}\\second\\tothe{-1}",
    "kg/m³": "\\kilogram\\metre\\tothe{-3}",
    "mol/s": "\\mole\\second\\tothe{-1}",
    "J·s": "\\joule\\second",
}
_PARTS_OF_ONE: dict[str, int] = {"%": -2, "%RH": -2, "‰": -3, "ppm": -6, "µV/V": -6, "µA/A": -6, "ppb": -9}
_PREFIXED: dict[str, int] = {
    "f": -15,
    "p": -12,
    "n": -9,
    "µ": -6,
    "u": -6,
    "m": -3,
    "k": 3,
    "M": 6,
    "G": 9,
    "T": 12,
}
_WITHOUT_PREFIX = {"", "1", "°C", "kg", "K", "rad"}


def si_unit(symbol: str) -> SiUnit | None:
    """Return the D-SI unit for *symbol* as the program writes it (``mV``, ``%``, ``Pa·m³/s``); None if unknown."""
    symbol = symbol.strip().replace("Ω", "Ω").replace("μ", "µ")
    if symbol in _BASE:
        return SiUnit(_BASE[symbol])
    if symbol in _PARTS_OF_ONE:
        return SiUnit(ONE, _PARTS_OF_ONE[symbol])
    if symbol in _COMPOUND:
        return SiUnit(_COMPOUND[symbol])
    if symbol in ("g", "mg", "µg"):
        return SiUnit("\\kilogram", {"g": -3, "mg": -6, "µg": -9}[symbol])
    prefix, base = symbol[:1], symbol[1:]
    if prefix in _PREFIXED and base in _BASE and base not in _WITHOUT_PREFIX:
        return SiUnit(_BASE[base], _PREFIXED[prefix])
    return None


def shift(number: str, exponent: int) -> str:
    """Return decimal text times ten to the *exponent*, exactly; with an exponent of 0 the text as it stands.

    Raises
    ------
    ValueError
        *number* is not a finite decimal number.
    """
    try:
        value = Decimal(number)
    except InvalidOperation as error:
        raise ValueError(number) from error
    if not value.is_finite():
        raise ValueError(number)
    if exponent == 0:
        return number
    sign, digits, power = value.as_tuple()
    assert isinstance(power, int)
    # Not scaleb: that would round to the context's 28 digits.
    return str(Decimal((sign, digits, power + exponent)))


# ---------------------------------------------------------------------------------------------- D-SI words, to read
_PREFIX_WORDS: dict[str, int] = {
    "quecto": -30, "ronto": -27, "yocto": -24, "zepto": -21, "atto": -18, "femto": -15, "pico": -12, "nano": -9,
    "micro": -6, "milli": -3, "centi": -2, "deci": -1, "deca": 1, "hecto": 2, "kilo": 3, "mega": 6, "giga": 9,
    "tera": 12, "peta": 15, "exa": 18, "zetta": 21, "yotta": 24, "ronna": 27, "quetta": 30,
}  # fmt: skip
_BINARY_PREFIXES = {"kibi", "mebi", "gibi", "tebi", "pebi", "exbi", "zebi", "yobi"}
_UNITS = (
    "one metre kilogram gram second ampere kelvin mole candela hertz newton pascal joule watt coulomb volt farad ohm "
    "siemens weber tesla henry degreecelsius lumen lux becquerel gray sievert katal radian steradian day hour minute "
    "degree arcminute arcsecond hectare litre tonne electronvolt dalton astronomicalunit neper bel decibel bit byte "
    "percent ppm bar mmhg knot angstrom nauticalmile barn"
)
_UNIT_WORDS = frozenset(_UNITS.split())
_WORD = re.compile(r"\\([a-zA-Z]+)(?:\{(-?\d+(?:\.\d+)?|-?\d+/\d+)\})?")


def is_si_unit(words: str) -> bool:
    """Tell whether *words* is a D-SI unit: known prefixes and units only, exponents after units."""
    position, last = 0, "start"
    while position < len(words):
        match = _WORD.match(words, position)
        if match is None:
            return False
        word, argument, position = match[1], match[2], match.end()
        if word in ("tothe", "squared", "cubed"):
            if last != "unit" or (argument is None) == (word == "tothe"):
                return False
            last = "power"
        elif argument is not None:
            return False
        elif word == "per":
            if last == "prefix" or last == "per":
                return False
            last = "per"
        elif word in _PREFIX_WORDS or word in _BINARY_PREFIXES:
            if last == "prefix":
                return False
            last = "prefix"
        elif word in _UNIT_WORDS or word.lower() in _UNIT_WORDS:
            last = "unit"
        else:
            return False
    return last in ("unit", "power")


def program_unit(words: str) -> SiUnit | None:
    r"""Return symbol and power of ten of a D-SI unit that the program knows: ``\kilo\ohm`` is Ω and 3."""
    match = re.fullmatch(r"(?:\\([a-z]+))?(\\[a-z]+)", words)
    for symbol, known in _BASE.items():
        if symbol in ("", "ohm"):
            continue
        if known == words:
            return SiUnit(symbol)
        if match and match[2] == known and match[1] in _PREFIX_WORDS and symbol not in ("kg", "1"):
            return SiUnit(symbol, _PREFIX_WORDS[match[1]])
    if match and match[2] == "\\gram":
        return SiUnit("kg", _PREFIX_WORDS.get(match[1], 0) - 3)
    if words in ("\\percent", "\\ppm"):
        return SiUnit("1", {"\\percent": -2, "\\ppm": -6}[words])
    return None
