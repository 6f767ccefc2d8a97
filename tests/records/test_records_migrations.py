from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from benchtui.errors import RecordsError
from benchtui.records import Archive, Store, connection, export_csv, schema, stamp, verify

if TYPE_CHECKING:
    from pathlib import Path


def applied(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as raw:
        return [row[0] for row in raw.execute("SELECT name FROM _sqlite_migrations ORDER BY id")]


def test_an_empty_file_gets_the_schema_once(tmp_path: Path) -> None:
    path = tmp_path / "new" / "workspace" / "records.sqlite"
    for _ in range(3):
        Store.open(path, actor="engine").close()
        assert applied(path) == [name for name, _ in schema.STEPS]
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("PRAGMA user_version").fetchone()[0] == schema.VERSION
        assert raw.execute("PRAGMA application_id").fetchone()[0] == schema.APPLICATION_ID


def test_an_older_record_is_brought_up_to_date_and_keeps_its_chain(
    finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = verify(finished)
    step = ("s999_example", "CREATE INDEX event_kind ON event (kind);")
    monkeypatch.setattr(schema, "STEPS", (*schema.STEPS, step))
    for module in ("migrations", "verification"):
        monkeypatch.setattr(f"benchtui.records.{module}.STEPS", schema.STEPS)
    assert verify(finished) == before
    monkeypatch.setattr(connection, "VERSION", len(schema.STEPS))
    with Store.open(finished, actor="engine") as store:
        assert store.head() == before.head
        store.add_event(at=stamp(1.0), kind="x", body={})
    assert applied(finished) == [name for name, _ in schema.STEPS]
    assert verify(finished, printed=before.head).ok


@pytest.mark.parametrize("version", range(1, schema.VERSION))
def test_a_record_of_an_older_version_can_be_read_and_is_then_brought_up_to_date(
    path: Path, tmp_path: Path, version: int
) -> None:
    """As it was left by the program of that day: looking at it changes nothing, the next engine adds its tables."""
    with pytest.MonkeyPatch.context() as then:
        then.setattr("benchtui.records.migrations.STEPS", schema.STEPS[:version])
        then.setattr(connection, "VERSION", version)
        with Store.open(path, actor="engine") as store:
            store.add_job(at=stamp(1.0), number="J-1", customer="", uut="", source="", body={})
            head = store.head()
    before = path.read_bytes()
    assert verify(path, printed=head).ok
    files = export_csv(path, tmp_path / "csv")
    assert [file.stem for file in files] == ["journal", *schema.tables_at(version)]
    with Archive.open(path) as archive:
        assert archive.attempts_with_wire() == ()
        assert archive.job("J-1").number == "J-1"
    assert path.read_bytes() == before
    Store.open(path, actor="engine").close()
    assert schema.tables_at(schema.VERSION) == schema.TABLES
    assert len(export_csv(path, tmp_path / "csv")) == 1 + len(schema.TABLES)
    assert verify(path, printed=head).ok


def test_a_step_that_fails_changes_nothing(finished: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = verify(finished)
    step = ("s999_wrong", "CREATE INDEX event_kind ON event (kind); CREATE INDEX event_kind ON event (kind);")
    monkeypatch.setattr("benchtui.records.migrations.STEPS", (*schema.STEPS, step))
    monkeypatch.setattr(connection, "VERSION", len(schema.STEPS) + 1)
    with pytest.raises(RecordsError, match="event_kind"):
        Store.open(finished, actor="engine")
    monkeypatch.undo()
    assert verify(finished) == before


def test_a_record_from_the_future_is_left_alone(finished: Path) -> None:
    with closing(sqlite3.connect(finished)) as raw:
        raw.execute("PRAGMA user_version = 99")
    for way in (lambda: Store.open(finished, actor="engine"), lambda: Archive.open(finished)):
        with pytest.raises(RecordsError, match="newer version"):
            way()


@pytest.mark.parametrize("content", ["a table", "an identity", "a version", "a text"])
def test_a_foreign_file_is_left_alone(path: Path, content: str) -> None:
    if content == "a text":
        path.write_text("number,customer\n" * 100)
    else:
        with closing(sqlite3.connect(path)) as raw:
            raw.execute(
                {
                    "a table": "CREATE TABLE mine (x)",
                    "an identity": "PRAGMA application_id = 7",
                    "a version": "PRAGMA user_version = 1",
                }[content]
            )
    before = path.read_bytes()
    for way in (lambda: Store.open(path, actor="engine"), lambda: Archive.open(path), lambda: verify(path)):
        with pytest.raises(RecordsError, match="not a record"):
            way()
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordsError, match="cannot be reached"):
        Store.open(tmp_path / "file" / "records.sqlite", actor="engine")
    with pytest.raises(RecordsError, match="cannot be opened"):
        Store.open(tmp_path, actor="engine")


def test_appending_and_asking_need_no_heavy_import(finished: Path) -> None:
    code = """
import pathlib, sys
from benchtui.records import Archive, Store, verify
path = pathlib.Path(sys.argv[1])
with Store.open(path, actor="engine") as store, Archive.open(path) as archive:
    store.add_event(at="2026-01-01T00:00:00.000000+00:00", kind="x", body={})
    assert archive.jobs() and verify(path).ok
print(sorted({"numpy", "scipy", "sqlite_utils", "click", "fpdf", "textual", "pyvisa"} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(finished)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
