"""Fits: straight lines with uncertainty in x and y, curves, interpolation between scattered points.

Whitened residuals go through ``scipy.optimize.least_squares``; scipy is imported when the first fit needs it.
"""

from __future__ import annotations

from benchtui.calc.fits.curves import (
    Decay,
    PolynomialFit,
    PowerLaw,
    fit_decay,
    fit_polynomial,
    fit_power_law,
)
from benchtui.calc.fits.line import Line, Prediction, fit_line
from benchtui.calc.fits.simplex import SimplexInterpolation

__all__ = [
    "Decay",
    "Line",
    "PolynomialFit",
    "PowerLaw",
    "Prediction",
    "SimplexInterpolation",
    "fit_decay",
    "fit_line",
    "fit_polynomial",
    "fit_power_law",
]
