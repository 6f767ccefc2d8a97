"""The log of the wire: bounded, readable, on disk while the work goes on, and never in its way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import pytest
from tests.instruments.line_server import LineServer, Multimeter, Reply
from tests.instruments.pty_server import PtyServer, lines

from benchtui.clock import WallClock
from benchtui.errors import BadInput, BenchtuiError, NoReply
from benchtui.instruments import open_instrument
from benchtui.instruments.dialect import LineDialect
from benchtui.instruments.driver import WiredInstrument
from benchtui.instruments.link import Link
from benchtui.instruments.replay import load_conversation
from benchtui.instruments.table_meter import TableVoltmeter
from benchtui.instruments.tcp import TcpTransport
from benchtui.instruments.wire_file import PIECE_LIMIT, WireRecorder, kept_logs, piece_of, read_log
from benchtui.instruments.wire_log import HELD, WireEntry, WireLog, escaped, last_exchanges
from benchtui.profiles import BenchInstrument

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATIENCE = 60.0
LINES = LineDialect(write_terminator="\r\n", read_terminator="\r\n", max_length=64, timeout=30.0)


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[WireRecorder]:
    with closing(WireRecorder(tmp_path / "wire")) as made:
        yield made


def until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.002)


def meter_at(server: LineServer) -> TableVoltmeter:
    entry = BenchInstrument(profile="keysight-3458a", resource=server.resource)
    meter = open_instrument("dmm", entry, clock=WallClock())
    assert isinstance(meter, TableVoltmeter)
    return meter


# --------------------------------------------------------------------------------------------------------- in memory
def test_the_log_is_bounded_in_pieces_and_in_bytes() -> None:
    log = WireLog(depth=3)
    for number in range(10):
        log.add("out", b"%d" % number)
    assert [entry.octets for entry in log.last(99)] == [b"7", b"8", b"9"]
    log = WireLog()
    waveform = bytes(65536)
    for _ in range(200):
        log.add("in", waveform)
    assert HELD - len(waveform) < sum(len(entry.octets) for entry in log.last(9999)) <= HELD
    log.add("in", bytes(2 * HELD))
    assert [len(entry.octets) for entry in log.last(9999)] == [2 * HELD]  # the last piece, however long


def entries(*said: str) -> list[WireEntry]:
    """Make entries of words such as ``>ID?`` (out), ``<HP3458A`` (in), ``!old`` (stale)."""
    directions = {">": "out", "<": "in", "!": "stale"}
    return [
        WireEntry(float(at), directions[word[0]], word[1:].encode())  # type: ignore[arg-type] # one of the three
        for at, word in enumerate(said)
    ]


@pytest.mark.parametrize(
    ("count", "left"),
    [
        (0, 0),
        (1, 1),  # a question without an answer is an exchange
        (2, 3),  # and so is a command
        (3, 5),
        (4, 7),
        (9, 8),  # what came before the first question belongs to nobody
    ],
)
def test_an_exchange_is_what_was_said_and_all_that_came_of_it(count: int, left: int) -> None:
    said = entries("!", ">ID?", "<HP3458A", ">DCV 10", "!late", ">TARM SGL,1", "<1.0", ">ID?")
    assert last_exchanges(said, count) == tuple(said[len(said) - left :])


def test_bytes_are_shown_as_printable_ascii() -> None:
    every = bytes(range(256))
    shown = escaped(every)
    assert shown.isascii()
    assert shown.isprintable()
    assert shown.encode().decode("unicode_escape").encode("latin-1") == every
    assert escaped(b"*IDN?\r\n\x06\\") == r"*IDN?\r\n\x06\\"


# ----------------------------------------------------------------------------------------------------------- on disk
def test_a_conversation_over_tcp_is_on_disk_and_can_be_played_again(
    tmp_path: Path, recorder: WireRecorder, multimeter: Multimeter, multimeter_server: LineServer
) -> None:
    multimeter.volts = 9.99987
    with closing(meter_at(multimeter_server)) as meter:
        meter.keep_wire_log(recorder.sink("dmm"))
        begun = time.time()
        meter.connect()
        taken = meter.read_voltage()
        said = meter.wire_log(9999)
    recorder.close()
    kept = read_log(tmp_path / "wire", "dmm")
    assert kept == tuple(piece_of(entry) for entry in said)
    assert any(piece.direction == "out" and piece.octets == "TARM SGL,1\r\n" for piece in kept)
    assert all(begun - 1 <= piece.time <= time.time() + 1 for piece in kept)
    assert [piece.time for piece in kept] == sorted(piece.time for piece in kept)
    entry = BenchInstrument(profile="keysight-3458a", resource=f"REPLAY::{tmp_path / 'wire' / 'dmm.log'}")
    again = open_instrument("dmm", entry, clock=WallClock())
    assert isinstance(again, TableVoltmeter)
    with closing(again):
        again.connect()
        assert again.read_voltage().raw == taken.raw


def test_a_conversation_over_a_serial_line_is_on_disk(tmp_path: Path, recorder: WireRecorder) -> None:
    def answer(line: str) -> bytes | None:
        return b"\xffMETTLER\x06\r\n" if line == "I4" else None

    with PtyServer(lines(b"\r\n", answer)) as server:
        entry = BenchInstrument(profile="mettler-mt-sics", resource=server.resource)
        balance = open_instrument("balance", entry, clock=WallClock())
        assert isinstance(balance, WiredInstrument)
        balance.keep_wire_log(recorder.sink("balance"))
        with closing(balance), pytest.raises(BenchtuiError):
            balance.connect()
    recorder.close()
    kept = read_log(tmp_path / "wire", "balance")
    assert any(piece.direction == "out" and "@" in piece.octets for piece in kept)
    heard = "".join(piece.octets for piece in kept if piece.direction == "out")
    assert server.octets() == heard.encode("latin-1")


def test_files_are_put_aside_in_time_and_nothing_is_out_of_order(tmp_path: Path) -> None:
    folder = tmp_path / "wire"
    recorder = WireRecorder(folder, limit=4000)
    log = WireLog()
    log.copy_to(recorder.sink("dmm"))
    with closing(recorder):
        for number in range(300):
            log.add("out", b"%d\n" % number)
            if number % 20 == 0:  # let it be written in many blocks
                until(lambda n=number: read_log(folder, "dmm")[-1:] and _last(folder) == n, "written")  # type: ignore[misc] # binds the number
    numbers = [int(piece.octets) for piece in read_log(folder, "dmm")]
    assert numbers == list(range(numbers[0], 300))
    assert len(numbers) >= 40
    assert sorted(path.name for path in folder.iterdir()) == ["dmm.log", "dmm.log.1"]
    assert sum(path.stat().st_size for path in folder.iterdir()) < 2 * 4000 + 20 * 100
    assert kept_logs(folder) == ("dmm",)


def _last(folder: Path) -> int:
    return int(read_log(folder, "dmm")[-1].octets)


def test_two_processes_may_write_about_the_same_instrument(tmp_path: Path) -> None:
    """Somebody checks the bench while the engine has the file open, and puts it aside under its hands."""
    folder = tmp_path / "wire"
    engine, check = WireRecorder(folder), WireRecorder(folder, limit=1)
    logs = WireLog(), WireLog()
    with closing(engine), closing(check):
        logs[0].copy_to(engine.sink("dmm"))
        logs[1].copy_to(check.sink("dmm"))
        for number, log in enumerate((*logs, logs[0])):
            log.add("out", b"%d" % number)
            until(lambda n=number: _numbers(folder)[-1:] == [n], "written")  # type: ignore[misc] # binds the number
    assert _numbers(folder) == [0, 1, 2]


def _numbers(folder: Path) -> list[int]:
    return [int(piece.octets) for piece in read_log(folder, "dmm")]


def test_a_long_piece_is_cut_and_says_so(tmp_path: Path, recorder: WireRecorder) -> None:
    log = WireLog()
    log.copy_to(recorder.sink("scope"))
    log.add("in", b"\x00\xff" * PIECE_LIMIT)
    recorder.close()
    (kept,) = read_log(tmp_path / "wire", "scope")
    assert (len(kept.octets), kept.length) == (PIECE_LIMIT, 2 * PIECE_LIMIT)
    # Half a waveform must not be played as a whole one.
    with pytest.raises(BadInput, match="cut"):
        load_conversation(tmp_path / "wire" / "scope.log")


def test_a_line_that_was_cut_off_is_left_out(tmp_path: Path, recorder: WireRecorder) -> None:
    log = WireLog()
    log.copy_to(recorder.sink("dmm"))
    log.add("out", b"ID?\r\n")
    log.add("in", b"HP3458A\r\n")
    recorder.close()
    path = tmp_path / "wire" / "dmm.log"
    path.write_bytes(path.read_bytes()[:-7])
    assert [piece.octets for piece in read_log(tmp_path / "wire", "dmm")] == ["ID?\r\n"]
    assert read_log(tmp_path / "wire", "nobody") == ()
    assert kept_logs(tmp_path / "nowhere") == ()


# ------------------------------------------------------------------------------------------------------ in nobody's way
def test_a_folder_that_cannot_be_written_costs_the_log_and_nothing_else(
    tmp_path: Path, multimeter_server: LineServer
) -> None:
    (tmp_path / "wire").write_text("a file stands where the folder should be")
    with closing(WireRecorder(tmp_path / "wire")) as recorder, closing(meter_at(multimeter_server)) as meter:
        meter.keep_wire_log(recorder.sink("dmm"))
        meter.connect()
        assert meter.read_voltage().sound
        assert meter.wire_log(1)


def test_a_disk_that_hangs_does_not_hold_a_wire_up(tmp_path: Path, multimeter_server: LineServer) -> None:
    """The file is a pipe that nobody reads: whoever opens it waits for ever, as on a network share that is gone."""
    (tmp_path / "wire").mkdir()
    pipe = tmp_path / "wire" / "dmm.log"
    os.mkfifo(pipe)
    recorder = WireRecorder(tmp_path / "wire")
    with closing(meter_at(multimeter_server)) as meter:
        meter.keep_wire_log(recorder.sink("dmm"))
        meter.connect()
        for _ in range(10):
            assert meter.read_voltage().sound
    recorder.close(patience=0.01)  # and the end does not wait for it either
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    read = bytearray()

    def freed() -> bool:
        with suppress(BlockingIOError):
            read.extend(os.read(reader, 65536))
        return b"TARM SGL,1" in read

    try:
        until(freed, "the thread goes on when the disk does")
        recorder.close(PATIENCE)
    finally:
        os.close(reader)


KILLED = """
import sys
from pathlib import Path
from benchtui.clock import WallClock
from benchtui.instruments import open_instrument
from benchtui.instruments.tcp import TcpTransport
from benchtui.instruments.wire_file import WireRecorder
from benchtui.profiles import BenchInstrument
meter = open_instrument("dmm", BenchInstrument(profile="keysight-3458a", resource=sys.argv[1]), clock=WallClock())
meter.keep_wire_log(WireRecorder(Path(sys.argv[2])).sink("dmm"))
meter.connect()
meter.read_voltage()
"""


def test_what_was_said_outlives_a_program_that_is_killed(tmp_path: Path, multimeter: Multimeter) -> None:
    def hang(line: str, reply: Reply) -> None:
        if line != "TARM SGL,1":
            multimeter(line, reply)

    folder = tmp_path / "wire"
    with LineServer(hang) as server:
        program = subprocess.Popen([sys.executable, "-c", KILLED, server.resource, str(folder)])
        try:
            until(
                lambda: any(piece.octets == "TARM SGL,1\r\n" for piece in read_log(folder, "dmm")),
                "the question is on disk while its answer is waited for",
            )
        finally:
            program.send_signal(signal.SIGKILL)
            program.wait()
    kept = read_log(folder, "dmm")
    assert (kept[-1].direction, kept[-1].octets) == ("out", "TARM SGL,1\r\n")
    assert any(piece.octets == "HP3458A\r\n" for piece in kept)


def test_the_last_exchange_shows_the_question_without_an_answer() -> None:
    log = WireLog()
    with LineServer(lambda line, reply: reply("ME") if line == "ID?" else None) as server:
        link = Link(TcpTransport("127.0.0.1", server.port), log, lambda _wire: None)
        with closing(link):
            link.open()
            assert link.run(lambda wire: LINES.query(wire, "ID?")) == "ME"
            with pytest.raises(NoReply):
                link.run(lambda wire: LINES.query(wire, "READ?", 0.05))
    assert [entry.octets for entry in last_exchanges(log.last(9999), 1)] == [b"READ?\r\n"]
    assert [entry.octets for entry in last_exchanges(log.last(9999), 2)] == [
        b"ID?\r\n",
        b"ME\r\n",
        b"READ?\r\n",
    ]
