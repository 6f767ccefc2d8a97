"""``benchtui bench scan``: what is there, without touching it; into the network only when that is asked for."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance import own_network
from tests.acceptance.shell import PATIENCE, Shell
from tests.engine.conftest import stand  # noqa: F401 - a fixture
from tests.engine.stand import JOB_NUMBER, Stand
from tests.instruments.line_server import LineServer, Multimeter
from tests.instruments.pty_server import PtyServer, lines
from tests.instruments.test_discovery import held

from benchtui import messages


def instrument(name: str, profile: str, resource: str) -> str:
    return f'[instruments.{name}]\nprofile = "{profile}"\nresource = "{resource}"\n'


def write(path: Path, *instruments: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text('name = "a bench"\n' + "".join(instruments))


def scan(shell: Shell, *words: str | Path) -> dict[str, Any]:
    done = shell.run("bench", "scan", "--json", *words)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def addresses(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {entry["instrument"]: entry for entry in found["addresses"]}


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port at which nobody listens."""
    with closing(socket.socket()) as held_port:
        held_port.bind(("127.0.0.1", 0))
        yield held_port.getsockname()[1]


def test_where_nothing_is_nothing_is_found_and_that_is_no_failure(shell: Shell) -> None:
    found = scan(shell)
    assert found["addresses"] == []
    assert found["network"] is None
    done = shell.run("bench", "scan")
    assert done.returncode == 0
    assert "--network" in done.stdout
    assert not (shell.home / "share").exists(), "looking makes no workspace"


def test_who_answers_is_asked_who_it_is_and_nothing_else(shell: Shell, closed_port: int) -> None:
    with LineServer(Multimeter()) as dmm, LineServer(Multimeter()) as other:
        other.handler = lambda line, reply: reply("ACME,1,2,3") if line in ("ID?", "*IDN?") else None
        write(
            shell.home / "bench.toml",
            instrument("dmm", "keysight-3458a", dmm.resource),
            instrument("gone", "keysight-3458a", f"TCPIP::127.0.0.1::{closed_port}::SOCKET"),
            instrument("other", "keysight-3458a", other.resource),
            instrument("hand", "manual-voltmeter", "MANUAL"),
            instrument("r1t", "passive", "PASSIVE"),
        )
        found = addresses(scan(shell))
        text = shell.run("bench", "scan").stdout
        assert set(dmm.lines()) == {"END ALWAYS", "ID?"}, "no reset, no setting"
    assert {name: entry["state"] for name, entry in found.items()} == {
        "dmm": "answers", "gone": "fails", "other": "fails", "hand": "no-wire", "r1t": "no-wire",
    }  # fmt: skip
    assert found["dmm"]["identity"] == "HP3458A"
    assert str(closed_port) in found["gone"]["error"]
    assert "ACME" in found["other"]["error"]
    assert "✓  dmm" in text
    assert "✗  gone" in text


def test_the_workspace_is_looked_at_too_and_a_bench_file_that_does_not_fit_is_told(shell: Shell) -> None:
    with LineServer(Multimeter()) as dmm:
        write(shell.home / "w" / "bench.toml", instrument("dmm", "keysight-3458a", dmm.resource))
        write(shell.home / "here.toml", '[instruments.dmm]\nprofil = "keysight-3458a"\n')
        (shell.home / "job.toml").write_text('number = "1"\n')
        (shell.home / "rubbish.toml").write_bytes(b"\xff\x00")
        found = scan(shell, "--workspace", "w")
    assert [entry["file"] for entry in found["addresses"]] == [str(shell.home / "w" / "bench.toml")]
    assert any("here.toml" in note and "profil" in note for note in found["notes"])
    assert not any("job.toml" in note or "rubbish" in note for note in found["notes"])


def test_one_address_in_two_bench_files_is_asked_once_at_a_time(shell: Shell) -> None:
    def answer(line: str) -> bytes | None:
        return {"@": b'I4 A "1"\r\n', "I4": b'I4 A "1"\r\n', "I2": b'I2 A "AT1006 Standard 1 g"\r\n'}.get(
            line
        )

    with PtyServer(lines(b"\r\n", answer)) as server:
        for name in ("one", "two"):
            write(shell.home / f"{name}.toml", instrument(name, "mettler-mt-sics", server.resource))
        found = addresses(scan(shell))
    assert found["one"]["state"] == found["two"]["state"]
    assert "Another program" not in found["one"]["error"] + found["two"]["error"]


def test_a_serial_port_that_another_program_has_is_not_touched(shell: Shell) -> None:
    with PtyServer(lines(b"\r\n", lambda _line: b"?\r\n")) as server:
        write(shell.home / "bench.toml", instrument("balance", "mettler-mt-sics", server.resource))
        with held(server.path, "lock") as pid:
            found = addresses(scan(shell))["balance"]
        assert server.octets() == b""
    assert found["state"] == "busy"
    assert str(pid) in found["users"]


def test_what_a_run_uses_is_left_alone(stand: Callable[[str], Stand], shell: Shell) -> None:  # noqa: F811 - the fixture
    bench = stand("virtual")
    console = bench.started()
    console.wait_for(messages.Asked)  # the wiring: the instruments are connected
    found = addresses(scan(shell, "--workspace", bench.workspace))
    assert {entry["state"] for entry in found.values()} == {"busy"}
    assert {entry["users"] for entry in found.values()} == {JOB_NUMBER}
    console.send(messages.Stop())
    console.wait_for(messages.RunEnded)
    found = addresses(scan(shell, "--workspace", bench.workspace))
    assert {entry["state"] for entry in found.values()} == {"answers"}


# ---------------------------------------------------------------------------------------------------------- the network
def in_own_network(shell: Shell, *words: str) -> dict[str, Any]:
    """Scan in a network of its own, which nothing leaves."""
    unshare = shutil.which("unshare")
    apart = [unshare or "", "--net", "--map-root-user"]
    if unshare is None or subprocess.run([*apart, "true"], capture_output=True).returncode != 0:
        pytest.skip("this computer gives nobody a network of its own (unshare --net)")
    done = subprocess.run(
        [*apart, sys.executable, own_network.__file__, *shell.argv("bench", "scan", "--json", *words)],
        env=shell.env, cwd=shell.home, capture_output=True, text=True, timeout=150,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    came: dict[str, Any] = json.loads(done.stdout)
    assert came["status"] == 0, came["err"]
    return came


def test_without_being_asked_nothing_goes_into_the_network(shell: Shell) -> None:
    came = in_own_network(shell)
    assert came["questions"] == 0
    assert json.loads(came["out"])["network"] is None


def test_the_network_is_searched_when_that_is_asked_for(shell: Shell) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        came = in_own_network(shell, "--network")
        assert came["questions"] >= 1
        found = json.loads(came["out"])["network"]
        if (
            found or time.monotonic() > deadline
        ):  # the search itself waits a second for answers, and no longer
            break
    assert found == ["TCPIP::127.0.0.1::INSTR"]
