"""One wire, one thread: requests wait their turn, an abort does not, safe-off comes first.

A :class:`Link` owns a transport and the only thread that touches it. Work is a function that gets a
:class:`Wire` and runs in that thread. Reads and writes are cut into slices of 50 ms, so that the thread is
free again at most that long after an abort; the caller who waits for the answer is freed at once.

After anything that leaves an answer outstanding the link is *dirty*: before the next request it renews its
transport and lets the driver ask a question whose answer cannot be mistaken (``resynchronise``). Replies come
in the order of the questions, so whatever comes before that answer is old and is thrown away. A late reply
never becomes data.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from benchtui.errors import Aborted, BenchtuiError, Garbled, InstrumentFailure, Lost, NoReply, Refused
from benchtui.i18n import N_, text
from benchtui.instruments.transport import OPEN_TIMEOUT, SLICE, Transport

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchtui.instruments.wire_log import WireLog

T = TypeVar("T")
_SEND_TIMEOUT = 2.0
_URGENT_OPEN_TIMEOUT = 1.0
_CLOSE_PATIENCE = 1.0


class Wire:
    """What work in the link's thread may do with the bytes; valid only while that work runs."""

    def __init__(self, link: Link, stopped: threading.Event) -> None:
        self._link = link
        self._stopped = stopped

    @property
    def address(self) -> str:
        """The address as a technician reads it."""
        return self._link.address

    @property
    def dirty(self) -> bool:
        """True if an answer to an earlier question may still come."""
        return self._link.dirty

    @property
    def doubtful(self) -> bool:
        """True if the question that resynchronises was asked before, and its answer may come twice."""
        return self._link.unsynchronised > 1

    def send(self, frame: bytes) -> None:
        """Send all of *frame*.

        Raises
        ------
        Lost, Aborted
        NoReply
            The instrument takes no more bytes.
        """
        self._check()
        deadline = time.monotonic() + _SEND_TIMEOUT
        rest = frame
        while rest:
            try:
                taken = self._link.transport.send(rest, SLICE)
                if not taken:
                    self._check()
                    if time.monotonic() >= deadline:
                        raise NoReply(
                            text(N_("The instrument takes no more bytes.")),
                            where=self.address,
                            hint=text(N_("It hangs: switch it off and on, then connect again.")),
                        )
            except BenchtuiError:
                self._link.torn = len(rest) < len(frame)
                raise
            self._link.log.add("out", rest[:taken])
            rest = rest[taken:]

    def receive_until(self, terminator: bytes, *, limit: int, timeout: float) -> bytes:
        """Return the bytes up to *terminator*, without it.

        Parameters
        ----------
        terminator
            The bytes that end a reply.
        limit
            Largest length in bytes of a reply that is believed.
        timeout
            Longest time in seconds until the reply is complete.

        Raises
        ------
        NoReply
            It was not complete in time.
        Garbled
            It is longer than *limit*.
        Lost, Aborted
        """
        try:
            return self._receive_line(terminator, limit, timeout)
        except (NoReply, Garbled, Aborted):
            self._link.dirty = True
            raise

    def receive_exactly(self, count: int, timeout: float) -> bytes:
        """Return *count* bytes, whatever they are.

        Raises
        ------
        NoReply
            They were not all there in time.
        Lost, Aborted
        """
        deadline = time.monotonic() + timeout
        buffer = self._link.buffer
        try:
            while len(buffer) < count:
                self._receive_more(deadline, timeout)
        except (NoReply, Aborted):
            self._link.dirty = True
            raise
        block = bytes(buffer[:count])
        del buffer[:count]
        return block

    def await_silence(self, seconds: float, *, limit: float) -> None:
        """Throw away, and log, what comes, until nothing came for *seconds*; after *limit* seconds go on regardless.

        Raises
        ------
        Lost, Aborted
        """
        deadline = time.monotonic() + limit
        self.discard_stale()
        quiet_since = time.monotonic()
        while (now := time.monotonic()) < min(quiet_since + seconds, deadline):
            self._check()
            chunk = self._link.transport.receive(min(quiet_since + seconds - now, SLICE))
            if chunk:
                self._link.log.add("stale", chunk)
                quiet_since = time.monotonic()

    def _receive_more(self, deadline: float, timeout: float) -> None:
        self._check()
        left = deadline - time.monotonic()
        if left <= 0:
            raise self._no_reply(timeout, bytes(self._link.buffer))
        chunk = self._link.transport.receive(min(left, SLICE))
        self._link.log.add("in", chunk)
        self._link.buffer += chunk

    def _receive_line(self, terminator: bytes, limit: int, timeout: float) -> bytes:
        deadline = time.monotonic() + timeout
        buffer = self._link.buffer
        while (end := buffer.find(terminator)) < 0 and len(buffer) <= limit:
            self._receive_more(deadline, timeout)
        if end < 0 or end > limit:
            start = bytes(buffer[:80]).decode("latin-1")
            buffer.clear()
            raise Garbled(
                text(N_("The answer does not end after {limit} bytes."), limit=limit),
                raw=start,
                where=self.address,
                hint=text(N_("Check that the profile names the right terminators for this instrument.")),
            )
        line = bytes(buffer[:end])
        del buffer[: end + len(terminator)]
        return line

    def discard_stale(self) -> None:
        """Throw away, and log, what came without being asked for."""
        stale = bytes(self._link.buffer)
        self._link.buffer.clear()
        self._link.log.add("stale", stale + self._link.transport.flush())

    def settled(self) -> None:
        """Say that no older answer can come any more: the one just read belongs to the last question."""
        self._link.dirty = False

    def _check(self) -> None:
        if self._stopped.is_set():
            raise aborted(self.address)

    def _no_reply(self, timeout: float, partial: bytes) -> NoReply:
        seconds = f"{timeout:g}"
        what = (
            text(
                N_("Only a part of the answer came within {seconds} s: {part}"),
                seconds=seconds,
                part=repr(partial[:80])[1:],
            )
            if partial
            else text(N_("No answer came within {seconds} s."), seconds=seconds)
        )
        return NoReply(
            what,
            where=self.address,
            hint=text(N_("Check that the instrument is ready, not in local, not busy.")),
        )


