"""Nothing stays switched on: outputs off by key and by signal, with a hung or dead instrument, without an operator."""

from __future__ import annotations

import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest
from tests.acceptance.shell import engine_pid, kill, processes_of, wait_until
from tests.engine.stand import HARMLESS, HAZARDOUS, ITEM, JOB_NUMBER, Proxy, Stand

from benchtui import messages

AT_ONCE = 4.0
"""Seconds from the key, or the signal, until the output is below 30 V or open: less than any time-out of an
instrument, so that a run that waits for one is found out even on a machine that is busy with other work. How many
milliseconds it takes on a quiet one, ``python -m benchmarks`` shows."""
At = Callable[[str], Stand]


@contextmanager
def gateway_to(bench: Stand, name: str) -> Iterator[Proxy]:
    """Put a gateway before an instrument of *bench*."""
    proxy = Proxy(bench.addresses[name])
    bench.write_bench(**{name: proxy.resource})
    try:
        yield proxy
    finally:
        proxy.cut()


def test_outputs_off_acts_at_once(stand: At) -> None:
    bench = stand("1")
    console = bench.live()
    delays = []
    for _ in range(5):
        pressed = console.send(messages.OutputsOff())
        delays.append(bench.off_at() - pressed)
        console.wait_for(messages.RunEnded)
        console.send(messages.RepeatPoint(job=JOB_NUMBER, item=ITEM, point=HAZARDOUS))
        console.answer()
        wait_until(lambda: bench.volts() > 30, "the voltage is back")
    assert max(delays) < AT_ONCE


