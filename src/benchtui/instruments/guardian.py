"""The engine's end of the guardian: start it, arm a source before it is on, disarm it when it is off."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Self

import msgspec

from benchtui import platforms
from benchtui.errors import InstrumentFailure
from benchtui.i18n import N_, text
from benchtui.instruments import guardian_process

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from benchtui.instruments.safe_off import SafeOffRecipe

_ACKNOWLEDGE_TIMEOUT = 2.0
_START_TIMEOUT = 10.0
_END_TIMEOUT = 15.0
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
    """A child process that carries out the safe-off of every armed source as soon as this process ends.

    It has a session of its own, so that neither a terminal that closes nor Ctrl-C reaches it. It helps
    against the end of this process, not against a loss of power or of the network: it is no safety function.

    Parameters
    ----------
    log
        File to which the guardian adds a line for every instrument that it had to switch off.
    """

    def __init__(self, log: Path) -> None:
        self._log = log
        self._process: subprocess.Popen[str] | None = None
        self._acknowledged: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._lock = threading.Lock()

    @property
    def pid(self) -> int | None:
        """Process id of the guardian, None before :meth:`start`."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Start the process; come back when it watches.

        Raises
        ------
        InstrumentFailure
            It does not come up.
        """
        self._process = process = subprocess.Popen(  # noqa: S603 - the argument vector is our own
            [
                sys.executable,
                "-I",
                "-S",
                guardian_process.__file__,
                str(self._log.resolve()),
                str(os.getpid()),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            bufsize=1,
            start_new_session=not platforms.WINDOWS,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        threading.Thread(target=self._listen, args=(process,), name="guardian", daemon=True).start()
        self._await("ready", _START_TIMEOUT)

    def arm(self, name: str, recipe: SafeOffRecipe) -> None:
        """Hand over the safe-off of the source *name*; come back when the guardian has it.

        Only then may the source be switched on.

        Raises
        ------
        InstrumentFailure
            The guardian does not acknowledge: the source must stay off.
        """
        self._ask({"do": "arm", "name": name, "recipe": msgspec.to_builtins(recipe)})

    def disarm(self, name: str) -> None:
        """Say that the outputs of the source *name* are off.

        Raises
        ------
        InstrumentFailure
            The guardian does not acknowledge.
        """
        self._ask({"do": "disarm", "name": name})

    def close(self) -> None:
        """End the guardian; what is still armed it switches off first. Never raises."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None, "the process was started with pipes"
        try:
            process.stdin.close()
            process.wait(_END_TIMEOUT)
        except (OSError, subprocess.TimeoutExpired):
            process.kill()
            process.wait()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, request: dict[str, object]) -> None:
        with self._lock:
            process = self._process
            if process is None or process.stdin is None:
                raise _silent()
            try:
                process.stdin.write(json.dumps(request) + "\n")
                process.stdin.flush()
            except OSError as error:
                raise _silent() from error
            self._await(f"{request['do']} {request['name']}", _ACKNOWLEDGE_TIMEOUT)

    def _await(self, word: str, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        acknowledged = None
        while acknowledged != word:  # an acknowledgement that comes too late belongs to an older request
            try:
                acknowledged = self._acknowledged.get(timeout=max(deadline - time.monotonic(), 0.0))
            except queue.Empty as error:
                raise _silent() from error
            if acknowledged == _GONE:
                raise _silent()

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None, "the process was started with pipes"
        with process.stdout:
            for line in process.stdout:
                self._acknowledged.put(line.rstrip("\n"))
        self._acknowledged.put(_GONE)


def _silent() -> InstrumentFailure:
    return InstrumentFailure(
        text(N_("The guardian process does not answer.")),
        where="guardian",
        hint=text(N_("No source is switched on without it. End the program and start it again.")),
    )
