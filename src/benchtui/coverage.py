"""Does U cover the hidden truth? Calibrates a virtual unit again and again, each time with errors drawn afresh.

Everything is the real thing: drivers on the wire, procedures, the record, the evaluation from the record. Only the
unit under test and the standards are virtual, so that the truth is known afterwards.
"""

from __future__ import annotations

import math
import os
import tempfile
import threading
import tomllib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from benchtui import messages
from benchtui.demo import BENCH, JOB
from benchtui.engine.ledger import Ledger
from benchtui.engine.outcomes import revive_outcome
from benchtui.engine.run import ItemRun
from benchtui.engine.workbench import Workbench
from benchtui.errors import BadInput, BenchtuiError
from benchtui.i18n import N_, text
from benchtui.instruments.guardian import Guardian
from benchtui.procedures.base import Point, Result
from benchtui.procedures.catalogue import procedure
from benchtui.profiles import Bench, Uut, find, load
from benchtui.records import revive
from benchtui.served_bench import ServedBench, printed_truth, write_bench

MEASURED = {
    "dc-current-output-low": "",
    "dc-current-output-high": "",
    "dc-current-measurement-low": "measure.",
    "dc-current-measurement-high": "measure.",
    "dc-voltage-output": "",
    "dc-voltage-output-hv": "",
    "dc-voltage-measurement": "measure.",
    "dc-voltage-measurement-hv": "measure.",
    "pulsed-current": "pulse.",
    "frequency": "",
    "capacitance": "measure.",
}
"""The items with a measured result, and where in the truth the errors stand that they find."""
SECOND = {"pulsed-current": "pulse-measure."}
"""The same for the second error of an item."""

GAIN_DECADES = (-5.0, -1.2)
"""Powers of ten between which relative errors are drawn: up to 6 %, far beyond any class."""
OFFSET_DECADES = (-6.0, -2.3)
"""The same for offsets, as parts of the range."""


class Deviation(msgspec.Struct, frozen=True):
    """How far a result lies from the truth: *z* in standard, *en* in expanded uncertainties."""

    point: str
    z: float
    en: float


class Coverage(msgspec.Struct, frozen=True):
    """What many runs gave. *rms_z* is 1 and *mean_z* 0 if the stated uncertainties are honest."""

    procedure: str
    runs: int
    points: int
    covered: int
    fraction: float
    rms_z: float
    mean_z: float
    en_max: float


def coverage(
    item: str, runs: int, seed: int, modules: tuple[str, ...], tell: Callable[[int], None]
) -> Coverage:
    """Calibrate *item* in *runs* virtual laboratories; *tell* is told how many are done.

    Raises
    ------
    BadInput
        There is no such item, or it measures nothing.
    BenchtuiError
        A run failed.
    """
    procedure(item)
    if item not in MEASURED:
        raise BadInput(
            text(N_("The item {item} has no uncertainty to look at."), item=item),
            hint=text(N_("Known items: {known}."), known=", ".join(MEASURED)),
        )
    found: list[Deviation] = []
    workers = min(os.cpu_count() or 1, runs)
    with ProcessPoolExecutor(workers) as pool:
        jobs = [pool.submit(run, item, seed * 1_000_003 + number, modules) for number in range(runs)]
        for number, job in enumerate(jobs, start=1):
            found += job.result()
            tell(number)
    return summary(item, runs, found)


def summary(item: str, runs: int, found: list[Deviation]) -> Coverage:
    """Return the figures of all deviations *found*."""
    z = np.array([deviation.z for deviation in found])
    en = np.array([deviation.en for deviation in found])
    covered = int(np.count_nonzero(en <= 1.0))
    return Coverage(
        procedure=item,
        runs=runs,
        points=len(found),
        covered=covered,
        fraction=covered / len(found),
        rms_z=float(np.sqrt(np.mean(z**2))),
        mean_z=float(np.mean(z)),
        en_max=float(en.max()),
    )


def run(item: str, seed: int, modules: tuple[str, ...] = ()) -> list[Deviation]:
    """Calibrate *item*, and what it needs, on a virtual bench with the truth of *seed*; compare with the truth."""
    with tempfile.TemporaryDirectory(prefix="benchtui-coverage-") as folder:
        workspace = Path(folder)
        template = find("benches", BENCH)
        profile = load(template, Bench)
        uut = load(find("uut", profile.virtual.uut if profile.virtual else ""), Uut)
        truth = workspace / "truth.toml"
        truth.write_text(_drawn(uut, seed), encoding="utf-8")
        with closing(ServedBench(template, truth, seed, "virtual")) as served:
            bench = workspace / "bench.toml"
            bench.write_text(write_bench(template, served.addresses), encoding="utf-8")
            job = workspace / "job.toml"
            needed = (*procedure(item).needs, item)
            job.write_text(_job(profile, needed, modules), encoding="utf-8")
            hidden = tomllib.loads(printed_truth(template, seed, "--truth", str(truth)).decode())
            return list(_compare(item, _calibrate(workspace, bench, job, needed), hidden))


