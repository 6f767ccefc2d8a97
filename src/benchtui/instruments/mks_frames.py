"""The frames of MKS gauge controllers: ``@253PR1?;FF``, answered by ``@253ACK1.23E-07;FF`` or ``@253NAK160;FF``.

Source: PyMeasure 0.16, ``mksinst/mksinst.py`` and ``mks937b.py``. Every command is answered, a setting too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from benchtui.errors import InstrumentError
from benchtui.i18n import N_, text
from benchtui.instruments.answers import garbled
from benchtui.instruments.dialect import LineDialect, printable

if TYPE_CHECKING:
    from benchtui.instruments.link import Wire

_ANSWER = re.compile(r"@(?P<address>\d{3})(?P<kind>ACK|NAK)(?P<body>[ -~]*)")
_REFUSALS = {"152": "not an ion gauge", "160": "not a command"}


class MksDialect(LineDialect, frozen=True, kw_only=True):
    """Frames to and from the controller with *address* on its line."""

    address: int

    def say(self, wire: Wire, command: str) -> None:
        """Send *command* in its frame."""
        wire.send(f"@{self.address:03d}{command}{self.write_terminator}".encode("ascii"))

    def write(self, wire: Wire, command: str) -> None:
        """Send *command* and wait for its acknowledgement.

        Raises
        ------
        InstrumentError, NoReply, Garbled, Lost, Aborted
        """
        self.query(wire, command)

    def read(self, wire: Wire, timeout: float | None = None) -> str:
        """Return what a frame holds.

        Raises
        ------
        InstrumentError
            NAK: *code* is the number behind it.
        Garbled
            No frame, or one of another controller.
        NoReply, Lost, Aborted
        """
        line = printable(self._receive(wire, timeout), wire.address)
        match = _ANSWER.fullmatch(line)
        if match is None or int(match["address"]) != self.address:
            raise garbled(line, wire.address)
        if match["kind"] == "NAK":
            code = match["body"]
            meaning = _REFUSALS.get(code, "")
            raise InstrumentError(
                text(N_("The instrument reports error {code}: {words}"), code=code, words=meaning or "?"),
                code=code,
                text=meaning,
                where=wire.address,
                hint=text(N_("The profile may not fit this firmware; the wire log shows what was sent.")),
            )
        return match["body"]
