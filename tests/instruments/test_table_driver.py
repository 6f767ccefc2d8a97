"""Instruments that a table describes, with the 3458A as the one that ships."""

from __future__ import annotations

import math
import threading
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.instruments.line_server import LineServer, Multimeter, Reply

from benchtui import profiles, roles
from benchtui.clock import WallClock
from benchtui.errors import Aborted, BadInput, Garbled, InstrumentError, NoReply, WrongInstrument
from benchtui.instruments.answers import ReadingAnswer
from benchtui.instruments.profile import TableProfile, load
from benchtui.instruments.table_meter import TableVoltmeter

if TYPE_CHECKING:
    from collections.abc import Iterator


class Impatient:
    """A clock that stamps in seconds of its own and lets waits pass at once."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.waited: list[float] = []

    def now(self) -> float:
        self.time += 1.0
        return self.time

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        self.waited.append(seconds)
        return stop.is_set()


def profile() -> TableProfile:
    loaded = load(profiles.find("instruments", "keysight-3458a"))
    assert isinstance(loaded, TableProfile)
    return loaded


def meter(table: TableProfile, server: LineServer, clock: Impatient) -> TableVoltmeter:
    return TableVoltmeter("dmm", server.resource, table, clock)


@pytest.fixture
def clock() -> Impatient:
    return Impatient()


@pytest.fixture
def quick(multimeter_server: LineServer, clock: Impatient) -> Iterator[TableVoltmeter]:
    with closing(meter(profile(), multimeter_server, clock)) as instrument:
        yield instrument


def test_fills_its_roles(dmm: TableVoltmeter) -> None:
    assert isinstance(dmm, roles.Instrument)
    assert isinstance(dmm, roles.Voltmeter)


def test_connect_says_first_what_the_answer_needs(
    quick: TableVoltmeter, multimeter_server: LineServer, multimeter: Multimeter
) -> None:
    multimeter.errors.append('103,"left from yesterday"')
    quick.connect()
    lines = multimeter_server.lines()
    assert lines[:4] == ["END ALWAYS", "ID?", "ERRSTR?", "ERRSTR?"]
    assert lines[4] == "PRESET NORM"
    assert lines[-3:] == ["DCV 1000", "NPLC 10", "ERRSTR?"], "the widest range protects the input"
    assert quick.identity == "HP3458A"


def test_wrong_identity(quick: TableVoltmeter, multimeter: Multimeter, multimeter_server: LineServer) -> None:
    multimeter.identity = "HP3457A"
    with pytest.raises(WrongInstrument, match=r"HP3457A.*3458A"):
        quick.connect()
    assert multimeter_server.lines() == ["END ALWAYS", "ID?"]


def test_an_error_of_the_configuration_is_raised(
    quick: TableVoltmeter, multimeter_server: LineServer
) -> None:
    plain = multimeter_server.handler
    sent: list[str] = []

    def refuse(line: str, reply: Reply) -> None:
        sent.append(line)
        if line == "ERRSTR?" and "NPLC 10" in sent and sent.count("ERRSTR?") == 3:
            reply('106,"PARAMETER OUT OF RANGE"')
        else:
            plain(line, reply)

    multimeter_server.handler = refuse
    with pytest.raises(InstrumentError) as caught:
        quick.connect()
    assert (caught.value.code, caught.value.text) == ("106", "PARAMETER OUT OF RANGE")


@pytest.mark.parametrize(
    ("expected", "span"),
    [
        ("0", "0.1"),
        ("0.1", "0.1"),
        ("-0.45", "1"),
        ("10", "10"),
        ("10.1", "100"),
        ("100", "100"),
        ("-101", "1000"),
    ],
)
def test_the_smallest_range_that_holds_the_value(
    quick: TableVoltmeter, multimeter_server: LineServer, expected: str, span: str
) -> None:
    quick.connect()
    quick.prepare_voltage(Decimal(expected))
    assert [line for line in multimeter_server.lines() if line.startswith("DCV")][-1] == f"DCV {span}"
    assert quick.read_voltage().span == float(span)


def test_a_range_that_is_set_is_not_set_again(quick: TableVoltmeter, clock: Impatient) -> None:
    quick.connect()
    for expected in ("1", "-1", "0.9"):
        quick.prepare_voltage(Decimal(expected))
    assert clock.waited == [0.5]


@pytest.mark.parametrize("expected", ["1000.1", "-3000", "NaN", "Infinity"])
def test_too_much_for_the_input_is_refused(quick: TableVoltmeter, expected: str) -> None:
    quick.connect()
    with pytest.raises(BadInput):
        quick.prepare_voltage(Decimal(expected))


def test_a_reading_keeps_what_came(quick: TableVoltmeter, multimeter: Multimeter) -> None:
    quick.connect()
    quick.prepare_voltage(Decimal(10))
    multimeter.volts = -9.99987654
    reading = quick.read_voltage()
    assert reading.raw == "-9.99987654E+00"
    assert reading.value == -9.99987654
    assert (reading.unit, reading.flags, reading.span) == ("V", (), 10.0)
    assert reading.t1 - reading.t0 == 1.0


def test_over_range_is_a_flagged_nan(quick: TableVoltmeter, multimeter: Multimeter) -> None:
    quick.connect()
    quick.prepare_voltage(Decimal(10))
    multimeter.volts = 100.0
    reading = quick.read_voltage()
    assert math.isnan(reading.value)
    assert reading.flags == ("over-range",)
    assert reading.span == 10.0
    assert not reading.sound


def test_an_older_reading_is_none(
    quick: TableVoltmeter, multimeter: Multimeter, multimeter_server: LineServer
) -> None:
    """It comes at once; the reading of now comes when the next question has been asked."""
    quick.connect()
    quick.prepare_voltage(Decimal(10))
    delayed: list[str] = []

    def behind(line: str, reply: Reply) -> None:
        if line == "TARM SGL,1":
            reply(" 5.00000000E+00")
            delayed.append(" 7.00000000E+00")
        else:
            while delayed:
                reply(delayed.pop())
            multimeter(line, reply)

    multimeter_server.handler = behind
    with pytest.raises(Garbled):
        quick.read_voltage()


def test_after_garble_the_meter_is_set_up_anew(
    quick: TableVoltmeter, multimeter: Multimeter, multimeter_server: LineServer
) -> None:
    quick.connect()
    quick.prepare_voltage(Decimal(10))
    multimeter.answer = "1.0E+01 1.0E+01"
    with pytest.raises(Garbled):
        quick.read_voltage()
    multimeter.answer = None
    multimeter_server.heard.clear()
    assert quick.read_voltage().value == 0.0
    lines = multimeter_server.lines()
    assert lines[:2] == ["END ALWAYS", "ID?"]
    assert lines[-5:] == ["DCV 10", "NPLC 10", "ERRSTR?", "TARM SGL,1", "ERRSTR?"]


def test_another_instrument_after_a_time_out_is_noticed(multimeter: Multimeter, clock: Impatient) -> None:
    table = profile()
    assert table.voltmeter is not None
    table = msgspec.structs.replace(
        table,
        voltmeter=msgspec.structs.replace(
            table.voltmeter, timeout=Decimal("0.05"), settle_seconds=Decimal(0)
        ),
    )
    silent = False

    def handler(line: str, reply: Reply) -> None:
        if not (silent and line.startswith("TARM SGL")):
            multimeter(line, reply)

    with LineServer(handler) as server, closing(meter(table, server, clock)) as dmm:
        dmm.connect()
        silent = True
        with pytest.raises(NoReply, match="TARM SGL,1"):
            dmm.read_voltage()
        silent = False
        assert dmm.read_voltage().value == 0.0


def test_abort_ends_the_settling_wait(multimeter_server: LineServer) -> None:
    table = profile()
    assert table.voltmeter is not None
    slow = msgspec.structs.replace(
        table, voltmeter=msgspec.structs.replace(table.voltmeter, settle_seconds=Decimal(60))
    )
    with closing(TableVoltmeter("dmm", multimeter_server.resource, slow, WallClock())) as dmm:
        dmm.connect()
        threading.Timer(0.05, dmm.abort).start()
        with pytest.raises(Aborted):
            dmm.prepare_voltage(Decimal(1))
        with pytest.raises(Aborted):
            dmm.read_voltage()
        dmm.connect()
        assert dmm.read_voltage().sound


def test_units_in_the_answer_are_understood() -> None:
    table = profile()
    assert table.voltmeter is not None
    with_units = msgspec.structs.replace(
        table.voltmeter,
        reply=r"(?P<value>[+-]?\d+\.\d+) (?P<unit>m?V)",
        units={"V": Decimal(1), "mV": Decimal("0.001")},
    )
    volts = ReadingAnswer(with_units, "V")
    assert volts.parse("12.345 mV", "") == (0.012345, ())
    assert volts.parse("-1.5 V", "") == (-1.5, ())
    for answer in ("12.345", "12.345 uV", "12.345 V "):
        with pytest.raises(Garbled):
            volts.parse(answer, "")


NUMBERISH = st.text("0123456789+-.eE \tOLNANINF,", max_size=24)


@given(NUMBERISH | st.text(max_size=30) | st.binary(max_size=30).map(lambda b: b.decode("latin-1")))
def test_any_answer_is_read_rightly_or_refused(answer: str) -> None:
    table = profile()
    assert table.voltmeter is not None
    try:
        value, flags = ReadingAnswer(table.voltmeter, "V").parse(answer, "")
    except Garbled:
        return
    if flags:
        assert math.isnan(value)
        assert abs(float(answer)) == 1e38
    else:
        assert value == float(answer)
        assert math.isfinite(value)
