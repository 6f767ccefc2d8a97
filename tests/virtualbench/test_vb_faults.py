from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

import pytest
from tests.virtualbench.line_client import BenchInTest, LineClient, eventually
from tests.virtualbench.serial_bench import SOCKET, SerialBench

from benchtui.virtualbench.faults import KINDS, FaultRefused, Faults

if TYPE_CHECKING:
    from collections.abc import Iterator

IDENTITY = b"HP3458A\r\n"


class Meter:
    """A meter with a fault, and the bare bytes of a connection to it."""

    def __init__(self, bench: BenchInTest) -> None:
        self.bench = bench
        self.socket = self._connect()

    def _connect(self) -> socket.socket:
        host, port = self.bench.running.resources()["dmm"].split("::")[1:3]
        return socket.create_connection((host, int(port)), timeout=10.0)

    def connect_again(self) -> None:
        self.socket.close()
        self.socket = self._connect()

    def fault(self, kind: str, count: int = 1, **more: object) -> None:
        assert self.bench.hands.ask(do="fault", instrument="dmm", kind=kind, count=count, **more)["ok"]

    def ask(self, command: bytes, octets: int) -> bytes:
        self.socket.sendall(command + b"\n")
        return self.read(octets)

    def read(self, octets: int) -> bytes:
        received = b""
        while len(received) < octets:
            piece = self.socket.recv(octets - len(received))
            if not piece:
                break
            received += piece
        return received

    def healthy(self) -> bool:
        """Tell whether the next answer is right, and nothing was left over before it."""
        return self.ask(b"ID?", len(IDENTITY)) == IDENTITY


@pytest.fixture
def meter() -> Iterator[Meter]:
    with BenchInTest() as bench:
        meter = Meter(bench)
        yield meter
        meter.socket.close()


def test_there_are_sixteen_kinds() -> None:
    assert len(set(KINDS)) == 16


def test_half_a_reply(meter: Meter) -> None:
    meter.fault("half")
    assert meter.ask(b"ID?", 4) == IDENTITY[:4]
    assert meter.healthy()


def test_a_garbled_reply_keeps_its_end(meter: Meter) -> None:
    meter.fault("garbled", 2)
    first = meter.ask(b"ID?", len(IDENTITY))
    assert first == bytes([0xC8, 0x50, 0xB3, 0x34, 0xB5, 0x38, 0xC1]) + b"\r\n"
    assert meter.ask(b"ID?", len(IDENTITY)) == first
    assert meter.healthy()


def test_a_stale_reply_comes_first(meter: Meter) -> None:
    assert meter.ask(b"ERR?", 3) == b"0\r\n"
    meter.fault("stale")
    assert meter.ask(b"ID?", 3 + len(IDENTITY)) == b"0\r\n" + IDENTITY
    assert meter.healthy()


def test_the_first_reply_of_all_cannot_be_preceded_by_a_stale_one(meter: Meter) -> None:
    meter.fault("stale")
    assert meter.ask(b"ID?", len(IDENTITY)) == IDENTITY
    assert meter.ask(b"ERR?", len(IDENTITY) + 3) == IDENTITY + b"0\r\n"


def test_echo_duplicate_and_missing(meter: Meter) -> None:
    meter.fault("echo")
    assert meter.ask(b"ID?", 4 + len(IDENTITY)) == b"ID?\n" + IDENTITY
    meter.fault("duplicate")
    assert meter.ask(b"ID?", 2 * len(IDENTITY)) == 2 * IDENTITY
    meter.fault("missing")
    meter.socket.sendall(b"ID?\n")
    assert meter.ask(b"ERR?", 3) == b"0\r\n"
    assert meter.healthy()


def test_a_late_reply_comes_after_its_time_and_delays_the_next(meter: Meter) -> None:
    meter.fault("late", seconds=0.3)
    before = time.monotonic()
    meter.socket.sendall(b"ID?\nERR?\n")
    assert meter.read(len(IDENTITY) + 3) == IDENTITY + b"0\r\n"
    assert time.monotonic() - before >= 0.3


