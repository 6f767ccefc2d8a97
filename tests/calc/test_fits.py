from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pytest

from benchtui.calc.fits import (
    SimplexInterpolation,
    fit_decay,
    fit_line,
    fit_polynomial,
    fit_power_law,
)
from benchtui.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable

FILIP = [
    -1467.48961422980, -2772.17959193342, -2316.37108160893, -1127.97394098372, -354.478233703349,
    -75.1242017393757, -10.8753180355343, -1.06221498588947, -0.670191154593408e-1, -0.246781078275479e-2,
    -0.402962525080404e-4,
]  # fmt: skip
"""NIST StRD Filip: certified coefficients of 1, x, … x¹⁰."""
FILIP_S = 0.334801051324544e-2


def test_gum_h3_thermometer(published: Callable[[str], Any]) -> None:
    example = published("gum_h3_thermometer")
    line = fit_line(np.array(example.inputs["t_C"]) - example.inputs["t0"], example.inputs["b_C"])
    example.check("y1", line.a)
    example.check("u_y1", line.u_a)
    example.check("y2", line.b)
    example.check("u_y2", line.u_b)
    example.check("r", line.correlation)
    example.check("s", math.sqrt(line.chi2 / line.nu))
    at30 = line.predict(10.0)
    example.check("b30", at30.value)
    example.check("u_b30", at30.u)
    example.check("nu", at30.dof)
    assert "9 degrees of freedom" in str(line.sentence())


def test_trap_gum_h3_the_correlation_of_the_parameters_must_not_be_dropped(
    published: Callable[[str], Any],
) -> None:
    example = published("gum_h3_thermometer")
    line = fit_line(np.array(example.inputs["t_C"]) - 20, example.inputs["b_C"])
    without = math.hypot(line.u_a, 10 * line.u_b)
    assert round(without, 4) == 0.0073
    assert round(line.predict(10.0).u, 4) == 0.0041


@pytest.mark.parametrize("name", ["iso28037_clause6_wls_equal", "iso28037_clause6_wls_unequal"])
def test_iso_28037_clause_6(published: Callable[[str], Any], name: str) -> None:
    example = published(name)
    given = example.inputs
    line = fit_line(given["x"], given["y"], u_y=given["u_y"])
    for key, found in (("a", line.a), ("b", line.b), ("u_a", line.u_a), ("u_b", line.u_b),
                       ("cov", line.covariance), ("chi2", line.chi2)):  # fmt: skip
        example.check(key, found)
    back = line.inverse(given["y0"], given["u_y0"])
    example.check("x0", back.value)
    example.check("u_x0", back.u)
    assert line.consistent()
    from scipy.special import chdtri

    example.check("chi2_crit_95_nu4", chdtri(line.nu, 0.05))


def test_iso_28037_clause_7(published: Callable[[str], Any]) -> None:
    example = published("iso28037_clause7_gdr")
    given = example.inputs
    line = fit_line(given["x"], given["y"], u_x=given["u_x"], u_y=given["u_y"])
    for key, found in (("a", line.a), ("b", line.b), ("u_a", line.u_a), ("u_b", line.u_b),
                       ("cov", line.covariance), ("chi2", line.chi2)):  # fmt: skip
        example.check(key, found)
    diagonal = np.diag(np.concatenate([given["u_x"], given["u_y"]]) ** 2)
    full = fit_line(given["x"], given["y"], covariance=diagonal)
    assert (full.a, full.u_a) == pytest.approx((line.a, line.u_a), rel=1e-9)


def test_trap_pearson_york_has_three_uncertainties_and_the_line_says_which(
    published: Callable[[str], Any],
) -> None:
    example = published("pearson_york")
    given = example.inputs
    u_x, u_y = (1 / np.sqrt(np.array(given[key])) for key in ("wx", "wy"))
    york = fit_line(given["x"], given["y"], u_x=u_x, u_y=u_y)
    example.check("a", york.a)
    example.check("b", york.b)
    example.check("chi2_over_n-2", york.chi2 / york.nu)
    example.check("u_a", york.u_a)
    example.check("u_b", york.u_b)
    reed = york.scaled()
    example.check("u_a_scaled", reed.u_a)
    example.check("u_b_scaled", reed.u_b)
    kalantar = fit_line(given["x"], given["y"], u_x=u_x, u_y=u_y, basis="estimator")
    assert kalantar.u_a == pytest.approx(0.29193, abs=2e-5)
    assert kalantar.u_b == pytest.approx(0.057617, abs=3e-6)
    assert [line.basis for line in (york, kalantar, reed)] == ["normal-matrix", "estimator", "scaled"]
    assert len({str(line.sentence()) for line in (york, kalantar, reed)}) == 3


