"""A virtual bench that the program starts itself: its process, its addresses, a bench file that names them."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import tomlkit

from benchtui import platforms
from benchtui.errors import BenchtuiError, EngineLost
from benchtui.i18n import N_, text

START_TIMEOUT = 30.0
_PROGRAM = (sys.executable, "-m", "benchtui.virtualbench")


def printed_truth(template: Path, seed: int, *options: str) -> bytes:
    """Return the truth file of *seed* for the bench *template*."""
    process = subprocess.run(  # noqa: S603 - our own module, no shell
        [*_PROGRAM, str(template), "--seed", str(seed), *options, "--print-truth"],
        capture_output=True,
        check=False,
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


def write_bench(template: Path, addresses: dict[str, str]) -> str:
    """Return the bench file *template* with the *addresses* of a virtual bench that serves it; comments stay."""
    document = tomlkit.parse(template.read_text(encoding="utf-8"))
    for name, instrument in document["instruments"].items():
        instrument["resource"] = addresses[name]
    document["virtual"]["control"] = addresses["control"]
    return tomlkit.dumps(document)


class ServedBench:
    """A virtual bench that ends with this process.

    Parameters
    ----------
    template
        The bench file that it serves.
    truth
        Its truth file; what that lacks is drawn from *seed*.
    time_scale
        ``1``, a factor, or ``virtual``.

    Raises
    ------
    BenchtuiError
        It does not start.
    """

    def __init__(self, template: Path, truth: Path, seed: int, time_scale: str) -> None:
        argv = [*_PROGRAM, str(template), "--seed", str(seed), "--truth", str(truth)]
        self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
            [*argv, "--time-scale", time_scale],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            _, reason = self._process.communicate()
            raise BenchtuiError(
                text(
                    N_("The virtual bench failed: {reason}"), reason=reason.decode(errors="replace").strip()
                ),
                hint=text(N_("Run it by itself: benchtui bench serve")),
            )
        self.addresses: dict[str, str] = json.loads(line)

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.communicate()


def answering(ready: Path) -> dict[str, str] | None:
    """Return the addresses in *ready* if the virtual bench that wrote it still answers."""
    try:
        addresses: dict[str, str] = json.loads(ready.read_text(encoding="utf-8"))
        _, host, port, _ = addresses["control"].split("::")
        socket.create_connection((host, int(port)), timeout=1.0).close()
    except (OSError, ValueError, KeyError):
        return None
    return addresses


def start_detached(template: Path, ready: Path, log: Path, *options: str) -> dict[str, str]:
    """Start a virtual bench that outlives this process; return its addresses, which it writes to *ready* too.

    Raises
    ------
    EngineLost
        It did not start in time.
    """
    ready.unlink(missing_ok=True)
    process = platforms.spawn_detached([*_PROGRAM, str(template), "--ready-file", str(ready), *options], log)
    deadline = time.monotonic() + START_TIMEOUT
    addresses = None
    while addresses is None and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.02)
        addresses = answering(ready)
    platforms.let_go(process)
    if addresses is None:
        raise EngineLost(
            text(N_("The virtual bench did not start.")),
            where=str(ready.parent),
            hint=text(N_("Its log is {log}."), log=log),
        )
    return addresses