class _Request(Generic[T]):
    """Work on its way to the link's thread; the first of result, error and abort counts."""

    def __init__(self, work: Callable[[Wire], T], *, urgent: bool) -> None:
        self.work = work
        self.urgent = urgent
        self.stopped = threading.Event()
        self._done = threading.Event()
        self._lock = threading.Lock()
        self._result: T | None = None
        self._error: Exception | None = None

    def succeed(self, result: T) -> None:
        with self._lock:
            if not self._done.is_set():
                self._result = result
                self._done.set()

    def fail(self, error: Exception) -> None:
        with self._lock:
            if not self._done.is_set():
                self._error = error
                self._done.set()

    def stop(self, error: Exception) -> None:
        self.stopped.set()
        self.fail(error)

    def wait(self) -> T:
        self._done.wait()
        if self._error is not None:
            raise self._error
        return cast("T", self._result)


class Link:
    """The thread that owns a transport. It is opened once and closed once; connecting again means a new link.

    Parameters
    ----------
    transport
        The way to the instrument; the link alone uses it from now on.
    log
        Where the bytes are noted.
    resynchronise
        Called in the link's thread, the transport renewed, before a dirty link is used again: it must come
        back only when no older answer can arrive any more.
    """

    def __init__(self, transport: Transport, log: WireLog, resynchronise: Callable[[Wire], None]) -> None:
        self.transport = transport
        self.address = transport.address
        self.log = log
        # The following five belong to the link's thread.
        self.buffer = bytearray()
        self.dirty = False
        self.torn = False
        self.unsynchronised = 0
        self._connected = False
        self._resynchronise = resynchronise
        self._condition = threading.Condition()
        self._urgent: deque[_Request[object]] = deque()
        self._ordinary: deque[_Request[object]] = deque()
        self._current: _Request[object] | None = None
        self._aborted = False
        self._closing = False
        self._thread = threading.Thread(target=self._serve, name=f"link {self.address}", daemon=True)
        self._thread.start()

    def open(self, timeout: float = OPEN_TIMEOUT) -> None:
        """Connect. Raises ``Refused``, ``NoReply``, ``Aborted``."""
        self._submit(_Request(lambda _: self._connect(timeout), urgent=False))

    def run(self, work: Callable[[Wire], T]) -> T:
        """Carry out *work* when its turn comes; return its result or raise its error.

        Raises
        ------
        Aborted
            :meth:`abort` was called, or a safe-off came first.
        Lost
            The connection is gone; it stays so until the instrument is connected again.
        """
        return self._submit(_Request(lambda wire: self._on_clean_wire(wire, work), urgent=False))

    def run_urgently(self, work: Callable[[Wire], T]) -> T:
        """Carry out *work* before everything else: what runs or waits is given up with ``Aborted``.

        For safe-off alone. It goes out on the connection as it stands, however dirty, once the instrument
        was interrupted where the transport can do that; a connection that is gone is opened again first.
        """
        return self._submit(_Request(lambda wire: self._on_any_wire(wire, work), urgent=True))

    def abort(self) -> None:
        """Make every waiting and every future ordinary request raise ``Aborted``; urgent ones go on."""
        with self._condition:
            self._aborted = True
            self._give_up_ordinary()

    def close(self) -> None:
        """Give up what waits, let a safe-off that runs come to its end, disconnect. Never raises."""
        with self._condition:
            self._closing = True
            self._give_up_ordinary()
            self._condition.notify()
        if threading.current_thread() is not self._thread:
            self._thread.join(_CLOSE_PATIENCE)

    def _submit(self, request: _Request[T]) -> T:
        with self._condition:
            if self._closing:
                raise self._not_connected()
            if request.urgent:
                self._give_up_ordinary()
                self._urgent.append(cast("_Request[object]", request))
            elif self._aborted:
                raise aborted(self.address)
            else:
                self._ordinary.append(cast("_Request[object]", request))
            self._condition.notify()
        return request.wait()

    def _give_up_ordinary(self) -> None:
        waiting = list(self._ordinary)
        self._ordinary.clear()
        if self._current is not None and not self._current.urgent:
            waiting.append(self._current)
        for request in waiting:
            request.stop(aborted(self.address))

    # --- in the link's thread
    def _serve(self) -> None:
        while (request := self._next()) is not None:
            try:
                result = request.work(Wire(self, request.stopped))
            except Exception as error:  # noqa: BLE001 - it is raised in the thread that waits for the answer
                if isinstance(error, (NoReply, Garbled, Aborted)):
                    self.dirty = True
                if isinstance(error, (Lost, Refused)):
                    self._connected = False
                request.fail(error)
            else:
                request.succeed(result)
        self.transport.close()

    def _next(self) -> _Request[object] | None:
        with self._condition:
            self._current = None
            while not (self._urgent or self._ordinary or self._closing):
                self._condition.wait()
            if self._urgent:
                self._current = self._urgent.popleft()
            elif self._ordinary:
                self._current = self._ordinary.popleft()
            return self._current

    def _on_clean_wire(self, wire: Wire, work: Callable[[Wire], T]) -> T:
        if not self._connected:
            raise self._not_connected()
        if self.dirty or self.torn:
            self._renew(OPEN_TIMEOUT)
            self.unsynchronised += 1
            self._resynchronise(wire)
            self.unsynchronised = 0
            self.dirty = False
        return work(wire)

    def _on_any_wire(self, wire: Wire, work: Callable[[Wire], T]) -> T:
        # Half a command line on the wire would swallow the safe-off command that follows it.
        if not self._connected:
            self._connect(_URGENT_OPEN_TIMEOUT)
        elif self.torn:
            self._renew(_URGENT_OPEN_TIMEOUT)
        elif self.dirty:
            self.transport.interrupt()
        return work(wire)

    def _connect(self, timeout: float) -> None:
        self._connected = False
        self.transport.open(timeout)
        self.buffer.clear()
        self.torn = False
        self._connected = True

    def _renew(self, timeout: float) -> None:
        self._connected = False
        self.transport.renew(timeout)
        self.buffer.clear()
        self.torn = False
        self._connected = True

    def _not_connected(self) -> InstrumentFailure:
        return Lost(
            text(N_("The instrument is not connected.")),
            where=self.address,
            hint=text(N_("Connect it again; its settings are made anew.")),
        )


def aborted(where: str) -> Aborted:
    """Return the error of work that a person, or a safe-off, stopped."""
    return Aborted(text(N_("Stopped.")), where=where)
