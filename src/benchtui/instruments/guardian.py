"""The engine's end of the guardian: start it, arm a source before it is on, disarm it when it is off."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Self

import msgspec

from benchtui import platforms
from benchtui.errors import InstrumentFailure
from benchtui.i18n import N_, Text, text
from benchtui.instruments import guardian_process

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from benchtui.instruments.safe_off import SafeOffRecipe

_ACKNOWLEDGE_TIMEOUT = 2.0
_START_TIMEOUT = 10.0
_END_TIMEOUT = 15.0
# PyVISA looks for a library by running a compiler and a linker, a maker's library looks for its interfaces.
_VISA_START_TIMEOUT = 60.0
# PyVISA-py waits 5 s for each of the two connections of a HiSLIP session.
_VISA_OPEN_TIMEOUT = 15.0
_GONE = ""


class GuardianStep(msgspec.Struct, frozen=True, kw_only=True):
    """A step that the guardian took, *after* seconds from the moment at which it noticed the engine's end."""

    after: float
    sent: str
    answer: str = ""
    failed: bool = False


class GuardianReport(msgspec.Struct, frozen=True, kw_only=True):
    """What the guardian did to an instrument; *time* in seconds since the epoch on this computer's clock.

    *complete* says that every line left and that every channel that answered was measured to be discharged.
    """

    time: float
    instrument: str
    address: str
    steps: tuple[GuardianStep, ...]
    complete: bool


def read_reports(log: Path) -> tuple[GuardianReport, ...]:
    """Return what guardians noted in *log*, oldest first; a line that was cut off is left out."""
    reports: list[GuardianReport] = []
    if log.is_file():
        for line in log.read_bytes().splitlines():
            try:
                reports.append(msgspec.json.decode(line, type=GuardianReport))
            except msgspec.DecodeError:
                continue
    return tuple(reports)


class Guardian:
    """Child processes that carry out the safe-off of every armed source as soon as this process ends.

    One is there from the start, for sockets and serial lines; it needs nothing but the interpreter. One for what VISA
    alone reaches is started when the first such source is armed. They have sessions of their own, so that neither a
    terminal that closes nor Ctrl-C reaches them. They help against the end of this process, not against a loss of power
    or of the network: they are no safety function.

    Parameters
    ----------
    log
        File to which a line is added for every instrument that had to be switched off.
    """

    def __init__(self, log: Path) -> None:
        self._log = log
        self._plain: _Process | None = None
        self._visa: _Process | None = None
        self._starting = threading.Lock()
        self._watched_by: dict[str, _Process] = {}

    @property
    def pid(self) -> int | None:
        """Process id of the guardian of sockets and serial lines, None before :meth:`start`."""
        return None if self._plain is None else self._plain.pid

    @property
    def visa_pid(self) -> int | None:
        """Process id of the guardian of what VISA reaches, None before the first such source is armed."""
        return None if self._visa is None else self._visa.pid

    def start(self) -> None:
        """Start the process; come back when it watches.

        Raises
        ------
        InstrumentFailure
            It does not come up.
        """
        program = ("-I", "-S", guardian_process.__file__)
        self._plain = _Process(program, self._log, start=_START_TIMEOUT, arm=_ACKNOWLEDGE_TIMEOUT)

    def arm(self, name: str, recipe: SafeOffRecipe) -> None:
        """Hand over the safe-off of the source *name*; come back when the guardian has it, and could carry it out.

        Only then may the source be switched on. The first source that VISA reaches takes the time that the VISA library
        needs to start.

        Raises
        ------
        InstrumentFailure
            The guardian does not acknowledge, or cannot reach the source: it must stay off.
        """
        process = self._for_visa() if recipe.visa else self._plain
        if process is None:
            raise _silent()
        process.arm(name, recipe)
        self._watched_by[name] = process

    def disarm(self, name: str) -> None:
        """Say that the outputs of the source *name* are off.

        Raises
        ------
        InstrumentFailure
            The guardian does not acknowledge.
        """
        process = self._watched_by.pop(name, self._plain)
        if process is None:
            raise _silent()
        process.disarm(name)

    def close(self) -> None:
        """End the guardians; what is still armed they switch off first. Never raises."""
        processes = [process for process in (self._plain, self._visa) if process is not None]
        self._plain = self._visa = None
        self._watched_by.clear()
        for process in processes:
            process.finish()
        for process in processes:
            process.wait()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _for_visa(self) -> _Process:
        with self._starting:
            if self._visa is None:
                program = ("-P", "-m", "benchtui.instruments.guardian_visa")
                self._visa = _Process(program, self._log, start=_VISA_START_TIMEOUT, arm=_VISA_OPEN_TIMEOUT)
            return self._visa


