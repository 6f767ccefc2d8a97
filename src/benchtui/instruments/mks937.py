"""MKS 937B vacuum gauge controllers.

Source: see :mod:`benchtui.instruments.mks_frames`.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from benchtui.instruments.answers import garbled
from benchtui.instruments.gauges import GaugeReader
from benchtui.instruments.mks_frames import MksDialect

if TYPE_CHECKING:
    from benchtui.clock import Clock
    from benchtui.instruments.profile import Mks937Profile, WiredProfile

_NUMBER = re.compile(r"[+-]?\d\.\d{1,3}E[+-]\d{1,2}")


class Mks937(GaugeReader):
    """A gauge controller of MKS's."""

    _dialect: MksDialect

    def __init__(self, name: str, resource: str, profile: Mks937Profile, clock: Clock) -> None:
        self._address = profile.address
        super().__init__(name, resource, profile, clock)
        self._words = [(re.compile(pattern), flag) for pattern, flag in profile.words.items()]

    def _frame(self, profile: WiredProfile) -> MksDialect:
        lines = profile.lines
        return MksDialect(
            write_terminator=lines.write_terminator,
            read_terminator=lines.read_terminator,
            max_length=lines.max_length,
            timeout=float(lines.timeout),
            address=self._address,
        )

    def parse(self, answer: str, where: str) -> tuple[float, tuple[str, ...]]:
        """Return the pascals in *answer*, such as ``1.23E-07`` or ``OFF``, and their flags.

        Raises
        ------
        Garbled
            It is neither a number nor a word that the profile knows.
        """
        for word, flag in self._words:
            if word.fullmatch(answer):
                return math.nan, (flag,)
        if _NUMBER.fullmatch(answer) is None:
            raise garbled(answer, where)
        return float(answer), ()
