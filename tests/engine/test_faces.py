"""Who talks to the engine: several at once, one after the other, and a person who types what nobody foresaw."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable

import pytest
from tests.engine.stand import HARMLESS, ITEM, JOB_NUMBER, Console, Stand

from benchtui import messages

At = Callable[[str], Stand]
PLAIN = ("run", "job.toml", "--bench", "bench.toml", "--workspace", "w", "--plain")


def plain(bench: Stand, typed: bytes) -> subprocess.CompletedProcess[str]:
    """Run the work order in plain mode with *typed* on its standard input."""
    keys = bench.shell.home / "keys"
    keys.write_bytes(typed)
    with keys.open("rb") as source:
        return bench.shell.run(*PLAIN, stdin=source)


@pytest.mark.parametrize("typed", [b"q\nwait\nn\n", "等一下\nn\n".encode("gbk")])
def test_only_yes_confirms_the_wiring(stand: At, typed: bytes) -> None:
    bench = stand("virtual")
    done = plain(bench, typed)
    assert "Traceback" not in done.stderr
    assert "Something went wrong" not in done.stderr
    assert done.returncode == 130
    assert bench.states() == []


def test_consoles_that_start_at_once_share_one_engine(stand: At) -> None:
    bench = stand("virtual")
    found: list[Console] = []
    starters = [threading.Thread(target=lambda: found.append(bench.console())) for _ in range(3)]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join()
    assert sorted(console.welcome.controls for console in found) == [False, False, True]


def test_the_next_run_may_start_as_soon_as_the_last_has_ended(stand: At) -> None:
    console = stand("virtual").confirmed(HARMLESS)
    for _ in range(3):
        console.wait_for(messages.RunEnded)
        console.send(messages.RepeatPoint(job=JOB_NUMBER, item=ITEM, point=HARMLESS))
        console.answer()
    assert not console.heard_of(messages.Failure)


def test_an_answer_counts_once(stand: At) -> None:
    """A key that is pressed twice: the second answer must not change the first, nor answer the next question."""
    bench = stand("virtual")
    console = bench.started(HARMLESS)
    prompt = console.wait_for(messages.Asked).prompt
    for value in ("yes", "no"):
        console.send(messages.Answer(id=prompt.id, value=value))
    assert console.wait_for(messages.RunEnded).state == "done"


def test_a_point_that_is_not_there(stand: At) -> None:
    console = stand("virtual").started("MPSMU/40 V/+21")
    assert "MPSMU/40 V/+21" in str(console.wait_for(messages.Failure).what)


def test_a_console_of_another_version_is_told(stand: At) -> None:
    console = stand("virtual").console()
    console.send(messages.Attach(protocol=messages.PROTOCOL + 1))
    assert "version" in str(console.wait_for(messages.Failure).what)
