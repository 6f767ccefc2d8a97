"""The fault matrix: every driver with every fault of the wire, and what comes of it.

``python -m tools.fault_matrix`` measures it in about a minute and writes ``docs/fault-matrix.md``; run it on a machine
that does nothing else, for it also looks at the time that each reading took. ```--check``` writes nothing and ends with
status 1 if the document is not what was measured. The status is 1 too if a wrong number came, or a reading hung.

Each cell is measured on a bench of its own: a sound reading, then another true value and a fault that strikes one of
the replies that the next reading needs (each of them in its turn), then a third true value without a fault. A number
is right if it is one that the instrument gives for that true value without any fault.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Final, TypeVar

from tools import fault_bench as bench
from tools.fault_bench import IT, Seen, Stage, Task

from benchtui.errors import BenchtuiError
from benchtui.virtualbench.faults import KINDS, OF_MODELS, Kind
from benchtui.virtualbench.registry import INSTRUMENTS

T = TypeVar("T")
DOCUMENT: Final = Path(__file__).resolve().parents[1] / "docs" / "fault-matrix.md"
PAGE: Final = Path(__file__).with_name("fault_matrix.md")
"""The document with places for what is measured."""
SLACK: Final = 0.2
"""Seconds by which a reading may be longer than its time-out."""
AT_ONCE: Final = 40
A_FEW: Final = 16
"""Faults that are measured at the same time. Most wait for a time-out; each has a bench with a dozen open files."""
WRONG: Final = "WRONG NUMBER"
RIGHT: Final = "right"
AS_IS: Final = "as it is"
AT_CONNECT: Final = frozenset[Kind](["wrong-identity", "refuse-connection"])
"""Faults that are told apart when the driver connects."""
WHILE_CONNECTING: Final[tuple[Kind, ...]] = ("garbled", "stale", "echo", "missing", "duplicate", "nak")
NOT_NOTICED: Final = "not noticed \\*"
ALWAYS: Final = 1_000_000
"""So often happens a fault that does not pass."""

CAL: Final = {"cal": ("fluke-5730a", "5730a")}
UUT: Final = {"uut": ("keysight-b1505a", "")}


@dataclass(frozen=True, eq=False)
class Row:
    """What is measured with an instrument.

    Attributes
    ----------
    profile, reading
        The instrument, and what is asked of it in the words of the table.
    task
        How it is done.
    longest
        Seconds that it may take at most if one of its replies does not come: its time-out.
    beside
        What else stands on the bench: name -> profile and standard.
    standard
        The standard that the instrument itself is.
    """

    profile: str
    reading: str
    task: Callable[[Stage], Task]
    longest: float
    beside: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    standard: str = ""

    @property
    def struck(self) -> str:
        """Return the name of the instrument on the bench."""
        return "uut" if INSTRUMENTS[self.profile].modular else IT

    def stage(self) -> Stage:
        """Set up a bench for it."""
        return Stage(self.struck, {self.struck: (self.profile, self.standard), **self.beside})


_GIGAOHM: Final = {**CAL, "r": ("passive", "high-value-resistor-1g")}
_SHUNT: Final = {"r": ("passive", "pulse-shunt-0r1")}
_CAPACITORS: Final = {f"c{value}": ("passive", f"capacitor-{value}") for value in ("100p", "1n", "10n")}
ROWS: Final = (
    Row("keysight-3458a", "voltage", bench.voltmeter, 30.0, CAL, "3458a"),
    Row("keysight-3458a", "waveform", bench.digitizer, 30.0, {**UUT, **_SHUNT}, "3458a"),
    Row("keithley-6517b", "small current", bench.null_detector, 30.0, _GIGAOHM, "6517b"),
    Row("keysight-b2987a", "small current", bench.null_detector, 30.0, _GIGAOHM, "b2987a"),
    Row("keithley-dmm7510", "waveform", bench.digitizer, 30.0, {**UUT, **_SHUNT}, "dmm7510"),
    Row("keysight-34470a", "waveform", bench.digitizer, 30.0, {**UUT, **_SHUNT}, "34470a"),
    Row("keysight-53230a", "frequency", bench.counter, 20.1, UUT, "53230a"),
    Row("fluke-5720a", "set a voltage", bench.calibrator, 10.0, standard="5720a"),
    Row("fluke-5730a", "set a voltage", bench.calibrator, 10.0, standard="5730a"),
    Row("keysight-b1505a", "set a voltage", bench.analyzer_source, 5.0),
    Row("keysight-b1505a", "voltage", bench.analyzer_voltage, 30.0),
    Row("keysight-b1505a", "pulse", bench.analyzer_pulse, 10.1, _SHUNT),
    Row("keysight-b1505a", "capacitance", bench.analyzer_capacitance, 30.0, _CAPACITORS),
    Row("srs-rga100", "ion current", bench.ion_current, 4.66),
    Row("srs-rga200", "ion current", bench.ion_current, 4.66),
    Row("srs-rga300", "ion current", bench.ion_current, 4.66),
    Row("srs-rga200", "spectrum", bench.spectrum, 4.4),
    Row("pfeiffer-tpg262", "pressure", bench.gauge, 2.0),
    Row("pfeiffer-tpg362", "pressure", bench.gauge, 2.0),
    Row("mks-937b", "pressure", bench.gauge, 2.0),
    Row("mettler-mt-sics", "mass", bench.balance, 2.0),
    Row("vaisala-ptu300", "air of the room", bench.room, 3.3),
)
READINGS: Final = 4
"""So many sound readings show how far readings of one true value lie apart."""
BINARY: Final = frozenset(["ion current", "spectrum"])
"""Readings that are bare binary numbers, in which a wrong bit cannot be seen."""


@dataclass(frozen=True)
class Sound:
    """What an instrument reads at each level when nothing is wrong, and how many replies that takes."""

    readings: tuple[tuple[tuple[float, ...], ...], ...]
    tolerance: float
    replies: int
    connecting: int

    def right(self, values: tuple[float, ...], level: int) -> bool:
        """Tell whether *values* are a reading of that level."""
        return any(
            len(values) == len(known)
            and all(abs(a - b) <= self.tolerance for a, b in zip(values, known, strict=True))
            for known in self.readings[level]
        )


@cache
def sound(row: Row) -> Sound:
    """Measure without faults."""
    with closing(row.stage()) as stage:
        task = row.task(stage)
        stage.connect()
        connecting = stage.faults.occasions
        readings = []
        for level in range(3):
            found = []
            for _ in range(READINGS):
                task.ready(level)
                before = stage.faults.occasions
                found.append(task.act().values)
                replies = stage.faults.occasions - before
            readings.append(tuple(found))
    apart = max(max(place) - min(place) for found in readings for place in zip(*found, strict=True))
    largest = max(abs(value) for found in readings for values in found for value in values)
    known = Sound(tuple(readings), 4 * apart + 1e-9 * largest, replies, connecting)
    for level in range(3):
        others = [other for other in range(3) if other != level]
        assert not any(known.right(readings[level][0], other) for other in others), (
            f"{row} hides an older reading"
        )
    return known


@dataclass(frozen=True)
class Outcome:
    """What came of one fault at one reply: a word, and the seconds it took."""

    word: str
    seconds: float
    recovered: bool = True


def strike(row: Row, kind: Kind, passed_over: int) -> Outcome | None:
    """Let *kind* happen once in a reading, at the reply after those *passed_over*; None if it never came to that."""
    known = sound(row)
    with closing(row.stage()) as stage:
        task = row.task(stage)
        stage.connect()
        task.ready(0)
        assert known.right(task.act().values, 0)
        task.ready(1)
        stage.faults.passed_over = passed_over
        stage.faults.arm(kind, 1, row.longest + 3.0)
        began = time.monotonic()
        word = _word(task.act, lambda found: RIGHT if known.right(found.values, 1) else WRONG)
        seconds = time.monotonic() - began
        if stage.faults.pending(kind):
            return None
        return Outcome(word, seconds, _recovers(row, kind, stage, task))


def strike_at_connect(row: Row, kind: Kind, passed_over: int, count: int = 1) -> Outcome | None:
    """Let *kind* happen while the driver connects; if it connects, what matters is the reading after that."""
    known = sound(row)
    with closing(row.stage()) as stage:
        task = row.task(stage)
        stage.faults.passed_over = passed_over
        stage.faults.arm(kind, count, 30.0)
        began = time.monotonic()
        word = _word(stage.connect, lambda _: RIGHT)
        seconds = time.monotonic() - began
        if count == 1 and stage.faults.pending(kind):
            return None
        stage.faults.clear()
        if word == RIGHT:
            task.ready(1)
            word = _word(task.act, lambda found: RIGHT if known.right(found.values, 1) else WRONG)
        return Outcome(word, seconds, _recovers(row, kind, stage, task))


def ail(row: Row, kind: Kind) -> Outcome | None:
    """Let a fault of the instrument's model, which lasts, come before the level is set."""
    if kind not in INSTRUMENTS[row.profile].faults:
        return None
    known = sound(row)
    with closing(row.stage()) as stage:
        task = row.task(stage)
        stage.connect()
        stage.faults.arm(kind, ALWAYS)
        if kind == "interlock-open":
            stage.running.bench.set_interlock(closed=False)

        def act() -> Seen:
            task.ready(1)
            return task.act()

        def judge(found: Seen) -> str:
            if found.flags:
                return ", ".join(found.flags)
            if known.right(found.values, 1):
                return RIGHT
            return AS_IS if found.raw and found.raw in stage.received() else WRONG

        began = time.monotonic()
        word = _word(act, judge)
        seconds = time.monotonic() - began
        stage.faults.clear()
        stage.running.bench.set_interlock(closed=True)
        return Outcome(word, seconds, _recovers(row, kind, stage, task))


