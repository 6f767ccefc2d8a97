"""The conductor: one run at a time, questions to the operator, outputs off at once, and who is watching."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from benchtui import __version__, messages
from benchtui.engine.failures import failure_event, unexpected
from benchtui.engine.issue import issue
from benchtui.engine.ledger import Ledger
from benchtui.engine.run import ItemRun
from benchtui.engine.server import Face
from benchtui.engine.views import time_of_day
from benchtui.engine.workbench import Workbench
from benchtui.errors import Aborted, BadInput, BenchtuiError
from benchtui.i18n import N_, Text, text
from benchtui.instruments.guardian import Guardian, read_reports
from benchtui.instruments.wire_file import FOLDER, WireRecorder

_log = logging.getLogger(__name__)
RUN_END_TIMEOUT = 30.0
NOTHING = "-"
IDLE = ("", "")


class Faces(Protocol):
    """The consoles and command lines that are attached."""

    def publish(self, event: messages.Event) -> None:
        """Send *event* to every face; never waits."""


class Conductor:
    """Carries out commands of faces and tells them what happens.

    Parameters
    ----------
    workspace
        The folder with the record.
    bench
        The bench file; None for a workspace that is only looked at.
    faces
        Who is attached.

    Notes
    -----
    ``_state`` guards what follows it; nothing is sent and nothing is asked of the record while it is held. The server
    takes it while it holds a lock of its own (:meth:`greeting`), so that the opposite order would be a deadlock.
    """

    def __init__(self, workspace: Path, bench: Path | None, faces: Faces) -> None:
        self.workspace = workspace
        self.ended = threading.Event()
        self._faces = faces
        self.ledger = Ledger(workspace)
        self._guardian_log = workspace / "guardian.log"
        self._guardian = Guardian(self._guardian_log)
        self._guardian.start()
        wires = WireRecorder(workspace / FOLDER)
        self._bench = Workbench(bench, self._guardian, self._show_outputs, wires) if bench else None
        self._state = threading.Condition()
        self._stopped = threading.Event()
        self._closing = False
        self._run: threading.Thread | None = None
        self._running = IDLE
        self._prompt: messages.Prompt | None = None
        self._answer: str | None = None
        self._prompts = 0
        self._outputs = messages.Outputs(on=False)
        self._live: messages.Live | None = None
        self._operators: set[Face] = set()
        self._left_on_purpose = False
        self._showing = threading.Lock()
        self._issuing = threading.Lock()
        self._crash: Text | None = None
        self._recover()

    def _recover(self) -> None:
        """Note what a crash left behind, and what the guardian did about it."""
        interrupted = self.ledger.recover("the engine ended in mid-run")
        guardian = self._guardian_did()
        if interrupted or guardian != NOTHING:
            self._crash = text(
                N_("The program had ended in mid-run. The readings are safe. Guardian: {guardian}"),
                guardian=guardian,
            )
        for job in {row.job: None for row in interrupted}:
            points = ", ".join(f"{row.item} {row.point}" for row in interrupted if row.job == job)
            self.ledger.event(job, "crash-found", {"interrupted": points, "guardian": guardian})
        if guardian != NOTHING and not interrupted:
            self.ledger.event("", "crash-found", {"interrupted": NOTHING, "guardian": guardian})
        self.ledger.event("", "engine-started", {"version": __version__})

    def _guardian_did(self) -> str:
        """Return in words what the guardian switched off since the last start of an engine."""
        starts = self.ledger.archive.events("", "engine-started")
        since = datetime.fromisoformat(starts[-1].at).timestamp() if starts else 0.0
        reports = [report for report in read_reports(self._guardian_log) if report.time > since]
        return (
            "; ".join(
                f"{report.instrument}: {'outputs off' if report.complete else 'NOT COMPLETE'}"
                for report in reports
            )
            or NOTHING
        )

    # ------------------------------------------------------------------------------------------------ faces come, go
    def greeting(self, *, controls: bool) -> Iterable[messages.Event]:
        """Return the state as it stands for a face that has just attached."""
        with self._state:
            job, item = self._running
            prompt, live, outputs = self._prompt, self._live, self._outputs
        yield messages.Welcome(
            protocol=messages.PROTOCOL,
            version=__version__,
            workspace=str(self.workspace),
            bench=self._bench.profile.name if self._bench else "",
            bench_file=str(self._bench.path) if self._bench else "",
            controls=controls,
            virtual=self._bench is not None and self._bench.virtual,
            jobs=self.ledger.summaries(),
            running_job=job,
            running_item=item,
        )
        yield outputs
        if self._crash is not None:
            yield messages.Note(level="warning", text=self._crash, at=time_of_day())
        if job:
            yield self.ledger.environment(job)
            yield self.ledger.job_view(job, item)
            yield self.ledger.item_view(job, item, item)
        if live is not None and job:
            yield live
        if prompt is not None:
            yield messages.Asked(prompt=prompt)

    def attached(self, face: Face) -> None:
        """Let a run go on that waits for an operator: one is there again."""
        if face.controls:
            with self._state:
                self._operators.add(face)
                self._left_on_purpose = False
                self._state.notify_all()

    def left(self, face: Face, *, on_purpose: bool) -> None:
        """Take note that a face has gone.

        A lost one leaves nobody at the bench: what is hazardous goes off at once, and so does what waits for an answer.
        """
        with self._state:
            if face not in self._operators:
                return
            self._operators.discard(face)
            self._left_on_purpose = on_purpose
            alone = self._unattended() and self._outputs.on
            hazard, waiting = alone and self._outputs.hazard, alone and self._prompt is not None
            self._state.notify_all()
        if hazard:
            self._stop_run(text(N_("The console was lost while a hazardous output was on.")))
        elif waiting:
            self._stop_run(_nobody_to_answer())

    def _unattended(self) -> bool:
        return not self._operators and not self._left_on_purpose

    def command(self, face: Face, command: messages.Command) -> None:
        """Carry out *command*; errors go back to the face that sent it."""
        if isinstance(command, messages.Issue):
            # It takes seconds, in which this face must be heard when it switches off.
            threading.Thread(target=self._carry_out, args=(face, command), daemon=True, name="issue").start()
        else:
            self._carry_out(face, command)

    def _carry_out(self, face: Face, command: messages.Command) -> None:
        try:
            if isinstance(command, messages.OutputsOff):
                self._stop_run(text(N_("Outputs were switched off by the operator.")))
            elif isinstance(command, messages.OpenJob):
                face.send(self.ledger.job_view(command.job, self._running_item(command.job)))
            elif isinstance(command, messages.OpenItem):
                face.send(self.ledger.item_view(command.job, command.item, self._running_item(command.job)))
            elif isinstance(command, messages.Issue):
                with self._issuing:
                    face.send(
                        issue(self.ledger, self.workspace, command.job, command.language, Path(command.out))
                    )
            elif face.controls:
                self._act(face, command)
            else:
                face.send(failure_event(_only_watching()))
        except BenchtuiError as error:
            face.send(failure_event(error))
        except Exception as error:  # noqa: BLE001 - whatever it is, the engine lives on and the face is told
            _log.exception("command %s failed", type(command).__name__)
            face.send(failure_event(unexpected(error)))

    def _act(self, face: Face, command: messages.Command) -> None:
        match command:
            case messages.AddJob(path=path):
                number = self.ledger.add_job(Path(path))
                self.publish(messages.Jobs(jobs=self.ledger.summaries()))
                face.send(self.ledger.job_view(number, self._running_item(number)))
            case messages.StartItem(job=job, item=item):
                self._start(job, item, "")
            case messages.RepeatPoint(job=job, item=item, point=point):
                self._start(job, item, point)
            case messages.SkipPoint():
                self._skip(command)
            case messages.Answer(id=number, value=value):
                self._take_answer(number, value)
            case messages.Stop():
                self._stop_run(text(N_("The run was stopped by the operator.")))
            case messages.Shutdown():
                self.ended.set()

    # ---------------------------------------------------------------------------------------------------- run and stop
    @property
    def running(self) -> bool:
        """True while an item runs, also while it waits for a person."""
        return self._running != IDLE

    def _running_item(self, job: str) -> str:
        running, item = self._running
        return item if running == job else ""

    def _start(self, job: str, item: str, point: str) -> None:
        if self._bench is None:
            raise BadInput(
                text(N_("This workspace has no bench.")),
                where=str(self.workspace),
                hint=text(N_("Start it with: benchtui run JOB.toml --bench BENCH.toml --workspace DIR")),
            )
        loaded = self.ledger.item(job, item)
        points = [p for p in loaded.points if p.key == point] if point else self.ledger.open_points(loaded)
        if point and not points:
            raise BadInput(text(N_("The item has no point {point}."), point=point), where=f"{job} {item}")
        if not points:
            raise BadInput(
                text(N_("Every point of this item has a result.")),
                where=f"{job} {item}",
                hint=text(N_("To measure a point once more, select it and repeat it (F6).")),
            )
        with self._state:
            if self._closing:
                raise BadInput(text(N_("The engine is ending.")), hint=text(N_("Start the program again.")))
            if self._running != IDLE:
                raise BadInput(
                    text(N_("Another item is running.")),
                    where=" ".join(self._running),
                    hint=text(N_("Wait for its end, or stop it first.")),
                )
            self._stopped = threading.Event()
            self._running = (job, item)
            run = ItemRun(self, self._bench, loaded, points, self._stopped)
            self._run = threading.Thread(
                target=self._go, args=(run, job, item), daemon=True, name=f"run {item}"
            )
            self._run.start()

    def _skip(self, command: messages.SkipPoint) -> None:
        loaded = self.ledger.item(command.job, command.item)
        reason = command.reason.strip()
        if command.point not in {point.key for point in loaded.points}:
            raise BadInput(
                text(N_("The item has no point {point}."), point=command.point),
                where=f"{command.job} {command.item}",
            )
        if not reason:
            raise BadInput(
                text(N_("A point is left out only with a reason.")),
                where=command.point,
                hint=text(N_("The certificate says which points were left out, and why.")),
            )
        self.ledger.skip(command.job, command.item, command.point, reason)
        running = self._running_item(command.job)
        self.publish(self.ledger.item_view(command.job, command.item, running))
        self.publish(messages.Jobs(jobs=self.ledger.summaries()))

    def _go(self, run: ItemRun, job: str, item: str) -> None:
        self.publish(messages.RunStarted(job=job, item=item))
        self.publish(self.ledger.environment(job))
        state = run()
        with self._state:
            self._running = IDLE
            self._live = None
        self.publish(messages.RunEnded(job=job, item=item, state=state))
        try:
            self.publish(messages.Jobs(jobs=self.ledger.summaries()))
            self.publish(self.ledger.job_view(job, self._running_item(job)))
        except BenchtuiError as error:
            self.publish(failure_event(error))

    def _stop_run(self, why: Text) -> None:
        """Switch everything off at once, then end the run; the bytes go out before anything else is done."""
        job, _ = self._running
        connected = self._bench is not None and self._bench.connected
        failure = self._make_safe()
        # Also when nothing changed: whoever asked for "off" must see that it is so, or why it is not.
        self.publish(failure_event(failure) if failure is not None else self._outputs)
        if job or connected:
            self.publish(messages.Note(level="warning", text=why, at=time_of_day()))
            self.note(job, "outputs-off", {"why": str(why), "failure": str(failure or "")})
        else:
            nothing = text(N_("No instrument is connected: there was nothing to switch off."))
            self.publish(messages.Note(level="info", text=nothing, at=time_of_day()))

    def _make_safe(self) -> BenchtuiError | None:
        """Stop what runs and switch every output off; return the first failure."""
        self._stopped.set()
        failure = None
        if self._bench is not None:
            self._bench.abort()
            failure = self._bench.safe_off()
        with self._state:
            self._state.notify_all()
        return failure

    def note(self, job: str, kind: str, body: dict[str, Any]) -> None:
        """Record that something happened; a record that cannot be written is told to the faces, nothing is raised."""
        try:
            self.ledger.event(job, kind, body)
        except BenchtuiError as error:
            _log.warning("event %s could not be recorded", kind, exc_info=True)
            self.publish(failure_event(error))

    def shut_down(self, reason: str) -> None:
        """End: outputs off, the run ended, the record closed."""
        with self._state:
            self._closing = True
        failure = self._make_safe()
        if failure is not None:
            self.publish(failure_event(failure))
        if self._run is not None:
            self._run.join(RUN_END_TIMEOUT)
        if self._bench is not None:
            self._bench.close()
        self._guardian.close()
        self.note("", "engine-stopped", {"reason": reason})
        self.ledger.close()

    # --------------------------------------------------------------------------------------------- what a run asks for
    def publish(self, event: messages.Event) -> None:
        """Send *event* to all faces, and remember what a later face must be told."""
        if isinstance(event, messages.Live):
            self._live = event
        self._faces.publish(event)
        if isinstance(event, messages.ResultReady):
            self._faces.publish(messages.Jobs(jobs=self.ledger.summaries()))

    def next_prompt(self) -> int:
        """Return a new prompt id."""
        self._prompts += 1
        return self._prompts

    def ask(self, prompt: messages.Prompt) -> str:
        """Put *prompt* to the operator and wait for the answer."""
        with self._state:
            if self._unattended() and self._outputs.on:
                raise Aborted(_nobody_to_answer())
            self._prompt, self._answer = prompt, None
        self.publish(messages.Asked(prompt=prompt))
        with self._state:
            self._state.wait_for(lambda: self._answer is not None or self._stopped.is_set())
            answer, self._prompt = self._answer, None
        self.publish(messages.Settled(id=prompt.id))
        if answer is None or self._stopped.is_set():
            raise Aborted(text(N_("The run was stopped.")))
        return answer

    def _take_answer(self, number: int, value: str) -> None:
        with self._state:
            # The first answer counts: a key that was pressed twice must not answer what comes next.
            if self._prompt is not None and self._prompt.id == number and self._answer is None:
                self._answer = value
                self._state.notify_all()

    def wait_for_console(self) -> None:
        """Return when an operator is there, or has left on purpose.

        A console that was lost leaves nobody to look after the bench: outputs go off between two points and the run
        waits until somebody attaches again.
        """
        with self._state:
            if not self._unattended():
                return
        failure = self._bench.safe_off() if self._bench is not None else None
        if failure is not None:
            raise failure
        self.ledger.event(self._running[0], "console-lost", {})
        with self._state:
            self._state.wait_for(lambda: not self._unattended() or self._stopped.is_set())
        if self._stopped.is_set():
            raise Aborted(text(N_("The run was stopped.")))
        self.ledger.event(self._running[0], "console-back", {})

    def _show_outputs(self, outputs: messages.Outputs) -> None:
        # One after the other, so that the last one sent is the last one noted.
        with self._showing:
            with self._state:
                changed, self._outputs = outputs != self._outputs, outputs
                refused = outputs.hazard and self._unattended()
            if changed:
                self.publish(outputs)
        if refused:
            raise Aborted(text(N_("The console was lost before a hazardous output was switched on.")))


def _nobody_to_answer() -> Text:
    return text(N_("The console was lost while an output was on and an answer was waited for."))


def _only_watching() -> BadInput:
    return BadInput(
        text(N_("This console only watches: another one is in control.")),
        hint=text(N_("Close the other console first.")),
    )
