"""A job without the console: the same engine, followed line by line, questions answered by a person or by the hands."""

from __future__ import annotations

import queue
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, NoReturn, TextIO, TypeVar

from benchtui import messages
from benchtui.client import EngineClient
from benchtui.errors import BadInput, BenchtuiError, EngineLost
from benchtui.i18n import N_, _, render, text
from benchtui.profiles import Job, load
from benchtui.quantity import NBSP
from benchtui.wiring import Wiring

Answerer = Callable[[messages.Prompt], str]
E = TypeVar("E", bound=messages.Event)
YES = frozenset({"", "y", "yes", "是"})
NO = frozenset({"n", "no", "否"})
_Inbox = queue.SimpleQueue[messages.Event | None]


class Runner:
    """Follows one engine.

    Parameters
    ----------
    client
        An attached connection, not yet listened to.
    mode
        ``headless`` answers wiring questions with yes, which only a virtual bench accepts; ``plain`` asks on *ask*.
    out
        Where progress goes.
    ask
        Where a person's answers come from, in plain mode.
    """

    def __init__(
        self, client: EngineClient, mode: Literal["headless", "plain"], out: TextIO, ask: TextIO = sys.stdin
    ) -> None:
        self._client = client
        self._mode = mode
        self._out = out
        self._ask = ask
        self._inbox: _Inbox = queue.SimpleQueue()
        self._columns: dict[str, str] = {}
        client.listen(self._inbox.put, lambda: self._inbox.put(None))
        self.welcome = self._expect(messages.Welcome)
        if mode == "headless" and not self.welcome.virtual:
            raise BadInput(
                text(N_("A job without a person runs only on a virtual bench.")),
                where=self.welcome.bench or self.welcome.workspace,
                hint=text(N_("Use --plain to answer the questions here, or the console.")),
            )

    def add(self, job: Path) -> messages.JobOpened:
        """Bring the work order at *job* into the workspace. Raises what the engine refuses it with."""
        if not self.welcome.controls:
            raise BadInput(
                text(N_("Another console is in control of this workspace.")),
                where=self.welcome.workspace,
                hint=text(N_("Close it, then start again.")),
            )
        number = load(job, Job).number
        self._client.send(messages.AddJob(path=str(job.resolve())))
        # What is told first may be the job that the engine has in hand.
        while (opened := self._expect(messages.JobOpened)).number != number:
            pass
        return opened

    def run(self, job: messages.JobOpened) -> int:
        """Run the items of *job* that are not done; return the exit status."""
        status = 0
        if all(item.state == "done" for item in job.items):
            self._say(_("Every point of this job has a result."))
        for item in job.items:
            if item.state == "done":
                continue
            self._say(f"{item.clause} {render(item.title)}  {item.points_done}/{item.points}")
            status = self._run_item(job.number, item.id) or status
            if status == 130:
                break
        return status

    def issue(self, job: str, language: messages.Language, out: Path) -> messages.Issued:
        """Have certificate and record written to *out*."""
        self._client.send(messages.Issue(job=job, language=language, out=str(out.resolve())))
        return self._expect(messages.Issued)

    def shut_down(self) -> None:
        """End the engine, which switches everything off first, and wait until it is gone; only hang up as a watcher."""
        if self.welcome.controls:
            self._client.send(messages.Shutdown())
            while self._inbox.get() is not None:
                pass
        self._client.close()

    # ----------------------------------------------------------------------------------------------------- the events
    def _run_item(self, job: str, item: str) -> int:
        started = (self.welcome.running_job, self.welcome.running_item) == (job, item)
        if not started:
            self._client.send(messages.StartItem(job=job, item=item))
        status = 0
        for event in self._events():
            match event:
                case messages.Asked(prompt=prompt):
                    answer = self._answer(prompt)
                    # Whoever answered has gone: nobody is left to look after the bench.
                    self._client.send(
                        messages.Stop() if answer is None else messages.Answer(id=prompt.id, value=answer)
                    )
                case messages.Failure():
                    self._say(failure_text(event))
                    status = event.exit_status
                    if not started:
                        return status  # it was refused, so no end of it will come
                case messages.RunStarted():
                    started = True
                case messages.Note(text=words, at=at):
                    self._say(f"{at}  {render(words)}")
                case messages.Live() if self._mode == "plain":
                    self._say(f"  {event.phase} {event.n}/{event.of}  {event.value}{NBSP}{event.unit}")
                case messages.ResultReady(result=result):
                    self._say(result_text(result))
                case messages.RunEnded(state=state):
                    return {"aborted": 130, "failed": status or 1, "done": status}[state]
        raise AssertionError

    def _events(self) -> Iterator[messages.Event]:
        while (event := self._inbox.get()) is not None:
            yield event
        self._inbox.put(None)  # gone for whoever asks next, too
        self._gone()

    def _expect(self, kind: type[E]) -> E:
        for event in self._events():
            if isinstance(event, kind):
                return event
            if isinstance(event, messages.Failure):
                raise RemoteFailure(event)
        raise AssertionError

    @staticmethod
    def _gone() -> NoReturn:
        raise EngineLost(
            text(N_("The engine ended unexpectedly.")),
            hint=text(
                N_(
                    "No reading that was shown is lost. Start the same command again: it goes on where it was."
                )
            ),
        )

    def _answer(self, prompt: messages.Prompt) -> str | None:
        """Return the answer to *prompt*; None at the end of the input."""
        self._say(f"* {render(prompt.title)}")
        for line in wiring_lines(prompt.wiring) if prompt.wiring else ():
            self._say(f"    {line}")
        for note in (*prompt.lines, *(prompt.wiring.notes if prompt.wiring else ())):
            self._say(f"    {render(note)}")
        if prompt.error is not None:
            self._say(f"    {render(prompt.error)}")
        if self._mode == "headless":
            return prompt.expected or "yes"
        expected = prompt.unit or prompt.expected or _("Enter = yes, n = no")
        while True:
            print(f"    [{expected}] > ", end="", file=self._out, flush=True)
            typed = self._ask.readline()
            if not typed:
                return None
            typed = typed.strip()
            if prompt.kind in ("enter", "arm"):
                return typed
            if prompt.kind == "judge":
                verdict, _space, remark = typed.partition(" ")
                if verdict.casefold() in YES | NO:
                    return f"{'yes' if verdict.casefold() in YES else 'no'} {remark}".strip()
                continue
            # What is neither yes nor no must not switch anything on: it is asked again.
            if typed.casefold() in YES | NO:
                return "yes" if typed.casefold() in YES else "no"

    def _say(self, line: str) -> None:
        print(line, file=self._out, flush=True)


