"""Balances of Mettler-Toledo.

Source: see :mod:`benchtui.instruments.sics`.
"""

from __future__ import annotations

import math
import re
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from benchtui.errors import InstrumentError, NoReply, NotSettled, OutOfRange
from benchtui.i18n import N_, text
from benchtui.instruments.answers import garbled
from benchtui.instruments.driver import WiredInstrument
from benchtui.instruments.sics import SicsDialect
from benchtui.quantity import Reading

if TYPE_CHECKING:
    from benchtui.clock import Clock
    from benchtui.instruments.link import Wire
    from benchtui.instruments.profile import SicsProfile, WiredProfile
    from benchtui.instruments.sics import SicsAnswer

_WEIGHT = re.compile(r" *(?P<value>[+-]?\d+(\.\d*)?) (?P<unit>[A-Za-z]+) *")
_KILOGRAMS = {"kg": Decimal(1), "g": Decimal("1e-3"), "mg": Decimal("1e-6")}
_DYNAMIC = "D"
_POLL_INTERVAL = 0.2
_POLL_SECONDS = 3.0
_OUT_OF_RANGE = {"+": "over-range", "-": "under-range"}


class SicsBalance(WiredInstrument):
    """A balance that speaks MT-SICS."""

    _dialect: SicsDialect
    _quiet_seconds: ClassVar[float] = 0.2

    def __init__(self, name: str, resource: str, profile: SicsProfile, clock: Clock) -> None:
        super().__init__(name, resource, profile, clock)
        self._stable_timeout = float(profile.stable_timeout)
        self._adjust_timeout = float(profile.adjust_timeout)

    def safe_off(self) -> None:
        """Do nothing: a balance puts nothing out."""

    def read_mass(self) -> Reading:
        """Return a stable reading in kilograms; overload and underload are flagged NaN.

        Raises
        ------
        NotSettled
            The balance did not come to rest in the time that it allows itself.
        InstrumentError, Lost, NoReply, Garbled, Aborted
        """
        t0 = self._clock.now()
        # First asked again and again for its value of the moment: a balance that is silent then is found out at once.
        # Only a load that still moves is left to the balance, which answers in its own time.
        while (weighed := self._run(lambda wire: self._weigh(wire, "SI"))) is None:
            if self._clock.now() - t0 >= _POLL_SECONDS:
                weighed = self._run(lambda wire: self._weigh(wire, "S", self._stable_timeout))
                break
            self._wait(_POLL_INTERVAL)
        if weighed is None:
            raise self._not_settled()
        raw, value, flags = weighed
        return Reading(raw, value, "kg", flags, t0, self._clock.now())

    def zero_balance(self) -> None:
        """Set the balance to zero, unloaded.

        Raises
        ------
        OutOfRange
            The load on the pan is too large, or too small, to be zero.
        NotSettled, InstrumentError, Lost, NoReply, Garbled, Aborted
        """
        self._run(lambda wire: self._carry_out(wire, "Z", self._stable_timeout))

    def adjust(self) -> None:
        """Adjust the balance with its built-in weight, which takes minutes; the pan must be empty.

        Raises
        ------
        NotSettled, InstrumentError, Lost, NoReply, Garbled, Aborted
        """
        self._run(lambda wire: self._carry_out(wire, "C3", self._adjust_timeout))

    def parse(self, answer: SicsAnswer, where: str) -> tuple[float, tuple[str, ...]]:
        """Return the kilograms in the stable *answer* to ``S`` or ``SI``, and their flags.

        Raises
        ------
        NotSettled
            The balance says so.
        Garbled
            It is no such answer.
        """
        if answer.status in _OUT_OF_RANGE:
            return math.nan, (_OUT_OF_RANGE[answer.status],)
        if answer.status == "I":
            raise self._not_settled()
        match = _WEIGHT.fullmatch(answer.rest)
        if answer.status != "S" or match is None or match["unit"] not in _KILOGRAMS:
            raise garbled(answer.line, where)
        return float(Decimal(match["value"]) * _KILOGRAMS[match["unit"]]), ()

    def _frame(self, profile: WiredProfile) -> SicsDialect:
        lines = profile.lines
        return SicsDialect(
            write_terminator=lines.write_terminator,
            read_terminator=lines.read_terminator,
            max_length=lines.max_length,
            timeout=float(lines.timeout),
        )

    def _identify(self, wire: Wire) -> str:
        # "@" ends what a former user left going on: a series of weights, a wait for rest. It clears the tare.
        with suppress(NoReply, InstrumentError):  # what does not know it is told apart by the identity
            self._dialect.ask(wire, "@")
        return super()._identify(wire)

    def _make_ready(self, wire: Wire) -> None:
        """Do nothing: the balance was reset before it was asked who it is."""

    def _weigh(
        self, wire: Wire, command: str, timeout: float | None = None
    ) -> tuple[str, float, tuple[str, ...]] | None:
        """Return a stable weight as it came, in kilograms, and its flags; None while it is not stable."""
        answer = self._dialect.ask(wire, command, timeout, alone=True)[-1]
        if answer.status == _DYNAMIC:
            return None
        value, flags = self.parse(answer, wire.address)
        # Had an older weight been in the way, the new one would come now, before the answer to this.
        who = self._dialect.ask(wire, self._identity_table.query, alone=True)[-1]
        if who.line != self._identity:
            raise garbled(who.line, wire.address)
        return answer.line, value, flags

    def _carry_out(self, wire: Wire, command: str, timeout: float) -> None:
        answer = self._dialect.ask(wire, command, timeout)[-1]
        if answer.status in _OUT_OF_RANGE:
            raise OutOfRange(
                text(N_("The load on the pan is not one that can be zero: {answer}"), answer=answer.line),
                where=self.name,
                hint=text(N_("Empty the pan; check that it sits right.")),
            )
        if answer.status == "I":
            raise self._not_settled()
        if answer.status != "A":
            raise garbled(answer.line, wire.address)

    def _not_settled(self) -> NotSettled:
        return NotSettled(
            text(N_("The balance does not come to rest.")),
            where=self.name,
            hint=text(N_("Close the draught shield, keep away from the table, then repeat.")),
        )
