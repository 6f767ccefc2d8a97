"""An instrument on a TCP port: any number of clients at a time, one thread each."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
import time
from typing import TYPE_CHECKING, Final

from benchtui.virtualbench.faults import Faults
from benchtui.virtualbench.servers.link import LINES, Framing, Link

if TYPE_CHECKING:
    from benchtui.virtualbench.stand import FrontEnd

__all__ = ["LineServer", "Link"]

LINGER_NOT: Final = struct.pack("ii", 1, 0)
"""SO_LINGER on, 0 s: closing resets the connection."""


class TcpChannel:
    """The bytes of one TCP connection."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = connection

    def receive(self, timeout: float | None) -> bytes | None:
        """Return what came in time; None if the client has left."""
        try:
            if not select.select([self._socket], [], [], timeout)[0]:
                return b""
            return self._socket.recv(4096) or None
        except (OSError, ValueError):
            return None

    def send(self, octets: bytes) -> None:
        """Send."""
        with contextlib.suppress(OSError):
            self._socket.sendall(octets)

    def hang_up(self, *, reset: bool) -> None:
        """Send FIN, or RST."""
        with contextlib.suppress(OSError):
            if reset:
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
                self._socket.close()
            else:
                self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Shut the connection down and close it."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


class LineServer:
    """Serves an instrument to all who connect.

    Parameters
    ----------
    front
        What answers; it locks what its connections share.
    host, port
        Where to listen; port 0 takes any free one.
    framing
        Where commands and answers end.
    faults, identity
        What still goes wrong on the wire; the words by which the instrument's answers name it.

    Raises
    ------
    OSError
        The port is taken or not permitted.
    """

    def __init__(
        self,
        front: FrontEnd,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        framing: Framing = LINES,
        faults: Faults | None = None,
        identity: tuple[str, ...] = (),
    ) -> None:
        self._front = front
        self._framing = framing
        self._faults = faults or Faults()
        self._identity = identity
        self._lock = threading.Lock()
        self._gate = threading.Lock()
        self._links: set[Link] = set()
        self._left = time.monotonic()
        # Bound and never listening: it keeps the port ours while nobody is let in.
        self._reservation = socket.socket()
        self._reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener: socket.socket | None = None
        try:
            self._reservation.bind((host, port))
            self.host = host
            self.port: int = self._reservation.getsockname()[1]
            self._listener = socket.create_server((host, self.port))
        except OSError:
            self._reservation.close()
            raise
        self._acceptor: threading.Thread | None = None
        self._faults.watch(self._door)

    @property
    def resource(self) -> str:
        """The address as a VISA resource string."""
        return f"TCPIP::{self.host}::{self.port}::SOCKET"

    def start(self) -> None:
        """Begin to accept clients."""
        if self._listener is not None:
            self._accept_from(self._listener)

    def idle_since(self) -> float | None:
        """Return the ``time.monotonic()`` since which nobody is connected; None if somebody is."""
        with self._lock:
            return None if self._links else self._left

    def close(self) -> None:
        """Stop listening and cut all clients off."""
        with self._gate:
            self._stop_listening()
        self._reservation.close()
        with self._lock:
            links = list(self._links)
        for link in links:
            link.close()

    def _door(self) -> None:
        """Listen, or do not while the fault ``refuse-connection`` lasts."""
        with self._gate:
            if self._faults.pending("refuse-connection"):
                self._stop_listening()
            elif self._listener is None:
                self._listener = socket.create_server((self.host, self.port))
                self._accept_from(self._listener)

    def _accept_from(self, listener: socket.socket) -> None:
        self._acceptor = threading.Thread(
            target=self._accept, args=(listener,), name=f"accept {self.port}", daemon=True
        )
        self._acceptor.start()

    def _stop_listening(self) -> None:
        """Let nobody in any more; return when the last one who came in is known."""
        listener, self._listener = self._listener, None
        if listener is not None:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        if self._acceptor is not None:
            self._acceptor.join()
            self._acceptor = None

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            link = Link(TcpChannel(connection), self._framing, self._faults, self._identity)
            with self._lock:
                self._links.add(link)
            threading.Thread(
                target=self._serve, args=(link,), name=f"client {self.port}", daemon=True
            ).start()

    def _serve(self, link: Link) -> None:
        try:
            link.serve(self._front)
        finally:
            link.close()
            with self._lock:
                self._links.discard(link)
                self._left = time.monotonic()
