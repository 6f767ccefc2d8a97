"""One client of an instrument: commands in, replies out, whatever carries the bytes; and the faults of the wire."""

from __future__ import annotations

import re
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from benchtui.virtualbench.faults import OF_REPLIES, Faults
from benchtui.virtualbench.stand import FrontEnd, Greeter, Refuser

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchtui.virtualbench.clock import BenchClock

LONGEST: Final = 65536
"""Bytes that may come without an end of command; a client that sends more is cut off."""
STRANGER: Final = b"X9999"
"""The model that an instrument says it is under the fault ``wrong-identity``."""
NAK: Final = b"\x15"
UNTIMED_BAUD: Final = 300
"""Speed of the fault ``slow-bytes`` where there is no serial line."""
BITS: Final = 10
"""Bits on the line for a byte: start, eight, stop."""


@dataclass(frozen=True)
class Framing:
    """Where commands and answers end.

    Attributes
    ----------
    end
        Pattern of what ends a command. Its group ``alone``, where there is one, is a character that is a command by
        itself; what stands unfinished before it is dropped.
    answer_end
        What ends an answer.
    """

    end: re.Pattern[bytes]
    answer_end: bytes = b"\r\n"

    def split(self, received: bytes) -> tuple[list[tuple[bytes, bytes]], bytes]:
        """Return the complete commands, each without and with its end, and the beginning of the next one."""
        commands, begin = [], 0
        for match in self.end.finditer(received):
            alone = match.groupdict().get("alone")
            command = received[begin : match.start()] if alone is None else alone
            commands.append((command, received[begin : match.end()]))
            begin = match.end()
        return commands, received[begin:]


LINES: Final = Framing(re.compile(rb"\r?\n"))
"""Lines that end with LF or CR LF; answers end with CR LF."""
LINES_LF: Final = Framing(LINES.end, b"\n")
"""The same with answers that end with LF."""


class Channel(Protocol):
    """What carries the bytes of one client."""

    def receive(self, timeout: float | None) -> bytes | None:
        """Return what came within *timeout* seconds (None: wait for ever), ``b""`` if nothing; None if he left."""

    def send(self, octets: bytes) -> None:
        """Send; a client that has left is not an error of the instrument."""

    def hang_up(self, *, reset: bool) -> None:
        """End the connection from this side, in order or by a reset."""

    def close(self) -> None:
        """Let go of the client; a thread that waits in :meth:`receive` returns."""


@dataclass
class _Repeated:
    """What is sent again and again without being asked for."""

    seconds: float
    produce: Callable[[], str]
    clock: BenchClock
    until_input: bool
    last: float

    def due_in(self) -> float:
        """Return real seconds until the next one. In virtual time, which stands still, they count themselves."""
        scale = self.clock.scale
        pause = self.seconds if scale == "virtual" else self.seconds / scale
        return max(0.0, self.last + pause - time.monotonic())


class Link:
    """One connection: where answers go, and what the client does while an instrument is busy.

    Parameters
    ----------
    channel
        The connection; the link closes it.
    framing
        Where commands and answers end.
    faults, identity
        What still goes wrong on the wire; the words by which the instrument's answers name it.
    baud
        Speed of the line, or 0.
    """

    def __init__(
        self,
        channel: Channel,
        framing: Framing,
        faults: Faults,
        identity: tuple[str, ...] = (),
        baud: int = 0,
    ) -> None:
        self._channel = channel
        self._framing = framing
        self._faults = faults
        self._identity = tuple(word.encode("latin-1") for word in identity)
        self._byte_seconds = BITS / (baud or UNTIMED_BAUD)
        self._waiting: deque[tuple[bytes, bytes]] = deque()
        self._begun = b""
        self._asked = b""
        self._said_before = b""
        self._repeated: _Repeated | None = None
        self._closed = threading.Event()

    # --- what an instrument says
    def send(self, answer: str) -> None:
        """Send one answer and its end."""
        self.send_bytes(answer.encode("latin-1") + self._framing.answer_end)

    def send_bytes(self, reply: bytes) -> None:
        """Send a reply as it stands, or what a fault makes of it."""
        named = next((word for word in self._identity if word in reply), None)
        if named is not None and self._faults.take("wrong-identity"):
            reply = reply.replace(named, STRANGER)
        before, self._said_before = self._said_before, reply
        send = self._channel.send
        match self._faults.take(*(k for k in OF_REPLIES if before or k != "stale")):
            case None:
                send(reply)
            case "late":
                self._closed.wait(self._faults.late_seconds)
                send(reply)
            case "half":
                send(reply[: len(reply) // 2])
            case "garbled":
                send(self._garbled(reply))
            case "stale":
                send(before + reply)
            case "echo":
                send(self._asked + reply)
            case "duplicate":
                send(reply + reply)
            case "slow-bytes":
                for octet in reply:
                    send(bytes((octet,)))
                    self._closed.wait(self._byte_seconds)
            case "fin" | "rst" as kind:
                self._channel.hang_up(reset=kind == "rst")
            case _:
                pass  # missing

    def repeat(
        self, seconds: float, produce: Callable[[], str], clock: BenchClock, *, until_input: bool = False
    ) -> None:
        """Send the answer of *produce* every so many *seconds* while no command is at hand.

        The seconds are those of *clock*; in virtual time, real ones. *until_input* ends it at the first byte that
        comes in.
        """
        self._repeated = _Repeated(seconds, produce, clock, until_input, time.monotonic())

    def stop_repeating(self) -> None:
        """End what :meth:`repeat` began."""
        self._repeated = None

    # --- what a client does
    def peek(self) -> bytes | None:
        """Return what waits to be carried out next, without taking it; None if the client has left."""
        if not self._waiting and len(self._begun) <= LONGEST:
            received = self._channel.receive(0.0)
            if received is None:
                return None
            self._take_in(received)
        return self._waiting[0][1] if self._waiting else self._begun

    def discard(self) -> None:
        """Throw away what came in and was not carried out yet."""
        self.peek()
        self._waiting.clear()
        self._begun = b""

    def serve(self, front: FrontEnd) -> None:
        """Hand over command after command until the client leaves."""
        if isinstance(front, Greeter):
            front.connected(self)
        while len(self._begun) <= LONGEST:
            while self._waiting:
                self._carry_out(front)
            received = self._channel.receive(self._repeated.due_in() if self._repeated else None)
            if received is None:
                return
            self._take_in(received)
            if self._repeated is not None and not received and self._repeated.due_in() == 0.0:
                self._repeated.last = time.monotonic()
                self._channel.send(self._repeated.produce().encode("latin-1") + self._framing.answer_end)

    def close(self) -> None:
        """End the connection; a thread that waits in it returns."""
        self._closed.set()
        self._channel.close()

    # --- inside
    def _take_in(self, received: bytes) -> None:
        if received and self._repeated is not None and self._repeated.until_input:
            self._repeated = None
        commands, self._begun = self._framing.split(self._begun + received)
        self._waiting.extend(commands)

    def _carry_out(self, front: FrontEnd) -> None:
        command, self._asked = self._waiting.popleft()
        if not command or not self._faults.take("nak"):
            front.handle(command.decode("latin-1"), self)
        elif isinstance(front, Refuser):
            front.refuse(self)
        else:
            self.send_bytes(NAK + self._framing.answer_end)

    def _garbled(self, reply: bytes) -> bytes:
        end = self._framing.answer_end
        tail = end if reply.endswith(end) else b""
        body = reply.removesuffix(tail) if tail else reply
        return bytes(octet | 0x80 if i % 2 == 0 else octet for i, octet in enumerate(body)) + tail
