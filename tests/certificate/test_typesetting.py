from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchtui.certificate.layout.figure import axis
from benchtui.certificate.layout.lines import wrap
from benchtui.certificate.wording import clean, moment, number, percent, significant, visible


@pytest.mark.parametrize(
    ("paragraph", "width", "lines"),
    [
        ("", 5, [""]),
        ("one two three", 7, ["one two", "three"]),
        ("校准结果，仅对本机有效。", 5, ["校准结果，", "仅对本机有", "效。"]),
        ("不确定度（见表）", 5, ["不确定度", "（见表）"]),
        ("校准的结果，有效", 5, ["校准的结", "果，有效"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("at 10 V", 5, ["at", "10\u00a0V"]),
        ("so k = 2", 6, ["so", "k\u00a0=\u00a02"]),
    ],
)
def test_lines_break_where_they_may(paragraph: str, width: int, lines: list[str]) -> None:
    assert wrap(paragraph, width, len) == lines


@given(st.text(alphabet="ab 校准，。（）1 V\u00a0", max_size=60), st.integers(1, 12))
def test_wrapping_loses_nothing_and_keeps_the_width(paragraph: str, width: int) -> None:
    lines = wrap(paragraph, width, len)
    assert all(len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(paragraph.split())


@given(st.text())
def test_outside_text_becomes_one_printable_line(outside: str) -> None:
    line = clean(outside)
    assert not any(ord(c) < 32 or c in "\x7f\u202e\u2066\ufeff" for c in line)
    assert line == clean(line)


@given(st.text(alphabet=st.characters(max_codepoint=255)))
def test_raw_text_can_be_read_back_from_its_visible_form(raw: str) -> None:
    shown = visible(raw)
    assert all(" " <= c <= "~" for c in shown)
    assert shown.encode("ascii").decode("unicode_escape") == raw


@pytest.mark.parametrize(
    ("text", "shown"),
    [("-1.5", "−1.5"), ("1.5e-05", "1.5×10⁻⁵"), ("-2E+3", "−2×10³"), ("10.0", "10.0"), ("inf", "inf")],
)
def test_numbers_are_typeset(text: str, shown: str) -> None:
    assert number(text) == shown


def test_significant_digits() -> None:
    assert significant("0.00076666666666666") == "0.00076666667"
    assert significant("1e400") == "1×10⁴⁰⁰"
    assert significant("inf") == "Infinity"
    assert significant("—") == "—"


def test_percent_and_moment() -> None:
    assert (percent("0.95"), percent("0.9545"), percent("0.9")) == ("95", "95.45", "90")
    assert moment(datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)) == "2026-01-02 03:04:05 +00:00"


@given(
    st.floats(-1e9, 1e9, allow_subnormal=False).filter(lambda v: v == 0 or abs(v) > 1e-12),
    st.floats(1e-12, 1e9),
)
def test_an_axis_covers_its_values_with_few_round_ticks(low: float, span: float) -> None:
    high = low + span
    if high - low < abs(low) * 1e-6:
        return
    drawn = axis(low, high)
    assert drawn.low <= low <= high <= drawn.high
    assert 1 <= len(drawn.ticks) <= 6
    assert len({drawn.label(tick) for tick in drawn.ticks}) == len(drawn.ticks)


def test_small_errors_are_labelled_by_a_power_of_ten() -> None:
    drawn = axis(-2e-5, 4e-5)
    assert drawn.exponent == -6
    assert [drawn.label(tick) for tick in drawn.ticks] == ["−20", "0", "20", "40"]


def test_an_axis_of_one_value_has_room_on_both_sides() -> None:
    drawn = axis(10.0, 10.0)
    assert drawn.low < 10.0 < drawn.high
