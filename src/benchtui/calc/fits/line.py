"""Straight lines with uncertainty in both coordinates, and what is predicted from them.

Source: ISO/TS 28037:2010, clauses 6 to 10; without stated uncertainties JCGM 100:2008, H.3.

One data set has several legitimate uncertainties of its line, and publications mix them up. Pearson's data with York's
weights are the known case: ``normal-matrix`` gives u(a) = 0.2950 (York 2004, ISO/TS 28037), ``estimator`` 0.2919
(Kalantar 1992: propagation of the data through the estimator), ``scaled`` 0.3592 (Reed 1992: normal matrix times
√(χ²/ν)). A :class:`Line` says which one it carries.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from benchtui.errors import BadInput
from benchtui.i18n import N_, Text, text

if TYPE_CHECKING:
    import numpy.typing as npt

    from benchtui.calc.distributions import FloatArray

Basis = Literal["residuals", "normal-matrix", "estimator", "scaled"]
"""Where the covariance of a and b comes from. ``residuals``: from the scatter about the line, with n-2 degrees of
freedom, because no uncertainties were stated."""

_SENTENCES: dict[str, str] = {
    "residuals": N_("Uncertainties of the line from the scatter of its residuals ({nu} degrees of freedom)."),
    "normal-matrix": N_("Uncertainties of the line from the normal matrix (ISO/TS 28037)."),
    "estimator": N_("Uncertainties of the line by propagating the data through the estimator."),
    "scaled": N_("Uncertainties of the line from the normal matrix, scaled by √(χ²/ν)."),
}


@dataclass(frozen=True)
class Prediction:
    """A predicted *value* with its standard uncertainty *u* and degrees of freedom *dof*."""

    value: float
    u: float
    dof: float


@dataclass(frozen=True)
class Line:
    """A straight line ``y = a + b·x``.

    Attributes
    ----------
    a, b
        Intercept and slope.
    u_a, u_b, covariance
        Their standard uncertainties and covariance.
    chi2, nu
        Sum of squares of the weighted residuals (of the residuals themselves for ``residuals``), and n-2.
    basis
        Where the uncertainties come from.
    """

    a: float
    b: float
    u_a: float
    u_b: float
    covariance: float
    chi2: float
    nu: int
    basis: Basis

    @property
    def dof(self) -> float:
        """Degrees of freedom of the uncertainties: n-2 where they rest on residuals, infinite otherwise."""
        return self.nu if self.basis in {"residuals", "scaled"} else math.inf

    @property
    def correlation(self) -> float:
        """Correlation coefficient of a and b."""
        return self.covariance / (self.u_a * self.u_b)

    def consistent(self, level: float = 0.95) -> bool:
        """Tell whether χ² is below its quantile at *level*: the data fit the line and their uncertainties."""
        from scipy.special import chdtri  # imported when first needed: 0.3 s

        return self.chi2 <= float(chdtri(self.nu, 1 - level))

    def scaled(self) -> Line:
        """Return the line with uncertainties scaled by √(χ²/ν), where the data scatter as they do and not as stated."""
        factor = math.sqrt(self.chi2 / self.nu)
        return replace(
            self,
            u_a=self.u_a * factor,
            u_b=self.u_b * factor,
            covariance=self.covariance * factor**2,
            basis="scaled",
        )

    def predict(self, x: float, u_x: float = 0.0) -> Prediction:
        """Predict y at *x*; a and b are correlated, which must not be left out (JCGM 100:2008, H.3.4)."""
        variance = self.u_a**2 + (x * self.u_b) ** 2 + 2 * x * self.covariance + (self.b * u_x) ** 2
        return Prediction(self.a + self.b * x, math.sqrt(max(variance, 0.0)), self.dof)

    def inverse(self, y: float, u_y: float = 0.0) -> Prediction:
        """Find x at *y* (ISO/TS 28037:2010, 11.1).

        Raises
        ------
        BadInput
            The slope is 0.
        """
        if self.b == 0:
            raise BadInput(text(N_("A line without slope cannot be read backwards.")))
        x = (y - self.a) / self.b
        c_a, c_b, c_y = -1 / self.b, -x / self.b, 1 / self.b
        variance = (
            (c_a * self.u_a) ** 2 + (c_b * self.u_b) ** 2 + 2 * c_a * c_b * self.covariance + (c_y * u_y) ** 2
        )
        return Prediction(x, math.sqrt(max(variance, 0.0)), self.dof)

    def sentence(self) -> Text:
        """Say which of the possible uncertainties the line carries."""
        return text(_SENTENCES[self.basis], nu=self.nu)


def fit_line(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    u_x: npt.ArrayLike | None = None,
    u_y: npt.ArrayLike | None = None,
    covariance: npt.ArrayLike | None = None,
    basis: Literal["normal-matrix", "estimator"] = "normal-matrix",
) -> Line:
    """Fit a straight line.

    Parameters
    ----------
    x, y
        At least three points.
    u_x, u_y
        Standard uncertainties, one a point or one for all. None for both: least squares without weights, with
        uncertainties from the residuals. *u_y* alone: weighted least squares (clause 6).
    covariance
        Instead of *u_x* and *u_y*, the full covariance matrix of x₁ … x_n, y₁ … y_n (clauses 8 to 10).
    basis
        Which uncertainties of a and b to give, where uncertainties are stated.

    Raises
    ------
    BadInput
        Fewer than three points, lists that do not match, values that are not finite, uncertainties that are not
        positive, a covariance matrix that is not positive definite, or all x equal.
    """
    xs, ys = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if xs.ndim != 1 or xs.shape != ys.shape or xs.size < 3:
        raise BadInput(text(N_("A line needs at least three points with x and y.")))
    if not (np.isfinite(xs).all() and np.isfinite(ys).all() and np.ptp(xs) > 0):
        raise BadInput(text(N_("The points of a line must be finite and must not all have the same x.")))
    if covariance is not None:
        if u_x is not None or u_y is not None:
            raise BadInput(text(N_("Give either uncertainties or the covariance matrix of a line's points.")))
        return _general(xs, ys, np.asarray(covariance, dtype=np.float64), basis)
    if u_x is None and u_y is None:
        return _weighted(xs, ys, np.ones(xs.size), "residuals")
    if u_y is None:
        raise BadInput(text(N_("The uncertainty of y is missing.")))
    uy = _uncertainty(u_y, xs.size)
    if u_x is None:
        # The estimator is linear in y, so both ways give the same.
        return _weighted(xs, ys, uy, basis)
    return _general(xs, ys, np.diag(np.concatenate([_uncertainty(u_x, xs.size), uy]) ** 2), basis)


def _uncertainty(u: npt.ArrayLike, count: int) -> FloatArray:
    given = np.asarray(u, dtype=np.float64)
    if given.shape not in {(), (count,)} or not (np.isfinite(given).all() and (given > 0).all()):
        raise BadInput(text(N_("Each point of a line needs a positive uncertainty.")))
    return np.broadcast_to(given, (count,))


def _weighted(x: FloatArray, y: FloatArray, u: FloatArray, basis: Basis) -> Line:
    weights = 1 / np.square(u)
    total = float(weights.sum())
    middle, height = float(weights @ x) / total, float(weights @ y) / total
    square = float(weights @ np.square(x - middle))
    b = float((weights * (x - middle)) @ (y - height)) / square
    a = height - b * middle
    chi2 = float(weights @ np.square(y - height - b * (x - middle)))
    nu = x.size - 2
    factor = chi2 / nu if basis == "residuals" else 1.0
    return Line(
        a=a,
        b=b,
        u_a=math.sqrt(factor * (1 / total + middle**2 / square)),
        u_b=math.sqrt(factor / square),
        covariance=-factor * middle / square,
        chi2=chi2,
        nu=nu,
        basis=basis,
    )


def _general(
    x: FloatArray, y: FloatArray, covariance: FloatArray, basis: Literal["normal-matrix", "estimator"]
) -> Line:
    count = x.size
    if covariance.shape != (2 * count, 2 * count) or not np.allclose(
        covariance, covariance.T, rtol=1e-9, atol=0
    ):
        raise BadInput(
            text(N_("The covariance matrix of {n} points has the wrong shape or is not symmetric."), n=count)
        )
    try:
        root: FloatArray = np.asarray(np.linalg.cholesky(covariance), dtype=np.float64)
    except np.linalg.LinAlgError as error:
        raise BadInput(text(N_("The covariance matrix of the points is not positive definite."))) from error
    whiten: FloatArray = np.asarray(np.linalg.inv(root), dtype=np.float64)
    found, chi2, normal = _adjust(x, y, whiten)
    through = basis == "estimator"
    matrix = _through_the_estimator(x, y, whiten, root) if through else np.linalg.inv(normal)[:2, :2]
    return Line(
        a=float(found[0]),
        b=float(found[1]),
        u_a=math.sqrt(matrix[0, 0]),
        u_b=math.sqrt(matrix[1, 1]),
        covariance=float(matrix[0, 1]),
        chi2=chi2,
        nu=count - 2,
        basis=basis,
    )


def _adjust(x: FloatArray, y: FloatArray, whiten: FloatArray) -> tuple[FloatArray, float, FloatArray]:
    """Adjust a, b and the true abscissae ξ; return them, χ² and the normal matrix at the adjusted points."""
    from scipy.optimize import least_squares  # imported when first needed: 0.8 s

    count = x.size
    measured = np.concatenate([x, y])
    slope, height = np.polynomial.Polynomial.fit(x, y, 1).convert().coef[::-1]

    def residuals(p: FloatArray) -> FloatArray:
        return np.asarray(whiten @ (measured - np.concatenate([p[2:], p[0] + p[1] * p[2:]])))

    def jacobian(p: FloatArray) -> FloatArray:
        table = np.zeros((2 * count, count + 2))
        table[:count, 2:] = -np.eye(count)
        table[count:, 0] = -1.0
        table[count:, 1] = -p[2:]
        table[count:, 2:] = -p[1] * np.eye(count)
        return np.asarray(whiten @ table)

    start = np.concatenate([[height, slope], x])
    result = least_squares(
        residuals, start, jacobian, method="lm", xtol=1e-15, ftol=1e-15, gtol=1e-15, max_nfev=1000
    )
    at = jacobian(result.x)
    return result.x, float(2 * result.cost), at.T @ at


def _through_the_estimator(x: FloatArray, y: FloatArray, whiten: FloatArray, root: FloatArray) -> FloatArray:
    """Propagate the data through the fit: central differences along the principal directions of the covariance."""
    count = x.size
    step = 1e-3
    slopes = np.empty((2, 2 * count))
    for column in range(2 * count):
        moved = step * root[:, column]
        plus = _adjust(x + moved[:count], y + moved[count:], whiten)[0][:2]
        minus = _adjust(x - moved[:count], y - moved[count:], whiten)[0][:2]
        slopes[:, column] = (plus - minus) / (2 * step)
    return slopes @ slopes.T
