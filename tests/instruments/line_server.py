"""Instruments for the tests: line servers on loopback that note what they hear, and when."""

from __future__ import annotations

import math
import re
import socket
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

Reply = Callable[[str], None]
Handler = Callable[[str, Reply], None]


class LineServer:
    """Serves *handler* to any number of clients, each connection in a thread of its own.

    ``heard`` holds (``time.monotonic()``, line) of each line; the handler may answer at any later time. *in_turn* makes
    a connection wait until those before it have ended and all that they sent was handled: what is sent later is
    then handled later, whichever thread the machine lets run first.
    """

    def __init__(self, handler: Handler, terminator: bytes = b"\r\n", *, in_turn: bool = False) -> None:
        self.handler = handler
        self.terminator = terminator
        self._in_turn = in_turn
        self.heard: list[tuple[float, str]] = []
        self.connections: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    @property
    def resource(self) -> str:
        return f"TCPIP::127.0.0.1::{self.port}::SOCKET"

    def lines(self) -> list[str]:
        return [line for _, line in self.heard]

    def when(self, line: str, *, since: float = 0.0, within: float = 30.0) -> float:
        """Return when *line* was first heard after *since*; wait for it up to *within* seconds."""
        deadline = time.monotonic() + within
        while True:
            for moment, heard in list(self.heard):
                if heard == line and moment >= since:
                    return moment
            assert time.monotonic() < deadline, f"{line} did not come; heard {self.lines()}"
            time.sleep(0.001)

    def drop_clients(self) -> None:
        for connection in list(self.connections):  # not the one that a client opens meanwhile
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join(5.0)
        self.drop_clients()
        for thread in self._threads:
            thread.join(5.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections.append(connection)
            older = list(self._threads) if self._in_turn else []
            thread = threading.Thread(target=self._serve, args=(connection, older), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket, older: list[threading.Thread]) -> None:
        def reply(answer: str) -> None:
            try:
                connection.sendall(answer.encode("latin-1") + self.terminator)
            except OSError:
                return

        received = b""
        for thread in older:
            thread.join()
        with connection:
            while True:
                try:
                    chunk = connection.recv(4096)
                except OSError:
                    return
                if not chunk:
                    return
                received += chunk
                while self.terminator in received:
                    line, _, received = received.partition(self.terminator)
                    self.heard.append((time.monotonic(), line.decode("latin-1")))
                    self.handler(line.decode("latin-1"), reply)


class FlexAnalyzer:
    """A B1505A, B1511B in slot 3, B1513B in slot 6; after ``DZ`` outputs fall with a time constant."""

    IDENTITY = "Keysight Technologies,B1505A,0,A.06.02.2022.0101"

    def __init__(self) -> None:
        self.identity = self.IDENTITY
        self.units = "0,0;0,0;B1511B,0;0,0;0,0;B1513B,0;0,0;0,0;0,0;0,0"
        self.interlock_closed = True
        self.hung = False
        self.seconds = 0.005
        self.status = "N"
        self.on: set[int] = set()
        self.volts: dict[int, float] = {}
        self.zeroed: dict[int, float] = {}
        self.errors: list[str] = []

    def __call__(self, line: str, reply: Reply) -> None:
        if self.hung:
            return
        match = re.fullmatch(r"(\*?[A-Z]+\??) ?(.*)", line)
        assert match is not None, f"not FLEX: {line}"
        command, arguments = match[1], [float(word) for word in match[2].split(",") if word]
        answer = self._carry_out(command, arguments)
        if answer is not None:
            reply(answer)

    def measured(self, channel: int) -> float:
        volts = self.volts.get(channel, 0.0)
        if channel in self.zeroed:
            volts *= math.exp(-(time.monotonic() - self.zeroed[channel]) / self.seconds)
        return volts

    def _carry_out(self, command: str, arguments: list[float]) -> str | None:
        channel = int(arguments[0]) if arguments else 0
        match command:
            case "*IDN?":
                return self.identity
            case "UNT?":
                return self.units
            case "*OPC?":
                return "1"
            case "ERRX?":
                return self.errors.pop(0) if self.errors else '+0,"No Error."'
            case "*LRN?":
                return "CN" + ",".join(map(str, sorted(self.on))) if self.on else "CL"
            case "FMT" | "AIT":
                return None
            case "*RST":
                self.on.clear()
                self.volts.clear()
            case "CN":
                self.on.add(channel)
            case "CL":
                self.on.clear()
            case "DZ":
                now = time.monotonic()
                for each in [channel] if channel else self.volts:
                    self.zeroed.setdefault(each, now)
            case "DV":
                self._force(channel, arguments[2])
            case "TV" | "TI":
                return self._spot(command[1], channel)
            case _:
                self.errors.append('+100,"Undefined GPIB command."')
        return None

    def _force(self, channel: int, volts: float) -> None:
        if channel not in self.on:
            self.errors.append(f'+200,"Channel output switch must be ON.; CH{channel}"')
        elif abs(volts) > 42.0 and not self.interlock_closed:
            self.errors.append('+203,"DV/DI: interlock terminal open."')
        else:
            self.volts[channel] = volts
            self.zeroed.pop(channel, None)

    def _spot(self, quantity: str, channel: int) -> str | None:
        if channel not in self.on:
            self.errors.append(f'+200,"Channel output switch must be ON.; CH{channel}"')
            return None
        value = self.measured(channel) if quantity == "V" else 1e-9
        return f"{self.status}{'ABCDEFGHIJ'[channel - 1]}{quantity}{value:+.6E}"


class Multimeter:
    """As much of a 3458A as a DC voltmeter needs: what it reads is ``volts``, or the range's overload."""

    def __init__(self) -> None:
        self.identity = "HP3458A"
        self.volts = 0.0
        self.span = 10.0
        self.errors: list[str] = []
        self.answer: str | None = None

    def __call__(self, line: str, reply: Reply) -> None:
        match line.split():
            case ["ID?"]:
                reply(self.identity)
            case ["ERRSTR?"]:
                reply(self.errors.pop(0) if self.errors else '0,"NO ERROR"')
            case ["DCV", span]:
                self.span = float(span)
            case ["TARM", "SGL,1"]:
                over = abs(self.volts) > 1.2 * self.span
                reply(self.answer or (" 1.00000000E+38" if over else f"{self.volts: .8E}"))
            case _:
                return
