from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from benchtui.calc import (
    AlarmCode,
    Arcsine,
    Budget,
    Coverage,
    Deviation,
    Input,
    Normal,
    Rectangular,
    Triangular,
    covariance_of_results,
    propagate,
    round_uncertainty,
    second_order_uncertainty,
    simultaneous,
)
from benchtui.calc.coverage import TWO_SIGMA, student_factor, trapezoid_factor, truncated

if TYPE_CHECKING:
    from collections.abc import Callable

LEVELS = {"68.27": math.erf(1 / math.sqrt(2)), "95.45": TWO_SIGMA, "99.73": math.erf(3 / math.sqrt(2))}


def normal(symbol: str, value: float, u: float, dof: float = math.inf) -> Input:
    return Input.normal(symbol, value, u, unit="", source="", dof=dof)


def rectangular(symbol: str, value: float, half_width: float, dof: float = math.inf) -> Input:
    return Input.rectangular(symbol, value, half_width, unit="", source="", dof=dof)


def gauge_block(ls: Any, d: Any, dalpha: Any, theta: Any, alpha_s: Any, dtheta: Any) -> Any:
    """GUM H.1, equation (H.3), in nm."""
    return ls + d - ls * (dalpha * theta + alpha_s * dtheta)


def gauge_block_inputs() -> list[Input]:
    """GUM Table H.1."""
    return [
        normal("ls", 50_000_623.0, 25, 18),
        normal("d", 215.0, 9.7, 25.6),
        Input(symbol="dalpha", value=0, u=5.8e-7, distribution=Rectangular(), dof=50),
        normal("theta", -0.1, 0.41),
        Input(symbol="alpha_s", value=11.5e-6, u=1.2e-6, distribution=Rectangular()),
        Input(symbol="dtheta", value=0, u=0.029, distribution=Rectangular(), dof=2),
    ]


def test_gum_table_g2_students_t(published: Callable[[str], Any]) -> None:
    example = published("gum_table_g2_student_t")
    for nu, row in example.inputs["table"].items():
        for level, printed in row.items():
            p = LEVELS.get(level, float(level) / 100)
            assert student_factor(p, np.array([float(nu)]))[0] == pytest.approx(
                printed, abs=0.0051 if printed < 200 else 0.051
            )
    for key in example.expected:
        nu, level = key.removeprefix("t[").removesuffix("]").split("][")
        example.check(key, student_factor(LEVELS.get(level, float(level) / 100), np.array([float(nu)]))[0])


def test_trap_99_73_percent_means_three_sigma_exactly() -> None:
    one = np.array([1.0])
    assert student_factor(math.erf(3 / math.sqrt(2)), one)[0] == pytest.approx(235.80, abs=5e-3)
    assert student_factor(0.9973, one)[0] == pytest.approx(235.78, abs=5e-3)


def test_gum_g4_welch_satterthwaite(published: Callable[[str], Any]) -> None:
    example = published("gum_g4_welch_satterthwaite")
    inputs = [
        normal(f"x{i}", 1.0, part / 100, n - 1)
        for i, (part, n) in enumerate(zip(example.inputs["u_rel_percent"], example.inputs["n"], strict=True))
    ]
    budget = propagate(lambda a, b, c: a * b * c, inputs, coverage=Coverage("gum95"))
    example.check("uc_rel_percent", 100 * budget.u)
    example.check("nu_eff", budget.nu_eff)
    example.check("t95", budget.k)
    example.check("U95_percent", 100 * budget.U)


