"""Words of the FLEX command language: error texts, range codes, measurement data fields.

Source: B1500A/B1505A Programming Guide, "Data output format", "Measurement ranges". The numbers and words of the errors
are not traced to it: check them before a driver relies on more than their being there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

ERRORS: Final = {
    0: "No Error.",
    100: "Undefined GPIB command.",
    102: "Incorrect numeric data syntax.",
    120: "Incorrect parameter value.",
    121: "Channel number must be 1 to 10.",
    122: "Number of channels must be corrected.",
    123: "Compliance must be set correctly.",
    124: "Incorrect range value for this channel.",
    130: "Start and stop must be same polarity.",
    151: "This command is not allowed to this channel.",
    200: "Channel output switch must be ON.",
    202: "Interlock circuit must be closed.",
}

SLOTS: Final = 10
INVALID: Final = 199.999e99
"""The dummy that stands where there is no measured value."""
VOLTAGE_ALIASES: Final = {11: 20, 12: 200, 13: 400, 14: 1000, 15: 2000}
"""Older codes of voltage ranges; the others are ten times the volts of the range."""
LARGEST_CURRENT: Final = {
    "B1510A": ((20.0, 1.0), (40.0, 0.5), (100.0, 0.125), (200.0, 0.05)),
    "B1511B": ((20.0, 0.1), (40.0, 0.05), (100.0, 0.02)),
    "B1512A": ((40.0, 1.0),),
    "B1513B": ((1500.0, 0.008), (3000.0, 0.004)),
    "B1517A": ((20.0, 0.1), (40.0, 0.05), (100.0, 0.02)),
}
"""Model: up to so many volts, so many amperes (User's Guide, "Measurement Resources")."""
FORMATS: Final = {1: (True, 5, False), 2: (False, 5, False), 11: (True, 6, False), 12: (False, 6, False),
                  21: (True, 6, True), 22: (False, 6, True)}  # fmt: skip
"""Code of FMT that ends in CR LF: head or not, decimals, status as three digits."""
CURRENT_SPANS: Final = {21: 2.0, 22: 20.0, 23: 40.0, 26: 500.0, 28: 2000.0}
"""Codes of current ranges above 1 A."""
STATUS_BITS: Final = {"N": 0, "V": 65, "T": 4, "C": 8, "U": 8, "W": 0, "E": 128}
"""Status letters as the sum of bits of the 3-digit formats (V: ADC overflow, no valid value)."""


def voltage_span(code: int) -> float:
    """Return the full scale in volts of the voltage range with *code*; 0 is automatic."""
    return VOLTAGE_ALIASES.get(abs(code), abs(code)) / 10.0


def current_span(code: int) -> float:
    """Return the full scale in amperes of the current range with *code*: 11 is 1 nA, 17 is 1 mA."""
    return CURRENT_SPANS.get(abs(code), float(f"1e{abs(code) - 20}")) if code else 0.0


class Fault(Exception):
    """A command that the analyzer refuses; *code* of its error, *slot* where a channel is concerned."""

    def __init__(self, code: int, slot: int = 0) -> None:
        super().__init__(ERRORS[code])
        self.code = code
        self.slot = slot


@dataclass(frozen=True)
class Field:
    """One value of the measurement data.

    *status* N sound, C compliance here, T compliance elsewhere, V over range, U bridge not balanced, W and E source
    data of a step and of the last one; *kind* V, I or T(ime), of a capacitance unit C, Z, Y, D, Q, R and P (phase in
    radians, in degrees); *source* marks a value that was set, not measured.
    """

    status: str
    slot: int
    kind: str
    value: float
    source: bool = False


def encode(fields: Sequence[Field], code: int) -> str:
    """Write *fields* in the format *code* of FMT."""
    head, decimals, digits = FORMATS[code]
    words = []
    for field in fields:
        dummy = f"+{199.999:.{decimals - 2}f}E+99"
        value = dummy if field.value == INVALID else f"{field.value:+.{decimals}E}"
        letter = "ABCDEFGHIJ"[field.slot - 1]
        if not head:
            words.append(value)
        elif digits:
            kind = field.kind.lower() if field.source else field.kind
            words.append(f"{STATUS_BITS[field.status]:03d}{letter}{kind}{value}")
        else:
            words.append(f"{field.status}{letter}{field.kind}{value}")
    return ",".join(words)