def _word(act: Callable[[], T], judge: Callable[[T], str]) -> str:
    try:
        found = act()
    except BenchtuiError as error:
        return type(error).__name__
    return judge(found)


def _recovers(row: Row, kind: Kind, stage: Stage, task: Task) -> bool:
    """Tell whether the next reading, of another true value, is right; it may fail twice, but not be wrong."""
    if kind in ("fin", "rst") and INSTRUMENTS[row.profile].baud:
        return True  # its port is gone, and another bench may have got the name of it
    stage.faults.clear()
    stage.faults.passed_over = 0
    for again in range(3):
        try:
            if again:
                stage.connect()
            task.ready(2)
            found = task.act()
        except BenchtuiError:
            continue
        return sound(row).right(found.values, 2)
    return False


# --- the whole
@dataclass(frozen=True)
class Cell:
    """One instrument, one fault: what came of it at each reply that was struck, of a reading or of connecting."""

    row: Row
    kind: Kind
    outcomes: tuple[Outcome, ...]
    connecting: bool = False

    @property
    def text(self) -> str:
        """Return what stands in the table: the different things that came of it."""
        words = dict.fromkeys(outcome.word for outcome in self.outcomes)
        if self.kind == "garbled" and self.row.reading in BINARY and not self.connecting:
            words = dict.fromkeys(NOT_NOTICED if word == WRONG else word for word in words)
        return ", ".join(sorted(words, key=lambda word: (word != RIGHT, word))) or "–"

    @property
    def complaints(self) -> Iterator[str]:
        """Return what must never be: a wrong number, now or in the reading that follows."""
        if WRONG in self.text:
            yield f"{self.name}: a wrong number"
        if not all(outcome.recovered for outcome in self.outcomes):
            yield f"{self.name}: the readings after it are wrong, or do not come"

    @property
    def delays(self) -> Iterator[str]:
        """Return which readings took longer than their time-out."""
        for outcome in self.outcomes:
            if not self.connecting and outcome.seconds > self.row.longest + SLACK:
                yield f"{self.name}: {outcome.seconds:.2f} s; its time-out is {self.row.longest} s"

    @property
    def name(self) -> str:
        """Return what was measured."""
        return f"{self.row.profile}, {self.doing}, {self.kind}"

    @property
    def doing(self) -> str:
        """Return what the instrument was asked for."""
        return "connect" if self.connecting else self.row.reading


