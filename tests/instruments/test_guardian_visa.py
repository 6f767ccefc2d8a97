"""The engine dies while a source is on that VISA alone reaches: PyVISA and PyVISA-py, HiSLIP and VXI-11 on loopback.

GPIB and USB-TMC need hardware and are not tested.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.instruments.hislip_server import HislipServer
from tests.instruments.line_server import FlexAnalyzer, LineServer
from tests.instruments.vxi11_server import Vxi11Server

from benchtui.clock import WallClock
from benchtui.engine.guarding import GuardedSource
from benchtui.errors import InstrumentFailure
from benchtui.instruments import guardian_process, open_instrument
from benchtui.instruments.b1500 import B1500
from benchtui.instruments.guardian import Guardian, GuardianReport, read_reports
from benchtui.instruments.recipes import addressed
from benchtui.instruments.safe_off import Barrier, ChannelDischarge, SafeOffRecipe
from benchtui.instruments.visa import VisaTransport
from benchtui.profiles import BenchInstrument

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ENGINE = Path(__file__).with_name("engine_stand_in.py")
PATIENCE = 60.0


def flex(analyzer: FlexAnalyzer) -> Callable[[bytes], bytes | None]:
    """Return *analyzer* as something that is told messages."""

    def answer(message: bytes) -> bytes | None:
        replies: list[str] = []
        for line in message.decode("ascii").splitlines():
            analyzer(line, replies.append)
        return "".join(f"{reply}\r\n" for reply in replies).encode("ascii") or None

    return answer


@pytest.fixture
def server(analyzer: FlexAnalyzer) -> Iterator[HislipServer]:
    with HislipServer(flex(analyzer)) as made:
        yield made


@pytest.fixture(params=[HislipServer, Vxi11Server], ids=["HiSLIP", "VXI-11"])
def either(request: pytest.FixtureRequest, analyzer: FlexAnalyzer) -> Iterator[HislipServer]:
    with request.param(flex(analyzer)) as made:
        yield made


@contextmanager
def engine(server: HislipServer, log: Path) -> Iterator[subprocess.Popen[str]]:
    """Run an engine that has put 100 V on slot 3 of the analyzer."""
    argv = [sys.executable, str(ENGINE), server.resource, str(log), "MPSMU", "100", "100"]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        assert process.stdout.readline().split(), "the engine did not come up"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def recipe(resource: str, **changes: object) -> SafeOffRecipe:
    facts: dict[str, object] = {
        "terminator": "\r\n",
        "immediate": ("DZ",),
        "final": ("CL", "ERRX?"),
        "discharge": tuple(
            ChannelDischarge(
                query=f"TV {channel}",
                pattern=r"[NCTX][CF]V(?P<value>[+-]\d+\.\d+E[+-]\d+)",
                closed=rf"CN(?:\d+,)*{channel}(?:,\d+)*",
            )
            for channel in (3, 6)
        ),
        "barrier": Barrier(query="*OPC?", pattern="1"),
        "switches": "*LRN? 0",
    }
    return addressed(SafeOffRecipe(**(facts | changes)), resource, None)  # type: ignore[arg-type] # a shorthand


def the_report(log: Path, instrument: str = "uut") -> GuardianReport:
    deadline = time.monotonic() + PATIENCE
    while not (found := [each for each in read_reports(log) if each.instrument == instrument]):
        assert time.monotonic() < deadline, "the guardian wrote no report"
        time.sleep(0.01)
    return found[0]


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.01)


def test_a_dead_engine_leaves_nothing_on(
    either: HislipServer, analyzer: FlexAnalyzer, tmp_path: Path
) -> None:
    server = either
    with engine(server, tmp_path / "log") as process:
        assert analyzer.measured(3) == pytest.approx(100.0)
        assert len(server.open_sessions) == 2, "the guardian was ready before the voltage was there"
        assert set(server.by) == {1}, "it has said nothing yet"
        assert server.clears == 0
        moment = time.monotonic()
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        zero = server.when("DZ", since=moment) - moment
        opened = server.when("CL", since=moment) - moment
        report = the_report(tmp_path / "log")
    assert analyzer.on == set()
    assert zero < 15.0, "even on a machine that is busy with other work"
    assert opened < 30.0
    assert report.address == server.resource
    steps = list(report.steps)
    if not isinstance(server, Vxi11Server):
        # Twice zero: HiSLIP takes a message at once, and a clear may throw away what was not yet carried out.
        assert steps.pop(0).sent == "DZ"
    said = [step.sent for step in steps]
    assert said[:3] == ["(device clear)", "DZ", "*LRN? 0"]
    assert said[-2:] == ["CL", "ERRX?"]
    assert server.cleared == [2], "its own session, not the engine's"
    questions = [step for step in steps[2:] if step.sent != "CL"]
    if all(step.answer for step in questions):  # a machine may be so busy that one did not come in time
        assert report.complete
        assert set(said[3:-2]) == {"TV 3"}, "a channel that is off is not asked"
        assert abs(float(report.steps[-3].answer[3:])) < 30.0
        assert report.steps[-1].answer == '+0,"No Error."'


def test_an_instrument_that_hangs_is_cleared_first(
    server: HislipServer, analyzer: FlexAnalyzer, tmp_path: Path
) -> None:
    free, working = threading.Event(), flex(analyzer)

    def hang(message: bytes) -> bytes | None:
        if message == b"XE\r\n":
            free.wait(PATIENCE)
            return None
        return working(message)

    with engine(server, tmp_path / "log") as process, closing(VisaTransport(server.resource)) as third:
        server.answer, server.on_clear = hang, free.set
        third.open(PATIENCE)
        third.send(b"XE\r\n", 1.0)
        server.when("XE")
        os.kill(process.pid, signal.SIGKILL)
        the_report(tmp_path / "log")
    assert free.is_set(), "by a device clear"
    assert analyzer.on == set()


def test_an_instrument_with_one_session_only(
    either: HislipServer, analyzer: FlexAnalyzer, tmp_path: Path
) -> None:
    server = either
    server.most = 1
    with engine(server, tmp_path / "log") as process:
        assert analyzer.measured(3) == pytest.approx(100.0)
        assert len(server.open_sessions) == 1
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        report = the_report(tmp_path / "log")
    assert analyzer.on == set()
    assert [step.sent for step in report.steps][:2] == ["(device clear)", "DZ"]


def test_a_session_that_broke_is_opened_anew(
    either: HislipServer, analyzer: FlexAnalyzer, tmp_path: Path
) -> None:
    server = either
    analyzer.on.add(3)
    analyzer.volts[3] = 100.0
    guardian = Guardian(tmp_path / "log")
    guardian.start()
    try:
        guardian.arm("uut", recipe(server.resource))
        server.drop_clients()
        wait_until(lambda: not server.open_sessions)
    finally:
        guardian.close()
    assert analyzer.on == set()
    assert not any(step.failed for step in the_report(tmp_path / "log").steps if step.sent in {"CL", "ERRX?"})
    assert server.by[-1] == 2


def test_channels_that_are_off_hold_up_nothing_but_a_barrier(
    server: HislipServer, analyzer: FlexAnalyzer, tmp_path: Path
) -> None:
    analyzer.on.add(6)
    analyzer.volts[6] = 1000.0
    with Guardian(tmp_path / "log") as guardian:
        guardian.arm("uut", recipe(server.resource, switches=""))
    assert analyzer.on == set()
    report = the_report(tmp_path / "log")
    assert "TV 3; *OPC?" in [step.sent for step in report.steps]
    assert report.complete == all(step.answer for step in report.steps if step.sent.startswith("TV"))


def test_an_answer_that_comes_too_late_proves_nothing(
    server: HislipServer, analyzer: FlexAnalyzer, tmp_path: Path
) -> None:
    analyzer.on.add(3)
    analyzer.volts[3] = 100.0
    working = flex(analyzer)

    def slow_to_measure(message: bytes) -> bytes | None:
        server.delay = 2 * guardian_process.REPLY_PATIENCE if message.startswith(b"TV") else 0.0
        return working(message)

    server.answer = slow_to_measure
    with Guardian(tmp_path / "log") as guardian:
        guardian.arm("uut", recipe(server.resource))
    assert analyzer.on == set()
    assert not the_report(tmp_path / "log").complete


def test_outputs_that_never_fall_are_opened_in_the_end(
    server: HislipServer, analyzer: FlexAnalyzer, tmp_path: Path
) -> None:
    analyzer.seconds = 1e9
    analyzer.on.add(3)
    analyzer.volts[3] = 100.0
    with Guardian(tmp_path / "log") as guardian:
        guardian.arm("uut", recipe(server.resource, seconds=0.2))
    assert analyzer.on == set()
    assert not the_report(tmp_path / "log").complete


def test_a_dumb_instrument_is_told_everything_all_the_same(
    server: HislipServer, analyzer: FlexAnalyzer, tmp_path: Path
) -> None:
    analyzer.hung = True
    with Guardian(tmp_path / "log") as guardian:
        guardian.arm("uut", recipe(server.resource))
    assert not the_report(tmp_path / "log").complete
    assert server.lines()[-2:] == ["CL", "ERRX?"]


def test_arming_is_refused_where_the_source_cannot_be_reached(
    server: HislipServer, analyzer_server: LineServer, tmp_path: Path
) -> None:
    with HislipServer(lambda message: None) as other:
        address = other.resource
        gone = recipe(address)
    with Guardian(tmp_path / "log") as guardian:
        with pytest.raises(InstrumentFailure, match="gone stays off") as caught:
            guardian.arm("gone", gone)
        assert caught.value.where == address
        with pytest.raises(InstrumentFailure, match="library cannot reach this kind"):
            guardian.arm("gpib", recipe("GPIB0::17::INSTR"))
        # Nothing else suffers from it.
        guardian.arm("uut", recipe(server.resource))
        guardian.disarm("uut")
        guardian.arm("plain", recipe(analyzer_server.resource))
    assert {"DZ", "CL"} <= set(analyzer_server.lines())
    assert [report.instrument for report in read_reports(tmp_path / "log")] == ["plain"]


def test_disarmed_guardian_does_nothing(server: HislipServer, tmp_path: Path) -> None:
    with Guardian(tmp_path / "log") as guardian:
        guardian.arm("uut", recipe(server.resource))
        guardian.disarm("uut")
        wait_until(lambda: not server.open_sessions)
    assert server.heard == []
    assert server.clears == 0
    assert not (tmp_path / "log").exists()


def test_arming_again_keeps_the_session(server: HislipServer, tmp_path: Path) -> None:
    with Guardian(tmp_path / "log") as guardian:
        guardian.arm("uut", recipe(server.resource))
        guardian.arm("uut", recipe(server.resource))
        assert server.open_sessions == {1}
        guardian.arm("uut", recipe(server.resource, limit=20.0))
        wait_until(lambda: server.open_sessions == {2})
        guardian.disarm("uut")


def test_a_dead_guardian_is_found_out_before_the_next_voltage(
    server: HislipServer, analyzer_server: LineServer, tmp_path: Path
) -> None:
    with Guardian(tmp_path / "log") as guardian:
        assert guardian.visa_pid is None, "nobody pays for it who has no such source"
        guardian.arm("uut", recipe(server.resource))
        assert guardian.visa_pid is not None
        os.kill(guardian.visa_pid, signal.SIGKILL)
        for _ in range(2):
            with pytest.raises(InstrumentFailure, match="guardian"):
                guardian.arm("uut", recipe(server.resource))
        guardian.arm("plain", recipe(analyzer_server.resource))
        guardian.disarm("plain")


def test_without_a_guardian_no_voltage_comes(
    server: HislipServer, analyzer: FlexAnalyzer, tmp_path: Path
) -> None:
    entry = BenchInstrument(profile="keysight-b1505a", resource=server.resource)
    uut = open_instrument("uut", entry, clock=WallClock(), modules={"MPSMU": "B1511B"})
    assert isinstance(uut, B1500)
    with Guardian(tmp_path / "log") as guardian, closing(uut):
        source = GuardedSource(
            uut, lambda: guardian.arm("uut", uut.safe_off_recipe()), lambda module, level, unit, hazard: None
        )

        def put(volts: int) -> None:
            source.source_voltage("MPSMU", Decimal(volts), span=Decimal(20), current_limit=Decimal("0.001"))

        uut.connect()
        put(10)
        assert analyzer.volts[3] == 10.0
        assert guardian.visa_pid is not None
        os.kill(guardian.visa_pid, signal.SIGKILL)
        with pytest.raises(InstrumentFailure, match="guardian"):
            put(20)
        assert analyzer.volts[3] == 10.0


def test_sources_of_both_kinds_are_switched_off(
    server: HislipServer, analyzer_server: LineServer, tmp_path: Path
) -> None:
    with Guardian(tmp_path / "log") as guardian:
        guardian.arm("visa", recipe(server.resource))
        guardian.arm("plain", recipe(analyzer_server.resource))
    assert {"DZ", "CL"} <= set(server.lines())
    assert {"DZ", "CL"} <= set(analyzer_server.lines())
    assert {report.instrument for report in read_reports(tmp_path / "log")} == {"visa", "plain"}


@pytest.mark.parametrize(
    "resource",
    [
        "GPIB0::17::INSTR",
        "USB0::0x0957::0x1234::MY123::INSTR",
        "TCPIP::10.0.0.1::gpib0,17::INSTR",
        "TCPIP::h::hislip0",
    ],
)
def test_what_visa_reaches_is_guarded(resource: str) -> None:
    made = recipe(resource)
    assert (made.visa, made.host, made.serial) == (resource, "", None)
