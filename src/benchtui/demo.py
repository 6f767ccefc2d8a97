"""The demonstration: a virtual bench with hidden errors, a job to calibrate it, and the certificate at the end."""

from __future__ import annotations

from pathlib import Path

import msgspec

from benchtui.procedures.catalogue import PROCEDURES, procedure
from benchtui.profiles import Bench, find, load
from benchtui.served_bench import answering, printed_truth, start_detached, write_bench

READY = "virtual-bench.json"
TRUTH = "virtual-truth.toml"
LOG = "virtual-bench.log"
BENCH = "virtual-semiconductor"
"""The bench that is simulated, in ``profiles/benches``."""
IDLE_EXIT = "60"
"""Seconds after which a virtual bench ends that nobody is connected to."""

JOB = """\
# A work order. Give each job a number of its own: record and certificates are numbered after it.
number = "{number}"
operator = "J. Doe"

[customer]
name = "Example Customer Ltd."
address = "8 Customer Street, 200000 Shanghai, China"

[uut]
profile = "{uut}"
serial = "MY50100001"
condition = "in order"

[conditions]
temperature = 23.1
humidity = 45
mains-voltage = 220
mains-frequency = 50

{items}"""


ITEMS: dict[str, str] = {
    "appearance": "",
    "dc-current-output-low": 'modules = ["HRSMU"]',
    "dc-current-output-high": 'modules = ["MPSMU", "HVSMU"]',
    "dc-current-measurement-low": 'modules = ["HRSMU"]',
    "dc-current-measurement-high": 'modules = ["MPSMU"]',
    "dc-voltage-output": 'modules = ["MPSMU", "HVSMU"]',
    "dc-voltage-output-hv": "",
    "dc-voltage-measurement": 'modules = ["MPSMU"]',
    "dc-voltage-measurement-hv": 'modules = ["HVSMU"]',
    "pulsed-current": "",
    "frequency": "",
    "capacitance": "",
}
"""What the demonstration calibrates: every item, on the modules that show it best. In this order: the item
``dc-voltage-measurement-hv`` works with the results of the currents."""


class Demonstration(msgspec.Struct, frozen=True):
    """The files of a demonstration: its workspace, bench file and job file."""

    workspace: Path
    bench: Path
    job: Path


def prepare(out: Path, seed: int, items: tuple[str, ...], time_scale: str) -> Demonstration:
    """Write bench and job to *out* and see that the virtual bench runs; what is there already is used again.

    A demonstration that was interrupted goes on with the same job; one that was finished gets a new number.
    """
    out.mkdir(parents=True, exist_ok=True)
    truth = out / TRUTH
    template = find("benches", BENCH)
    if not truth.exists():
        truth.write_bytes(printed_truth(template, seed))
    addresses = answering(out / READY) or start_detached(
        template,
        out / READY,
        out / LOG,
        *("--seed", str(seed), "--truth", str(truth), "--time-scale", time_scale, "--idle-exit", IDLE_EXIT),
    )
    bench = out / "bench.toml"
    bench.write_text(write_bench(template, addresses), encoding="utf-8")
    job = out / "job.toml"
    number = _job_number(out, seed)
    job.write_text(JOB.format(number=number, uut=_uut(template), items=_items(items)), encoding="utf-8")
    return Demonstration(out, bench, job)


def _uut(template: Path) -> str:
    virtual = load(template, Bench).virtual
    assert virtual is not None, "the bench of the demonstration is a virtual one"
    return virtual.uut


def _items(items: tuple[str, ...]) -> str:
    known = {item: body for item, body in ITEMS.items() if item in PROCEDURES}
    for item in items:
        procedure(item)  # refuses what there is not
    chosen = [item for item in known if not items or item in items]
    return "\n".join(f'[[items]]\nid = "{item}"\n{known[item]}\n' for item in chosen)


def _job_number(out: Path, seed: int) -> str:
    """Return the number of the job in hand, or of the next one if that is finished."""
    from benchtui.records import FILE_NAME, Archive

    wanted = f"DEMO-{seed}"
    path = out / FILE_NAME
    if not path.exists():
        return wanted
    with Archive.open(path) as archive:
        jobs = {job.number: job for job in archive.jobs()}
    count = 1
    number = wanted
    while number in jobs and jobs[number].results == jobs[number].points:
        count += 1
        number = f"{wanted}-{count}"
    return number
