"""A recorded conversation in the place of an instrument.

The file holds a line of JSON for each piece that went over the wire, with its ``direction`` (``out``, ``in``, or
``stale`` for input that nobody had asked for any more), its ``octets`` as text (latin-1) and its ``time``. A wire log
is saved as such a file with :func:`save_conversation`.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from benchtui.errors import BadInput, Diverged, Lost
from benchtui.i18n import N_, text
from benchtui.instruments.wire_log import Direction

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchtui.instruments.wire_log import WireEntry


class Piece(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of the file; *time* in seconds since the epoch."""

    direction: Direction
    octets: str
    time: float = 0.0


def save_conversation(entries: Iterable[WireEntry], path: Path) -> None:
    """Write the *entries* of a wire log to *path*; to be played they must begin with the connection."""
    encode = msgspec.json.encode
    pieces = (
        Piece(direction=entry.direction, octets=entry.octets.decode("latin-1"), time=entry.time)
        for entry in entries
    )
    path.write_bytes(b"".join(encode(piece) + b"\n" for piece in pieces))


def load_conversation(path: Path) -> tuple[Piece, ...]:
    """Read what :func:`save_conversation` wrote, or a person.

    Raises
    ------
    BadInput
        The file is missing, or holds a line that is no piece of a conversation.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise BadInput(
            text(N_("The file cannot be read: {reason}."), reason=error.strerror or error),
            where=str(path),
            hint=text(N_("Check the path in the resource.")),
        ) from error
    pieces = []
    for number, line in enumerate(lines, start=1):
        try:
            piece = msgspec.json.decode(line, type=Piece)
            piece.octets.encode("latin-1")
        except (msgspec.MsgspecError, UnicodeError) as error:
            raise BadInput(
                text(N_("This is no piece of a conversation: {reason}."), reason=error),
                where=f"{path}:{number}",
                hint=text(N_('Write {"direction": "out", "octets": "ID?\\r\\n"} on a line of its own.')),
            ) from error
        pieces.append(piece)
    return tuple(pieces)


class ReplayTransport:
    """Plays a conversation: answers come when the program has said what was said then, byte for byte.

    Where the recording has silence the program waits in vain, as it did then. A program that says something else
    is told so (``Diverged``).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._pieces: tuple[Piece, ...] | None = None
        self._position = 0
        self._rest = b""  # of the piece at the position

    @property
    def address(self) -> str:
        """The address as a technician reads it."""
        return f"{self.path} line {self._position + 1}"

    def open(self, timeout: float) -> None:  # noqa: ARG002 - a file answers at once
        """Begin at the beginning."""
        self._pieces = load_conversation(self.path)
        self._move_to(0)

    def send(self, frame: bytes, timeout: float) -> int:  # noqa: ARG002 - the same
        """Take *frame* if it is what was said then."""
        if self._direction() != "out" or not (self._rest.startswith(frame) or frame.startswith(self._rest)):
            raise Diverged(
                text(
                    N_("The program says {found} where the recording has {expected}."),
                    found=repr(frame[:80])[1:],
                    expected=self._expected(),
                ),
                where=self.address,
                hint=text(N_("The driver has changed since; record the conversation anew.")),
            )
        taken = min(len(frame), len(self._rest))
        self._take(taken)
        return taken

    def receive(self, timeout: float) -> bytes:
        """Return what came then, if it is its turn."""
        if self._direction() == "in":
            return self._take(len(self._rest))
        time.sleep(timeout)
        return b""

    def flush(self) -> bytes:
        """Return what was thrown away then."""
        return self._take(len(self._rest)) if self._direction() == "stale" else b""

    def renew(self, timeout: float) -> None:
        """Do nothing: the recording goes on where it is."""

    def interrupt(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Stop playing."""
        self._pieces = None

    def _direction(self) -> Direction | None:
        if self._pieces is None:
            raise Lost(
                text(N_("The instrument is not connected.")),
                where=self.address,
                hint=text(N_("Connect it again; its settings are made anew.")),
            )
        return self._pieces[self._position].direction if self._position < len(self._pieces) else None

    def _expected(self) -> str:
        direction = self._direction()
        return f"{direction} {repr(self._rest[:80])[1:]}" if direction else "-"

    def _take(self, count: int) -> bytes:
        taken, self._rest = self._rest[:count], self._rest[count:]
        if not self._rest:
            self._move_to(self._position + 1)
        return taken

    def _move_to(self, position: int) -> None:
        assert self._pieces is not None, "only a conversation that is open has a position"
        self._position = position
        self._rest = self._pieces[position].octets.encode("latin-1") if position < len(self._pieces) else b""
