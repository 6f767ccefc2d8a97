"""Vaisala PTU300 transmitters of pressure, humidity and temperature.

Source: Vaisala PTU300 User's Guide M210796EN, in the reading of MSL-Equipment 51b9be31, ``vaisala/ptu300.py``.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, ClassVar

from benchtui.errors import InstrumentError
from benchtui.i18n import N_, text
from benchtui.instruments.answers import garbled
from benchtui.instruments.driver import WiredInstrument
from benchtui.quantity import Reading

if TYPE_CHECKING:
    from benchtui.clock import Clock
    from benchtui.instruments.link import Wire
    from benchtui.instruments.profile import PtuProfile

_PASCALS = 100.0  # in a hectopascal
_STARS = re.compile(r"\*[*.]*")
_QUANTITIES = {"temperature": ("°C", 1.0), "humidity": ("%RH", 1.0), "pressure": ("Pa", _PASCALS)}
_LIST_PAUSE = 0.3
_READING_PAUSE = 0.3
"""Seconds within which a transmitter answers; a message has 30 characters at 4800 bd."""


class Ptu300(WiredInstrument):
    """A transmitter that is asked for its values one set at a time."""

    _quiet_seconds: ClassVar[float] = 0.5

    def __init__(self, name: str, resource: str, profile: PtuProfile, clock: Clock) -> None:
        super().__init__(name, resource, profile, clock)
        self._table = profile
        self._reply = re.compile(profile.reply)

    def safe_off(self) -> None:
        """Do nothing: a transmitter puts nothing out."""

    def read_room(self) -> dict[str, Reading]:
        """Return readings by ``temperature`` (°C), ``humidity`` (%RH) and ``pressure`` (Pa).

        A quantity whose sensor fails is a NaN, flagged ``sensor-error``.

        Raises
        ------
        Lost, NoReply, Garbled, Aborted
        """
        t0 = self._clock.now()
        raw, values = self._run(self._read)
        t1 = self._clock.now()
        return {
            quantity: Reading(raw, value, unit, () if math.isfinite(value) else ("sensor-error",), t0, t1)
            for (quantity, (unit, _)), value in zip(_QUANTITIES.items(), values, strict=True)
        }

    def parse(self, answer: str, where: str) -> tuple[float, ...]:
        """Return temperature, humidity and pressure in *answer*; NaN where there are stars.

        Raises
        ------
        Garbled
            It is no answer to the reading query.
        """
        match = self._reply.fullmatch(answer)
        if match is None:
            raise garbled(answer, where)
        return tuple(
            math.nan if _STARS.fullmatch(match[quantity]) else float(match[quantity]) * factor
            for quantity, (_, factor) in _QUANTITIES.items()
        )

    def _hush(self, wire: Wire) -> None:
        self._dialect.say(wire, self._table.stop.send)

    def _identify(self, wire: Wire) -> str:
        identity = super()._identify(wire)
        self._await_end_of_list(wire)
        return identity

    def _resynchronise(self, wire: Wire) -> None:
        super()._resynchronise(wire)
        self._await_end_of_list(wire)

    def _await_end_of_list(self, wire: Wire) -> None:
        # The identity is the first line of a list that no line ends.
        wire.await_silence(_LIST_PAUSE, limit=self._dialect.timeout)

    def _make_ready(self, wire: Wire) -> None:
        for step in self._table.init:
            answer = self._dialect.query(wire, step.send)
            if re.fullmatch(step.pattern, answer) is None:
                raise InstrumentError(
                    text(
                        N_("The instrument answers {command} with {answer}."),
                        command=step.send,
                        answer=repr(answer),
                    ),
                    text=answer,
                    where=f"{self.name}, {wire.address}",
                    hint=text(N_("The profile may not fit this firmware; the wire log shows what was sent.")),
                )

    def _read(self, wire: Wire) -> tuple[str, tuple[float, ...]]:
        answer = self._dialect.query(wire, self._table.read.send)
        values = self.parse(answer, wire.address)
        wire.expect_silence(_READING_PAUSE)  # had an older message come first, the new one would come now
        return answer, values
