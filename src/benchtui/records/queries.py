"""What can be asked of the record, over a read-only connection and also while the engine writes."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import TYPE_CHECKING, Concatenate, ParamSpec, Self, TypeVar

import msgspec

from benchtui.records import lookups
from benchtui.records.connection import connect_reader, translated
from benchtui.records.model import (
    AttemptRow,
    CertificateFile,
    CertificateRow,
    EnvironmentRow,
    EventRow,
    Head,
    ItemRow,
    JobCounts,
    JobRow,
    JournalEntry,
    PointResult,
    PointRow,
    ReadingRow,
    Recall,
    ResultRow,
    StandardRow,
    StandardUse,
    WaveformRow,
    WirePieceRow,
)
from benchtui.records.schema import tables_at

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

P = ParamSpec("P")
Answer = TypeVar("Answer")
RowT = TypeVar("RowT", bound=msgspec.Struct)


class Archive:
    """Questions to the record over a read-only connection; may be called from any thread."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._lock = threading.RLock()

    @classmethod
    def open(cls, path: Path) -> Archive:
        """Open the record at *path* for reading. Raises ``RecordsError`` if there is none."""
        return cls(connect_reader(path), path)

    def close(self) -> None:
        """Close the file; harmless when it is closed."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(
        self,
        question: Callable[Concatenate[sqlite3.Connection, P], Answer],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Answer:
        with self._lock, translated(self._path):
            return question(self._connection, *args, **kwargs)

    def _rows(self, kind: type[RowT], sql: str, *parameters: object) -> tuple[RowT, ...]:
        return self._ask(lookups.select, kind, sql, *parameters)

    # ----------------------------------------------------------------------------------------------- journal
    def head(self) -> Head:
        """Return the last entry of the journal."""
        return self._ask(lookups.head)

    def journal(self, after: int = 0, limit: int = 1000) -> tuple[JournalEntry, ...]:
        """Return up to *limit* entries of the journal that follow entry *after*."""
        return self._rows(
            JournalEntry, "SELECT * FROM journal WHERE seq > ? ORDER BY seq LIMIT ?", after, limit
        )

    # -------------------------------------------------------------------------------------------------- jobs
    def jobs(self) -> tuple[JobCounts, ...]:
        """Return all jobs with their counts, the newest first."""
        return self._rows(JobCounts, _JOBS)

    def job(self, number: str) -> JobRow:
        """Return a job. Raises ``RecordsError`` if it is unknown."""
        found = self._ask(lookups.job, number)
        return lookups.one((found,) if found else (), number)

    def items(self, job: str) -> tuple[ItemRow, ...]:
        """Return the heads of a job's plans in the order in which they were recorded."""
        sql = "SELECT t.*, j.at AS created FROM item t JOIN journal j USING (seq) WHERE job = ? ORDER BY seq"
        return self._rows(ItemRow, sql, job)

    def item(self, job: str, item_id: str) -> ItemRow | None:
        """Return the head of an item's plan, None if it has none yet."""
        return self._ask(lookups.item, job, item_id)

    def plan(self, job: str, item_id: str) -> tuple[PointRow, ...]:
        """Return the points of an item in the order of measurement; empty if there is no plan yet."""
        return self._rows(
            PointRow, "SELECT * FROM point WHERE job = ? AND item = ? ORDER BY position", job, item_id
        )

    def results(self, job: str, item_id: str = "") -> tuple[PointResult, ...]:
        """Return every point of a job (or of one item) with its state and its valid result.

        Valid is the newest result of the newest attempt that was done: a point that was repeated counts with
        its repetition, a point whose repetition was interrupted with the attempt before.
        """
        with self._lock, translated(self._path):
            # One snapshot for the three questions, whatever the engine commits between them.
            self._connection.execute("BEGIN")
            try:
                return lookups.results(self._connection, job, item_id)
            finally:
                self._connection.execute("COMMIT")

    # ---------------------------------------------------------------------------------------------- attempts
    def attempt(self, seq: int) -> AttemptRow:
        """Return an attempt. Raises ``RecordsError`` if it is unknown."""
        return self._ask(lookups.attempt, seq)

    def attempts(self, job: str, item_id: str, point: str) -> tuple[AttemptRow, ...]:
        """Return the attempts at a point, the first one first."""
        sql = "SELECT * FROM attempt_state WHERE job = ? AND item = ? AND point = ? ORDER BY number"
        return self._rows(AttemptRow, sql, job, item_id, point)

    def open_attempts(self) -> tuple[AttemptRow, ...]:
        """Return the attempts that have no end yet: the one at hand, or what a crash left."""
        return self._ask(lookups.open_attempts)

    def unevaluated(self) -> tuple[AttemptRow, ...]:
        """Return the done attempts without a result: the program ended before their result came."""
        sql = (
            "SELECT * FROM attempt_state a WHERE state = 'done' "
            "AND NOT EXISTS (SELECT 1 FROM result WHERE attempt = a.seq) ORDER BY seq"
        )
        return self._rows(AttemptRow, sql)

    def readings(self, attempt_seq: int) -> tuple[ReadingRow, ...]:
        """Return the readings of an attempt in the order in which they were committed."""
        sql = "SELECT r.*, j.at FROM reading r JOIN journal j USING (seq) WHERE attempt = ? ORDER BY seq"
        return self._rows(ReadingRow, sql, attempt_seq)

    def waveforms(self, attempt_seq: int) -> tuple[WaveformRow, ...]:
        """Return the waveforms of an attempt in the order in which they were committed."""
        sql = "SELECT w.*, j.at FROM waveform w JOIN journal j USING (seq) WHERE attempt = ? ORDER BY seq"
        return self._rows(WaveformRow, sql, attempt_seq)

    def wire_pieces(self, attempt_seq: int) -> tuple[WirePieceRow, ...]:
        """Return what went over the wires last before an attempt failed, instrument by instrument."""
        sql = "SELECT w.*, j.at FROM wire_piece w JOIN journal j USING (seq) WHERE attempt = ? ORDER BY seq"
        return self._rows(WirePieceRow, sql, attempt_seq)

    def attempts_with_wire(self) -> tuple[AttemptRow, ...]:
        """Return the attempts of all jobs with which a conversation is kept, the first one first."""
        if "wire_piece" not in tables_at(self._ask(lookups.version)):
            return ()
        sql = "SELECT * FROM attempt_state WHERE seq IN (SELECT attempt FROM wire_piece) ORDER BY seq"
        return self._rows(AttemptRow, sql)

    def reading_count(self, job: str, item_id: str = "") -> int:
        """Return the number of readings of a job (or of one item), settling and interrupted ones included."""
        sql = (
            "SELECT count(*) FROM reading r JOIN attempt a ON a.seq = r.attempt "
            "WHERE a.job = ? AND ? IN ('', a.item)"
        )
        with self._lock, translated(self._path):
            count: int = self._connection.execute(sql, (job, item_id)).fetchone()[0]
        return count

    def all_results(self, attempt_seq: int) -> tuple[ResultRow, ...]:
        """Return the results of an attempt, the first one first; recalculations follow."""
        sql = "SELECT r.*, j.at FROM result r JOIN journal j USING (seq) WHERE attempt = ? ORDER BY seq"
        return self._rows(ResultRow, sql, attempt_seq)

    # ------------------------------------------------------------------------------------ what surrounded it
    def standard(self, seq: int) -> StandardRow:
        """Return a snapshot of a standard. Raises ``RecordsError`` if it is unknown."""
        sql = "SELECT s.*, j.at FROM standard s JOIN journal j USING (seq) WHERE seq = ?"
        return lookups.one(self._rows(StandardRow, sql, seq), seq)

    def attempt_standards(self, attempt_seq: int) -> dict[str, StandardRow]:
        """Return the snapshots that an attempt used, by role."""
        sql = "SELECT role, standard FROM standard_use WHERE attempt = ? ORDER BY role"
        with self._lock, translated(self._path):
            uses = self._connection.execute(sql, (attempt_seq,)).fetchall()
        return {role: self.standard(seq) for role, seq in uses}

    def standards(self, job: str) -> tuple[StandardUse, ...]:
        """Return what served in the valid results of a job, by item and role; one line for each snapshot."""
        sql = """
            SELECT DISTINCT v.item, u.role, u.standard FROM valid_result v
            JOIN standard_use u ON u.attempt = v.attempt WHERE v.job = ? ORDER BY v.item, u.role, u.standard
        """
        with self._lock, translated(self._path):
            uses = self._connection.execute(sql, (job,)).fetchall()
        return tuple(
            StandardUse(item=used, role=role, standard=self.standard(seq)) for used, role, seq in uses
        )

    def environments(self, job: str) -> tuple[EnvironmentRow, ...]:
        """Return the conditions in the room as they were recorded for a job, in order."""
        sql = "SELECT e.*, j.at FROM environment e JOIN journal j USING (seq) WHERE job = ? ORDER BY seq"
        return self._rows(EnvironmentRow, sql, job)

    def events(self, job: str | None = None, kind: str = "") -> tuple[EventRow, ...]:
        """Return events in order: of *job* (None: all, empty: those of no job), of one *kind* or all."""
        sql = """
            SELECT e.seq, coalesce(e.job, '') AS job, e.kind, e.body, j.actor, j.at
            FROM event e JOIN journal j USING (seq)
            WHERE coalesce(?, e.job, '') = coalesce(e.job, '') AND ? IN ('', e.kind) ORDER BY e.seq
        """
        return self._rows(EventRow, sql, job, kind)

    # ------------------------------------------------------------------------------------------ certificates
    def certificate(self, number: str) -> CertificateRow:
        """Return an issued certificate. Raises ``RecordsError`` if it is unknown."""
        return self._ask(lookups.certificate, number)

    def certificates(self, job: str) -> tuple[CertificateRow, ...]:
        """Return the certificates of a job in the order of issue."""
        return self._ask(lookups.certificates, job=job)

    def file_bytes(self, file: CertificateFile) -> bytes:
        """Return the bytes of an issued file, exactly as they were issued."""
        with self._lock, translated(self._path):
            row = self._connection.execute(
                "SELECT content FROM certificate_file WHERE seq = ?", (file.seq,)
            ).fetchone()
        content: bytes = lookups.one((row,) if row else (), file.name)[0]
        return content

    def recall(self, serial: str, since: date, until: date) -> tuple[Recall, ...]:
        """Return the certificates that rest on the standard with *serial* in a period, in the order of issue.

        A certificate counts when one of its job's attempts was done with that standard from *since* to
        *until* (both included, UTC) before it was issued. Attempts that were repeated later count too: a
        recall asks too often rather than too seldom.
        """
        return self._rows(Recall, _RECALL, serial, since.isoformat(), (until + timedelta(days=1)).isoformat())


