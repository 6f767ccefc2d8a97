"""The self-test of an analyzer, and the corrections of its capacitance unit at several frequencies."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal

import pytest
from tests.instruments.line_server import FlexAnalyzer, LineServer, Reply

from benchtui import roles
from benchtui.clock import WallClock
from benchtui.errors import Garbled, InstrumentError
from benchtui.instruments import open_instrument
from benchtui.instruments.b1500 import B1500
from benchtui.profiles import BenchInstrument


class SelfTestingAnalyzer(FlexAnalyzer):
    """An analyzer that answers *answer* to its self-test, and leaves *left* in its error queue."""

    def __init__(self) -> None:
        super().__init__()
        self.units = "0,0;0,0;B1511B,0;0,0;0,0;0,0;0,0;0,0;B1520A,0;0,0"
        self.answer = "0"
        self.left: list[str] = []

    def __call__(self, line: str, reply: Reply) -> None:
        match line.partition(" ")[0]:
            case "*TST?":
                self.errors += self.left
                reply(self.answer)
            case "CORR?":
                reply("0")
            case "IMP" | "FC" | "ACV" | "CLCORR" | "CORRL" | "CORRST":
                return
            case _:
                super().__call__(line, reply)


@pytest.fixture
def model() -> SelfTestingAnalyzer:
    return SelfTestingAnalyzer()


@pytest.fixture
def server(model: SelfTestingAnalyzer) -> Iterator[LineServer]:
    with LineServer(model) as server:
        yield server


@pytest.fixture
def analyzer(server: LineServer) -> Iterator[B1500]:
    entry = BenchInstrument(profile="keysight-b1505a", resource=server.resource)
    modules = {"MPSMU": "B1511B", "MFCMU": "B1520A"}
    instrument = open_instrument("uut", entry, clock=WallClock(), modules=modules)
    assert isinstance(instrument, B1500)
    with closing(instrument):
        instrument.connect()
        server.heard.clear()
        yield instrument


def test_it_tests_itself(analyzer: B1500, server: LineServer) -> None:
    assert isinstance(analyzer, roles.SelfTest)
    reading = analyzer.self_test()
    assert (reading.raw, reading.value, reading.unit, reading.flags) == ("0", 0.0, "1", ())
    assert server.lines() == ["*TST?", "ERRX?"]


def test_a_failure_brings_its_reasons(analyzer: B1500, model: SelfTestingAnalyzer) -> None:
    model.answer = "4"
    model.left = ['+601,"Module failed.; SLOT3"']
    reading = analyzer.self_test()
    assert reading.value == 4
    assert reading.flags == ("601 Module failed.; SLOT3",)
    model.answer = "0"
    with pytest.raises(InstrumentError, match="601"):
        analyzer.self_test()  # passed, and an error all the same


def test_what_is_no_answer_is_refused(analyzer: B1500, model: SelfTestingAnalyzer) -> None:
    model.answer = "passed"
    with pytest.raises(Garbled):
        analyzer.self_test()


def test_corrections_are_taken_at_a_list_of_frequencies(analyzer: B1500, server: LineServer) -> None:
    assert isinstance(analyzer, roles.CapacitanceMeter)
    listed = [Decimal(1000), Decimal(1_000_000)]
    analyzer.prepare_capacitance("MFCMU", frequency=listed[0], level=Decimal("0.1"))
    server.heard.clear()
    analyzer.correct("MFCMU", standard="open", frequencies=listed)
    assert math.isinf(analyzer.correction_age("MFCMU", frequency=listed[1])), "the short is missing"
    analyzer.correct("MFCMU", standard="short", frequencies=listed)
    assert server.lines() == [
        "CLCORR 9,1", "CORRL 9,1000", "CORRL 9,1000000", "ERRX?", "CORR? 9,1", "CORRST 9,1,1", "ERRX?",
        "CORR? 9,2", "CORRST 9,2,1", "ERRX?",
    ]  # fmt: skip
    analyzer.prepare_capacitance("MFCMU", frequency=listed[1], level=Decimal("0.1"))
    for frequency in listed:
        assert 0 <= analyzer.correction_age("MFCMU", frequency=frequency) < 3600
    assert math.isinf(analyzer.correction_age("MFCMU", frequency=Decimal(10_000)))
    analyzer.correct("MFCMU", standard="open", frequencies=[Decimal(10_000)])
    assert math.isinf(analyzer.correction_age("MFCMU", frequency=listed[0])), "a new list, a new correction"


def test_corrections_can_be_forgotten(analyzer: B1500, server: LineServer) -> None:
    analyzer.prepare_capacitance("MFCMU", frequency=Decimal(1000), level=Decimal("0.1"))
    for standard in ("open", "short"):
        analyzer.correct("MFCMU", standard=standard)
    server.heard.clear()
    analyzer.clear_corrections("MFCMU")
    assert server.lines() == ["CLCORR 9,1", "ERRX?"]
    assert math.isinf(analyzer.correction_age("MFCMU", frequency=Decimal(1000)))
