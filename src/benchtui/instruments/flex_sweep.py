"""The reply to a sweep in FLEX, read strictly and fast: a sweep of 10 001 points is one line.

Source: Keysight B1500A/B1505A Programming Guide, "ASCII data output format" (``FMT 1``): each step of the sweep
sends the same items in the same order, separated by commas; each item is a head of three letters (status,
channel, quantity) and a number.
"""

from __future__ import annotations

import math

import msgspec

from benchtui.errors import Garbled
from benchtui.i18n import N_, text
from benchtui.instruments.flex import NO_VALUE

_STATUS = frozenset(b"NTCVXFGSUDWE")
_CHANNELS = b"ABCDEFGHIJ"
_QUANTITIES = frozenset(b"VIFZYCLRPDQXT")
_NUMBER_OCTETS = b"0123456789+-.E"
_NO_VALUE_OCTETS = frozenset("".join(NO_VALUE).encode("ascii"))
_DUMMY = 199.999e99
_DUMMY_OCTETS = b"E+99"


class SweepColumn(msgspec.Struct, frozen=True):
    """One item of every step: *channel* is the slot number, *quantity* the letter, *status* one letter a step.

    *values* are NaN where the status says that the number has no meaning.
    """

    channel: int
    quantity: str
    status: str
    values: tuple[float, ...]


def parse_sweep(reply: bytes, columns: int) -> tuple[SweepColumn, ...]:
    """Read the *reply* to a sweep whose steps send *columns* items each.

    Raises
    ------
    Garbled
        Something else is in the reply, or a step is not complete.
    """
    items = reply.split(b",")
    if columns < 1 or len(items) % columns:
        raise _garbled(reply)
    tails = [item[3:] for item in items]
    if b"".join(tails).translate(None, _NUMBER_OCTETS):
        raise _garbled(reply)
    try:
        numbers = tuple(map(float, tails))
    except ValueError as error:
        raise _garbled(reply) from error
    heads = [item[:3] for item in items]
    return tuple(
        _column(reply, heads[column::columns], numbers[column::columns]) for column in range(columns)
    )


def _column(reply: bytes, heads: list[bytes], numbers: tuple[float, ...]) -> SweepColumn:
    kinds = set(heads)
    places = {head[1:] for head in kinds}
    place = next(iter(places))
    if (
        len(places) != 1
        or len(place) != 2
        or place[0] not in _CHANNELS
        or place[1] not in _QUANTITIES
        or not all(head[0] in _STATUS for head in kinds)
    ):
        raise _garbled(reply)
    if _DUMMY_OCTETS in reply or any(head[0] in _NO_VALUE_OCTETS for head in kinds):
        numbers = tuple(
            math.nan if head[0] in _NO_VALUE_OCTETS or abs(number) >= _DUMMY else number
            for head, number in zip(heads, numbers, strict=True)
        )
    one_kind = len(kinds) == 1
    status = heads[0][:1] * len(heads) if one_kind else b"".join([head[:1] for head in heads])
    return SweepColumn(_CHANNELS.index(place[0]) + 1, chr(place[1]), status.decode("ascii"), numbers)


def _garbled(reply: bytes) -> Garbled:
    start = reply[:80].decode("latin-1")
    return Garbled(
        text(N_("This is no sweep of a FLEX instrument: {reply}"), reply=repr(start)),
        raw=start,
        hint=text(N_("Try again; if it comes back, look at the wire log.")),
    )