_JOBS = """
WITH
  points AS (SELECT job, count(DISTINCT item) AS items, count(*) AS points FROM point GROUP BY job),
  valid AS (SELECT job, count(*) AS results FROM valid_result GROUP BY job),
  trouble AS (
    SELECT a.job, count(*) AS points FROM attempt a JOIN attempt_end e ON e.attempt = a.seq AND e.state <>
    'done' WHERE a.number = (SELECT max(number) FROM attempt b WHERE b.job = a.job AND b.item = a.item AND
    b.point = a.point)
      AND NOT EXISTS (SELECT 1 FROM valid_result v WHERE v.job = a.job AND v.item = a.item AND v.point =
      a.point)
    GROUP BY a.job
  ),
  touched AS (
    SELECT job, max(seq) AS seq FROM (
      SELECT number AS job, seq FROM job
      UNION ALL SELECT job, seq FROM item
      UNION ALL SELECT job, seq FROM environment
      UNION ALL SELECT job, seq FROM event WHERE job IS NOT NULL
      UNION ALL SELECT job, seq FROM certificate
      UNION ALL SELECT job, seq FROM attempt
      UNION ALL SELECT a.job, e.seq FROM attempt_end e JOIN attempt a ON a.seq = e.attempt
    ) GROUP BY job
  )
SELECT t.number, t.customer, t.uut, made.at AS created, latest.at AS updated,
  coalesce(points.items, 0) AS items, coalesce(points.points, 0) AS points,
  coalesce(valid.results, 0) AS results, coalesce(trouble.points, 0) AS trouble
FROM job t
JOIN journal made ON made.seq = t.seq
JOIN touched ON touched.job = t.number
JOIN journal latest ON latest.seq = touched.seq
LEFT JOIN points ON points.job = t.number
LEFT JOIN valid ON valid.job = t.number
LEFT JOIN trouble ON trouble.job = t.number
ORDER BY t.seq DESC
"""

# Times sort as texts: all have the same form and offset, and a bare date sorts before every time of its day.
_RECALL = """
SELECT c.number AS certificate, issue.at AS issued, c.job, t.customer, t.uut,
  min(begun.at) AS first_use, max(begun.at) AS last_use
FROM standard s
JOIN standard_use u ON u.standard = s.seq
JOIN attempt a ON a.seq = u.attempt
JOIN attempt_end e ON e.attempt = a.seq AND e.state = 'done'
JOIN journal begun ON begun.seq = a.seq
JOIN certificate c ON c.job = a.job AND c.head_seq >= a.seq
JOIN journal issue ON issue.seq = c.seq
JOIN job t ON t.number = c.job
WHERE s.serial = ? AND begun.at >= ? AND begun.at < ?
GROUP BY c.seq ORDER BY c.seq
"""
