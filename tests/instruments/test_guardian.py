"""The engine dies, however it dies, and what it had switched on is switched off."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.instruments.line_server import FlexAnalyzer, LineServer

from benchtui.errors import InstrumentFailure
from benchtui.instruments.guardian import Guardian, read_reports
from benchtui.instruments.safe_off import ChannelDischarge, SafeOffRecipe

if TYPE_CHECKING:
    from collections.abc import Iterator

ENGINE = Path(__file__).with_name("engine_stand_in.py")


@contextmanager
def engine(
    server: LineServer, log: Path, *, fork: bool = False
) -> Iterator[tuple[subprocess.Popen[str], int, int]]:
    facts = [server.resource, str(log), "MPSMU", "100", "100", *(["fork"] if fork else [])]
    argv = [sys.executable, str(ENGINE), *facts]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        guardian, child = map(int, process.stdout.readline().split())
        yield process, guardian, child
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def switched_off(
    server: LineServer, process: subprocess.Popen[str], how: signal.Signals
) -> tuple[float, float]:
    """End the engine; return after how many seconds zero, and open, came over the wire."""
    server.heard.clear()
    moment = time.monotonic()
    os.kill(process.pid, how)
    process.wait()
    return server.when("DZ", since=moment) - moment, server.when("CL", since=moment) - moment


def recipe(server: LineServer, **changes: object) -> SafeOffRecipe:
    facts: dict[str, object] = {
        "host": "127.0.0.1",
        "port": server.port,
        "terminator": "\r\n",
        "immediate": ("DZ",),
        "final": ("CL", "ERRX?"),
        "discharge": (ChannelDischarge(query="TV 3", pattern=r"[NCTX]CV(?P<value>[+-]\d+\.\d+E[+-]\d+)"),),
    }
    return SafeOffRecipe(**(facts | changes))  # type: ignore[arg-type] # a test's shorthand


def wait_for_report(log: Path, count: int = 1) -> None:
    deadline = time.monotonic() + 10.0
    while len(read_reports(log)) < count:
        assert time.monotonic() < deadline, "the guardian wrote no report"
        time.sleep(0.01)


def test_killed_engine_leaves_nothing_on(
    analyzer_server: LineServer, analyzer: FlexAnalyzer, tmp_path: Path
) -> None:
    zero, opened = [], []
    for attempt in range(10):
        log = tmp_path / f"guardian-{attempt}.log"
        with engine(analyzer_server, log) as (process, _, _):
            assert analyzer.measured(3) == pytest.approx(100.0)
            first, last = switched_off(analyzer_server, process, signal.SIGKILL)
        zero.append(first)
        opened.append(last)
        wait_for_report(log)
    assert max(zero) < 4.0, "even on a machine that is busy with other work"
    # The voltage was seen to be below 30 V before the switch opened; the channel that was off held up nothing
    # long.
    assert max(opened) < 8.0


@pytest.mark.parametrize("how", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT, signal.SIGSEGV])
def test_every_other_end_switches_off_too(
    analyzer_server: LineServer, tmp_path: Path, how: signal.Signals
) -> None:
    with engine(analyzer_server, tmp_path / "log") as (process, _, _):
        zero, _ = switched_off(analyzer_server, process, how)
    assert zero < 4.0
    wait_for_report(tmp_path / "log")


def test_opens_only_after_the_discharge_was_measured(
    analyzer_server: LineServer, analyzer: FlexAnalyzer, tmp_path: Path
) -> None:
    analyzer.seconds = 0.25  # 100 V need 0.3 s to fall below 30 V
    log = tmp_path / "log"
    with engine(analyzer_server, log) as (process, _, _):
        zero, opened = switched_off(analyzer_server, process, signal.SIGKILL)
    wait_for_report(log)
    assert opened - zero > 0.25
    (report,) = read_reports(log)
    assert report.complete
    assert report.instrument == "uut"
    assert (report.steps[0].sent, report.steps[-1].sent) == ("DZ", "ERRX?")
    last_measured = report.steps[-3].answer.partition(";")[0]
    assert abs(float(last_measured[3:])) < 30.0


def test_outputs_that_never_fall_are_opened_in_the_end(
    analyzer_server: LineServer, analyzer: FlexAnalyzer, tmp_path: Path
) -> None:
    analyzer.seconds = 1e9
    analyzer.on.add(3)
    analyzer.volts[3] = 100.0
    guardian = Guardian(tmp_path / "log")
    guardian.start()
    guardian.arm("uut", recipe(analyzer_server, seconds=0.2))
    guardian.close()
    (report,) = read_reports(tmp_path / "log")
    assert not report.complete
    assert analyzer_server.lines()[-2:] == ["CL", "ERRX?"]
    assert report.steps[-1].answer == '+0,"No Error."'


def test_guardian_outlives_the_signals_of_its_terminal(analyzer_server: LineServer, tmp_path: Path) -> None:
    with engine(analyzer_server, tmp_path / "log") as (process, guardian, _):
        assert os.getsid(guardian) != os.getsid(process.pid)
        for how in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGQUIT):
            os.kill(guardian, how)
        zero, _ = switched_off(analyzer_server, process, signal.SIGKILL)
    assert zero < 4.0
    wait_for_report(tmp_path / "log")


@pytest.mark.skipif(sys.platform != "linux", reason="needs pidfd")
def test_a_forked_child_that_holds_the_pipe_does_not_hide_the_end(
    analyzer_server: LineServer, tmp_path: Path
) -> None:
    with engine(analyzer_server, tmp_path / "log", fork=True) as (process, _, child):
        try:
            zero, _ = switched_off(analyzer_server, process, signal.SIGKILL)
            os.kill(child, 0)  # the child still lives, and with it the pipe
        finally:
            os.kill(child, signal.SIGKILL)
    assert zero < 4.0
    wait_for_report(tmp_path / "log")


def test_disarmed_guardian_does_nothing(analyzer_server: LineServer, tmp_path: Path) -> None:
    with Guardian(tmp_path / "log") as guardian:
        guardian.arm("uut", recipe(analyzer_server))
        guardian.disarm("uut")
    assert analyzer_server.heard == []
    assert not (tmp_path / "log").exists()


def test_all_sources_are_tried_even_if_one_cannot_be_reached(
    analyzer_server: LineServer, tmp_path: Path
) -> None:
    with LineServer(lambda line, reply: None) as other:
        gone = recipe(other)
    with Guardian(tmp_path / "log") as guardian:
        guardian.arm("gone", gone)
        guardian.arm("uut", recipe(analyzer_server))
    assert {"DZ", "CL"} <= set(analyzer_server.lines())
    reports = {report.instrument: report for report in read_reports(tmp_path / "log")}
    assert not reports["gone"].complete
    assert (reports["gone"].steps[0].sent, reports["gone"].steps[0].failed) == ("DZ", True)
    assert [step.sent for step in reports["gone"].steps][-2:] == ["CL", "ERRX?"]


def test_nothing_is_armed_without_acknowledgement(analyzer_server: LineServer, tmp_path: Path) -> None:
    guardian = Guardian(tmp_path / "log")
    with pytest.raises(InstrumentFailure, match="guardian"):
        guardian.arm("uut", recipe(analyzer_server))
    guardian.start()
    try:
        assert guardian.pid is not None
        os.kill(guardian.pid, signal.SIGKILL)
        with pytest.raises(InstrumentFailure, match="guardian"):
            guardian.arm("uut", recipe(analyzer_server))
    finally:
        guardian.close()


def test_a_torn_line_in_the_log_hides_no_report(tmp_path: Path) -> None:
    log = tmp_path / "log"
    whole = {"time": 1.0, "instrument": "uut", "address": "h port 1", "steps": [], "complete": True}
    log.write_text(json.dumps(whole) + "\n" + json.dumps(whole)[:20], encoding="utf-8")
    assert [report.instrument for report in read_reports(log)] == ["uut"]
    assert read_reports(tmp_path / "none") == ()
