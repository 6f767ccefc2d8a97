"""Serial lines: what cannot be opened is told apart, a port belongs to one program, late replies are no data."""

from __future__ import annotations

import fcntl
import os
import random
import re
import subprocess
import sys
import termios
import threading
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest
from tests.instruments.pty_server import PtyServer, Send, lines

from benchtui.errors import Aborted, BadInput, Lost, NoReply, Refused
from benchtui.instruments.ack_enq import AckEnqDialect
from benchtui.instruments.dialect import LineDialect
from benchtui.instruments.link import Link, Wire
from benchtui.instruments.profile import SerialLine
from benchtui.instruments.resource import open_transport, serial_port
from benchtui.instruments.serial import SerialTransport
from benchtui.instruments.wire_log import WireLog

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LINE = SerialLine(baud=9600, source="test")
LINES = LineDialect(write_terminator="\r", read_terminator="\r\n", max_length=64, timeout=2.0)
HANDSHAKE = AckEnqDialect(write_terminator="\r", read_terminator="\r\n", max_length=64, timeout=2.0)
IDENTITY = re.compile("^ME$")


def opened(port: str, line: SerialLine = LINE) -> SerialTransport:
    transport = SerialTransport(port, line)
    transport.open(1.0)
    return transport


@contextmanager
def link_to(server: PtyServer, dialect: LineDialect = LINES, log: WireLog | None = None) -> Iterator[Link]:
    link = Link(
        SerialTransport(server.path, LINE),
        log or WireLog(),
        lambda wire: void(dialect.synchronise(wire, "ID", IDENTITY)),
    )
    with closing(link):
        link.open()
        yield link


def void(_: object) -> None:
    return


def silent(chunk: bytes, send: Send) -> None:
    return


# --- opening
def test_a_port_that_is_not_there() -> None:
    with pytest.raises(Refused, match="no such serial port") as caught:
        opened("/dev/ttyNOWHERE9")
    assert caught.value.where == "/dev/ttyNOWHERE9"
    assert "adapter" in str(caught.value.hint)


def test_a_port_that_another_program_uses() -> None:
    with PtyServer(silent) as server:
        other = os.open(server.path, os.O_RDWR | os.O_NOCTTY)
        try:
            fcntl.flock(other, fcntl.LOCK_EX)
            with pytest.raises(Refused, match="Another program"):
                opened(server.path)
        finally:
            os.close(other)
        with closing(opened(server.path)), pytest.raises(Refused, match="Another program"):
            opened(server.path)
        opened(server.path).close()


def test_a_port_without_rights() -> None:
    program = (
        "import grp, os, sys, serial\n"
        "from benchtui.errors import Refused\n"
        "from benchtui.instruments.profile import SerialLine\n"
        "from benchtui.instruments.serial import SerialTransport\n"
        "transport = SerialTransport(sys.argv[1], SerialLine(baud=9600, source='test'))\n"
        "if os.getuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "try: transport.open(1.0)\n"
        "except Refused as error: print(error)"
    )
    with PtyServer(silent) as server:
        os.chmod(server.path, 0o060)  # noqa: PTH101 - a device
        argv = [sys.executable, "-c", program, server.path]
        result = subprocess.run(argv, capture_output=True, text=True)
    assert "no right" in result.stdout, result.stderr
    assert "group" in result.stdout


def test_a_file_is_no_port(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Refused, match="no serial port"):
        opened(str(tmp_path / "file"))


def test_a_port_that_goes_away_is_lost() -> None:
    server = PtyServer(silent)
    with closing(opened(server.path)) as transport:
        server.hang_up()
        with pytest.raises(Lost, match="gone"):
            transport.receive(1.0)
        with pytest.raises(Lost):
            transport.send(b"x", 1.0)


@pytest.mark.parametrize("baud", [4800, 9600, 28800, 115200])
def test_the_speed_of_the_profile_is_set(baud: int) -> None:
    with (
        PtyServer(silent) as server,
        closing(opened(server.path, SerialLine(baud=baud, source="test"))),
        open(server.path, "rb", buffering=0) as port,  # noqa: PTH123 - a device
    ):
        speed = termios.tcgetattr(port)[4]
    known = getattr(termios, f"B{baud}", None)
    assert speed == (known if known is not None else 0o010000), "0o010000 says: a speed of its own"


def test_the_resource_names_the_device() -> None:
    assert serial_port("ASRL/dev/ttyUSB0::INSTR") == "/dev/ttyUSB0"
    assert serial_port("asrl/dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0-port0::instr").endswith("port0")
    assert open_transport("ASRL/dev/ttyS3::INSTR", LINE).address == "/dev/ttyS3"
    with pytest.raises(BadInput, match="serial port") as caught:
        serial_port("ASRL3::INSTR")
    assert "/dev/serial/by-id" in str(caught.value.hint)
    with pytest.raises(BadInput, match="profile"):
        open_transport("ASRL/dev/ttyS3::INSTR")


