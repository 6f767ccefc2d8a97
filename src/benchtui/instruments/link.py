"""One wire: requests wait their turn, an abort does not, safe-off comes first.

A :class:`Link` owns a transport, and a thread. Work is a function that gets a :class:`Wire` and has the wire to
itself while it runs: in the link's thread, or, if the wire is idle and its transport never blocks for longer than it
is told, at once in the thread that asks. Reads and writes are cut into slices of 50 ms, so that wire and caller are
free again at most that long after an abort.

After anything that leaves an answer outstanding the link is *dirty*: before the next request it renews its
transport and lets the driver ask a question whose answer cannot be mistaken (``resynchronise``). Replies come
in the order of the questions, so whatever comes before that answer is old and is thrown away. A late reply
never becomes data.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from benchtui.errors import Aborted, Garbled, InstrumentFailure, Lost, NoReply, Refused
from benchtui.i18n import N_, text
from benchtui.instruments.transport import OPEN_TIMEOUT, Transport
from benchtui.instruments.wire import Wire, aborted

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchtui.instruments.wire_log import WireLog

__all__ = ["Link", "Request", "Wire", "aborted"]

T = TypeVar("T")
_URGENT_OPEN_TIMEOUT = 1.0
_CLOSE_PATIENCE = 1.0


class Request(Generic[T]):
    """Work that has the wire, or waits for it; the first of result, error and abort counts."""

    def __init__(self, work: Callable[[Wire], T], *, urgent: bool) -> None:
        self.work = work
        self.urgent = urgent
        self.stopped = False
        self._lock = threading.Lock()
        # Held until there is an outcome. A bare lock wakes its waiter far sooner than an event does.
        self._pending = threading.Lock()
        self._pending.acquire()
        self._done = False
        self._result: T | None = None
        self._error: Exception | None = None

    def succeed(self, result: T) -> None:
        """Give *result* to the caller, if nothing was before it."""
        self._finish(result, None)

    def fail(self, error: Exception) -> None:
        """Raise *error* at the caller, if nothing was before it."""
        self._finish(None, error)

    def _finish(self, result: T | None, error: Exception | None) -> None:
        with self._lock:
            if not self._done:
                self._done, self._result, self._error = True, result, error
                self._pending.release()

    def stop(self, error: Exception) -> None:
        """Let the work end at its next look, and raise *error* at the caller at once."""
        self.stopped = True
        self.fail(error)

    def wait(self) -> T:
        """Return the result, or raise the error, once there is one."""
        with self._pending:
            pass
        if self._error is not None:
            raise self._error
        return cast("T", self._result)


class Link:
    """The owner of a transport. It is opened once and closed once; connecting again means a new link.

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
        self._prompt: bool = getattr(transport, "prompt", False)
        # The following five belong to the thread that has the wire.
        self.buffer = bytearray()
        self.dirty = False
        self.torn = False
        self.unsynchronised = 0
        self._connected = False
        self._resynchronise = resynchronise
        self._lock = threading.Lock()
        # The link's thread sleeps on this bare lock while there is nothing to do.
        self._bell = threading.Lock()
        self._bell.acquire()
        self._asleep = False
        self._urgent: deque[Request[object]] = deque()
        self._ordinary: deque[Request[object]] = deque()
        self._current: Request[object] | None = None
        self._aborted = False
        self._closing = False
        self._thread = threading.Thread(target=self._serve, name=f"link {self.address}", daemon=True)
        self._thread.start()

    def open(self, timeout: float = OPEN_TIMEOUT) -> None:
        """Connect. Raises ``Refused``, ``NoReply``, ``Aborted``."""
        self._submit(Request(lambda _: self._connect(timeout), urgent=False))

    def run(self, work: Callable[[Wire], T]) -> T:
        """Carry out *work* when its turn comes; return its result or raise its error.

        Raises
        ------
        Aborted
            :meth:`abort` was called, or a safe-off came first.
        Lost
            The connection is gone; it stays so until the instrument is connected again.
        """
        return self._submit(Request(lambda wire: self._on_clean_wire(wire, work), urgent=False), here=True)

    def run_urgently(self, work: Callable[[Wire], T]) -> T:
        """Carry out *work* before everything else: what runs or waits is given up with ``Aborted``.

        For safe-off alone. It goes out on the connection as it stands, however dirty, once the instrument
        was interrupted where the transport can do that; a connection that is gone is opened again first.
        """
        return self._submit(Request(lambda wire: self._on_any_wire(wire, work), urgent=True))

    def abort(self) -> None:
        """Make every waiting and every future ordinary request raise ``Aborted``; urgent ones go on."""
        with self._lock:
            self._aborted = True
            self._give_up_ordinary()

    def close(self) -> None:
        """Give up what waits, let a safe-off that runs come to its end, disconnect. Never raises."""
        with self._lock:
            self._closing = True
            self._give_up_ordinary()
            self._wake()
        if threading.current_thread() is not self._thread:
            self._thread.join(_CLOSE_PATIENCE)

    def _submit(self, request: Request[T], *, here: bool = False) -> T:
        with self._lock:
            if self._closing:
                raise self._not_connected()
            if request.urgent:
                self._give_up_ordinary()
                self._urgent.append(cast("Request[object]", request))
            elif self._aborted:
                raise aborted(self.address)
            else:
                here = here and self._free()
                if here:
                    self._current = cast("Request[object]", request)
                else:
                    self._ordinary.append(cast("Request[object]", request))
            if not here:
                self._wake()
        if here:
            self._carry_out_here(cast("Request[object]", request))
        return request.wait()

    def _free(self) -> bool:
        """Tell whether the wire is idle and in order, so that work may run in the thread that asks for it.

        That spares two changes of thread, which cost more than the query itself. Whatever may block for longer than a
        slice is left to the link's own thread: opening anew, and transports that do not give way.
        """
        idle = self._current is None and not self._urgent and not self._ordinary
        return idle and self._prompt and self._connected and not self.dirty and not self.torn

    def _carry_out_here(self, request: Request[object]) -> None:
        finished = False
        try:
            self._carry_out(request)
            finished = True
        finally:
            with self._lock:
                if not finished:  # a signal broke in: nobody knows what is under way
                    self.dirty = self.torn = True
                self._current = None
                self._wake()

    def _wake(self) -> None:
        if self._asleep and self._current is None and (self._urgent or self._ordinary or self._closing):
            self._asleep = False
            self._bell.release()

    def _give_up_ordinary(self) -> None:
        waiting = list(self._ordinary)
        self._ordinary.clear()
        if self._current is not None and not self._current.urgent:
            waiting.append(self._current)
        for request in waiting:
            request.stop(aborted(self.address))

    # --- in the thread that has the wire
    def _serve(self) -> None:
        while (request := self._next()) is not None:
            self._carry_out(request)
            with self._lock:
                self._current = None
        self.transport.close()

    def _carry_out(self, request: Request[object]) -> None:
        try:
            result = request.work(Wire(self, request))
        except Exception as error:  # noqa: BLE001 - it is raised in the thread that waits for the answer
            if isinstance(error, (NoReply, Garbled, Aborted)):
                self.dirty = True
            if isinstance(error, (Lost, Refused)):
                self._connected = False
            request.fail(error)
        else:
            request.succeed(result)

    def _next(self) -> Request[object] | None:
        while True:
            with self._lock:
                if self._current is None:
                    if self._urgent:
                        self._current = self._urgent.popleft()
                    elif self._ordinary:
                        self._current = self._ordinary.popleft()
                    if self._current is not None or self._closing:
                        return self._current
                self._asleep = True
            self._bell.acquire()

    def _on_clean_wire(self, wire: Wire, work: Callable[[Wire], T]) -> T:
        if not self._connected:
            raise self._not_connected()
        if self.dirty or self.torn:
            self._renew(OPEN_TIMEOUT)
            self.unsynchronised += 1
            self._resynchronise(wire)
            self.unsynchronised = 0
            self.dirty = False
        result = work(wire)
        wire.expect_silence()
        return result

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
