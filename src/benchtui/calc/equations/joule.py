"""The Joule balance NIM-1: energy balance, alignment, drift of the magnet.

Units: N, m, rad, V·s, A, K, kg. All functions work element by element on floats and arrays.

Source: the uncertainty evaluation of the Joule balance NIM-1, equations (26) to (31) and Tables 1 to 4.
"""

from __future__ import annotations

from typing import Any


def conventional_planck_constant(josephson: Any, klitzing: Any) -> Any:
    """Planck constant of the electrical units, J·s: h = 4/(K_J²·R_K), K_J in Hz/V, R_K in Ω."""
    return 4 / (josephson**2 * klitzing)


def measured_ratio(energy_si: Any, energy_90: Any, alignment: Any, magnet: Any) -> Any:
    """Ratio of the mechanical energy to the electrical energy, γ = h/h₉₀ = E_SI/E_90·δ₁·δ₂.

    *alignment* and *magnet* are the factors δ₁ and δ₂ for unwanted motion of the coil and for the change of the
    magnetic field between the two phases, with the estimate 1.
    """
    return energy_si / energy_90 * alignment * magnet


def parasitic_work(force: Any, displacement: Any, weight_force: Any, length: Any) -> Any:
    """Work of an unwanted force or torque relative to that of the vertical one: equation (26), w = F·d/(F_z·L).

    Parameters
    ----------
    force, displacement
        Unwanted force, N, and displacement, m; or torque, N·m, and angle, rad.
    weight_force, length
        Vertical force F_z, N, and its path L, m.
    """
    return force * displacement / (weight_force * length)


def field_change(coefficient: Any, warming: Any) -> Any:
    """Relative change of the field of a permanent magnet: equations (27) to (29), e = α·ΔT, α in 1/K."""
    return coefficient * warming


def buoyancy_mass(mass: Any, air_density: Any, density: Any) -> Any:
    """Mass of the air that a body of *mass* and *density* displaces, kg: m·ρ_a/ρ."""
    return mass * air_density / density