def test_correlated_ordinates_are_fitted_by_general_least_squares() -> None:
    # A common error of all y shifts the line without turning it: its variance goes to the intercept alone.
    x, y = np.arange(1.0, 7.0), np.array([3.3, 5.6, 7.1, 9.3, 10.7, 12.1])
    common = np.zeros((12, 12))
    common[:6, :6] = np.eye(6) * 1e-12
    common[6:, 6:] = np.eye(6) * 0.25 + 4.0
    alone, shared = fit_line(x, y, u_y=0.5), fit_line(x, y, covariance=common)
    assert (shared.a, shared.b, shared.u_b) == pytest.approx((alone.a, alone.b, alone.u_b), rel=1e-5)
    assert shared.u_a**2 == pytest.approx(alone.u_a**2 + 4.0, rel=1e-5)


def test_lines_cover_the_truth_as_stated() -> None:
    rng = np.random.default_rng(28037)
    x = np.arange(10.0)
    hits = 0
    for _ in range(2000):
        line = fit_line(x, 1.5 + 0.7 * x + rng.normal(0, 0.3, 10), u_y=0.3)
        prediction = line.predict(12.0)
        hits += abs(prediction.value - (1.5 + 0.7 * 12)) <= 1.96 * prediction.u
    assert hits / 2000 == pytest.approx(0.95, abs=0.015)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"x": [1, 2], "y": [1, 2]}, "three points"),
        ({"x": [1, 2, 3], "y": [1, 2]}, "three points"),
        ({"x": [1, 1, 1], "y": [1, 2, 3]}, "same x"),
        ({"x": [1, 2, math.nan], "y": [1, 2, 3]}, "finite"),
        ({"x": [1, 2, 3], "y": [1, 2, 3], "u_x": 0.1}, "uncertainty of y"),
        ({"x": [1, 2, 3], "y": [1, 2, 3], "u_y": [0.1, 0, 0.1]}, "positive"),
        ({"x": [1, 2, 3], "y": [1, 2, 3], "u_y": [0.1, 0.1]}, "positive"),
        ({"x": [1, 2, 3], "y": [1, 2, 3], "covariance": np.eye(3)}, "shape"),
        ({"x": [1, 2, 3], "y": [1, 2, 3], "covariance": -np.eye(6)}, "definite"),
        ({"x": [1, 2, 3], "y": [1, 2, 3], "covariance": np.eye(6), "u_y": 1}, "either"),
    ],
)
def test_impossible_lines_are_refused(arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        fit_line(**arguments)


def test_a_line_without_slope_cannot_be_read_backwards() -> None:
    with pytest.raises(BadInput, match="backwards"):
        fit_line([0, 1, 2, 3], [1, 1, 1, 1], u_y=1).inverse(1)


def test_trap_filip_needs_a_scaled_basis(reference: Callable[[str], npt.NDArray[np.float64]]) -> None:
    x, y = reference("filip").T
    fit = fit_polynomial(x, y, 10)
    assert fit.s == pytest.approx(FILIP_S, rel=1e-9)
    assert fit.coefficients == pytest.approx(FILIP, rel=1e-6)
    # The normal equations in powers of x lose all digits.
    powers = np.vander(x, 11, increasing=True)
    naive = np.linalg.pinv(powers.T @ powers) @ (powers.T @ y)
    assert abs(naive[0] / FILIP[0] - 1) > 0.1


def test_a_polynomial_is_predicted_with_its_uncertainty_and_not_beyond() -> None:
    rng = np.random.default_rng(8)
    x = np.linspace(0, 10, 21)
    y = 1 + 0.5 * x - 0.02 * x**2 + rng.normal(0, 0.05, x.size)
    cubic = fit_polynomial(x, y, 2, 0.05)
    middle, end = cubic.predict(5.0), cubic.predict(10.0)
    assert middle.value == pytest.approx(3.0, abs=4 * middle.u)
    assert middle.u < end.u < 0.06
    line, straight = fit_polynomial(x, y, 1), fit_line(x, y)
    assert line.predict(3.0).u == pytest.approx(straight.predict(3.0).u, rel=1e-9)
    assert line.coefficients == pytest.approx([straight.a, straight.b], rel=1e-9)
    with pytest.raises(BadInput, match=r"not known at 10\.1"):
        cubic.predict(10.1)


@pytest.mark.parametrize(
    ("x", "u", "sentence"),
    [([0, 1, 2], None, "4"), ([0, 0, 1, 1], None, "different x"), ([0, 1, 2, 3], 0, "positive")],
)
def test_impossible_polynomials_are_refused(x: list[float], u: float | None, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        fit_polynomial(x, np.ones(len(x)), 2, u)


def test_power_law_is_corrected_for_the_bias_of_logarithms() -> None:
    rng = np.random.default_rng(3)
    x = np.geomspace(1, 100, 4000)
    y = 2.5 * x**0.8 * np.exp(rng.normal(0, 0.4, x.size) - 0.08)  # mean 1: exp(0.4²/2) = exp(0.08)
    law = fit_power_law(x, y)
    assert law.exponent == pytest.approx(0.8, abs=0.02)
    assert law.factor == pytest.approx(2.5, rel=0.06)
    assert law.bias == pytest.approx(math.exp(0.08), rel=0.01)
    assert law.predict(10).value == pytest.approx(2.5 * 10**0.8, rel=0.03)
    with pytest.raises(BadInput, match="positive"):
        law.predict(0)
    with pytest.raises(BadInput, match="positive"):
        fit_power_law([1, 2, 0], [1, 2, 3])


def test_decay_finds_plateau_amplitude_and_time_constant() -> None:
    rng = np.random.default_rng(92)
    t = np.linspace(5, 65, 61)
    truth = (10.0, 2.0, 12.0)
    y = truth[0] + truth[1] * np.exp(-t / truth[2]) + rng.normal(0, 0.005, t.size)
    decay = fit_decay(t, y)
    u = np.sqrt(np.diag(decay.covariance))
    assert np.abs(np.array([decay.plateau, decay.amplitude, decay.tau]) - truth) == pytest.approx(
        0, abs=4 * u.max()
    )
    assert np.all(np.abs(np.array([decay.plateau, decay.amplitude, decay.tau]) - truth) < 4 * u)
    assert decay.final.u < 0.005
    assert decay.predict(30).value == pytest.approx(10 + 2 * math.exp(-2.5), abs=0.01)
    assert decay.predict(1e9).u == pytest.approx(decay.final.u)
    stated = fit_decay(t, y, 0.05)
    assert stated.final.u > 3 * decay.final.u


@pytest.mark.parametrize(
    ("t", "y", "u", "sentence"),
    [
        (np.arange(4.0), np.ones(4), None, "at least 5"),
        (np.arange(6.0), np.ones(5), None, "match"),
        (np.zeros(6), np.ones(6), None, "match"),
        (np.arange(6.0), np.ones(6), None, "no exponential decay"),
        (np.arange(9.0), [1.0, 1.2, 0.9, 1.1, 1.0, 0.8, 1.1, 1.0, 1.1], None, "no exponential decay"),
        (np.arange(6.0), np.arange(6.0), 0.0, "positive"),
    ],
)
def test_what_is_no_decay_is_refused(t: Any, y: Any, u: float | None, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        fit_decay(t, y, u)


def test_simplices_reproduce_a_plane_and_carry_uncertainty() -> None:
    points = [(0, 0), (10, 0), (0, 1000), (10, 1000), (4, 300)]
    values = [1 + 0.2 * a - 0.001 * b for a, b in points]
    known = SimplexInterpolation(points, values, [0.1] * 5)
    assert known.predict((3, 700)).value == pytest.approx(1 + 0.6 - 0.7)
    assert known.predict((3, 700)).u == pytest.approx(0.1)
    assert known.predict((4, 300)).value == pytest.approx(1 + 0.8 - 0.3)
    apart = SimplexInterpolation(points, values, [0.1] * 5, correlation=0)
    assert apart.predict((3, 700)).u < 0.1
    assert apart.predict((4, 300)).u == pytest.approx(0.1)


def test_simplices_are_not_extrapolated() -> None:
    known = SimplexInterpolation([(0, 0), (1, 0), (0, 1)], [1, 2, 3], [0.1] * 3)
    for outside in ((0.6, 0.6), (-0.1, 0), (math.nan, 0)):
        with pytest.raises(BadInput, match="outside"):
            known.predict(outside)


@pytest.mark.parametrize(
    ("points", "u", "sentence"),
    [
        ([(0, 0), (1, 1), (2, 2)], [1, 1, 1], "line"),
        ([(0, 0), (1, 0), (0, 1)], [1, 1], "coordinates"),
        ([(0, 0), (1, 0), (0, 1)], [1, 1, 0], "positive"),
        ([0, 1, 2], [1, 1, 1], "coordinates"),
        ([(0, 0), (0, 1), (0, 2)], [1, 1, 1], "line"),
    ],
)
def test_impossible_simplices_are_refused(points: Any, u: list[float], sentence: str) -> None:
    with np.errstate(all="ignore"), pytest.raises(BadInput, match=sentence):
        SimplexInterpolation(points, [1.0, 2.0, 3.0], u)
