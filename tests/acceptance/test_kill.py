"""kill -9 of the engine: nothing that was acknowledged is lost, nothing stays on, and the work goes on where it was."""

from __future__ import annotations

import json
import random
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.shell import HandsClient, Shell, engine_pid, kill, wait_until

STABLE = (
    "item",
    "module",
    "range",
    "point",
    "setpoint",
    "indication",
    "standard",
    "error",
    "U",
    "k",
    "nu_eff",
    "state",
)


def acknowledged(workspace: Path) -> int:
    """Return the number of readings that are in the record."""
    try:
        connection = sqlite3.connect(f"file:{workspace / 'records.sqlite'}?mode=ro", uri=True)
    except sqlite3.OperationalError:
        return 0
    try:
        count: int = connection.execute("SELECT count(*) FROM reading").fetchone()[0]
    except sqlite3.OperationalError:
        return 0
    finally:
        connection.close()
    return count


def essence(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [tuple(row[key] for key in STABLE) for row in rows]


@pytest.mark.slow
def test_twenty_kills_change_nothing_but_attempts_and_times(shell: Shell) -> None:
    calm = shell.run("demo", "--headless", "--items", "dc-voltage-output", "--seed", "11", "--out", "calm")
    assert calm.returncode == 0, calm.stderr
    readings = acknowledged(shell.home / "calm")
    chance = random.Random(11)
    workspace = shell.home / "stormy"
    words = ("demo", "--headless", "--items", "dc-voltage-output", "--seed", "11", "--out", "stormy")
    for _ in range(20):
        before = acknowledged(workspace)
        goal = before + chance.randint(1, readings // 25)
        last_pid = engine_pid(workspace)
        face = shell.start(*words)
        while acknowledged(workspace) < goal:
            assert face.poll() is None, (shell.home / "output.txt").read_text()
        pid = engine_pid(workspace)
        assert pid != last_pid
        seen = acknowledged(workspace)
        kill(pid)
        assert face.wait(timeout=30) == 3
        verified = shell.run("records", "verify", "stormy", "--json")
        assert json.loads(verified.stdout)["ok"], verified.stdout
        assert acknowledged(workspace) >= seen
    assert shell.run(*words).returncode == 0
    assert essence(shell.results("stormy")) == essence(shell.results("calm"))
    output = (shell.home / "output.txt").read_text()
    assert "Connect as drawn" in output
    assert "Traceback" not in output


def test_outputs_go_off_when_the_engine_dies(shell: Shell) -> None:
    delays = [off_after_kill(shell, seed) for seed in (5, 6, 7)]
    assert max(delays) < 5.0, "even on a machine that is busy with other work"


def off_after_kill(shell: Shell, seed: int) -> float:
    """Kill an engine that has 100 V or more on; return the seconds until they are below 30 V or disconnected."""
    out = shell.home / f"seed{seed}"
    shell.start("demo", "--headless", "--items", "dc-voltage-output", "--seed", str(seed), "--out", out)
    ready = out / "virtual-bench.json"
    wait_until(ready.exists, "the virtual bench is ready")
    hands = HandsClient(json.loads(ready.read_text())["control"])

    def hot() -> dict[str, Any] | None:
        return next((o for o in hands.outputs() if o["on"] and abs(o["volts"]) > 95), None)

    output = wait_until(hot, "100 V are on")
    died = time.monotonic()
    kill(engine_pid(out))

    def off() -> float | None:
        state = next(o for o in hands.outputs() if o["module"] == output["module"])
        return state["off_at"] if not state["on"] or abs(state["volts"]) < 30 else None

    off_at: float = wait_until(off, "the guardian has switched off")
    hands.close()
    return off_at - died
