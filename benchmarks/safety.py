"""How fast, and how surely, outputs go off: ``python -m benchmarks.safety [--tries 200]``.

Two things are done again and again, and each try is counted:

* an analyzer hangs while its voltage is being read; the driver is aborted, and its safe-off must come over the wire;
* an engine with 90 V on is ended by SIGKILL, SIGHUP or SIGTERM in turns; the output must be below 30 V or open.

The engine is the real one, at a virtual bench, each in a process of its own; it takes some seconds a try to start it
and to bring the voltage up. A try that is not off after half a minute counts as missed.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from tests.acceptance.shell import Shell, engine_pid, environment, kill, processes_of
from tests.engine.stand import Stand
from tests.instruments.line_server import FlexAnalyzer, LineServer

from benchtui.clock import WallClock
from benchtui.errors import Aborted, InstrumentFailure
from benchtui.instruments import open_instrument
from benchtui.instruments.b1500 import B1500
from benchtui.profiles import BenchInstrument

LIMIT = 0.1
"""Seconds within which zero volts should be on the wire, or the output safe."""
PATIENCE = 30.0
SIGNALS = (signal.SIGKILL, signal.SIGHUP, signal.SIGTERM)


@dataclass
class Delays:
    """The seconds of each try that ended well; *tries* is how many there were."""

    tries: int
    seconds: list[float]

    def __str__(self) -> str:
        soon = sum(each <= LIMIT for each in self.seconds)
        figures = (
            f"median {1e3 * statistics.median(self.seconds):.1f} ms, "
            f"99 of 100 within {1e3 * sorted(self.seconds)[-1 - len(self.seconds) // 100]:.1f} ms, "
            f"longest {1e3 * max(self.seconds):.1f} ms; within {1e3 * LIMIT:.0f} ms: {soon} of {self.tries}"
            if self.seconds
            else "-"
        )
        return f"off {len(self.seconds)} of {self.tries}; {figures}"


def abort_on_a_hung_analyzer(tries: int) -> Delays:
    """Abort a reading that never comes; measure until ``DZ`` (zero volts) has come over the wire."""
    chance = random.Random(2009)
    delays = Delays(tries, [])
    for _ in range(tries):
        analyzer = FlexAnalyzer()
        with LineServer(analyzer) as server:
            entry = BenchInstrument(profile="keysight-b1505a", resource=server.resource)
            uut = open_instrument("uut", entry, clock=WallClock(), modules={"MPSMU": "B1511B"})
            assert isinstance(uut, B1500)
            with closing(uut):
                uut.connect()
                uut.source_voltage("MPSMU", Decimal(90), span=Decimal(100), current_limit=Decimal("0.001"))
                analyzer.hung = True
                outcomes: list[str] = []
                reader = threading.Thread(target=_read, args=(uut, outcomes))
                reader.start()
                server.when("TV 3,-1000", within=PATIENCE)
                time.sleep(chance.uniform(0.0, 0.05))  # somewhere in the slice that a wire waits
                moment = time.monotonic()
                uut.abort()
                off = threading.Thread(target=_switch_off, args=(uut,))
                off.start()
                with contextlib.suppress(AssertionError):  # it did not come
                    delays.seconds.append(server.when("DZ", since=moment, within=PATIENCE) - moment)
                analyzer.hung = False
                off.join(PATIENCE)
                reader.join(PATIENCE)
                assert outcomes == ["Aborted"], outcomes
    return delays


def _read(uut: B1500, outcomes: list[str]) -> None:
    try:
        uut.measure_voltage("MPSMU", span=Decimal(100))
    except Aborted:
        outcomes.append("Aborted")
    except InstrumentFailure as error:
        outcomes.append(str(error))


def _switch_off(uut: B1500) -> None:
    with contextlib.suppress(InstrumentFailure):  # it hung while it was asked whether it has discharged
        uut.safe_off()


def end_the_engine(tries: int) -> dict[signal.Signals, Delays]:
    """End an engine with 90 V on, by each signal in its turn; measure until the output is safe."""
    delays = {number: Delays(0, []) for number in SIGNALS}
    with _bench() as bench:
        for attempt in range(tries):
            number = SIGNALS[attempt % len(SIGNALS)]
            console = bench.live()
            sent = time.monotonic()
            kill(engine_pid(bench.workspace), number)
            delays[number].tries += 1
            while bench.output()["on"] and time.monotonic() < sent + PATIENCE:
                time.sleep(0.005)
            state = bench.output()
            if not state["on"] and abs(state["volts"]) < 30.0:
                delays[number].seconds.append(max(float(state["off_at"]) - sent, 0.0))
            console.wait_for_the_end()
            console.client.close()
            bench.consoles.remove(console)
    return delays


@contextlib.contextmanager
def _bench() -> Iterator[Stand]:
    with tempfile.TemporaryDirectory(prefix="safety-") as folder:
        home = Path(folder)
        (home / "runtime").mkdir(mode=0o700)
        shell = Shell(home, environment(home))
        before = dict(os.environ)
        os.environ.update(shell.env)
        try:
            with closing(Stand(shell, "1")) as bench:
                yield bench
        finally:
            os.environ.clear()
            os.environ.update(before)
            for child in shell.children:
                child.kill()
                child.wait()
            for pid in processes_of(home):
                kill(pid)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.safety", description=__doc__)
    parser.add_argument("--tries", type=int, default=200, help="of each of the two (200)")
    tries = parser.parse_args().tries
    aborts = abort_on_a_hung_analyzer(tries)
    print(f"abort on a hung analyzer: {aborts}", flush=True)
    ends = end_the_engine(tries)
    for number, delays in ends.items():
        print(f"{number.name} of the engine: {delays}")
    all_of_them = Delays(tries, [each for delays in ends.values() for each in delays.seconds])
    print(f"all ends of the engine: {all_of_them}")
    return 0 if len(aborts.seconds) == len(all_of_them.seconds) == tries else 1


if __name__ == "__main__":
    sys.exit(main())
