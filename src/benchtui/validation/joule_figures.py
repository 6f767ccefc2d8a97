"""The Joule balance NIM-1: Tables 1 to 4 and equation (26), from the numbers that the paper states."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from benchtui.calc import Input
from benchtui.calc.equations import joule
from benchtui.validation.budgets import combined, relative_uncertainty
from benchtui.validation.check import Check, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

DOCUMENT = "002"
_PPM = 1e-6
_ROOT = math.sqrt(3)

# The balance: vertical force, its path, flux difference, mass of the weight.
_FORCE = 5.0  # N
_LENGTH = 15e-3  # m
_FLUX = 9.0  # V·s
MASS = 0.5  # kg
GRAVITY = 9.80  # m/s²

# Printed rows of the tables, relative, in 10⁻⁶.
TABLE_1 = (0.2, 1.0, 0.4, 1.2)  # length, residual force, mass, balance
TABLE_2 = (0.23, 0.4, 0.6, 0.34)  # current, ΔS, S_E, integrator
TABLE_3 = (0.8, 0.57, 0.1, 0.11, 0.16)  # w_x, w_y, w_θx, w_θy, w_θz
TABLE_4 = (1.6, 0.83, 1.0, 1.3)  # E_SI, E_90, alignment, magnet
_MAGNET = (1.2, 0.5)  # temperature (B1), flux during the weighing (B2): 3.5

# Equation (26): unwanted force, N, over a displacement, m; torque, N·m, over an angle, rad.
_MOTIONS = (
    ("w_x", "0.8", 3e-3, 15e-6),
    ("w_y", "0.57", 2.5e-3, 17e-6),
    ("w_θx", "0.1", 0.15e-3, 50e-6),
    ("w_θy", "0.11", 0.1e-3, 80e-6),
    ("w_θz", "0.16", 0.05e-3, 0.1e-3),
)
_MOTION_REASONS = {
    "w_x": ("E002-02", "3 mN over 15 µm is less; the printed value needs 20 µm or 4 mN."),
    "w_θz": ("E002-03", "0.05 mN·m over 0.1 mrad is less than half of it."),
}

_NOISE = 5e-6  # N, residual force
_OFFSET = 10e-6  # N, limit of the balance
_U_MASS = 0.2e-6  # kg
_FLUX_NOISE = 3.6e-6  # V·s, of ΔS
_LINEARITY = 0.6e-6  # limit of the integrator, relative
_WARMING = 2e-3  # K, limit
_ALPHA = -1e-3  # 1/K, field of the magnet
_FLUX_LIMIT = 4e-6  # V·s, limit of the second magnet term

# Conventional values of the electrical units, 1990.
_KJ90 = 483597.9e9  # Hz/V
_RK90 = 25812.807  # Ω


def motion(name: str) -> float:
    """Relative parasitic work of the motion *name* by equation (26), from the printed force and displacement."""
    force, displacement = next((force, way) for symbol, _, force, way in _MOTIONS if symbol == name)
    return float(joule.parasitic_work(force, displacement, _FORCE, _LENGTH))


def alignment() -> float:
    """Alignment as Table 3 adds it up, from the five values of equation (26)."""
    return combined(*(motion(name) for name, *_ in _MOTIONS))


def magnet(*second: float) -> float:
    """Magnet: equations (27) to (29) for the warming, rectangular, and the *second* term, if given; relative."""
    return combined(abs(joule.field_change(_ALPHA, _WARMING)) / _ROOT, *second)


def total(energy_si: float, energy_90: float, motions: float, field: float) -> float:
    """Relative u of γ, and so of h, from its four factors."""
    parts = (energy_si, energy_90, motions, field)
    names = ("energy_si", "energy_90", "alignment", "magnet")
    inputs = [
        Input.normal(name, 1.0, u, unit="1", source="Table 4") for name, u in zip(names, parts, strict=True)
    ]
    return relative_uncertainty(joule.measured_ratio, inputs)


def _printed(rows: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(row * _PPM for row in rows)


def _unrounded(second: float) -> float:
    length, _, _, _ = _printed(TABLE_1)
    current, _, flux, _ = _printed(TABLE_2)
    energy_si = combined(length, _NOISE / _FORCE, _U_MASS / MASS, _OFFSET / _ROOT / _FORCE)
    energy_90 = combined(current, _FLUX_NOISE / _FLUX, flux, _LINEARITY / _ROOT)
    return total(energy_si, energy_90, alignment(), magnet(second))


def _figure(
    place: str,
    quantity: str,
    printed: str,
    recompute: Callable[[], float],
    why: str,
    claim: Verdict = Verdict.AGREES,
    erratum: str = "",
) -> Check:
    return Check(
        document=DOCUMENT, place=place, quantity=quantity, printed=printed, unit="10⁻⁶", recompute=recompute,
        why=why, claim=claim, erratum=erratum,
    )  # fmt: skip


def _motions() -> tuple[Check, ...]:
    checks = []
    for name, printed, *_ in _MOTIONS:
        erratum, why = _MOTION_REASONS.get(name, ("", "F·d/(F_z·L) with the printed force and displacement."))
        claim = Verdict.MISPRINT if erratum else Verdict.AGREES
        checks.append(_figure("Table 3", name, printed, partial(motion, name), why, claim, erratum))
    return tuple(checks)


def _ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator


_SUM = "Root sum of squares of the printed rows."
_MISPRINT, _MODEL = Verdict.MISPRINT, Verdict.MODEL

CHECKS: tuple[Check, ...] = (
    _figure("Table 1", "residual force", "1.0", partial(_ratio, _NOISE, _FORCE), "5 µN of 5 N."),
    _figure("Table 1", "mass", "0.4", partial(_ratio, _U_MASS, MASS), "0.2 mg of 500 g."),
    _figure("Table 1", "balance", "1.2", partial(_ratio, _OFFSET / _ROOT, _FORCE), "10 µN, rectangular, of 5 N."),
    _figure(
        "Table 1", "residual force, of 500 g", "1.0", partial(_ratio, _NOISE, MASS * GRAVITY),
        "5 µN of the force of 500 g: the same figure.", erratum="E002-10",
    ),
    _figure(
        "Table 1", "balance, of 500 g", "1.2", partial(_ratio, _OFFSET / _ROOT, MASS * GRAVITY),
        "10 µN, rectangular, of the force of 500 g: the same figure.", erratum="E002-10",
    ),
    _figure("Table 1", "total u(E_SI)", "1.6", partial(combined, *_printed(TABLE_1)), _SUM),
    _figure("Table 2", "flux difference ΔS", "0.4", partial(_ratio, _FLUX_NOISE, _FLUX), "3.6 µV·s of 9 V·s."),
    _figure(
        "Table 2", "integrator", "0.34", partial(_ratio, _LINEARITY, _ROOT),
        "0.6×10⁻⁶/√3; three roundings of this number occur in the paper.", _MISPRINT, "E002-11",
    ),
    _figure("Table 2", "total u(E_90)", "0.83", partial(combined, *_printed(TABLE_2)), _SUM),
    *_motions(),
    _figure("Table 3", "total of the printed rows", "1.0", partial(combined, *_printed(TABLE_3)), _SUM),
    _figure(
        "Table 3", "total from (26)", "1.0", alignment,
        "Root sum of squares of the five values that equation (26) gives.", _MISPRINT, "E002-04",
    ),
    _figure(
        "Table 3", "total from (26), as limits", "1.0", lambda: alignment() / _ROOT,
        "Upper bounds are entered as standard uncertainties; taken as rectangular limits they are smaller by √3.",
        _MODEL, "E002-05",
    ),
    _figure(
        "(27) to (29)", "magnet, temperature", "1.2", magnet, "2 mK, rectangular, times 10⁻³ per kelvin.",
    ),
    _figure(
        "3.5", "magnet, second term (B2)", "0.5", partial(_ratio, _FLUX_LIMIT / _ROOT, _FLUX),
        "The bound 4 µV·s of 9 V·s is taken as one standard uncertainty; as a rectangular limit it is smaller.",
        _MODEL, "E002-06",
    ),
    _figure("Table 4", "magnet", "1.3", partial(combined, *_printed(_MAGNET)), "Both terms of 3.5, as printed."),
    _figure(
        "Table 4, abstract", "total u(h)", "2.50", partial(total, *_printed(TABLE_4)),
        "Root sum of squares of the printed rows.", _MISPRINT, "E002-01",
    ),
    _figure(
        "Table 4, abstract", "total u(h), unrounded", "2.50", partial(_unrounded, _MAGNET[1] * _PPM),
        "From the unrounded components, alignment by equation (26), B2 as printed.", _MISPRINT, "E002-04",
    ),
    _figure(
        "Table 4, abstract", "total u(h), B2 as limit", "2.50", partial(_unrounded, _FLUX_LIMIT / _ROOT / _FLUX),
        "The same with B2 as a rectangular limit.", _MODEL, "E002-06",
    ),
    Check(
        document=DOCUMENT, place="3.3", quantity="current", printed="8.3", unit="mA",
        recompute=partial(_ratio, 0.83, 100.0), why="0.83 V over 100 Ω.",
    ),
    Check(
        document=DOCUMENT, place="h₉₀", quantity="conventional value", printed="6.626068854e-34", unit="J·s",
        recompute=partial(joule.conventional_planck_constant, _KJ90, _RK90),
        why="4/(K_J-90²·R_K-90) with the conventional values of 1990.",
    ),
)  # fmt: skip
"""Every printed figure of the four tables and of 3.3 to 3.5 that its own inputs allow to recompute."""
