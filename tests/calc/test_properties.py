"""Properties that every budget has, whatever its numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from benchtui.calc import Coverage, Input, Rectangular, StudentT, monte_carlo, propagate

VALUES = st.floats(0.1, 100)
RELATIVE = st.floats(1e-6, 0.05)
COUNTS = st.integers(3, 60)


def ratio(v: Any, r: Any, d: Any) -> Any:
    return v / r + d


def inputs(
    v: float, r: float, d: float, part: float, dof: float = math.inf, *, scale: float = 1.0
) -> list[Input]:
    return [
        Input.normal("v", v * scale, v * scale * part, unit="V", source="", dof=dof),
        Input.normal("r", r, r * part / 2, unit="Ω", source=""),
        Input.rectangular("d", d * scale, v / r * part * scale, unit="A", source=""),
    ]


@given(v=VALUES, r=VALUES, d=VALUES, part=RELATIVE, dof=COUNTS, power=st.integers(-9, 9))
def test_a_change_of_unit_changes_the_numbers_alone(
    v: float, r: float, d: float, part: float, dof: int, power: int
) -> None:
    scale = 10.0**power
    plain, scaled = (
        propagate(ratio, inputs(v, r, d, part, dof)),
        propagate(ratio, inputs(v, r, d, part, dof, scale=scale)),
    )
    assert scaled.y == pytest.approx(plain.y * scale, rel=1e-12)
    assert scaled.u == pytest.approx(plain.u * scale, rel=1e-12)
    assert scaled.nu_eff == pytest.approx(plain.nu_eff, rel=1e-9)
    assert scaled.k == pytest.approx(plain.k, rel=1e-12)
    assert [row.share for row in scaled.rows()] == pytest.approx([row.share for row in plain.rows()])


@given(v=VALUES, r=VALUES, d=VALUES, part=RELATIVE, order=st.permutations(range(3)))
def test_the_order_of_the_inputs_does_not_matter(
    v: float, r: float, d: float, part: float, order: list[int]
) -> None:
    given_inputs = inputs(v, r, d, part, 9)
    one, two = propagate(ratio, given_inputs), propagate(ratio, [given_inputs[i] for i in order])
    assert (two.y, two.u) == pytest.approx((one.y, one.u), rel=1e-13)
    assert two.nu_eff == pytest.approx(one.nu_eff, rel=1e-9)


@given(u=st.floats(1e-3, 10), part=st.floats(0.01, 0.99))
def test_a_component_may_be_split_in_two(u: float, part: float) -> None:
    whole = propagate(lambda a, b: a + b, [Input.normal("a", 1, 1, unit="", source=""),
                                           Input.normal("b", 2, u, unit="", source="")])  # fmt: skip
    split = propagate(
        lambda a, b, c: a + b + c,
        [
            Input.normal("a", 1, 1, unit="", source=""),
            Input.normal("b", 2, u * math.sqrt(part), unit="", source=""),
            Input.normal("c", 0, u * math.sqrt(1 - part), unit="", source=""),
        ],
    )
    assert (split.y, split.u, split.U) == pytest.approx((whole.y, whole.u, whole.U), rel=1e-12)


@given(v=VALUES, r=VALUES, part=RELATIVE, which=st.integers(0, 2), more=st.floats(1.001, 100))
def test_a_larger_input_uncertainty_never_makes_a_smaller_result(
    v: float, r: float, part: float, which: int, more: float
) -> None:
    few = inputs(v, r, 1.0, part)
    factors = [more if i == which else 1.0 for i in range(3)]
    grown = [
        Input(symbol=x.symbol, value=x.value, u=np.asarray(x.u) * factor, distribution=Rectangular())
        for x, factor in zip(few, factors, strict=True)
    ]
    assert propagate(ratio, grown).u >= propagate(ratio, few).u * (1 - 1e-12)


@settings(max_examples=15, deadline=None)
@given(
    a=st.floats(-3, 3),
    b=st.floats(-3, 3),
    u=st.floats(0.1, 5),
    half=st.floats(0.1, 5),
    seed=st.integers(0, 2**32),
)
def test_first_order_equals_monte_carlo_for_a_linear_model(
    a: float, b: float, u: float, half: float, seed: int
) -> None:
    assume(abs(a) + abs(b) > 0.1)
    both = [Input.normal("x", 1, u, unit="", source=""), Input.rectangular("y", 2, half, unit="", source="")]
    first = propagate(lambda x, y: a * x + b * y, both)
    drawn = monte_carlo(lambda x, y: a * x + b * y, both, trials=200_000, seed=seed)
    assert drawn.u == pytest.approx(first.u, rel=0.01)
    assert abs(np.asarray(drawn.y) - first.y) < 6 * np.asarray(first.u) / math.sqrt(200_000)


@given(nu=st.floats(1, 1e6))
def test_the_interval_is_never_shorter_than_the_level_asks_for(nu: float) -> None:
    one = [Input(symbol="x", value=0.0, u=1.0, distribution=StudentT(nu), dof=nu)]
    k95, k2, ea = (
        propagate(lambda x: x, one, coverage=Coverage(policy)).k for policy in ("gum95", "k2", "ea9545")
    )
    assert float(k2) >= float(k95) * (1 - 1e-4)
    assert float(ea) >= float(k95)


@given(dofs=st.lists(COUNTS, min_size=1, max_size=5), us=st.lists(st.floats(0.1, 10), min_size=5, max_size=5))
def test_effective_dof_lie_between_the_smallest_and_the_sum(dofs: list[int], us: list[float]) -> None:
    few = [
        Input.normal(f"x{i}", 0, u, unit="", source="", dof=nu)
        for i, (u, nu) in enumerate(zip(us, dofs, strict=False))
    ]
    nu_eff = propagate(lambda *x: sum(x), few).nu_eff
    assert min(dofs) * (1 - 1e-12) <= nu_eff <= sum(dofs) * (1 + 1e-12)
