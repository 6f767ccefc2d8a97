"""A bench of serial instruments, and a port to each: what the tests of the virtual serial instruments share."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import serial
from tests.virtualbench.line_client import LineClient

from benchtui.virtualbench.clock import BenchClock
from benchtui.virtualbench.program import Assembly, RunningBench

if TYPE_CHECKING:
    from types import TracebackType

    from benchtui.virtualbench.clock import Scale

SERIAL = "ASRL::INSTR"
SOCKET = "TCPIP::127.0.0.1::0::SOCKET"


def bench_file(instruments: dict[str, str], resource: str = SERIAL) -> str:
    """Return a bench file with the profile of each instrument."""
    tables = (
        f'[instruments.{name}]\nprofile = "{profile}"\nresource = "{resource}"\n'
        for name, profile in instruments.items()
    )
    return 'name = "Test"\n' + "".join(tables) + f'[virtual]\ncontrol = "{SOCKET}"\n'


class Port:
    """A serial port opened by a client; answers end with *end*."""

    def __init__(self, path: str, end: bytes = b"\r\n", *, timeout: float = 10.0) -> None:
        self.serial = serial.Serial(path, timeout=timeout)
        self._end = end

    def write(self, command: bytes) -> None:
        self.serial.write(command)

    def read(self) -> str:
        answer: bytes = self.serial.read_until(self._end)
        assert answer.endswith(self._end), f"the answer does not end: {answer!r}"
        return answer.removesuffix(self._end).decode("latin-1")

    def octets(self, count: int) -> bytes:
        answer: bytes = self.serial.read(count)
        assert len(answer) == count, f"{answer!r} is too short"
        return answer

    def query(self, command: str) -> str:
        self.write(command.encode("latin-1"))
        return self.read()

    def close(self) -> None:
        self.serial.close()


class SerialBench:
    """A bench of *instruments* (name: profile), on pseudo-terminals where *resource* is serial."""

    def __init__(
        self,
        instruments: dict[str, str],
        scale: Scale = "virtual",
        *,
        seed: int = 1,
        truth: str = "",
        resource: str = SERIAL,
    ) -> None:
        with tempfile.TemporaryDirectory() as folder:
            bench, hidden = Path(folder, "bench.toml"), Path(folder, "truth.toml")
            bench.write_text(bench_file(instruments, resource), encoding="utf-8")
            hidden.write_text(truth, encoding="utf-8")
            assembly = Assembly(bench)
            self.truth = assembly.truth(seed, hidden if truth else None)
        self.running = RunningBench(assembly, self.truth, BenchClock(scale))
        self.ports: list[Port] = []
        self.hands = LineClient(self.running.resources()["control"])

    def path(self, name: str) -> str:
        resource = self.running.resources()[name]
        assert resource.startswith("ASRL/dev/")
        return resource.removeprefix("ASRL").removesuffix("::INSTR")

    def port(self, name: str, end: bytes = b"\r\n") -> Port:
        port = Port(self.path(name), end)
        self.ports.append(port)
        return port

    def do(self, what: str, **request: Any) -> dict[str, Any]:
        """Ask the hands for something that they do."""
        reply = self.hands.ask(do=what, **request)
        assert reply["ok"], reply
        return reply

    def close(self) -> None:
        for port in self.ports:
            port.close()
        self.hands.close()
        self.running.close()

    def __enter__(self) -> SerialBench:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
