"""What a virtual instrument is given when it is put on the bench: its name, its errors, what surrounds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from benchtui.profiles import BenchInstrument, Standard
    from benchtui.virtualbench.bench import VirtualBench
    from benchtui.virtualbench.faults import Faults
    from benchtui.virtualbench.hidden import Hidden
    from benchtui.virtualbench.mechanics import Pan
    from benchtui.virtualbench.room import Room
    from benchtui.virtualbench.servers.link import Link
    from benchtui.virtualbench.vacuum import Chamber


@dataclass(frozen=True)
class Stand:
    """The place of an instrument on the bench.

    Attributes
    ----------
    name, listing
        Its name on the bench, and what the bench file says of it.
    standard
        The measurement standard that it is, where the bench file names one.
    hidden
        Its hidden errors by range (``""`` where an error has none) and key, as the registry declares them.
    faults
        What still goes wrong with it; the front end asks for those of its model only.
    bench
        Time, truth and circuit.
    chamber, room, pan
        The vacuum chamber and the room that all share; the weighing pan of its own.
    """

    name: str
    listing: BenchInstrument
    standard: Standard | None
    hidden: Hidden
    faults: Faults
    bench: VirtualBench
    chamber: Chamber
    room: Room
    pan: Pan


class FrontEnd(Protocol):
    """What answers on the wire of an instrument."""

    def handle(self, line: str, link: Link) -> None:
        """Carry out one command, without its end; called in the thread of the connection it came on."""


@runtime_checkable
class Greeter(Protocol):
    """A front end that does something as soon as a client is there."""

    def connected(self, link: Link) -> None:
        """Greet a client; called once for each connection, before any command."""


@runtime_checkable
class Refuser(Protocol):
    """A front end with words of its own for a command that it does not know."""

    def refuse(self, link: Link, /) -> None:
        """Answer as to an unknown command."""
