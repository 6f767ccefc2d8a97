"""The analyzer's driver against an analyzer that remembers what it was told."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from decimal import Decimal

import pytest
from tests.instruments.line_server import FlexAnalyzer, LineServer, Reply

from benchtui import roles
from benchtui.clock import WallClock
from benchtui.errors import (
    Aborted,
    BadInput,
    Garbled,
    InstrumentError,
    InstrumentFailure,
    Interlock,
    Lost,
    NoReply,
    NotSettled,
    OutOfRange,
    WrongInstrument,
)
from benchtui.instruments import open_instrument
from benchtui.instruments.b1500 import B1500
from benchtui.instruments.safe_off import Guarded
from benchtui.profiles import BenchInstrument

MILLIAMPERE = Decimal("0.001")


def put_100_volts(uut: B1500) -> None:
    uut.source_voltage("MPSMU", Decimal(100), span=Decimal(100), current_limit=MILLIAMPERE)


def test_fills_its_roles(uut: B1500) -> None:
    assert isinstance(uut, roles.Instrument)
    assert isinstance(uut, roles.VoltageSource)
    assert isinstance(uut, Guarded)


def test_connect_identifies_and_finds_the_modules(uut: B1500, analyzer: FlexAnalyzer) -> None:
    analyzer.errors.append('+100,"left from yesterday"')
    assert uut.identity == ""
    uut.connect()
    assert uut.identity == FlexAnalyzer.IDENTITY
    assert uut.fitted == {3: "B1511B", 6: "B1513B"}


def test_another_instrument_is_not_spoken_to(
    uut: B1500, analyzer: FlexAnalyzer, analyzer_server: LineServer
) -> None:
    analyzer.identity = "Agilent Technologies,B1500A,0,A.06.02.2022.0101"
    with pytest.raises(WrongInstrument) as caught:
        uut.connect()
    assert "B1500A" in str(caught.value)
    assert "B1505A" in str(caught.value)
    uut.safe_off()
    assert analyzer_server.lines() == ["*IDN?"]


def test_outputs_left_on_are_switched_off_first(
    uut: B1500, analyzer: FlexAnalyzer, analyzer_server: LineServer
) -> None:
    analyzer.on.add(6)
    analyzer.volts[6] = 1000.0
    uut.connect()
    lines = analyzer_server.lines()
    assert lines.index("DZ") < lines.index("TV 6") < lines.index("CL") < lines.index("*RST")


def test_source_voltage_says_what_the_guide_asks_for(uut: B1500, analyzer_server: LineServer) -> None:
    uut.connect()
    analyzer_server.heard.clear()
    uut.source_voltage("MPSMU", Decimal("-0.45"), span=Decimal("0.5"), current_limit=MILLIAMPERE)
    uut.source_voltage("MPSMU", Decimal("1E+1"), span=Decimal(20), current_limit=MILLIAMPERE)
    assert analyzer_server.lines() == ["CN 3", "DV 3,5,-0.45,0.001", "ERRX?", "DV 3,200,10,0.001", "ERRX?"]
    assert not uut.compliance("MPSMU")


@pytest.mark.parametrize(
    ("module", "volts", "span", "limit"),
    [
        ("MPSMU", "20.1", "20", "0.001"),
        ("MPSMU", "1", "3", "0.001"),
        ("MPSMU", "NaN", "20", "0.001"),
        ("HPSMU", "1", "20", "0.001"),
        ("MPSMU", "1", "20", "0"),
    ],
)
def test_what_cannot_be_sourced_is_not_sent(
    uut: B1500, analyzer_server: LineServer, module: str, volts: str, span: str, limit: str
) -> None:
    uut.connect()
    analyzer_server.heard.clear()
    with pytest.raises(BadInput):
        uut.source_voltage(module, Decimal(volts), span=Decimal(span), current_limit=Decimal(limit))
    assert analyzer_server.heard == []


def test_a_missing_module_is_named_with_what_is_there(uut: B1500, analyzer: FlexAnalyzer) -> None:
    analyzer.units = analyzer.units.replace("B1513B", "B1512A")
    uut.connect()
    with pytest.raises(BadInput) as caught:
        uut.source_voltage("HVSMU", Decimal(200), span=Decimal(200), current_limit=MILLIAMPERE)
    assert "B1513B" in str(caught.value)
    assert "B1512A" in str(caught.value)


def test_the_open_interlock_has_its_own_error(uut: B1500, analyzer: FlexAnalyzer) -> None:
    uut.connect()
    analyzer.interlock_closed = False
    with pytest.raises(Interlock) as caught:
        put_100_volts(uut)
    assert "fixture" in str(caught.value.hint)
    uut.safe_off()
    assert analyzer.on == set()


def test_the_instruments_own_errors_are_passed_on(uut: B1500, analyzer: FlexAnalyzer) -> None:
    uut.connect()
    analyzer.errors += ['305,"Excess current in HPSMU.; SLOT1"', '+120,"second"']
    with pytest.raises(InstrumentError) as caught:
        put_100_volts(uut)
    assert (caught.value.code, caught.value.text) == ("305", "Excess current in HPSMU.; SLOT1")
    assert analyzer.errors == []


def test_compliance_and_oscillation(uut: B1500, analyzer: FlexAnalyzer) -> None:
    uut.connect()
    put_100_volts(uut)
    analyzer.status = "C"
    assert uut.compliance("MPSMU")
    analyzer.status = "T"
    assert not uut.compliance("MPSMU")
    analyzer.status = "X"
    with pytest.raises(OutOfRange):
        uut.compliance("MPSMU")


def test_an_answer_for_another_channel_is_garbled(uut: B1500, analyzer_server: LineServer) -> None:
    uut.connect()
    analyzer_server.handler = lambda line, reply: reply("NFI+1.000000E-09")
    with pytest.raises(Garbled, match="another channel"):
        uut.compliance("MPSMU")


def test_zero_leaves_the_output_connected(
    uut: B1500, analyzer: FlexAnalyzer, analyzer_server: LineServer
) -> None:
    uut.connect()
    uut.zero("MPSMU")  # it is off: nothing to do
    put_100_volts(uut)
    uut.zero("MPSMU")
    assert analyzer.on == {3}
    assert analyzer_server.lines().count("DZ 3") == 1


def test_safe_off_measures_before_it_opens(
    uut: B1500, analyzer: FlexAnalyzer, analyzer_server: LineServer
) -> None:
    analyzer.seconds = 0.1
    uut.connect()
    put_100_volts(uut)
    analyzer_server.heard.clear()
    uut.safe_off()
    lines = analyzer_server.lines()
    assert lines[0] == "DZ"
    assert set(lines[1:-2]) == {"TV 3"}
    assert len(lines) > 5
    assert lines[-2:] == ["CL", "ERRX?"]
    assert analyzer.on == set()


def test_safe_off_opens_even_if_the_voltage_stays(
    uut: B1500, analyzer: FlexAnalyzer, analyzer_server: LineServer
) -> None:
    analyzer.seconds = 1e9
    uut.connect()
    put_100_volts(uut)
    analyzer_server.heard.clear()
    with pytest.raises(NotSettled, match="slot 3"):
        uut.safe_off()
    assert analyzer_server.lines()[-2:] == ["CL", "ERRX?"]
    assert analyzer.on == set()


def test_an_error_that_waited_does_not_hide_that_the_outputs_are_open(
    uut: B1500, analyzer: FlexAnalyzer
) -> None:
    uut.connect()
    put_100_volts(uut)
    analyzer.errors.append('305,"Excess current in HPSMU.; SLOT1"')
    with pytest.raises(InstrumentError, match="305"):
        uut.safe_off()
    assert analyzer.on == set()
    put_100_volts(uut)
    assert analyzer.on == {3}


def test_a_connection_that_breaks_in_the_middle_of_safe_off_is_made_anew(
    uut: B1500, analyzer: FlexAnalyzer, analyzer_server: LineServer
) -> None:
    uut.connect()
    put_100_volts(uut)
    plain = analyzer_server.handler

    def break_once(line: str, reply: Reply) -> None:
        if line.startswith("TV"):
            analyzer_server.handler = plain
            analyzer_server.drop_clients()
        else:
            plain(line, reply)

    analyzer_server.handler = break_once
    uut.safe_off()
    assert analyzer.on == set()
    assert analyzer_server.lines().count("DZ") == 2


def test_safe_off_goes_through_every_step_of_a_hung_instrument(
    uut: B1500, analyzer: FlexAnalyzer, analyzer_server: LineServer
) -> None:
    uut.connect()
    put_100_volts(uut)
    analyzer.hung = True
    analyzer_server.heard.clear()
    with pytest.raises(NoReply):
        uut.safe_off()
    analyzer_server.when("ERRX?")
    assert analyzer_server.lines() == ["DZ", "TV 3", "CL", "ERRX?"]


def test_a_second_safe_off_finds_the_outputs_that_the_first_one_opened_unheard(
    uut: B1500, analyzer: FlexAnalyzer, analyzer_server: LineServer
) -> None:
    uut.connect()
    put_100_volts(uut)
    analyzer.hung = True
    with pytest.raises(NoReply):
        uut.safe_off()
    analyzer.on.clear()
    analyzer.hung = False
    analyzer_server.heard.clear()
    uut.safe_off()
    assert "TV 3" not in analyzer_server.lines()
    assert analyzer_server.lines()[-2:] == ["CL", "ERRX?"]


def test_abort_of_a_hung_instrument_brings_zero_to_the_wire_at_once(
    uut: B1500, analyzer: FlexAnalyzer, analyzer_server: LineServer
) -> None:
    latencies = []
    for attempt in range(5):
        analyzer.hung = False
        uut.connect()
        put_100_volts(uut)
        analyzer.hung = True
        analyzer_server.heard.clear()
        ended: list[BaseException] = []

        def measure(ended: list[BaseException] = ended) -> None:
            try:
                uut.compliance("MPSMU")
            except InstrumentFailure as error:
                ended.append(error)
            except Aborted as error:
                ended.append(error)

        thread = threading.Thread(target=measure)
        thread.start()
        analyzer_server.when("TI 3")
        time.sleep(0.01 * attempt)  # somewhere in the slice of 50 ms
        moment = time.monotonic()
        uut.abort()
        with pytest.raises(NoReply):
            uut.safe_off()
        latencies.append(analyzer_server.when("DZ", since=moment) - moment)
        thread.join(5.0)
        assert isinstance(ended[0], Aborted)
        assert "CL" in analyzer_server.lines()
        with pytest.raises(Aborted):
            put_100_volts(uut)
    assert max(latencies) < 4.0, "even on a machine that is busy with other work"


def test_an_old_measurement_is_not_taken_for_the_discharge(
    uut: B1500, analyzer: FlexAnalyzer, analyzer_server: LineServer
) -> None:
    """Before the abort 0 V was asked for; the answer comes when 100 V are to be discharged."""
    uut.connect()
    put_100_volts(uut)
    late = threading.Event()
    plain = analyzer_server.handler

    def swallow_one(line: str, reply: Reply) -> None:
        if line == "TI 3":
            late.set()
            return
        if line == "DZ":
            analyzer_server.connections[-1].sendall(b"NCV+0.000000E+00\r\n")  # the late answer of an older TV
        plain(line, reply)

    def measure() -> None:
        with pytest.raises(Aborted):
            uut.compliance("MPSMU")

    analyzer.seconds = 0.2
    analyzer_server.handler = swallow_one
    thread = threading.Thread(target=measure)
    thread.start()
    assert late.wait(5.0)
    uut.abort()
    analyzer_server.heard.clear()
    uut.safe_off()
    thread.join(5.0)
    zero, opened = analyzer_server.when("DZ"), analyzer_server.when("CL")
    assert opened - zero > 0.2, "100 V need 0.24 s to fall below 30 V"


def test_safe_off_finds_a_way_after_the_connection_was_lost(
    uut: B1500, analyzer: FlexAnalyzer, analyzer_server: LineServer
) -> None:
    uut.connect()
    put_100_volts(uut)
    analyzer_server.drop_clients()
    with pytest.raises(Lost):
        uut.compliance("MPSMU")
    uut.safe_off()
    assert analyzer.on == set()


def test_safe_off_after_close_opens_a_wire_of_its_own(uut: B1500, analyzer: FlexAnalyzer) -> None:
    uut.connect()
    put_100_volts(uut)
    uut.close()
    uut.safe_off()
    assert analyzer.on == set()


def test_the_recipe_for_the_guardian(uut: B1500, analyzer_server: LineServer) -> None:
    with pytest.raises(Lost):
        uut.safe_off_recipe()
    uut.connect()
    recipe = uut.safe_off_recipe()
    assert (recipe.host, recipe.port) == ("127.0.0.1", analyzer_server.port)
    assert (recipe.immediate, recipe.final) == (("DZ",), ("CL", "ERRX?"))
    assert [channel.query for channel in recipe.discharge] == ["TV 3", "TV 6"]
    assert (recipe.limit, recipe.seconds) == (30.0, 2.0)


def test_two_modules_of_a_model_are_taken_in_order(analyzer: FlexAnalyzer) -> None:
    analyzer.units = "B1511B,0;0,0;B1511B,0;0,0;0,0;0,0;0,0;0,0;0,0;0,0"
    with LineServer(analyzer) as server:
        entry = BenchInstrument(profile="keysight-b1505a", resource=server.resource)
        modules = {"MPSMU 1": "B1511B", "MPSMU 2": "B1511B"}
        uut = open_instrument("uut", entry, clock=WallClock(), modules=modules)
        assert isinstance(uut, B1500)
        with closing(uut):
            uut.connect()
            assert [channel.query for channel in uut.safe_off_recipe().discharge] == ["TV 1", "TV 3"]


def test_the_wire_log_tells_both_sides(uut: B1500) -> None:
    uut.connect()
    entries = uut.wire_log(200)
    assert (entries[0].direction, entries[0].octets) == ("out", b"*IDN?\r\n")
    assert (entries[1].direction, entries[1].octets) == ("in", FlexAnalyzer.IDENTITY.encode() + b"\r\n")
    assert len(uut.wire_log(3)) == 3
