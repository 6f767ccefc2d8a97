"""``benchtui bench log``: who said what on the wires, when; and what the record keeps of it when an attempt failed."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.shell import BENCH, JOB, Shell, engine_pid, kill, wait_until
from tests.engine.conftest import stand  # noqa: F401 - a fixture
from tests.engine.stand import HARMLESS, Stand
from tests.instruments.line_server import LineServer, Multimeter, Reply

from benchtui import messages

ITEM = '[[items]]\nid = "dc-voltage-output"\nreadings = 3\n'
BENCH_OF_ONE = """
name = "one meter"
[instruments.dmm]
profile = "keysight-3458a"
resource = "{resource}"
"""
LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}Z  dmm  [→←×] +\d+  [ -~]+")


@pytest.fixture
def addresses(shell: Shell) -> dict[str, str]:
    """A virtual bench that runs in virtual time."""
    ready = shell.home / "ready.json"
    shell.start("bench", "serve", "--seed", "3", "--ready-file", ready, "--time-scale", "virtual")
    wait_until(ready.exists, "the virtual bench is ready")
    found: dict[str, str] = json.loads(ready.read_text())
    return found


@pytest.fixture
def dmm(shell: Shell) -> Iterator[LineServer]:
    """A multimeter, and a bench file with it in a folder that is a workspace."""
    with LineServer(Multimeter()) as server:
        (shell.home / "w" / "wire").mkdir(parents=True)
        (shell.home / "w" / "bench.toml").write_text(BENCH_OF_ONE.format(resource=server.resource))
        yield server


def log(shell: Shell, *words: str | Path) -> list[dict[str, Any]]:
    done = shell.run("bench", "log", *words, "--json")
    assert done.returncode == 0, done.stderr
    said: list[dict[str, Any]] = json.loads(done.stdout)
    return said


def test_a_bench_check_can_be_read_again(shell: Shell, dmm: LineServer) -> None:
    begun = datetime.now(UTC)
    assert shell.run("bench", "check", "w/bench.toml").returncode == 0
    said = log(shell, "w/bench.toml")
    assert [piece["octets"] for piece in said if piece["direction"] == "out"] == [
        f"{line}\\r\\n" for line in dmm.lines()
    ]
    answer = next(piece for piece in said if piece["direction"] == "in")
    assert (answer["octets"], answer["length"], answer["instrument"]) == ("HP3458A\\r\\n", 9, "dmm")
    assert begun <= datetime.fromisoformat(answer["at"]) <= datetime.now(UTC)
    text = shell.run("bench", "log", "w").stdout.splitlines()
    assert len(text) == len(said)
    assert all(LINE.fullmatch(line) for line in text), text
    assert [line.rsplit("  ", 1)[1] for line in text] == [piece["octets"] for piece in said]


def test_only_what_was_asked_for_is_shown(shell: Shell, dmm: LineServer) -> None:
    bench = shell.home / "w" / "bench.toml"
    bench.write_text(bench.read_text() + bench.read_text().split("\n", 2)[2].replace("dmm", "dvm"))
    shell.run("bench", "check", bench)
    both = log(shell, "w")
    assert {piece["instrument"] for piece in both} == {"dmm", "dvm"}
    assert [piece["at"] for piece in both] == sorted(piece["at"] for piece in both)
    alone = log(shell, "w", "--instrument", "dvm")
    assert alone == [piece for piece in both if piece["instrument"] == "dvm"]
    assert log(shell, bench, "--instrument", "dvm", "--last", "3") == alone[-3:]
    # Another bench file in the same workspace has this log, but not that instrument.
    bench.write_text(BENCH_OF_ONE.format(resource=dmm.resource))
    assert {piece["instrument"] for piece in log(shell, bench)} == {"dmm"}


def test_bytes_that_are_no_text_do_no_harm(shell: Shell, dmm: LineServer) -> None:
    dmm.handler = lambda line, reply: reply("\x1b[2J\x07\xff\u00e9") if line == "ID?" else None
    assert shell.run("bench", "check", "w/bench.toml").returncode == 3
    done = shell.run("bench", "log", "w")
    assert r"\x1b[2J\x07\xff\xe9\r\n" in done.stdout
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere"], "no such file or folder"),
        (["empty"], "No wire log"),
        (["w", "--instrument", "scope"], "Known: dmm"),
        (["w", "--last", "0"], "--last"),
    ],
)
def test_what_cannot_be_shown_is_told(shell: Shell, dmm: LineServer, words: list[str], said: str) -> None:
    (shell.home / "empty").mkdir()
    shell.run("bench", "check", "w/bench.toml")
    done = shell.run("bench", "log", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_what_the_engine_says_can_be_read_while_it_runs_and_after_it_was_killed(
    stand: Callable[[str], Stand],  # noqa: F811 - the fixture
    shell: Shell,
) -> None:
    bench = stand("virtual")
    console = bench.started(HARMLESS)
    console.wait_for(messages.Asked)  # the wiring; the engine waits
    running = said_by_each(shell, bench.workspace)
    assert set(running) == {"uut", "dmm"}
    assert any("HP3458A" in said for said in running["dmm"])
    kill(engine_pid(bench.workspace))
    console.wait_for_the_end()
    left = said_by_each(shell, bench.workspace)
    for name, said in running.items():
        assert left[name][: len(said)] == said


def said_by_each(shell: Shell, workspace: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for piece in log(shell, workspace, "--last", "10000"):
        found.setdefault(piece["instrument"], []).append(piece["octets"])
    return found


def test_a_failed_attempt_keeps_the_conversation_that_led_to_it(
    shell: Shell, addresses: dict[str, str]
) -> None:
    meter = Multimeter()

    def garble(line: str, reply: Reply) -> None:
        if line == "TARM SGL,1":
            reply("=what a day")
        else:
            meter(line, reply)

    with LineServer(garble) as server:
        (shell.home / "bench.toml").write_text(BENCH.format(**(addresses | {"dmm": server.resource})))
        (shell.home / "job.toml").write_text(JOB.format(number="J-1", items=ITEM))
        done = shell.run("run", "job.toml", "--bench", "bench.toml", "--workspace", "w", "--headless")
    assert done.returncode == 3, done.stderr
    assert "what a day" in done.stderr
    said = log(shell, "w", "--failed")
    (attempt,) = {piece["attempt"] for piece in said}
    assert re.fullmatch(r"J-1 dc-voltage-output MPSMU/.* #1", attempt)
    by_name = {
        name: [(p["direction"], p["octets"]) for p in said if p["instrument"] == name]
        for name in ("uut", "dmm")
    }
    # What led to the failure is the last that is kept, not what switched the outputs off afterwards.
    assert by_name["dmm"][-2:] == [("out", r"TARM SGL,1\r\n"), ("in", r"=what a day\r\n")]
    assert any(octets.startswith("DV") for direction, octets in by_name["uut"] if direction == "out")
    assert not any(octets.startswith("CL") for direction, octets in by_name["uut"][-1:])
    assert sum(direction == "out" for direction, _ in by_name["uut"]) <= 20
    text = shell.run("bench", "log", "w", "--failed", "--instrument", "dmm").stdout
    assert text.splitlines()[0] == attempt
    assert " uut " not in text
    assert shell.run("records", "verify", "w").returncode == 0
    shell.run("records", "export", "w", "csv")
    with (shell.home / "csv" / "wire_piece.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["octets"].removeprefix("'") for row in rows] == [piece["octets"] for piece in said]
    assert {row["role"] for row in rows} == {"uut", "standard"}


def test_no_failure_is_no_failure(shell: Shell, addresses: dict[str, str]) -> None:
    (shell.home / "bench.toml").write_text(BENCH.format(**addresses))
    (shell.home / "job.toml").write_text(JOB.format(number="J-1", items=ITEM))
    done = shell.run("run", "job.toml", "--bench", "bench.toml", "--workspace", "w", "--headless")
    assert done.returncode == 0, done.stderr
    done = shell.run("bench", "log", "w", "--failed")
    assert (done.returncode, done.stdout) == (0, "")
    assert "no attempt has failed" in done.stderr
    done = shell.run("bench", "log", "elsewhere", "--failed")
    assert done.returncode == 1
    assert "no record" in done.stderr
