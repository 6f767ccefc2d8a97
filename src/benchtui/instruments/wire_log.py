"""What went over a wire lately, for the technician who looks for a fault."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Direction = Literal["out", "in", "stale"]
DEPTH = 2000
"""How many pieces a log remembers."""
HELD = 4_000_000
"""How many bytes a log remembers: a waveform comes in pieces of 64 KiB."""


class WireEntry(msgspec.Struct, frozen=True):
    """Bytes that went over the wire.

    *time* is in seconds since the epoch on this computer's clock; *direction* is ``out``, ``in``, or
    ``stale`` for input that was thrown away because nobody had asked for it any more.
    """

    time: float
    direction: Direction
    octets: bytes


class WireLog:
    """A log that is bounded in pieces and in bytes; the oldest ones fall out."""

    def __init__(self, depth: int = DEPTH) -> None:
        self._depth = depth
        self._entries: deque[WireEntry] = deque()
        self._held = 0
        self._lock = threading.Lock()
        self._sink: Callable[[WireEntry], None] | None = None

    def add(self, direction: Direction, octets: bytes) -> None:
        """Note *octets*; an empty string is not noted."""
        if not octets:
            return
        entry = WireEntry(time.time(), direction, octets)
        with self._lock:
            self._entries.append(entry)
            self._held += len(octets)
            while len(self._entries) > self._depth or (self._held > HELD and len(self._entries) > 1):
                self._held -= len(self._entries.popleft().octets)
        if self._sink is not None:
            self._sink(entry)

    def copy_to(self, sink: Callable[[WireEntry], None]) -> None:
        """Hand each further entry to *sink* as well; it is called on the wire's thread and must not wait."""
        self._sink = sink

    def last(self, count: int) -> tuple[WireEntry, ...]:
        """Return the last *count* entries, oldest first."""
        with self._lock:
            entries = tuple(self._entries)
        return entries[-count:] if count > 0 else ()


def last_exchanges(entries: Sequence[WireEntry], count: int) -> tuple[WireEntry, ...]:
    """Return the end of a conversation: the last *count* things that were said, each with all that came after it."""
    begins = [index for index, entry in enumerate(entries) if entry.direction == "out"]
    if len(begins) < count:
        return tuple(entries)
    return tuple(entries[begins[-count] :]) if count > 0 else ()


def escaped(octets: bytes) -> str:
    r"""Return *octets* as text of printable ASCII alone: ``*IDN?\n``, ``\x06``, a backslash twice."""
    return "".join(_ESCAPES[octet] for octet in octets)


def _escape(octet: int) -> str:
    if octet == ord("\\"):
        return r"\\"
    return {0x09: r"\t", 0x0A: r"\n", 0x0D: r"\r"}.get(octet) or (
        chr(octet) if 0x20 <= octet < 0x7F else f"\\x{octet:02x}"
    )


_ESCAPES = tuple(map(_escape, range(256)))
