"""The engine's end of the local socket: one thread listens, one reads each face, one writes to each face."""

from __future__ import annotations

import contextlib
import logging
import queue
import socket
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

import msgspec

from benchtui import messages, platforms
from benchtui.engine.failures import failure_event
from benchtui.errors import BadInput, BenchtuiError
from benchtui.i18n import N_, text

_log = logging.getLogger(__name__)
QUEUE_LENGTH = 10_000
"""Events that may wait for a face that does not read; beyond that the face is dropped, never the run delayed."""


LAST_WORDS = 1.0
"""Seconds for which the end waits until the faces have taken what is queued for them."""
ACCEPT_PAUSE = 0.1
"""Seconds until the next try when the system has no room for another connection."""


class Audience(Protocol):
    """What the server tells of its faces; the conductor listens."""

    def greeting(self, *, controls: bool) -> Iterable[messages.Event]:
        """Return the state as it stands, for a face that has just attached; must not publish."""

    def attached(self, face: Face) -> None:
        """Take note of a face that has got its greeting."""

    def command(self, face: Face, command: messages.Command) -> None:
        """Carry out a command of a face."""

    def left(self, face: Face, *, on_purpose: bool) -> None:
        """Take note that a face has gone; not *on_purpose* means that its terminal or line was lost."""


class Face:
    """A connected console or command line."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._queue: queue.Queue[bytes | None] = queue.Queue(QUEUE_LENGTH)
        self.controls = False
        self.detached = False
        self.written = threading.Event()

    def send(self, event: messages.Event) -> None:
        """Queue *event*; never blocks."""
        try:
            self._queue.put_nowait(messages.encode(event))
        except queue.Full:
            self.drop()

    def drop(self) -> None:
        """End the connection."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def write(self) -> None:
        """Write queued events until the connection ends (body of the writer thread)."""
        try:
            while (line := self._queue.get()) is not None:
                self._connection.sendall(line)
        except OSError:
            pass
        self.written.set()

    def finish(self) -> None:
        """Let the writer thread end when what is queued has been written; then ``written`` is set."""
        try:
            self._queue.put_nowait(None)
        except queue.Full:
            self.drop()


class Server:
    """Accepts faces at the workspace's endpoint."""

    def __init__(self, path: Path, audience: Audience) -> None:
        self._path = path
        self._audience = audience
        self._listener = platforms.listen(path)
        self._faces: set[Face] = set()
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin to accept."""
        threading.Thread(target=self._accept, daemon=True, name="faces").start()

    def publish(self, event: messages.Event) -> None:
        """Send *event* to every face that has attached."""
        with self._lock:
            for face in self._faces:
                face.send(event)

    def faces(self) -> int:
        """Return how many faces are attached."""
        with self._lock:
            return len(self._faces)

    def close(self) -> None:
        """Stop accepting; let what is queued be written; take the endpoint away."""
        self._listener.close()
        self._path.unlink(missing_ok=True)
        with self._lock:
            faces = list(self._faces)
        for face in faces:
            face.finish()
        deadline = time.monotonic() + LAST_WORDS
        for face in faces:
            face.written.wait(max(deadline - time.monotonic(), 0))

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                if self._listener.fileno() < 0:
                    return
                _log.warning("a face could not be accepted", exc_info=True)
                time.sleep(ACCEPT_PAUSE)
                continue
            threading.Thread(target=self._serve, args=(connection,), daemon=True, name="face").start()

    def _serve(self, connection: socket.socket) -> None:
        face = Face(connection)
        writer = threading.Thread(target=face.write, daemon=True, name="face-writer")
        try:
            if not platforms.admit(self._path, connection):
                return
            writer.start()
            with connection.makefile("rb") as lines:
                for line in lines:
                    self._hear(face, line)
        except BenchtuiError as error:
            _log.warning("a face could not be told how things stand", exc_info=True)
            face.send(failure_event(error))
        except (OSError, ValueError, msgspec.MsgspecError):
            _log.info("a face was lost", exc_info=True)
        finally:
            with self._lock:
                known = face in self._faces
                self._faces.discard(face)
            if known:
                self._audience.left(face, on_purpose=face.detached)
            face.finish()
            if writer.is_alive():
                writer.join(timeout=2.0)
            connection.close()

    def _hear(self, face: Face, line: bytes) -> None:
        command = messages.decode_command(line)
        if isinstance(command, messages.Attach):
            if command.protocol != messages.PROTOCOL:
                face.send(failure_event(_other_version()))
                return
            # Under the lock, so that no event slips between the state that the face is told and the events after it.
            with self._lock:
                face.controls = command.control and not any(other.controls for other in self._faces)
                for event in self._audience.greeting(controls=face.controls):
                    face.send(event)
                self._faces.add(face)
            self._audience.attached(face)
        elif isinstance(command, messages.Detach):
            face.detached = True
        else:
            self._audience.command(face, command)


def _other_version() -> BadInput:
    return BadInput(
        text(N_("The engine of this workspace is of another version of the program.")),
        hint=text(N_("Let its run come to an end, end the engine, then start this program again.")),
    )