def test_gum_h1_end_gauge(published: Callable[[str], Any]) -> None:
    example = published("gum_h1_end_gauge")
    budget = propagate(gauge_block, gauge_block_inputs(), coverage=Coverage("student", level=0.99))
    example.check("l", budget.y)
    example.check("uc", budget.u)
    example.check("nu_eff", budget.nu_eff)
    example.check("k99", budget.k)
    rows = {row.symbol: row.contribution for row in budget.rows()}
    example.check("contributions_nm", [rows[s] for s in ("ls", "d", "alpha_s", "theta", "dalpha", "dtheta")])
    example.check("uc_second_order", math.hypot(budget.u, budget.second_order))
    example.check("uc_second_order", second_order_uncertainty(gauge_block, gauge_block_inputs()))
    example.check("nu_eff_truncated", truncated(np.array([float(budget.nu_eff)]))[0])
    for key, pair in (("so_dalpha_theta", {"dalpha", "theta"}), ("so_alphas_dtheta", {"alpha_s", "dtheta"})):
        two = [
            one if one.symbol in pair else Input.constant(one.symbol, one.value, unit="")
            for one in gauge_block_inputs()
        ]
        example.check(key, propagate(gauge_block, two).second_order)
    assert AlarmCode.NON_LINEAR in {alarm.code for alarm in budget.alarms}
    assert [row.symbol for row in budget.rows()][:3] == ["ls", "dtheta", "d"]


def test_trap_gum_h1_u99_needs_nu_truncated_to_16(published: Callable[[str], Any]) -> None:
    example = published("gum_h1_end_gauge")
    budget = propagate(gauge_block, gauge_block_inputs(), coverage=Coverage("student", level=0.99))
    u_printed = float(round_uncertainty(float(budget.u), 2, "half-even"))
    example.check("U99", budget.k * u_printed)
    untruncated = student_factor(0.99, np.array([budget.nu_eff]))[0]
    assert round(untruncated * u_printed) != 93 or round(untruncated * budget.u) != 93


def test_gum_h1_contribution_of_the_comparator(published: Callable[[str], Any]) -> None:
    parts = [
        Input.from_readings("d0", [215.0] * 5, unit="nm", source="", repeatability=Deviation(13, 24)),
        normal("d1", 0, 3.9, 5),
        normal("d2", 0, 6.7, 8),
    ]
    budget = propagate(lambda d0, d1, d2: d0 + d1 + d2, parts)
    assert budget.u == pytest.approx(9.7, abs=0.05)
    assert budget.nu_eff == pytest.approx(25.6, abs=0.1)


def h2(published: Callable[[str], Any]) -> tuple[Any, dict[str, Budget]]:
    example = published("gum_h2_rx_correlated")
    sets = simultaneous(
        {"V": example.inputs["V_V"], "I": example.inputs["I_A"], "phi": example.inputs["phi_rad"]},
        units={"V": "V", "I": "A", "phi": "rad"},
        source="five sets",
    )
    models: dict[str, Callable[..., Any]] = {
        "R": lambda V, I, phi: V / I * np.cos(phi),  # noqa: E741, N803 - the GUM's symbols
        "X": lambda V, I, phi: V / I * np.sin(phi),  # noqa: E741, N803 - the GUM's symbols
        "Z": lambda V, I, phi: V / I + 0 * phi,  # noqa: E741, N803 - the GUM's symbols
    }
    budgets = {
        name: propagate(model, sets.inputs, correlations=sets.correlations, ensembles=[sets.ensemble])
        for name, model in models.items()
    }
    return example, budgets


def test_gum_h2_simultaneous_resistance_and_reactance(published: Callable[[str], Any]) -> None:
    example, budgets = h2(published)
    inputs = {one.symbol: one for one in budgets["R"].inputs}
    example.check("mean_V", inputs["V"].value)
    example.check("u_V", inputs["V"].u)
    example.check("mean_I_mA", 1000 * np.asarray(inputs["I"].value))
    example.check("u_I_mA", 1000 * np.asarray(inputs["I"].u))
    example.check("mean_phi", inputs["phi"].value)
    example.check("u_phi", inputs["phi"].u)
    matrix = budgets["R"].correlation
    assert matrix is not None
    example.check("r_VI", matrix[0, 1])
    example.check("r_Vphi", matrix[0, 2])
    example.check("r_Iphi", matrix[1, 2])
    for name in "RXZ":
        example.check(name, budgets[name].y)
        example.check(f"u_{name}", budgets[name].u)
    results = covariance_of_results(list(budgets.values())).correlation
    example.check("r_RX", results[0, 1])
    example.check("r_RZ", results[0, 2])
    example.check("r_XZ", results[1, 2])


