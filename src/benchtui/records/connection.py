"""Opening the file and putting SQLite's errors into a technician's words."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from benchtui.errors import RecordsError
from benchtui.i18n import N_, Text, text
from benchtui.records.schema import APPLICATION_ID, VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE_NAME = "records.sqlite"
"""Name of the record in its workspace."""
BUSY_MS = 5000
"""How long an append waits for another process that holds the file."""

_DISK_FULL = text(N_("The disk is full; nothing was recorded."))
_FREE_SPACE = text(N_("Free some space on the disk of the workspace, then take the reading again."))


def connect_writer(path: Path) -> sqlite3.Connection:
    """Open the record for appending, create it if there is none, bring its schema up to date.

    Raises
    ------
    RecordsError
        Not a record of this program, written by a newer version, not on a local disk, not writable, damaged.
    """
    with translated(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(
            path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False
        )
        try:
            version = _identify(connection, path, new_allowed=True)
            _write_ahead(connection, path)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            # Without it an INSERT OR REPLACE would delete rows without asking the DELETE triggers.
            connection.execute("PRAGMA recursive_triggers = ON")
            if version < VERSION:
                from benchtui.records.migrations import migrate

                migrate(connection)
        except BaseException:
            connection.close()
            raise
    return connection


def connect_reader(path: Path) -> sqlite3.Connection:
    """Open the record for reading only; what is committed meanwhile is seen by the next query.

    Raises
    ------
    RecordsError
        There is none, it is not a record of this program, or it was written by a newer version.
    """
    if not path.is_file():
        raise RecordsError(
            text(N_("There is no record here.")),
            where=str(path),
            hint=text(
                N_("Check the path of the workspace; the record is made when the first job is opened.")
            ),
        )
    with translated(path):
        uri = f"{path.resolve().as_uri()}?mode=ro"
        connection = sqlite3.connect(
            uri, uri=True, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False
        )
        try:
            _identify(connection, path, new_allowed=False)
        except BaseException:
            connection.close()
            raise
    return connection


def _identify(connection: sqlite3.Connection, path: Path, *, new_allowed: bool) -> int:
    """Return the schema version of the file; refuse what is no record or comes from the future."""
    identity = connection.execute("PRAGMA application_id").fetchone()[0]
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if identity != APPLICATION_ID:
        # A file that died while it was made holds at most the table of the migrations.
        foreign = connection.execute(
            "SELECT count(*) FROM sqlite_schema WHERE tbl_name <> '_sqlite_migrations'"
        ).fetchone()[0]
        if identity or version or foreign or not new_allowed:
            raise RecordsError(
                text(N_("This file is not a record of benchtui.")),
                where=str(path),
                hint=text(N_("Check the path of the workspace.")),
            )
    if version > VERSION:
        raise RecordsError(
            text(N_("The record was written by a newer version of the program.")),
            where=str(path),
            hint=text(N_("Install that version or a later one; nothing was changed.")),
        )
    return version


def _write_ahead(connection: sqlite3.Connection, path: Path) -> None:
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise RecordsError(
            text(N_("The record cannot be kept safely on this disk.")),
            where=str(path),
            hint=text(N_("Put the workspace on a local disk, not on a network share.")),
        )


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn the errors of SQLite and of the file system inside the block into ``RecordsError``."""
    try:
        yield
    except sqlite3.Error as error:
        what, hint = _explain(error)
        raise RecordsError(what, where=str(path), hint=hint) from error
    except OSError as error:
        raise RecordsError(
            text(N_("The file cannot be reached: {reason}."), reason=error.strerror or error),
            where=str(path),
            hint=text(N_("Check the path and who may write there.")),
        ) from error


def _explain(error: sqlite3.Error) -> tuple[Text, Text]:
    reason = str(error)
    # The low byte is the primary code; errors of the module itself (closed connection) carry none.
    match getattr(error, "sqlite_errorcode", -1) & 0xFF:
        case sqlite3.SQLITE_FULL:
            return _DISK_FULL, _FREE_SPACE
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return (
                text(N_("Another program holds the record; nothing was recorded.")),
                text(N_("Close the program that has the file open, then try again.")),
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_CANTOPEN:
            return (
                text(N_("The record cannot be opened for this: {reason}."), reason=reason),
                text(N_("Check who may read and write the workspace and its disk.")),
            )
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return (
                text(N_("The file is damaged or is not a record: {reason}."), reason=reason),
                text(N_("Keep the file as it is, and go on from the last back-up.")),
            )
        case sqlite3.SQLITE_IOERR:
            return (
                text(N_("The disk failed: {reason}."), reason=reason),
                text(N_("Look at the disk before going on; what was shown as recorded is recorded.")),
            )
        case _:
            return (
                text(N_("The record refuses this: {reason}."), reason=reason),
                text(N_("Nothing was recorded; verify the record if this comes again.")),
            )
