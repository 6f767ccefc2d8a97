"""Tells whether the record still says what was written into it."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from benchtui.i18n import N_, Text, text
from benchtui.records.canonical import NO_HASH, Json, compose, entry_hash
from benchtui.records.connection import connect_reader
from benchtui.records.model import Head, Verification
from benchtui.records.schema import JSON_COLUMNS, STEPS, TABLES, tables_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def verify(path: Path, *, printed: Head | None = None) -> Verification:
    """Recompute the hash chain and compare every row with the journal entry that carries it.

    Checked are the chain (numbers without a gap, each entry's hash, each link), each row of each table
    against its entry, rows without an entry and entries without a row, the bytes of issued files against
    their hashes, the heads on issued certificates, the schema with its triggers, and SQLite's own integrity
    and foreign keys. All of it is one snapshot; the engine may go on writing.

    Parameters
    ----------
    printed
        A head known from outside the file, such as the one printed on a certificate. A chain alone cannot
        show that entries at its end were cut off; with *printed* it does.

    Raises
    ------
    RecordsError
        There is no record at *path*, or it cannot be opened as one.
    """
    problems: list[Text] = []
    hashes: dict[int, str] = {}
    found = Head(0, NO_HASH)
    with closing(connect_reader(path)) as connection:
        # Bytes that are no UTF-8 must be shown where they stand, not end the check.
        connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        try:
            connection.execute("BEGIN")
            problems += _sqlite_checks(connection)
            problems += _schema(connection)
            problems += _chain(connection, hashes)
            found = Head(max(hashes), hashes[max(hashes)]) if hashes else found
            for table in tables_at(connection.execute("PRAGMA user_version").fetchone()[0]):
                problems += _rows(connection, table)
            problems += _files(connection)
            problems += _heads(connection, hashes, printed)
        except sqlite3.Error as error:
            problems.append(text(N_("The file is damaged: {reason}."), reason=error))
    return Verification(entries=len(hashes), head=found, problems=tuple(problems))


def _sqlite_checks(connection: sqlite3.Connection) -> Iterator[Text]:
    for (answer,) in connection.execute("PRAGMA integrity_check").fetchall():
        if answer != "ok":
            yield text(N_("SQLite finds the file damaged: {reason}."), reason=answer)
    for table, seq, parent, _ in connection.execute("PRAGMA foreign_key_check").fetchall():
        yield text(
            N_("Row {seq} of {table} names a row of {parent} that is not there."),
            seq=seq,
            table=table,
            parent=parent,
        )


def _schema(connection: sqlite3.Connection) -> Iterator[Text]:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    with closing(sqlite3.connect(":memory:")) as fresh:
        for _, script in STEPS[:version]:
            fresh.executescript(script)
        expected = _definitions(fresh)
    stored = _definitions(connection)
    for name in sorted(expected.keys() | stored.keys()):
        if name not in stored:
            yield text(N_("The rule or table {name} was removed."), name=name)
        elif name not in expected:
            yield text(N_("The rule or table {name} does not belong to the record."), name=name)
        elif stored[name] != expected[name]:
            yield text(N_("The rule or table {name} was changed."), name=name)


def _definitions(connection: sqlite3.Connection) -> dict[str, str]:
    return dict(
        connection.execute(
            "SELECT name, sql FROM sqlite_schema WHERE tbl_name <> '_sqlite_migrations' AND sql IS NOT NULL"
        ).fetchall()
    )


def _chain(connection: sqlite3.Connection, hashes: dict[int, str]) -> Iterator[Text]:
    """Check the chain and put the hash of each entry into *hashes*."""
    before, link = 0, NO_HASH
    entries = connection.execute("SELECT seq, at, actor, kind, body, prev, hash FROM journal ORDER BY seq")
    for seq, at, actor, kind, body, prev, stored in entries:
        if seq != before + 1:
            yield text(N_("Entries {first} to {last} are missing."), first=before + 1, last=seq - 1)
        elif prev != link:
            yield text(N_("Entry {seq} does not follow from the entry before it."), seq=seq)
        if entry_hash(seq, at, actor, kind, body, prev) != stored:
            yield text(N_("Entry {seq} was changed: its hash does not fit."), seq=seq)
        if kind not in TABLES:
            yield text(N_("Entry {seq} is of the unknown kind {kind}."), seq=seq, kind=kind)
        before, link = seq, stored
        hashes[seq] = stored


def _rows(connection: sqlite3.Connection, table: str) -> Iterator[Text]:
    columns = [
        row[1]
        for row in connection.execute(f"PRAGMA table_info({table})")
        if row[1] != "seq" and row[2] != "BLOB"
    ]
    selected = ", ".join(f"t.{column}" for column in columns)
    carried = connection.execute(
        f"SELECT j.seq, j.body, t.seq, {selected} FROM journal j LEFT JOIN {table} t "  # noqa: S608 - names from the schema
        "ON t.seq = j.seq WHERE j.kind = ? ORDER BY j.seq",
        (table,),
    )
    for entry, body, seq, *values in carried:
        if seq is None:
            yield text(N_("Row {seq} of {table} is missing."), seq=entry, table=table)
            continue
        row = {
            column: Json(value) if column in JSON_COLUMNS else value
            for column, value in zip(columns, values, strict=True)
        }
        if compose(row) != body:
            yield text(
                N_("Row {seq} of {table} does not say what its journal entry says."), seq=entry, table=table
            )
    strays = connection.execute(
        f"SELECT t.seq FROM {table} t LEFT JOIN journal j ON j.seq = t.seq AND j.kind = ? "  # noqa: S608 - names from the schema
        "WHERE j.seq IS NULL ORDER BY t.seq",
        (table,),
    )
    for (seq,) in strays:
        yield text(N_("Row {seq} of {table} has no journal entry."), seq=seq, table=table)


def _files(connection: sqlite3.Connection) -> Iterator[Text]:
    for certificate, name, digest, content in connection.execute(
        "SELECT certificate, name, sha256, content FROM certificate_file ORDER BY seq"
    ):
        if hashlib.sha256(content).hexdigest() != digest:
            yield text(
                N_("File {name} of certificate {number} is not the one that was issued."),
                name=name,
                number=certificate,
            )


def _heads(connection: sqlite3.Connection, hashes: dict[int, str], printed: Head | None) -> Iterator[Text]:
    for number, seq, digest in connection.execute(
        "SELECT number, head_seq, head_hash FROM certificate ORDER BY seq"
    ):
        if hashes.get(seq) != digest:
            yield text(
                N_("The head printed on certificate {number} (entry {seq}) is not in the journal."),
                number=number,
                seq=seq,
            )
    if printed is not None and hashes.get(printed.seq, NO_HASH) != printed.hash:
        yield text(
            N_("Entry {seq} with the hash {hash} is not in the journal: entries were cut off or rewritten."),
            seq=printed.seq,
            hash=printed.hash,
        )
