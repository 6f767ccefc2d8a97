"""Instruments that stand on the test bench."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from tests.instruments.line_server import FlexAnalyzer, LineServer, Multimeter

from benchtui.clock import WallClock
from benchtui.instruments import open_instrument
from benchtui.instruments.b1500 import B1500
from benchtui.instruments.table_meter import TableVoltmeter
from benchtui.profiles import BenchInstrument

if TYPE_CHECKING:
    from collections.abc import Iterator

# How long an example takes says something about the machine, not about the program.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
MODULES = {"MPSMU": "B1511B", "HVSMU": "B1513B"}


@pytest.fixture
def analyzer() -> FlexAnalyzer:
    return FlexAnalyzer()


@pytest.fixture
def analyzer_server(analyzer: FlexAnalyzer) -> Iterator[LineServer]:
    with LineServer(analyzer) as server:
        yield server


@pytest.fixture
def uut(analyzer_server: LineServer) -> Iterator[B1500]:
    entry = BenchInstrument(profile="keysight-b1505a", resource=analyzer_server.resource)
    instrument = open_instrument("uut", entry, clock=WallClock(), modules=MODULES)
    assert isinstance(instrument, B1500)
    with closing(instrument):
        yield instrument


@pytest.fixture
def multimeter() -> Multimeter:
    return Multimeter()


@pytest.fixture
def multimeter_server(multimeter: Multimeter) -> Iterator[LineServer]:
    with LineServer(multimeter) as server:
        yield server


@pytest.fixture
def dmm(multimeter_server: LineServer) -> Iterator[TableVoltmeter]:
    entry = BenchInstrument(profile="keysight-3458a", resource=multimeter_server.resource)
    instrument = open_instrument("dmm", entry, clock=WallClock())
    assert isinstance(instrument, TableVoltmeter)
    with closing(instrument):
        yield instrument