def test_trap_gum_h2_an_ensemble_has_one_dof(published: Callable[[str], Any]) -> None:
    example, budgets = h2(published)
    for budget in budgets.values():
        example.check("nu", round(float(budget.nu_eff), 9))
    # The plain formula, with one term an input, would give another number.
    z, u = budgets["R"].contributions[:, 0], budgets["R"].u
    assert abs(u**4 / (z**4 / 4).sum() - 4) > 1


def test_ea402_s2_weight(published: Callable[[str], Any]) -> None:
    example = published("ea402_s2_weight_10kg")
    given = example.inputs
    inputs = [
        Input.expanded("mS", given["mS"]["value"], given["mS"]["U"], given["mS"]["k"], unit="g", source=""),
        rectangular("dmD", 0, given["dmD"]["rect"]),
        Input.from_readings("dm", given["dm"]["obs_g"], unit="g", source="",
                            repeatability=Deviation(given["dm"]["s_pooled"], math.inf)),
        rectangular("dmC", 0, given["dmC"]["rect"]),
        rectangular("dB", 0, given["dB"]["rect"]),
    ]  # fmt: skip
    budget = propagate(lambda mS, dmD, dm, dmC, dB: mS + dmD + dm + dmC + dB, inputs)  # noqa: N803 - the example's symbols
    example.check("mX", budget.y)
    example.check("u", budget.u)
    assert budget.k == 2
    assert str(round_uncertainty(float(budget.U))) == "0.059"
    example.check("U", budget.U)


def test_ea402_s3_resistor(published: Callable[[str], Any]) -> None:
    example = published("ea402_s3_resistor_10k")
    given = example.inputs
    r = Input.from_readings("r", given["r_obs"], unit="", source="")
    example.check("r_mean", r.value)
    example.check("s_r", float(np.asarray(r.u)) * math.sqrt(5))
    example.check("u_r", r.u)
    inputs = [
        Input.expanded("RS", given["RS"]["value"], given["RS"]["U"], 2, unit="Ω", source=""),
        rectangular("dRD", given["dRD"]["value"], given["dRD"]["rect"]),
        rectangular("dRTS", 0, given["dRTS"]["rect"]),
        rectangular("dRTX", 0, given["dRTX"]["rect"]),
        Input.limits("rC", 1.0, given["rC"]["tri"], Triangular(), unit="", source=""),
        r,
    ]
    budget = propagate(
        lambda RS, dRD, dRTS, dRTX, rC, r: (RS + dRD + dRTS) * rC * r - dRTX,  # noqa: N803 - the example's symbols
        inputs,
    )
    example.check("RX", budget.y)
    example.check("u", budget.u)
    example.check("U", budget.U)
    assert budget.k == 2


def test_ea402_s7_step_attenuator(published: Callable[[str], Any]) -> None:
    example = published("ea402_s7_step_attenuator")
    given = example.inputs
    u = {name: given[name]["u"] for name in ("dLD", "dLM", "dLK", "dLib", "dLia", "dL0b", "dL0a")}
    inputs = [
        Input.from_readings("LS", given["LS_obs"], unit="dB", source=""),
        normal("dLS", given["dLS"]["value"], given["dLS"]["u"]),
        *(
            Input.limits(name, 0, u[name] * math.sqrt(2), Arcsine(), unit="dB", source="")
            for name in ("dLD", "dLM", "dLK")
        ),
        *(normal(name, 0, u[name]) for name in ("dLib", "dLia", "dL0b", "dL0a")),
    ]
    example.check("u_LS", inputs[0].u)

    def model(*x: Any) -> Any:
        return x[0] + x[1] + x[2] + x[3] + x[4] + x[5] - x[6] + x[7] - x[8]

    budget = propagate(model, inputs)
    example.check("LX", budget.y)
    example.check("u", budget.u)
    example.check("U", budget.U)


