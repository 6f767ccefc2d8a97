"""Type A evaluation: what repeated readings say about themselves.

Readings are flagged, never deleted: what is left out of a result is a person's decision, and it is recorded.

Sources: JCGM 100:2008, 4.2, H.2, H.5; JJF 1059.1-2012, 4.3.2; NIST/SEMATECH e-Handbook, 1.3.5.12, 1.3.5.17.1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchtui.errors import BadInput
from benchtui.i18n import N_, Text, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from benchtui.calc.distributions import FloatArray

_RANGE_TABLE = {
    2: (1.13, 0.9), 3: (1.69, 1.8), 4: (2.06, 2.7), 5: (2.33, 3.6),
    6: (2.53, 4.5), 7: (2.70, 5.3), 8: (2.85, 6.0), 9: (2.97, 6.8),
}  # fmt: skip
"""n → range coefficient C and degrees of freedom (JJF 1059.1-2012, 4.3.2.3, Table 1)."""


@dataclass(frozen=True)
class Deviation:
    """Experimental standard deviation *s* of a single reading, with its degrees of freedom."""

    s: float
    dof: float


@dataclass(frozen=True)
class Drift:
    """Slope of readings over time, its standard uncertainty, whether it differs from 0 at 95 %."""

    slope: float
    u: float
    significant: bool


@dataclass(frozen=True)
class Examination:
    """What a series of readings says.

    Attributes
    ----------
    n, mean, s, u, dof
        Number of readings, mean, experimental standard deviation of one, s/√n (where all are equal: from the
        resolution), degrees of freedom.
    outliers
        Places (from 0) that Grubbs' test flags at 95 %.
    autocorrelation
        Lag-1 autocorrelation coefficient; NaN for fewer than three readings or equal ones.
    drift
        Slope over the number of the reading, or None for fewer than three readings or equal ones.
    remarks
        Sentences for the technician about what departs from independent readings of one quantity.
    """

    n: int
    mean: float
    s: float
    u: float
    dof: float
    outliers: tuple[int, ...]
    autocorrelation: float
    drift: Drift | None
    remarks: tuple[Text, ...]


def checked(readings: npt.ArrayLike, least: int = 1, name: str = "") -> FloatArray:
    """Return *readings* as an array, along whose last axis they lie.

    Raises
    ------
    BadInput
        Fewer than *least*, or one that is not finite. *name* says whose readings they are.
    """
    series = np.asarray(readings, dtype=np.float64)
    if series.ndim == 0 or series.shape[-1] < least or series.size == 0:
        raise BadInput(
            text(
                N_("There are {n} readings of {name}, at least {least} are needed."),
                n=series.shape[-1] if series.ndim else 1,
                name=name or N_("the quantity"),
                least=least,
            ),
            hint=text(N_("Take more readings, or state a standard deviation from earlier measurements.")),
        )
    if not np.isfinite(series).all():
        raise BadInput(
            text(N_("A reading of {name} is not a finite number."), name=name or N_("the quantity")),
            hint=text(N_("A reading that is over range or missing cannot be used.")),
        )
    return series


def mean_and_deviation(series: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and experimental standard deviation (n - 1) along the last axis, in two passes.

    The mean is corrected by the mean of the residuals and the variance by their sum, so that readings with
    seven leading digits in common lose none of what differs (NIST StRD NumAcc3, NumAcc4).
    """
    mean = series.mean(axis=-1)
    residuals = series - mean[..., np.newaxis]
    rest = residuals.mean(axis=-1)
    residuals -= rest[..., np.newaxis]
    deviation = np.sqrt(np.square(residuals).sum(axis=-1) / (series.shape[-1] - 1))
    return mean + rest, deviation


def standard_deviation(readings: npt.ArrayLike) -> Deviation:
    """Experimental standard deviation of at least two readings (JCGM 100:2008, 4.2.2)."""
    series = checked(readings, 2)
    return Deviation(float(mean_and_deviation(series)[1]), series.size - 1)


def pooled_deviation(deviations: Sequence[Deviation]) -> Deviation:
    """Pool standard deviations of one process, weighted by their dof (JJF 1059.1-2012, 4.3.2.5).

    Raises
    ------
    BadInput
        There is none.
    """
    if not deviations:
        raise BadInput(text(N_("There is no standard deviation to pool.")))
    dof = sum(one.dof for one in deviations)
    return Deviation(math.sqrt(sum(one.dof * one.s**2 for one in deviations) / dof), dof)


def range_deviation(readings: npt.ArrayLike) -> Deviation:
    """Evaluate two to nine readings by their range: s = R/C (JJF 1059.1-2012, 4.3.2.3).

    Raises
    ------
    BadInput
        Fewer than two or more than nine readings.
    """
    series = checked(readings, 2)
    if series.size not in _RANGE_TABLE:
        raise BadInput(
            text(N_("The range method takes two to nine readings, not {n}."), n=series.size),
            hint=text(N_("Use the experimental standard deviation.")),
        )
    coefficient, dof = _RANGE_TABLE[series.size]
    return Deviation(float(np.ptp(series)) / coefficient, dof)


