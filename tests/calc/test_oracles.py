"""First order against two independent programs, GTC and uncertainties."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import GTC
import numpy as np
import pytest
import uncertainties
from hypothesis import given
from hypothesis import strategies as st
from uncertainties import umath

from benchtui.calc import Expression, Input, propagate, simultaneous

if TYPE_CHECKING:
    from collections.abc import Callable

MODELS: list[tuple[str, Callable[[Any, Any, Any, Any], Any]]] = [
    ("a*b/c", lambda m, a, b, c: a * b / c),
    ("sqrt(a) + exp(-b/c)", lambda m, a, b, c: m.sqrt(a) + m.exp(-b / c)),
    ("a**b*sin(c)", lambda m, a, b, c: a**b * m.sin(c)),
    ("log(a*b) - cos(c)*tan(a/10)", lambda m, a, b, c: m.log(a * b) - m.cos(c) * m.tan(a / 10)),
]
POSITIVE = st.floats(0.5, 5)
PART = st.floats(1e-5, 0.1)


@pytest.mark.parametrize(("formula", "model"), MODELS)
@given(
    values=st.tuples(POSITIVE, POSITIVE, POSITIVE),
    parts=st.tuples(PART, PART, PART),
    dofs=st.tuples(*[st.integers(2, 99)] * 3),
)
def test_estimate_u_and_dof_agree(
    formula: str,
    model: Callable[..., Any],
    values: tuple[float, ...],
    parts: tuple[float, ...],
    dofs: tuple[int, ...],
) -> None:
    data = list(zip("abc", values, parts, dofs, strict=True))
    budget = propagate(
        Expression(formula),
        [Input.normal(s, v, v * part, unit="", source="", dof=nu) for s, v, part, nu in data],
    )
    gtc = model(GTC, *(GTC.ureal(v, v * part, nu) for _, v, part, nu in data))
    other = model(umath, *(uncertainties.ufloat(v, v * part) for _, v, part, _ in data))
    assert budget.y == pytest.approx(gtc.x, rel=1e-12, abs=1e-14)
    assert budget.u == pytest.approx(gtc.u, rel=1e-11)
    assert budget.u == pytest.approx(other.std_dev, rel=1e-9)
    assert budget.nu_eff == pytest.approx(gtc.df, rel=1e-9)


@given(
    readings=st.lists(
        st.tuples(st.floats(4.9, 5.1), st.floats(0.019, 0.021)), min_size=4, max_size=12, unique=True
    )
)
def test_an_ensemble_agrees_with_gtc(readings: list[tuple[float, float]]) -> None:
    v, i = (list(column) for column in zip(*readings, strict=True))
    if np.ptp(v) < 1e-3 or np.ptp(i) < 1e-5:
        return
    sets = simultaneous({"V": v, "I": i}, units={"V": "V", "I": "A"}, source="sets")
    budget = propagate(
        lambda V, I: V / I,  # noqa: E741, N803 - the symbols of Ohm's law
        sets.inputs,
        correlations=sets.correlations,
        ensembles=[sets.ensemble],
    )
    x, y = GTC.type_a.multi_estimate_real([v, i])
    ratio = x / y
    assert budget.y == pytest.approx(ratio.x, rel=1e-12)
    assert budget.u == pytest.approx(ratio.u, rel=1e-9)
    if not math.isnan(ratio.df):
        assert budget.nu_eff == pytest.approx(ratio.df, rel=1e-6)
