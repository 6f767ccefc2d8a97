"""Faults on command: what goes wrong between a program and an instrument, a given number of times.

=================  ==========================================================================================
kind               what happens
=================  ==========================================================================================
late               the reply comes some seconds of real time later
half               the reply ends in the middle, without its end
garbled            every second byte of the reply arrives with its top bit set
stale              the reply before comes once more, ahead of the reply
echo               the command comes back, ahead of the reply
missing            the reply does not come
duplicate          the reply comes twice
slow-bytes         the reply comes byte by byte at the speed of the line
fin                the connection is closed instead of the reply; a serial adapter is unplugged
rst                the connection is reset instead of the reply; a serial adapter is unplugged
wrong-identity     a reply that names the instrument names another one
nak                the command is refused like one that the instrument does not know
refuse-connection  nobody listens at the address, until the fault is cleared
interlock-open     the interlock opens; of the closings that follow, *count* - 1 do not hold
compliance         a short circuit at the output, for *count* levels that are set
never-settling     what is measured does not come to rest, for *count* levels or readings
=================  ==========================================================================================

The first twelve strike the next *count* replies (or commands) they fit, in this order, one fault a reply.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Callable

Kind = Literal[
    "late", "half", "garbled", "stale", "echo", "missing", "duplicate", "slow-bytes", "fin", "rst",
    "wrong-identity", "nak", "refuse-connection", "interlock-open", "compliance", "never-settling",
]  # fmt: skip
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
OF_REPLIES: Final[tuple[Kind, ...]] = KINDS[:10]
"""Faults that befall any reply."""
OF_MODELS: Final = frozenset[Kind](["interlock-open", "compliance", "never-settling"])
"""Faults that an instrument has only if its model knows them; the others are those of any wire."""
LATE: Final = 3.0
"""Seconds by which a late reply is late, where nothing else is said."""


class FaultRefused(ValueError):
    """A fault that the instrument cannot have; the message says so."""


class Faults:
    """The faults of one instrument that are still to come.

    Parameters
    ----------
    offered
        Those of :data:`OF_MODELS` that the instrument's model knows.
    """

    def __init__(self, offered: frozenset[Kind] = frozenset()) -> None:
        self._offered = offered
        self._lock = threading.Lock()
        self._left: dict[Kind, int] = {}
        self.late_seconds = LATE
        self._watchers: list[Callable[[], None]] = []

    def arm(self, kind: Kind, count: int, seconds: float = LATE) -> None:
        """Let a fault happen *count* times; *seconds* is for ``late``.

        Raises
        ------
        FaultRefused
            The instrument cannot have it.
        """
        if kind in OF_MODELS - self._offered:
            raise FaultRefused(f"the model of this instrument has no fault {kind}")
        with self._lock:
            self._left[kind] = count
            if kind == "late":
                self.late_seconds = seconds
        self._tell()

    def clear(self) -> None:
        """Make the instrument well."""
        with self._lock:
            self._left.clear()
        self._tell()

    def take(self, *kinds: Kind) -> Kind | None:
        """Return the first of *kinds* that is to come, and count it; None if there is none."""
        with self._lock:
            for kind in kinds:
                if self._left.get(kind, 0) > 0:
                    self._left[kind] -= 1
                    return kind
        return None

    def pending(self, kind: Kind) -> bool:
        """Tell whether *kind* is to come."""
        return self._left.get(kind, 0) > 0

    def left(self) -> dict[Kind, int]:
        """Return how often each fault is still to come."""
        with self._lock:
            return {kind: count for kind, count in self._left.items() if count}

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call *watcher* whenever faults were armed or cleared."""
        self._watchers.append(watcher)

    def _tell(self) -> None:
        for watcher in self._watchers:
            watcher()
