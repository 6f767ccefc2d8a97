"""The main job from outside: a demonstration on the virtual bench, its results, its files, its record."""

from __future__ import annotations

import json
import subprocess
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from pypdf import PdfReader
from tests.acceptance.shell import Shell


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Shell, subprocess.CompletedProcess[str]]:
    """A demonstration that has run to its end, shared by the tests that only look at it."""
    from tests.acceptance.shell import environment

    home = tmp_path_factory.mktemp("home")
    (home / "runtime").mkdir(mode=0o700)
    shell = Shell(home, environment(home))
    return shell, shell.run(
        "demo", "--headless", "--items", "dc-voltage-output", "--seed", "7", "--out", "out"
    )


def test_the_demonstration_ends_well_and_says_where_everything_lies(
    finished: tuple[Shell, subprocess.CompletedProcess[str]],
) -> None:
    shell, done = finished
    assert done.returncode == 0, done.stderr
    for name in ("certificate.pdf", "record.pdf", "records.sqlite"):
        assert name in done.stdout
        assert (shell.home / "out" / name).stat().st_size > 1000
    assert "Traceback" not in done.stderr


def test_there_is_a_result_for_every_point_of_the_plan(
    finished: tuple[Shell, subprocess.CompletedProcess[str]],
) -> None:
    rows = finished[0].results("out")
    assert len(rows) == 58
    assert {row["state"] for row in rows} == {"done"}
    assert {row["item"] for row in rows} == {"dc-voltage-output"}
    assert {row["module"] for row in rows} == {"MPSMU", "HVSMU"}
    for row in rows:
        assert row["error_unit"] == "%"
        assert row["unit"] == "V"
        assert Decimal(row["U"]) > 0
        assert Decimal(row["k"]) >= 2
        error = 100 * (Decimal(row["setpoint"]) / Decimal(row["standard"]) - 1)
        assert abs(error - Decimal(row["error"])) < Decimal("1e-9"), row["point"]


def test_the_results_find_the_hidden_errors(finished: tuple[Shell, subprocess.CompletedProcess[str]]) -> None:
    shell, _ = finished
    truth = tomllib.loads((shell.home / "out" / "virtual-truth.toml").read_text())["uut"]
    covered = 0
    for row in shell.results("out"):
        hidden = truth[row["module"]][row["range"]]
        volts = float(row["setpoint"])
        true = volts * (1 + hidden["gain_error"]) + hidden["offset"]
        covered += abs(float(row["error"]) - 100 * (volts - true) / true) <= float(row["U"])
    assert covered >= 0.93 * 58


def test_the_certificate_and_the_record_hold_the_results(
    finished: tuple[Shell, subprocess.CompletedProcess[str]],
) -> None:
    shell, _ = finished
    certificate = _words(shell.home / "out" / "certificate.pdf")
    for expected in ("校准证书", "CalibrationCertificate", "B.6", "JJF2009—2022", "3458A", "MY50100001"):
        assert expected in certificate
    assert "A.6" in _words(shell.home / "out" / "record.pdf")


def _words(pdf: Path) -> str:
    """Return the text of a PDF without its spaces, which depend on who reads it."""
    text = "".join(page.extract_text() for page in PdfReader(pdf, strict=True).pages)
    return "".join(text.replace("\0", "").split())


def test_the_record_verifies(finished: tuple[Shell, subprocess.CompletedProcess[str]]) -> None:
    verified = finished[0].run("records", "verify", "out", "--json")
    assert verified.returncode == 0
    verdict = json.loads(verified.stdout)
    assert verdict["ok"] is True
    assert verdict["entries"] > 58 * 12


def test_a_changed_reading_is_found(
    finished: tuple[Shell, subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    import shutil
    import sqlite3

    shell, _ = finished
    copy = tmp_path / "records.sqlite"
    shutil.copy(shell.home / "out" / "records.sqlite", copy)
    connection = sqlite3.connect(copy)
    triggers = [
        name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    ]
    for name in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("UPDATE reading SET value = '1.0' WHERE seq = (SELECT max(seq) FROM reading)")
    connection.commit()
    connection.close()
    verified = shell.run("records", "verify", copy)
    assert verified.returncode == 1
    assert "Traceback" not in verified.stderr


def test_results_are_found_by_number_by_file_and_by_folder(
    finished: tuple[Shell, subprocess.CompletedProcess[str]],
) -> None:
    shell, _ = finished
    by_folder = shell.results("out")
    assert shell.results(Path("out") / "job.toml") == by_folder
    by_number = shell.run("results", "DEMO-7", "--workspace", "out", "--json")
    assert json.loads(by_number.stdout) == by_folder
