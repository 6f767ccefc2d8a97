from __future__ import annotations

import csv
import hashlib
import io
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchtui.errors import RecordsError
from benchtui.quantity import Reading
from benchtui.records import Archive, export_csv, export_lines, stamp
from benchtui.records.export import harmless
from benchtui.records.schema import TABLES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.records.conftest import Work


def test_lines_carry_the_whole_chain(finished: Path) -> None:
    out = io.StringIO()
    count = export_lines(finished, out)
    before = "0" * 64
    lines = out.getvalue().splitlines()
    for line in lines:
        entry = json.loads(line)
        assert entry["prev"] == before
        hashed = [entry[key] for key in ("seq", "at", "actor", "kind", "body", "prev")]
        text = json.dumps(hashed, ensure_ascii=False, separators=(",", ":"))
        before = hashlib.sha256(text.encode()).hexdigest()
        assert entry["hash"] == before
    with Archive.open(finished) as archive:
        assert (archive.head().seq, archive.head().hash) == (count, before)
    assert len(lines) == count


def test_each_table_becomes_a_file_without_formulas(work: Work, path: Path, tmp_path: Path) -> None:
    attempt = work.begin().id
    raws = [
        "+1.00000E+01",
        "-1",
        "=cmd|' /C calc'!A0",
        "@x",
        "+x",
        "\t=1",
        "＝1",
        "a\r\nb",
        '"',
        "中文,;",
        "\x00",
    ]
    for raw in raws:
        work.store.add_reading(
            at=stamp(1.0), attempt=attempt, role="r", purpose="reading", reading=Reading(raw, 1.0, "V")
        )
    work.store.end_attempt(at=stamp(1.0), attempt=attempt, state="failed", reason="=1+1")
    work.issue()
    files = export_csv(path, tmp_path / "out" / "csv")
    assert [file.stem for file in files] == ["journal", *TABLES]

    def rows(table: str) -> list[dict[str, str]]:
        with (tmp_path / "out" / "csv" / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    assert [row["raw"] for row in rows("reading")] == [
        "+1.00000E+01", "-1", "'=cmd|' /C calc'!A0", "'@x", "'+x", "'\t=1", "'＝1", "a\r\nb", '"', "中文,;",
        "\x00",
    ]  # fmt: skip
    assert rows("attempt_end")[0]["reason"] == "'=1+1"
    assert "content" not in rows("certificate_file")[0]
    with Archive.open(path) as archive:
        assert len(rows("journal")) == archive.head().seq
    assert (tmp_path / "out" / "csv" / "reading.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_an_export_of_nothing_or_to_nowhere_is_reported(finished: Path, tmp_path: Path) -> None:
    with pytest.raises(RecordsError, match="no record here"):
        export_lines(tmp_path / "none.sqlite", io.StringIO())
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordsError, match="cannot be reached"):
        export_csv(finished, tmp_path / "file" / "folder")


@settings(deadline=None)
@given(st.text() | st.from_regex(r"[=+@＝-][0-9A-Z(]*"))
def test_no_cell_is_a_formula(cell: str) -> None:
    shown = harmless(cell)
    assert shown in (cell, f"'{cell}")
    try:
        float(shown)
    except ValueError:
        assert not shown.lstrip(" ").startswith(
            ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
        )


@pytest.mark.parametrize("cell", ["-1", "+1.5E-3", ".5", "1", "-1.", 7, None, ""])
def test_plain_numbers_stay_numbers(cell: str | int | None) -> None:
    assert harmless(cell) == ("" if cell is None else str(cell))


@pytest.mark.parametrize("cell", ["-1+1", "-١", "+1 V", "-inf", "-1\n", "--1", "=1"])
def test_what_only_looks_like_a_number_is_marked(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
