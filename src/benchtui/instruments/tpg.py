"""Pfeiffer TPG 26x and 36x, and controllers of the same family.

Source: see :mod:`benchtui.instruments.ack_enq`.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from benchtui.errors import InstrumentError, WrongInstrument
from benchtui.i18n import N_, text
from benchtui.instruments.ack_enq import AckEnqDialect
from benchtui.instruments.answers import garbled
from benchtui.instruments.gauges import GaugeReader

if TYPE_CHECKING:
    from benchtui.instruments.link import Wire
    from benchtui.instruments.profile import WiredProfile

_READING = re.compile(r"(?P<status>[0-6]), ?(?P<value>[+-]?\d\.\d{1,4}E[+-]\d{1,2})")
# BG 5510 BEN, PRx: the status of a measurement; 0 is a good one.
_FLAGS = {
    "1": "under-range",
    "2": "over-range",
    "3": "gauge-error",
    "4": "off",
    "5": "no-gauge",
    "6": "unknown-gauge",
}


class Tpg(GaugeReader):
    """A gauge controller of Pfeiffer's."""

    _dialect: AckEnqDialect

    def _frame(self, profile: WiredProfile) -> AckEnqDialect:
        lines = profile.lines
        return AckEnqDialect(
            write_terminator=lines.write_terminator,
            read_terminator=lines.read_terminator,
            max_length=lines.max_length,
            timeout=float(lines.timeout),
        )

    def _hush(self, wire: Wire) -> None:
        self._dialect.clear(wire)

    def _identify(self, wire: Wire) -> str:
        try:
            return super()._identify(wire)
        except InstrumentError as error:
            raise WrongInstrument(
                text(
                    N_("This controller does not know {query}: it is no {expected}."),
                    query=self._identity_table.query,
                    expected=self._model,
                ),
                where=f"{self.name}, {wire.address}",
                hint=text(N_("Choose the profile of the model that is connected, in the bench file.")),
            ) from error

    def parse(self, answer: str, where: str) -> tuple[float, tuple[str, ...]]:
        """Return the pascals in *answer*, such as ``0,+1.2340E-05``, and their flags.

        Raises
        ------
        Garbled
            It is no such answer.
        """
        match = _READING.fullmatch(answer)
        if match is None:
            raise garbled(answer, where)
        if match["status"] != "0":
            return math.nan, (_FLAGS[match["status"]],)
        return float(match["value"]), ()
