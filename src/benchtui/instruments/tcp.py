"""TCP connections to instruments and gateways that speak over a raw socket."""

from __future__ import annotations

import select
import socket
from typing import TYPE_CHECKING

from benchtui.errors import InstrumentFailure, Lost, NoReply, Refused
from benchtui.i18n import N_, text

if TYPE_CHECKING:
    from collections.abc import Callable

_CHUNK = 65536


class TcpTransport:
    """A TCP connection over IPv4 or IPv6; small commands leave at once (``TCP_NODELAY``).

    Parameters
    ----------
    host
        Name or address, an IPv6 address without brackets.
    port
        TCP port.
    """

    prompt = True
    """No call blocks for longer than it is told, but for opening."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self._socket: socket.socket | None = None
        self._readable: Callable[[float], bool] = _nothing

    @property
    def address(self) -> str:
        """The address as a technician reads it."""
        return f"{self.host} port {self.port}"

    def open(self, timeout: float) -> None:
        """Connect; a connection that is open is closed first."""
        self.close()
        try:
            connection = socket.create_connection((self.host, self.port), timeout=timeout)
        except TimeoutError as error:
            raise NoReply(
                text(N_("The address does not react within {seconds} s."), seconds=f"{timeout:g}"),
                where=self.address,
                hint=text(
                    N_("Check that the instrument or gateway at {host} is switched on, and its cable."),
                    host=self.host,
                ),
            ) from error
        except socket.gaierror as error:
            raise Refused(
                text(N_("The host name is not known.")),
                where=self.address,
                hint=text(
                    N_("Check the spelling of {host} in the bench file, or write its IP address."),
                    host=self.host,
                ),
            ) from error
        except ConnectionRefusedError as error:
            raise Refused(
                text(N_("The connection is refused: nobody listens there.")),
                where=self.address,
                hint=text(
                    N_("Check that the instrument at {host} is switched on and that {port} is its port."),
                    host=self.host,
                    port=self.port,
                ),
            ) from error
        except (OSError, UnicodeError) as error:
            raise Refused(
                text(N_("The address cannot be reached: {reason}."), reason=_reason(error)),
                where=self.address,
                hint=text(N_("Check the network cable and the address {host}."), host=self.host),
            ) from error
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        # Never in a blocking call: waiting apart costs one call to the system and not three.
        connection.settimeout(0.0)
        self._socket = connection
        self._readable = _waiter(connection)

    def send(self, frame: bytes, timeout: float) -> int:
        """Hand bytes to the operating system; return how many it took."""
        connection = self._open_socket()
        try:
            return connection.send(frame)
        except BlockingIOError:
            if not select.select([], [connection], [], timeout)[1]:
                return 0
        except OSError as error:
            raise self._lost(error) from error
        try:
            return connection.send(frame)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise self._lost(error) from error

    def receive(self, timeout: float) -> bytes:
        """Return the bytes that came; an end of the stream is ``Lost``."""
        connection = self._open_socket()
        if timeout > 0 and not self._readable(timeout):
            return b""
        try:
            chunk = connection.recv(_CHUNK)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise self._lost(error) from error
        if not chunk:
            raise self._lost(None)
        return chunk

    def flush(self) -> bytes:
        """Take out the bytes that are here already."""
        self._open_socket()
        stale = b""
        while self._readable(0.0):
            stale += self.receive(0.0)
        return stale

    def renew(self, timeout: float) -> None:
        """Connect anew: what the old connection still brings is nobody's."""
        self.open(timeout)

    def interrupt(self) -> None:
        """Do nothing: a stream of bytes has no way past itself."""

    def close(self) -> None:
        """Disconnect."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _open_socket(self) -> socket.socket:
        if self._socket is None:
            raise self._lost(None)
        return self._socket

    def _lost(self, error: OSError | None) -> InstrumentFailure:
        self.close()
        what = (
            text(N_("The connection broke: {reason}."), reason=_reason(error))
            if error is not None
            else text(N_("The connection was closed at the other end."))
        )
        return Lost(
            what,
            where=self.address,
            hint=text(
                N_("Check that the instrument at {host} is still switched on, then connect again."),
                host=self.host,
            ),
        )


def _nothing(_: float) -> bool:
    return False


def _waiter(connection: socket.socket) -> Callable[[float], bool]:
    """Return what waits so many seconds for bytes on *connection* and tells whether there are any, or its end."""
    if not hasattr(select, "poll"):  # Windows
        return lambda timeout: bool(select.select([connection], [], [], timeout)[0])
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return lambda timeout: bool(poll.poll(timeout * 1000.0))


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)
