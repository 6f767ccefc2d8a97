"""Digitizers that a table describes, and the blocks that they send."""

from __future__ import annotations

import base64
import math
import struct
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.instruments.line_server import Multimeter, Reply
from tests.instruments.scpi_models import Sampler7510, Sampler34470
from tests.instruments.table_bench import BenchClock, on_the_bench

from benchtui import roles
from benchtui.errors import BadInput, Garbled, NoReply
from benchtui.instruments.table_driver import TableInstrument
from benchtui.instruments.waveform_blocks import parse_real64, parse_text


def prepare(instrument: TableInstrument, samples: int, before: int = 0, level: str = "0.9") -> None:
    assert isinstance(instrument, roles.Digitizer)
    instrument.prepare_waveform(
        span=Decimal(10), rate=Decimal(50000), samples=samples, before=before, level=Decimal(level)
    )


@pytest.mark.parametrize("head", ["#0", "#232"])
def test_a_block_of_doubles(head: str) -> None:
    sampler, clock = Sampler7510(), BenchClock()
    sampler.head = head
    with on_the_bench("keithley-dmm7510", sampler, clock) as (instrument, server):
        instrument.connect()
        assert isinstance(instrument, roles.Digitizer)
        prepare(instrument, 4, before=1)
        lines = server.lines()
        assert "DIG:VOLT:SRAT 50000" in lines
        assert "DIG:VOLT:ATR:EDGE:LEV 0.9" in lines
        assert "DIG:VOLT:ATR:EDGE:SLOP RIS" in lines
        assert 'TRIG:LOAD "LoopUntilEvent",ATR,25,ENT,0,"defbuffer1"' in lines
        instrument.arm()
        waveform = instrument.read_waveform()
        assert waveform.values[:3] == (0.0, 1.0, -2.5)
        assert math.isnan(waveform.values[3])
        assert waveform.flags == ("over-range",)
        assert (waveform.start, waveform.step) == (-2e-5, 2e-5)
        assert (waveform.unit, waveform.step_unit, waveform.span) == ("V", "s", 10.0)
        assert struct.unpack("<4d", base64.b64decode(waveform.raw)) == sampler.volts
        assert clock.waited == [0.05, 0.05]


@pytest.mark.parametrize("head", ["#231", "X0", "#A", "#3", "#9999999999"])
def test_another_block_is_garbled(head: str) -> None:
    sampler = Sampler7510()
    sampler.head = head
    with on_the_bench("keithley-dmm7510", sampler) as (instrument, _):
        instrument.connect()
        assert isinstance(instrument, roles.Digitizer)
        prepare(instrument, 4)
        instrument.arm()
        with pytest.raises(Garbled):
            instrument.read_waveform()


def test_no_trigger() -> None:
    sampler, clock = Sampler7510(), BenchClock()
    sampler.triggered = False
    with on_the_bench("keithley-dmm7510", sampler, clock) as (instrument, _):
        instrument.connect()
        assert isinstance(instrument, roles.Digitizer)
        prepare(instrument, 4)
        instrument.arm()
        with pytest.raises(NoReply, match="No trigger"):
            instrument.read_waveform()
        assert sum(clock.waited) == pytest.approx(30.0, abs=0.1)
        with pytest.raises(BadInput, match="not prepared"):
            instrument.arm()


def test_what_was_not_armed_is_not_read() -> None:
    with on_the_bench("keithley-dmm7510", Sampler7510()) as (instrument, _):
        instrument.connect()
        assert isinstance(instrument, roles.Digitizer)
        prepare(instrument, 4)
        with pytest.raises(BadInput, match="not armed"):
            instrument.read_waveform()


def test_text_with_the_interval_that_is_really_used() -> None:
    with on_the_bench("keysight-34470a", Sampler34470()) as (instrument, server):
        instrument.connect()
        assert isinstance(instrument, roles.Digitizer)
        instrument.prepare_waveform(
            span=Decimal(1), rate=Decimal(40000), samples=3, before=1, level=Decimal("-0.5")
        )
        lines = server.lines()
        assert "SAMP:TIM 0.000025" in lines
        assert "TRIG:SLOP NEG" in lines
        assert "SAMP:COUN:PRET 1" in lines
        instrument.arm()
        waveform = instrument.read_waveform()
        assert waveform.values[:2] == (1.0, -2.0)
        assert math.isnan(waveform.values[2])
        assert (waveform.step, waveform.start) == (2e-5, -2e-5)
        assert waveform.raw == "+1.00000000E+00,-2.00000000E+00,+9.90000000E+37"


