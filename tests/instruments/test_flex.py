"""Answers in FLEX: read strictly, or refused."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchtui.errors import Garbled
from benchtui.instruments import flex, flex_ranges


def test_sound_value() -> None:
    spot = flex.parse_spot("NCV+9.998700E+01")
    assert (spot.channel, spot.quantity, spot.value, spot.flags) == (3, "V", 99.987, ())
    assert spot.raw == "NCV+9.998700E+01"


@pytest.mark.parametrize(
    ("letter", "flag"),
    [("C", "compliance"), ("T", "other-channel-compliance"), ("X", "oscillation"), ("F", "saturation")],
)
def test_status_letters_become_flags(letter: str, flag: str) -> None:
    spot = flex.parse_spot(f"{letter}FI-1.000000E-03")
    assert spot.flags == (flag,)
    assert (spot.channel, spot.quantity, spot.value) == (6, "I", -1e-3)


@pytest.mark.parametrize(
    "answer", ["VCV+199.999E+99", "NCV+199.999E+99", "VCV+1.000000E+00", "NCV-199.999E+99"]
)
def test_the_dummy_is_no_number(answer: str) -> None:
    spot = flex.parse_spot(answer)
    assert math.isnan(spot.value)
    assert "over-range" in spot.flags


@pytest.mark.parametrize(
    "answer", ["", "+1.0E+00", "NCV", "NCV1.0E+00", "NCV+1.0", "NCV+1.0E+00 ", " NCV+1.0E+00",
    "NCV+1.0E+00,NCV+1.0E+00",
     "ZCV+1.0E+00", "NKV+1.0E+00", "NCZ+1.0E+00", "NCV-0.-1E+00", "NCV+NANE+00", "ncv+1.0E+00",
     "NCV+١.0E+00"],
)  # fmt: skip
def test_anything_else_is_garbled(answer: str) -> None:
    with pytest.raises(Garbled) as caught:
        flex.parse_spot(answer)
    assert caught.value.raw == answer


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        ('+0,"No Error."', 0, "No Error."),
        ('305,"Excess current in HPSMU.; SLOT1"', 305, "Excess current in HPSMU.; SLOT1"),
    ],
)
def test_errors(answer: str, code: int, words: str) -> None:
    assert flex.parse_error(answer) == flex.FlexError(code, words)


def test_modules() -> None:
    answer = "0,0;0,0;B1511B,0;0,0;0,0;B1513B,2;0,0;0,0;0,0;0,0"
    assert flex.parse_modules(answer) == {3: "B1511B", 6: "B1513B"}
    for cut in range(len(answer) - 1):
        with pytest.raises(Garbled):
            flex.parse_modules(answer[:cut])


def test_switches() -> None:
    assert flex.parse_switches("CL") == frozenset()
    assert flex.parse_switches("CN3,6") == {3, 6}
    assert flex.parse_switches("CN 3") == {3}
    with pytest.raises(Garbled):
        flex.parse_switches("CN")


def test_range_codes_are_those_of_the_guide() -> None:
    assert flex_ranges.VOLTAGE_RANGE_CODES[Decimal("0.5")] == 5
    assert flex_ranges.VOLTAGE_RANGE_CODES[Decimal(100)] == 1000
    assert flex_ranges.VOLTAGE_RANGE_CODES[Decimal(1500)] == 15000
    assert flex_ranges.VOLTAGE_RANGE_CODES[Decimal(10000)] == 103, (
        "the one code that is not ten times the span"
    )
    assert flex_ranges.CURRENT_RANGE_CODES[Decimal("1E-12")] == 8
    assert flex_ranges.CURRENT_RANGE_CODES[Decimal("0.001")] == 17
    assert flex_ranges.CURRENT_RANGE_CODES[Decimal(1)] == 20
    assert flex_ranges.CURRENT_RANGE_CODES[Decimal(500)] == 26


ALPHABET = 'NTCVXFGSUDWEABCDEFGHIJVI+-.0123456789Ee,; "\r\n\x00é'


@given(
    st.text(max_size=40)
    | st.text(ALPHABET, max_size=24)
    | st.binary(max_size=40).map(lambda b: b.decode("latin-1"))
)
def test_any_answer_is_read_rightly_or_refused(answer: str) -> None:
    try:
        spot = flex.parse_spot(answer)
    except Garbled:
        pass
    else:
        assert math.isnan(spot.value) or spot.value == float(answer[3:])
        assert "ABCDEFGHIJ"[spot.channel - 1] == answer[1]
    for parse in (flex.parse_error, flex.parse_modules, flex.parse_switches):
        try:
            parse(answer)
        except Garbled:
            continue


@given(
    status=st.sampled_from("NTCXFGS"),
    channel=st.sampled_from("ABCDEFGHIJ"),
    quantity=st.sampled_from("VI"),
    value=st.floats(-1e4, 1e4),
    places=st.integers(1, 12),
)
def test_what_was_sent_is_what_is_read(
    status: str, channel: str, quantity: str, value: float, places: int
) -> None:
    word = f"{value:+.{places}E}"
    spot = flex.parse_spot(f"{status}{channel}{quantity}{word}")
    assert spot.value == float(word)
    assert bool(spot.flags) == (status != "N")
