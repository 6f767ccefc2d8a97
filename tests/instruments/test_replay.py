"""A recorded conversation in the place of an instrument."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from tests.instruments.line_server import LineServer, Multimeter
from tests.instruments.pty_server import PtyServer, lines
from tests.instruments.serial_instruments import GasAnalyzer

from benchtui.clock import WallClock
from benchtui.errors import BadInput, Diverged, Lost
from benchtui.instruments import open_instrument
from benchtui.instruments.driver import WiredInstrument
from benchtui.instruments.replay import ReplayTransport, load_conversation, save_conversation
from benchtui.instruments.srs_rga import SrsRga
from benchtui.profiles import BenchInstrument

if TYPE_CHECKING:
    from pathlib import Path


def instrument(profile: str, resource: str) -> WiredInstrument:
    made = open_instrument("it", BenchInstrument(profile=profile, resource=resource), clock=WallClock())
    assert isinstance(made, WiredInstrument)
    return made


def written(path: Path, *pieces: tuple[str, str]) -> Path:
    rows = (json.dumps({"direction": direction, "octets": octets}) + "\n" for direction, octets in pieces)
    path.write_text("".join(rows), encoding="utf-8")
    return path


def opened(path: Path) -> ReplayTransport:
    transport = ReplayTransport(path)
    transport.open(1.0)
    return transport


def test_a_recorded_multimeter_plays_again(tmp_path: Path) -> None:
    path = tmp_path / "dmm.jsonl"
    with LineServer(Multimeter()) as server, closing(instrument("keysight-3458a", server.resource)) as meter:
        meter.connect()
        identity = meter.identity
        save_conversation(meter.wire_log(2000), path)
    with closing(instrument("keysight-3458a", f"REPLAY::{path}")) as replayed:
        replayed.connect()
        assert replayed.identity == identity
        with pytest.raises(Diverged, match="where the recording has -"):
            replayed.read_voltage()  # type: ignore[attr-defined] # it is a voltmeter


def test_binary_words_survive(tmp_path: Path) -> None:
    model = GasAnalyzer()
    path = tmp_path / "rga.jsonl"

    def measure(analyzer: WiredInstrument) -> tuple[float, ...]:
        assert isinstance(analyzer, SrsRga)
        analyzer.connect()
        return (analyzer.read_ion_current(28).value, *analyzer.scan(1, 20, points_per_mass=10).values)

    with (
        PtyServer(lines(b"\r", model.answer)) as server,
        closing(instrument("srs-rga200", server.resource)) as analyzer,
    ):
        then = measure(analyzer)
        save_conversation(analyzer.wire_log(2000), path)
    with closing(instrument("srs-rga200", f"REPLAY::{path}")) as replayed:
        assert measure(replayed) == then


def test_what_is_said_otherwise_is_told(tmp_path: Path) -> None:
    path = written(tmp_path / "file", ("out", "ID?\r\n"), ("in", "HP3458A\r\n"))
    with closing(opened(path)) as transport:
        with pytest.raises(Diverged, match=r"'\*IDN\?") as caught:
            transport.send(b"*IDN?\r\n", 1.0)
        assert caught.value.where == f"{path} line 1"
        assert transport.send(b"ID", 1.0) == 2, "in pieces, as it pleases"
        assert transport.receive(0.0) == b"", "nothing before all of it was said"
        assert transport.send(b"?\r\n", 1.0) == 3
        with pytest.raises(Diverged):
            transport.send(b"ID?\r\n", 1.0)
        assert transport.receive(0.0) == b"HP3458A\r\n"
        assert transport.receive(0.0) == b""


def test_silence_stays_silence(tmp_path: Path) -> None:
    path = written(tmp_path / "file", ("out", "A"), ("stale", "late"), ("out", "B"), ("in", "b"))
    with closing(opened(path)) as transport:
        assert transport.send(b"A", 1.0) == 1
        assert transport.receive(0.01) == b""
        assert transport.flush() == b"late"
        assert transport.send(b"B", 1.0) == 1
        assert transport.receive(0.0) == b"b"
    with pytest.raises(Lost):
        transport.receive(0.0)


@pytest.mark.parametrize(
    "line", ["", "x", "{}", '{"direction": "up", "octets": ""}', '{"direction": "in", "octets": "\\u20ac"}']
)
def test_a_line_that_is_no_piece_is_named(tmp_path: Path, line: str) -> None:
    path = written(tmp_path / "file", ("out", "A"))
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        load_conversation(path)
    assert caught.value.where == f"{path}:2"


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        opened(tmp_path / "none")