def test_eurachem_a1_cadmium(published: Callable[[str], Any]) -> None:
    example = published("eurachem_quam_a1_cd")
    given, flask = example.inputs, example.inputs["V_mL"]
    inputs = [
        normal("m", *given["m_mg"]),
        rectangular("P", given["P"][0], 1e-4),
        Input.limits("V", flask["value"], flask["flask_tri"], Triangular(), unit="mL", source=""),
        normal("V_repeat", 0, flask["repeat"]),
        rectangular("V_temperature", 0, flask["temp_rect"]),
    ]
    budget = propagate(lambda m, P, V, a, b: 1000 * m * P / (V + a + b), inputs)  # noqa: N803 - the example's symbols
    example.check("c", budget.y)
    example.check("u", budget.u)
    example.check("u_printed", budget.u)
    z = np.abs(budget.contributions[:, 0])
    example.check("u_m_contrib", z[0])
    example.check("u_P_contrib", z[1])
    example.check("u_V_contrib", math.sqrt((z[2:] ** 2).sum()))


def test_eurachem_a2_kragten(published: Callable[[str], Any]) -> None:
    example = published("eurachem_quam_a2_kragten")
    given = example.inputs
    inputs = [normal(name, *given[key]) for name, key in
              (("R", "R"), ("m", "m_g"), ("P", "P"), ("M", "M"), ("V", "V_mL"))]  # fmt: skip
    budget = propagate(lambda R, m, P, M, V: 1000 * R * m * P / (M * V), inputs)  # noqa: N803 - the example's symbols
    example.check("c", budget.y)
    u_kragten = math.sqrt((budget.kragten**2).sum())
    example.check("u", u_kragten)
    example.check("u_rel", u_kragten / budget.y)
    assert u_kragten == pytest.approx(budget.u, rel=1e-3)
    assert sorted(abs(row.kragten) for row in budget.rows()) == sorted(abs(budget.kragten[:, 0]))


# ------------------------------------------------------------ sensitivities
ANALYTIC: list[tuple[Callable[..., Any], Callable[..., tuple[float, float]]]] = [
    (lambda a, b: a / b, lambda a, b: (1 / b, -a / b**2)),
    (lambda a, b: a**b, lambda a, b: (b * a ** (b - 1), a**b * math.log(a))),
    (
        lambda a, b: np.sqrt(a) * np.exp(-b),
        lambda a, b: (math.exp(-b) / 2 / math.sqrt(a), -math.sqrt(a) * math.exp(-b)),
    ),
    (lambda a, b: np.log10(a) + np.sin(b), lambda a, b: (1 / a / math.log(10), math.cos(b))),
]


@pytest.mark.parametrize(("model", "slopes"), ANALYTIC)
def test_sensitivities_of_an_analytic_model_are_exact_to_rounding(
    model: Callable[..., Any], slopes: Callable[..., tuple[float, float]]
) -> None:
    budget = propagate(model, [normal("x", 2.5, 1e-9), normal("y", 1.7, 0.3)])
    found = {row.symbol: row.c for row in budget.rows()}
    assert (found["x"], found["y"]) == pytest.approx(slopes(2.5, 1.7), rel=1e-14)


@pytest.mark.parametrize(
    ("model", "slope"),
    [
        (abs, -1),
        (lambda x: np.abs(x) + x**3, 26),
        (lambda x: np.maximum(x, -10), 1),
        (lambda x: np.where(x < 0, 2 * x, x), 2),
        (lambda x: np.interp(x, [-5.0, 5.0], [0.0, 20.0]), 2),
        (lambda x: np.real(x) * 4, 4),
        (lambda x: np.clip(x, -4, 4), 1),
    ],
)
def test_functions_that_are_not_analytic_get_a_central_difference(
    model: Callable[..., Any], slope: float
) -> None:
    row = propagate(model, [normal("x", -3.0, 1e-3)]).rows()[0]
    assert row.c == pytest.approx(slope, rel=1e-5)


def test_a_strongly_bent_analytic_function_keeps_its_exact_slope() -> None:
    row = propagate(np.exp, [normal("x", 0.0, 1.5)]).rows()[0]
    assert row.c == pytest.approx(1, rel=1e-15)
    assert row.kragten == pytest.approx(math.expm1(1.5))


