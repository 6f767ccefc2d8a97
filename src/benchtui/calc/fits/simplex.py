"""Interpolation of values known at scattered points of several influence quantities."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from benchtui.calc.fits.line import Prediction
from benchtui.errors import BadInput
from benchtui.i18n import N_, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt


class SimplexInterpolation:
    """Linear interpolation inside the simplices (triangles, tetrahedra …) between known points.

    Parameters
    ----------
    points
        Shape (n, d): n points of d ≥ 2 quantities.
    values, u
        Value and standard uncertainty at each point.
    correlation
        Correlation coefficient of the values at any two points; 1 where one standard gave them all.

    Raises
    ------
    BadInput
        Lists that do not match, values that are not finite, uncertainties that are not positive, or points that span
        no volume.
    """

    def __init__(
        self, points: npt.ArrayLike, values: npt.ArrayLike, u: npt.ArrayLike, *, correlation: float = 1.0
    ) -> None:
        from scipy.spatial import Delaunay, QhullError  # imported when first needed

        places = np.asarray(points, dtype=np.float64)
        self._values = np.asarray(values, dtype=np.float64)
        self._u = np.asarray(u, dtype=np.float64)
        self._correlation = correlation
        if (
            places.ndim != 2
            or places.shape[1] < 2
            or not self._values.shape == self._u.shape == places.shape[:1]
        ):
            raise BadInput(
                text(N_("Each point of an interpolation needs its coordinates, a value and an uncertainty."))
            )
        finite = np.isfinite(places).all() and np.isfinite(self._values).all() and np.isfinite(self._u).all()
        if not (finite and (self._u > 0).all() and 0 <= correlation <= 1):
            raise BadInput(
                text(N_("The points of an interpolation must be finite, with positive uncertainties."))
            )
        # Quantities of different units are brought to one scale, so that the simplices are not slivers.
        self._low, self._width = places.min(axis=0), np.ptp(places, axis=0)
        try:
            self._mesh = Delaunay((places - self._low) / self._width)
        except (QhullError, ValueError) as error:
            raise BadInput(text(N_("The points of an interpolation lie on a line or a plane."))) from error

    def predict(self, at: Sequence[float]) -> Prediction:
        """Interpolate at the point *at*.

        Raises
        ------
        BadInput
            The point lies outside: nothing is extrapolated.
        """
        scaled = (np.asarray(at, dtype=np.float64) - self._low) / self._width
        number = int(self._mesh.find_simplex(scaled, tol=1e-12)) if np.isfinite(scaled).all() else -1
        if number < 0:
            raise BadInput(text(N_("The point {at} lies outside the known ones."), at=tuple(at)))
        transform = self._mesh.transform[number]
        part = transform[:-1] @ (scaled - transform[-1])
        weights = np.append(part, 1 - part.sum())
        corners = self._mesh.simplices[number]
        parts = weights * self._u[corners]
        r = self._correlation
        variance = (1 - r) * float(parts @ parts) + r * float(parts.sum()) ** 2
        return Prediction(float(weights @ self._values[corners]), math.sqrt(variance), math.inf)
