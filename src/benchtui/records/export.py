"""The record as text for other programs: JSON lines with the whole chain, or a CSV file for each table."""

from __future__ import annotations

import csv
import json
import re
from contextlib import closing
from typing import IO, TYPE_CHECKING

from benchtui.records.connection import connect_reader, translated
from benchtui.records.schema import tables_at

if TYPE_CHECKING:
    from pathlib import Path

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
# What makes a spreadsheet take a cell for a formula; the full-width signs do so where Chinese or Japanese is
# set.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def export_lines(path: Path, out: IO[str]) -> int:
    """Write each journal entry as one line of JSON to *out* and return their number.

    A line holds ``seq, at, actor, kind, body, prev, hash``; ``body`` is the canonical JSON text over which
    the hash goes, so that anybody can recompute the chain from the export: the hash is the SHA-256 of
    ``[seq,at,actor,kind,body,prev]`` as JSON without white space. Bytes of issued files are left out; their
    hashes are in.

    Raises
    ------
    RecordsError
        There is no record at *path*, or it cannot be read.
    """
    from sqlite_utils import Database

    count = 0
    with closing(connect_reader(path)) as connection, translated(path):
        for entry in Database(connection)["journal"].rows_where(order_by="seq"):
            out.write(json.dumps(entry, ensure_ascii=False) + "\n")
            count += 1
    return count


def export_csv(path: Path, folder: Path) -> tuple[Path, ...]:
    """Write each table as ``<table>.csv`` into *folder* and return the files.

    The files are UTF-8 with the mark that spreadsheets look for. A cell that a spreadsheet would take for a
    formula gets an apostrophe in front, unless it is a plain number. Bytes of issued files are left out.

    Raises
    ------
    RecordsError
        There is no record at *path*, or *folder* cannot be written.
    """
    from sqlite_utils import Database

    written = []
    with closing(connect_reader(path)) as connection, translated(folder):
        folder.mkdir(parents=True, exist_ok=True)
        # All files show one and the same moment.
        connection.execute("BEGIN")
        database = Database(connection)
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        for name in ("journal", *tables_at(version)):
            table = database[name]
            columns = [column.name for column in table.columns if column.type != "BLOB"]
            file = folder / f"{name}.csv"
            with file.open("w", encoding="utf-8-sig", newline="") as out:
                writer = csv.writer(out)
                writer.writerow(columns)
                for row in table.rows_where(select=", ".join(columns), order_by="seq"):
                    writer.writerow([harmless(row[column]) for column in columns])
            written.append(file)
    return tuple(written)


def harmless(cell: str | int | None) -> str:
    """Return *cell* so that no spreadsheet takes it for a formula; plain numbers stay as they are."""
    shown = "" if cell is None else str(cell)
    if shown.lstrip(" ").startswith(_FORMULA) and not _NUMBER.fullmatch(shown):
        return f"'{shown}"
    return shown
