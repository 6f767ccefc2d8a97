"""The run of one calibration item: point by point, wire, observe, record, evaluate. Runs in a thread of the engine."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal

import msgspec

from benchtui import messages
from benchtui.engine.arming import Arming
from benchtui.engine.failures import failure_event, unexpected
from benchtui.engine.ledger import LoadedItem
from benchtui.engine.operator import RunOperator, Stage
from benchtui.engine.views import result_view, time_of_day
from benchtui.engine.wire_evidence import Overheard, evidence, overhear
from benchtui.engine.workbench import Seat, Workbench
from benchtui.errors import Aborted, BenchtuiError
from benchtui.i18n import N_, Text, text
from benchtui.procedures.base import Candidates, Earlier, Point, Setup
from benchtui.records import EndState
from benchtui.wiring import Wiring

RunState = Literal["done", "failed", "aborted"]
_log = logging.getLogger(__name__)


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
        self._candidates: Candidates = {}
        self._earlier: Earlier = {}
        self._wired: Wiring | None = None
        self._armed = Arming()
        self._point = ""
        self._attempt: tuple[int, RunOperator] | None = None
        self._seats: Mapping[str, Seat] = {}
        self._overheard: tuple[Overheard, ...] = ()

    def __call__(self) -> RunState:
        """Run; never raises. Whatever happens, outputs are off at the end."""
        error = self._measure_all()
        if error is not None and not isinstance(error, Aborted):
            self._overheard = overhear(self._seats)
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
            self._check_room()
            setups = self._setups()
            self._bench.occupy(self._item.procedure, self._item.uut, setups.values(), self._stopped)
            for point in self._points:
                self._measure(point, setups)
        except Aborted as error:
            return error
        except BenchtuiError as error:
            _log.warning("run of %s failed", self._item.id, exc_info=True)
            return error
        except Exception as error:  # noqa: BLE001 - whatever it is, outputs go off and the technician is told
            _log.exception("run of %s failed", self._item.id)
            return unexpected(error)
        return None

    def _check_room(self) -> None:
        job = self._stage.ledger.body(self._item.job).job
        if not job.deviations.strip():
            self._item.procedure.room.check(job.conditions)

    def _setups(self) -> dict[str, Setup]:
        """Choose the standards for all points before anything is connected; one that none is good for is left out."""
        procedure = self._item.procedure
        today = datetime.now(UTC).date()
        self._candidates = self._bench.candidates(procedure, today)
        self._earlier = self._stage.ledger.earlier(self._item)
        setups = {}
        for point in self._points:
            try:
                setups[point.key] = self._choose(point)
            except BenchtuiError:  # it is refused again, and told, when its turn comes
                _log.info("no standard for %s", point.key, exc_info=True)
        return setups

    def _choose(self, point: Point) -> Setup:
        setup = self._item.procedure.choose(point, self._candidates, self._item.uut, self._earlier)
        return msgspec.structs.replace(
            setup, earlier={item: tuple(found) for item, found in self._earlier.items()}
        )

    def _measure(self, point: Point, setups: Mapping[str, Setup]) -> None:
        self._stage.wait_for_console()
        self._point = point.key
        setup = setups.get(point.key) or self._choose(point)
        self._seats = seats = self._bench.seated(self._item.procedure, setup)
        wiring = self._wiring(setup, setups)
        if not self._item.procedure.connects:
            self._wire(wiring, setup, seats)
        self._arm(wiring)
        ledger = self._stage.ledger
        attempt = ledger.begin_attempt(self._item, setup, wiring, seats, ledger.keep_standards(seats))
        operator = RunOperator(
            self._stage,
            self._bench,
            self._item,
            point,
            attempt.id,
            attempt.number,
            self._stopped,
            lambda asked: self._wire(asked, setup, seats),
        )
        self._bench.ask = operator.ask_reading
        self._attempt = attempt.id, operator
        operator.show("running")
        operator.check()
        self._item.procedure.observe(setup, self._bench.roles(seats), operator)
        observation = ledger.observation(self._item, attempt.id, point)
        standards = {role: seat.standard for role, seat in seats.items() if seat.standard is not None}
        outcome = self._item.procedure.evaluate(observation, standards, self._item.uut)
        ledger.keep_result(attempt.id, outcome)
        self._attempt = None
        self._armed.renew()
        operator.show("done")
        self._stage.publish(
            messages.ResultReady(
                job=self._item.job, item=self._item.id, result=result_view(outcome, attempt.number)
            )
        )

    def _wiring(self, setup: Setup, setups: Mapping[str, Setup]) -> Wiring:
        """Return the wiring of a point with the most that will be on it while it stands: that is what is confirmed."""
        wiring = self._item.procedure.wiring(setup)
        alike = [w for w in map(self._item.procedure.wiring, setups.values()) if w.key == wiring.key]
        return msgspec.structs.replace(
            wiring,
            volts=max(w.volts for w in (wiring, *alike)),
            amperes=max(w.amperes for w in (wiring, *alike)),
        )

    def _wire(self, wiring: Wiring, setup: Setup, seats: Mapping[str, Seat]) -> None:
        """Have the leads connected: with every output off and open before a person touches them."""
        if self._wired is not None and wiring.key == self._wired.key:
            return
        failure = self._bench.safe_off()
        if failure is not None:
            raise failure
        self._wired = None
        chosen = self._item.procedure.wiring(setup)
        prompt = messages.Prompt(
            id=self._stage.next_prompt(),
            kind="wiring",
            title=text(N_("Connect as drawn (figure {figure})"), figure=wiring.figure)
            if wiring.connections
            else text(N_("Take all leads away from the unit under test")),
            lines=(setup.reason,) if setup.reason and wiring.key == chosen.key else (),
            wiring=wiring,
        )
        if self._stage.ask(prompt) != "yes":
            raise Aborted(text(N_("The wiring was not confirmed.")))
        self._bench.connect_leads(wiring, seats)
        self._stage.ledger.event(
            self._item.job, "wiring-confirmed", {"item": self._item.id, "wiring": wiring}
        )
        self._wired = wiring
        self._armed.forget()

    def _arm(self, wiring: Wiring) -> None:
        """Before more than 1 kV or 100 A: have the level typed, unless that was done less than a minute ago."""
        prompt = self._armed.prompt(wiring, self._stage.next_prompt)
        while prompt is not None:
            answer = self._stage.ask(prompt)
            if answer == "no":
                raise Aborted(text(N_("The dangerous level was not released.")))
            prompt = self._armed.take(answer, prompt)

    def _close_attempt(self, error: BenchtuiError | None) -> None:
        """End the attempt at hand in the record, if *error* left one half done."""
        if self._attempt is None:
            return
        attempt, operator = self._attempt
        state: EndState = "interrupted" if isinstance(error, Aborted) else "failed"
        try:
            self._stage.ledger.end_attempt(attempt, state, str(error or ""), evidence(self._overheard))
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
