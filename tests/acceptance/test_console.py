"""The console as a technician uses it: a real terminal, keys alone, at a real engine on the virtual bench."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from tests.acceptance.shell import BENCH, JOB, HandsClient, Shell, wait_until
from tests.screens.terminal import Terminal

F5, F8, ESCAPE, CTRL_Q = b"\x1b[15~", b"\x1b[19~", b"\x1b", b"\x11"
RUN = ("run", "job.toml", "--bench", "bench.toml", "--workspace", "w")
WIRING = "connected as drawn"
ON_THE_ITEM = "OUTPUTS OFF"
"""In the footer of an item's screen alone, and at any moment of its run."""
SHORT = '[[items]]\nid = "dc-voltage-output"\nreadings = 3\nmodules = ["MPSMU"]\n'


@pytest.fixture
def prepare(shell: Shell) -> Callable[[str], HandsClient]:
    """Write job and bench for a virtual bench at a time scale; return its hands."""

    def at(scale: str) -> HandsClient:
        ready = shell.home / "ready.json"
        shell.start("bench", "serve", "--seed", "3", "--ready-file", ready, "--time-scale", scale)
        wait_until(ready.exists, "the virtual bench is ready")
        addresses = json.loads(ready.read_text())
        (shell.home / "bench.toml").write_text(BENCH.format(**addresses))
        (shell.home / "job.toml").write_text(JOB.format(number="J-1", items=SHORT))
        return HandsClient(addresses["control"])

    return at


@contextmanager
def console(shell: Shell, *words: str | Path, columns: int = 80, lines: int = 24) -> Iterator[Terminal]:
    """Open the console in a terminal."""
    # A terminal of its own starts in no particular folder: files are named in full.
    in_home = [shell.home / word if str(word).endswith(".toml") or word == "w" else word for word in words]
    argv = shell.argv(*in_home)
    with Terminal(argv, columns=columns, lines=lines, **shell.env) as terminal:
        yield terminal


def done(shell: Shell) -> int:
    """Return how many points have a result."""
    connection = sqlite3.connect(f"file:{shell.home / 'w' / 'records.sqlite'}?mode=ro", uri=True)
    try:
        count: int = connection.execute("SELECT count(*) FROM result").fetchone()[0]
    finally:
        connection.close()
    return count


def start_measuring(terminal: Terminal) -> None:
    """From the list of jobs to the first reading, by keys."""
    terminal.wait_for("J-1")
    terminal.send(b"\r")
    terminal.wait_for("0/36")
    terminal.send(b"\r")
    terminal.wait_for("F5 measures")
    terminal.send(F5)
    terminal.wait_for("Connect as drawn")
    terminal.send(b"\r")


@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (120, 40)])
def test_the_whole_item_by_keyboard_alone(
    shell: Shell, prepare: Callable[[str], HandsClient], columns: int, lines: int
) -> None:
    prepare("virtual").close()
    with console(shell, *RUN, columns=columns, lines=lines) as terminal:
        start_measuring(terminal)
        terminal.wait_for("OUTPUT ON")
        terminal.wait_for("interlock is checked")
        terminal.send(b"\r")
        terminal.wait(lambda: done(shell) == 36)
        terminal.wait_for("outputs off")
        terminal.send(CTRL_Q)
        assert terminal.end() == 0
    assert {row["state"] for row in shell.results("w")} == {"done"}


def test_a_console_that_is_closed_and_opened_again_finds_the_run_going_on(
    shell: Shell, prepare: Callable[[str], HandsClient]
) -> None:
    prepare("20").close()
    with console(shell, *RUN) as terminal:
        start_measuring(terminal)
        terminal.wait(lambda: done(shell) >= 1)
        terminal.send(CTRL_Q)
        terminal.wait_for("goes on in the engine")
        terminal.send(b"1")
        assert terminal.end() == 0
    closed = done(shell)
    wait_until(lambda: done(shell) > closed + 1, "the run goes on without a console")
    with console(shell, "--workspace", "w") as terminal:
        terminal.wait_for(ON_THE_ITEM)
        goes_on(terminal, shell, done(shell))
        terminal.send(F8)
        terminal.wait_for("outputs off")
        terminal.wait_for("switched off by the operator")


def test_a_line_that_is_lost_leaves_nothing_on_and_the_run_waits_for_the_operator(
    shell: Shell, prepare: Callable[[str], HandsClient]
) -> None:
    with closing(prepare("20")) as hands:
        with console(shell, *RUN) as terminal:
            start_measuring(terminal)
            terminal.wait(lambda: done(shell) >= 1)
            terminal.hang_up()
        wait_until(lambda: not any(output["on"] for output in hands.outputs()), "outputs go off")
        waiting = done(shell)
        with console(shell, "--workspace", "w") as terminal:
            terminal.wait_for(ON_THE_ITEM)
            goes_on(terminal, shell, waiting)


def goes_on(terminal: Terminal, shell: Shell, points: int) -> None:
    """Wait until more than *points* have a result; the wiring may be asked for on the way, however far the run was."""
    terminal.wait(lambda: done(shell) > points or WIRING in terminal.text())
    if done(shell) <= points:
        terminal.send(b"\r")
        terminal.wait(lambda: done(shell) > points)
