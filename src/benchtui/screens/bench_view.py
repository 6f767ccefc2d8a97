"""What the console knows of the engine: the events so far, put together. No widget, no drawing."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

import msgspec

from benchtui.messages import (
    Asked,
    Environment,
    Event,
    ItemOpened,
    ItemView,
    JobOpened,
    Jobs,
    JobSummary,
    Live,
    Note,
    Outputs,
    PointChanged,
    PointView,
    Prompt,
    ResultReady,
    ResultView,
    RunEnded,
    RunStarted,
    Settled,
    Trace,
    Waiting,
    Welcome,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchtui.i18n import Text
    from benchtui.tables import Column

TRACE_LENGTH = 240
NOTES_KEPT = 50


@dataclass(frozen=True)
class Wait:
    """A wait of the run that goes on: *event* as told, *since* when on the console's clock, in seconds."""

    event: Waiting
    since: float

    def left(self, now: float) -> float:
        """Return the seconds that are left, 0 at the least."""
        return max(0.0, self.event.seconds - (now - self.since))


@dataclass
class ItemSheet:
    """An item that was opened: its plan, its results, and the live readings of the point at hand."""

    item: ItemView
    columns: tuple[Column, ...]
    points: dict[str, PointView]
    results: dict[str, ResultView]
    live: Live | None = None
    """The last reading."""
    lives: dict[str, Live] = field(default_factory=dict)
    """The last reading of each role at the point at hand."""
    latest: str = ""
    """Key of the point whose result came last."""
    traces: dict[str, deque[str]] = field(default_factory=dict)
    """The last readings of each role at the point at hand, as shown."""
    notes: dict[str, Text] = field(default_factory=dict)
    """The last note of each wording that readings of the point at hand carried, by message id."""
    waveform: Trace | None = None
    """The waveform that came last; it stays while the next one is waited for."""
    wait: Wait | None = None
    """What the run waits for, until the next event tells that it is over."""

    def begin_point(self) -> None:
        """Forget the readings of the point before."""
        self.live = self.wait = None
        self.lives.clear()
        self.traces.clear()
        self.notes.clear()

    def newest(self, roles: tuple[str, ...]) -> Live | None:
        """Return the last reading of the first of *roles*, or of another of them that is read now."""
        if self.live is not None and self.live.role in roles:
            return self.live
        return next((self.lives[role] for role in roles if role in self.lives), None)

    def running_point(self) -> PointView | None:
        """Return the point that is being measured."""
        return next((p for p in self.points.values() if p.state == "running"), None)

    def counted(self) -> tuple[int, int]:
        """Return how many points have a result or were left out, of how many."""
        return sum(1 for p in self.points.values() if p.state in ("done", "skipped")), len(self.points)


@dataclass
class BenchView:
    """The state of engine and bench as told by events; :meth:`apply` is the only way in."""

    controls: bool = False
    virtual: bool = False
    bench: str = ""
    version: str = ""
    attached: bool = False
    gone: bool = False
    jobs: tuple[JobSummary, ...] = ()
    opened: dict[str, JobOpened] = field(default_factory=dict)
    sheets: dict[tuple[str, str], ItemSheet] = field(default_factory=dict)
    running: tuple[str, str] | None = None
    prompt: Prompt | None = None
    outputs: Outputs | None = None
    environment: str = ""
    notes: deque[Note] = field(default_factory=lambda: deque(maxlen=NOTES_KEPT))
    workspace: str = ""
    now: Callable[[], float] = monotonic

    def apply(self, event: Event) -> None:
        """Take in one event."""
        match event:
            case Welcome():
                self.attached, self.controls, self.virtual = True, event.controls, event.virtual
                self.bench, self.version, self.jobs = event.bench, event.version, event.jobs
                self.workspace = event.workspace
                self.running = (event.running_job, event.running_item) if event.running_item else None
            case Jobs():
                self.jobs = event.jobs
            case JobOpened():
                self.opened[event.number] = event
            case ItemOpened():
                self._open_sheet(event)
            case PointChanged() | Live() | ResultReady() | Trace() | Waiting():
                sheet = self.sheets.get((event.job, event.item))
                if sheet is not None:
                    sheet.wait = Wait(event, self.now()) if isinstance(event, Waiting) else None
                    _advance(sheet, event)
            case Asked():
                self.prompt = event.prompt
            case Settled():
                if self.prompt is not None and self.prompt.id == event.id:
                    self.prompt = None
            case Outputs():
                self.outputs = event
            case RunStarted():
                self.running = (event.job, event.item)
            case RunEnded():
                self.running = self.prompt = None
                ended = self.sheets.get((event.job, event.item))
                if ended is not None:
                    ended.live = ended.wait = None
            case Note():
                self.notes.append(event)
            case Environment():
                self.environment = event.text
            case _:
                pass  # a Failure is shown once, not remembered

    def items(self, job: str) -> tuple[ItemView, ...]:
        """Return the items of *job* as they stand now, which may be ahead of the last list that came."""
        opened = self.opened.get(job)
        return tuple(self._now(job, item) for item in opened.items) if opened is not None else ()

    def _now(self, job: str, item: ItemView) -> ItemView:
        sheet = self.sheets.get((job, item.id))
        done = sheet.counted()[0] if sheet is not None else item.points_done
        state = "running" if self.running == (job, item.id) else item.state
        return msgspec.structs.replace(item, state=state, points_done=done)

    def _open_sheet(self, event: ItemOpened) -> None:
        key = (event.job, event.item.id)
        before = self.sheets.get(key)
        sheet = ItemSheet(
            event.item,
            event.columns,
            {point.key: point for point in event.points},
            {result.point: result for result in event.results},
        )
        if before is not None:
            sheet.live, sheet.lives, sheet.traces = before.live, before.lives, before.traces
            sheet.latest, sheet.notes = before.latest, before.notes
            sheet.waveform, sheet.wait = before.waveform, before.wait
        self.sheets[key] = sheet


def _advance(sheet: ItemSheet, event: PointChanged | Live | ResultReady | Trace | Waiting) -> None:
    match event:
        case PointChanged():
            before = sheet.points.get(event.point.key)
            if event.point.state == "running" and (before is None or before.state != "running"):
                sheet.begin_point()
            sheet.points[event.point.key] = event.point
        case Live():
            sheet.live = sheet.lives[event.role] = event
            sheet.traces.setdefault(event.role, deque(maxlen=TRACE_LENGTH)).append(event.value)
            if event.note is not None:
                sheet.notes[event.note.msgid] = event.note
            point = sheet.points.get(event.point)
            if point is not None and point.state == "running":
                # Roles are read one after the other: the count of the one that has most says how far it is.
                count = max(point.readings, event.n)
                sheet.points[event.point] = msgspec.structs.replace(point, readings=count, of=event.of)
        case ResultReady():
            sheet.results[event.result.point] = event.result
            sheet.latest = event.result.point
        case Trace():
            sheet.waveform = event
        case Waiting():
            pass  # the view keeps it, with its time