def test_slow_bytes_come_one_by_one(meter: Meter) -> None:
    meter.fault("slow-bytes")
    before = time.monotonic()
    meter.socket.sendall(b"ID?\n")
    pieces: list[bytes] = []
    while len(b"".join(pieces)) < len(IDENTITY):
        pieces.append(meter.socket.recv(100))
    assert b"".join(pieces) == IDENTITY
    assert len(pieces) > 3
    # Nine bytes of ten bits at 300 baud; the pause after the last one is not waited for.
    assert time.monotonic() - before >= 8 * 10 / 300
    assert meter.healthy()


def test_fin_ends_the_connection_in_order(meter: Meter) -> None:
    meter.fault("fin")
    assert meter.ask(b"ID?", 1) == b""
    meter.connect_again()
    assert meter.healthy()


def test_rst_resets_the_connection(meter: Meter) -> None:
    meter.fault("rst")
    meter.socket.sendall(b"ID?\n")
    with pytest.raises(ConnectionResetError):
        meter.socket.recv(1)
    meter.connect_again()
    assert meter.healthy()


def test_another_identity(meter: Meter) -> None:
    meter.fault("wrong-identity")
    assert meter.ask(b"ERR?", 3) == b"0\r\n"
    assert meter.ask(b"ID?", 7) == b"X9999\r\n"
    assert meter.healthy()


def test_a_refused_connection(meter: Meter) -> None:
    assert meter.healthy()
    meter.fault("refuse-connection")
    with pytest.raises(ConnectionRefusedError):
        LineClient(meter.bench.running.resources()["dmm"])
    assert meter.healthy()
    meter.fault("none")
    meter.connect_again()
    assert meter.healthy()


def test_nak_in_the_words_of_each_instrument() -> None:
    profiles = {
        "mks": ("mks-937b", b"@253U?;FF", b"@253NAK160;FF"),
        "tpg": ("pfeiffer-tpg362", b"TID\r", b"\x15\r\n"),
        "balance": ("mettler-mt-sics", b"S\r\n", b"ES\r\n"),
        "room": ("vaisala-ptu300", b"SEND\r", b"Unknown command.\r\n"),
    }
    with SerialBench({name: profile for name, (profile, _, _) in profiles.items()}) as bench:
        for name, (_, command, answer) in profiles.items():
            port = bench.port(name)
            bench.do("fault", instrument=name, kind="nak")
            port.write(command)
            assert port.octets(len(answer)) == answer
        tpg = bench.ports[1]
        tpg.write(b"\x05")
        assert tpg.read() == "0001"
        assert bench.do("state")["faults"] == {}


def test_a_refused_meter_command_is_in_its_error_register(meter: Meter) -> None:
    meter.fault("nak")
    meter.socket.sendall(b"ID?\n")
    assert meter.ask(b"ERRSTR?", 20) == b'103,"SYNTAX ERROR"\r\n'
    assert meter.healthy()


def test_a_refused_analyzer_command_is_in_its_error_queue() -> None:
    with BenchInTest() as bench:
        assert bench.hands.ask(do="fault", instrument="uut", kind="nak")["ok"]
        bench.uut.write("CN 3")
        assert bench.uut.query("ERRX?") == '100,"Undefined GPIB command."'
        assert bench.output("MPSMU")["on"] is False
        assert bench.uut.query("ERRX?") == '+0,"No Error."'


def test_an_interlock_that_does_not_hold() -> None:
    with BenchInTest(leads="MPSMU") as bench:
        bench.set("CN 3", "DV 3,0,100,0.001")
        bench.advance(1.0)
        assert bench.hands.ask(do="fault", instrument="uut", kind="interlock-open", count=2)["ok"]
        assert bench.hands.ask(do="state")["interlock"] is False
        assert bench.output("MPSMU")["on"] is False
        assert bench.uut.query("ERRX?").startswith("202")
        # Another fault, of another instrument, is no closing.
        assert bench.hands.ask(do="fault", instrument="dmm", kind="none")["ok"]
        for holds in (False, True):
            assert bench.hands.ask(do="interlock", closed=True)["ok"]
            assert bench.hands.ask(do="state")["interlock"] is holds


