"""How often stated intervals cover the truth when few readings stand beside known uncertainties.

Lowest coverage of a stated 95 % interval, over all proportions of the two (quadrature):

========= ================== =============== ==========================
readings  Welch-Satterthwaite Welch (1947)   t of JCGM 101, 6.4.9 drawn
========= ================== =============== ==========================
3         92.2 %              94.8 … 95.2 %  up to 97.6 %
5         94.2 %              95.0 %         up to 96.5 %
10        94.8 %              95.0 %         up to 95.7 %
========= ================== =============== ==========================
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy import stats

from benchtui.calc import Budget, Coverage, Input, propagate
from benchtui.calc.budget_file import read_budget
from benchtui.calc.coverage import TWO_SIGMA, Method, student_factor, truncated
from benchtui.calc.welch import WELCH_BELOW, welch_factor
from benchtui.errors import BadInput

if TYPE_CHECKING:
    from benchtui.calc.distributions import FloatArray

METHODS: tuple[Method, ...] = ("welch", "welch-satterthwaite")
PROPORTIONS = np.linspace(0, 1, 201)
"""True parts of u_c² that rest on readings."""


def coverages(nu: int, factor: Any, proportions: FloatArray = PROPORTIONS) -> FloatArray:
    """Probability that ± factor(observed share)·u covers, for true *proportions*: by quadrature over s²/σ²."""
    nodes, weights = np.polynomial.legendre.leggauss(400)
    p = (1 + np.sin(np.pi / 2 * nodes)) / 2
    weights = weights * np.pi / 4 * np.cos(np.pi / 2 * nodes)
    ratio = stats.chi2(nu).ppf(p) / nu
    part = proportions[:, np.newaxis]
    variance = part * ratio + (1 - part)
    k = np.array([factor(row) for row in part * ratio / variance])
    covered: FloatArray = (2 * stats.norm.cdf(k * np.sqrt(variance)) - 1) @ weights
    return covered


def satterthwaite(level: float, nu: int, rounded: Any = np.asarray) -> Any:
    return lambda share: student_factor(level, rounded(nu / np.maximum(share, 1e-6) ** 2))


@pytest.mark.parametrize("level", [0.95, TWO_SIGMA])
@pytest.mark.parametrize(
    ("nu", "within"), [(2, 2e-3), (3, 2e-4), (4, 5e-5), (9, 1e-5), (30, 1e-5), (60, 1e-5)]
)
def test_welchs_factor_covers_as_stated_at_every_proportion(nu: int, level: float, within: float) -> None:
    found = coverages(nu, lambda share: welch_factor(level, nu, share))
    assert found == pytest.approx(level, abs=within)


@pytest.mark.parametrize(("nu", "lowest"), [(2, 0.922), (4, 0.9415), (9, 0.948)])
def test_welch_satterthwaite_covers_less(nu: int, lowest: float) -> None:
    found = coverages(nu, satterthwaite(0.95, nu))
    assert found.min() == pytest.approx(lowest, abs=5e-4)


def test_welch_satterthwaite_is_as_good_where_it_takes_over() -> None:
    assert coverages(WELCH_BELOW, satterthwaite(0.95, WELCH_BELOW)) == pytest.approx(0.95, abs=1e-4)


def test_two_readings_have_no_such_factor_and_a_bounded_error() -> None:
    welch = coverages(1, lambda share: welch_factor(0.95, 1, share))
    assert 0.937 < welch.min() < welch.max() < 0.965
    assert coverages(1, satterthwaite(0.95, 1)).min() < 0.875


@pytest.mark.parametrize("level", [0.68, 0.95, 0.99])
@pytest.mark.parametrize("nu", [1, 2, 3, 4, 20])
def test_welchs_factor_rises_from_the_normal_factor_to_students_t(nu: int, level: float) -> None:
    k = welch_factor(level, nu, np.linspace(0, 1, 101))
    assert k[0] == pytest.approx(stats.norm.ppf((1 + level) / 2), rel=1e-9)
    assert k[-1] == pytest.approx(stats.t(nu).ppf((1 + level) / 2), rel=1e-9)
    assert np.all(np.diff(k) >= -1e-9)


# ------------------------------------------------------------ in a budget
def beside(known: float, readings: Any = (1.0, 2.0, 4.0), **coverage: Any) -> Budget:
    one = Input.from_readings("v", readings, unit="V", source="")
    inputs = [one, Input.normal("d", 0.0, known, unit="V", source="")] if known else [one]
    return propagate(lambda v, d=0.0: v - d, inputs, coverage=Coverage(**coverage))


def test_a_budget_takes_welchs_factor_and_says_so() -> None:
    budget = beside(0.5, policy="gum95", method="welch")
    share = float((budget.u**2 - 0.25) / budget.u**2)
    assert budget.k == pytest.approx(welch_factor(0.95, 2, np.array([share]))[0], rel=1e-9)
    assert budget.k > 1.05 * beside(0.5, policy="gum95").k
    assert budget.probability == 0.95
    sentence = str(budget.coverage_sentence())
    assert "Welch" in sentence
    assert f"{budget.k:.2f}" in sentence
    assert "95 %" in sentence
    assert budget.nu_eff == beside(0.5, policy="gum95").nu_eff


@pytest.mark.parametrize("policy", ["k2", "gum95", "ea9545", "student"])
def test_readings_alone_and_known_uncertainties_alone_are_as_in_the_gum(policy: Any) -> None:
    assert beside(0, policy=policy, method="welch").k == beside(0, policy=policy).k
    known = Input.normal("d", 0.0, 1.0, unit="", source="")
    for method in METHODS:
        budget = propagate(lambda d: d, [known], coverage=Coverage(policy, method=method))
        assert budget.k == propagate(lambda d: d, [known], coverage=Coverage(policy)).k
    many = np.random.default_rng(3).normal(0, 1, 80)
    assert beside(0.1, many, policy=policy, method="welch").k == beside(0.1, many, policy=policy).k


def test_k_2_stays_where_welch_satterthwaite_finds_many_degrees_of_freedom() -> None:
    budget = beside(20.0, method="welch")
    assert budget.nu_eff > 61
    assert budget.k == 2
    assert "k = 2;" in str(budget.coverage_sentence())


def test_points_are_treated_one_by_one() -> None:
    rng = np.random.default_rng(8)
    readings = rng.normal(0, 1, (6, 3)) * np.array([[0.01], [0.1], [0.5], [1], [5], [50]])
    together = beside(0.5, readings, policy="ea9545", method="welch")
    alone = [beside(0.5, row, policy="ea9545", method="welch") for row in readings]
    assert np.asarray(together.k) == pytest.approx([one.k for one in alone], rel=1e-12)
    assert together.basis == tuple(one.basis[0] for one in alone)


def test_several_readings_count_as_one_part() -> None:
    a = Input.from_readings("a", [1.0, 2.0, 4.0], unit="", source="")
    b = Input.from_readings("b", [2.0, 3.0, 5.0], unit="", source="")
    d = Input.normal("d", 0.0, 0.4, unit="", source="")
    budget = propagate(lambda a, b, d: a + b + d, [a, b, d], coverage=Coverage("gum95", method="welch"))
    share = 1 - (0.4 / float(budget.u)) ** 2
    assert budget.k == pytest.approx(welch_factor(0.95, 4, np.array([share]))[0], rel=1e-9)


def test_a_budget_file_can_ask_for_it() -> None:
    source = (
        'title = "t"\n[results.y]\nformula = "a"\nunit = "V"\n'
        "[inputs.a]\nvalue = 1\nu = 0.1\ndof = 2\n[coverage]\n"
    )
    assert read_budget(source + 'method = "welch"').coverage.method == "welch"
    assert read_budget(source).coverage.method == "welch-satterthwaite"


def test_a_method_that_does_not_exist_is_refused() -> None:
    with pytest.raises(BadInput, match="guess"):
        Coverage(method="guess")  # type: ignore[arg-type]  # wrong on purpose


# ------------------------------------------------------------ simulated calibrations
@pytest.mark.slow
@pytest.mark.parametrize("n", [3, 5, 10])
@pytest.mark.parametrize("known", [0.0, 0.1, 0.25, 0.5, 1.0, 2.0])
def test_stated_95_percent_cover_a_linear_gaussian_model(n: int, known: float) -> None:
    # Readings with σ = 1 through a standard whose error has u = known. With 20 000 cases chance is 0.15 %.
    rng = np.random.default_rng([n, round(100 * known)])
    runs = 20_000
    error = rng.normal(0, 1, runs) * known
    readings = 100.0 + error[:, np.newaxis] + rng.normal(0, 1.0, (runs, n))
    one = Input.from_readings("v", readings, unit="V", source="")
    inputs = [one, Input.normal("d", 0.0, known, unit="V", source="")] if known else [one]
    covered = {}
    for method in METHODS:
        coverage = Coverage("gum95", method=method)
        budget = propagate(lambda v, d=0.0: 2 * v - 2 * d, inputs, coverage=coverage)
        covered[method] = float(np.mean(np.abs(np.asarray(budget.y) - 200.0) <= np.asarray(budget.U)))
    # Both columns, for whoever runs this with -s.
    print(n, known, covered["welch"], covered["welch-satterthwaite"])  # noqa: T201 - figures for the docstring
    assert covered["welch"] == pytest.approx(0.95, abs=0.005)
    proportion = np.array([1 / (1 + n * known**2)])
    prescribed = coverages(n - 1, satterthwaite(0.95, n - 1, truncated), proportion)[0]
    assert covered["welch-satterthwaite"] == pytest.approx(prescribed, abs=0.005)


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [(3, 3), (3, 10), (5, 5)])
@pytest.mark.parametrize("known", [0.3, 1.0])
def test_two_series_of_readings_beside_a_standard_cover_at_least_nearly_as_stated(
    sizes: tuple[int, int], known: float
) -> None:
    # Their common ν is that of Welch-Satterthwaite, truncated: mostly too careful, and 1 % short at the worst.
    rng = np.random.default_rng([*sizes, round(10 * known)])
    runs = 20_000
    for ratio in (0.2, 0.5, 1.0, 2.0):
        sets = [
            Input.from_readings(
                name, rng.normal(0, math.sqrt(size) * scale, (runs, size)), unit="", source=""
            )
            for name, size, scale in zip("ab", sizes, (1.0, ratio), strict=True)
        ]
        standard = Input.normal("d", rng.normal(0, known, runs), known, unit="", source="")
        budget = propagate(
            lambda a, b, d: a + b + d, [*sets, standard], coverage=Coverage("gum95", method="welch")
        )
        covered = np.mean(np.abs(np.asarray(budget.y)) <= np.asarray(budget.U))
        assert 0.938 <= covered <= 0.98
