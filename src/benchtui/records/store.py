"""The one writer of the record. Each call is one transaction and returns after it is on the disk."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Self

import msgspec

from benchtui.errors import RecordsError
from benchtui.i18n import N_, text
from benchtui.quantity import Reading, Waveform, plain
from benchtui.records import lookups
from benchtui.records.canonical import canonical, check_text, compose
from benchtui.records.connection import connect_writer
from benchtui.records.journal import Journal
from benchtui.records.model import (
    Attempt,
    AttemptRow,
    CertificateRow,
    EndState,
    Head,
    InstrumentUsed,
    ItemRow,
    JobRow,
    Language,
    PlannedPoint,
    ReadingPurpose,
    WirePiece,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal
    from pathlib import Path
    from types import TracebackType

    from benchtui.profiles import Conditions
    from benchtui.wiring import Wiring


class Store:
    """Appends to the record; may be called from any thread.

    Each method is one transaction: when it returns, its entries are on the disk, and when it raises
    :class:`~benchtui.errors.RecordsError`, none of them is recorded (disk full, file held by another
    program, text that is no text, a step out of order). ``at`` is the time of the entry as
    :func:`~benchtui.records.canonical.stamp` writes it; the record has no clock of its own.
    """

    def __init__(self, journal: Journal, path: Path) -> None:
        self._journal = journal
        self._path = path

    @classmethod
    def open(cls, path: Path, *, actor: str) -> Store:
        """Open the record at *path* for appending; make it, or bring its schema up to date, where needed.

        *actor* stands in each journal entry that names no other person.
        """
        check_text(actor)
        return cls(Journal(connect_writer(path), path, actor), path)

    def close(self) -> None:
        """Close the file; harmless when it is closed."""
        self._journal.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def head(self) -> Head:
        """Return the last entry of the journal: what a certificate prints."""
        return self._journal.head()

    # --------------------------------------------------------------------------------------- before the work
    def add_job(self, *, at: str, number: str, customer: str, uut: str, source: str, body: object) -> JobRow:
        """Record a work order; the same order again is returned as it stands.

        Parameters
        ----------
        source
            The job file as it was read.
        body
            The same, parsed: any struct or mapping.

        Raises
        ------
        RecordsError
            Another order has this number.
        """
        parsed = canonical(body)
        with self._journal.transaction() as connection:
            known = lookups.job(connection, number)
            if known is not None:
                if known.body != parsed:
                    raise RecordsError(
                        text(N_("Another job with the number {number} is in the record."), number=number),
                        where=str(self._path),
                        hint=text(
                            N_("Give the changed job a number of its own; the record keeps the old one.")
                        ),
                    )
                return known
            seq = self._journal.append(
                "job",
                at,
                {"number": number, "customer": customer, "uut": uut, "source": source, "body": parsed},
            )
        return JobRow(
            seq=seq, number=number, customer=customer, uut=uut, source=source, body=parsed, created=at
        )

    def add_plan(
        self,
        *,
        at: str,
        job: str,
        item: str,
        method: str,
        tables: Sequence[str],
        points: Sequence[PlannedPoint],
    ) -> ItemRow:
        """Record an item's plan, points in the order of measurement; the same plan again changes nothing.

        Raises
        ------
        RecordsError
            The item has another plan already (method, tables or points), or a point's key comes twice.
        """
        head = {"job": job, "item": item, "method": method, "tables": canonical(list(tables))}
        rows: list[dict[str, str | int]] = [
            {
                "job": job, "item": item, "position": position, "key": point.key, "module": point.module,
                "range": point.range, "span": point.span, "setpoint": point.setpoint, "unit": point.unit,
                "readings": point.readings, "body": canonical(point),
            }
            for position, point in enumerate(points, start=1)
        ]  # fmt: skip
        with self._journal.transaction() as connection:
            known = lookups.item(connection, job, item)
            if known is not None:
                same = lookups.bodies(connection, "item", job, item) == [compose(head)]
                if not same or lookups.bodies(connection, "point", job, item) != [
                    compose(row) for row in rows
                ]:
                    raise RecordsError(
                        text(
                            N_("Item {item} of job {job} has another plan in the record."), item=item, job=job
                        ),
                        where=str(self._path),
                        hint=text(N_("Finish the item with the plan it was begun with, or open a new job.")),
                    )
                return known
            seq = self._journal.append("item", at, head)
            for row in rows:
                self._journal.append("point", at, row)
        return ItemRow(seq=seq, job=job, item=item, method=method, tables=tuple(tables), created=at)

    def add_standard(self, *, at: str, name: str, serial: str, profile: object) -> int:
        """Record a snapshot of a standard's profile, once for each content, and return its id.

        Parameters
        ----------
        name
            The profile's name among the laboratory's standards.
        serial
            Serial number, by which certificates are recalled.
        profile
            The whole profile: any struct or mapping.
        """
        body = canonical(profile)
        digest = hashlib.sha256(body.encode()).hexdigest()
        with self._journal.transaction() as connection:
            known: tuple[int] | None = connection.execute(
                "SELECT seq FROM standard WHERE name = ? AND sha256 = ?", (name, digest)
            ).fetchone()
            if known is not None:
                return known[0]
            return self._journal.append(
                "standard", at, {"name": name, "serial": serial, "body": body, "sha256": digest}
            )

    def add_environment(self, *, at: str, job: str, conditions: Conditions) -> int:
        """Record the conditions in the room, digits kept; return the entry's ``seq``."""

        def digits(number: Decimal | None) -> str:
            return "" if number is None else plain(number)

        with self._journal.transaction():
            return self._journal.append(
                "environment",
                at,
                {
                    "job": job,
                    "temperature": digits(conditions.temperature),
                    "temperature_u": digits(conditions.temperature_u),
                    "humidity": digits(conditions.humidity),
                    "humidity_u": digits(conditions.humidity_u),
                    "mains_voltage": digits(conditions.mains_voltage),
                    "mains_frequency": digits(conditions.mains_frequency),
                },
            )

    # ---------------------------------------------------------------------------------------------- the work
    def begin_attempt(
        self,
        *,
        at: str,
        job: str,
        item: str,
        point: str,
        wiring: Wiring,
        operator: str,
        program: str,
        instruments: Mapping[str, InstrumentUsed],
        standards: Mapping[str, int],
    ) -> Attempt:
        """Begin an attempt at a point of the plan.

        Parameters
        ----------
        program
            Version of the program.
        instruments
            Role -> what answers at the wire.
        standards
            Role -> snapshot from :meth:`add_standard`, for the roles that a standard plays.

        Raises
        ------
        RecordsError
            The point is not in the plan, or an attempt at it is still open.
        """
        with self._journal.transaction() as connection:
            count: tuple[int] = connection.execute(
                "SELECT count(*) FROM attempt WHERE job = ? AND item = ? AND point = ?", (job, item, point)
            ).fetchone()
            number = count[0] + 1
            seq = self._journal.append(
                "attempt",
                at,
                {
                    "job": job,
                    "item": item,
                    "point": point,
                    "number": number,
                    "wiring": canonical(wiring),
                    "operator": operator,
                    "program": program,
                    "instruments": canonical(instruments),
                },
            )
            for role, standard in standards.items():
                self._journal.append("standard_use", at, {"attempt": seq, "role": role, "standard": standard})
        return Attempt(seq, number)

    def add_reading(
        self, *, at: str, attempt: int, role: str, purpose: ReadingPurpose, reading: Reading
    ) -> int:
        """Record a reading of an open attempt and return its ``seq``: only then may it be shown."""
        with self._journal.transaction():
            return self._journal.append(
                "reading",
                at,
                {
                    "attempt": attempt,
                    "role": role,
                    "purpose": purpose,
                    "raw": reading.raw,
                    # repr is the shortest text that gives the same binary number back, also for nan.
                    "value": repr(float(reading.value)),
                    "unit": reading.unit,
                    "flags": canonical(reading.flags),
                    "span": repr(float(reading.span)),
                    "t0": repr(float(reading.t0)),
                    "t1": repr(float(reading.t1)),
                },
            )

    def add_waveform(self, *, at: str, attempt: int, role: str, waveform: Waveform) -> int:
        """Record a waveform of an open attempt and return its ``seq``: only then may it be shown."""
        with self._journal.transaction():
            return self._journal.append(
                "waveform",
                at,
                {
                    "attempt": attempt,
                    "role": role,
                    "raw": waveform.raw,
                    "samples": canonical(waveform.values),
                    "unit": waveform.unit,
                    "start": repr(float(waveform.start)),
                    "step": repr(float(waveform.step)),
                    "step_unit": waveform.step_unit,
                    "flags": canonical(waveform.flags),
                    "span": repr(float(waveform.span)),
                    "t0": repr(float(waveform.t0)),
                    "t1": repr(float(waveform.t1)),
                },
            )

    def end_attempt(
        self, *, at: str, attempt: int, state: EndState, reason: str = "", wire: Sequence[WirePiece] = ()
    ) -> int:
        """End an attempt; nothing is read in it any more. Raises ``RecordsError`` if it has ended.

        *wire* is what went over the wires last, kept with an attempt that failed.
        """
        with self._journal.transaction():
            for piece in wire:
                self._journal.append("wire_piece", at, {"attempt": attempt, **msgspec.structs.asdict(piece)})
            return self._journal.append(
                "attempt_end", at, {"attempt": attempt, "state": state, "reason": reason}
            )

    def interrupt_open_attempts(self, *, at: str, reason: str) -> tuple[AttemptRow, ...]:
        """Mark the attempts that a crash left open as interrupted and return them as they now stand."""
        with self._journal.transaction() as connection:
            left = lookups.open_attempts(connection)
            for attempt in left:
                self._journal.append(
                    "attempt_end", at, {"attempt": attempt.seq, "state": "interrupted", "reason": reason}
                )
            return tuple(lookups.attempt(connection, attempt.seq) for attempt in left)

    def add_result(self, *, at: str, attempt: int, method: str, body: object) -> int:
        """Record the result of an attempt at full precision; a recalculation adds a newer one.

        Parameters
        ----------
        method
            Version of the method that computed it.
        body
            The result: any struct or mapping; floats keep every bit.

        Raises
        ------
        RecordsError
            The attempt was interrupted or failed.
        """
        with self._journal.transaction():
            return self._journal.append(
                "result", at, {"attempt": attempt, "method": method, "body": canonical(body)}
            )

    def add_event(self, *, at: str, kind: str, body: object, job: str = "", actor: str = "") -> int:
        """Record that something happened: *kind* a word such as ``outputs-off``, *body* its facts."""
        with self._journal.transaction():
            return self._journal.append(
                "event", at, {"job": job or None, "kind": kind, "body": canonical(body)}, actor=actor
            )

    # ---------------------------------------------------------------------------------------- after the work
    def add_certificate(
        self,
        *,
        at: str,
        number: str,
        job: str,
        language: Language,
        head: Head,
        files: Mapping[str, bytes],
        supersedes: str = "",
        reason: str = "",
        actor: str = "",
    ) -> CertificateRow:
        """Record an issued certificate with the very bytes that were issued.

        Parameters
        ----------
        head
            The head of the journal that is printed on the certificate.
        files
            File name -> bytes.
        supersedes, reason
            Number of the certificate that this one amends, and why.

        Raises
        ------
        RecordsError
            The number exists, *head* is not in the journal, *supersedes* is unknown.
        """
        with self._journal.transaction() as connection:
            self._journal.append(
                "certificate",
                at,
                {
                    "number": number,
                    "job": job,
                    "language": language,
                    "head_seq": head.seq,
                    "head_hash": head.hash,
                    "supersedes": supersedes or None,
                    "reason": reason,
                },
                actor=actor,
            )
            for name, content in files.items():
                self._journal.append(
                    "certificate_file",
                    at,
                    {
                        "certificate": number,
                        "name": name,
                        "sha256": hashlib.sha256(content).hexdigest(),
                        "size": len(content),
                        "content": content,
                    },
                    actor=actor,
                )
            return lookups.certificate(connection, number)
