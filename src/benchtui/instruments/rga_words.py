"""The language of SRS residual gas analyzers: ASCII commands, ASCII or binary answers, silence for what is refused.

Source: Stanford Research Systems, Models RGA100, RGA200 and RGA300, Operating Manual, chapter "Programming the RGA
Head", in the reading of srsinst.rga 0.3.9. A command is two letters and a parameter. Hardware commands answer with the
status byte; settings, and whatever is refused, are not answered: ``EC?`` tells why.
"""

from __future__ import annotations

import re
import struct
import time
from typing import TYPE_CHECKING

from benchtui.errors import NoReply
from benchtui.instruments.answers import garbled
from benchtui.instruments.dialect import LineDialect, unanswered

if TYPE_CHECKING:
    from benchtui.instruments.link import Wire

AMPERES = 1e-16
"""The ion current that one count of a binary word stands for; manual, "Ion current"."""
SATURATED = (2**31 - 1, -(2**31))
WORD = 4
SCAN_SECONDS = (2.0, 1.0, 0.4, 0.2, 0.126, 0.045, 0.030, 0.015)
"""Duration of a scan for each u, by noise floor setting NF0 to NF7; manual, "Electrometer"."""
POINT_SECONDS = (2.2, 1.1, 0.44, 0.22, 0.139, 0.05, 0.033, 0.0165)
"""Duration of the measurement of a single mass, by noise floor setting; manual, "Electrometer"."""
STATUS_BITS = {0: "EC?", 1: "EF?", 3: "EM?", 4: "EQ?", 5: "ED?", 6: "EP?"}
"""Bits of the status byte, and the query for the error byte behind each; manual, "Error byte definitions"."""
ERROR_NAMES = {
    "EC?": "communication",
    "EF?": "filament",
    "EM?": "electron multiplier",
    "EQ?": "quadrupole filter",
    "ED?": "electrometer",
    "EP?": "24 V supply",
}
_BYTE = re.compile(r"\d{1,3}")
_NUMBER = re.compile(r"-?\d+(\.\d+)?(E[+-]?\d+)?")


class RgaDialect(LineDialect, frozen=True):
    """Lines of text out, lines of text or words of four bytes in."""

    def interrupt(self, wire: Wire) -> None:
        """Stop a scan: any byte does, and an empty command means nothing."""
        self.say(wire, "")

    def byte(self, wire: Wire, command: str, timeout: float | None = None) -> int:
        """Send *command* and return the status byte, or error byte, that answers it.

        Raises
        ------
        NoReply, Garbled, Lost, Aborted
        """
        answer = self.query(wire, command, timeout)
        if _BYTE.fullmatch(answer) is None or int(answer) > 255:
            raise garbled(answer, wire.address)
        return int(answer)

    def number(self, wire: Wire, command: str) -> float:
        """Send the query *command* and return the number that answers it.

        Raises
        ------
        NoReply, Garbled, Lost, Aborted
        """
        answer = self.query(wire, command)
        if _NUMBER.fullmatch(answer.strip()) is None:
            raise garbled(answer, wire.address)
        return float(answer)

    def block(self, wire: Wire, command: str, words: int, timeout: float) -> bytes:
        """Send *command* and return the *words* of four bytes that answer it.

        Raises
        ------
        NoReply, Lost, Aborted
        """
        wire.discard_stale()
        self.say(wire, command)
        try:
            return wire.receive_exactly(WORD * words, timeout)
        except NoReply as error:
            raise unanswered(error, command) from error

    def synchronise(
        self, wire: Wire, question: str, answer: re.Pattern[str], timeout: float | None = None
    ) -> str:
        """Ask *question* and read until its *answer* comes, whatever binary words stand before it."""
        deadline = time.monotonic() + (self.timeout if timeout is None else timeout)
        self.say(wire, question)
        while True:
            line = self._receive(wire, max(deadline - time.monotonic(), 0.0)).decode("latin-1")
            # Words without end of line run into the answer.
            found = next((tail for i in range(len(line)) if answer.fullmatch(tail := line[i:])), "")
            if found:
                self._settle(wire)
                return found


def ion_counts(block: bytes) -> tuple[int, ...]:
    """Return the words of a binary answer: two's complement, the lowest byte first."""
    return struct.unpack(f"<{len(block) // WORD}i", block)
