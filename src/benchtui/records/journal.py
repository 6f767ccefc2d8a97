"""The chain that every entry of the record hangs on, and the transactions in which it grows."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from benchtui.records.canonical import check_stamp, check_text, compose, entry_hash
from benchtui.records.connection import translated
from benchtui.records.lookups import head

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from benchtui.records.model import Head


class Journal:
    """The journal behind an open connection; one thread at a time is in a transaction."""

    def __init__(self, connection: sqlite3.Connection, path: Path, actor: str) -> None:
        self._connection = connection
        self._path = path
        self._actor = actor
        self._lock = threading.RLock()

    def close(self) -> None:
        """Close the file; harmless when it is closed."""
        with self._lock:
            self._connection.close()

    def head(self) -> Head:
        """Return the last entry."""
        with self._lock, translated(self._path):
            return head(self._connection)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Do what is in the block wholly or not at all; after the block it is on the disk."""
        with self._lock, translated(self._path):
            # IMMEDIATE: wait for the file now rather than at COMMIT, and read the head that will still be it
            # then.
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                # SQLite itself rolls back after some errors, such as a full disk.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def append(
        self, kind: str, at: str, columns: Mapping[str, str | int | bytes | None], *, actor: str = ""
    ) -> int:
        """Inside a transaction, add an entry and the row of table *kind* that it carries; return ``seq``."""
        last = head(self._connection)
        seq, by, body = last.seq + 1, check_text(actor) or self._actor, check_text(compose(columns))
        digest = entry_hash(seq, check_stamp(at), by, kind, body, last.hash)
        self._connection.execute(
            "INSERT INTO journal (seq, at, actor, kind, body, prev, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (seq, at, by, kind, body, last.hash, digest),
        )
        names, places = ", ".join(columns), ", ?" * len(columns)
        self._connection.execute(
            f"INSERT INTO {kind} (seq, {names}) VALUES (?{places})",  # noqa: S608 - names from this package
            (seq, *columns.values()),
        )
        return seq
