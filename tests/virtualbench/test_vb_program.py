from __future__ import annotations

import json
import signal
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.virtualbench.line_client import LineClient

from benchtui.profiles import find
from benchtui.virtualbench.program import Assembly

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMAND = [sys.executable, "-m", "benchtui.virtualbench"]
VIRTUAL = find("benches", "virtual").read_text(encoding="utf-8")


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[str]]]:
    processes: list[subprocess.Popen[str]] = []
    yield processes
    for process in processes:
        process.kill()
        process.communicate()


def start(
    started: list[subprocess.Popen[str]], *arguments: str
) -> tuple[subprocess.Popen[str], dict[str, str]]:
    process = subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    started.append(process)
    assert process.stdout is not None
    resources: dict[str, str] = json.loads(process.stdout.readline())
    return process, resources


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_announces_itself_serves_and_ends_on_a_signal(
    started: list[subprocess.Popen[str]], tmp_path: Path, number: signal.Signals
) -> None:
    ready = tmp_path / "ready.json"
    process, resources = start(started, "--seed", "5", "--ready-file", str(ready), "--time-scale", "virtual")
    assert list(resources) == ["uut", "dmm", "control"]
    client = LineClient(resources["dmm"])
    assert client.query("ID?") == "HP3458A"
    hands = LineClient(resources["control"])
    assert hands.ask(do="time", scale="virtual")["scale"] == "virtual"
    assert hands.ask(do="truth")["truth"]["uut"] == json.loads(
        json.dumps(truth_printed("--seed", "5")["uut"])
    )
    assert json.loads(ready.read_text()) == resources
    assert [p.name for p in tmp_path.iterdir()] == ["ready.json"]
    process.send_signal(number)
    out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (0, "", "")
    client.close()
    hands.close()


def truth_printed(*arguments: str) -> dict[str, object]:
    done = subprocess.run([*COMMAND, "--print-truth", *arguments], capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (0, "")
    assert "# relative: true output" in done.stdout
    return tomllib.loads(done.stdout)


def test_the_printed_truth_is_a_truth_file(tmp_path: Path) -> None:
    file = tmp_path / "truth.toml"
    file.write_text('[standards.dmm]\nerror = 0.25\n[uut.MPSMU."5 V"]\noffset = 1e-3\n', encoding="utf-8")
    truth = truth_printed("--seed", "9", "--truth", str(file))
    again = tmp_path / "again.toml"
    again.write_text(
        subprocess.run(
            [*COMMAND, "--print-truth", "--seed", "9", "--truth", str(file)], capture_output=True, text=True
        ).stdout
    )
    assert truth_printed("--seed", "1", "--truth", str(again)) == truth


def test_it_ends_when_nobody_comes(started: list[subprocess.Popen[str]]) -> None:
    process, _ = start(started, "--idle-exit", "0.1")
    assert process.wait(timeout=10) == 0


def test_it_answers_a_bad_truth_file_with_status_2(tmp_path: Path) -> None:
    file = tmp_path / "truth.toml"
    file.write_text("[uut.MPSMU]\ngain = 1\n", encoding="utf-8")
    done = subprocess.run([*COMMAND, "--truth", str(file)], capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout) == (2, "")
    assert "truth.toml" in done.stderr
    assert "gain is not known" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("replacements", "message"),
    [
        ({"[virtual]": "#", "control =": "#"}, "real bench"),
        ({"127.0.0.1": "192.168.1.5"}, "cannot listen"),
        ({"127.0.0.1::0": "127.0.0.1::66000"}, "cannot listen"),
        ({"keysight-3458a": "fluke-8508a"}, "no fluke-8508a as dmm"),
        ({"instruments.uut": "instruments.smu"}, "no keysight-b1505a as smu"),
        ({'"3458a"': '"unknown"'}, "no profile unknown"),
        ({"resource": "address"}, "address"),
    ],
)
def test_a_bench_that_cannot_be_served(tmp_path: Path, replacements: dict[str, str], message: str) -> None:
    file = tmp_path / "bench.toml"
    source = VIRTUAL
    for old, new in replacements.items():
        source = source.replace(old, new)
    file.write_text(source, encoding="utf-8")
    done = subprocess.run([*COMMAND, str(file)], capture_output=True, text=True, timeout=30)
    assert done.returncode == 2
    assert message in done.stderr


def test_a_port_that_is_taken(started: list[subprocess.Popen[str]], tmp_path: Path) -> None:
    _, resources = start(started)
    file = tmp_path / "bench.toml"
    port = resources["uut"].split("::")[2]
    file.write_text(VIRTUAL.replace("127.0.0.1::0", f"127.0.0.1::{port}", 1), encoding="utf-8")
    done = subprocess.run([*COMMAND, str(file)], capture_output=True, text=True, timeout=30)
    assert done.returncode == 2
    assert f"127.0.0.1:{port}" in done.stderr


def test_a_wrong_time_scale() -> None:
    done = subprocess.run([*COMMAND, "--time-scale", "fast"], capture_output=True, text=True, timeout=30)
    assert done.returncode == 2
    assert "not a time scale" in done.stderr


def test_a_module_or_a_meter_that_cannot_be_simulated(tmp_path: Path) -> None:
    from benchtui.errors import BadInput

    (tmp_path / "bench.toml").write_text(VIRTUAL, encoding="utf-8")
    for kind, name, old, new, message in (
        ("uut", "keysight-b1505a", '"HVSMU"', '"HCSMU"', "the module HCSMU"),
        ("standards", "3458a", 'span = "10"', 'span = "20"', "standard dmm are not those of a 3458A"),
    ):
        (tmp_path / kind).mkdir()
        changed = (
            find("standards" if kind == "standards" else "uut", name)
            .read_text(encoding="utf-8")
            .replace(old, new)
        )
        (tmp_path / kind / f"{name}.toml").write_text(changed, encoding="utf-8")
        with pytest.raises(BadInput, match=message):
            Assembly(tmp_path / "bench.toml")
        (tmp_path / kind / f"{name}.toml").unlink()


def test_the_import_is_quick_and_light() -> None:
    script = (
        "import sys, benchtui.virtualbench.program\n"
        "print([m for m in ('scipy', 'textual', 'pyvisa', 'fpdf', 'pandas', 'tomlkit') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30)
    assert done.stdout.strip() == "[]"


def test_the_documentation_names_every_instrument_and_every_fault() -> None:
    from benchtui.virtualbench.faults import KINDS
    from benchtui.virtualbench.registry import INSTRUMENTS

    page = (Path(__file__).parents[2] / "docs" / "virtual-bench.md").read_text(encoding="utf-8")
    assert [name for name in (*INSTRUMENTS, *KINDS) if f"`{name}`" not in page] == []
