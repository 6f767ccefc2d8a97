"""The flat top of a pulse: what counts as flat, what is averaged, how well the mean is known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from benchtui.calc.flat_top import FlatTop, flat_top
from benchtui.errors import BadInput

LEVEL = 4.5
STEP = 9e-5
RISE = 20


def pulse(
    width: int,
    seed: int = 0,
    *,
    noise: float = 3e-5,
    memory: float = 0.0,
    creep: float = 4e-3,
    overshoot: float = 0.02,
    ringing: float = 0.0,
    droop: float = 0.0,
) -> NDArray[np.float64]:
    """A pulse of *width* samples: linear edges, overshoot, a creep of 40 samples, noise of *memory*, and an ADC."""
    t = np.arange(-int(0.3 * width), int(1.3 * width), dtype=np.float64)
    shape = np.clip(t / RISE, 0, 1) - np.clip((t - width) / RISE, 0, 1)
    shape *= 1 - creep * np.exp(-np.maximum(t - RISE, 0) / 40)
    shape *= 1 + ringing * np.sin(t / 30) - droop * t / width
    edges = overshoot * (
        ((t > 0) & (t < RISE)).astype(float) - ((t > width) & (t < width + RISE)).astype(float)
    )
    deviates = noise * np.random.default_rng(seed).standard_normal(t.size)
    for place in range(1, t.size):
        deviates[place] += memory * deviates[place - 1]
    samples: NDArray[np.float64] = np.round((LEVEL * (shape + edges) + deviates) / STEP) * STEP
    return samples


def z_of(tops: list[FlatTop]) -> NDArray[np.float64]:
    return np.array([(top.level - LEVEL) / top.u for top in tops])


@pytest.mark.parametrize("width", [1000, 4000])
def test_the_middle_third_of_the_flat_part_is_averaged(width: int) -> None:
    top = flat_top(pulse(width), STEP)
    first, last = top.flat
    begin = int(0.3 * width)
    assert begin + RISE < first < begin + width // 2, "overshoot and creep are left out"
    assert begin + width - 2 * RISE < last <= begin + width, "and the edge of the fall"
    assert top.used == (first + (last - first) // 3, last - (last - first) // 3)
    assert top.quiet
    assert top.level == pytest.approx(LEVEL, rel=5e-6)
    assert abs(top.slope) <= 2.58 * top.u_slope


def test_both_polarities_are_the_same() -> None:
    up, down = flat_top(pulse(1000), STEP), flat_top(-pulse(1000), STEP)
    assert down.level == -up.level
    assert (down.flat, down.used, down.u) == (up.flat, up.used, up.u)


def test_the_uncertainty_of_the_mean_is_that_of_independent_noise() -> None:
    z = z_of([flat_top(pulse(1000, seed, creep=0.0), STEP) for seed in range(200)])
    assert 0.85 < np.sqrt(np.mean(z**2)) < 1.25
    assert abs(z.mean()) < 0.3


def test_correlated_noise_leaves_fewer_effective_samples() -> None:
    tops = [flat_top(pulse(4000, seed, memory=0.9, creep=0.0), STEP) for seed in range(120)]
    count = tops[0].used[1] - tops[0].used[0]
    # An autoregressive noise of 0.9 is worth (1 - 0.9)/(1 + 0.9) of its samples.
    assert np.median([top.n_eff / (top.used[1] - top.used[0]) for top in tops]) == pytest.approx(
        1 / 19, rel=0.25
    )
    assert count > 1000
    z = z_of(tops)
    assert 0.8 < np.sqrt(np.mean(z**2)) < 1.3


def test_a_short_pulse_that_still_creeps_a_little_is_used_and_says_so() -> None:
    top = flat_top(pulse(250), STEP)
    assert not top.quiet
    assert 1e-5 < top.unevenness / LEVEL < 5e-4
    assert abs(top.level / LEVEL - 1) < top.unevenness / LEVEL, "what it is uneven by covers what it lacks"


@pytest.mark.parametrize(
    ("samples", "said"),
    [
        (pulse(1000, ringing=0.03), "not flat"),
        (pulse(1000, droop=0.02), "not flat"),
        (pulse(1000)[:900], "ends after"),
        (pulse(1000)[400:], "begins before"),
        (pulse(1000)[::50], "are needed"),
        (pulse(1000)[:20], "too few"),
        (np.where(np.arange(1600) == 700, np.nan, pulse(1000)), "not all of them are numbers"),
    ],
    ids=["rings", "droops", "no fall", "no rise", "few samples", "nothing", "over range"],
)
def test_what_is_no_flat_top_is_refused(samples: NDArray[np.float64], said: str) -> None:
    with pytest.raises(BadInput) as refused:
        flat_top(samples, STEP)
    assert said in str(refused.value.what)
    assert "waveform" in str(refused.value.hint)


def test_samples_without_any_noise_are_as_good_as_their_resolution() -> None:
    top = flat_top(pulse(1000, noise=0.0, creep=0.0), STEP)
    assert top.quiet
    assert top.u == pytest.approx(STEP / np.sqrt(12 * top.n_eff))
