"""The engine's book-keeper: turns jobs, points, readings and results into rows of the record and back.

The run's thread and the faces' threads both use it; store and archive have locks of their own.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from benchtui import __version__, messages
from benchtui.engine.outcomes import revive_outcome
from benchtui.engine.views import local_text, point_view, result_view
from benchtui.engine.workbench import Seat
from benchtui.errors import BadInput
from benchtui.i18n import N_, text
from benchtui.procedures.base import (
    Observation,
    Outcome,
    Point,
    Procedure,
    Purpose,
    Result,
    Room,
    Setup,
)
from benchtui.procedures.catalogue import procedure
from benchtui.profiles import Job, JobItem, Uut, find, load
from benchtui.quantity import NBSP, Reading, Waveform
from benchtui.records import (
    FILE_NAME,
    Archive,
    Attempt,
    AttemptRow,
    EndState,
    Head,
    InstrumentUsed,
    PointResult,
    Store,
    WirePiece,
    revive,
    stamp,
)
from benchtui.typed import decode
from benchtui.wiring import Wiring

SKIPPED = "point-skipped"
"""Kind of the event that a point was left out."""


class _Skip(msgspec.Struct, frozen=True):
    item: str
    point: str
    reason: str


class JobBody(msgspec.Struct, frozen=True):
    """What the record keeps of a work order: the order, and the profile of its UUT as it was on that day."""

    job: Job
    uut: Uut


class LoadedItem(msgspec.Struct, frozen=True):
    """A calibration item of a job, ready to run, with its plan as recorded."""

    job: str
    id: str
    operator: str
    procedure: Procedure
    uut: Uut
    points: tuple[Point, ...]


class Ledger:
    """The record of a workspace, open for writing. Raises ``RecordsError`` if it cannot be opened."""

    def __init__(self, workspace: Path) -> None:
        self.path = workspace / FILE_NAME
        self._store = Store.open(self.path, actor="engine")
        self.archive = Archive.open(self.path)

    def close(self) -> None:
        """Close the record."""
        self.archive.close()
        self._store.close()

    # ------------------------------------------------------------------------------------------------------- jobs
    def add_job(self, path: Path) -> str:
        """Take the work order at *path* in, with its plans; return its number.

        Raises
        ------
        ProfileError, BadInput
            The file does not fit.
        RecordsError
            Another job has this number.
        """
        job = load(path, Job)
        uut = load(find("uut", job.uut.profile, path.parent), Uut)
        plans = [(procedure(item.id), procedure(item.id).plan(uut, item)) for item in job.items]
        if len({item.id for item in job.items}) < len(job.items):
            raise BadInput(
                text(N_("A calibration item is listed twice.")),
                where=str(path),
                hint=text(N_("List each item once; repeat single points on its screen.")),
            )
        body = JobBody(job, uut)
        now = stamp(time.time())
        self._store.add_job(
            number=job.number,
            customer=job.customer.name,
            uut=f"{uut.model} {job.uut.serial}",
            source=path.read_text(encoding="utf-8"),
            body=body,
            at=now,
        )
        if not self.archive.environments(job.number):
            self._store.add_environment(job=job.number, conditions=job.conditions, at=now)
        for method, points in plans:
            self._store.add_plan(
                job=job.number,
                item=method.id,
                method=f"{method.id}/{method.version}",
                tables=(method.record_table.id, method.certificate_table.id),
                points=points,
                at=now,
            )
        return job.number

    def body(self, job: str) -> JobBody:
        """Return what the record keeps of *job*. Raises ``RecordsError`` if there is none."""
        return revive(self.archive.job(job).body, JobBody)

    def item(self, job: str, item: str) -> LoadedItem:
        """Return an item of a job, ready to run. Raises ``BadInput`` if the job has none such."""
        body = self.body(job)
        # The plan is the one that was recorded, even if a newer version of the method would plan otherwise.
        points = tuple(revive(row.body, Point) for row in self.archive.plan(job, item))
        if points:
            return LoadedItem(job, item, body.job.operator, procedure(item), body.uut, points)
        raise BadInput(
            text(N_("The job has no item {item}."), item=item),
            where=job,
            hint=text(N_("Items: {known}."), known=", ".join(order.id for order in body.job.items)),
        )

    def open_points(self, item: LoadedItem) -> list[Point]:
        """Return the points of *item* that have no valid result and were not left out, in the order of the plan."""
        done = {row.point.key for row in self.results(item.job, item.id) if row.result is not None}
        done |= self.skipped(item.job, item.id).keys()
        return [point for point in item.points if point.key not in done]

    def results(self, job: str, item: str) -> list[PointResult]:
        """Return every point of an item with its latest valid result."""
        return list(self.archive.results(job, item))

    # ------------------------------------------------------------------------------------------------------ writing
    def recover(self, reason: str) -> list[AttemptRow]:
        """Mark attempts that a crash left half done as interrupted; return them."""
        return list(self._store.interrupt_open_attempts(at=stamp(time.time()), reason=reason))

    def keep_standards(self, seats: Mapping[str, Seat]) -> dict[str, int]:
        """Keep snapshots of the standards on the *seats*; return their ids by role."""
        return {
            role: self._store.add_standard(
                name=seat.standard.name,
                serial=seat.standard.serial,
                profile=seat.standard,
                at=stamp(time.time()),
            )
            for role, seat in seats.items()
            if seat.standard is not None
        }

    def begin_attempt(
        self,
        item: LoadedItem,
        setup: Setup,
        wiring: Wiring,
        seats: Mapping[str, Seat],
        standards: Mapping[str, int],
    ) -> Attempt:
        """Begin an attempt at the point of *setup*; *standards* are ids of snapshots by role."""
        return self._store.begin_attempt(
            job=item.job,
            item=item.id,
            point=setup.point.key,
            wiring=wiring,
            operator=item.operator,
            program=__version__,
            instruments={
                role: InstrumentUsed(
                    identity=seat.instrument.identity,
                    resource=seat.resource,
                    serial=seat.standard.serial if seat.standard else "",
                    driver=seat.profile,
                    settings=setup.settings.get(role, {}),
                )
                for role, seat in seats.items()
            },
            standards=standards,
            at=stamp(time.time()),
        )

    def keep_reading(self, attempt: int, role: str, purpose: Purpose, reading: Reading) -> None:
        """Commit a reading; when this returns it is on disk."""
        self._store.add_reading(
            attempt=attempt, role=role, purpose=purpose, reading=reading, at=stamp(time.time())
        )

    def keep_waveform(self, attempt: int, role: str, waveform: Waveform) -> None:
        """Commit a waveform; when this returns it is on disk."""
        self._store.add_waveform(attempt=attempt, role=role, waveform=waveform, at=stamp(time.time()))

    def keep_result(self, attempt: int, outcome: Outcome) -> None:
        """Commit what a point ended with, and with it the end of its attempt."""
        now = stamp(time.time())
        self._store.add_result(attempt=attempt, method=outcome.method, body=outcome, at=now)
        self._store.end_attempt(attempt=attempt, state="done", reason="", at=now)

    def end_attempt(self, attempt: int, state: EndState, reason: str, wire: Sequence[WirePiece] = ()) -> None:
        """Commit that an attempt ended without a result, and what went over the wires last."""
        self._store.end_attempt(attempt=attempt, state=state, reason=reason, wire=wire, at=stamp(time.time()))

    def keep_certificate(
        self, number: str, job: str, language: messages.Language, head: Head, files: Mapping[str, bytes]
    ) -> None:
        """Keep the bytes of an issued certificate; *head* is what is printed on it."""
        self._store.add_certificate(
            number=number, job=job, language=language, head=head, files=files, at=stamp(time.time())
        )

    def head(self) -> Head:
        """Return the last entry of the journal."""
        return self._store.head()

    def event(self, job: str, kind: str, body: dict[str, Any]) -> None:
        """Commit that something happened."""
        self._store.add_event(job=job, kind=kind, body=body, at=stamp(time.time()))

    def skip(self, job: str, item: str, point: str, reason: str) -> None:
        """Commit that a point is left out, and why; a result that it gets later counts all the same."""
        self.event(job, SKIPPED, {"item": item, "point": point, "reason": reason})

    def skipped(self, job: str, item: str) -> dict[str, str]:
        """Return why points of an item were left out, by point."""
        bodies = (decode(row.body, _Skip) for row in self.archive.events(job, SKIPPED))
        return {skip.point: skip.reason for skip in bodies if skip.item == item}

    def earlier(self, item: LoadedItem) -> dict[str, list[tuple[Point, Result]]]:
        """Return the results in the job of the items that the procedure of *item* needs, with their points."""
        return {
            needed: [
                (revive(row.point.body, Point), outcome)
                for row in self.results(item.job, needed)
                if row.result is not None and isinstance(outcome := revive_outcome(row.result.body), Result)
            ]
            for needed in item.procedure.needs
        }

    def observation(self, item: LoadedItem, attempt: int, point: Point) -> Observation:
        """Return what an attempt brought, from the record."""
        readings: dict[str, tuple[Reading, ...]] = {}
        for row in self.archive.readings(attempt):
            if row.purpose == "reading":
                readings[row.role] = (*readings.get(row.role, ()), row.reading())
        waveforms: dict[str, tuple[Waveform, ...]] = {}
        for drawn in self.archive.waveforms(attempt):
            waveforms[drawn.role] = (*waveforms.get(drawn.role, ()), drawn.waveform())
        conditions = self.body(item.job).job.conditions
        used = self.archive.attempt(attempt).instruments
        return Observation(
            point=point,
            readings=readings,
            waveforms=waveforms,
            settings={role: instrument.settings for role, instrument in used.items() if instrument.settings},
            room=Room(temperature=float(conditions.temperature), u=float(conditions.temperature_u) / 2),
            earlier={needed: tuple(found) for needed, found in self.earlier(item).items()},
        )

    # -------------------------------------------------------------------------------------------------------- views
    def summaries(self) -> tuple[messages.JobSummary, ...]:
        """Return the list of jobs, newest first."""
        rows = self.archive.jobs()
        return tuple(
            messages.JobSummary(
                number=row.number,
                customer=row.customer,
                uut=row.uut,
                points=row.points,
                points_done=row.results,
                state="done" if row.results == row.points else "failed" if row.trouble else "todo",
                updated=local_text(row.updated),
            )
            for row in rows
        )

    def environment(self, job: str) -> messages.Environment:
        """Return the conditions in the room as the work order gives them."""
        room = self.body(job).job.conditions
        return messages.Environment(text=f"{room.temperature}{NBSP}°C {room.humidity}{NBSP}%RH")

    def job_view(self, job: str, running: str) -> messages.JobOpened:
        """Return the items of *job*; *running* is the id of the item that runs."""
        body = self.body(job)
        return messages.JobOpened(
            number=job,
            customer=body.job.customer.name,
            uut=f"{body.uut.model} {body.job.uut.serial}",
            items=tuple(self._item_view(job, order, running) for order in body.job.items),
        )

    def item_view(self, job: str, item: str, running: str) -> messages.ItemOpened:
        """Return plan and results of an item; *running* is the id of the item that runs."""
        loaded = self.item(job, item)
        order = next(order for order in self.body(job).job.items if order.id == item)
        rows = {row.point.key: row for row in self.results(job, item)}
        skipped = self.skipped(job, item)
        points = []
        results = []
        for point in loaded.points:
            row = rows[point.key]
            number = row.attempt.number if row.attempt else 0
            state: messages.PointStateName = "running" if row.state == "open" else row.state
            if row.result is None and point.key in skipped:
                state = "skipped"
            points.append(point_view(point, state, number, 0))
            if row.result is not None:
                results.append(result_view(revive_outcome(row.result.body), number))
        return messages.ItemOpened(
            job=job,
            item=self._item_view(job, order, running),
            columns=loaded.procedure.record_table.columns,
            points=tuple(points),
            results=tuple(results),
        )

    def _item_view(self, job: str, order: JobItem, running: str) -> messages.ItemView:
        rows = self.results(job, order.id)
        skipped = self.skipped(job, order.id)
        done = sum(row.result is not None or row.point.key in skipped for row in rows)
        method = procedure(order.id)
        state: messages.ItemStateName = "todo"
        if running == order.id:
            state = "running"
        elif done == len(rows):
            state = "done"
        elif any(row.state == "failed" for row in rows):
            state = "failed"
        return messages.ItemView(
            id=order.id,
            title=method.title,
            clause=method.clause,
            state=state,
            points=len(rows),
            points_done=done,
        )
