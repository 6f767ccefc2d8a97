from __future__ import annotations

import math
import tracemalloc
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy import stats

from benchtui.calc import (
    Agreement,
    AlarmCode,
    Arcsine,
    Coverage,
    CurvilinearTrapezoid,
    Exponential,
    Input,
    Normal,
    Rectangular,
    monte_carlo,
    propagate,
    second_order_uncertainty,
    simulation,
    validate,
)
from benchtui.calc.simulation import numerical_tolerance
from benchtui.calc.tails import Kind, Tails, interval_of
from benchtui.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable


def normal(symbol: str, value: float, u: float, dof: float = math.inf) -> Input:
    return Input.normal(symbol, value, u, unit="", source="", dof=dof)


def rectangular(symbol: str, value: float, half_width: float) -> Input:
    return Input.rectangular(symbol, value, half_width, unit="", source="")


def total(*x: Any) -> Any:
    """Sum of any number of inputs."""
    return sum(x[1:], x[0])


# ------------------------------------------------------------ JCGM 101, clause 9
def test_jcgm_101_9_2_additive_model(published: Callable[[str], Any]) -> None:
    example = published("gums1_9_2_additive")
    trials = 2_000_000
    all_normal = monte_carlo(total, [normal(f"x{i}", 0, 1) for i in range(4)], trials=trials)
    example.check("N_u", all_normal.u)
    assert all_normal.high == pytest.approx(example.expected["N_hi95"]["value"], abs=0.015)
    half = math.sqrt(3)
    equal = monte_carlo(total, [rectangular(f"x{i}", 0, half) for i in range(4)], trials=trials)
    example.check("R_u", equal.u)
    assert equal.high == pytest.approx(example.expected["R_hi95"]["value"], abs=0.015)
    one_large = [rectangular(f"x{i}", 0, half * (10 if i == 3 else 1)) for i in range(4)]
    dominated = monte_carlo(total, one_large, trials=trials)
    example.check("R10_u", dominated.u)
    example.check("R10_hi95", dominated.high)
    first = propagate(total, one_large, coverage=Coverage("gum95"))
    example.check("R10_GUF_hi95", first.U)
    aware = propagate(total, one_large, coverage=Coverage("gum95", shape_aware=True))
    assert pytest.approx(dominated.high, rel=0.02) == aware.U


def mass_model(m_rc: Any, dm_rc: Any, rho_a: Any, rho_w: Any, rho_r: Any) -> Any:
    """JCGM 101:2008, equation (30): deviation of a mass from 100 g, in mg."""
    return (m_rc + dm_rc) * (1 + (rho_a - 1.2) * (1 / rho_w - 1 / rho_r)) - 100_000


MASS = [
    normal("m_rc", 100_000, 0.05),
    normal("dm_rc", 1.234, 0.02),
    rectangular("rho_a", 1.2, 0.1),
    rectangular("rho_w", 8000, 1000),
    rectangular("rho_r", 8000, 50),
]


def test_jcgm_101_9_3_mass_calibration() -> None:
    # Table 6: first order 1.2340, 0.0539; higher order 0.0750; Monte Carlo 1.2341, 0.0754, [1.0834, 1.3825].
    first = propagate(mass_model, MASS)
    assert first.y == pytest.approx(1.2340, abs=5e-5)
    assert first.u == pytest.approx(0.0539, abs=5e-5)
    assert second_order_uncertainty(mass_model, MASS) == pytest.approx(0.0750, abs=5e-5)
    drawn = monte_carlo(mass_model, MASS, trials=3_000_000, interval="shortest")
    assert drawn.y == pytest.approx(1.2341, abs=2e-4)
    assert drawn.u == pytest.approx(0.0754, abs=2e-4)
    assert drawn.low == pytest.approx(1.0834, abs=2e-3)
    assert drawn.high == pytest.approx(1.3825, abs=2e-3)
    assert AlarmCode.NON_LINEAR in {alarm.code for alarm in first.alarms}
    assert validate(mass_model, MASS, first)[0].agreement is Agreement.NOT_VALID


