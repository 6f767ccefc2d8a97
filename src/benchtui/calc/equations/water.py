"""Water vapour: saturation, and what a mass spectrometer for water is calibrated with.

Units: Pa, K, m³, kg, kg/m³, mol. All functions work element by element on floats and arrays.

Sources: W. Wagner, A. Pruss, J. Phys. Chem. Ref. Data 22 (1993) 783, and IAPWS SR1-86(1992) (saturation);
the review of the calibration of mass spectrometers for water vapour (samples, generators).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchtui.calc.equations.molecular_flow import GAS_CONSTANT

MOLAR_MASS = 0.01801528
"""Molar mass of water, kg/mol (CIAAW)."""

_CRITICAL_TEMPERATURE = 647.096
_CRITICAL_PRESSURE = 22.064e6
_CRITICAL_DENSITY = 322.0
_PRESSURE_TERMS = (
    (1.0, -7.85951783),
    (1.5, 1.84408259),
    (3.0, -11.7866497),
    (3.5, 22.6807411),
    (4.0, -15.9618719),
    (7.5, 1.80122502),
)
_VAPOUR_TERMS = (
    (2 / 6, -2.03150240),
    (4 / 6, -2.68302940),
    (8 / 6, -5.38626492),
    (18 / 6, -17.2991605),
    (37 / 6, -44.7586581),
    (71 / 6, -63.9201063),
)


def saturation_pressure(temperature: Any) -> Any:
    """Pressure of water vapour over liquid water, Pa, from 273.16 K to 647.096 K (IAPWS SR1-86, equation 1)."""
    theta = 1 - temperature / _CRITICAL_TEMPERATURE
    series = sum(factor * theta**power for power, factor in _PRESSURE_TERMS)
    return _CRITICAL_PRESSURE * np.exp(_CRITICAL_TEMPERATURE / temperature * series)


def saturated_vapour_density(temperature: Any) -> Any:
    """Density of saturated vapour, kg/m³, from 273.16 K to 647.096 K (IAPWS SR1-86, equation 3)."""
    theta = 1 - temperature / _CRITICAL_TEMPERATURE
    return _CRITICAL_DENSITY * np.exp(sum(factor * theta**power for power, factor in _VAPOUR_TERMS))


def saturated_compressibility(temperature: Any) -> Any:
    """Compressibility factor of saturated vapour, Z = p_s·M/(ρ·R·T); 1 for an ideal gas."""
    density = saturated_vapour_density(temperature)
    return saturation_pressure(temperature) * MOLAR_MASS / (density * GAS_CONSTANT * temperature)


def released_fraction(
    pressure: Any, volume: Any, temperature: Any, sample_mass: Any, adsorbed: Any = 0.0
) -> Any:
    """Mass fraction of water that a sample released into a closed volume, kg/kg: w = (pV/RT)·M/m/(1 - f).

    Parameters
    ----------
    pressure, volume, temperature
        Of the vapour, Pa, m³, K; taken as an ideal gas.
    sample_mass
        Mass of the sample, kg.
    adsorbed
        Fraction f of the released water that the walls hold back.
    """
    amount = pressure * volume / (GAS_CONSTANT * temperature)
    return amount * MOLAR_MASS / sample_mass / (1 - adsorbed)


def burnt_hydrogen_fraction(hydrogen: Any, yield_: Any = 1.0) -> Any:
    """Mole fraction of water from burning the mole fraction *hydrogen* on a catalyst: x_w = ηx/(1 - x/2).

    Each molecule of hydrogen takes half a molecule of oxygen out of the gas. *yield_* is η, the part that burns.
    """
    return yield_ * hydrogen / (1 - hydrogen / 2)


def power_law_flow(current: Any, factor: Any, exponent: Any) -> Any:
    """Flow of water from the ion current at m/z 18 by a fitted power law: Q = a·I^b, in the units of the fit."""
    return factor * current**exponent
