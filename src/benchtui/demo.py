"""The demonstration: a virtual bench with hidden errors, a job to calibrate it, and the certificate at the end."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from benchtui import platforms
from benchtui.errors import BenchtuiError, EngineLost
from benchtui.i18n import N_, text

READY = "virtual-bench.json"
TRUTH = "virtual-truth.toml"
LOG = "virtual-bench.log"
START_TIMEOUT = 20.0
IDLE_EXIT = "60"
"""Seconds after which a virtual bench ends that nobody is connected to."""

BENCH = """\
# The bench of this demonstration. The addresses are those of the virtual bench that was started for it.
name = "virtual bench"

[virtual]
control = "{control}"

[instruments.uut]
profile = "keysight-b1505a"
resource = "{uut}"

[instruments.dmm]
profile = "keysight-3458a"
resource = "{dmm}"
standard = "3458a"
"""

JOB = """\
# A work order. Give each job a number of its own: record and certificates are numbered after it.
number = "{number}"
operator = "J. Doe"

[customer]
name = "Example Customer Ltd."
address = "8 Customer Street, 200000 Shanghai, China"

[uut]
profile = "keysight-b1505a"
serial = "MY50100001"
condition = "in order"

[conditions]
temperature = 23.1
humidity = 45
mains-voltage = 220
mains-frequency = 50

{items}"""


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
    if not truth.exists():
        truth.write_bytes(_virtual_bench("--seed", str(seed), "--print-truth"))
    addresses = _running(out / READY) or _start(out, seed, truth, time_scale)
    bench = out / "bench.toml"
    bench.write_text(BENCH.format(**addresses), encoding="utf-8")
    job = out / "job.toml"
    number = _job_number(out, seed)
    job.write_text(JOB.format(number=number, items=_items(items)), encoding="utf-8")
    return Demonstration(out, bench, job)


def _items(items: tuple[str, ...]) -> str:
    return "\n".join(f'[[items]]\nid = "{item}"\n' for item in items or ("dc-voltage-output",))


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


def _virtual_bench(*options: str) -> bytes:
    process = subprocess.run(  # noqa: S603 - our own module, no shell
        [sys.executable, "-m", "benchtui.virtualbench", *options], capture_output=True, check=False
    )
    if process.returncode:
        raise BenchtuiError(
            text(
                N_("The virtual bench failed: {reason}"),
                reason=process.stderr.decode(errors="replace").strip(),
            ),
            hint=text(N_("Run it by itself: benchtui bench serve")),
        )
    return process.stdout


def _running(ready: Path) -> dict[str, str] | None:
    """Return the addresses in *ready* if the virtual bench that wrote it still answers."""
    try:
        addresses: dict[str, str] = json.loads(ready.read_text(encoding="utf-8"))
        _, host, port, _ = addresses["control"].split("::")
        socket.create_connection((host, int(port)), timeout=1.0).close()
    except (OSError, ValueError, KeyError):
        return None
    return addresses


def _start(out: Path, seed: int, truth: Path, time_scale: str) -> dict[str, str]:
    ready = out / READY
    ready.unlink(missing_ok=True)
    argv = [sys.executable, "-m", "benchtui.virtualbench", "--seed", str(seed), "--truth", str(truth)]
    argv += ["--ready-file", str(ready), "--time-scale", time_scale, "--idle-exit", IDLE_EXIT]
    process = platforms.spawn_detached(argv, out / LOG)
    deadline = time.monotonic() + START_TIMEOUT
    addresses = None
    while addresses is None and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.02)
        addresses = _running(ready)
    platforms.let_go(process)
    if addresses is None:
        raise EngineLost(
            text(N_("The virtual bench did not start.")),
            where=str(out),
            hint=text(N_("Its log is {log}."), log=out / LOG),
        )
    return addresses