def test_inputs_are_matched_by_name_and_otherwise_by_place() -> None:
    by_name = propagate(lambda b, a: a / b, [normal("a", 6, 1), normal("b", 2, 1)])
    by_place = propagate(lambda p, q: p / q, [normal("a", 6, 1), normal("b", 2, 1)])
    assert by_name.y == by_place.y == 3


def test_300_points_are_one_call_and_agree_with_300_calls() -> None:
    v = np.linspace(0.1, 1000, 300)
    u = v * 1e-5 + 1e-6

    def model(v: Any, r: Any, d: Any) -> Any:
        return v / r + d

    def inputs(v: Any, u: Any) -> list[Input]:
        return [
            Input.normal("v", v, u, unit="V", source="", dof=9),
            Input.normal("r", 100.0, 0.001, unit="Ω", source=""),
            Input.rectangular("d", 0.0, v * 1e-9, unit="A", source=""),
        ]

    together = propagate(model, inputs(v, u))
    for i in (0, 17, 299):
        alone = propagate(model, inputs(float(v[i]), float(u[i])))
        for quantity in ("y", "u", "nu_eff", "k", "U", "probability", "second_order"):
            assert getattr(together, quantity)[i] == pytest.approx(
                getattr(alone, quantity), rel=1e-12, abs=1e-30
            )
        assert [row.symbol for row in together.rows(i)] == [row.symbol for row in alone.rows()]
        assert [row.share for row in together.rows(i)] == pytest.approx([row.share for row in alone.rows()])
    with pytest.raises(IndexError):
        together.rows()


def test_shares_add_up_to_one_also_with_correlation() -> None:
    inputs = [normal("a", 1, 0.1), normal("b", 2, 0.3), normal("c", 3, 0.2)]
    for r in (-0.9, 0.0, 0.5):
        budget = propagate(lambda a, b, c: a + b - c, inputs, correlations={("b", "c"): r})
        assert sum(row.share for row in budget.rows()) == pytest.approx(1)


# ------------------------------------------------------------ correlations
def test_inputs_of_one_identity_are_one_quantity() -> None:
    first = Input.normal("a", 5, 0.1, unit="", source="", identity="dmm")
    second = Input.normal("b", 3, 0.1, unit="", source="", identity="dmm")
    assert propagate(lambda a, b: a + b, [first, second]).u == pytest.approx(0.2)
    difference = propagate(lambda a, b: a - b, [first, second])
    assert difference.u == 0
    assert [alarm.code for alarm in difference.alarms] == [AlarmCode.ZERO_UNCERTAINTY]


@pytest.mark.parametrize("r", [-1.0, -0.4, 0.0, 0.7, 1.0])
def test_correlation_enters_as_in_gum_equation_16(r: float) -> None:
    budget = propagate(
        lambda a, b: 2 * a + b, [normal("a", 0, 0.3), normal("b", 0, 0.4)], correlations={("b", "a"): r}
    )
    assert budget.u**2 == pytest.approx(0.36 + 0.16 + 2 * r * 0.24, abs=1e-12)


def test_correlated_inputs_of_different_dof_are_announced() -> None:
    budget = propagate(
        lambda a, b: a + b, [normal("a", 0, 1, 4), normal("b", 0, 1, 50)], correlations={("a", "b"): 0.5}
    )
    assert [alarm.code for alarm in budget.alarms] == [AlarmCode.CORRELATED_DOF]
    assert "a, b" in str(budget.alarms[0].text)
    assert budget.nu_eff == pytest.approx(4)


def test_results_that_share_a_standard_are_correlated_through_it() -> None:
    standard = Input.normal("s", 10, 0.2, unit="", source="", identity="certificate 7")
    one = propagate(lambda s, a: s + a, [standard, normal("a", 0, 0.1)])
    two = propagate(lambda s, b: 3 * s + b, [standard.renamed("s"), normal("b", 0, 0.3)])
    shared = covariance_of_results([one, two])
    assert shared.values.tolist() == pytest.approx([10, 30])
    assert shared.covariance == pytest.approx(np.array([[0.05, 0.12], [0.12, 0.45]]))
    assert shared.correlation[0, 1] == pytest.approx(0.12 / math.sqrt(0.05 * 0.45))


