"""Instruments that a TOML table describes wholly: lines out, lines in, regular expressions between.

Each role is a class over :class:`TableInstrument`; :func:`table_instrument` makes an instrument that fills just
the roles for which its profile has a table. :mod:`~benchtui.instruments.table_source` and
:mod:`~benchtui.instruments.table_digitizer` hold the roles that need more than one line a reading.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from benchtui.errors import InstrumentError, Interlock
from benchtui.i18n import N_, text
from benchtui.instruments.answers import ReadingAnswer, answers_yes, garbled
from benchtui.instruments.driver import WiredInstrument
from benchtui.instruments.recipes import fill
from benchtui.quantity import Reading, plain

if TYPE_CHECKING:
    from decimal import Decimal

    from benchtui.clock import Clock
    from benchtui.instruments.link import Wire
    from benchtui.instruments.profile import TableProfile
    from benchtui.instruments.profile_words import Check, Step


class TableInstrument(WiredInstrument):
    """The part of a table-driven instrument that does not depend on its role."""

    def __init__(self, name: str, resource: str, profile: TableProfile, clock: Clock) -> None:
        super().__init__(name, resource, profile, clock)
        self._profile = profile
        self._errors = profile.errors
        self._no_error = re.compile(profile.errors.none)
        self._error = re.compile(profile.errors.pattern)

    def safe_off(self) -> None:
        """Do nothing: a meter puts nothing out."""

    def interlock_open(self) -> bool:
        """Tell whether the safety interlock is open; False where the profile knows no question for it.

        Raises
        ------
        Lost, NoReply, Garbled, Aborted
        """
        check = self._profile.interlock
        return check is not None and self._run(lambda wire: self._yes(wire, check))

    def _make_ready(self, wire: Wire) -> None:
        self._pop_errors(wire)  # errors of a former life are not ours
        self._forget()
        self._configure(wire)

    def _restore(self, wire: Wire) -> None:
        self._pop_errors(wire)
        self._configure(wire)

    def _forget(self) -> None:
        """Forget what was set before; a role that keeps settings extends this."""

    def _give_way(self) -> None:
        """Forget what was set because another role of the same instrument is prepared."""

    def _configure(self, wire: Wire) -> None:
        self._send(wire, self._profile.init)

    def _send(self, wire: Wire, steps: tuple[Step, ...], **places: str) -> None:
        for step in steps:
            self._dialect.write(wire, fill(step.send, places))
        self._check_errors(wire)

    def _yes(self, wire: Wire, check: Check, timeout: float | None = None) -> bool:
        return answers_yes(check, self._dialect.query(wire, check.query, timeout), wire.address)

    def _check_interlock(self, wire: Wire) -> None:
        if self._profile.interlock is not None and self._yes(wire, self._profile.interlock):
            raise Interlock(
                text(N_("The safety interlock of {name} is open."), name=self.name),
                where=wire.address,
                hint=text(N_("Close the fixture, check the interlock cable, then repeat the point.")),
            )

    def _check_errors(self, wire: Wire) -> None:
        errors = self._pop_errors(wire)
        if errors:
            code, words = errors[0]
            raise InstrumentError(
                text(N_("The instrument reports error {code}: {words}"), code=code, words=words),
                code=code,
                text=words,
                where=f"{self.name}, {wire.address}",
                hint=text(N_("The profile may not fit this firmware; the wire log shows what was sent.")),
            )

    def _pop_errors(self, wire: Wire) -> list[tuple[str, str]]:
        """Drain the error queue; return code and text of each error, oldest first."""
        errors: list[tuple[str, str]] = []
        while len(errors) < self._errors.depth:
            answer = self._dialect.query(wire, self._errors.query)
            if self._no_error.fullmatch(answer):
                break
            match = self._error.fullmatch(answer)
            if match is None:
                raise garbled(answer, wire.address)
            errors.append((match["code"], match["text"]))
        return errors

    def _take(self, answer: ReadingAnswer, span: Decimal, extra: float = 0.0) -> Reading:
        """Trigger one reading and return it; it may take *extra* seconds longer than the table says."""

        def work(wire: Wire) -> tuple[str, float, tuple[str, ...]]:
            # Parsed here and not by the caller: an answer that makes no sense leaves the link dirty.
            timeout = float(answer.table.timeout) + extra
            raw = self._dialect.query(wire, answer.table.read.send, timeout)
            value, flags = answer.parse(raw, wire.address)
            # Had an older reading been in the way, the new one would come now, in place of the answer to this.
            self._check_errors(wire)
            return raw, value, flags

        t0 = self._clock.now()
        raw, value, flags = self._run(work)
        return Reading(raw, value, answer.unit, flags, t0, self._clock.now(), float(span))


def decimal_text(number: Decimal) -> str:
    """Return *number* as it is sent: decimal text without exponent and without needless zeros."""
    return plain(number.normalize()) if number else "0"