class _Refusal(msgspec.Struct, frozen=True):
    """Why a source is not armed, in the guardian's words."""

    what: Text


class _Process:
    """A guardian process that watches, and the pipes to it.

    Parameters
    ----------
    program
        What the interpreter is to run, and how.
    log
        File for its reports.
    start, arm
        Longest time in seconds that it may take to come up, and to have a source armed.

    Raises
    ------
    InstrumentFailure
        It does not come up.
    """

    def __init__(self, program: tuple[str, ...], log: Path, *, start: float, arm: float) -> None:
        self._arm_timeout = arm
        self._acknowledged: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._process = subprocess.Popen(  # noqa: S603 - the argument vector is our own
            [sys.executable, *program, str(log.resolve()), str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            bufsize=1,
            start_new_session=not platforms.WINDOWS,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        threading.Thread(target=self._listen, name="guardian", daemon=True).start()
        try:
            self._await("ready", start)
        except InstrumentFailure:
            self._process.kill()
            self.finish()
            self.wait()
            raise

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def arm(self, name: str, recipe: SafeOffRecipe) -> None:
        """Hand over a safe-off; raises ``InstrumentFailure`` if it is not acknowledged."""
        request = {"do": "arm", "name": name, "recipe": msgspec.to_builtins(recipe)}
        failure = self._ask(request, self._arm_timeout)
        if failure:
            refusal = msgspec.json.decode(failure, type=_Refusal)
            raise InstrumentFailure(
                refusal.what,
                where=recipe.visa,
                hint=text(
                    N_(
                        "{name} stays off: the guardian must reach it too, to switch it off when the program dies. "
                        "Check cable and address; end other programs that use it."
                    ),
                    name=name,
                ),
            )

    def disarm(self, name: str) -> None:
        """Take a safe-off back; raises ``InstrumentFailure`` if that is not acknowledged."""
        self._ask({"do": "disarm", "name": name}, _ACKNOWLEDGE_TIMEOUT)

    def finish(self) -> None:
        """Tell the process that this one ends."""
        assert self._process.stdin is not None, "the process was started with pipes"
        with suppress(OSError):
            self._process.stdin.close()

    def wait(self) -> None:
        """Wait for the end of a process that was told to finish; one that does not end is killed."""
        try:
            self._process.wait(_END_TIMEOUT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _ask(self, request: dict[str, object], timeout: float) -> str:
        """Return why *request* is refused, empty if it is carried out."""
        with self._lock:
            assert self._process.stdin is not None, "the process was started with pipes"
            try:
                self._process.stdin.write(json.dumps(request) + "\n")
                self._process.stdin.flush()
            except (OSError, ValueError) as error:  # ValueError: it was closed on our side
                raise _silent() from error
            return self._await(f"{request['do']} {request['name']}", timeout)

    def _await(self, word: str, timeout: float) -> str:
        deadline = time.monotonic() + timeout
        acknowledged, failure = None, ""
        while acknowledged != word:  # an acknowledgement that comes too late belongs to an older request
            try:
                line = self._acknowledged.get(timeout=max(deadline - time.monotonic(), 0.0))
            except queue.Empty as error:
                raise _silent() from error
            if line == _GONE:
                self._acknowledged.put(_GONE)  # it stays gone
                raise _silent()
            acknowledged, _, failure = line.partition("\t")
        return failure

    def _listen(self) -> None:
        assert self._process.stdout is not None, "the process was started with pipes"
        with self._process.stdout:
            for line in self._process.stdout:
                self._acknowledged.put(line.rstrip("\n"))
        self._acknowledged.put(_GONE)


def _silent() -> InstrumentFailure:
    return InstrumentFailure(
        text(N_("The guardian process does not answer.")),
        where="guardian",
        hint=text(N_("No source is switched on without it. End the program and start it again.")),
    )
