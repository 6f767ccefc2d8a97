"""How commands and answers are framed on the wire. Here: lines of printable ASCII."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec

from benchtui.errors import Garbled, InstrumentError, NoReply
from benchtui.i18n import N_, text

if TYPE_CHECKING:
    import re

    from benchtui.instruments.link import Wire


class LineDialect(msgspec.Struct, frozen=True):
    """Lines that end in a terminator, one answer line for a question.

    Attributes
    ----------
    write_terminator, read_terminator
        What ends a command and an answer.
    max_length
        Largest length in bytes of an answer.
    timeout
        Seconds until an answer is complete, where the caller names no other.
    """

    write_terminator: str
    read_terminator: str
    max_length: int = 4096
    timeout: float = 5.0

    def say(self, wire: Wire, command: str) -> None:
        """Send *command* and wait for nothing."""
        wire.send((command + self.write_terminator).encode("ascii"))

    def write(self, wire: Wire, command: str) -> None:
        """Carry out *command*, which asks nothing; come back when the instrument has what the dialect acknowledges."""
        self.say(wire, command)

    def query(self, wire: Wire, command: str, timeout: float | None = None) -> str:
        """Throw stale input away, send *command*, return the answer line without its terminator.

        Raises
        ------
        NoReply, Lost, Aborted
        Garbled
            The answer holds bytes other than printable ASCII, or does not end.
        """
        wire.discard_stale()
        self.say(wire, command)
        try:
            return self.read(wire, timeout)
        except NoReply as error:
            raise unanswered(error, command) from error

    def read(self, wire: Wire, timeout: float | None = None) -> str:
        """Return one line."""
        return printable(self._receive(wire, timeout), wire.address)

    def synchronise(
        self, wire: Wire, question: str, answer: re.Pattern[str], timeout: float | None = None
    ) -> str:
        """Ask *question* and read until its *answer* comes; what comes before it is old and is thrown away.

        The answer must be one that no other question has; the identity serves.

        Raises
        ------
        NoReply, Lost, Aborted
        """
        deadline = time.monotonic() + (self.timeout if timeout is None else timeout)
        self.say(wire, question)
        return self._read_on(wire, answer, deadline)

    def _read_on(self, wire: Wire, answer: re.Pattern[str], deadline: float) -> str:
        """Read until *answer* comes, and nothing can come any more."""
        while True:
            try:
                line = self.read(wire, max(deadline - time.monotonic(), 0.0))
            except (Garbled, InstrumentError):
                continue
            if answer.search(line):
                self._settle(wire)
                return line

    def _settle(self, wire: Wire) -> None:
        """Say that no older answer can come any more, once that is so."""
        if wire.doubtful:
            wire.await_silence(self.timeout, limit=2 * self.timeout)
        wire.settled()

    def _receive(self, wire: Wire, timeout: float | None) -> bytes:
        return wire.receive_until(
            self.read_terminator.encode("ascii"),
            limit=self.max_length,
            timeout=self.timeout if timeout is None else timeout,
            pause=self.timeout,
        )


def printable(line: bytes, where: str) -> str:
    """Return *line* as text.

    Raises
    ------
    Garbled
        It holds bytes other than printable ASCII.
    """
    if not (line.isascii() and line.decode("ascii").isprintable()):
        raise Garbled(
            text(N_("The answer holds bytes that are no text: {answer}"), answer=repr(line[:80])[1:]),
            raw=line.decode("latin-1"),
            where=where,
            hint=text(N_("Check cable, terminators and, on a serial line, speed and parity.")),
        )
    return line.decode("ascii")


def unanswered(error: NoReply, command: str) -> NoReply:
    """Return *error* with the *command* that was not answered."""
    return NoReply(error.what, where=f"{error.where}, {command}", hint=error.hint)
