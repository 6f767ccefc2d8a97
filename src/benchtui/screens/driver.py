"""The terminal driver: survives what terminals in a laboratory do.

* Bytes that are not UTF-8 become U+FFFD; Textual's own driver ends the application.
* The end of the input, when the terminal is gone, ends the console once; Textual's own driver spins.
* A terminal that stops reading never blocks the console: frames are dropped, and the screen is painted anew
  when the terminal reads again; Textual's own driver blocks after 30 frames.
"""

from __future__ import annotations

import codecs
import os
import selectors
import threading
from queue import Empty, Full, Queue
from typing import IO, TYPE_CHECKING, cast

from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.events import CursorPosition

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.message import Message

FRAMES_WAITING = 30
READ_SIZE = 4096


class Writer(threading.Thread):
    """Writes to the terminal in a thread of its own; :meth:`write` never waits."""

    def __init__(self, file: IO[str], on_drained: Callable[[], None]) -> None:
        super().__init__(name="terminal-output", daemon=True)
        self._file = file
        self._on_drained = on_drained
        self._queue: Queue[str | None] = Queue(FRAMES_WAITING)
        self._dropped = False
        self._dead = False

    def write(self, text: str) -> None:
        """Queue *text*, or drop it if the terminal does not keep up."""
        if self._dead:
            return
        try:
            self._queue.put_nowait(text)
        except Full:
            self._dropped = True

    def run(self) -> None:
        """Write what is queued until :meth:`stop`, or until the terminal is gone."""
        try:
            while (text := self._queue.get()) is not None:
                self._file.write(text)
                if self._queue.empty():
                    self._file.flush()
                    if self._dropped:
                        self._dropped = False
                        self._on_drained()
            self._file.flush()
        except OSError:
            self._dead = True

    def stop(self) -> None:
        """End the thread after what is queued; give up on a terminal that does not read."""
        try:
            self._queue.put(None, timeout=0.5)
        except Full:
            self._dead = True
            self._discard()
            return
        self.join(timeout=1.0)

    def _discard(self) -> None:
        while True:
            try:
                self._queue.get_nowait()
            except Empty:
                return


class BenchDriver(LinuxDriver):
    """Textual's driver for Linux with its own reading and writing."""

    _writer: Writer | None = None
    on_sign_of_life: Callable[[bool], None] | None = None
    """Called from the input thread for every event; True if it answers the question where the cursor is."""

    def start_application_mode(self) -> None:
        """Begin to write, then do as Textual does."""
        self._writer = Writer(cast("IO[str]", self._file), self._drained)
        self._writer.start()
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual leaves it untyped

    def write(self, data: str) -> None:
        """Write *data* to the terminal without waiting."""
        if self._writer is not None:
            self._writer.write(data)

    def close(self) -> None:
        """End the writing."""
        if self._writer is not None:
            self._writer.stop()
        super().close()

    def _drained(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._repaint)
        except RuntimeError:
            return  # the loop is closed: nothing is shown any more

    def _repaint(self) -> None:
        self._app.refresh(layout=True, repaint=True)

    def process_message(self, message: Message) -> None:
        """Tell of the sign of life; pass on what is not an answer to our own question."""
        answered = isinstance(message, CursorPosition)
        if self.on_sign_of_life is not None:
            self.on_sign_of_life(answered)
        if not answered:
            super().process_message(message)

    def run_input_thread(self) -> None:
        """Read keys until the end of the input or of the application."""
        decode = codecs.getincrementaldecoder("utf-8")(errors="replace").decode
        parser = XTermParser(self._debug)
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(0.1):
                    try:
                        received = os.read(self.fileno, READ_SIZE)
                    except OSError:
                        received = b""
                    if not received:
                        self._hung_up()
                        break
                    text = decode(received)
                    if text:  # to the parser, nothing would mean the end of the input
                        for event in parser.feed(text):
                            self.process_message(event)
                for event in parser.tick():
                    self.process_message(event)
        try:
            for _event in parser.feed(""):
                pass
        except (EOFError, ParseError):
            return

    def _hung_up(self) -> None:
        lost = getattr(self._app, "terminal_lost", None)
        if lost is not None:
            self._loop.call_soon_threadsafe(lost)
