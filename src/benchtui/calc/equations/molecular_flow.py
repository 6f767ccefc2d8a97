"""Gas kinetics of free-molecular flow: speeds, free paths, conductances, amounts of substance.

Units: m, Pa, K, kg/mol, m³/s, mol/s. All functions work element by element on floats and arrays.

Sources: J. M. Lafferty (ed.), Foundations of Vacuum Science and Technology, 1998, chapter 2; A. S. Berman, J. Appl.
Phys. 36 (1965) 3356 (transmission probability of a tube).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

GAS_CONSTANT = 8.31446261815324
"""Molar gas constant R, J/(mol·K), exact in the SI of 2019."""


def mean_speed(temperature: Any, molar_mass: Any) -> Any:
    """Mean thermal speed v̄ = √(8RT/πM), m/s."""
    return np.sqrt(8 * GAS_CONSTANT * temperature / (math.pi * molar_mass))


def mean_free_path(viscosity: Any, pressure: Any, temperature: Any, molar_mass: Any) -> Any:
    """Mean free path from the *viscosity* η, Pa·s: λ = (η/p)·√(πRT/2M), m."""
    return viscosity / pressure * np.sqrt(math.pi * GAS_CONSTANT * temperature / (2 * molar_mass))


def tube_transmission(ratio: Any) -> Any:
    """Transmission probability of a round tube of *ratio* length/radius (Berman's formula).

    Within 3·10⁻⁵ of the exact value for ratios up to 5, within 7·10⁻⁴ at 50.
    """
    square = np.square(ratio)
    root = np.sqrt(square + 4)
    numerator = np.square((8 - square) * root + square * ratio - 16)
    denominator = 72 * ratio * root - 288 * np.log(ratio + root) + 288 * math.log(2)
    return 1 + square / 4 - ratio / 4 * root - numerator / denominator


def tube_conductance(diameter: Any, length: Any, temperature: Any, molar_mass: Any) -> Any:
    """Molecular conductance of a round tube, m³/s: C = W·(πd²/4)·v̄/4, W by :func:`tube_transmission`."""
    area = math.pi * np.square(diameter) / 4
    return tube_transmission(2 * length / diameter) * area * mean_speed(temperature, molar_mass) / 4


def conductance_for(conductance: Any, molar_mass: Any, other: Any) -> Any:
    """Molecular conductance for a gas of molar mass *other*, from that for one of *molar_mass*: C ∝ 1/√M."""
    return conductance * np.sqrt(molar_mass / other)


def amount_flow(conductance: Any, pressure: Any, temperature: Any) -> Any:
    """Flow into vacuum as amount of substance, mol/s: ṅ = C·p/(RT)."""
    return conductance * pressure / (GAS_CONSTANT * temperature)