def test_compliance_and_the_level_after_it() -> None:
    with BenchInTest(leads="MPSMU") as bench:
        assert bench.hands.ask(do="fault", instrument="uut", kind="compliance")["ok"]
        bench.set("CN 3", "DV 3,0,10,0.001")
        bench.advance(1.0)
        assert bench.uut.query("TV 3").startswith("C")
        bench.set("DV 3,0,10,0.001")
        bench.advance(1.0)
        reading = bench.uut.query("TV 3")
        assert reading.startswith("N")
        assert float(reading[3:]) == pytest.approx(10.0, rel=2e-3)


def test_an_output_that_never_settles() -> None:
    with BenchInTest(leads="MPSMU") as bench:
        assert bench.hands.ask(do="fault", instrument="uut", kind="never-settling")["ok"]
        bench.set("CN 3", "DV 3,0,10,0.001")
        bench.advance(60.0)
        first = bench.output("MPSMU")["volts"]
        bench.advance(60.0)
        assert 0.1 < first < bench.output("MPSMU")["volts"] < 1.0
        bench.set("DZ", "DV 3,0,10,0.001")
        bench.advance(60.0)
        assert bench.output("MPSMU")["volts"] == pytest.approx(10.0, rel=2e-3)


def test_what_an_instrument_cannot_have_is_refused() -> None:
    with BenchInTest() as bench:
        for request in (
            {"instrument": "dmm", "kind": "interlock-open"},
            {"instrument": "dvm", "kind": "late"},
            {"instrument": "dmm", "kind": "tired"},
            {"instrument": "dmm", "kind": "late", "count": 0},
        ):
            reply = bench.hands.ask(do="fault", **request)
            assert reply["ok"] is False
            assert reply["error"]
        assert bench.hands.ask(do="state")["faults"] == {}
    with pytest.raises(FaultRefused):
        Faults().arm("compliance", 1)


def test_one_fault_a_reply_in_the_order_of_the_list(meter: Meter) -> None:
    meter.fault("duplicate")
    meter.fault("half")
    assert meter.bench.hands.ask(do="state")["faults"] == {"dmm": {"duplicate": 1, "half": 1}}
    assert meter.ask(b"ID?", 4) == IDENTITY[:4]
    assert meter.ask(b"ID?", 2 * len(IDENTITY)) == 2 * IDENTITY
    meter.fault("missing", 5)
    meter.fault("none")
    assert meter.healthy()


def test_faults_on_a_serial_line() -> None:
    with SerialBench({"rga": "srs-rga200"}) as bench:
        port = bench.port("rga", b"\n\r")
        answer = "SRSRGA200VER0.24SN12345"
        for kind, expected in (
            ("half", answer.encode()[:12]),
            ("echo", b"ID?\r" + answer.encode() + b"\n\r"),
            ("wrong-identity", b"SRSX9999VER0.24SN12345\n\r"),
            ("slow-bytes", answer.encode() + b"\n\r"),
        ):
            bench.do("fault", instrument="rga", kind=kind)
            port.write(b"ID?\r")
            assert port.octets(len(expected)) == expected
            assert port.query("MI?\r") == "1"


def test_a_fault_strikes_whichever_connection_comes_next() -> None:
    with SerialBench({"balance": "mettler-mt-sics"}, resource=SOCKET) as bench:
        clients = [LineClient(bench.running.resources()["balance"]) for _ in range(2)]
        bench.do("fault", instrument="balance", kind="missing")
        clients[0].write("I4", "I11")
        assert clients[0].read() == 'I11 A "MS204S"'
        assert clients[1].query("I11") == 'I11 A "MS204S"'
        for client in clients:
            client.close()
        eventually(lambda: bench.running.servers["balance"].idle_since() is not None)
