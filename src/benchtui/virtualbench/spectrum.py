"""Ion currents of a quadrupole mass spectrometer on the chamber.

``I(m) = Σ_g S r_g p_g Σ_k F_gk T(k) P(m - k - shift)``: sensitivity for nitrogen, ionization relative to nitrogen,
partial pressure, cracking pattern, transmission of the filter relative to mass 28, and the shape of a peak.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from benchtui.virtualbench.hidden import HiddenValue
from benchtui.virtualbench.vacuum import RESTLESS, SPECIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchtui.virtualbench.hidden import Declared
    from benchtui.virtualbench.vacuum import Chamber

TORR: Final = 101325.0 / 760.0
AMPERES_PER_TORR: Final = 1e-4
"""Sensitivity for nitrogen at an emission of 1 mA that is stored in the instrument."""
TOTAL_PER_TORR: Final = 1e-5
"""The same for the total pressure."""
HALF_WIDTH: Final = 0.406
"""Mass units from the middle of a peak to where its flank has fallen to 1/e; it is 1 unit wide at 10 %."""
MULTIPLIER_VOLTS: Final = 1400.0
MULTIPLIER_GAIN: Final = 1000.0
MULTIPLIER_POWER: Final = 12.0
"""Gain of the multiplier at its stored voltage, and the power of the voltage that it goes with."""
DECLARED: Final[Declared] = {
    "": {
        "sensitivity_error": HiddenValue(
            0.3, "relative: true sensitivity = stored one × (1 + sensitivity_error)"
        ),
        "total_error": HiddenValue(0.3, "relative: the same for the total pressure"),
        "transmission": HiddenValue(0.5, "the filter passes mass m by (m / 28)^-transmission", 0.5),
        "mass_shift": HiddenValue(0.05, "indicated mass - true mass of a peak, in u"),
        "gain_error": HiddenValue(
            0.3, "relative: true gain of the multiplier = stored one × (1 + gain_error)"
        ),
    }
}


class Spectrum:
    """The ion currents at one moment, without noise.

    Parameters
    ----------
    chamber
        What the spectrometer is mounted on.
    hidden
        Its errors.
    milliamperes
        Emission.
    unrest
        Turn of a pressure that never settles: -1, 0 or 1.
    """

    def __init__(
        self, chamber: Chamber, hidden: Mapping[str, float], milliamperes: float, unrest: int = 0
    ) -> None:
        self._shift = hidden["mass_shift"]
        factor = milliamperes * (1.0 + RESTLESS * unrest) / TORR
        partial = chamber.partial_pressures()
        partial_sensitivity = AMPERES_PER_TORR * (1.0 + hidden["sensitivity_error"])
        self._peaks: dict[int, float] = {}
        for name, species in SPECIES.items():
            current = partial_sensitivity * species.ionization * partial[name] * factor
            for mass, part in species.pattern.items():
                passed = (mass / 28.0) ** -hidden["transmission"]
                self._peaks[mass] = self._peaks.get(mass, 0.0) + current * part * passed
        equivalent = sum(SPECIES[name].ionization * pascals for name, pascals in partial.items())
        self.total = TOTAL_PER_TORR * (1.0 + hidden["total_error"]) * equivalent * factor

    def at(self, mass: float) -> float:
        """Return the ion current in amperes at an indicated *mass* in u."""
        return sum(
            current * math.exp(-(((mass - peak - self._shift) / HALF_WIDTH) ** 4))
            for peak, current in self._peaks.items()
            if abs(mass - peak) < 1.0
        )


def multiplier_gain(volts: float, hidden: Mapping[str, float]) -> float:
    """Return the true gain of the electron multiplier."""
    rise: float = (volts / MULTIPLIER_VOLTS) ** MULTIPLIER_POWER
    return MULTIPLIER_GAIN * (1.0 + hidden["gain_error"]) * rise
