"""The run of one calibration item: point by point, wire, observe, record, evaluate. Runs in a thread of the engine."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

import msgspec

from benchtui import messages
from benchtui.engine.failures import failure_event, unexpected
from benchtui.engine.ledger import Ledger, LoadedItem
from benchtui.engine.views import point_view, reading_text, result_view, spread_text, time_of_day
from benchtui.engine.workbench import Seat, Workbench
from benchtui.errors import Aborted, BadInput, BenchtuiError
from benchtui.i18n import N_, Text, text
from benchtui.procedures.base import Point, Purpose
from benchtui.quantity import Reading, parse_entry
from benchtui.records import EndState
from benchtui.wiring import Wiring

RunState = Literal["done", "failed", "aborted"]
_log = logging.getLogger(__name__)


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


class ItemRun:
    """One run of an item over *points*, in order."""

    def __init__(
        self,
        stage: Stage,
        bench: Workbench,
        item: LoadedItem,
        points: Sequence[Point],
        stopped: threading.Event,
    ) -> None:
        self._stage = stage
        self._bench = bench
        self._item = item
        self._points = points
        self._stopped = stopped
        self._wired: Wiring | None = None
        self._point = ""
        self._attempt: tuple[int, RunOperator] | None = None

    def __call__(self) -> RunState:
        """Run; never raises. Whatever happens, outputs are off at the end."""
        error = self._measure_all()
        # Before the book-keeping, which may have to wait for the disk, and may fail.
        failure = self._bench.safe_off()
        self._bench.leave()
        self._close_attempt(error)
        state: RunState = "done" if error is None and failure is None else "failed"
        if isinstance(error, Aborted):
            state = "aborted"
            if not self._stopped.is_set():  # else whoever stopped it says why
                what = error.what if isinstance(error.what, Text) else text("{what}", what=error.what)
                self._stage.publish(messages.Note(level="warning", text=what, at=time_of_day()))
        elif error is not None:
            self._fail(error)
        if failure is not None:
            self._fail(failure)
        return state

    def _measure_all(self) -> BenchtuiError | None:
        """Measure point by point; return what ended it early."""
        try:
            # What could not be ended when the record could not be written would stand in the way of its point.
            self._stage.ledger.recover("its end could not be recorded")
            seats = self._bench.occupy(self._item.procedure, self._item.uut, self._stopped)
            standards = self._stage.ledger.keep_standards(seats)
            for point in self._points:
                self._measure(point, seats, standards)
        except Aborted as error:
            return error
        except BenchtuiError as error:
            _log.warning("run of %s failed", self._item.id, exc_info=True)
            return error
        except Exception as error:  # noqa: BLE001 - whatever it is, outputs go off and the technician is told
            _log.exception("run of %s failed", self._item.id)
            return unexpected(error)
        return None

    def _measure(self, point: Point, seats: Mapping[str, Seat], snapshots: Mapping[str, int]) -> None:
        self._stage.wait_for_console()
        self._point = point.key
        self._bench.check_standards(self._item.procedure, point, datetime.now(UTC))
        wiring = self._wiring(point)
        if self._wired is None or wiring.key != self._wired.key:
            self._wire(wiring)
        attempt = self._stage.ledger.begin_attempt(self._item, point, wiring, seats, snapshots)
        operator = RunOperator(
            self._stage, self._bench, self._item, point, attempt.id, attempt.number, self._stopped
        )
        self._bench.ask = operator.ask_reading
        self._attempt = attempt.id, operator
        operator.show("running")
        operator.check()
        self._item.procedure.observe(point, self._bench.roles(), operator)
        observation = self._stage.ledger.observation(attempt.id, point)
        standards = {role: seat.standard for role, seat in seats.items() if seat.standard is not None}
        result = self._item.procedure.evaluate(observation, standards, self._item.uut)
        self._stage.ledger.keep_result(attempt.id, result)
        self._attempt = None
        operator.show("done")
        self._stage.publish(
            messages.ResultReady(
                job=self._item.job, item=self._item.id, result=result_view(result, attempt.number)
            )
        )

    def _wiring(self, point: Point) -> Wiring:
        """Return the wiring of *point* with the most that will be on it while it stands: that is what is confirmed."""
        wiring = self._item.procedure.wiring(point)
        alike = [w for w in map(self._item.procedure.wiring, self._points) if w.key == wiring.key]
        return msgspec.structs.replace(
            wiring, volts=max(w.volts for w in alike), amperes=max(w.amperes for w in alike)
        )

    def _wire(self, wiring: Wiring) -> None:
        """Have the leads connected: with every output off and open before a person touches them."""
        failure = self._bench.safe_off()
        if failure is not None:
            raise failure
        self._wired = None
        prompt = messages.Prompt(
            id=self._stage.next_prompt(),
            kind="wiring",
            title=text(N_("Connect as drawn (figure {figure})"), figure=wiring.figure),
            wiring=wiring,
        )
        if self._stage.ask(prompt) != "yes":
            raise Aborted(text(N_("The wiring was not confirmed.")))
        self._bench.connect_leads(wiring)
        self._stage.ledger.event(
            self._item.job, "wiring-confirmed", {"item": self._item.id, "wiring": wiring}
        )
        self._wired = wiring

    def _close_attempt(self, error: BenchtuiError | None) -> None:
        """End the attempt at hand in the record, if *error* left one half done."""
        if self._attempt is None:
            return
        attempt, operator = self._attempt
        state: EndState = "interrupted" if isinstance(error, Aborted) else "failed"
        try:
            self._stage.ledger.end_attempt(attempt, state, str(error or ""))
        except BenchtuiError:
            _log.warning("the end of an attempt could not be recorded", exc_info=True)
        operator.show(state)

    def _fail(self, error: BenchtuiError) -> None:
        self._stage.publish(failure_event(error))
        self._stage.note(
            self._item.job,
            "failure",
            {"item": self._item.id, "point": self._point, "kind": type(error).__name__, "what": str(error)},
        )


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
    ) -> None:
        self._stage = stage
        self._bench = bench
        self._item = item
        self._point = point
        self._attempt = attempt
        self._number = number
        self._stopped = stopped
        self._values: list[float] = []

    def check(self) -> None:
        """Raise ``Aborted`` if the run is stopped."""
        if self._stopped.is_set():
            raise Aborted(text(N_("The run was stopped.")))

    def take(
        self, role: str, read: Callable[[], Reading], purpose: Purpose, note: Text | None = None
    ) -> Reading:
        """Take one reading for *role*: call *read*, commit it to the record, show it, return it."""
        self.check()
        reading = read()
        self._stage.ledger.keep_reading(self._attempt, role, purpose, reading)
        if purpose == "reading" and reading.sound:
            self._values.append(reading.value)
        self._stage.publish(
            messages.Live(
                job=self._item.job,
                item=self._item.id,
                point=self._point.key,
                role=role,
                value=reading_text(reading),
                unit=reading.unit,
                phase=purpose,
                n=len(self._values),
                of=self._point.readings,
                note=note,
                spread=spread_text(self._values, reading.unit),
            )
        )
        return reading

    def wait(self, seconds: float) -> None:
        """Let *seconds* pass on the bench's clock."""
        if self._bench.clock.wait(seconds, self._stopped):
            self.check()

    def confirm(self, title: Text, *lines: Text) -> bool:
        """Ask yes or no."""
        prompt = messages.Prompt(id=self._stage.next_prompt(), kind="confirm", title=title, lines=lines)
        return self._stage.ask(prompt) == "yes"

    def ask_reading(self) -> Reading:
        """Have a person read the instrument that nobody else can read, and say for which point and which reading."""
        point = point_view(self._point, "running", self._number, len(self._values))
        return self.enter(
            text(N_("Type the reading of the voltmeter, when it is at rest")),
            self._point.unit,
            text(
                N_("{module} {range}, set value {setpoint}"),
                module=point.module,
                range=point.range,
                setpoint=point.setpoint,
            ),
            text(N_("{n} of {of} readings taken"), n=len(self._values), of=self._point.readings),
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
                point=point_view(self._point, state, self._number, len(self._values)),
            )
        )


def _sentence(error: BadInput) -> Text:
    """Return what is wrong with an entry, in whatever language it is shown."""
    return error.what if isinstance(error.what, Text) else text("{what}", what=error.what)
