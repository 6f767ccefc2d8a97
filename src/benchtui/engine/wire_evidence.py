"""What went over the wires last, for the record of an attempt that failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from benchtui.engine.workbench import Seat
from benchtui.instruments.driver import WiredInstrument
from benchtui.instruments.wire_file import PIECE_LIMIT
from benchtui.instruments.wire_log import WireEntry, escaped, last_exchanges
from benchtui.records import WirePiece, stamp

EXCHANGES = 20
"""How many exchanges of each instrument are kept."""
PIECES = 400
"""And no more pieces than that: a serial line may bring an answer byte by byte."""


class Overheard(msgspec.Struct, frozen=True):
    """The end of the conversation with an instrument, which played *role*."""

    role: str
    instrument: str
    entries: tuple[WireEntry, ...]


def overhear(seats: Mapping[str, Seat]) -> tuple[Overheard, ...]:
    """Return the end of the conversation with every instrument; an instrument in two roles has one conversation.

    It takes microseconds and cannot fail: outputs are still on when it is called, and what switches them off would push
    out of the logs what led to the failure.
    """
    roles: dict[str, list[str]] = {}
    for role, seat in seats.items():
        roles.setdefault(seat.name, []).append(role)
    instruments = {seat.name: seat.instrument for seat in seats.values()}
    return tuple(
        Overheard(", ".join(roles[name]), name, instrument.wire_log(PIECES))
        for name, instrument in instruments.items()
        if isinstance(instrument, WiredInstrument)
    )


def evidence(overheard: Iterable[Overheard]) -> tuple[WirePiece, ...]:
    """Return the last :data:`EXCHANGES` of each conversation as the record keeps them."""
    return tuple(
        WirePiece(
            role=end.role,
            instrument=end.instrument,
            moment=stamp(entry.time),
            direction=entry.direction,
            length=len(entry.octets),
            octets=escaped(entry.octets[:PIECE_LIMIT]),
        )
        for end in overheard
        for entry in last_exchanges(end.entries, EXCHANGES)
    )
