"""What carries bytes between the program and an instrument."""

from __future__ import annotations

from typing import Protocol

SLICE = 0.05
"""Longest time in seconds that a call may block once a transport is open: no abort waits longer."""

OPEN_TIMEOUT = 3.0
"""Time in seconds after which an address that does not react to a connection counts as silent."""


class Transport(Protocol):
    """A way to an instrument: a TCP connection, a serial line, a VISA session.

    A transport is used by one thread, that of its :class:`~benchtui.instruments.link.Link`. It frames nothing
    and keeps nothing: bytes go out, bytes come in.
    """

    @property
    def address(self) -> str:
        """The address as a technician reads it, such as ``192.168.0.17 port 5025``."""

    def open(self, timeout: float) -> None:
        """Connect.

        Raises
        ------
        Refused
            Nobody listens at the address, or there is no such address.
        NoReply
            The address did not react within *timeout* seconds.
        """

    def send(self, frame: bytes, timeout: float) -> int:
        """Hand over bytes; return how many were taken within *timeout* seconds, 0 if none.

        Raises
        ------
        Lost
            The connection is gone.
        """

    def receive(self, timeout: float) -> bytes:
        """Return the bytes that came, waiting up to *timeout* seconds for the first; ``b""`` if none came.

        Raises
        ------
        Lost
            The connection is gone.
        """

    def flush(self) -> bytes:
        """Take out and return the bytes that are here already, without waiting.

        Raises
        ------
        Lost
            The connection is gone.
        """

    def renew(self, timeout: float) -> None:
        """Leave behind what was under way, as far as this way can: answers that may still come, half a command.

        A TCP connection is opened anew, a VISA device is cleared; a serial line can do nothing of the kind.

        Raises
        ------
        Refused, NoReply, Lost
        """

    def interrupt(self) -> None:
        """Make the instrument drop what it is doing, where this way can say so. Never raises.

        It precedes a safe-off on a wire on which an answer is outstanding.
        """

    def close(self) -> None:
        """Disconnect. Never raises; a closed transport may be opened again."""