def test_jcgm_101_9_4_all_sensitivities_zero() -> None:
    # Comparison loss, 9.4.2.2, x1 = 0: first order 0 ± 0; Monte Carlo 50e-6, 50e-6, shortest [0, 150]e-6.
    inputs = [normal("x1", 0, 0.005), normal("x2", 0, 0.005)]

    def loss(x1: Any, x2: Any) -> Any:
        return x1**2 + x2**2

    first = propagate(loss, inputs)
    assert (first.y, first.u) == (0, 0)
    assert AlarmCode.ZERO_SENSITIVITY in {alarm.code for alarm in first.alarms}
    assert validate(loss, inputs, first)[0].agreement is Agreement.NOT_VALID
    drawn = monte_carlo(loss, inputs, trials=1_000_000, interval="shortest")
    assert drawn.y == pytest.approx(50e-6, rel=5e-3)
    assert drawn.u == pytest.approx(50e-6, rel=5e-3)
    assert drawn.low == pytest.approx(0, abs=1e-7)
    assert drawn.high == pytest.approx(150e-6, rel=5e-3)


def gauge_block(*x: Any) -> Any:
    ls, d0, d1, d2, alpha_s, theta_0, delta, dalpha, dtheta = x
    return ls + d0 + d1 + d2 - ls * (dalpha * (theta_0 + delta) + alpha_s * dtheta)


def gauge_block_inputs() -> list[Input]:
    """JCGM 101:2008, Table 10; lengths in nm."""
    return [
        normal("ls", 50_000_623.0, 25.0, 18),
        normal("d0", 215.0, 6.0, 24),
        normal("d1", 0.0, 4.0, 5),
        normal("d2", 0.0, 7.0, 8),
        rectangular("alpha_s", 11.5e-6, 2e-6),
        normal("theta_0", -0.1, 0.2),
        Input.limits("delta", 0.0, 0.5, Arcsine(), unit="", source=""),
        Input.limits("dalpha", 0.0, 1e-6, CurvilinearTrapezoid(0.1), unit="", source=""),
        Input.limits("dtheta", 0.0, 0.050, CurvilinearTrapezoid(0.5), unit="", source=""),
    ]


def test_jcgm_101_9_5_gauge_block() -> None:
    drawn = monte_carlo(
        gauge_block, gauge_block_inputs(), trials=1_000_000, probability=0.99, interval="shortest"
    )
    assert drawn.y == pytest.approx(50_000_838, abs=0.5)
    assert drawn.u == pytest.approx(36, abs=0.5)
    assert drawn.low == pytest.approx(50_000_744.5, abs=2.5)
    assert drawn.high == pytest.approx(50_000_931.9, abs=2.5)


def test_npl_logarithm_of_a_wide_rectangle(published: Callable[[str], Any]) -> None:
    example = published("npl_log_rectangular")
    x = [rectangular("x", 0.6, 0.5)]
    first = propagate(np.log, x)
    example.check("y_GUM", first.y)
    example.check("u_GUM", first.u)
    drawn = monte_carlo(np.log, x, trials=4_000_000, interval="shortest")
    assert drawn.y == pytest.approx(example.expected["y_MCM"]["value"], abs=1e-3)
    assert drawn.u == pytest.approx(example.expected["u_MCM"]["value"], abs=1e-3)
    assert drawn.low == pytest.approx(example.expected["short95_lo"]["value"], abs=5e-3)
    assert drawn.high == pytest.approx(example.expected["short95_hi"]["value"], abs=5e-4)


# ------------------------------------------------------------ method
def test_a_seed_gives_the_same_result_for_ever() -> None:
    inputs = [normal("a", 1, 0.1), rectangular("b", 0, 0.3), normal("c", 0, 0.1, 9)]
    one, two = (monte_carlo(total, inputs, trials=100_000, seed=7) for _ in range(2))
    assert (one.y, one.u, one.low, one.high) == (two.y, two.u, two.low, two.high)
    assert monte_carlo(total, inputs, trials=100_000, seed=8).y != one.y


def test_type_a_is_drawn_scaled_and_shifted() -> None:
    # JCGM 101, 6.4.9.7: five readings give u·√(4/2), not u.
    readings = Input.from_readings("x", [1.0, 1.2, 1.1, 0.9, 1.3], unit="", source="")
    drawn = monte_carlo(lambda x: x, [readings], trials=1_000_000)
    assert isinstance(readings.u, float)
    assert drawn.u == pytest.approx(readings.u * math.sqrt(2), rel=0.02)
    assert drawn.high == pytest.approx(1.1 + stats.t(4).ppf(0.975) * readings.u, rel=2e-3)


