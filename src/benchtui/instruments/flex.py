"""The answers of the FLEX command language, read strictly.

Source: Keysight B1500A/B1505A Programming Guide, "Data output format" (``FMT 1``), ``ERRX?``, ``UNT?``,
``*LRN?``.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Literal, TypeAlias, cast

import msgspec

from benchtui.errors import Garbled
from benchtui.i18n import N_, text

Quantity: TypeAlias = Literal["V", "I", "C", "Y"]
"""What a measured value is: voltage, current, capacitance, conductance."""

STATUS_FLAGS: dict[str, tuple[str, ...]] = {
    "N": (),
    "C": ("compliance",),
    "T": ("other-channel-compliance",),
    "V": ("over-range",),
    "X": ("oscillation",),
    "F": ("saturation",),
    "G": ("search-target-missed",),
    "S": ("search-stopped",),
    "U": ("unbalanced",),
    "D": ("saturation",),
}
"""Status letter of a measured value -> flags."""

NO_VALUE = frozenset("VUD")
"""Status letters with which the number has no meaning."""

_DUMMY = Decimal("199.999E+99")
_SPOT = re.compile(
    r"(?P<status>[NTCVXFGSUD])(?P<channel>[A-J])(?P<quantity>[VICY])(?P<number>[+-]\d+\.\d+E[+-]\d{2,3})",
    re.ASCII,
)
_ERROR = re.compile(r'(?P<code>[+-]?\d{1,6}),"(?P<words>[^"]*)"', re.ASCII)
_UNIT = re.compile(r"(?P<model>[A-Z0-9]+),(?P<revision>[A-Z0-9.]+)", re.ASCII)
_SWITCHES = re.compile(r"CL|CN ?(?P<channels>\d{1,4}(,\d{1,4})*)", re.ASCII)
_SLOTS = 10


class Spot(msgspec.Struct, frozen=True):
    """A measured value.

    *channel* is the slot number; *value* is in V, A, F or S, NaN when it has no meaning; *flags* come from the
    status.
    """

    raw: str
    channel: int
    quantity: Quantity
    value: float
    flags: tuple[str, ...]


class FlexError(msgspec.Struct, frozen=True):
    """An entry of the error queue; code 0 means that there is none."""

    code: int
    words: str

    @property
    def concerns_interlock(self) -> bool:
        """True if the instrument complains of its safety interlock."""
        return "interlock" in self.words.lower()


def parse_spot(answer: str) -> Spot:
    """Read one measured value in ``FMT 1,0``, such as ``NCV+9.998700E+01``.

    Raises
    ------
    Garbled
        It is not such an answer.
    """
    match = _SPOT.fullmatch(answer)
    if match is None:
        raise _garbled(answer)
    number = Decimal(match["number"])
    flags = STATUS_FLAGS[match["status"]]
    value = float(number)
    if abs(number) >= _DUMMY or not math.isfinite(value):
        value = math.nan
        flags = flags if match["status"] in NO_VALUE else (*flags, "over-range")
    elif match["status"] in NO_VALUE:
        value = math.nan
    quantity = cast("Quantity", match["quantity"])
    return Spot(answer, "ABCDEFGHIJ".index(match["channel"]) + 1, quantity, value, flags)


def parse_pair(answer: str) -> tuple[Spot, Spot]:
    """Read the answer to ``TC`` in ``FMT 1,0`` after ``IMP 100``: capacitance and conductance.

    Raises
    ------
    Garbled
        It is not such an answer.
    """
    parts = answer.split(",")
    if len(parts) != 2:
        raise _garbled(answer)
    capacitance, conductance = map(parse_spot, parts)
    if (capacitance.quantity, conductance.quantity) != (
        "C",
        "Y",
    ) or capacitance.channel != conductance.channel:
        raise _garbled(answer)
    return capacitance, conductance


def parse_error(answer: str) -> FlexError:
    """Read the answer to ``ERRX?``, such as ``305,"Excess current in HPSMU.; SLOT1"``.

    Raises
    ------
    Garbled
        It is not such an answer.
    """
    match = _ERROR.fullmatch(answer)
    if match is None:
        raise _garbled(answer)
    return FlexError(int(match["code"]), match["words"])


def parse_modules(answer: str) -> dict[int, str]:
    """Read the answer to ``UNT?``: slot number -> model of each slot that holds a module.

    Raises
    ------
    Garbled
        It is not such an answer.
    """
    slots = answer.split(";")
    matches = [_UNIT.fullmatch(slot) for slot in slots]
    if len(slots) != _SLOTS or None in matches:
        raise _garbled(answer)
    models = [match["model"] for match in matches if match is not None]
    return {slot: model for slot, model in enumerate(models, start=1) if model != "0"}


def parse_switches(answer: str) -> frozenset[int]:
    """Read the answer to ``*LRN? 0``: the channels whose output switch is on.

    Raises
    ------
    Garbled
        It is not such an answer.
    """
    match = _SWITCHES.fullmatch(answer)
    if match is None:
        raise _garbled(answer)
    return frozenset(int(channel) for channel in (match["channels"] or "").split(",") if channel)


def parse_status(answer: str) -> int:
    """Read the answer to ``*STB?``: the status byte.

    Raises
    ------
    Garbled
        It is not such an answer.
    """
    if not (answer.isascii() and answer.isdigit() and int(answer) < 256):
        raise _garbled(answer)
    return int(answer)


def channel_letter(channel: int) -> str:
    """Return the letter that stands for a slot number in measured values."""
    return "ABCDEFGHIJ"[channel - 1]


def _garbled(answer: str) -> Garbled:
    return Garbled(
        text(N_("This is no answer of a FLEX instrument: {answer}"), answer=repr(answer[:80])),
        raw=answer,
        hint=text(N_("Try again; if it comes back, look at the wire log.")),
    )
