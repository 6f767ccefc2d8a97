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
        raw, value, flags = self._run(self._weigh)
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
        """Return the kilograms in the *answer* to ``S``, and their flags.

        Raises
        ------
        NotSettled
            The balance says so.
        Garbled
            It is no answer to ``S``.
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

    def _weigh(self, wire: Wire) -> tuple[str, float, tuple[str, ...]]:
        answer = self._dialect.ask(wire, "S", self._stable_timeout)[-1]
        return answer.line, *self.parse(answer, wire.address)

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
