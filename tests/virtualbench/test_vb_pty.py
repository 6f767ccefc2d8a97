from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
import serial
from tests.virtualbench.line_client import LineClient, eventually
from tests.virtualbench.serial_bench import SOCKET, Port, SerialBench

from benchtui.errors import BadInput

BALANCE = {"balance": "mettler-mt-sics"}
IDENTITY = 'I4 A "B021002593"'


def test_a_client_may_close_the_port_and_open_it_again() -> None:
    with SerialBench(BALANCE) as bench:
        for _ in range(3):
            port = Port(bench.path("balance"))
            assert port.query("I4\r\n") == IDENTITY
            port.close()
            eventually(lambda: bench.running.servers["balance"].idle_since() is not None)


def test_what_a_client_left_unread_is_not_there_for_the_next_one() -> None:
    with SerialBench(BALANCE) as bench:
        slave = os.open(bench.path("balance"), os.O_RDWR | os.O_NOCTTY)
        os.write(slave, b"I0\r\n")
        eventually(lambda: len(os.read(slave, 1)) == 1)
        os.close(slave)
        eventually(lambda: bench.running.servers["balance"].idle_since() is not None)
        # Opened without throwing input away, as pyserial would.
        slave = os.open(bench.path("balance"), os.O_RDWR | os.O_NOCTTY)
        os.write(slave, b"I4\r\n")
        received = b""
        while not received.endswith(b"\n"):
            received += os.read(slave, 100)
        os.close(slave)
        assert received == IDENTITY.encode() + b"\r\n"


def test_the_line_is_raw() -> None:
    with SerialBench({"rga": "srs-rga200"}) as bench:
        slave = os.open(bench.path("rga"), os.O_RDWR | os.O_NOCTTY)
        # In the cooked mode CR would become LF, and the answer would be echoed back.
        os.write(slave, b"ID?\r")
        received = b""
        while not received.endswith(b"\r"):
            received += os.read(slave, 100)
        os.close(slave)
        assert received == b"SRSRGA200VER0.24SN12345\n\r"


@pytest.mark.parametrize("pause", [False, True])
def test_a_port_can_be_opened_again_with_the_same_framing(pause: bool) -> None:
    with SerialBench({"room": "vaisala-ptu300"}) as bench:
        for _ in range(5):
            port = serial.Serial(bench.path("room"), 4800, bytesize=7, parity="E", timeout=10.0)
            port.write(b"ERRS\r")
            assert port.read_until(b"\n") == b"No errors\r\n"
            port.close()
            if pause:
                eventually(lambda: bench.running.servers["room"].idle_since() is not None)


def test_what_is_served_where() -> None:
    with SerialBench(BALANCE) as bench:
        assert Path(bench.path("balance")).is_char_device()
        assert list(bench.running.resources()) == ["balance", "control"]
        path = bench.path("balance")
    assert not Path(path).exists()
    with SerialBench(BALANCE, resource=SOCKET) as bench:
        client = LineClient(bench.running.resources()["balance"])
        assert client.query("I4") == IDENTITY
        client.close()


def test_an_instrument_of_the_network_has_no_serial_line() -> None:
    with pytest.raises(BadInput, match="dmm has no serial line"):
        SerialBench({"dmm": "keysight-3458a"})


def test_idle_counts_the_ports_too() -> None:
    with SerialBench(BALANCE) as bench:
        port = bench.port("balance")
        assert port.query("I4\r\n") == IDENTITY
        bench.hands.close()
        eventually(lambda: bench.running.idle() == 0.0)
        port.close()
        eventually(lambda: bench.running.idle() > 0.0)


def test_an_unplugged_adapter_comes_back_under_its_name() -> None:
    with SerialBench(BALANCE) as bench:
        path = bench.path("balance")
        port = bench.port("balance")
        bench.do("fault", instrument="balance", kind="fin")
        port.write(b"I4\r\n")

        def gone() -> bool:
            try:
                return not Path(path).exists() and port.serial.read(1) == b""
            except serial.SerialException:
                return True

        eventually(gone)
        port.close()
        eventually(Path(path).exists)
        assert bench.port("balance").query("I4\r\n") == IDENTITY


def test_a_refused_port_cannot_be_opened_until_the_fault_is_cleared() -> None:
    with SerialBench(BALANCE) as bench:
        bench.do("fault", instrument="balance", kind="refuse-connection")
        with pytest.raises(serial.SerialException):
            Port(bench.path("balance"))
        bench.do("fault", instrument="balance", kind="none")
        assert bench.port("balance").query("I4\r\n") == IDENTITY


def test_closing_the_bench_does_not_wait_for_a_client() -> None:
    bench = SerialBench({"room": "vaisala-ptu300"}, 1.0)
    port = bench.port("room")
    port.write(b"R\r")
    before = time.monotonic()
    bench.running.close()
    assert time.monotonic() - before < 10.0
    port.close()
    bench.hands.close()
