"""The flat top of a pulse, found by evidence, and the mean of its middle third with its uncertainty.

Source: JJF 2009—2022, 6.7: the value of a pulse is the mean of the middle third of its stable part. Rise and fall are
told by the crossings of 10 % and 90 % of the height (IEC 60469).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from benchtui.errors import BadInput
from benchtui.i18n import N_, Text, text

if TYPE_CHECKING:
    import numpy.typing as npt

    from benchtui.calc.distributions import FloatArray

BLOCKS: Final = 8
"""Parts of a candidate whose means are compared."""
CHI_SQUARED: Final = 18.48
"""What the means of the blocks scatter by at most, in 99 of 100 cases: χ² with BLOCKS - 1 degrees of freedom."""
STARTS: Final = 60
"""Moments after the rise from which on the rest of the pulse is tried."""
LEAST_SHARE: Final = 0.25
"""Part of the pulse, between its 90 % crossings, that must be flat."""
LEAST_SAMPLES: Final = 3 * BLOCKS
SLOPE_QUANTILE: Final = 2.58
"""Standard uncertainties that a slope may differ from 0 by, in 99 of 100 cases."""
TOLERATED: Final = 5e-4
"""Unevenness, as a part of the level, that is accepted although it is no noise; it enters the uncertainty."""
LARGEST: Final = 2e-3
"""Unevenness that is too much even if it were noise."""
NOISE_SHARE: Final = 0.4
"""Part at the end of the top from which the noise is taken: there the pulse has settled best."""


@dataclass(frozen=True)
class FlatTop:
    """The flat part of a pulse and its middle third, as places of samples [from, to).

    Attributes
    ----------
    flat, used
        The flat part, and its middle third.
    level, u, n_eff
        Mean of the samples used, standard uncertainty of that mean from their noise, and the number of independent
        samples that they are worth.
    slope, u_slope
        Of the flat part, per sample, and its standard uncertainty.
    unevenness
        Largest distance between the mean of a block of the flat part and *level*.
    quiet
        Whether noise explains the unevenness.
    """

    flat: tuple[int, int]
    used: tuple[int, int]
    level: float
    u: float
    n_eff: float
    slope: float
    u_slope: float
    unevenness: float
    quiet: bool


def flat_top(samples: npt.ArrayLike, resolution: float) -> FlatTop:
    """Find the flat top of the one pulse in *samples*, of either polarity.

    The longest end of the pulse counts whose slope and whose blocks' scatter are explained by noise; if there is none,
    the longest one whose blocks differ by less than ``TOLERATED``. Edges, overshoot and settling are left out by that.

    Parameters
    ----------
    samples
        The pulse with something of its base before and after it.
    resolution
        Step of the samples; what they cannot show is no evidence.

    Raises
    ------
    BadInput
        There is no whole pulse, or no part of it is flat.
    """
    series = np.asarray(samples, dtype=np.float64)
    if series.ndim != 1 or series.size < LEAST_SAMPLES or not np.isfinite(series).all():
        raise _none(text(N_("The samples of the pulse are too few, or not all of them are numbers.")))
    rise, fall = _top(series)
    least = max(LEAST_SAMPLES, math.ceil(LEAST_SHARE * (fall - rise)))
    if fall - rise < least:
        raise _none(
            text(N_("The top of the pulse has {n} samples; {least} are needed."), n=fall - rise, least=least)
        )
    noise = _noise(series[fall - max(least // 2, round(NOISE_SHARE * (fall - rise))) : fall], resolution)
    starts = np.unique(np.linspace(rise, fall - least, STARTS).astype(np.int64)).tolist()
    tops = [_examined(series, start, fall, noise) for start in starts]
    for found in (top for top in tops if top.quiet):
        return found
    for found in (top for top in tops if top.unevenness <= TOLERATED * abs(top.level)):
        return found
    best = min(top.unevenness / abs(top.level) for top in tops)
    raise _none(
        text(N_("The top of the pulse is not flat: it moves by {percent} %."), percent=f"{100 * best:.2g}")
    )


def _none(what: Text) -> BadInput:
    return BadInput(
        what,
        hint=text(
            N_(
                "Look at the waveform: check trigger level, leads and their loop, the voltage limit of the source, or "
                "take a wider pulse."
            )
        ),
    )


def _top(series: FloatArray) -> tuple[int, int]:
    """Return the samples [from, to) between rise and fall, without the rounded end before the fall."""
    base = float(
        np.median(np.concatenate([series[: series.size // 20 + 1], series[-series.size // 20 - 1 :]]))
    )
    height = series - base
    height *= math.copysign(1.0, height[int(np.argmax(np.abs(height)))])
    above = np.flatnonzero(height > 0.5 * height.max())
    level = float(np.median(height[above]))
    high, low = np.flatnonzero(height >= 0.9 * level), np.flatnonzero(height >= 0.1 * level)
    rise, fall = int(high[0]), int(high[-1])
    if low[0] == 0 or low[-1] == series.size - 1:
        raise _none(text(N_("The pulse begins before its waveform or ends after it.")))
    # From 100 % to 90 % a fall takes an eighth of what it takes from 90 % to 10 %; all of that is left out.
    return rise, fall + 1 - max(1, int(low[-1]) - fall)


@dataclass(frozen=True)
class _Noise:
    """Standard deviation *s* of a sample, and by how much correlation makes the variance of a mean larger."""

    s: float
    inflation: float


def _noise(part: FloatArray, resolution: float) -> _Noise:
    """Return the noise of *part*: what a parabola through it leaves."""
    places = np.linspace(-1.0, 1.0, part.size)
    residuals = part - np.polynomial.polynomial.polyval(
        places, np.polynomial.polynomial.polyfit(places, part, 2)
    )
    variance = float(residuals @ residuals) / max(1, part.size - 3)
    return _Noise(math.sqrt(max(variance, resolution**2 / 12)), _inflation(residuals))


def _inflation(residuals: FloatArray) -> float:
    """Return 1 + 2 Σ (1 - h/n) ρ(h), at least 1: the variance of a mean over that of independent samples.

    ρ(h) is the autocorrelation at the lag h (NIST/SEMATECH e-Handbook, 1.3.5.12); the sum ends before the first one
    that is not positive, beyond which there is only its noise.
    """
    size = residuals.size
    variance = float(residuals @ residuals)
    if variance == 0:
        return 1.0
    total = 1.0
    for lag in range(1, size // 2):
        coefficient = float(residuals[lag:] @ residuals[:-lag]) / variance
        if coefficient <= 0.0:
            break
        total += 2.0 * coefficient
    return total


def _examined(series: FloatArray, start: int, stop: int, noise: _Noise) -> FlatTop:
    """Return what the part [start, stop) would be as a flat top."""
    part = series[start:stop]
    length = part.size // BLOCKS
    means = part[part.size - BLOCKS * length :].reshape(BLOCKS, length).mean(axis=1)
    third = part.size // 3
    used = (start + third, stop - third)
    n_eff = max(1.0, (used[1] - used[0]) / noise.inflation)
    level = float(series[used[0] : used[1]].mean())
    places = np.arange(part.size) - (part.size - 1) / 2
    square = float(places @ places)
    slope, u_slope = float(places @ part) / square, noise.s * math.sqrt(noise.inflation / square)
    scatter = float(np.square(means - means.mean()).sum()) / (noise.s**2 * noise.inflation / length)
    unevenness = float(np.abs(means - level).max())
    quiet = (
        scatter <= CHI_SQUARED
        and abs(slope) <= SLOPE_QUANTILE * u_slope
        and unevenness <= LARGEST * abs(level)
    )
    return FlatTop(
        (start, stop), used, level, noise.s / math.sqrt(n_eff), n_eff, slope, u_slope, unevenness, quiet
    )
