from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from benchtui.calc import (
    Arcsine,
    CurvilinearTrapezoid,
    Distribution,
    Exact,
    Exponential,
    Normal,
    Rectangular,
    StudentT,
    Trapezoidal,
    Triangular,
    TwoPoint,
    dof_from_reliability,
)
from benchtui.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable

SHAPES: list[Distribution] = [
    Normal(),
    StudentT(9),
    Rectangular(),
    Trapezoidal(0.33),
    Trapezoidal(0),
    Trapezoidal(1),
    CurvilinearTrapezoid(0.5),
    Triangular(),
    Arcsine(),
    TwoPoint(),
    Exponential(),
]


def test_divisors_and_dof_are_the_published_ones(published: Callable[[str], Any]) -> None:
    example = published("type_b_divisors_and_dof")
    example.check("rect", Rectangular().divisor)
    example.check("tri", Triangular().divisor)
    example.check("arcsine", Arcsine().divisor)
    example.check("trap_beta_0.5", Trapezoidal(0.5).divisor)
    example.check("two_point", TwoPoint().divisor)
    example.check("ctrap_a1_d0.1_var", 1 / CurvilinearTrapezoid(0.1).divisor ** 2)
    example.check("nu", [dof_from_reliability(part) for part in example.inputs["du_over_u"]])
    example.check("t_sd_factor", [StudentT(n - 1).spread for n in example.inputs["n"]])


@pytest.mark.parametrize("shape", SHAPES, ids=repr)
def test_draws_have_mean_0_and_the_stated_spread(shape: Distribution) -> None:
    draws = shape.draw(np.random.default_rng(20221), 1_000_000)
    fourth = float(np.mean(draws**4))
    assert abs(draws.mean()) < 5e-3
    assert draws.std() == pytest.approx(shape.spread, abs=4 * math.sqrt(fourth / 1e6) / shape.spread)


@pytest.mark.parametrize("shape", [s for s in SHAPES if math.isfinite(s.divisor)], ids=repr)
def test_draws_stay_inside_the_half_width(shape: Distribution) -> None:
    draws = shape.draw(np.random.default_rng(5), 100_000)
    reach = shape.divisor * (1 + shape.d if isinstance(shape, CurvilinearTrapezoid) else 1)
    assert np.abs(draws).max() <= reach * (1 + 1e-12)
    assert np.abs(draws).max() > 0.95 * reach


def test_the_arcsine_is_the_sine_of_a_uniform_phase_to_rounding() -> None:
    phase = np.pi * (np.random.default_rng(6).random(100_000) - 0.5)
    found = Arcsine().draw(np.random.default_rng(6), 100_000)
    assert found / math.sqrt(2) == pytest.approx(np.sin(phase), rel=0, abs=1e-15)


def test_an_exact_value_does_not_scatter() -> None:
    assert not Exact().draw(np.random.default_rng(1), 10).any()


def test_a_t_of_few_readings_has_no_variance() -> None:
    assert StudentT(2).spread == math.inf


@pytest.mark.parametrize(
    "make",
    [
        lambda: StudentT(0),
        lambda: StudentT(-1),
        lambda: StudentT(math.nan),
        lambda: Trapezoidal(1.1),
        lambda: Trapezoidal(math.nan),
        lambda: CurvilinearTrapezoid(-0.1),
        lambda: dof_from_reliability(0),
    ],
)
def test_impossible_parameters_are_refused(make: Callable[[], object]) -> None:
    with pytest.raises(BadInput, match=r"\d|nan"):
        make()