def test_three_readings_have_an_interval_but_no_standard_deviation() -> None:
    readings = Input.from_readings("x", [1.0, 1.2, 1.1], unit="", source="")
    drawn = monte_carlo(lambda x: x, [readings], trials=400_000)
    assert isinstance(readings.u, float)
    assert drawn.u == math.inf
    assert drawn.high == pytest.approx(1.1 + stats.t(2).ppf(0.975) * readings.u, rel=1e-2)
    settled = monte_carlo(lambda x: x, [readings], digits=1)
    assert settled.settled


@pytest.mark.parametrize("kind", ["symmetric", "shortest"])
def test_an_adaptive_run_is_stable_to_the_stated_digits(kind: Kind) -> None:
    inputs = [normal("a", 0, 0.7), rectangular("b", 5, 1.2)]
    loose = monte_carlo(total, inputs, digits=1, interval=kind)
    tight = monte_carlo(total, inputs, digits=2, interval=kind)
    assert loose.settled
    assert tight.settled
    assert isinstance(loose.trials, int)
    assert isinstance(tight.trials, int)
    assert loose.trials < tight.trials < 10_000_000
    exact = monte_carlo(total, inputs, trials=8_000_000, seed=99, interval=kind)
    assert tight.high == pytest.approx(exact.high, abs=2 * 0.005)
    assert tight.u == pytest.approx(exact.u, abs=0.005)


def test_an_adaptive_run_that_is_cut_short_says_so() -> None:
    cut = monte_carlo(lambda x: x, [normal("x", 0, 0.10)], digits=2, most_trials=20_000)
    assert cut.settled is False
    assert cut.trials == 20_000


@pytest.mark.parametrize("kind", ["symmetric", "shortest"])
def test_kept_tails_give_the_interval_of_all_values(kind: Kind) -> None:
    rng = np.random.default_rng(4)
    values = rng.gamma(2.0, size=(50, 1000)) + 1e6
    tails = Tails(values[0], 0.95, kind, 6.0)
    for block in values:
        tails.add(block - tails.center, np.empty(1000))
    ordered = np.sort(values.ravel())
    assert tails.interval() == pytest.approx(interval_of(ordered, 0.95, kind), rel=1e-15)
    low, high = interval_of(ordered, 0.95, kind)
    assert np.count_nonzero((ordered >= low) & (ordered <= high)) == 47_501
    if kind == "shortest":
        assert low < np.quantile(ordered, 0.005)


def test_a_first_block_that_is_not_typical_costs_a_second_run_and_no_accuracy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inputs = [normal("x", 0, 1), rectangular("y", 0, 1)]
    expected = monte_carlo(total, inputs, trials=200_000)
    monkeypatch.setattr(simulation, "_MARGIN", -3.0)
    again = monte_carlo(total, inputs, trials=200_000)
    assert (again.low, again.high) == pytest.approx((expected.low, expected.high), rel=1e-14)


def test_values_that_repeat_keep_their_interval() -> None:
    drawn = monte_carlo(lambda x: np.round(x), [normal("x", 0, 1)], trials=200_000)  # noqa: PLW0108 - np.round takes more
    assert (drawn.low, drawn.high) == (-2, 2)
    constant = monte_carlo(lambda x: 0 * x + 3, [normal("x", 0, 1)], trials=20_000)
    assert (constant.y, constant.u, constant.low, constant.high) == (3, 0, 3, 3)


def test_points_share_their_random_numbers_and_each_equals_its_own_run() -> None:
    v = np.array([1.0, 10.0, 100.0])
    inputs = [
        Input.normal("v", v, v * 1e-3, unit="", source=""),
        Input.rectangular("d", 0.0, 1e-3, unit="", source=""),
    ]
    together = monte_carlo(total, inputs, trials=150_000)
    for i in range(3):
        alone = monte_carlo(
            total, [normal("v", float(v[i]), float(v[i]) * 1e-3), rectangular("d", 0, 1e-3)], trials=150_000
        )
        for quantity in ("y", "u", "low", "high"):
            assert getattr(together, quantity)[i] == pytest.approx(getattr(alone, quantity), rel=1e-12)


