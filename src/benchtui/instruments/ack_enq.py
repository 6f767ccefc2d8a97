"""The handshake of Pfeiffer and Inficon gauge controllers: mnemonic, ACK, ENQ, answer.

Source: Pfeiffer Vacuum, Communication Protocol TPG 361/TPG 362, BG 5510 BEN; TPG 262, BG 805 196 BE, chapter 5. The
controller answers ``ACK CR LF`` or ``NAK CR LF`` to each command and sends what was asked for only after ``ENQ``;
after a NAK that is the error word. After power-up it sends measurements every second until a character arrives.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from benchtui.errors import Garbled, InstrumentError, NoReply
from benchtui.i18n import N_, text
from benchtui.instruments.answers import garbled
from benchtui.instruments.dialect import LineDialect, printable, unanswered

if TYPE_CHECKING:
    from benchtui.instruments.link import Wire

ETX = b"\x03"
ENQ = b"\x05"
ACK = b"\x06"
NAK = b"\x15"
_ERROR_WORD = re.compile("[01]{4}")
_ERRORS = ("controller error", "no hardware", "inadmissible parameter", "syntax error")


class AckEnqDialect(LineDialect, frozen=True):
    """Lines with a handshake."""

    def clear(self, wire: Wire) -> None:
        """Stop the stream after power-up, and throw away the half command that the controller may hold."""
        wire.send(ETX)

    def write(self, wire: Wire, command: str) -> None:
        """Send *command* and wait for its acknowledgement.

        Raises
        ------
        InstrumentError
            NAK: *code* is the error word, *text* what it means.
        NoReply, Garbled, Lost, Aborted
        """
        wire.discard_stale()
        self.say(wire, command)
        try:
            acknowledgement = self._receive(wire, None)
            if acknowledgement == ACK:
                return
            if acknowledgement != NAK:
                raise garbled(acknowledgement.decode("latin-1"), wire.address)
            word = self._enquire(wire, None)
        except NoReply as error:
            raise unanswered(error, command) from error
        if _ERROR_WORD.fullmatch(word) is None:
            raise garbled(word, wire.address)
        meaning = ", ".join(each for bit, each in zip(word, _ERRORS, strict=True) if bit == "1")
        raise InstrumentError(
            text(N_("The instrument refuses {command}: {words}."), command=command, words=meaning or word),
            code=word,
            text=meaning,
            where=wire.address,
            hint=text(N_("The profile may not fit this firmware; the wire log shows what was sent.")),
        )

    def query(self, wire: Wire, command: str, timeout: float | None = None) -> str:
        """Send *command*, and ask for its answer once it is acknowledged.

        Raises
        ------
        InstrumentError, NoReply, Garbled, Lost, Aborted
        """
        self.write(wire, command)
        try:
            return self._enquire(wire, timeout)
        except NoReply as error:
            raise unanswered(error, command) from error

    def synchronise(
        self, wire: Wire, question: str, answer: re.Pattern[str], timeout: float | None = None
    ) -> str:
        """Ask *question* and read until its *answer* comes.

        An acknowledgement of an older command may be taken for the one of *question*: the enquiry is still
        answered after it.
        """
        deadline = time.monotonic() + (self.timeout if timeout is None else timeout)
        self.say(wire, question)
        while True:
            try:
                if self._receive(wire, max(deadline - time.monotonic(), 0.0)) == ACK:
                    break
            except Garbled:
                continue
        wire.send(ENQ)
        return self._read_on(wire, answer, deadline)

    def _enquire(self, wire: Wire, timeout: float | None) -> str:
        wire.send(ENQ)
        return printable(self._receive(wire, timeout), wire.address)