def test_points_of_one_budget_are_correlated_through_an_identity_alone() -> None:
    v = np.array([1.0, 2.0, 4.0])
    shared = Input.rectangular("gain", 0.0, 0.1 * v, unit="", source="", identity="gain of the meter")
    own = Input.normal("noise", v, 0.1 * v, unit="", source="")
    budget = propagate(lambda noise, gain: noise + gain, [own, shared])
    matrix = covariance_of_results([budget]).covariance
    expected = np.outer(v, v) * 0.01 / 3 + np.diag((0.1 * v) ** 2)
    assert matrix == pytest.approx(expected)


def test_covariance_is_positive_semidefinite_for_many_shared_inputs() -> None:
    rng = np.random.default_rng(11)
    standards = [Input.normal(f"s{i}", 1, 0.1, unit="", source="", identity=f"s{i}") for i in range(4)]
    budgets = [
        propagate(lambda a, b, c, d, w=weights: w[0] * a + w[1] * b + w[2] * c + w[3] * d, standards)
        for weights in rng.normal(size=(8, 4))
    ]
    assert np.linalg.eigvalsh(covariance_of_results(budgets).covariance).min() > -1e-15


# ------------------------------------------------------------ coverage
def with_dof(nu: float, policy: Any = "k2", level: float = 0.95) -> Budget:
    return propagate(lambda x: x, [normal("x", 0, 1, nu)], coverage=Coverage(policy, level))


def test_k_is_2_from_61_degrees_of_freedom_on_and_students_t_below() -> None:
    assert (with_dof(61).k, with_dof(1e6).k, with_dof(math.inf).k) == (2, 2, 2)
    assert with_dof(60).k == pytest.approx(student_factor(TWO_SIGMA, np.array([60.0]))[0])
    assert with_dof(60.9).k == with_dof(60).k > 2
    assert with_dof(math.inf).probability == pytest.approx(0.9545, abs=1e-4)
    assert with_dof(9).probability == pytest.approx(0.9545, abs=1e-4)


@pytest.mark.parametrize("nu", [61, 100, 1e4])
def test_the_stated_probability_is_the_one_that_k_gives(nu: float) -> None:
    budget = with_dof(nu)
    assert 0.95 <= budget.probability < TWO_SIGMA
    assert student_factor(float(budget.probability), np.array([nu]))[0] == pytest.approx(2, rel=1e-6)


def test_policies() -> None:
    assert with_dof(math.inf, "gum95").k == pytest.approx(1.95996, abs=1e-5)
    assert with_dof(math.inf, "ea9545").k == pytest.approx(2, abs=1e-9)
    assert with_dof(10, "gum95").k == pytest.approx(2.23, abs=5e-3)
    assert with_dof(10, "ea9545").k == pytest.approx(2.28, abs=5e-3)
    assert with_dof(16.7, "student", 0.99).k == pytest.approx(2.92, abs=5e-3)


def test_the_sentence_of_the_certificate_says_what_was_used() -> None:
    assert "k = 2;" in str(with_dof(math.inf).coverage_sentence())
    sentence = str(with_dof(9.7).coverage_sentence())
    assert "2.32" in sentence
    assert "ν_eff = 9." in sentence
    assert "95.45 %" in sentence
    assert "normal" in str(with_dof(math.inf, "gum95").coverage_sentence())


@pytest.mark.parametrize(("beta", "k"), [(1.0, 1.65), (0.0, 1.90), (1 / 3, 1.83)])
def test_trapezoid_factors_of_ea402_s9_and_s10(beta: float, k: float) -> None:
    assert trapezoid_factor(beta, 0.95) == pytest.approx(k, abs=6e-3)


def test_one_dominating_rectangle_gives_k_1_65() -> None:
    inputs = [rectangular("a", 0, 1), normal("b", 0, 0.1)]
    aware = propagate(lambda a, b: a + b, inputs, coverage=Coverage(shape_aware=True))
    assert aware.k == pytest.approx(1.65, abs=5e-3)
    assert aware.probability == 0.95
    assert "rectangular" in str(aware.coverage_sentence())
    assert propagate(lambda a, b: a + b, inputs).k == 2
    balanced = [rectangular("a", 0, 1), normal("b", 0, 0.5)]
    assert propagate(lambda a, b: a + b, balanced, coverage=Coverage(shape_aware=True)).k == 2