def _job(profile: Bench, items: Iterable[str], modules: tuple[str, ...]) -> str:
    chosen = f"modules = {list(modules)}\n".replace("'", '"') if modules else ""
    orders = "\n".join(f'[[items]]\nid = "{item}"\n{chosen}' for item in items)
    uut = profile.virtual.uut if profile.virtual else ""
    return JOB.format(number="COVERAGE", uut=uut, items=orders)


def _drawn(uut: Uut, seed: int) -> str:
    """Return a truth file with errors of the unit under test anywhere, also far beyond its class."""
    chance = np.random.default_rng(seed)

    def either(decades: tuple[float, float]) -> float:
        return float(chance.choice((-1.0, 1.0)) * 10.0 ** chance.uniform(*decades))

    lines = []
    for module in uut.modules:
        functions = {
            "": (*module.voltage_output, *module.current_output),
            "measure.": (
                *module.voltage_measurement, *module.current_measurement, *module.capacitances
            ),
            "pulse.": module.pulsed_current,
            "pulse-measure.": module.pulsed_current,
        }  # fmt: skip
        for function, ranges in functions.items():
            for span in ranges:
                lines.append(f'[uut.{module.name}.{function}"{span.name}"]')
                lines.append(f"gain_error = {either(GAIN_DECADES)!r}")
                lines.append(f"offset = {float(span.span) * either(OFFSET_DECADES)!r}")
        for signal in module.frequencies:
            lines += [
                f'[uut.{module.name}."{signal.name}"]',
                f"gain_error = {either(GAIN_DECADES)!r}",
                "offset = 0.0",
            ]
    return "\n".join(lines) + "\n"


class _Stage:
    """An operator who does at once what is asked, and looks at nothing but failures."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.failure: messages.Failure | None = None
        self._prompts = 0

    def publish(self, event: messages.Event) -> None:
        if isinstance(event, messages.Failure) and self.failure is None:
            self.failure = event

    def ask(self, prompt: messages.Prompt) -> str:
        return prompt.expected or "yes"

    def next_prompt(self) -> int:
        self._prompts += 1
        return self._prompts

    def wait_for_console(self) -> None:
        return

    def note(self, job: str, kind: str, body: dict[str, Any]) -> None:
        self.ledger.event(job, kind, body)


def _calibrate(workspace: Path, bench: Path, job: Path, items: Iterable[str]) -> list[tuple[Point, Result]]:
    """Run the *items* of the *job*; return the points and results of the last one."""
    ledger = Ledger(workspace)
    results: list[tuple[Point, Result]] = []
    with Guardian(workspace / "guardian.log") as guardian:
        workbench = Workbench(bench, guardian, lambda _: None)
        try:
            number = ledger.add_job(job)
            for item in items:
                stage = _Stage(ledger)
                loaded = ledger.item(number, item)
                state = ItemRun(stage, workbench, loaded, ledger.open_points(loaded), threading.Event())()
                if state != "done":
                    failure = stage.failure
                    raise BenchtuiError(
                        failure.what if failure else text(N_("The run failed.")),
                        where=failure.where if failure else item,
                        hint=failure.hint if failure else text(N_("Run it by itself: benchtui demo")),
                    )
                results = [
                    (revive(row.point.body, Point), outcome)
                    for row in ledger.results(number, item)
                    if row.result is not None
                    and isinstance(outcome := revive_outcome(row.result.body), Result)
                ]
        finally:
            workbench.close()
            ledger.close()
    return results


def _compare(item: str, results: list[tuple[Point, Result]], hidden: dict[str, Any]) -> Iterator[Deviation]:
    for point, result in results:
        found = MEASURED[item]
        set_value = float(point.setpoint)
        gain, offset = _error(hidden, point, found)
        if found in ("", "pulse."):
            true = set_value * (1.0 + gain) + offset
            yield _deviation(point.key, result.error, set_value / true - 1.0, result.u, result.U)
        else:
            read = float(result.indication)
            yield _deviation(point.key, result.error, _of_reading(read, gain, offset), result.u, result.U)
        if result.second is not None:
            second = result.second
            gain, offset = _error(hidden, point, SECOND[item])
            truth = _of_reading(second.indication, gain, offset)
            yield _deviation(f"{point.key} measured", second.error, truth, second.u, second.U)


def _error(hidden: dict[str, Any], point: Point, function: str) -> tuple[float, float]:
    table = hidden["uut"][point.module]
    for word in filter(None, function.split(".")):
        table = table[word]
    line = table[point.range]
    return float(line["gain_error"]), float(line["offset"])


def _of_reading(read: float, gain: float, offset: float) -> float:
    """Return the relative error of a reading that is ``true·(1 + gain) + offset``."""
    true = (read - offset) / (1.0 + gain)
    return read / true - 1.0


def _deviation(point: str, found: float, truth: float, u: float, expanded: float) -> Deviation:
    off = found - 100.0 * truth
    assert math.isfinite(off), point
    return Deviation(point, off / u, abs(off) / expanded)
