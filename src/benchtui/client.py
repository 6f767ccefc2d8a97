"""A face's end of the line to the engine: connect, start the engine if none runs, send commands, hear events."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import msgspec

from benchtui import messages, platforms
from benchtui.errors import BadInput, EngineLost
from benchtui.i18n import N_, text

START_TIMEOUT = 20.0
ENGINE_LOG = "engine.log"


class EngineClient:
    """A connection to the engine of a workspace, open and attached.

    Use :meth:`connect`, then :meth:`listen` once; commands may be sent from any thread. *welcome* is what the engine
    said first; :meth:`listen` delivers it like every other event.
    """

    def __init__(self, connection: socket.socket, *, control: bool) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._closed = False
        self._lines = connection.makefile("rb")
        self.send(messages.Attach(protocol=messages.PROTOCOL, control=control))
        first = self._event()
        if first is None:
            self.close()
            raise EngineLost(
                text(N_("The engine has just ended.")), hint=text(N_("Start the same command again."))
            )
        if not isinstance(first, messages.Welcome):
            self.close()
            raise EngineLost(
                text(N_("The engine does not speak this version's language.")),
                hint=text(N_("End the engine of the other version, then start again.")),
            )
        self.welcome = first

    @classmethod
    def connect(cls, workspace: Path, bench: Path | None = None, *, control: bool = True) -> Self:
        """Attach to the engine of *workspace*; start one with *bench* if none runs.

        An engine that has nothing to do and another bench, or none, is ended and started with this one.

        Raises
        ------
        EngineLost
            The engine could not be started; the hint names its log.
        BadInput
            The workspace cannot be a folder, or its engine is busy with another bench.
        """
        try:
            workspace.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadInput(
                text(N_("The workspace cannot be made: {reason}."), reason=error.strerror),
                where=str(workspace),
                hint=text(N_("Name a folder in which you may write.")),
            ) from error
        path = platforms.endpoint(workspace)
        client = cls(cls._dial_or_start(workspace, bench, path), control=control)
        if bench is None or client.welcome.bench_file == str(bench.resolve()):
            return client
        if client.welcome.running_job or not client.welcome.controls:
            client.close()  # without Detach: nobody has come to look after that run
            raise BadInput(
                text(N_("The engine of this workspace is busy with another bench.")),
                where=client.welcome.bench_file or str(workspace),
                hint=text(
                    N_("Wait for its run to end and close the other console, or use another workspace.")
                ),
            )
        client.shut_down()
        return cls(cls._dial_or_start(workspace, bench, path), control=control)

    @classmethod
    def _dial_or_start(cls, workspace: Path, bench: Path | None, path: Path) -> socket.socket:
        try:
            return platforms.dial(path)
        except OSError:
            return cls._start(workspace, bench, path)

    @staticmethod
    def _start(workspace: Path, bench: Path | None, path: Path) -> socket.socket:
        argv = [sys.executable, "-m", "benchtui.engine", "--workspace", str(workspace)]
        if bench is not None:
            argv += ["--bench", str(bench.resolve())]
        log = workspace / ENGINE_LOG
        process = platforms.spawn_detached(argv, log)
        deadline = time.monotonic() + START_TIMEOUT
        try:
            while time.monotonic() < deadline:
                try:
                    return platforms.dial(path)
                except OSError:
                    status = process.poll()
                    if status == platforms.HELD_BY_ANOTHER:
                        # An engine that comes up, and will listen soon, or one that is about to end.
                        process = platforms.spawn_detached(argv, log)
                    elif status is not None:
                        break
                    time.sleep(0.02)
        finally:
            platforms.let_go(process)
        raise EngineLost(
            text(N_("The engine did not start: {reason}"), reason=_last_line(log)),
            where=str(workspace),
            hint=text(N_("Its log is {log}."), log=str(log)),
        )

    def send(self, command: messages.Command) -> None:
        """Send *command*; does nothing when the engine is gone, which *on_gone* tells."""
        with contextlib.suppress(OSError), self._lock:
            self._connection.sendall(messages.encode(command))

    def listen(self, on_event: Callable[[messages.Event], None], on_gone: Callable[[], None]) -> None:
        """Deliver events from a thread of their own; *on_gone* is called once when the engine is gone."""
        threading.Thread(
            target=self._read, args=(on_event, on_gone), daemon=True, name="engine-events"
        ).start()

    def _read(self, on_event: Callable[[messages.Event], None], on_gone: Callable[[], None]) -> None:
        on_event(self.welcome)
        while (event := self._event()) is not None:
            on_event(event)
        if not self._closed:
            on_gone()

    def _event(self) -> messages.Event | None:
        """Return the next event; None when the engine is gone, or is one that speaks otherwise."""
        try:
            line = self._lines.readline()
            return messages.decode_event(line) if line.endswith(b"\n") else None
        except (OSError, ValueError, msgspec.MsgspecError):
            return None

    def leave(self) -> None:
        """Hang up on purpose: the run, if one is going, goes on."""
        self.send(messages.Detach())
        self.close()

    def shut_down(self) -> None:
        """End the engine and wait until it is gone. Not for a client that listens."""
        self.send(messages.Shutdown())
        while self._event() is not None:
            pass
        self.close()

    def close(self) -> None:
        """Hang up. Whoever leaves on purpose sends ``Detach`` first; otherwise the engine takes the face for lost."""
        if self._closed:
            return
        self._closed = True
        with contextlib.suppress(OSError), self._lock:
            self._connection.shutdown(socket.SHUT_RDWR)
        self._lines.close()
        self._connection.close()


def _last_line(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1] if lines else ""
