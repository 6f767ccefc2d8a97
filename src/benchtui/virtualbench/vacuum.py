"""A vacuum chamber: partial pressures under a pump, a gas inlet for each species, a leak of air, and gauges on it.

Each partial pressure follows ``V dp/dt = Q - S p`` (perfectly mixed, molecular flow): it heads for ``Q / S`` with the
time constant ``V / S``. The pump is a turbomolecular one, whose speed falls slowly with the molar mass.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from benchtui.virtualbench.hidden import Declared, HiddenValue
from benchtui.virtualbench.noise import KeyedNoise
from benchtui.virtualbench.settling import Settling

if TYPE_CHECKING:
    from benchtui.virtualbench.clock import BenchClock
    from benchtui.virtualbench.faults import Faults

CUBIC_METRES: Final = 0.05
SPEED_N2: Final = 0.1
"""Pumping speed for nitrogen in m³/s; that for another gas goes with its molar mass to the power of -0.15."""
ATMOSPHERE: Final = 1.1e5
"""The highest pressure in pascals that an inlet can be set to."""
AT_ONCE: Final = 1e-6
"""Seconds in which the chamber is at its residual pressures when the bench is switched on."""
RESTLESS: Final = 0.2
"""By how much of itself a pressure goes to and fro that never settles."""


@dataclass(frozen=True)
class Species:
    """A gas.

    Attributes
    ----------
    molar_mass
        In g/mol.
    ionization
        Sensitivity of an ionization gauge relative to nitrogen (P. A. Redhead, as tabulated for Bayard-Alpert gauges).
    pattern
        Ion currents by mass number as parts of the base peak, electrons of 70 eV (NIST Chemistry WebBook).
    """

    molar_mass: float
    ionization: float
    pattern: Mapping[int, float]


SPECIES: Final[Mapping[str, Species]] = {
    "H2": Species(2.01588, 0.43, {2: 1.0, 1: 0.0210}),
    "He": Species(4.002602, 0.18, {4: 1.0}),
    "H2O": Species(18.01528, 0.93, {18: 1.0, 17: 0.2122, 16: 0.0090, 19: 0.0050, 20: 0.0030}),
    "N2": Species(28.0134, 1.0, {28: 1.0, 14: 0.1379, 29: 0.0074}),
    "CO": Species(28.0101, 1.0, {28: 1.0, 12: 0.0470, 16: 0.0170, 29: 0.0120}),
    "O2": Species(31.9988, 0.96, {32: 1.0, 16: 0.2180}),
    "Ar": Species(39.948, 1.4, {40: 1.0, 20: 0.1462, 36: 0.0030, 38: 0.0005}),
    "CO2": Species(
        44.0095,
        1.4,
        {44: 1.0, 28: 0.0981, 16: 0.0961, 12: 0.0871, 22: 0.0190, 45: 0.0120, 46: 0.0040, 29: 0.0010},
    ),
}
AIR: Final[Mapping[str, float]] = {"N2": 0.7808, "O2": 0.2095, "Ar": 0.0093}
"""What flows in through a leak, by volume."""
_RESIDUAL: Final[Mapping[str, float]] = {
    "H2": 5e-7, "He": 1e-10, "H2O": 2e-6, "N2": 5e-7, "CO": 4e-7, "O2": 1e-8, "Ar": 1e-8, "CO2": 1e-7,
}  # fmt: skip
VACUUM: Final[Declared] = {
    "": {
        **{s: HiddenValue(0.5 * p, "residual partial pressure in Pa", p) for s, p in _RESIDUAL.items()},
        "leak": HiddenValue(1e-6, "air through the leak when it is open, in Pa m³/s", 2e-6),
    }
}
"""The section ``[vacuum]`` of the truth file."""


class Chamber:
    """The chamber.

    Parameters
    ----------
    clock
        The bench's time.
    hidden
        Residual pressures and the leak.
    """

    def __init__(self, clock: BenchClock, hidden: Mapping[str, float]) -> None:
        self._clock = clock
        self._leak = hidden["leak"]
        self._lock = threading.Lock()
        self._supplied = {species: hidden[species] for species in SPECIES}
        self.leaking = False
        self.revision = 0
        begin = clock.ticks()
        self._courses = {species: Settling(begin) for species in SPECIES}
        for species, course in self._courses.items():
            course.head_for(begin, self._end(species), AT_ONCE)
        clock.advance(100 * AT_ONCE)

    def set_pressure(self, species: str, pascals: float) -> None:
        """Open the inlet of *species* so far that its partial pressure heads for *pascals* (without the leak)."""
        with self._lock:
            self._supplied[species] = pascals
            self._changed()

    def open_leak(self, *, leaking: bool) -> None:
        """Open or close the leak."""
        with self._lock:
            self.leaking = leaking
            self._changed()

    def partial_pressures(self) -> dict[str, float]:
        """Return the partial pressures at this moment in pascals."""
        with self._lock:
            ticks = self._clock.ticks()
            return {species: course.at(ticks) for species, course in self._courses.items()}

    def noise_key(self) -> tuple[object, ...]:
        """Return what the noise of the instruments on the chamber begins anew with."""
        with self._lock:
            return (self.leaking, *self._supplied.values())

    def _end(self, species: str) -> float:
        through_leak = self._leak * AIR.get(species, 0.0) if self.leaking else 0.0
        return self._supplied[species] + through_leak / _speed(species)

    def _changed(self) -> None:
        self.revision += 1
        ticks = self._clock.ticks()
        for species, course in self._courses.items():
            course.head_for(ticks, self._end(species), CUBIC_METRES / _speed(species))


def _speed(species: str) -> float:
    ratio = SPECIES[species].molar_mass / SPECIES["N2"].molar_mass
    return float(SPEED_N2 * ratio**-0.15)


# ------------------------------------------------------------------------------------------------------------- gauges
@dataclass(frozen=True)
class GaugeType:
    """A kind of gauge: its range in pascals, its noise relative to the reading and in pascals.

    One that ionizes counts each gas by its ionization relative to nitrogen; another weighs all gases alike.
    """

    lowest: float
    highest: float
    relative_noise: float
    floor_noise: float
    ionizes: bool
    gain_error: float
    zero: float

    def declared(self) -> Mapping[str, HiddenValue]:
        """Return its hidden errors."""
        gain_error = HiddenValue(
            self.gain_error, "relative: reading = true pressure × (1 + gain_error) + zero"
        )
        zero = {"zero": HiddenValue(self.zero, "in Pa")} if self.zero else {}
        return {"gain_error": gain_error, **zero}


COLD_CATHODE: Final = GaugeType(5e-7, 1e5, 2e-3, 0.0, ionizes=True, gain_error=0.3, zero=0.0)
"""A cold cathode with a Pirani for the higher pressures; ±30 % as such gauges are specified."""
DIAPHRAGM: Final = GaugeType(-1.0, 110.0, 1e-4, 2e-3, ionizes=False, gain_error=2e-3, zero=0.02)
"""A capacitance diaphragm gauge of 110 Pa full scale. It goes a little below zero."""
PIRANI: Final = GaugeType(5e-2, 1e5, 5e-3, 0.0, ionizes=False, gain_error=0.15, zero=0.0)
"""A Pirani gauge; what its reading owes to the gas is not modelled."""

State = Literal["ok", "under", "over"]


class Gauge:
    """A gauge on the chamber.

    Parameters
    ----------
    kind
        Its type.
    chamber
        Where it is mounted.
    hidden
        Its errors.
    faults
        What still goes wrong with it.
    purpose
        First parts of the key of its noise.
    """

    def __init__(
        self, kind: GaugeType, chamber: Chamber, hidden: Mapping[str, float], faults: Faults, *purpose: object
    ) -> None:
        self.kind = kind
        self._chamber = chamber
        self._hidden = hidden
        self._faults = faults
        self._noise = KeyedNoise(*purpose)
        self._turns = 0

    def read(self) -> tuple[State, float]:
        """Return the reading in pascals, and whether it is within the range of the gauge."""
        partial = self._chamber.partial_pressures()
        weights = {s: SPECIES[s].ionization if self.kind.ionizes else 1.0 for s in partial}
        pascals = sum(weights[s] * p for s, p in partial.items())
        if self._faults.take("never-settling"):
            self._turns += 1
            pascals *= 1.0 + RESTLESS * (-1) ** self._turns
        pascals = pascals * (1.0 + self._hidden["gain_error"]) + self._hidden.get("zero", 0.0)
        deviate = self._noise.deviate(self._chamber.noise_key(), self._chamber.revision)
        pascals += (self.kind.relative_noise * abs(pascals) + self.kind.floor_noise) * deviate
        if pascals < self.kind.lowest:
            return "under", self.kind.lowest
        if pascals > self.kind.highest:
            return "over", self.kind.highest
        return "ok", pascals
