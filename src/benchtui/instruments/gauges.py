"""Controllers of vacuum gauges: what Pfeiffer's and MKS's have in common."""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from benchtui.errors import BadInput, InstrumentError
from benchtui.i18n import N_, text
from benchtui.instruments.answers import garbled
from benchtui.instruments.driver import WiredInstrument
from benchtui.quantity import Reading

if TYPE_CHECKING:
    from benchtui.clock import Clock
    from benchtui.instruments.link import Wire
    from benchtui.instruments.profile import GaugeController

_UNIT = re.compile(r"\d|[A-Za-z]+")


class GaugeReader(WiredInstrument):
    """A controller that reports in pascals, which is checked with every reading."""

    _quiet_seconds: ClassVar[float] = 0.2

    def __init__(self, name: str, resource: str, profile: GaugeController, clock: Clock) -> None:
        super().__init__(name, resource, profile, clock)
        self._table = profile

    def safe_off(self) -> None:
        """Do nothing: what a controller feeds its gauges stays in the vacuum."""

    def read_pressure(self, channel: int) -> Reading:
        """Return the pressure at *channel* (from 1) in pascals; a gauge that is off or over range is a flagged NaN.

        Raises
        ------
        BadInput
            There is no such channel.
        InstrumentError
            The controller refuses, or somebody chose another unit at its front panel.
        Lost, NoReply, Garbled, Aborted
        """
        if not 1 <= channel <= self._table.channels:
            raise BadInput(
                text(N_("There is no gauge {channel}."), channel=channel),
                where=self.name,
                hint=text(N_("Gauges are numbered 1 to {last}."), last=self._table.channels),
            )
        t0 = self._clock.now()
        raw, value, flags = self._run(lambda wire: self._read(wire, channel))
        return Reading(raw, value, "Pa", flags, t0, self._clock.now())

    @abstractmethod
    def parse(self, answer: str, where: str) -> tuple[float, tuple[str, ...]]:
        """Return the pascals in *answer* and their flags.

        Raises
        ------
        Garbled
            It is no answer to the reading query.
        """

    def _make_ready(self, wire: Wire) -> None:
        self._dialect.write(wire, self._table.pascal.send)
        self._check_unit(wire)

    def _restore(self, wire: Wire) -> None:
        self._make_ready(wire)

    def _read(self, wire: Wire, channel: int) -> tuple[str, float, tuple[str, ...]]:
        answer = self._dialect.query(wire, self._table.read.send.replace("{channel}", str(channel)))
        value, flags = self.parse(answer, wire.address)
        self._check_unit(wire)  # afterwards: what was just read was in the unit that holds now
        return answer, value, flags

    def _check_unit(self, wire: Wire) -> None:
        answer = self._dialect.query(wire, self._table.unit.send)
        if _UNIT.fullmatch(answer) is None:
            raise garbled(answer, wire.address)
        if answer != self._table.pascal_code:
            raise InstrumentError(
                text(N_("The instrument does not report in pascals; its unit is {code}."), code=answer),
                code=answer,
                where=f"{self.name}, {wire.address}",
                hint=text(N_("Somebody chose another unit at its front panel: connect it again.")),
            )
