from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from benchtui.records import verify
from benchtui.records.schema import TABLES

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("table", ["journal", *TABLES])
def test_no_row_is_changed_or_deleted(finished: Path, table: str) -> None:
    with closing(sqlite3.connect(finished)) as raw:
        assert raw.execute(f"SELECT count(*) FROM {table}").fetchone()[0] > 0
        for statement in (f"UPDATE {table} SET seq = seq", f"DELETE FROM {table}"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                raw.execute(statement)
    assert verify(finished).ok


@pytest.mark.parametrize("table", ["journal", *TABLES])
def test_no_row_is_replaced_or_slipped_in(finished: Path, table: str) -> None:
    with closing(sqlite3.connect(finished)) as raw:
        # Recursive triggers are off here, as in any other program's connection.
        for verb in ("INSERT OR REPLACE", "INSERT OR IGNORE", "INSERT"):
            with pytest.raises(sqlite3.IntegrityError, match=r"grows at its end|own journal entry"):
                raw.execute(f"{verb} INTO {table} SELECT * FROM {table} ORDER BY seq LIMIT 1")
    assert verify(finished).ok


def test_every_table_is_strict_and_guarded(finished: Path) -> None:
    with closing(sqlite3.connect(finished)) as raw:
        tables = {
            name: strict
            for _, name, kind, _, _, strict in raw.execute("PRAGMA table_list")
            if kind == "table" and not name.startswith(("sqlite_", "_sqlite_"))
        }
        triggers = {row[0] for row in raw.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")}
    assert set(tables) == {"journal", *TABLES}
    assert all(tables.values())
    assert {f"{table}_no_{verb}" for table in tables for verb in ("update", "delete")} <= triggers