def replies_to_strike(row: Row) -> Iterable[int]:
    """Return which of the replies (or commands) of a reading are struck: all, or the first and the last of many."""
    replies = sound(row).replies
    return range(replies) if replies <= 8 else (0, 1, 2, replies - 1)


def runs(row: Row, kind: Kind, connecting: bool) -> Iterator[Callable[[], Outcome | None]]:
    """Return what is measured for a cell."""
    if connecting:
        yield from (partial(strike_at_connect, row, kind, at) for at in range(sound(row).connecting))
        return
    if kind in OF_MODELS:
        yield partial(ail, row, kind)
        return
    if kind in AT_CONNECT:
        yield partial(strike_at_connect, row, kind, 0, ALWAYS)
    if kind != "refuse-connection":
        yield from (partial(strike, row, kind, at) for at in replies_to_strike(row))


Part = tuple[Row, Kind, bool]
"""A cell that is to be measured: instrument, fault, and whether it strikes while the driver connects."""


def everything() -> list[Part]:
    """Return all cells of the document."""
    connecting = {row.profile: row for row in reversed(ROWS)}.values()
    return [
        *((row, kind, False) for row in ROWS for kind in KINDS),
        *((row, kind, True) for row in reversed(connecting) for kind in WHILE_CONNECTING),
    ]