# --- the wire
def test_bytes_go_both_ways_as_they_are() -> None:
    everything = bytes(range(256)) * 4
    with PtyServer(lambda chunk, send: send(chunk)) as server, closing(opened(server.path)) as transport:
        assert transport.send(everything, 1.0) == len(everything)
        received = b""
        deadline = time.monotonic() + 5.0
        while len(received) < len(everything) and time.monotonic() < deadline:
            received += transport.receive(0.1)
        assert received == everything
        assert transport.receive(0.0) == b""
        assert transport.flush() == b""


def test_an_abort_frees_a_hung_serial_line() -> None:
    on_wire = []
    with PtyServer(silent) as server:
        for attempt in range(20):
            with link_to(server) as link:
                errors: list[Exception] = []

                def wait(link: Link = link, errors: list[Exception] = errors) -> None:
                    try:
                        link.run(lambda wire: LINES.query(wire, "WAIT", 30.0))
                    except Aborted as error:
                        errors.append(error)

                caller = threading.Thread(target=wait)
                began = time.monotonic()
                caller.start()
                server.when(b"WAIT\r", since=began)
                time.sleep(0.003 * attempt)  # somewhere in the slice of 50 ms
                moment = time.monotonic()
                link.abort()
                link.run_urgently(lambda wire: LINES.say(wire, "OFF"))
                on_wire.append(server.when(b"OFF\r", since=moment) - moment)
                caller.join(5.0)
                assert len(errors) == 1
    assert max(on_wire) < 4.0, "even on a machine that is busy with other work"


class Handshaking:
    """An instrument with ACK and ENQ that answers in order, each time after a while of its own."""

    def __init__(self, chance: random.Random, longest: float) -> None:
        self._chance = chance
        self._longest = longest
        self._received = b""
        self._due = b""

    def __call__(self, chunk: bytes, send: Send) -> None:
        for octet in chunk:
            if octet in b"\r\x05":
                time.sleep(self._chance.uniform(0.0, self._longest))
            if octet == 0x05:
                send(self._due + b"\r\n")
            elif octet == 0x0D:
                self._due = b"ME" if self._received == b"ID" else b"answer to " + self._received
                self._received = b""
                send(b"\x06\r\n")
            else:
                self._received += bytes([octet])


def ask_often(link: Link, dialect: LineDialect, count: int, timeout: float) -> tuple[int, int]:
    """Ask *count* questions; every answer must be its own. Return how many were answered, and how many not."""
    answered = missed = 0
    for number in range(count):

        def work(wire: Wire, number: int = number) -> str:
            return dialect.query(wire, f"Q{number}", timeout)

        try:
            answer = link.run(work)
        except NoReply:
            missed += 1
        else:
            assert answer == f"answer to Q{number}"
            answered += 1
    return answered, missed


def answering(chance: random.Random, longest: float) -> PtyServer:
    def answer(command: str) -> bytes:
        time.sleep(chance.uniform(0.0, longest))
        return b"ME\r\n" if command == "ID" else f"answer to {command}\r\n".encode()

    return PtyServer(lines(b"\r", answer))


@pytest.mark.parametrize("count", [2000, pytest.param(10_000, marks=pytest.mark.slow)])
def test_a_late_reply_on_a_line_is_never_the_next_answer(count: int) -> None:
    """Questions whose answers come around the time-out, on a line that cannot be opened anew."""
    with answering(random.Random(2009), 0.002) as server, link_to(server) as link:
        answered, missed = ask_often(link, LINES, count, 0.001)
    assert min(answered, missed) > count / 100, "the test must see both"


@pytest.mark.parametrize("count", [500, pytest.param(10_000, marks=pytest.mark.slow)])
def test_a_late_reply_in_a_handshake_is_never_the_next_answer(count: int) -> None:
    impatient = AckEnqDialect(write_terminator="\r", read_terminator="\r\n", timeout=0.0015)
    with (
        PtyServer(Handshaking(random.Random(36), 0.002)) as server,
        link_to(server, HANDSHAKE) as link,
    ):
        answered, missed = ask_often(link, impatient, count, 0.0015)
    assert min(answered, missed) > count / 100, "the test must see both"


def test_two_answers_to_the_question_that_resynchronises() -> None:
    """The first resynchronisation runs out of time: its answer comes during the second, which must not stop there."""
    asked: list[str] = []

    def answer(command: str) -> bytes | None:
        asked.append(command)
        if command == "ID":
            if asked.count("ID") == 1:
                return None
            return b"ME\r\nME\r\n"  # the late one, and its own
        return None if command == "LATE" else f"answer to {command}\r\n".encode()

    quick = LineDialect(write_terminator="\r", read_terminator="\r\n", max_length=64, timeout=0.2)
    with PtyServer(lines(b"\r", answer)) as server, link_to(server, quick) as link:
        for command in ("LATE", "NEXT"):
            with pytest.raises(NoReply):
                link.run(lambda wire, command=command: quick.query(wire, command))  # type: ignore[misc] # binds it
        assert link.run(lambda wire: quick.query(wire, "A")) == "answer to A"
        assert link.run(lambda wire: quick.query(wire, "B")) == "answer to B"
    assert asked == ["LATE", "ID", "ID", "A", "B"]
