"""Instruments at the end of a serial line, for the tests: a pseudo-terminal with a handler behind it."""

from __future__ import annotations

import contextlib
import os
import select
import threading
import time
import tty
from collections.abc import Callable
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

Send = Callable[[bytes], None]
Handler = Callable[[bytes, Send], None]


class PtyServer:
    """Serves *handler* on a pseudo-terminal; ``heard`` holds (``time.monotonic()``, bytes) of all that came.

    The slave end is held open, as the adapter of a real port is: clients come and go.
    """

    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.heard: list[tuple[float, bytes]] = []
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.path = os.ttyname(self._slave)
        self._wake, self._waker = os.pipe()
        self._sending = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def resource(self) -> str:
        return f"ASRL{self.path}::INSTR"

    def octets(self) -> bytes:
        return b"".join(chunk for _, chunk in self.heard)

    def send(self, octets: bytes) -> None:
        with self._sending:
            if not self._closed:
                os.write(self._master, octets)

    def when(self, octets: bytes, *, since: float = 0.0, within: float = 5.0) -> float:
        """Return when *octets* had come after *since*; wait for them up to *within* seconds."""
        deadline = time.monotonic() + within
        while True:
            so_far = b""
            for moment, chunk in list(self.heard):
                if moment >= since:
                    so_far += chunk
                    if octets in so_far:
                        return moment
            assert time.monotonic() < deadline, f"{octets!r} did not come; heard {self.octets()!r}"
            time.sleep(0.001)

    def hang_up(self) -> None:
        """Pull the plug: both ends of the line are gone."""
        with self._sending:
            if not self._closed:
                self._closed = True
                os.write(self._waker, b"x")
        self._thread.join(5.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.hang_up()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while not self._closed:
                ready, _, _ = select.select([self._master, self._wake], [], [])
                if self._master in ready:
                    chunk = os.read(self._master, 4096)
                    self.heard.append((time.monotonic(), chunk))
                    self.handler(chunk, self.send)
        for descriptor in (self._master, self._slave, self._wake, self._waker):
            os.close(descriptor)


def lines(terminator: bytes, answer: Callable[[str], bytes | None]) -> Handler:
    """Make a handler of a function that answers whole lines."""
    received = b""

    def handle(chunk: bytes, send: Send) -> None:
        nonlocal received
        received += chunk
        while terminator in received:
            line, _, received = received.partition(terminator)
            reply = answer(line.decode("latin-1"))
            if reply:
                send(reply)

    return handle
