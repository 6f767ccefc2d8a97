from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from benchtui.calc import (
    AlarmCode,
    Arcsine,
    Coverage,
    Deviation,
    Exact,
    Input,
    Normal,
    Rectangular,
    StudentT,
    covariance_of_results,
    propagate,
    simultaneous,
)
from benchtui.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable


def normal(symbol: str = "x", value: Any = 1.0, u: Any = 0.1, **more: Any) -> Input:
    return Input.normal(symbol, value, u, unit="V", source="certificate 12", **more)


def test_constructors() -> None:
    assert Input.expanded("x", 1, 0.2, 2, unit="V", source="c").u == 0.1
    assert Input.rectangular("x", 1, 0.3, unit="V", source="c").u == pytest.approx(0.3 / math.sqrt(3))
    assert Input.limits("x", 1, 0.3, Arcsine(), unit="V", source="c").u == pytest.approx(0.3 / math.sqrt(2))
    assert normal(dof=9).distribution == StudentT(9)
    assert normal().distribution == Normal()
    constant = Input.constant("x", 5.0, unit="V")
    assert (constant.u, constant.distribution) == (0.0, Exact())
    assert normal(identity="dmm").renamed("y").identity == "dmm"


def test_points() -> None:
    assert normal().points is None
    assert normal(value=np.array([1.0, 2.0])).points == 2
    assert normal(u=np.array([1.0, 2.0, 3.0])).points == 3
    assert normal(value=[1.0, 2.0]).points == 2


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: normal(u=-0.1), "negative"),
        (lambda: normal(u=np.array([0.1, -0.1])), "negative"),
        (lambda: normal(u=0), "uncertainty 0"),
        (lambda: normal(u=np.array([0.1, 0.0])), "uncertainty 0"),
        (lambda: normal(value=math.nan), "finite"),
        (lambda: normal(value=np.array([1.0, math.inf])), "finite"),
        (lambda: normal(u=math.nan), "finite"),
        (lambda: normal(value=np.array([1.0, 2.0]), u=np.array([1.0, 2.0, 3.0])), "2 points .* 3"),
        (lambda: normal(value=np.ones((2, 2))), "one number"),
        (lambda: normal(value=np.array([])), "one number"),
        (lambda: normal(dof=0), "degrees of freedom"),
        (lambda: normal(dof=math.nan), "degrees of freedom"),
        (lambda: Input.expanded("x", 1, 0.1, 0, unit="", source=""), "coverage factor"),
        (lambda: Input.expanded("x", 1, 0.1, math.nan, unit="", source=""), "coverage factor"),
        (lambda: Input.rectangular("x", 1, -0.1, unit="", source=""), "negative"),
        (lambda: Input.limits("x", 1, 0.1, Normal(), unit="", source=""), "limits"),
        (lambda: Input(symbol="x", value=1.0, u=0.1, distribution=Exact()), "exact"),
        (
            lambda: Input(symbol="x", value=1.0, u=0.1, distribution=Rectangular(), dof=-1),
            "degrees of freedom",
        ),
    ],
)
def test_an_impossible_input_is_refused_by_name(make: Callable[[], Input], sentence: str) -> None:
    with pytest.raises(BadInput, match=rf"Input x .*{sentence}"):
        make()


@pytest.mark.parametrize(
    ("inputs", "sentence"),
    [
        ([], "no inputs"),
        ([normal("a"), normal("a")], "Two inputs are called a"),
        ([normal("a")], "takes 2 inputs but 1"),
        ([normal("a"), normal("b"), normal("c")], "takes 2 inputs but 3"),
        ([normal("a", np.ones(2)), normal("b", np.ones(3))], "a has 2 points but input b has 3"),
        ([normal("a"), Input.constant("b", 0.0, unit="")], "no finite number at point 1"),
        ([normal("a"), Input.constant("b", np.array([1.0, 0.0]), unit="")], "no finite number at point 2"),
    ],
)
def test_inputs_that_do_not_fit_the_model_are_refused(inputs: list[Input], sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        propagate(lambda a, b: a / b, inputs)


@pytest.mark.parametrize(
    ("correlations", "sentence"),
    [
        ({("a", "z"): 0.5}, "names z"),
        ({("a", "b"): 1.1}, "a and b is 1.1"),
        ({("a", "b"): math.nan}, "between -1 and 1"),
        ({("a", "a"): 0.5}, "between -1 and 1"),
        ({("a", "b"): 0.9, ("b", "c"): 0.9, ("a", "c"): -0.9}, "a, b, c contradict"),
    ],
)
def test_impossible_correlations_are_refused(
    correlations: dict[tuple[str, str], float], sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence):
        propagate(
            lambda a, b, c: a + b + c, [normal("a"), normal("b"), normal("c")], correlations=correlations
        )


@pytest.mark.parametrize(
    ("ensemble", "sentence"), [(("a", "z"), "names z"), (("a", "b"), "a, b were measured together")]
)
def test_impossible_ensembles_are_refused(ensemble: tuple[str, str], sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        propagate(lambda a, b: a + b, [normal("a", dof=4), normal("b", dof=5)], ensembles=[ensemble])


@pytest.mark.parametrize(
    ("readings", "sentence"),
    [
        ({"a": [1, 2, 3], "b": [1, 2]}, "equally many"),
        ({"a": [1], "b": [2]}, "at least 2"),
        ({"a": [1, 2], "b": [5, 5]}, "b are equal"),
        ({"a": [1, 2], "b": [5, math.nan]}, "reading of b"),
    ],
)
def test_impossible_simultaneous_readings_are_refused(
    readings: dict[str, list[float]], sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence):
        simultaneous(readings, units={"a": "V", "b": "A"}, source="sets")


def test_impossible_coverage_is_refused() -> None:
    with pytest.raises(BadInput, match="policy"):
        Coverage("k3")  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(BadInput, match=r"1\.5"):
        Coverage("student", level=1.5)


def test_a_model_whose_slope_is_infinite_is_refused_by_the_input() -> None:
    with pytest.raises(BadInput, match=r"sensitivity .* to x"):
        propagate(lambda x: np.where(x == 1.0, 0.0, np.nan), [normal("x")])


def test_a_model_with_complex_values_is_refused() -> None:
    with pytest.raises(BadInput, match="complex"):
        propagate(lambda x: 1j * x, [normal("x")])


def test_at_the_edge_of_its_domain_a_model_gets_a_one_sided_difference() -> None:
    budget = propagate(lambda x: np.sqrt(x), [normal("x", 0.0, 0.01)])  # noqa: PLW0108 - np.sqrt takes more
    assert budget.u == pytest.approx(0.1)
    assert [alarm.code for alarm in budget.alarms] == [AlarmCode.UNDEFINED]


def test_there_must_be_results_to_correlate() -> None:
    with pytest.raises(BadInput, match="no results"):
        covariance_of_results([])


def test_a_repeatability_with_its_own_dof_enters_the_effective_dof() -> None:
    one = Input.from_readings("x", [5.0], unit="", source="", repeatability=Deviation(0.2, 30))
    assert propagate(lambda x: x, [one]).nu_eff == pytest.approx(30)
