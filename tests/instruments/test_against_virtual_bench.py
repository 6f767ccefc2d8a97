"""The drivers against the virtual bench: a program of its own at the other end of the wire."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from benchtui.clock import WallClock
from benchtui.errors import InstrumentError, Interlock
from benchtui.instruments import open_instrument
from benchtui.instruments.b1500 import B1500
from benchtui.instruments.resource import parse_socket
from benchtui.instruments.table_meter import TableVoltmeter
from benchtui.profiles import BenchInstrument

if TYPE_CHECKING:
    from collections.abc import Iterator

ENGINE = Path(__file__).with_name("engine_stand_in.py")
MODULES = {"MPSMU": "B1511B", "HVSMU": "B1513B"}
MILLIAMPERE = Decimal("0.001")
TRUTH = """
[uut.MPSMU]
gain_error = 0.0
offset = 0.0
[uut.HVSMU]
gain_error = 0.0
offset = 0.0
[standards.dmm]
error = 0.0
"""


class Hands:
    """The hands at the bench."""

    def __init__(self, resource: str) -> None:
        address = parse_socket(resource)
        self._socket = socket.create_connection((address.host, address.port), timeout=10.0)
        self._replies = self._socket.makefile("r", encoding="utf-8")

    def do(self, what: str, **facts: object) -> dict[str, Any]:
        self._socket.sendall(json.dumps({"do": what, **facts}).encode() + b"\n")
        reply: dict[str, Any] = json.loads(self._replies.readline())
        assert reply["ok"], reply
        return reply

    def wire(self, module: str) -> None:
        leads = [[["uut", module, "force"], ["dmm", "", "hi"]], [["uut", "", "common"], ["dmm", "", "lo"]]]
        self.do("wire", connections=leads)

    def output(self, module: str) -> dict[str, Any]:
        found: dict[str, Any] = next(o for o in self.do("state")["outputs"] if o["module"] == module)
        return found

    def close(self) -> None:
        self._replies.close()
        self._socket.close()


@pytest.fixture(params=["virtual", "1"], ids=["virtual time", "real time"])
def addresses(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    truth = tmp_path / "truth.toml"
    truth.write_text(TRUTH, encoding="utf-8")
    argv = [
        sys.executable,
        "-m",
        "benchtui.virtualbench",
        "--truth",
        str(truth),
        "--time-scale",
        request.param,
    ]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        announced: dict[str, str] = json.loads(process.stdout.readline())
        yield announced
    finally:
        process.terminate()
        process.wait(10.0)
        process.stdout.close()


@pytest.fixture
def hands(addresses: dict[str, str]) -> Iterator[Hands]:
    with closing(Hands(addresses["control"])) as hands:
        hands.do("interlock", closed=True)
        yield hands


@pytest.fixture
def virtual_uut(addresses: dict[str, str]) -> Iterator[B1500]:
    entry = BenchInstrument(profile="keysight-b1505a", resource=addresses["uut"])
    uut = open_instrument("uut", entry, clock=WallClock(), modules=MODULES)
    assert isinstance(uut, B1500)
    with closing(uut):
        uut.connect()
        yield uut


@pytest.fixture
def virtual_dmm(addresses: dict[str, str]) -> Iterator[TableVoltmeter]:
    dmm = open_instrument(
        "dmm", BenchInstrument(profile="keysight-3458a", resource=addresses["dmm"]), clock=WallClock()
    )
    assert isinstance(dmm, TableVoltmeter)
    with closing(dmm):
        dmm.connect()
        yield dmm


@pytest.mark.parametrize(
    ("module", "volts", "span"),
    [("MPSMU", "-0.45", "0.5"), ("MPSMU", "90", "100"), ("HVSMU", "1000", "1500")],
)
def test_what_is_set_is_what_is_read(
    hands: Hands, virtual_uut: B1500, virtual_dmm: TableVoltmeter, module: str, volts: str, span: str
) -> None:
    hands.wire(module)
    virtual_uut.source_voltage(module, Decimal(volts), span=Decimal(span), current_limit=MILLIAMPERE)
    assert not virtual_uut.compliance(module)
    virtual_dmm.prepare_voltage(Decimal(volts))
    hands.do("advance", seconds=5.0)
    readings = [virtual_dmm.read_voltage() for _ in range(3)]
    assert all(reading.sound for reading in readings)
    assert readings[-1].value == pytest.approx(float(volts), rel=1e-3)
    virtual_uut.safe_off()
    assert not hands.output(module)["on"]


def test_over_range(hands: Hands, virtual_uut: B1500, virtual_dmm: TableVoltmeter) -> None:
    hands.wire("MPSMU")
    virtual_uut.source_voltage("MPSMU", Decimal(90), span=Decimal(100), current_limit=MILLIAMPERE)
    virtual_dmm.prepare_voltage(Decimal(1))
    hands.do("advance", seconds=5.0)
    reading = virtual_dmm.read_voltage()
    assert reading.flags == ("over-range",)
    assert not reading.sound
    virtual_uut.safe_off()


def test_open_interlock(hands: Hands, virtual_uut: B1500) -> None:
    hands.do("interlock", closed=False)
    with pytest.raises(Interlock):
        virtual_uut.source_voltage("HVSMU", Decimal(1000), span=Decimal(1500), current_limit=MILLIAMPERE)
    virtual_uut.safe_off()
    assert not hands.output("HVSMU")["on"]


def test_a_range_that_the_module_lacks_is_its_error(hands: Hands, virtual_uut: B1500) -> None:
    with pytest.raises(InstrumentError):
        virtual_uut.source_voltage("MPSMU", Decimal(150), span=Decimal(200), current_limit=MILLIAMPERE)
    virtual_uut.safe_off()


def test_zero_keeps_the_output_connected(hands: Hands, virtual_uut: B1500) -> None:
    virtual_uut.source_voltage("MPSMU", Decimal(90), span=Decimal(100), current_limit=MILLIAMPERE)
    virtual_uut.zero("MPSMU")
    assert hands.output("MPSMU")["on"]
    virtual_uut.safe_off()
    assert not hands.output("MPSMU")["on"]


def test_killed_engine_leaves_no_output_on(addresses: dict[str, str], hands: Hands, tmp_path: Path) -> None:
    hands.wire("HVSMU")
    log = tmp_path / "guardian.log"
    argv = [sys.executable, str(ENGINE), addresses["uut"], str(log), "HVSMU", "1000", "1500"]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.readline(), "the engine came up"
        hands.do("advance", seconds=5.0)
        deadline = time.monotonic() + 5.0
        while abs(hands.output("HVSMU")["volts"]) < 900.0:
            assert time.monotonic() < deadline
        moment = time.monotonic()
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    while hands.output("HVSMU")["on"]:
        assert time.monotonic() < moment + 30.0
        time.sleep(0.005)
    state = hands.output("HVSMU")
    assert abs(state["volts"]) < 30.0
    assert state["off_at"] - moment < 4.0
    while not log.exists():
        assert time.monotonic() < moment + 30.0
        time.sleep(0.01)
