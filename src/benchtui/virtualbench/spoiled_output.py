"""The faults ``compliance`` and ``never-settling`` of the analyzer: what is wrong at its outputs for some levels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchtui.virtualbench.circuit import Element, Resistor
from benchtui.virtualbench.outputs import COMMON
from benchtui.virtualbench.parts import Part

if TYPE_CHECKING:
    from benchtui.virtualbench.faults import Faults, Kind
    from benchtui.virtualbench.outputs import Output

FAULTS: Final = frozenset["Kind"](["interlock-open", "compliance", "never-settling"])
"""The faults that the model of an analyzer knows."""
SHORT_OHMS: Final = 0.01
OPEN_OHMS: Final = 1e15
ENDLESS: Final = 3600.0
"""Time constant in seconds of an output that never settles."""


class SpoiledOutputs(Part):
    """What lies at the outputs of the analyzer and in them while a fault lasts.

    A level of zero ends a fault; each other level that is set takes the next one from *faults*.

    Parameters
    ----------
    name
        The analyzer's name on the bench.
    faults
        What still goes wrong with it.
    """

    def __init__(self, name: str, faults: Faults) -> None:
        super().__init__(f"{name} faults", ())
        self._faults = faults
        self._shorted: Output | None = None
        self._opened: tuple[Output, float] | None = None

    def level_set(self, output: Output) -> None:
        """Take the faults of a level that was just set."""
        if self._opened is not None:
            opened, ohms = self._opened
            opened.series_ohms = ohms
        self._shorted, self._opened, self.lag = None, None, 0.0
        if output.level == 0.0:
            return
        if self._faults.take("compliance"):
            if output.quantity == "V":
                self._shorted = output
            else:
                self._opened = output, output.series_ohms
                output.series_ohms = OPEN_OHMS
        if self._faults.take("never-settling"):
            self.lag = ENDLESS

    def elements(self, hertz: float = 0.0) -> list[Element]:  # noqa: ARG002 - the same at any frequency
        """Return the short circuit at a voltage output."""
        if self._shorted is None:
            return []
        return [Resistor(f"{self.name} short", self._shorted.force, COMMON, SHORT_OHMS)]
