"""Numbers as people type them and as they are shown."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchtui.errors import BadInput
from benchtui.quantity import NBSP, engineering, parse_entry, plain, to_decimal


@pytest.mark.parametrize(
    ("typed", "unit", "value"),
    [
        ("10.0013", "V", "10.0013"),
        ("10.50 mV", "V", "0.01050"),
        ("−2.5", "V", "-2.5"),
        ("１０．５", "V", "10.5"),
        ("1e-3", "V", "0.001"),
        ("3 µA", "A", "0.000003"),
        ("3 uA", "A", "0.000003"),
        ("1.5k", "Ω", "1500"),
        ("2 MΩ", "Ω", "2000000"),
        (".5", "V", "0.5"),
        ("23.1 °C", "°C", "23.1"),
    ],
)
def test_what_people_type_is_understood_and_its_digits_are_kept(typed: str, unit: str, value: str) -> None:
    entry = parse_entry(typed, unit)
    assert entry.value == Decimal(value)
    assert entry.typed == typed
    assert entry.unit == unit


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ten",
        "1,5",
        "1 A",
        "nan",
        "inf",
        "1e999",
        "1.2.3",
        "0x10",
        "1 V V",
        "--1",
        "1 mm",
        "[b]1[/b]",
        "{x}",
    ],
)
def test_what_cannot_be_understood_is_refused_with_a_hint(typed: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse_entry(typed, "V")
    assert str(refused.value.hint)


@given(st.text(max_size=20))
def test_any_text_is_a_finite_number_or_refused(typed: str) -> None:
    try:
        entry = parse_entry(typed, "V")
    except BadInput:
        return
    assert entry.value.is_finite()


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=9))
def test_a_number_with_a_prefix_reads_back_as_it_was(number: Decimal) -> None:
    shown = engineering(number, "V", sign=True)
    assert parse_entry(shown.replace(NBSP, " "), "V").value == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_goes_through_decimal_text_and_back(number: float) -> None:
    assert float(plain(to_decimal(number))) == number