def test_many_points_go_through_in_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = [Input.normal("v", np.arange(1.0, 8.0), 0.1, unit="", source="")]
    whole = monte_carlo(lambda v: v**2, inputs, trials=30_000)
    monkeypatch.setattr(simulation, "_TAIL_MEMORY", 150_000)
    grouped = monte_carlo(lambda v: v**2, inputs, trials=30_000)
    assert np.array_equal(np.asarray(whole.low), np.asarray(grouped.low))


# ------------------------------------------------------------ correlation
def test_inputs_of_one_identity_share_their_draws() -> None:
    twin = [
        Input.rectangular(s, 0.0, 1.0, unit="", source="", identity="limit of the range") for s in ("a", "b")
    ]
    assert monte_carlo(lambda a, b: a - b, twin, trials=20_000).u == 0
    assert monte_carlo(total, twin, trials=200_000).high == pytest.approx(1.9, rel=5e-3)


def test_perfect_anticorrelation_mirrors_the_draws() -> None:
    pair = [rectangular("a", 0, 1), rectangular("b", 0, 1)]
    mirrored = monte_carlo(total, pair, trials=20_000, correlations={("a", "b"): -1.0})
    assert mirrored.u == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize("r", [-0.8, 0.3, 1.0])
def test_correlated_normal_inputs(r: float) -> None:
    pair = [normal("a", 0, 1), normal("b", 0, 2)]
    drawn = monte_carlo(total, pair, trials=500_000, correlations={("a", "b"): r})
    assert drawn.u == pytest.approx(propagate(total, pair, correlations={("a", "b"): r}).u, rel=5e-3)


def test_an_ensemble_is_drawn_from_the_multivariate_t() -> None:
    trio = [normal(s, 0, 1, 4) for s in ("a", "b", "c")]
    together = monte_carlo(total, trio, trials=1_000_000, probability=0.999, ensembles=[("a", "b", "c")])
    apart = monte_carlo(total, trio, trials=1_000_000, probability=0.999)
    # The sum of a multivariate t is again t with the same ν; that of independent ones has thinner tails.
    assert together.high == pytest.approx(math.sqrt(3) * stats.t(4).ppf(0.9995), rel=2e-2)
    assert float(apart.high) < 0.9 * float(together.high)


def test_correlated_inputs_of_different_dof_can_be_drawn() -> None:
    pair = [normal("a", 0, 1, 4), normal("b", 0, 1, 50)]
    drawn = monte_carlo(total, pair, trials=300_000, correlations={("a", "b"): 0.5})
    assert drawn.high > stats.norm.ppf(0.975) * math.sqrt(3)


@pytest.mark.parametrize(
    "pair",
    [
        [rectangular("a", 0, 1), normal("b", 0, 1)],
        [rectangular("a", 0, 1), rectangular("b", 0, 1)],
        [Input(symbol=s, value=1, u=1, distribution=Exponential()) for s in ("a", "b")],
    ],
)
def test_a_joint_distribution_that_nobody_knows_is_refused(pair: list[Input]) -> None:
    r = -1.0 if isinstance(pair[0].distribution, Exponential) else 0.5
    with pytest.raises(BadInput, match="a, b"):
        monte_carlo(total, pair, trials=1000, correlations={("a", "b"): r})


# ------------------------------------------------------------ clause 8
def test_linear_normal_model_is_valid_at_every_point() -> None:
    inputs = [
        Input.normal("a", np.array([1.0, 20.0, 300.0]), np.array([0.1, 0.25, 0.9]), unit="", source=""),
        normal("b", 0, 0.05),
    ]
    verdicts = validate(total, inputs, propagate(total, inputs))
    assert [one.agreement for one in verdicts] == [Agreement.VALID] * 3
    assert "valid" in str(verdicts[0].sentence())


