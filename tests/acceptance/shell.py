"""A user at a shell who starts the real thing: command line, virtual bench and engine, each in its own process."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

BENCH = """\
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
"""A bench file for what ``benchtui bench serve`` serves without a bench file."""

JOB = """\
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
"""A work order for it."""

PATIENCE = 60.0
"""Seconds after which something that should happen counts as not happening; far above what it takes."""


def wait_until(condition: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    """Return what *condition* returns as soon as it is true."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if outcome := condition():
            return outcome
        time.sleep(0.005)
    pytest.fail(f"waited {patience} s in vain: {what}")


@dataclass
class Shell:
    """A user at a shell: runs the program with an own home, language and runtime folder."""

    home: Path
    env: dict[str, str]
    children: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def run(self, *words: str | Path, **more: Any) -> subprocess.CompletedProcess[str]:
        """Run ``benchtui`` to its end."""
        options: dict[str, Any] = {
            "capture_output": True,
            "text": True,
            "timeout": 150,
            "cwd": self.home,
        } | more
        return subprocess.run(self.argv(*words), env=self.env, **options)

    def start(self, *words: str | Path) -> subprocess.Popen[bytes]:
        """Start ``benchtui`` and go on; its output goes to a file in the home."""
        with (self.home / "output.txt").open("ab") as sink:
            child = subprocess.Popen(
                self.argv(*words),
                env=self.env,
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
            )
        self.children.append(child)
        return child

    @staticmethod
    def argv(*words: str | Path) -> list[str]:
        """Return the command line of ``benchtui`` with *words*."""
        return [sys.executable, "-m", "benchtui", *map(str, words)]

    def results(self, place: str | Path) -> list[dict[str, Any]]:
        """Return ``benchtui results PLACE --json``."""
        done = self.run("results", place, "--json")
        assert done.returncode == 0, done.stderr
        rows: list[dict[str, Any]] = json.loads(done.stdout)
        return rows


def engine_pid(workspace: Path) -> int:
    """Return the process id of the workspace's engine, 0 if none has been seen yet."""
    try:
        return int((workspace / "engine.lock").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return 0


def kill(pid: int, number: signal.Signals = signal.SIGKILL) -> None:
    """Send a signal to a process that may have ended."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def environment(home: Path) -> dict[str, str]:
    """Return the environment of a user whose home is *home*."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return {
        **kept,
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "XDG_RUNTIME_DIR": str(home / "runtime"),
        "XDG_DATA_HOME": str(home / "share"),
        "XDG_STATE_HOME": str(home / "state"),
    }


def processes_of(home: Path, program: str = "") -> list[int]:
    """Return the processes whose command line names *home*, and *program* if that is given."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            words = entry.read_bytes()
            if os.fsencode(home) in words and program.encode() in words:
                found.append(int(entry.parent.name))
    return [pid for pid in found if pid != os.getpid()]


class HandsClient:
    """A client of the virtual bench's control socket."""

    def __init__(self, resource: str) -> None:
        import socket

        _, host, port, _ = resource.split("::")
        self._socket = socket.create_connection((host, int(port)), timeout=10)
        self._lines = self._socket.makefile("rb")

    def ask(self, **request: object) -> dict[str, Any]:
        """Send a request, return the reply."""
        self._socket.sendall(json.dumps(request).encode() + b"\n")
        reply: dict[str, Any] = json.loads(self._lines.readline())
        assert reply["ok"], reply
        return reply

    def outputs(self) -> list[dict[str, Any]]:
        """Return the state of all outputs."""
        outputs: list[dict[str, Any]] = self.ask(do="state")["outputs"]
        return outputs

    def close(self) -> None:
        """Hang up."""
        self._lines.close()
        self._socket.close()
