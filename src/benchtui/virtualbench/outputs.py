"""Outputs of the analyzer's modules and inputs of the meters, as they are set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from benchtui.profiles import Module, ModuleRange
    from benchtui.virtualbench.parts import Terminal

COMMON: Final[Terminal] = ("uut", "", "common")


@dataclass
class Output:
    """The output of a module: what it is set to."""

    module: Module
    slot: int
    on: bool = False
    quantity: Literal["V", "I"] = "V"
    range: ModuleRange | None = None
    level: float = 0.0
    limit: float = 0.0
    series_ohms: float = 0.0
    reached_hazard: bool = False
    off_at: float | None = None
    current_range: ModuleRange | None = None
    error_key: str = ""
    """Key of the hidden error of a level in amperes; empty where the module has no current ranges."""

    @property
    def force(self) -> Terminal:
        """The terminal that it drives against common."""
        return ("uut", self.module.name, "force")

    def setting(self) -> tuple[object, ...]:
        """Return what a technician sets, as part of the key of the noise."""
        range_ = self.range if self.quantity == "V" or self.current_range is None else self.current_range
        return (
            self.module.name,
            self.on,
            self.quantity,
            range_ and range_.name,
            self.level,
            self.series_ohms,
        )


@dataclass
class MeterInput:
    """The inputs of the meter *name*: a resistance or a test current at HI, a shunt at I.

    In the current functions the shunt is connected and HI is a resistance still.
    """

    name: str
    ohms: float
    test_amperes: float = 0.0
    shunt_ohms: float = 0.0

    @property
    def hi(self) -> Terminal:
        """The terminal HI."""
        return (self.name, "", "hi")

    @property
    def lo(self) -> Terminal:
        """The terminal LO."""
        return (self.name, "", "lo")

    @property
    def amperes(self) -> Terminal:
        """The terminal I."""
        return (self.name, "", "i")

    @property
    def sense(self) -> tuple[Terminal, Terminal]:
        """The sense terminals of the four-wire resistance function, HI and LO."""
        return (self.name, "", "shi"), (self.name, "", "slo")

    @property
    def shunt(self) -> str:
        """The element between I and LO."""
        return f"{self.name} shunt"

    def setting(self) -> tuple[object, ...]:
        """Return what a technician sets, as part of the key of the noise."""
        return (self.name, self.ohms, self.test_amperes, *([self.shunt_ohms] if self.shunt_ohms else []))