def grubbs(readings: npt.ArrayLike, level: float = 0.95) -> tuple[int, ...]:
    """Return the places of outliers by Grubbs' two-sided test at *level*, repeated on the rest.

    Nothing is deleted. Fewer than three readings, or equal ones, have no outliers.
    """
    series = checked(readings)
    left = list(range(series.size))
    found = []
    while len(left) > 2:
        mean, s = mean_and_deviation(series[left])
        if s == 0:
            break
        distance = np.abs(series[left] - mean) / s
        worst = int(np.argmax(distance))
        if distance[worst] <= grubbs_critical(len(left), level):
            break
        found.append(left.pop(worst))
    return tuple(sorted(found))


def grubbs_critical(n: int, level: float = 0.95) -> float:
    """Critical value of Grubbs' two-sided test for *n* ≥ 3 readings."""
    from scipy.special import stdtrit  # imported when first needed: 0.3 s

    t = float(stdtrit(n - 2, 1 - (1 - level) / (2 * n)))
    return (n - 1) / math.sqrt(n) * math.sqrt(t**2 / (n - 2 + t**2))


def autocorrelation(readings: npt.ArrayLike, lags: int = 1) -> FloatArray:
    """Autocorrelation coefficients r(h) = C(h)/C(0) for h = 0 … *lags* (NIST/SEMATECH e-Handbook, 1.3.5.12).

    For independent readings the magnitude of r(1) exceeds 2/√n in only 5 % of all cases.

    Raises
    ------
    BadInput
        Fewer readings than *lags* + 2, or all equal.
    """
    series = checked(readings, lags + 2)
    residuals = series - mean_and_deviation(series)[0]
    variance = float(residuals @ residuals)
    if variance == 0:
        raise BadInput(text(N_("Equal readings have no autocorrelation.")))
    products = [float(residuals[h:] @ residuals[: series.size - h]) for h in range(lags + 1)]
    return np.array(products) / variance


def allan_deviation(readings: npt.ArrayLike, factor: int = 1) -> float:
    """Overlapping Allan deviation of equally spaced readings, averaged over *factor* of them.

    Raises
    ------
    BadInput
        Fewer than twice *factor* plus one reading.
    """
    series = checked(readings, 2 * factor + 1 if factor > 1 else 2)
    sums = np.concatenate([[0.0], np.cumsum(series - series.mean())])
    averages = (sums[factor:] - sums[:-factor]) / factor
    steps = averages[factor:] - averages[:-factor]
    return math.sqrt(float(np.mean(np.square(steps))) / 2)


def drift(readings: npt.ArrayLike, times: npt.ArrayLike | None = None) -> Drift:
    """Least-squares slope of at least three readings over *times* (default: their numbers), tested at 95 %.

    Raises
    ------
    BadInput
        Fewer than three readings, times that do not match or are all equal.
    """
    from scipy.special import stdtrit  # imported when first needed: 0.3 s

    series = checked(readings, 3)
    moments = np.arange(series.size, dtype=np.float64) if times is None else checked(times, 3)
    if moments.shape != series.shape or not np.ptp(moments) > 0:
        raise BadInput(text(N_("The times of the readings do not match the readings.")))
    x = moments - moments.mean()
    y = series - series.mean()
    square = float(x @ x)
    slope = float(x @ y) / square
    rest = y - slope * x
    u = math.sqrt(float(rest @ rest) / (series.size - 2) / square)
    return Drift(slope, u, bool(abs(slope) > float(stdtrit(series.size - 2, 0.975)) * u))


def examine(readings: npt.ArrayLike, resolution: float = 0.0) -> Examination:
    """Look at a 1-D series of readings for everything that s/√n takes for granted.

    Parameters
    ----------
    readings
        At least one.
    resolution
        Step of the indication. If all readings are equal, u = resolution/√12.
    """
    series = checked(readings)
    n = series.size
    mean = float(series.mean())
    if n < 2 or not np.ptp(series) > 0:
        remark = (
            N_("All readings are equal: the scatter is below the resolution.")
            if n > 1
            else N_("One reading.")
        )
        return Examination(
            n, mean, 0.0, resolution / math.sqrt(12), math.inf, (), math.nan, None, (text(remark),)
        )
    exact_mean, s = mean_and_deviation(series)
    outliers = grubbs(series)
    first = float(autocorrelation(series)[1]) if n > 2 else math.nan
    slope = drift(series) if n > 2 else None
    remarks = []
    if n <= 3:
        remarks.append(text(N_("{n} readings hardly tell a standard deviation."), n=n))
    if outliers:
        numbers = ", ".join(str(i + 1) for i in outliers)
        remarks.append(
            text(N_("Reading {numbers} lies far from the others (Grubbs, 95 %)."), numbers=numbers)
        )
    if abs(first) > 2 / math.sqrt(n):
        remarks.append(
            text(
                N_("Successive readings are correlated (r = {r}); s/√n does not hold for them."),
                r=f"{first:.2f}",
            )
        )
    if slope is not None and slope.significant:
        remarks.append(text(N_("The readings drift by {slope} each."), slope=f"{slope.slope:.2g}"))
    return Examination(
        n, float(exact_mean), float(s), float(s) / math.sqrt(n), n - 1, outliers, first, slope, tuple(remarks)
    )
