"""A source as a procedure gets it: the guardian is armed before anything is switched on, and the screen is told."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from benchtui.wiring import HAZARD_AMPERES, HAZARD_VOLTS

ENERGISING = {"source_voltage": "V", "source_current": "A", "prepare_pulse": "A"}
"""Calls that bring energy to the terminals: method -> unit of their second argument, the level."""

SWITCHING = frozenset({"fire", "switch_filament", "prepare_capacitance"})
"""Calls that bring energy out without naming a level."""

HAZARD = {"V": HAZARD_VOLTS, "A": HAZARD_AMPERES}


class GuardedSource:
    """Stands before a source; everything that is not listed above goes through to it.

    Parameters
    ----------
    source
        The instrument.
    arm
        Hands the source's safe-off to the guardian; raises if the guardian does not acknowledge: then nothing is
        switched on.
    show
        Tells module, level, unit and whether it is hazardous, before the level is set; what it raises keeps it off.
    """

    def __init__(
        self, source: Any, arm: Callable[[], None], show: Callable[[str, Decimal, str, bool], None]
    ) -> None:
        self._source = source
        self._arm = arm
        self._show = show

    def __getattr__(self, name: str) -> Any:
        through = getattr(self._source, name)
        if name in ENERGISING:
            return self._energising(through, ENERGISING[name])
        if name in SWITCHING:
            return self._switching(through)
        return through

    def zero(self, module: str) -> None:
        """Set the output of *module* to zero and leave it connected."""
        self._source.zero(module)
        self._show(module, Decimal(0), "V", False)  # noqa: FBT003 - the fourth fact of a callback

    def _energising(self, call: Callable[..., Any], unit: str) -> Callable[..., Any]:
        def guarded(module: str, level: Decimal, **settings: Any) -> Any:
            self._arm()
            self._show(module, level, unit, abs(level) > HAZARD[unit])
            return call(module, level, **settings)

        return guarded

    def _switching(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*arguments: Any, **settings: Any) -> Any:
            self._arm()
            return call(*arguments, **settings)

        return guarded
