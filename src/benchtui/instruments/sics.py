"""MT-SICS, the language of Mettler-Toledo balances: an identifier, a status letter, and what belongs to it.

Source: Mettler-Toledo, MT-SICS Interface Command Set, Reference Manual 11780711. An answer repeats the identifier of
its command (``SI`` is answered as ``S``, ``@`` as ``I4``); ``B`` as status says that more lines follow.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import msgspec

from benchtui.errors import Garbled, InstrumentError, NoReply
from benchtui.i18n import N_, text
from benchtui.instruments.dialect import LineDialect, unanswered

if TYPE_CHECKING:
    from benchtui.instruments.link import Wire

_ANSWER = re.compile(r"(?P<id>@|[A-Z]+\d*) (?P<status>[A-Z+-])(?: (?P<rest>[ -~]*))?")
_IDENTIFIERS = {"SI": "S", "SIR": "S", "@": "I4"}
_REFUSALS = {"ES": "syntax error", "ET": "transmission error", "EL": "logical error"}
MORE = "B"


class SicsAnswer(msgspec.Struct, frozen=True):
    """One line: *status* letter, the *rest* behind it, and the line as it came."""

    status: str
    rest: str
    line: str


class SicsDialect(LineDialect, frozen=True):
    """Commands whose answers carry their identifier."""

    def query(self, wire: Wire, command: str, timeout: float | None = None) -> str:
        """Send *command* and return the last line of its answer.

        Raises
        ------
        InstrumentError, NoReply, Garbled, Lost, Aborted
        """
        return self.ask(wire, command, timeout)[-1].line

    def ask(
        self, wire: Wire, command: str, timeout: float | None = None, *, alone: bool = False
    ) -> tuple[SicsAnswer, ...]:
        """Send *command* and return all lines of its answer.

        Lines that belong to nothing asked are passed over; if the answer must come *alone*, they are an error.

        Raises
        ------
        InstrumentError
            The balance does not know the command, or cannot carry it out: *code* is ``ES``, ``ET`` or ``EL``.
        NoReply, Garbled, Lost, Aborted
        """
        head = command.partition(" ")[0]
        identifier = _IDENTIFIERS.get(head, head)
        deadline = time.monotonic() + (self.timeout if timeout is None else timeout)
        wire.discard_stale()
        self.say(wire, command)
        answers: list[SicsAnswer] = []
        while not answers or answers[-1].status == MORE:
            try:
                line = self.read(wire, max(deadline - time.monotonic(), 0.0))
            except NoReply as error:
                raise unanswered(error, command) from error
            if line in _REFUSALS:
                raise self._refused(wire, command, line)
            match = _ANSWER.fullmatch(line)
            if match is None or (alone and match["id"] != identifier):
                raise Garbled(
                    text(N_("This is no answer of a balance: {answer}"), answer=repr(line[:80])),
                    raw=line,
                    where=wire.address,
                    hint=text(N_("Try again; if it comes back, look at the wire log.")),
                )
            if match["id"] == identifier:  # the print key sends lines of its own
                answers.append(SicsAnswer(match["status"], match["rest"] or "", line))
        return tuple(answers)

    def _refused(self, wire: Wire, command: str, code: str) -> InstrumentError:
        return InstrumentError(
            text(N_("The instrument refuses {command}: {words}."), command=command, words=_REFUSALS[code]),
            code=code,
            text=_REFUSALS[code],
            where=wire.address,
            hint=text(N_("The profile may not fit this firmware; the wire log shows what was sent.")),
        )
