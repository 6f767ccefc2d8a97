"""The air of the room that the bench stands in."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from benchtui.virtualbench.hidden import Declared, HiddenValue

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOM: Final[Declared] = {
    "": {
        "temperature": HiddenValue(0.5, "true air temperature in °C", 23.0),
        "humidity": HiddenValue(5.0, "true relative humidity in %", 45.0),
        "pressure": HiddenValue(1500.0, "true air pressure in Pa", 101325.0),
    }
}
"""The section ``[room]`` of the truth file."""


@dataclass(frozen=True)
class Air:
    """Temperature in °C, relative humidity in %, pressure in Pa."""

    temperature: float
    humidity: float
    pressure: float


class Room:
    """The room; somebody may change its air.

    Parameters
    ----------
    hidden
        The true air.
    """

    def __init__(self, hidden: Mapping[str, float]) -> None:
        self._lock = threading.Lock()
        self._air = Air(**hidden)
        self.revision = 0

    @property
    def air(self) -> Air:
        """The air as it is."""
        return self._air

    def change(self, **values: float) -> None:
        """Change some of temperature, humidity and pressure, at once."""
        with self._lock:
            self._air = replace(self._air, **values)
            self.revision += 1