class RemoteFailure(BenchtuiError):
    """An error that the engine reported; it keeps the engine's sentences and exit status."""

    def __init__(self, event: messages.Failure) -> None:
        super().__init__(event.what, where=event.where, hint=event.hint)
        self.status = event.exit_status


def wiring_lines(wiring: Wiring) -> list[str]:
    """Return one line a lead: ``uut MPSMU Force ── standard HI``."""
    lines = []
    for lead in wiring.connections:
        ends = [
            " ".join(p for p in (t.role, t.module, t.label or t.terminal) if p)
            for t in (lead.start, lead.end)
        ]
        lines.append(" ── ".join(ends))
    if wiring.hazardous:
        lines.append(_("DANGER: up to {volts} V while measuring.").replace("{volts}", f"{wiring.volts:g}"))
    if wiring.interlock:
        lines.append(_("Close the fixture: the interlock is checked."))
    return lines


def result_text(result: messages.ResultView) -> str:
    """Return a result in one line."""
    if "error" not in result.cells:
        return f"  {'  '.join(result.cells.values())}"
    cells = [cell for key, cell in result.cells.items() if key not in {"error", "U"}]
    return f"  {'  '.join(cells)}  {result.cells['error']} ± {result.cells['U']} (k = {result.k})"


def failure_text(event: messages.Failure) -> str:
    """Return a failure in one to three lines: what, where, what to try."""
    lines = [f"! {render(event.what)}"]
    if event.where:
        lines.append(f"    {_('where')}: {event.where}")
    if event.hint.msgid and str(event.hint):
        lines.append(f"    {_('try')}: {render(event.hint)}")
    return "\n".join(lines)
