"""What went over a wire lately, for the technician who looks for a fault."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Literal

import msgspec

Direction = Literal["out", "in", "stale"]
DEPTH = 2000


class WireEntry(msgspec.Struct, frozen=True):
    """Bytes that went over the wire.

    *time* is in seconds since the epoch on this computer's clock; *direction* is ``out``, ``in``, or
    ``stale`` for input that was thrown away because nobody had asked for it any more.
    """

    time: float
    direction: Direction
    octets: bytes


class WireLog:
    """A bounded log; the oldest entries fall out."""

    def __init__(self, depth: int = DEPTH) -> None:
        self._entries: deque[WireEntry] = deque(maxlen=depth)
        self._lock = threading.Lock()

    def add(self, direction: Direction, octets: bytes) -> None:
        """Note *octets*; an empty string is not noted."""
        if octets:
            entry = WireEntry(time.time(), direction, octets)
            with self._lock:
                self._entries.append(entry)

    def last(self, count: int) -> tuple[WireEntry, ...]:
        """Return the last *count* entries, oldest first."""
        with self._lock:
            entries = tuple(self._entries)
        return entries[-count:] if count > 0 else ()
