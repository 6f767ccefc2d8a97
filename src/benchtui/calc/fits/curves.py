"""Curves through measured points: polynomials, power laws, exponential decay to a plateau."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchtui.calc.fits.line import Line, Prediction, fit_line
from benchtui.calc.type_a import checked
from benchtui.errors import BadInput
from benchtui.i18n import N_, text

if TYPE_CHECKING:
    import numpy.typing as npt

    from benchtui.calc.distributions import FloatArray


@dataclass(frozen=True, eq=False)
class PolynomialFit:
    """A polynomial, kept in Chebyshev polynomials over the range of the data, where it is well conditioned.

    Attributes
    ----------
    series
        The polynomial.
    covariance
        Covariance matrix of the coefficients of *series*.
    s, nu
        Standard deviation of the (weighted) residuals, and its degrees of freedom.
    """

    series: np.polynomial.Chebyshev
    covariance: FloatArray
    s: float
    nu: int

    @property
    def coefficients(self) -> FloatArray:
        """Coefficients of 1, x, x² …; digits are lost here, where the powers of x are nearly alike."""
        return np.asarray(self.series.convert(kind=np.polynomial.Polynomial).coef)

    def predict(self, x: float) -> Prediction:
        """Predict y at *x*.

        Raises
        ------
        BadInput
            *x* lies outside the data: a polynomial says nothing there.
        """
        low, high = self.series.domain
        if not low <= x <= high:
            raise BadInput(
                text(N_("The polynomial is not known at {x}."), x=x),
                hint=text(N_("It was fitted from {low} to {high}."), low=low, high=high),
            )
        row = _chebyshev(np.array([x]), self.series.domain, self.covariance.shape[0] - 1)[0]
        return Prediction(float(self.series(x)), math.sqrt(float(row @ self.covariance @ row)), self.nu)


def fit_polynomial(
    x: npt.ArrayLike, y: npt.ArrayLike, degree: int, u_y: npt.ArrayLike | None = None
) -> PolynomialFit:
    """Fit a polynomial of *degree* by least squares, weighted by 1/u_y² where *u_y* is given.

    The covariance is that of the residuals' scatter (n - degree - 1 degrees of freedom); with *u_y* it is not taken
    below what *u_y* states.

    Raises
    ------
    BadInput
        Fewer than degree + 2 points, lists that do not match, or too few different x.
    """
    xs, ys = checked(x, degree + 2), checked(y, degree + 2)
    if xs.shape != ys.shape or np.unique(xs).size <= degree:
        raise BadInput(text(N_("A polynomial of degree {n} needs more points with different x."), n=degree))
    u = np.ones(xs.size) if u_y is None else np.broadcast_to(checked(np.atleast_1d(u_y)), xs.shape)
    if not (u > 0).all():
        raise BadInput(text(N_("Each point of a polynomial needs a positive uncertainty.")))
    domain = np.array([xs.min(), xs.max()])
    table = _chebyshev(xs, domain, degree) / u[:, np.newaxis]
    q, r = np.linalg.qr(table)
    coefficients = np.linalg.solve(r, q.T @ (ys / u))
    nu = xs.size - degree - 1
    rest = ys / u - table @ coefficients
    s = math.sqrt(float(rest @ rest) / nu)
    inverse = np.linalg.inv(r)
    scale = s**2 if u_y is None else max(s**2, 1.0)
    return PolynomialFit(
        np.polynomial.Chebyshev(coefficients, domain=domain), scale * inverse @ inverse.T, s, nu
    )


def _chebyshev(x: FloatArray, domain: FloatArray, degree: int) -> FloatArray:
    scaled = (2 * x - domain[0] - domain[1]) / (domain[1] - domain[0])
    return np.asarray(np.polynomial.chebyshev.chebvander(scaled, degree))


@dataclass(frozen=True)
class PowerLaw:
    """``y = factor·x^exponent``, fitted as a straight line in logarithms.

    Attributes
    ----------
    line
        ln y over ln x.
    bias
        exp(s²/2) with the residual standard deviation s in ln y: back from logarithms, the curve runs through the
        medians, and the mean lies higher by this factor (G. L. Baskerville, Can. J. Forest Res. 2 (1972) 49).
    """

    line: Line
    bias: float

    @property
    def exponent(self) -> float:
        """Slope in logarithms."""
        return self.line.b

    @property
    def factor(self) -> float:
        """Factor of the curve through the means, corrected for the bias."""
        return math.exp(self.line.a) * self.bias

    def predict(self, x: float) -> Prediction:
        """Predict the mean of y at *x* > 0."""
        if not x > 0:
            raise BadInput(text(N_("A power law is known for positive values alone, not for {x}."), x=x))
        logarithm = self.line.predict(math.log(x))
        value = math.exp(logarithm.value) * self.bias
        return Prediction(value, value * logarithm.u, logarithm.dof)


def fit_power_law(x: npt.ArrayLike, y: npt.ArrayLike) -> PowerLaw:
    """Fit a power law to at least three points with positive coordinates.

    Raises
    ------
    BadInput
        A coordinate that is not positive, or what :func:`fit_line` refuses.
    """
    xs, ys = checked(x, 3), checked(y, 3)
    if not ((xs > 0).all() and (ys > 0).all()):
        raise BadInput(text(N_("A power law needs positive coordinates.")))
    line = fit_line(np.log(xs), np.log(ys))
    return PowerLaw(line, math.exp(line.chi2 / line.nu / 2))


@dataclass(frozen=True, eq=False)
class Decay:
    """``y = plateau + amplitude·exp(-t/tau)`` with the *covariance* of (plateau, amplitude, tau)."""

    plateau: float
    amplitude: float
    tau: float
    covariance: FloatArray
    s: float
    nu: int

    @property
    def final(self) -> Prediction:
        """The plateau with its standard uncertainty."""
        return Prediction(self.plateau, math.sqrt(float(self.covariance[0, 0])), self.nu)

    def predict(self, t: float) -> Prediction:
        """Predict y at time *t*."""
        fall = math.exp(-t / self.tau)
        slope = np.array([1.0, fall, self.amplitude * fall * t / self.tau**2])
        value = self.plateau + self.amplitude * fall
        return Prediction(value, math.sqrt(float(slope @ self.covariance @ slope)), self.nu)


def fit_decay(t: npt.ArrayLike, y: npt.ArrayLike, u_y: npt.ArrayLike | None = None) -> Decay:
    """Fit an exponential approach to a plateau to at least five points.

    Parameters
    ----------
    t, y
        Times and readings.
    u_y
        Standard uncertainties of the readings, one or one a point; the covariance is not taken below what they state.

    Raises
    ------
    BadInput
        Fewer than five points, lists that do not match, or readings that show no decay.
    """
    from scipy.optimize import least_squares  # imported when first needed: 0.8 s
    from scipy.special import fdtri

    times, ys = checked(t, 5), checked(y, 5)
    if times.shape != ys.shape or not np.ptp(times) > 0:
        raise BadInput(text(N_("The times of the readings do not match the readings.")))
    u = np.ones(times.size) if u_y is None else np.broadcast_to(checked(np.atleast_1d(u_y)), times.shape)
    if not (u > 0).all():
        raise BadInput(text(N_("Each reading needs a positive uncertainty.")))
    start, span = times.min(), np.ptp(times)
    # Variable projection: for a given tau the rest is linear, so only ln(tau) is searched.
    trials = span * np.geomspace(1e-3, 1e2, 101)
    costs = [_linear_part(times - start, ys, u, tau)[1] for tau in trials]
    best = int(np.argmin(costs))
    nu = times.size - 3
    level = np.average(ys, weights=1 / np.square(u))
    gain = float(np.square((ys - level) / u).sum()) - costs[best]
    # The decay must explain more than chance would: F test with 2 and n-3 degrees of freedom.
    if best in {0, len(trials) - 1} or not gain / 2 > float(fdtri(2, nu, 0.95)) * costs[best] / nu:
        raise BadInput(
            text(N_("The readings show no exponential decay.")),
            hint=text(N_("Take readings over a longer time.")),
        )
    linear, _ = _linear_part(times - start, ys, u, trials[best])

    def residuals(p: FloatArray) -> FloatArray:
        return np.asarray((p[0] + p[1] * np.exp(-(times - start) / p[2]) - ys) / u)

    result = least_squares(
        residuals, [*linear, trials[best]], x_scale="jac", xtol=1e-14, ftol=1e-14, gtol=1e-14
    )
    plateau, amplitude, tau = (float(part) for part in result.x)
    s = math.sqrt(2 * float(result.cost) / nu)
    fall = np.exp(-(times - start) / tau)
    jacobian = (
        np.column_stack([np.ones(times.size), fall, amplitude * fall * (times - start) / tau**2]) / u[:, None]
    )
    covariance = np.linalg.inv(jacobian.T @ jacobian) * (s**2 if u_y is None else max(s**2, 1.0))
    # The amplitude was fitted at the first time; at t = 0 it is larger by exp(start/tau).
    lift = math.exp(start / tau)
    change = np.array([[1.0, 0, 0], [0, lift, -amplitude * lift * start / tau**2], [0, 0, 1.0]])
    return Decay(plateau, amplitude * lift, tau, change @ covariance @ change.T, s, nu)


def _linear_part(t: FloatArray, y: FloatArray, u: FloatArray, tau: float) -> tuple[FloatArray, float]:
    table = np.column_stack([np.ones(t.size), np.exp(-t / tau)]) / u[:, np.newaxis]
    found = np.asarray(np.linalg.lstsq(table, y / u, rcond=None)[0], dtype=np.float64)
    return found, float(np.square(table @ found - y / u).sum())
