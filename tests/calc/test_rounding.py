from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any, get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from benchtui.calc import round_to_uncertainty, round_uncertainty, statement
from benchtui.calc.rounding import DROPPED, Digits, Mode, last_digit
from benchtui.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable

MODES: tuple[Mode, ...] = get_args(Mode)
POSITIVE = st.floats(min_value=1e-300, max_value=1e300)


def test_published_rounding(published: Callable[[str], Any]) -> None:
    table = published("rounding_rules")
    table.check("10.47 up", float(round_uncertainty(10.47, 2, "up")))
    table.check("28.05 nearest", float(round_uncertainty(28.05, 2, "half-even")))
    table.check("y with U=0.027", float(round_to_uncertainty(10.05762, Decimal("0.027"))))
    table.check("0.0996 two digits", float(round_uncertainty(0.0996, 2, "half-even")))


@pytest.mark.parametrize(
    ("u", "digits", "mode", "rounded"),
    [
        ("10.47", 2, "up", "11"),
        ("28.05", 2, "up", "28"),
        ("28.05", 2, "ceiling", "29"),
        ("28.06", 2, "up", "29"),
        ("0.0996", 2, "half-even", "0.10"),
        ("0.0996", 2, "up", "0.10"),
        ("0.0996", 1, "half-even", "0.1"),
        ("9.96", 1, "half-even", "1E+1"),
        ("2.675", 2, "half-even", "2.7"),
        ("0.125", 2, "half-even", "0.12"),
        ("0.125", 2, "half-up", "0.13"),
        ("0.135", 2, "gb8170", "0.14"),
        ("0.145", 2, "gb8170", "0.14"),
        ("0.14500001", 2, "gb8170", "0.15"),
        ("0.0234", "leading", "half-even", "0.023"),
        ("0.0334", "leading", "half-even", "0.03"),
        ("0.0296", "leading", "half-even", "0.030"),
        ("0.096", "leading", "half-even", "0.10"),
        ("1234", 2, "up", "1.3E+3"),
        ("7", 2, "up", "7.0"),
    ],
)
def test_modes_and_digits(u: str, digits: Digits, mode: Mode, rounded: str) -> None:
    assert str(round_uncertainty(u, digits, mode)) == rounded


def test_decimal_text_is_rounded_and_not_its_binary_neighbour() -> None:
    # As a binary number 0.0285 lies below 0.0285, and 1.005 below 1.005.
    assert str(round_uncertainty(0.0285, 2, "half-up")) == "0.029"
    assert str(round_to_uncertainty(1.005, Decimal("0.01"))) == "1.00"
    assert str(round_to_uncertainty(1.015, Decimal("0.01"))) == "1.02"


@pytest.mark.parametrize(
    ("y", "u", "texts"),
    [
        (10.05762, 0.027, ("10.058", "0.027")),
        (1.23456, 0.0996, ("1.23", "0.10")),
        (-1.23456, 0.0213, ("-1.235", "0.022")),
        (123456, 1234, ("123500", "1300")),
        ("1e-7", "2.5e-9", ("0.0000001000", "0.0000000025")),
        (-0.0001, 0.13, ("0.00", "0.13")),
        (0, 5e-324, ("0." + "0" * 324, "0." + "0" * 323 + "50")),
    ],
)
def test_a_statement_is_plain_decimal_text_to_one_place(y: float, u: float, texts: tuple[str, str]) -> None:
    found = statement(y, u)
    if u == 5e-324:
        assert found.U_text.strip("0.") == "5"
        assert "E" not in found.U_text
        return
    assert (found.y_text, found.U_text) == texts


def test_no_uncertainty_below_the_capability_is_stated() -> None:
    assert statement(1.0, 0.0105, cmc=0.0212).U_text == "0.022"
    assert statement(1.0, 0.0105, mode="half-even", cmc=0.0212).U_text == "0.022"
    assert statement(1.0, 0.0305, cmc="0.02").U_text == "0.031"
    assert statement(1.0, "0.0105", mode="half-even", cmc="0.021").U_text == "0.021"


@given(u=POSITIVE, digits=st.sampled_from([1, 2, "leading"]), mode=st.sampled_from(MODES))
@example(u=0.0996, digits=2, mode="half-even")
@example(u=9.99999999e22, digits=1, mode="ceiling")
def test_rounding_keeps_the_digits_and_stays_near(u: float, digits: Digits, mode: Mode) -> None:
    rounded = round_uncertainty(u, digits, mode)
    exact = Decimal(repr(u))
    unit = Decimal(1).scaleb(rounded.as_tuple().exponent)  # type: ignore[arg-type]  # finite
    assert abs(rounded - exact) <= unit
    count = len(rounded.as_tuple().digits)
    assert count == digits if digits != "leading" else count in {1, 2}


@given(u=POSITIVE, digits=st.sampled_from([1, 2, "leading"]))
def test_rounding_up_never_understates(u: float, digits: Digits) -> None:
    exact = Decimal(repr(u))
    assert round_uncertainty(u, digits, "ceiling") >= exact
    rounded = round_uncertainty(u, digits, "up")
    unit = Decimal(1).scaleb(rounded.as_tuple().exponent)  # type: ignore[arg-type]  # finite
    assert rounded >= exact - DROPPED * unit


@given(u=POSITIVE, digits=st.sampled_from([1, 2, "leading"]), mode=st.sampled_from(MODES))
def test_rounding_twice_changes_nothing(u: float, digits: Digits, mode: Mode) -> None:
    once = round_uncertainty(u, digits, mode)
    if digits == "leading" and once.adjusted() > Decimal(repr(u)).adjusted():
        return  # 0.096 became 0.10, whose first digit 1 asks for two digits, which it has
    assert round_uncertainty(once, digits, mode) == once


@given(y=st.floats(-1e12, 1e12), u=st.floats(1e-9, 1e6))
def test_result_and_uncertainty_end_at_the_same_place(y: float, u: float) -> None:
    found = statement(y, u)
    assert found.y.as_tuple().exponent == found.U.as_tuple().exponent
    assert Decimal(found.y_text) == found.y
    assert abs(found.y - Decimal(repr(y))) <= Decimal(1).scaleb(found.y.as_tuple().exponent) / 2  # type: ignore[arg-type]  # finite


@pytest.mark.parametrize(
    ("u", "unit"), [("0.0996", "0.01"), ("0.0994", "0.001"), ("32", "1"), ("0.5", "0.01")]
)
def test_trap_clause_8_tolerance_comes_from_the_stated_digits(u: str, unit: str) -> None:
    assert last_digit(u) == Decimal(unit)


@pytest.mark.parametrize("bad", [0, -1, math.nan, math.inf, "abc", "NaN"])
def test_an_uncertainty_that_cannot_be_stated_is_refused(bad: Any) -> None:
    with pytest.raises(BadInput):
        round_uncertainty(bad)
    with pytest.raises(BadInput):
        statement(1.0, bad)


def test_a_result_that_is_not_finite_is_refused() -> None:
    with pytest.raises(BadInput, match="not finite"):
        statement(math.nan, 0.1)
    with pytest.raises(BadInput, match="mode"):
        round_uncertainty(1.23, 2, "down")  # type: ignore[arg-type]  # wrong on purpose
