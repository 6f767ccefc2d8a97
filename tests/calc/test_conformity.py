from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchtui.calc import (
    DecisionRule,
    Prior,
    Tolerance,
    Verdict,
    conformance_probability,
    decide,
    global_risk,
    guard_factor,
)
from benchtui.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable

BAND = Tolerance(-10, 10)


def test_jcgm_106_conformance_probabilities(published: Callable[[str], Any]) -> None:
    example = published("jcgm106_specific")
    zener, oil, speed = (example.inputs[name] for name in ("zener", "oil", "speed"))
    example.check("pc_zener", conformance_probability(zener["y"], zener["u"], Tolerance(upper=zener["T_U"])))
    example.check("pc_oil", conformance_probability(oil["y"], oil["u"], Tolerance(oil["T_L"], oil["T_U"])))
    guarded = example.inputs["guard_w_equals_U"]
    at_limit = decide(
        -guarded["w"], guarded["u"], guarded["w"], Tolerance(upper=0), DecisionRule("guard-band")
    )
    example.check("pc_at_guarded_limit", 1 - at_limit.false_accept)
    assert at_limit.verdict is Verdict.PASS
    # The driver is fined only if the speed was too high with probability 0.999; u grows with the speed.
    rule = DecisionRule("target-risk", risk=1 - speed["p"])
    fined = next(
        v
        for v in range(90, 130)
        if decide(v, speed["u_rel"] * v, 1, Tolerance(lower=speed["limit"]), rule).verdict is Verdict.PASS
    )
    example.check("speed_vmax_ceil", fined)


def test_global_risks_of_deaver_and_guard_factors(published: Callable[[str], Any]) -> None:
    example = published("deaver_dobbert_guardband")
    two_four = global_risk(2, 1, 1 / 4)
    example.check("PFA_2_4", two_four.false_accept)
    example.check("PFR_2_4", two_four.false_reject)
    guarded = global_risk(2, 1, 1 / 2, 0.91)
    example.check("PFA_2_2_.91", guarded.false_accept)
    example.check("PFR_2_2_.91", guarded.false_reject)
    example.check("PFA_2.5_4", global_risk(2.5, 1, 1 / 4).false_accept)
    for strategy in ("rss", "test95", "rp10", "dobbert"):
        example.check(f"gb_{strategy}_2.5", guard_factor(example.inputs["TUR"], strategy))


def test_global_risk_agrees_with_a_simulation() -> None:
    rng = np.random.default_rng(1)
    true = rng.normal(0, 1.3, 2_000_000)
    seen = true + rng.normal(0, 0.4, true.size)
    found = global_risk(2, 1.3, 0.4, 0.9)
    assert found.false_accept == pytest.approx(np.mean((abs(seen) <= 1.8) & (abs(true) > 2)), abs=3e-4)
    assert found.false_reject == pytest.approx(np.mean((abs(seen) > 1.8) & (abs(true) <= 2)), abs=6e-4)


@pytest.mark.parametrize(
    ("y", "verdict"),
    [
        (0, Verdict.PASS), (9, Verdict.PASS), (-9, Verdict.PASS), (9.01, Verdict.CONDITIONAL_PASS),
        (10, Verdict.CONDITIONAL_PASS), (10.01, Verdict.CONDITIONAL_FAIL), (-11, Verdict.CONDITIONAL_FAIL),
        (11.01, Verdict.FAIL), (-12, Verdict.FAIL),
    ],
)  # fmt: skip
def test_non_binary_statements_of_ilac_g8(y: float, verdict: Verdict) -> None:
    assert decide(y, 0.5, 1, BAND, DecisionRule("guard-band", binary=False)).verdict is verdict


def test_binary_rules_differ_in_their_limits() -> None:
    simple = decide(9.5, 0.5, 1, BAND, DecisionRule("simple"))
    guarded = decide(9.5, 0.5, 1, BAND, DecisionRule("guard-band"))
    half = decide(9.5, 0.5, 1, BAND, DecisionRule("guard-band", multiple=0.5))
    assert (simple.verdict, guarded.verdict, half.verdict) == (Verdict.PASS, Verdict.FAIL, Verdict.PASS)
    assert (guarded.lower, guarded.upper, half.upper) == (-9, 9, 9.5)
    assert simple.false_accept == pytest.approx(0.1587, abs=1e-4)
    assert guarded.false_reject == pytest.approx(0.8413, abs=1e-4)
    assert simple.tur == 10


