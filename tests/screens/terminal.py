"""A terminal for the console: a real pty, played by pyte, that may send what it likes and may stop reading."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import termios
import time
from typing import TYPE_CHECKING, Self

import pyte

if TYPE_CHECKING:
    from collections.abc import Callable

DEADLINE = 30.0
WHERE_IS_THE_CURSOR = b"\x1b[6n"


class Terminal:
    """Runs a program on a pty of its own; :attr:`screen` shows what a person would see."""

    def __init__(self, argv: list[str], *, columns: int = 80, lines: int = 24, **environment: str) -> None:
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self.bytes_seen = 0
        self.questions = 0
        self.answers = True
        keep = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
        surroundings = {"TERM": "xterm-256color", "LANG": "C.UTF-8", **keep, **environment}
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                os.execvpe(argv[0], argv, surroundings)
            finally:
                os._exit(127)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self._status: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        if self.status() is None:
            os.kill(self.pid, 9)
            os.waitpid(self.pid, 0)
        if self.fd >= 0:
            os.close(self.fd)

    def read(self, seconds: float = 0.05) -> bool:
        """Read what came, for at most *seconds*; tell whether there was anything."""
        if self.fd < 0 or not select.select([self.fd], [], [], seconds)[0]:
            return False
        try:
            received = os.read(self.fd, 65536)
        except OSError:
            return False
        self.bytes_seen += len(received)
        self.questions += received.count(WHERE_IS_THE_CURSOR)
        if self.answers and WHERE_IS_THE_CURSOR in received:
            os.write(self.fd, b"\x1b[1;1R")
        # pyte would print the tail of sequences it does not know: private modes and keyboard protocols
        for private in (b"\x1b[?2026$p", b"\x1b[?2048$p", b"\x1b[>25u", b"\x1b[<u"):
            received = received.replace(private, b"")
        self._stream.feed(received)
        return True

    def text(self) -> str:
        """Return what is on the screen."""
        buffer, columns = self.screen.buffer, range(self.screen.columns)
        return "\n".join("".join(buffer[y][x].data for x in columns) for y in range(self.screen.lines))

    def wait(self, so: Callable[[], bool]) -> None:
        """Read until *so*; fail after a deadline, or when the program ended."""
        end = time.monotonic() + DEADLINE
        while not so():
            if time.monotonic() > end:
                message = f"not seen in time; the screen shows:\n{self.text()}"
                raise AssertionError(message)
            self.read()

    def wait_for(self, words: str) -> None:
        """Read until *words* are on the screen."""
        self.wait(lambda: words in self.text())

    def send(self, keys: bytes) -> None:
        """Type *keys*."""
        os.write(self.fd, keys)

    def hang_up(self) -> None:
        """Close the terminal as a broken line does."""
        os.close(self.fd)
        self.fd = -1

    def status(self) -> int | None:
        """Return the exit status, or None while the program runs; a negative number is a signal."""
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
        return self._status

    def end(self) -> int:
        """Wait for the end of the program and return its status."""
        self.wait(lambda: self.status() is not None)
        status = self.status()
        assert status is not None
        return status
