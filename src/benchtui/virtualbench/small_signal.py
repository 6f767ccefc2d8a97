"""The capacitance unit: a small sine between its terminals high and low, and the admittance that it sees.

High is driven, low is held at 0 V; the admittance is the current into low over the voltage between the two, so
that cables between either of them and common do not count. What does count are the stray capacitance from high
to low and the resistance and inductance of the leads: the open and the short correction take them away.
"""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from benchtui.virtualbench.circuit import Capacitor, Element, Node, VoltageSource
from benchtui.virtualbench.outputs import COMMON

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchtui.profiles import Module, ModuleRange
    from benchtui.virtualbench.bench import VirtualBench
    from benchtui.virtualbench.parts import Terminal

STRAY_FARADS: Final = 1.5e-13
"""Between the terminals and their leads, with nothing connected."""
CABLE_FARADS: Final = 1e-10
"""From each terminal with its cable to common."""
SOURCE_OHMS: Final = 50.0
FIRST_HERTZ: Final = 1e3


@dataclass
class CapacitanceUnit:
    """A capacitance unit of the analyzer: what its signal is set to, and what it sees.

    *volts* is the rms level of the signal that is set; there is none while the output switch is open or the unit is
    *zeroed*.
    """

    module: Module
    bench: VirtualBench
    hertz: float = FIRST_HERTZ
    volts: float = 0.0
    on: bool = False
    zeroed: bool = False
    corrections: dict[str, dict[float, complex]] = field(default_factory=dict)

    @property
    def high(self) -> Terminal:
        """The terminal that is driven."""
        return ("uut", self.module.name, "high")

    @property
    def low(self) -> Terminal:
        """The terminal that is held at 0 V."""
        return ("uut", self.module.name, "low")

    @property
    def signal(self) -> float:
        """The rms level of the signal that is there, in volts."""
        return self.volts if self.on and not self.zeroed else 0.0

    def true_hertz(self) -> float:
        """Return the true frequency of its signal."""
        nearest = _nearest(self.module.frequencies, self.hertz)
        if nearest is None:
            return self.hertz
        return self.bench.truth.uut[self.module.name][nearest.name].true_output(self.hertz)

    def amplitude(self, a: Terminal, b: Terminal) -> float:
        """Return the amplitude of its signal between two terminals in volts."""
        potentials, _ = self._alternating(self.true_hertz())
        return math.sqrt(2.0) * self.signal * abs(potentials.get(a, 0.0) - potentials.get(b, 0.0))

    def admittance(self) -> complex:
        """Return the admittance between high and low as it is, uncorrected, in siemens.

        It is that at the frequency that is set: what the error of the frequency does to a capacitance is part of the
        hidden error of that capacitance.
        """
        potentials, currents = self._alternating(self.hertz)
        # The current that leaves the source at low comes in from the circuit with the other sign.
        return -currents["low"] / (potentials[self.high] - potentials[self.low])

    def correct(self, kind: str, frequencies: Sequence[float]) -> None:
        """Keep what is between the terminals at *frequencies* as the residual ``open`` or ``short``."""
        kept, self.corrections[kind] = self.hertz, {}
        try:
            for self.hertz in frequencies:
                self.corrections[kind][self.hertz] = self.admittance()
        finally:
            self.hertz = kept

    def corrected(self, kinds: frozenset[str]) -> complex:
        """Return the admittance with the corrections of *kinds* that were taken at the frequency that is set."""
        taken = {kind: at.get(self.hertz) for kind, at in self.corrections.items() if kind in kinds}
        kept = {kind: y for kind, y in taken.items() if y is not None}
        short = 1.0 / kept["short"] if "short" in kept else 0.0
        admittance = 1.0 / (1.0 / self.admittance() - short)
        if "open" in kept:
            admittance -= 1.0 / (1.0 / kept["open"] - short)
        return admittance

    def indicated(self, farads: float) -> float:
        """Return what the unit shows for a capacitance: its hidden error is that of the nearest nominal value."""
        nearest = _nearest(self.module.capacitances, abs(farads))
        if nearest is None:
            return farads
        return self.bench.truth.uut[self.module.name][f"measure.{nearest.name}"].true_output(farads)

    def _alternating(self, hertz: float) -> tuple[dict[Node, complex], dict[str, complex]]:
        added: tuple[Element, ...] = (
            VoltageSource("high", self.high, COMMON, 0.0, SOURCE_OHMS),
            VoltageSource("low", self.low, COMMON, 0.0, 0.0),
            Capacitor("stray", self.high, self.low, STRAY_FARADS),
            Capacitor("high cable", self.high, COMMON, CABLE_FARADS),
            Capacitor("low cable", self.low, COMMON, CABLE_FARADS),
        )
        network = self.bench.network(hertz)
        network = replace(network, elements=(*network.elements, *added))
        return network.amplitudes("high", 2.0 * math.pi * hertz, self.bench.limiting())


def _nearest(ranges: tuple[ModuleRange, ...], value: float) -> ModuleRange | None:
    """Return the range whose full scale is nearest to *value* by ratio."""
    if not ranges or value <= 0.0:
        return None
    return min(ranges, key=lambda r: abs(math.log(float(r.span) / value)))


def parallel(admittance: complex, hertz: float) -> tuple[float, float]:
    """Return the parallel capacitance in farads and conductance in siemens."""
    return admittance.imag / (2.0 * math.pi * hertz), admittance.real


def series(admittance: complex, hertz: float) -> tuple[float, float]:
    """Return the series capacitance in farads and resistance in ohms."""
    impedance = 1.0 / admittance
    return -1.0 / (2.0 * math.pi * hertz * impedance.imag), impedance.real


def polar(admittance: complex) -> tuple[float, float]:
    """Return magnitude in ohms and phase in radians of the impedance."""
    return cmath.polar(1.0 / admittance)
