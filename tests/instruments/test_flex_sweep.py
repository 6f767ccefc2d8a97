"""Sweeps in FLEX: read strictly, or refused."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchtui.errors import Garbled
from benchtui.instruments.flex_sweep import parse_sweep


def test_measured_and_source_values() -> None:
    reply = b"NCI+1.234560E-09,WCV+0.000000E+00,CCI-2.000000E-03,ECV+1.000000E-01"
    current, source = parse_sweep(reply, 2)
    assert (current.channel, current.quantity, current.status) == (3, "I", "NC")
    assert current.values == (1.23456e-9, -2e-3)
    assert (source.quantity, source.status, source.values) == ("V", "WE", (0.0, 0.1))


def test_what_has_no_meaning_is_no_number() -> None:
    (column,) = parse_sweep(
        b"NAI+1.000000E-09,VAI+199.999E+99,NAI+199.999E+99,VAI+1.000000E+00,NAI+2.000000E-09", 1
    )
    assert column.values[0] == 1e-9
    assert all(map(math.isnan, column.values[1:4]))
    assert column.values[4] == 2e-9
    assert column.status == "NVNVN"


@pytest.mark.parametrize(
    ("reply", "columns"),
    [(b"", 1), (b"NAI+1.0E+00", 0), (b"NAI+1.0E+00,NAI", 1), (b"NAI+1.0E+00", 2), (b"NAI+1.0E+00,NBI+1.0E+00", 1),
     (b"ZAI+1.0E+00", 1), (b"NKI+1.0E+00", 1), (b"NA?+1.0E+00", 1), (b"NAI1_0E+00", 1), (b"NAInan", 1),
     (b"NAI+1.0E+00,", 1), (b"NAI+1.0E+00 ", 1), (b"NAI+1.0.0E+00", 1)],
)  # fmt: skip
def test_anything_else_is_garbled(reply: bytes, columns: int) -> None:
    with pytest.raises(Garbled):
        parse_sweep(reply, columns)


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=40))
def test_every_value_comes_back(volts: list[float]) -> None:
    texts = [f"{value:+.6E}" for value in volts]
    reply = ",".join(f"NJV{text},WAV{text}" for text in texts).encode("ascii")
    measured, source = parse_sweep(reply, 2)
    assert measured.values == source.values == tuple(map(float, texts))
    assert (measured.channel, source.channel) == (10, 1)
    assert (measured.status, source.status) == ("N" * len(volts), "W" * len(volts))


@given(st.binary(max_size=80), st.integers(1, 3))
def test_any_reply_is_read_or_refused(reply: bytes, columns: int) -> None:
    try:
        read = parse_sweep(reply, columns)
    except Garbled:
        return
    assert sum(len(column.values) for column in read) == reply.count(b",") + 1