def test_target_risk_limit_is_where_the_risk_is_reached() -> None:
    decision = decide(0, 0.5, 1, BAND, DecisionRule("target-risk", risk=0.025))
    assert decision.upper == pytest.approx(10 - 1.959964 * 0.5, rel=1e-6)
    assert decision.lower == pytest.approx(-decision.upper)
    one_sided = decide(0, 0.5, 1, Tolerance(upper=10), DecisionRule("target-risk", risk=0.025))
    assert one_sided.lower == -math.inf
    assert one_sided.upper == pytest.approx(decision.upper)


def test_nothing_is_accepted_where_the_measurement_is_too_poor() -> None:
    decision = decide(0, 20, 40, BAND, DecisionRule("target-risk", risk=0.02))
    assert decision.verdict is Verdict.FAIL
    assert decision.lower > decision.upper
    assert decide(0, 20, 40, BAND, DecisionRule("guard-band")).verdict is Verdict.FAIL


def test_prior_knowledge_moves_the_limit_outwards_where_the_process_is_good() -> None:
    without = decide(9.5, 1, 2, BAND, DecisionRule("target-risk", risk=0.02))
    good = decide(9.5, 1, 2, BAND, DecisionRule("target-risk", risk=0.02, prior=Prior(0, 2)))
    assert without.verdict is Verdict.FAIL
    assert good.verdict is Verdict.PASS
    # JCGM 106, 7.2.2: posterior mean 9.5·4/5, standard deviation √(4/5)
    posterior = conformance_probability(7.6, math.sqrt(0.8), BAND)
    assert conformance_probability(9.5, 1, BAND, Prior(0, 2)) == pytest.approx(posterior)


@given(
    y=st.floats(-30, 30),
    u=st.floats(0.01, 20),
    lower=st.floats(-20, 0),
    width=st.floats(0.1, 30),
)
def test_conformance_probability_is_a_probability(y: float, u: float, lower: float, width: float) -> None:
    p = conformance_probability(y, u, Tolerance(lower, lower + width))
    assert -1e-15 <= p <= 1


@given(u=st.floats(0.01, 3), risk=st.floats(0.001, 0.4))
def test_a_target_risk_is_kept_at_its_own_limit(u: float, risk: float) -> None:
    rule = DecisionRule("target-risk", risk=risk)
    limit = decide(0, u, 2 * u, BAND, rule).upper
    if math.isfinite(limit):
        assert 1 - conformance_probability(limit, u, BAND) <= risk
        assert 1 - conformance_probability(limit + 1e-3 * u, u, BAND) > risk


def test_the_rule_is_printed() -> None:
    assert "w = 0.5·U" in str(DecisionRule("guard-band", multiple=0.5).sentence())
    assert "2.5 %" in str(DecisionRule("target-risk").sentence())
    assert "simple" in str(DecisionRule("simple").sentence())


@pytest.mark.parametrize(
    "make",
    [
        lambda: Tolerance(1, 1),
        Tolerance,
        lambda: Tolerance(math.nan, 1),
        lambda: Prior(0, 0),
        lambda: DecisionRule("guard-band", multiple=-1),
        lambda: DecisionRule("target-risk", risk=0),
        lambda: DecisionRule("hopeful"),  # type: ignore[arg-type]  # wrong on purpose
        lambda: decide(math.nan, 1, 2, BAND, DecisionRule("simple")),
        lambda: decide(0, 0, 2, BAND, DecisionRule("simple")),
        lambda: decide(0, 1, 0, BAND, DecisionRule("simple")),
        lambda: global_risk(0, 1, 1),
        lambda: guard_factor(1, "rss"),
        lambda: guard_factor(4, "none"),  # type: ignore[arg-type]  # wrong on purpose
    ],
)
def test_impossible_rules_are_refused(make: Callable[[], object]) -> None:
    with pytest.raises(BadInput):
        make()
