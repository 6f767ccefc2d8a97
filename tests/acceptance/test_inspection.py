"""``benchtui bench check`` and ``benchtui profile check``: looking before working."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.acceptance.shell import BENCH, Shell, wait_until

from benchtui.profiles import root


@pytest.fixture
def addresses(shell: Shell) -> dict[str, str]:
    """A virtual bench in real time."""
    ready = shell.home / "ready.json"
    shell.start("bench", "serve", "--seed", "3", "--ready-file", ready)
    wait_until(ready.exists, "the virtual bench is ready")
    found: dict[str, str] = json.loads(ready.read_text())
    return found


def test_every_instrument_says_who_it_is(shell: Shell, addresses: dict[str, str]) -> None:
    (shell.home / "bench.toml").write_text(BENCH.format(**addresses))
    done = shell.run("bench", "check", "bench.toml", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    found = {row["instrument"]: row for row in json.loads(done.stdout)}
    assert "B1505A" in found["uut"]["identity"]
    assert found["dmm"]["identity"] == "HP3458A"
    assert found["dmm"]["certificate_due"] == "2028-03-01"
    assert all(row["round_trip_ms"] > 0 for row in found.values())


def test_one_that_fails_is_named_with_what_to_try(shell: Shell, addresses: dict[str, str]) -> None:
    addresses["dmm"] = "TCPIP::127.0.0.1::1::SOCKET"
    (shell.home / "bench.toml").write_text(BENCH.format(**addresses))
    done = shell.run("bench", "check", "bench.toml")
    assert done.returncode == 3
    assert "✓ uut" in done.stdout
    assert "✗ dmm" in done.stdout
    assert "try:" in done.stdout


def test_every_profile_that_ships_is_sound(shell: Shell) -> None:
    files = sorted(root().rglob("*.toml"))
    done = shell.run("profile", "check", *files)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("✓") == len(files)


@pytest.mark.parametrize("content", ["", "colour = 'red'", "name =", "\x00"])
def test_a_file_that_is_no_profile_is_refused(shell: Shell, content: str) -> None:
    path = Path(shell.home / "x.toml")
    path.write_text(content)
    done = shell.run("profile", "check", path)
    assert done.returncode == 2
    assert "try:" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
