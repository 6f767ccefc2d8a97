"""Questions to an open connection that the writer and the archive share."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeVar

import msgspec

from benchtui.errors import RecordsError
from benchtui.i18n import N_, text
from benchtui.records.canonical import NO_HASH
from benchtui.records.model import (
    AttemptRow,
    CertificateFile,
    CertificateRow,
    Head,
    ItemRow,
    JobRow,
    PointResult,
    PointRow,
    ResultRow,
)
from benchtui.typed import convert

if TYPE_CHECKING:
    import sqlite3

Found = TypeVar("Found")
RowT = TypeVar("RowT", bound=msgspec.Struct)
_PARSED = frozenset({"tables", "flags", "instruments", "samples"})
"""Columns that come back parsed; the other JSON columns come back as the text they are."""


def select(
    connection: sqlite3.Connection, kind: type[RowT], sql: str, *parameters: object
) -> tuple[RowT, ...]:
    """Return the rows of a query as structs of *kind*, whose fields are named as the columns are."""
    cursor = connection.execute(sql, parameters)
    names = [column[0] for column in cursor.description]
    return tuple(
        convert({n: json.loads(v) if n in _PARSED else v for n, v in zip(names, row, strict=True)}, kind)
        for row in cursor
    )


def one(found: tuple[Found, ...], wanted: object) -> Found:
    """Return what was *found*; ``RecordsError`` if it is nothing."""
    if found:
        return found[0]
    raise RecordsError(
        text(N_("There is no {wanted} in the record."), wanted=wanted),
        hint=text(N_("Check the number; the list of jobs shows what there is.")),
    )


def certificates(
    connection: sqlite3.Connection, *, number: str | None = None, job: str | None = None
) -> tuple[CertificateRow, ...]:
    """Return the certificates with this *number* or of this *job*, in the order of issue."""
    rows = connection.execute(
        """
        SELECT c.seq, c.number, c.job, c.language, c.head_seq, c.head_hash, coalesce(c.supersedes, ''),
          c.reason, j.at
        FROM certificate c JOIN journal j USING (seq) WHERE c.number = ? OR c.job = ? ORDER BY c.seq
        """,
        (number, job),
    ).fetchall()
    return tuple(
        CertificateRow(
            seq=row[0],
            number=row[1],
            job=row[2],
            language=row[3],
            head=Head(row[4], row[5]),
            supersedes=row[6],
            reason=row[7],
            files=select(
                connection,
                CertificateFile,
                "SELECT seq, name, sha256, size FROM certificate_file WHERE certificate = ? ORDER BY seq",
                row[1],
            ),
            issued=row[8],
        )
        for row in rows
    )


def head(connection: sqlite3.Connection) -> Head:
    """Return the last entry of the journal."""
    row = connection.execute("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
    return Head(*row) if row else Head(0, NO_HASH)


def version(connection: sqlite3.Connection) -> int:
    """Return the version of the schema that the file has."""
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return found


def job(connection: sqlite3.Connection, number: str) -> JobRow | None:
    """Return a job, None if it is unknown."""
    found = select(
        connection,
        JobRow,
        "SELECT t.*, j.at AS created FROM job t JOIN journal j USING (seq) WHERE number = ?",
        number,
    )
    return found[0] if found else None


def item(connection: sqlite3.Connection, job: str, item: str) -> ItemRow | None:
    """Return the head of an item's plan, None if there is none."""
    sql = "SELECT t.*, j.at AS created FROM item t JOIN journal j USING (seq) WHERE job = ? AND item = ?"
    found = select(connection, ItemRow, sql, job, item)
    return found[0] if found else None


def bodies(connection: sqlite3.Connection, table: str, job: str, item: str) -> list[str]:
    """Return the journal bodies of an item's rows in *table* (``item`` or ``point``), in order."""
    return [
        body
        for (body,) in connection.execute(
            f"SELECT j.body FROM {table} t JOIN journal j USING (seq) "  # noqa: S608 - a name from this package
            "WHERE job = ? AND item = ? ORDER BY seq",
            (job, item),
        )
    ]


def attempt(connection: sqlite3.Connection, seq: int) -> AttemptRow:
    """Return an attempt; ``RecordsError`` if there is none."""
    return one(select(connection, AttemptRow, "SELECT * FROM attempt_state WHERE seq = ?", seq), seq)


def open_attempts(connection: sqlite3.Connection) -> tuple[AttemptRow, ...]:
    """Return the attempts that have no end yet."""
    return select(connection, AttemptRow, "SELECT * FROM attempt_state WHERE state = 'open' ORDER BY seq")


def certificate(connection: sqlite3.Connection, number: str) -> CertificateRow:
    """Return an issued certificate; ``RecordsError`` if there is none."""
    return one(certificates(connection, number=number), number)


def results(connection: sqlite3.Connection, job: str, item_id: str) -> tuple[PointResult, ...]:
    """Return the points of a job (or of one item) with their states and valid results."""
    scope = (job, item_id)
    points = select(
        connection,
        PointRow,
        "SELECT p.* FROM point p JOIN item i USING (job, item) WHERE p.job = ? AND ? IN ('', p.item) "
        "ORDER BY i.seq, p.position",
        *scope,
    )
    attempts: dict[tuple[str, str], list[AttemptRow]] = {}
    for found in select(
        connection,
        AttemptRow,
        "SELECT * FROM attempt_state WHERE job = ? AND ? IN ('', item) ORDER BY number",
        *scope,
    ):
        attempts.setdefault((found.item, found.point), []).append(found)
    valid = {
        result.attempt: result
        for result in select(
            connection,
            ResultRow,
            "SELECT r.*, j.at FROM valid_result v JOIN result r ON r.seq = v.result "
            "JOIN journal j ON j.seq = r.seq WHERE v.job = ? AND ? IN ('', v.item)",
            *scope,
        )
    }
    return tuple(_point_result(point, attempts.get((point.item, point.key), []), valid) for point in points)


def _point_result(point: PointRow, attempts: list[AttemptRow], valid: dict[int, ResultRow]) -> PointResult:
    for made in attempts:
        if made.seq in valid:
            return PointResult(
                point=point, state="done", attempts=len(attempts), attempt=made, result=valid[made.seq]
            )
    last = attempts[-1] if attempts else None
    # Done without a result: the program ended in between, and the result can be computed from the readings.
    state = "todo" if last is None else "open" if last.state == "done" else last.state
    return PointResult(point=point, state=state, attempts=len(attempts), attempt=last, result=None)