def test_the_verdict_is_given_for_each_point() -> None:
    x = Input.rectangular("x", np.array([0.6, 100.0]), np.array([0.5, 0.5]), unit="", source="")
    budget = propagate(np.log, [x, ], coverage=Coverage("gum95"))  # fmt: skip
    wide, narrow = validate(np.log, [x], budget)
    assert wide.agreement is Agreement.NOT_VALID
    assert "Monte Carlo interval used" in str(wide.sentence())
    # Even there a lone rectangle is no normal distribution: 95 % lie within 1.65·u and not 1.96·u.
    assert narrow.agreement is Agreement.NOT_VALID
    assert (narrow.high - narrow.low) / 2 == pytest.approx(1.645 * float(np.asarray(budget.u)[1]), rel=5e-3)


def test_a_verdict_that_the_trials_do_not_decide_is_open() -> None:
    # u = 0.10 stated with two digits: δ = 0.005 is 5 % of u, which 100 000 trials do not resolve everywhere.
    inputs = [normal("a", 0, 0.1), rectangular("b", 0, 0.076)]
    budget = propagate(total, inputs)
    verdict = validate(total, inputs, budget, digits=2, most_trials=20_000)[0]
    assert verdict.agreement is Agreement.OPEN
    assert "undecided" in str(verdict.sentence())


def test_trap_the_tolerance_of_clause_8_comes_from_the_stated_digits() -> None:
    assert numerical_tolerance(0.0996, 2) == 0.005
    assert numerical_tolerance(0.0994, 2) == 0.0005
    assert numerical_tolerance(0.0996, 1) == 0.05
    assert numerical_tolerance(32, 2) == 0.5
    with pytest.raises(BadInput, match="digits"):
        numerical_tolerance(1.0, 3)


def test_constants_are_valid() -> None:
    inputs = [Input.constant("a", 1.0, unit="")]
    assert validate(lambda a: a, inputs, propagate(lambda a: a, inputs))[0].agreement is Agreement.VALID


# ------------------------------------------------------------ bad input
@pytest.mark.parametrize(
    "arguments",
    [{"trials": 0}, {"trials": 1}, {"trials": -5}, {"most_trials": 0}, {"probability": 0.0}, {"probability": 1.0},
     {"probability": math.nan}, {"interval": "longest"}, {"digits": 3, "most_trials": 200_000}],
)  # fmt: skip
def test_impossible_runs_are_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        monte_carlo(lambda x: x, [normal("x", 0, 1)], **arguments)


def test_a_model_that_is_not_defined_for_drawn_values_is_refused_with_the_point() -> None:
    x = Input.normal("x", np.array([10.0, 1.0]), 0.5, unit="", source="")
    with pytest.raises(BadInput, match=r"of 10000 trials at point 2"):
        monte_carlo(np.log, [x], trials=20_000)


# ------------------------------------------------------------ size
@pytest.mark.slow
def test_memory_stays_flat_for_1e8_trials() -> None:
    tracemalloc.start()
    try:
        drawn = monte_carlo(lambda x: x, [rectangular("x", 0, 1)], trials=100_000_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2**30
    assert drawn.high == pytest.approx(0.95, abs=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("shape", [Normal(), Rectangular()])
def test_intervals_cover_the_truth_as_often_as_they_say(shape: Normal | Rectangular) -> None:
    # 10 readings of a quantity through a standard with an unknown error: U covers the truth in 95.45 % of all cases.
    rng = np.random.default_rng(2022)
    runs, n = 20_000, 10
    error = shape.draw(rng, runs) * 0.5
    readings = 100.0 + error[:, np.newaxis] + rng.normal(0, 1.0, (runs, n))
    one = Input.from_readings("v", readings, unit="V", source="")
    standard = Input(symbol="d", value=0.0, u=0.5, distribution=shape)
    budget = propagate(lambda v, d: v - d, [one, standard])
    covered = np.mean(np.abs(np.asarray(budget.y) - 100.0) <= np.asarray(budget.U))
    assert 0.945 <= covered <= 0.985
    assert covered == pytest.approx(0.9545, abs=0.008 if isinstance(shape, Normal) else 0.03)


@pytest.mark.slow
def test_two_readings_with_students_t_cover_as_stated() -> None:
    rng = np.random.default_rng(5)
    one = Input.from_readings("v", rng.normal(0, 1, (40_000, 2)), unit="", source="")
    budget = propagate(lambda v: v, [one], coverage=Coverage("gum95"))
    assert np.mean(np.abs(np.asarray(budget.y)) <= np.asarray(budget.U)) == pytest.approx(0.95, abs=0.004)
