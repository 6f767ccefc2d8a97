"""The hands of a virtual bench: a client of its control socket that connects leads and lets bench time pass."""

from __future__ import annotations

import re
import socket
import threading
from typing import Any

import msgspec

from benchtui.errors import BadInput, InstrumentFailure, Lost, Refused
from benchtui.i18n import N_, text
from benchtui.wiring import Wiring

TIMEOUT = 10.0
CLOCK_STEP = 1e-6
"""Seconds below which a wait is over: seconds since the epoch, as a float, have steps of a quarter of this."""


class Hands:
    """A connection to the control socket, kept open as long as the engine lives; also the bench's clock.

    Parameters
    ----------
    resource
        ``TCPIP::host::port::SOCKET`` as in the bench file.
    """

    def __init__(self, resource: str) -> None:
        match = re.fullmatch(r"TCPIP\d*::(?P<host>[^:]+|\[[^\]]+\])::(?P<port>\d+)::SOCKET", resource)
        if match is None:
            raise BadInput(
                text(N_("This is not the address of a control socket.")),
                where=resource,
                hint=text(N_("Copy it from the ready file of the virtual bench.")),
            )
        self._where = resource
        self._lock = threading.Lock()
        try:
            self._socket = socket.create_connection(
                (match["host"].strip("[]"), int(match["port"])), timeout=TIMEOUT
            )
        except OSError as error:
            raise Refused(
                text(N_("The virtual bench does not answer.")),
                where=resource,
                hint=text(N_("Start it with: benchtui bench serve")),
            ) from error
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._lines = self._socket.makefile("rb")

    def ask(self, **request: object) -> dict[str, Any]:
        """Send one request, return the reply. Raises ``Lost`` or ``InstrumentFailure``."""
        try:
            with self._lock:
                self._socket.sendall(msgspec.json.encode(request) + b"\n")
                line = self._lines.readline()
            if not line:
                raise ConnectionError
            reply: dict[str, Any] = msgspec.json.decode(line)
        except (OSError, ValueError) as error:
            raise Lost(
                text(N_("The virtual bench is gone.")),
                where=self._where,
                hint=text(N_("Start it again, then repeat.")),
            ) from error
        if not reply.get("ok"):
            raise InstrumentFailure(str(reply.get("error", "")), where=self._where)
        return reply

    def connect(self, wiring: Wiring, names: dict[str, str]) -> None:
        """Connect the leads of *wiring*; *names* maps roles to instruments on the bench."""
        leads = [
            [[names[t.role], t.module, t.terminal] for t in (lead.start, lead.end)]
            for lead in wiring.connections
        ]
        self.ask(do="wire", connections=leads)
        self.ask(do="interlock", closed=wiring.interlock)

    def now(self) -> float:
        """Return seconds since the epoch on the bench's clock."""
        return float(self.ask(do="now")["now"])

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        """Let *seconds* of bench time pass; return True at once when *stop* is set."""
        end = self.now() + seconds
        self.ask(do="advance", seconds=seconds)
        # In virtual time the clock has jumped and this ends at once; in real or scaled time it is waited for.
        while not stop.is_set():
            left = end - self.now()
            if left <= CLOCK_STEP:
                return False
            stop.wait(min(left, 0.05))
        return True

    def close(self) -> None:
        """Close the connection."""
        self._lines.close()
        self._socket.close()
