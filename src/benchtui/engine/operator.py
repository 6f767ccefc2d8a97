"""The operator facade of one attempt: what a procedure asks of the person at the bench, of the record and of time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from benchtui import messages
from benchtui.engine.ledger import Ledger, LoadedItem
from benchtui.engine.views import point_view, reading_text, spread_text, thinned
from benchtui.engine.workbench import Workbench
from benchtui.errors import Aborted, BadInput
from benchtui.i18n import N_, Text, text
from benchtui.instruments.manual import HandTask
from benchtui.procedures.base import Point, Purpose
from benchtui.quantity import Reading, Waveform, parse_entry
from benchtui.wiring import Wiring


class Stage(Protocol):
    """What a run needs of the conductor."""

    ledger: Ledger

    def publish(self, event: messages.Event) -> None:
        """Send *event* to all faces."""

    def ask(self, prompt: messages.Prompt) -> str:
        """Put *prompt* to the operator and wait for the answer. Raises ``Aborted`` when the run is stopped."""

    def next_prompt(self) -> int:
        """Return a new prompt id."""

    def wait_for_console(self) -> None:
        """Return when an operator is there, or has left on purpose. Raises ``Aborted`` when the run is stopped."""

    def note(self, job: str, kind: str, body: dict[str, Any]) -> None:
        """Record that something happened; a record that cannot be written is told to the faces, nothing is raised."""


class RunOperator:
    """The operator facade of one attempt: readings go into the record before they go to the screen."""

    def __init__(
        self,
        stage: Stage,
        bench: Workbench,
        item: LoadedItem,
        point: Point,
        attempt: int,
        number: int,
        stopped: threading.Event,
        wire: Callable[[Wiring], None],
    ) -> None:
        self._stage = stage
        self._bench = bench
        self._wire = wire
        self._item = item
        self._point = point
        self._attempt = attempt
        self._number = number
        self._stopped = stopped
        self._values: dict[str, list[float]] = {}

    def check(self) -> None:
        """Raise ``Aborted`` if the run is stopped."""
        if self._stopped.is_set():
            raise Aborted(text(N_("The run was stopped.")))

    @property
    def _taken(self) -> int:
        """How many readings the role has that most was read of."""
        return max(map(len, self._values.values()), default=0)

    def take(
        self, role: str, read: Callable[[], Reading], purpose: Purpose, note: Text | None = None
    ) -> Reading:
        """Take one reading for *role*: call *read*, commit it to the record, show it, return it."""
        self.check()
        reading = read()
        self._stage.ledger.keep_reading(self._attempt, role, purpose, reading)
        values = self._values.setdefault(role, [])
        if purpose == "reading" and reading.sound:
            values.append(reading.value)
        self._stage.publish(
            messages.Live(
                job=self._item.job,
                item=self._item.id,
                point=self._point.key,
                role=role,
                value=reading_text(reading),
                unit=reading.unit,
                phase=purpose,
                n=len(values),
                of=max(self._point.readings, len(values)),
                note=note,
                spread=spread_text(values, reading.unit),
            )
        )
        return reading

    def take_waveform(self, role: str, read: Callable[[], Waveform]) -> Waveform:
        """Take one waveform for *role*: call *read*, commit it to the record, show it, return it."""
        self.check()
        waveform = read()
        self._stage.ledger.keep_waveform(self._attempt, role, waveform)
        self._stage.publish(
            messages.Trace(
                job=self._item.job,
                item=self._item.id,
                point=self._point.key,
                role=role,
                values=thinned(waveform),
                unit=waveform.unit,
                start=waveform.start,
                end=waveform.start + waveform.step * max(len(waveform.values) - 1, 0),
                step_unit=waveform.step_unit,
            )
        )
        return waveform

    def wait(self, seconds: float, why: Text | None = None) -> None:
        """Let *seconds* pass on the bench's clock; tell the faces how long, and *why*."""
        if why is not None:
            self._stage.publish(
                messages.Waiting(
                    job=self._item.job, item=self._item.id, point=self._point.key, seconds=seconds, why=why
                )
            )
        if self._bench.clock.wait(seconds, self._stopped):
            self.check()

    def connect(self, wiring: Wiring) -> None:
        """Have the leads connected as in *wiring*, unless they are."""
        self.check()
        self._wire(wiring)

    def confirm(self, title: Text, *lines: Text) -> bool:
        """Ask yes or no."""
        prompt = messages.Prompt(id=self._stage.next_prompt(), kind="confirm", title=title, lines=lines)
        return self._stage.ask(prompt) == "yes"

    def judge(self, title: Text, *lines: Text) -> Reading:
        """Ask whether something is normal."""
        prompt = messages.Prompt(id=self._stage.next_prompt(), kind="judge", title=title, lines=lines)
        t0 = self._bench.clock.now()
        answer = self._stage.ask(prompt)
        verdict, _, remark = answer.partition(" ")
        return Reading(
            raw=remark.strip(),
            value=1.0 if verdict == "yes" else 0.0,
            unit="1",
            flags=("manual",),
            t0=t0,
            t1=self._bench.clock.now(),
        )

    def ask_reading(self, task: HandTask) -> Reading:
        """Have a person read, or set, an instrument without a wire, and say for which point and which reading."""
        point = point_view(self._point, "running", self._number, self._taken)
        return self.enter(
            task.title,
            task.unit,
            *task.lines,
            text(
                N_("{module} {range}, set value {setpoint}"),
                module=point.module,
                range=point.range,
                setpoint=point.setpoint,
            ),
            text(N_("{n} of {of} readings taken"), n=self._taken, of=self._point.readings),
        )

    def enter(self, title: Text, unit: str, *lines: Text) -> Reading:
        """Ask a person for a reading; what cannot be understood is asked again, with the reason."""
        prompt = messages.Prompt(
            id=self._stage.next_prompt(), kind="enter", title=title, lines=lines, unit=unit
        )
        while True:
            t0 = self._bench.clock.now()
            typed = self._stage.ask(prompt)
            try:
                entry = parse_entry(typed, unit)
            except BadInput as error:
                prompt = msgspec.structs.replace(prompt, error=_sentence(error))
                continue
            return Reading(
                raw=typed,
                value=float(entry.value),
                unit=entry.unit,
                flags=("manual",),
                t0=t0,
                t1=self._bench.clock.now(),
            )

    def show(self, state: messages.PointStateName) -> None:
        """Tell the faces the state of the point."""
        self._stage.publish(
            messages.PointChanged(
                job=self._item.job,
                item=self._item.id,
                point=point_view(self._point, state, self._number, self._taken),
            )
        )


def _sentence(error: BadInput) -> Text:
    """Return what is wrong with an entry, in whatever language it is shown."""
    return error.what if isinstance(error.what, Text) else text("{what}", what=error.what)
