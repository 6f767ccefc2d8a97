"""An electrometer in the circuit: a feedback ammeter or a voltmeter of 200 TΩ, and a voltage source of its own."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from benchtui.virtualbench.circuit import CurrentSource, Element, Resistor, VoltageSource
from benchtui.virtualbench.noise import KeyedNoise, uniform
from benchtui.virtualbench.parts import Emission, Part

if TYPE_CHECKING:
    from benchtui.virtualbench.bench import VirtualBench
    from benchtui.virtualbench.limits import Limits

BURDEN_VOLTS: Final = 2e-5
"""Voltage at the input at full scale of the ammeter."""
LEAST_OHMS: Final = 1.0
OPEN_OHMS: Final = 1e7
"""Input with zero check on."""
VOLT_OHMS: Final = 2e14
GUARD_OHMS: Final = 1e3
WHITE: Final = 2e-6
"""Noise over one power line cycle, as a part of the range."""
WHITE_FLOOR: Final = 4e-16
"""The same of its amplifier, in amperes."""
WANDER: Final = 0.05
"""Standard deviation of its 1/f noise, as a part of the range over which its zero wanders."""
ZERO_PLACE: Final = 0.35
"""Half-width of where its zero stands, as a part of the same range. A real zero moves slowly; here it stays as long as
nothing on the bench is set, and is elsewhere with every other setting: two places are less than the range apart."""
ZERO_RANGE: Final = 1e-14
"""That range in amperes, where the profile states none."""
OCTAVES: Final = 8


class Flicker:
    """1/f noise by octaves: the k-th of eight sources changes at every 2^k-th reading."""

    def __init__(self, *purpose: object) -> None:
        self._sources = [KeyedNoise(*purpose, octave) for octave in range(OCTAVES)]
        self._values = [0.0] * OCTAVES
        self._key: tuple[object, ...] = ()
        self._count = 0

    def deviate(self, key: tuple[object, ...], revision: int) -> float:
        """Return the next deviate, of standard deviation 1; the noise begins anew with the key."""
        if (key, revision) != self._key:
            self._key, self._count = (key, revision), 0
        for octave, source in enumerate(self._sources):
            if self._count % 2**octave == 0:
                self._values[octave] = source.deviate(key, revision)
        self._count += 1
        return sum(self._values) / OCTAVES**0.5


class ElectrometerPart(Part):
    """The front end of the electrometer *name*.

    Parameters
    ----------
    name
        Its name on the bench.
    bench
        The bench it stands on.
    limits
        Its errors in amperes.
    spans
        Its current ranges, smallest first.
    """

    guarded = True

    def __init__(self, name: str, bench: VirtualBench, limits: Limits, spans: tuple[float, ...]) -> None:
        super().__init__(name, ("in", "lo", "guard", "vhi", "vlo"))
        self.spans = spans
        self.span = spans[-1]
        self.quantity = "I"
        self.connected = False
        self.source_on = False
        self.source_volts = 0.0
        self.source_limit = 1e-3
        self._bench = bench
        self._limits = limits
        self._noise = KeyedNoise(bench.truth.seed, "electrometer noise", name)
        self._flicker = Flicker(bench.truth.seed, "electrometer flicker", name)
        self._input, self._lo, self._guard, self._vhi, self._vlo = self.terminals

    def elements(self) -> list[Element]:
        """Return input, offset current, driven guard and source as they are set."""
        elements: list[Element] = [
            VoltageSource(f"{self.name} guard", self._guard, self._lo, 0.0, GUARD_OHMS)
        ]
        if not self.connected:
            elements.append(Resistor(f"{self.name} check", self._input, self._lo, OPEN_OHMS))
        elif self.quantity == "V":
            elements.append(Resistor(f"{self.name} input", self._input, self._lo, VOLT_OHMS))
        else:
            row = self._limits.row(self.span)
            stated = float(row.burden_resistance) if row is not None else 0.0
            ohms = stated or max(BURDEN_VOLTS / self.span, LEAST_OHMS)
            elements.append(VoltageSource(self._element, self._input, self._lo, 0.0, ohms))
            offset = self._limits.offset(self.span)
            elements.append(CurrentSource(f"{self.name} offset", self._input, self._lo, offset))
        if self.source_on:
            elements.append(
                VoltageSource(
                    f"{self.name} source", self._vhi, self._vlo, self.source_volts, 0.0, self.source_limit
                )
            )
        return elements

    def emission(self) -> Emission:
        """Return what its source puts out."""
        return Emission(self.source_on, self.source_volts, "V", self._vhi, self._vlo)

    def setting(self) -> tuple[object, ...]:
        """Return what is set, as part of the key of the noise."""
        return (self.name, self.quantity, self.connected, self.span, self.source_on, self.source_volts)

    def amperes(self, since: int, until: int, cycles: float) -> float:
        """Return one reading of the current into the input over an aperture of *cycles*, beyond the range or not."""
        bench = self._bench
        with bench.lock:
            key = (bench.noise_key(), cycles)
            white = self._noise.deviate(key, bench.revision)
            slow = self._flicker.deviate(key, bench.revision)
            place = uniform(ZERO_PLACE, bench.truth.seed, "electrometer zero", self.name, key)
            flows, around = 0.0, 0.0
            if self.connected:
                flows = -bench.mean_current(self._element, since, until)
                around = bench.current_noise(self._element, cycles)
        own = WHITE * self.span + WHITE_FLOOR
        row = self._limits.row(self.span)
        zero_range = float(row.zero_range) if row is not None and row.zero_range else ZERO_RANGE
        noise = math.hypot(own / math.sqrt(cycles), around) * white
        zero = zero_range * (place + WANDER * slow)
        # The current out of the input is in the circuit already.
        return flows + self._limits.error(self.span, flows) + noise + zero

    def volts(self, since: int, until: int) -> float:
        """Return one reading of the voltage at the input."""
        return self._bench.mean_voltage(self._input, self._lo, since, until) if self.connected else 0.0

    def fitting(self, amperes: float) -> float:
        """Return the smallest range that holds a current; the largest if none does."""
        return next((s for s in self.spans if abs(amperes) <= 1.05 * s), self.spans[-1])

    @property
    def _element(self) -> str:
        return f"{self.name} input"