def matrix(parts: Iterable[Part], at_once: int = AT_ONCE) -> list[Cell]:
    """Measure *parts*, so many at a time."""
    parts = tuple(parts)
    for row in dict.fromkeys(row for row, _, _ in parts):
        sound(row)
    with ThreadPoolExecutor(at_once) as pool:
        # Those that wait longest begin first.
        order = sorted(parts, key=lambda part: -part[0].longest)
        begun = {part: [pool.submit(run) for run in runs(*part)] for part in order}
        return [
            Cell(row, kind, tuple(filter(None, (run.result() for run in begun[row, kind, at]))), at)
            for row, kind, at in parts
        ]


def again(cells: Iterable[Cell], strange: Callable[[Cell], bool]) -> list[Cell]:
    """Measure once more, a few at a time, those of *cells* that are *strange*; return all."""
    cells = list(cells)
    found = matrix([(c.row, c.kind, c.connecting) for c in cells if strange(c)], A_FEW)
    instead = {(cell.row, cell.kind, cell.connecting): cell for cell in found}
    return [instead.get((cell.row, cell.kind, cell.connecting), cell) for cell in cells]


def page(cells: Iterable[Cell]) -> str:
    """Return the document."""
    cells = tuple(cells)
    longest = "\n".join(f"| `{row.profile}` | {row.reading} | {row.longest:g} |" for row in ROWS)
    return PAGE.read_text(encoding="utf-8").format(
        readings=_table([cell for cell in cells if not cell.connecting], KINDS),
        connections=_table([cell for cell in cells if cell.connecting], WHILE_CONNECTING),
        longest=longest,
    )


def _table(cells: Iterable[Cell], kinds: Iterable[Kind]) -> str:
    found: dict[tuple[str, str], dict[Kind, str]] = {}
    for cell in cells:
        found.setdefault((cell.row.profile, cell.doing), {})[cell.kind] = cell.text
    head = ("instrument", "", *kinds)
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for (profile, doing), texts in found.items():
        lines.append("| " + " | ".join((f"`{profile}`", doing, *texts.values())) + " |")
    return "\n".join(lines)


def main() -> int:
    """Measure, and write or compare the document."""
    parser = argparse.ArgumentParser(prog="python -m tools.fault_matrix", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; status 1 if the document is stale"
    )
    check = parser.parse_args().check
    began = time.monotonic()
    cells = matrix(everything())
    cells = again(cells, lambda cell: any(cell.delays))  # many at a time disturb each other
    found = page(cells)
    trouble = [line for cell in cells for line in (*cell.complaints, *cell.delays)]
    if not check:
        DOCUMENT.write_text(found, encoding="utf-8")
    elif DOCUMENT.read_text(encoding="utf-8") != found:
        trouble.append(f"{DOCUMENT} is stale")
    outcomes = sum(len(cell.outcomes) for cell in cells)
    sys.stdout.write(f"{outcomes} faults in {len(cells)} cells, {time.monotonic() - began:.0f} s\n")
    sys.stdout.writelines(f"{line}\n" for line in trouble)
    return 1 if trouble else 0


if __name__ == "__main__":
    sys.exit(main())
