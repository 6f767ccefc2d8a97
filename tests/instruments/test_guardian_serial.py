"""The engine dies while a filament glows at the end of a serial line."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from tests.instruments.pty_server import PtyServer, lines
from tests.instruments.serial_instruments import GasAnalyzer

from benchtui import profiles
from benchtui.errors import BadInput
from benchtui.instruments.guardian import Guardian, GuardianReport, read_reports
from benchtui.instruments.profile import RgaProfile, load
from benchtui.instruments.recipes import addressed
from benchtui.instruments.safe_off import SafeOffRecipe

if TYPE_CHECKING:
    from collections.abc import Iterator

ENGINE = Path(__file__).with_name("rga_stand_in.py")


@contextmanager
def engine(server: PtyServer, log: Path) -> Iterator[subprocess.Popen[str]]:
    argv = [sys.executable, str(ENGINE), server.resource, str(log)]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "on\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def report(log: Path) -> GuardianReport:
    deadline = time.monotonic() + 15.0
    while not (reports := read_reports(log)):
        assert time.monotonic() < deadline, "the guardian wrote no report"
        time.sleep(0.01)
    return reports[0]


def recipe(server: PtyServer) -> SafeOffRecipe:
    profile = load(profiles.find("instruments", "srs-rga200"))
    assert isinstance(profile, RgaProfile)
    made = SafeOffRecipe(
        terminator="\r",
        reply_terminator="\n\r",
        immediate=("", "HV0", "FL0"),
        answered=("HV0", "FL0"),
        final=("MR0", "FL?"),
    )
    return addressed(made, server.resource, profile.serial)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_dead_engine_leaves_no_filament_on(tmp_path: Path, how: signal.Signals) -> None:
    delays = []
    for attempt in range(5):
        model = GasAnalyzer()
        log = tmp_path / f"{attempt}.log"
        with PtyServer(lines(b"\r", model.answer)) as server, engine(server, log) as process:
            assert model.emission == 1.0
            model.heard.clear()
            moment = time.monotonic()
            os.kill(process.pid, how)
            delays.append(server.when(b"HV0\r", since=moment) - moment)
            done = report(log)
        assert model.heard == ["", "HV0", "FL0", "MR0", "FL?"]
        assert model.emission == 0.0
        assert done.complete
        assert done.address == server.path
        assert [(step.sent, step.answer) for step in done.steps] == [
            ("", ""),
            ("HV0", "0"),
            ("FL0", "0"),
            ("MR0", ""),
            ("FL?", "0.00"),
        ]
    assert max(delays) < 4.0, "even on a machine that is busy with other work"


def test_the_lock_is_free_when_the_engine_is_dead(tmp_path: Path) -> None:
    model = GasAnalyzer()
    with PtyServer(lines(b"\r", model.answer)) as server, engine(server, tmp_path / "log") as process:
        probe = os.open(server.path, os.O_RDWR | os.O_NOCTTY)
        try:
            with pytest.raises(BlockingIOError):
                fcntl.flock(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.kill(process.pid, signal.SIGKILL)
            report(tmp_path / "log")  # the guardian had it, and gave it free
            fcntl.flock(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
        finally:
            os.close(probe)


def test_a_lock_that_somebody_holds_does_not_hold_up_a_safe_off(tmp_path: Path) -> None:
    model = GasAnalyzer()
    model.emission = 1.0
    with PtyServer(lines(b"\r", model.answer)) as server:
        holder = os.open(server.path, os.O_RDWR | os.O_NOCTTY)
        try:
            fcntl.flock(holder, fcntl.LOCK_EX)
            guardian = Guardian(tmp_path / "log")
            guardian.start()
            guardian.arm("rga", recipe(server))
            guardian.close()
        finally:
            os.close(holder)
        assert model.emission == 0.0
    assert report(tmp_path / "log").complete


def test_a_port_that_is_gone_is_noted(tmp_path: Path) -> None:
    with PtyServer(lambda chunk, send: None) as server:
        made = recipe(server)
    assert made.serial is not None
    gone = msgspec.structs.replace(made.serial, device="/dev/ttyNOWHERE9")
    guardian = Guardian(tmp_path / "log")
    guardian.start()
    guardian.arm("rga", msgspec.structs.replace(made, serial=gone))
    guardian.close()
    done = report(tmp_path / "log")
    assert not done.complete
    assert all(step.failed for step in done.steps)


def test_a_source_that_no_guardian_reaches_is_refused() -> None:
    made = SafeOffRecipe(terminator="\r\n", immediate=("DZ",), final=("CL",))
    with pytest.raises(BadInput, match="Nobody could switch"):
        addressed(made, "REPLAY::uut.jsonl", None)
