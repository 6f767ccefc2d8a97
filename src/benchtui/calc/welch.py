"""Coverage factors for few readings beside uncertainties that are known.

The Welch-Satterthwaite formula takes the *observed* standard deviation of the readings for the true one when it
weighs their degrees of freedom. With few readings that is often too small, and k with it: a stated interval of
95 % beside a known normal uncertainty covers 92.2 % with three readings, 94.2 % with five, 94.8 % with ten, at the
least favourable proportion. (The other way, drawing the readings' mean from the scaled and shifted t of
JCGM 101:2008, 6.4.9, covers up to 97.6 %, 96.5 % and 95.7 %.)

Welch asks instead for a function k of the *observed* proportion that makes the coverage right for *every true*
proportion, and Trickett and Welch compute it by successive approximation. Here k is a polynomial that does not
decrease as the readings' share of u_c² grows, from the normal factor (share 0) to Student's t (share 1), and its
coverage is as even as the least squares make it: 95.0 % ± 0.2 % for ν = 2, ± 0.02 % for ν = 3, ± 0.01 % from ν = 4
on. For two readings (ν = 1) no such polynomial is found: their coverage stays within 93.8 % and 96.4 %.

Sources: B. L. Welch, "The generalization of 'Student's' problem when several different population variances are
involved", Biometrika 34 (1947) 28; W. H. Trickett, B. L. Welch, "On the comparison of two means: further discussion
of iterative methods for calculating tables", Biometrika 41 (1954) 361.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from benchtui.calc.distributions import FloatArray

WELCH_BELOW = 61
"""Degrees of freedom of the readings from which Welch-Satterthwaite is as good (0.01 %) and is taken."""

_DEGREE = 14
_PROPORTIONS = 40
_NODES = 100
_STEPS = 30
_FIRM = 1e3
_SETTLED = 1e-5


def welch_factor(level: float, nu: int, share: FloatArray) -> FloatArray:
    """Return the coverage factor of a normal result of which a part rests on readings and the rest is known.

    Parameters
    ----------
    level
        Coverage probability, two-sided.
    nu
        Degrees of freedom of the part that rests on readings.
    share
        Observed part of u_c² that rests on them, 0 … 1 (1-D).
    """
    factor: FloatArray = _bernstein(share) @ np.array(_coefficients(level, nu))
    return factor


@lru_cache(maxsize=512)
def _coefficients(level: float, nu: int) -> tuple[float, ...]:
    """Bernstein coefficients of k over the observed share: Gauss-Newton steps, each a non-negative least squares."""
    from scipy.optimize import nnls  # imported when first needed: 0.3 s
    from scipy.special import ndtri, stdtrit  # the same

    tail = (1 + level) / 2
    least, most = float(ndtri(tail)), float(stdtrit(nu, tail))
    ratio, weights = _observed_variances(nu)
    # True parts of the variance, denser at the ends, where k bends.
    proportion = (1 - np.cos(np.pi * (np.arange(_PROPORTIONS) + 0.5) / _PROPORTIONS))[:, np.newaxis] / 2
    combined = proportion * ratio + (1 - proportion)
    u = np.sqrt(combined)
    basis = _bernstein(proportion * ratio / combined)
    # With k = least + Σ rise_j·I_j, "k does not decrease" reads "no rise is negative".
    rising = np.flip(np.cumsum(np.flip(basis, -1), -1), -1)[..., 1:]
    rises = np.full(_DEGREE, (most - least) / _DEGREE)
    for _ in range(_STEPS):
        k = least + rising @ rises
        density = weights * u * np.sqrt(2 / np.pi) * np.exp(-0.5 * np.square(k * u))
        slopes = np.einsum("pn,pnj->pj", density, rising)
        wanted = level - _covered(k * u) @ weights + slopes @ rises
        # The last row holds k at share 1 to Student's t.
        found, _ = nnls(
            np.vstack([slopes, np.full(_DEGREE, _FIRM)]), np.append(wanted, _FIRM * (most - least))
        )
        moved = float(np.abs(found - rises).max())
        rises = found * ((most - least) / found.sum())
        if moved < _SETTLED * most:
            break
    return (least, *(least + np.cumsum(rises)).tolist())


def _bernstein(x: FloatArray) -> FloatArray:
    """Bernstein polynomials at *x*, on a new last axis."""
    j = np.arange(_DEGREE + 1)
    choices = np.array([math.comb(_DEGREE, i) for i in range(_DEGREE + 1)])
    result: FloatArray = choices * x[..., np.newaxis] ** j * (1 - x[..., np.newaxis]) ** (_DEGREE - j)
    return result


def _observed_variances(nu: int) -> tuple[FloatArray, FloatArray]:
    """Return values of s²/σ² with *nu* degrees of freedom and their weights, for sums over its distribution."""
    from scipy.special import chdtri  # imported when first needed: 0.3 s

    x, weights = np.polynomial.legendre.leggauss(_NODES)
    x, weights = (x + 1) / 2, weights / 2
    # The substitution p = x²·(3 - 2x) crowds the nodes at both ends of the distribution.
    return chdtri(nu, x**2 * (3 - 2 * x)) / nu, weights * 6 * x * (1 - x)


def _covered(limit: FloatArray) -> FloatArray:
    from scipy.special import ndtr  # imported when first needed: 0.3 s

    result: FloatArray = 2 * ndtr(limit) - 1
    return result