def test_two_dominating_rectangles_give_the_k_of_their_trapezoid() -> None:
    # Half-widths 2 and 1: β = 1/3, EA-4/02 S10: k = 1.83.
    inputs = [rectangular("a", 0, 2), rectangular("b", 0, 1), normal("c", 0, 0.2)]
    budget = propagate(lambda a, b, c: a + b + c, inputs, coverage=Coverage(shape_aware=True))
    assert budget.k == pytest.approx(1.83, abs=5e-3)
    assert "trapezoidal" in str(budget.coverage_sentence())


# ------------------------------------------------------------ alarms
def codes(budget: Budget) -> set[AlarmCode]:
    return {alarm.code for alarm in budget.alarms}


def test_alarm_when_no_input_matters() -> None:
    assert AlarmCode.ZERO_SENSITIVITY in codes(propagate(lambda x: x**2, [normal("x", 0, 1)]))


def test_alarm_of_few_readings() -> None:
    few = Input.from_readings("x", [1.0, 1.1, 1.2], unit="", source="")
    assert codes(propagate(lambda x: x, [few])) == {AlarmCode.FEW_READINGS}
    enough = Input.from_readings("x", [1.0, 1.1, 1.2, 1.1], unit="", source="")
    assert codes(propagate(lambda x: x, [enough])) == set()


def test_alarm_of_second_order_terms_names_the_points() -> None:
    x = Input.normal("x", np.array([0.1, 100.0, 0.2]), np.array([1.0, 1.0, 1.0]), unit="", source="")
    budget = propagate(lambda x: x**2, [x])
    assert [(alarm.code, alarm.points) for alarm in budget.alarms] == [(AlarmCode.NON_LINEAR, (0, 2))]
    assert budget.alarms_at(1) == ()
    assert len(budget.alarms_at(2)) == 1


def test_alarm_of_a_model_that_ends_within_one_u() -> None:
    assert AlarmCode.UNDEFINED in codes(propagate(np.sqrt, [normal("x", 0.1, 0.2)]))


def test_constants_alone_raise_no_alarm() -> None:
    budget = propagate(
        lambda a, b: a * b, [Input.constant("a", 2.0, unit=""), Input.constant("b", 3.0, unit="")]
    )
    assert (budget.y, budget.u, budget.alarms) == (6, 0, ())


def test_second_order_formula_is_exact_for_a_product_and_a_square() -> None:
    product = second_order_uncertainty(lambda a, b: a * b, [normal("a", 2, 0.5), normal("b", 3, 0.4)])
    assert product == pytest.approx(math.sqrt(9 * 0.25 + 4 * 0.16 + 0.25 * 0.16), rel=1e-12)
    square = second_order_uncertainty(lambda x: x**2, [normal("x", 1, 0.5)])
    assert square == pytest.approx(math.sqrt(4 * 0.25 + 2 * 0.0625), rel=1e-12)
    cube = second_order_uncertainty(lambda x: x**3, [normal("x", 1, 0.1)])
    assert cube == pytest.approx(math.sqrt(9e-2 + (0.5 * 36 + 3 * 6) * 1e-4), rel=1e-4)


def test_permutation_of_inputs_changes_nothing() -> None:
    inputs = gauge_block_inputs()
    budgets = [propagate(gauge_block, list(order)) for order in itertools.permutations(inputs[:4])
               for order in [(*order, *inputs[4:])]]  # fmt: skip
    assert {(b.y, round(float(b.u), 12), round(float(b.nu_eff), 9)) for b in budgets} == {
        (budgets[0].y, round(float(budgets[0].u), 12), round(float(budgets[0].nu_eff), 9))
    }


def test_distribution_does_not_change_the_first_order() -> None:
    for shape in (Normal(), Rectangular()):
        one = Input(symbol="x", value=1.0, u=0.1, distribution=shape)
        assert propagate(lambda x: x, [one]).u == pytest.approx(0.1)
