"""A HiSLIP 1.0 instrument in synchronised mode, for the tests (IVI-6.1, table 4: message types).

Any number of clients: each has a session with a message exchange of its own, which a device clear of another client
leaves as it is. Messages of all clients are carried out by the one instrument, one at a time, in the order of their
arrival.
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

_HEADER = struct.Struct("!2sBBIQ")
_INITIALIZE, _INITIALIZE_RESPONSE, _FATAL_ERROR = 0, 1, 2
_DATA, _DATA_END = 6, 7
_CLEAR_COMPLETE, _CLEAR_ACKNOWLEDGE = 8, 9
_ASYNC_MAX_SIZE, _ASYNC_MAX_SIZE_RESPONSE = 15, 16
_ASYNC_INITIALIZE, _ASYNC_INITIALIZE_RESPONSE = 17, 18
_ASYNC_CLEAR, _ASYNC_CLEAR_ACKNOWLEDGE = 19, 23
_TOO_MANY_CLIENTS = 4


class HislipServer:
    """Serves *answer* to each message; ``heard`` holds (``time.monotonic()``, message), ``clears`` counts.

    ``delay`` is waited before each answer, ``on_clear`` called at each device clear. ``by`` holds which session said
    each message of ``heard``, ``cleared`` which sessions were cleared, ``open_sessions`` those that there are. No more
    than ``most`` are given at a time.
    """

    def __init__(self, answer: Callable[[bytes], bytes | None], most: int = 1 << 15) -> None:
        self.answer = answer
        self.most = most
        self.delay = 0.0
        self.on_clear: Callable[[], None] = lambda: None
        self.heard: list[tuple[float, bytes]] = []
        self.by: list[int] = []
        self.clears = 0
        self.cleared: list[int] = []
        self.open_sessions: set[int] = set()
        self._sessions = 0
        self._carrying_out = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._connections: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    @property
    def resource(self) -> str:
        return f"TCPIP::127.0.0.1::hislip0,{self.port}::INSTR"

    def lines(self) -> list[str]:
        return [message.decode("latin-1").rstrip("\r\n") for _, message in list(self.heard)]

    def when(self, line: str, *, since: float = 0.0, within: float = 30.0) -> float:
        """Return when *line* was first heard after *since*; wait for it up to *within* seconds."""
        deadline = time.monotonic() + within
        while True:
            for moment, message in list(self.heard):
                if message.decode("latin-1").rstrip("\r\n") == line and moment >= since:
                    return moment
            assert time.monotonic() < deadline, f"{line} did not come; heard {self.lines()}"
            time.sleep(0.001)

    def drop_clients(self) -> None:
        for connection in list(self._connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._threads[0].join(5.0)
        self.drop_clients()
        for thread in self._threads:
            thread.join(5.0)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connections.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        sessions: list[int] = []
        with connection:
            try:
                self._converse(connection, sessions)
            except OSError:
                return
            finally:
                self.open_sessions.difference_update(sessions)

    def _converse(self, connection: socket.socket, sessions: list[int]) -> None:
        message = b""
        session = 0

        def tell(kind: int, control: int = 0, parameter: int = 0, payload: bytes = b"") -> None:
            connection.sendall(_HEADER.pack(b"HS", kind, control, parameter, len(payload)) + payload)

        while True:
            _, kind, _, parameter, length = _HEADER.unpack(exactly(connection, _HEADER.size))
            payload = exactly(connection, length)
            if kind == _INITIALIZE:
                if len(self.open_sessions) >= self.most:
                    tell(_FATAL_ERROR, _TOO_MANY_CLIENTS, 0, b"too many clients")
                    return
                self._sessions += 1
                session = self._sessions
                sessions.append(session)
                self.open_sessions.add(session)
                tell(_INITIALIZE_RESPONSE, 0, 0x0100 << 16 | self._sessions)
            elif kind == _ASYNC_INITIALIZE:
                session = parameter
                tell(_ASYNC_INITIALIZE_RESPONSE, 0, 0x5454)
            elif kind == _ASYNC_MAX_SIZE:
                tell(_ASYNC_MAX_SIZE_RESPONSE, 0, 0, struct.pack("!Q", 1 << 20))
            elif kind == _ASYNC_CLEAR:
                self.clears += 1
                self.cleared.append(session)
                self.on_clear()
                tell(_ASYNC_CLEAR_ACKNOWLEDGE)
            elif kind == _CLEAR_COMPLETE:
                message = b""
                tell(_CLEAR_ACKNOWLEDGE)
            elif kind in (_DATA, _DATA_END):
                message += payload
                if kind == _DATA_END:
                    with self._carrying_out:
                        self.heard.append((time.monotonic(), message))
                        self.by.append(session)
                        reply = self.answer(message)
                    message = b""
                    if reply is not None:
                        threading.Timer(self.delay, _late(tell, parameter, reply)).start()


def _late(tell: Callable[[int, int, int, bytes], None], parameter: int, reply: bytes) -> Callable[[], None]:
    def send() -> None:
        try:
            tell(_DATA_END, 0, parameter, reply)
        except OSError:
            return

    return send


def exactly(connection: socket.socket, count: int) -> bytes:
    """Return the next *count* bytes; raises ``ConnectionError`` if the other end closes before."""
    received = b""
    while len(received) < count:
        chunk = connection.recv(count - len(received))
        if not chunk:
            raise ConnectionError
        received += chunk
    return received