def test_outputs_off_ends_the_run(stand: At) -> None:
    bench = stand("1")
    console = bench.live()
    pressed = console.send(messages.OutputsOff())
    assert bench.off_at() - pressed < AT_ONCE
    assert console.wait_for(messages.RunEnded).state == "aborted"
    assert console.heard_of(messages.Outputs)[-1].on is False
    assert bench.states() == ["interrupted"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_the_engine_acts_at_once(stand: At, number: signal.Signals) -> None:
    bench = stand("1")
    delays = []
    for _ in range(3):
        console = bench.live()
        sent = time.monotonic()
        kill(engine_pid(bench.workspace), number)
        delays.append(bench.off_at() - sent)
        console.wait_for_the_end()
    assert max(delays) < AT_ONCE


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_engine_in_order(stand: At, number: signal.Signals) -> None:
    bench = stand("1")
    console = bench.live()
    kill(engine_pid(bench.workspace), number)
    console.wait_for_the_end()
    assert bench.states() == ["interrupted"]
    assert console.heard_of(messages.Outputs)[-1].on is False, "the console saw them go off"
    assert console.heard_of(messages.RunEnded), "the console saw the run end"
    assert "Traceback" not in bench.log()


def test_a_hung_voltmeter_does_not_hold_up_outputs_off(stand: At) -> None:
    bench = stand("1")
    with gateway_to(bench, "dmm") as gateway:
        console = bench.live()
        gateway.hold.set()
        assert gateway.asked.wait(30), "the voltmeter was asked and will not answer"
        pressed = console.send(messages.OutputsOff())
        assert bench.off_at() - pressed < AT_ONCE
        assert console.wait_for(messages.RunEnded).state == "aborted"


def test_a_voltmeter_that_dies_in_mid_point_leaves_nothing_on(stand: At) -> None:
    bench = stand("1")
    with gateway_to(bench, "dmm") as gateway:
        console = bench.live()
        gateway.cut()
        failure = console.wait_for(messages.Failure)
        assert failure.kind == "Lost"
        assert failure.exit_status == 3
        assert failure.hint.msgid
        assert console.wait_for(messages.RunEnded).state == "failed"
        assert not bench.output()["on"]
        assert bench.states() == ["failed"]


def test_a_source_that_cannot_be_switched_off_is_not_forgotten(stand: At) -> None:
    """The wire to the source hangs: the run ends, the screen goes on saying ON, and outputs-off tries again."""
    bench = stand("1")
    with gateway_to(bench, "uut") as gateway:
        console = bench.live()
        gateway.hold.set()
        console.send(messages.Stop())
        console.wait_for(messages.RunEnded)
        assert console.heard_of(messages.Failure), "that they may still be on is said"
        assert console.heard_of(messages.Outputs)[-1].on
        console.send(messages.OutputsOff())
        console.wait_for(messages.Failure, lambda failure: failure.kind == "NoReply")
        console.wait_for(messages.Note, lambda note: "Outputs were switched off" in str(note.text))
        gateway.hold.clear()
        console.send(messages.OutputsOff())
        assert console.wait_for(messages.Outputs).on is False
        assert not bench.output()["on"]


@pytest.mark.slow
def test_a_record_that_cannot_be_written_leaves_nothing_on(stand: At) -> None:
    """Somebody holds the record: outputs go off before the book-keeping waits for it, and whatever it says."""
    bench = stand("1")
    console = bench.live()
    with closing(sqlite3.connect(bench.workspace / "records.sqlite", isolation_level=None)) as holder:
        console.wait_for(messages.Live)
        holder.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        off = bench.off_at()
        assert off - began < 8.0, "one wait for the record, no more, lies between"
        console.wait_for(messages.Failure, lambda failure: failure.kind == "RecordsError")
        console.wait_for(messages.RunEnded)
        holder.execute("ROLLBACK")
    console.send(messages.RepeatPoint(job=JOB_NUMBER, item=ITEM, point=HAZARDOUS))
    console.answer()
    console.wait_for(messages.Live)
    assert bench.states() == ["interrupted", "open"], "the attempt that could not be ended was ended later"
    console.send(messages.OutputsOff())
    console.wait_for(messages.RunEnded)


def test_a_dead_guardian_is_found_out_and_the_engine_lives_on(stand: At) -> None:
    bench = stand("1")
    console = bench.live()
    (guardian,) = processes_of(bench.workspace, "guardian_process.py")
    kill(guardian)
    pressed = console.send(messages.OutputsOff())
    assert bench.off_at() - pressed < AT_ONCE
    console.wait_for(messages.RunEnded)
    assert any("guardian" in str(failure.what) for failure in console.heard_of(messages.Failure))
    console.send(messages.RepeatPoint(job=JOB_NUMBER, item=ITEM, point=HAZARDOUS))
    console.answer()
    assert "guardian" in str(console.wait_for(messages.Failure).what)
    assert console.wait_for(messages.RunEnded).state == "failed"
    assert not bench.output()["on"], "without a guardian no source is switched on"


def test_stop_while_the_wiring_is_asked_for(stand: At) -> None:
    bench = stand("virtual")
    console = bench.started()
    prompt = console.wait_for(messages.Asked).prompt
    console.send(messages.Stop())
    assert console.wait_for(messages.Settled).id == prompt.id
    assert console.wait_for(messages.RunEnded).state == "aborted"
    console.send(messages.Answer(id=prompt.id, value="yes"))
    console.send(messages.OutputsOff())
    console.wait_for(messages.Note)
    assert bench.states() == []
    assert not bench.output()["on"]


def test_outputs_off_while_nothing_runs_claims_nothing(stand: At) -> None:
    console = stand("virtual").console()
    console.send(messages.OutputsOff())
    assert "no instrument" in str(console.wait_for(messages.Note).text).casefold()


def test_a_second_console_watches_but_can_always_switch_off(stand: At) -> None:
    bench = stand("1")
    console = bench.live()
    watcher = bench.console()
    assert not watcher.welcome.controls
    assert watcher.welcome.running_item == ITEM
    for command in (
        messages.StartItem(job=JOB_NUMBER, item=ITEM),
        messages.Stop(),
        messages.Shutdown(),
        messages.AddJob(path=str(bench.job)),
    ):
        watcher.send(command)
        assert watcher.wait_for(messages.Failure).kind == "BadInput"
    assert bench.volts() > 80
    pressed = watcher.send(messages.OutputsOff())
    assert bench.off_at() - pressed < AT_ONCE
    for face in (console, watcher):
        assert face.wait_for(messages.RunEnded).state == "aborted"


def test_a_lost_console_leaves_nothing_hazardous_on(stand: At) -> None:
    bench = stand("1")
    console = bench.live()
    lost = time.monotonic()
    console.vanish()
    assert bench.off_at() - lost < AT_ONCE


def test_a_console_lost_before_the_hazardous_output_comes_on(stand: At) -> None:
    """Lost after the point had begun, while the voltmeter is being prepared: the voltage must not come on."""
    bench = stand("1")
    with gateway_to(bench, "dmm") as gateway:
        console = bench.started()
        watcher = bench.console(control=False)
        prompt = console.wait_for(messages.Asked).prompt
        gateway.hold.set()
        console.send(messages.Answer(id=prompt.id, value="yes"))
        assert gateway.asked.wait(30)
        console.vanish()
        bench.console(control=False)  # who comes later has been let in later
        gateway.hold.clear()
        assert watcher.wait_for(messages.RunEnded).state == "aborted"
        assert not bench.output()["on"]
        assert bench.states() == ["interrupted"]


def test_a_console_lost_while_a_person_is_asked_leaves_nothing_on(stand: At) -> None:
    """Nobody is there to type the reading, so the point cannot be finished: its output goes off, however low."""
    bench = stand("1")
    bench.write_bench(dmm="MANUAL")
    console = bench.live(HARMLESS)
    console.wait_for(messages.Asked, lambda asked: asked.prompt.kind == "enter")
    console.vanish()
    wait_until(lambda: not bench.output()["on"], "the output is off", 10)


def test_issuing_does_not_hold_up_outputs_off(stand: At) -> None:
    bench = stand("1")
    console = bench.live("MPSMU/100 V/+10")
    console.wait_for(messages.RunEnded)
    console.send(messages.RepeatPoint(job=JOB_NUMBER, item=ITEM, point=HAZARDOUS))
    console.answer()
    wait_until(lambda: bench.volts() > 80, "90 V are on")
    console.send(messages.Issue(job=JOB_NUMBER, language="en", out=str(bench.shell.home / "out")))
    pressed = console.send(messages.OutputsOff())
    assert bench.off_at() - pressed < AT_ONCE
    issued = console.wait_for(messages.Issued)
    assert issued.job == JOB_NUMBER
