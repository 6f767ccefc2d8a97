from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchtui.calc import Expression, Input, propagate
from benchtui.calc.expression import FUNCTIONS, symbol_of
from benchtui.errors import BadInput


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("2 + 3*4", 14),
        ("(2 + 3)*4", 20),
        ("-2**2", -4),
        ("2**-1", 0.5),
        ("2**3**2", 512),
        ("10/4/5", 0.5),
        ("1e-3 + .5", 0.501),
        ("sqrt(16) + exp(0) + log(1) + log10(1000)", 8),
        ("sin(pi/2) + cos(pi) + tan(0)", 0),
        ("abs(-3.5)", 3.5),
        ("+5 - -5", 10),
        ("  1 + 1 ", 2),
    ],
)
def test_arithmetic(formula: str, value: float) -> None:
    assert Expression(formula)() == pytest.approx(value)


def test_symbols_come_in_the_order_of_their_first_use_and_are_passed_by_place_or_name() -> None:
    expression = Expression("V/R + I_g - V")
    assert expression.symbols == ("V", "R", "I_g")
    assert expression(10, 5, 1) == expression(I_g=1, R=5, V=10) == -7
    assert np.array_equal(expression(np.array([10.0, 20.0]), 5, 1), [-7, -15])
    with pytest.raises(TypeError):
        expression(1, 2)


def test_greek_and_subscripts_are_symbols() -> None:
    assert Expression("α_s*δθ").symbols == ("α_s", "δθ")
    assert symbol_of("µ") == "μ"  # the micro sign becomes the letter, as in the formula
    assert Expression("µ + 1").symbols == ("μ",)


def test_a_formula_is_a_model_with_exact_sensitivities() -> None:
    inputs = [
        Input.normal("x", 2.0, 0.1, unit="", source=""),
        Input.normal("n", 3.0, 0.1, unit="", source=""),
    ]
    rows = {row.symbol: row.c for row in propagate(Expression("x**n*sin(x)"), inputs).rows()}
    assert rows["x"] == pytest.approx(12 * math.sin(2) + 8 * math.cos(2), rel=1e-14)
    assert rows["n"] == pytest.approx(8 * math.log(2) * math.sin(2), rel=1e-14)
    negative = propagate(Expression("x**2 + abs(x)"), [Input.normal("x", -2.0, 0.1, unit="", source="")])
    assert negative.rows()[0].c == pytest.approx(-5, rel=1e-9)


@pytest.mark.parametrize(
    ("formula", "found"),
    [
        ("", "character 1"),
        ("1 +", "character"),
        ("(1", "character"),
        ("a b", "character"),
        ("x^2", "two stars"),
        ("__import__('os').system('true')", "cannot hold|no function"),
        ("x.real", "cannot hold x.real"),
        ("x[0]", "cannot hold"),
        ("lambda: 1", "cannot hold"),
        ("[1, 2]", "cannot hold"),
        ("'text'", "cannot hold"),
        ("True", "cannot hold True"),
        ("1j", "cannot hold"),
        ("x if y else z", "cannot hold"),
        ("x < 1", "cannot hold"),
        ("x and y", "cannot hold"),
        ("x % 2", "cannot hold"),
        ("x // 2", "cannot hold"),
        ("~x", "cannot hold"),
        ("not x", "cannot hold"),
        ("f(x)", "no function f"),
        ("sin(x, y)", "no function sin"),
        ("sin(x=1)", "no function sin"),
        ("sin(*x)", "no function sin|cannot hold"),
        ("sqrt", "sqrt is a function"),
        ("(y := 1)", "cannot hold"),
        ("f'{x}'", "cannot hold"),
        ("x" * 2001, "longer than 2000"),
        ("-" * 1999 + "x", "nested|character"),
        ("(" * 900 + "x" + ")" * 900, "nested|character"),
        ("x\0", "strange|character"),
        ("import os", "character"),
        ("x; y", "character"),
    ],
)
def test_anything_outside_the_grammar_is_refused_and_named(formula: str, found: str) -> None:
    with pytest.raises(BadInput, match=found):
        Expression(formula)


def test_a_tower_of_powers_ends_at_once() -> None:
    with np.errstate(over="ignore"):
        assert Expression("9**9**9**9")() == math.inf


@given(st.text(max_size=60))
def test_no_text_makes_anything_but_an_expression_or_a_refusal(words: str) -> None:
    try:
        expression = Expression(words)
    except BadInput:
        return
    assert all(symbol.isidentifier() for symbol in expression.symbols)


@given(a=st.floats(-1e3, 1e3), b=st.floats(-1e3, 1e3), c=st.floats(0.1, 1e3))
def test_it_computes_what_python_computes(a: float, b: float, c: float) -> None:
    expected = (a + b) * c - a / c + c**2
    assert Expression("(a + b)*c - a/c + c**2")(a, b, c) == pytest.approx(expected, rel=1e-12, abs=1e-9)


@pytest.mark.parametrize("name", ["1a", "a b", "", "sin", "pi", "a-b", "a.b"])
def test_what_is_no_symbol_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match="symbol"):
        symbol_of(name)
    assert len(FUNCTIONS) == 8