@pytest.mark.parametrize(
    "answer", ["+1.0E+00,-2.0E+00", "+1.0E+00,-2.0E+00,abc", "+1.0E+00,,-2.0E+00", "nan,inf,1"]
)
def test_other_text_is_garbled(answer: str) -> None:
    sampler = Sampler34470()
    sampler.answer = answer
    with on_the_bench("keysight-34470a", sampler) as (instrument, _):
        instrument.connect()
        assert isinstance(instrument, roles.Digitizer)
        prepare(instrument, 3)
        instrument.arm()
        if answer.count(",") == 1:
            sampler.answer += "\n+1.0E+00;"
        with pytest.raises(Garbled):
            instrument.read_waveform()


@pytest.mark.parametrize(
    ("span", "rate", "samples", "before", "level"),
    [("2000", "50000", 3, 0, "1"), ("10", "60000", 3, 0, "1"), ("10", "0", 3, 0, "1"), ("10", "50000", 0, 0, "1"),
     ("10", "50000", 3, 3, "1"), ("10", "50000", 3, -1, "1"), ("10", "50000", 3, 0, "11"),
     ("NaN", "50000", 3, 0, "1")],
)  # fmt: skip
def test_what_cannot_be_caught_is_not_sent(
    span: str, rate: str, samples: int, before: int, level: str
) -> None:
    with on_the_bench("keysight-34470a", Sampler34470()) as (instrument, server):
        instrument.connect()
        assert isinstance(instrument, roles.Digitizer)
        server.heard.clear()
        with pytest.raises(BadInput):
            instrument.prepare_waveform(
                span=Decimal(span), rate=Decimal(rate), samples=samples, before=before, level=Decimal(level)
            )
        with pytest.raises(BadInput):
            instrument.arm()
        assert server.heard == []


@pytest.mark.parametrize("separator", [",", "\r\n"])
def test_the_3458a_gives_the_latest_first_and_measures_again_afterwards(separator: str) -> None:
    meter = Multimeter()
    with on_the_bench("keysight-3458a", meter) as (instrument, server):
        plain = server.handler

        def with_memory(line: str, reply: Reply) -> None:
            if line.startswith("RMEM"):
                reply(separator.join((" 3.00000000E+00", " 2.00000000E+00", "-1.00000000E+00")))
            else:
                plain(line, reply)

        server.handler = with_memory
        instrument.connect()
        assert isinstance(instrument, roles.Digitizer)
        assert isinstance(instrument, roles.Voltmeter)
        instrument.prepare_voltage(Decimal(10))
        server.heard.clear()
        prepare(instrument, 3)
        lines = server.lines()
        assert lines[0] == "PRESET DIG"
        assert "APER 0.000002" in lines
        assert "LEVEL 9,DC" in lines
        assert "SWEEP 0.00002,3" in lines
        with pytest.raises(BadInput, match="not prepared"):
            instrument.read_voltage()
        instrument.arm()
        assert instrument.read_waveform().values == (-1.0, 2.0, 3.0)
        server.heard.clear()
        instrument.prepare_voltage(Decimal(10))
        assert server.lines()[0] == "PRESET NORM", "what digitizing left behind is put right"
        assert instrument.read_voltage().span == 10.0
        with pytest.raises(BadInput, match="not prepared"):
            instrument.arm()


def test_the_3458a_keeps_nothing_of_what_was_before() -> None:
    with on_the_bench("keysight-3458a", Multimeter()) as (instrument, _):
        instrument.connect()
        with pytest.raises(BadInput, match="before the trigger"):
            prepare(instrument, 10, before=1)


VOLTS = st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=50)


@given(VOLTS)
def test_doubles_come_back_as_they_were(volts: list[float]) -> None:
    block = struct.pack(f"<{len(volts)}d", *volts)
    assert parse_real64(block, len(volts), 9.9e37, "").values == tuple(volts)


@given(VOLTS, st.sampled_from([b",", b"\r\n", b", "]))
def test_text_comes_back_as_it_was(volts: list[float], separator: bytes) -> None:
    block = separator.join(f"{value:+.16E}".encode() for value in volts)
    assert parse_text(block, len(volts), 9.9e37, "").values == tuple(volts)


@given(st.binary(max_size=60), st.integers(1, 5))
def test_any_block_is_read_or_refused(block: bytes, count: int) -> None:
    for parse in (parse_text, parse_real64):
        try:
            samples = parse(block, count, 9.9e37, "")
        except Garbled:
            continue
        assert len(samples.values) == count
        assert samples.flags or all(map(math.isfinite, samples.values))
