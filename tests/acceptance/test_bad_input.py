"""What goes wrong at the bench and at the keyboard: a sentence that says what, where and what to try; no traceback."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.acceptance.shell import BENCH, JOB, Shell, wait_until


@pytest.fixture
def addresses(shell: Shell) -> dict[str, str]:
    """A virtual bench that runs in virtual time."""
    ready = shell.home / "ready.json"
    shell.start("bench", "serve", "--seed", "3", "--ready-file", ready, "--time-scale", "virtual")
    wait_until(ready.exists, "the virtual bench is ready")
    found: dict[str, str] = json.loads(ready.read_text())
    return found


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port at which nobody listens."""
    with closing(socket.socket()) as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def write(shell: Shell, addresses: dict[str, str], **changes: str) -> None:
    (shell.home / "bench.toml").write_text(BENCH.format(**(addresses | changes)))
    (shell.home / "job.toml").write_text(
        JOB.format(number="J-1", items='[[items]]\nid = "dc-voltage-output"\n')
    )


def refusal(shell: Shell, *words: str | Path) -> tuple[int, str]:
    done = shell.run(*words)
    assert "Traceback" not in done.stderr + done.stdout
    return done.returncode, done.stderr


RUN = ("run", "job.toml", "--bench", "bench.toml", "--workspace", "w", "--headless")


def test_an_instrument_that_is_not_there(shell: Shell, addresses: dict[str, str], closed_port: int) -> None:
    write(shell, addresses, dmm=f"TCPIP::127.0.0.1::{closed_port}::SOCKET")
    status, said = refusal(shell, *RUN)
    assert status == 3
    assert str(closed_port) in said
    assert "try:" in said


def test_the_wrong_instrument_at_an_address(shell: Shell, addresses: dict[str, str]) -> None:
    write(shell, addresses, dmm=addresses["uut"])
    status, said = refusal(shell, *RUN)
    assert status == 3
    assert "B1505A" in said or "3458A" in said
    assert "try:" in said


def test_a_truncated_profile(shell: Shell, addresses: dict[str, str]) -> None:
    write(shell, addresses)
    text = (shell.home / "bench.toml").read_text()
    (shell.home / "bench.toml").write_text(text[: text.index('profile = "keysight-3458a"') + 12])
    status, said = refusal(shell, *RUN)
    assert status == 2
    assert "bench.toml:" in said


def test_a_word_where_a_number_belongs(shell: Shell, addresses: dict[str, str]) -> None:
    write(shell, addresses)
    job = shell.home / "job.toml"
    job.write_text(job.read_text().replace("humidity = 45", 'humidity = "rather dry"'))
    line = next(i for i, text in enumerate(job.read_text().splitlines(), 1) if "rather" in text)
    status, said = refusal(shell, *RUN)
    assert status == 2
    assert f"job.toml:{line}" in said
    assert "humidity" in said


def test_an_unknown_item_is_refused_with_those_that_exist(shell: Shell, addresses: dict[str, str]) -> None:
    write(shell, addresses)
    job = shell.home / "job.toml"
    job.write_text(job.read_text().replace("dc-voltage-output", "dc-votlage-output"))
    status, said = refusal(shell, *RUN)
    assert status == 2
    assert "dc-voltage-output" in said


def test_a_job_that_nobody_knows(shell: Shell) -> None:
    status, said = refusal(shell, "results", "J-404", "--workspace", "w")
    assert status == 2
    assert "J-404" in said


def test_a_person_is_needed_on_a_real_bench(shell: Shell, addresses: dict[str, str]) -> None:
    write(shell, addresses)
    bench = shell.home / "bench.toml"
    bench.write_text(
        bench.read_text().replace("[virtual]\n", "").replace(f'control = "{addresses["control"]}"\n', "")
    )
    status, said = refusal(shell, *RUN)
    assert status == 2
    assert "--plain" in said


def test_an_expired_standard_is_refused(shell: Shell, addresses: dict[str, str]) -> None:
    write(shell, addresses)
    from benchtui.profiles import root

    (shell.home / "standards").mkdir()
    profile = (root() / "standards" / "3458a.toml").read_text()
    due = next(line for line in profile.splitlines() if line.startswith("due"))
    (shell.home / "standards" / "3458a.toml").write_text(profile.replace(due, "due = 2020-01-01"))
    status, said = refusal(shell, *RUN)
    assert status == 3
    assert "2020-01-01" in said


def test_rubbish_where_a_number_is_asked_is_asked_again(shell: Shell, addresses: dict[str, str]) -> None:
    """A voltmeter read by a person: what cannot be understood costs nothing but another try."""
    write(shell, addresses, dmm="MANUAL")
    job = shell.home / "job.toml"
    job.write_text(
        job.read_text().replace('id = "dc-voltage-output"', 'id = "dc-voltage-output"\nreadings = 3')
    )
    answers = ["", "rather a lot", "0,1", "0.1 A", "nan", "0.1000", "99.9 mV", "0.1001", "0.1", "q"]
    plain = [word if word != "--headless" else "--plain" for word in RUN]
    done = shell.run(*plain, input="\n".join(answers) + "\n")
    assert "Traceback" not in done.stderr
    assert done.stdout.count("not a number") >= 2
    assert "comma" in done.stdout
    assert "unit A does not fit" in done.stdout
    first = shell.results("w")[0]
    assert (first["state"], first["setpoint"]) == ("done", "0.1")
    assert float(first["standard"]) == pytest.approx(0.1, rel=2e-3)
