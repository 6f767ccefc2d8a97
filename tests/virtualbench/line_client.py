"""A client of a line server, and a bench to drive: what the tests of the virtual bench share."""

from __future__ import annotations

import json
import socket
import time
from typing import TYPE_CHECKING, Any

from benchtui.virtualbench.clock import BenchClock
from benchtui.virtualbench.program import Assembly, RunningBench

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from benchtui.virtualbench.clock import Scale

FIGURE_6 = {
    module: [[["uut", module, "force"], ["dmm", "", "hi"]], [["uut", "", "common"], ["dmm", "", "lo"]]]
    for module in ("MPSMU", "HVSMU")
}
"""Leads from a module to the meter, as the control socket takes them."""


def eventually(condition: Callable[[], bool]) -> None:
    """Wait until *condition* holds; fail after ten seconds."""
    deadline = time.monotonic() + 10.0
    while not condition():
        assert time.monotonic() < deadline, "it never came true"


class LineClient:
    """One connection: write lines, read lines."""

    def __init__(self, resource: str, *, timeout: float = 10.0) -> None:
        host, port = resource.split("::")[1:3]
        self._socket = socket.create_connection((host, int(port)), timeout=timeout)
        self._lines = self._socket.makefile("r", encoding="latin-1", newline="")

    def write(self, *lines: str) -> None:
        self._socket.sendall("".join(line + "\r\n" for line in lines).encode("latin-1"))

    def read(self) -> str:
        line = self._lines.readline()
        assert line.endswith("\r\n"), f"the server hung up after {line!r}"
        return line.removesuffix("\r\n")

    def query(self, line: str) -> str:
        self.write(line)
        return self.read()

    def ask(self, **request: Any) -> dict[str, Any]:
        """Ask the hands."""
        reply: dict[str, Any] = json.loads(self.query(json.dumps(request)).encode("latin-1"))
        return reply

    def close(self) -> None:
        self._lines.close()
        self._socket.close()


class BenchInTest:
    """A bench with a client on each of its sockets."""

    def __init__(
        self,
        scale: Scale = "virtual",
        *,
        seed: int = 1,
        truth: Path | None = None,
        bench: Path | None = None,
        leads: str = "",
    ) -> None:
        assembly = Assembly(bench)
        self.running = RunningBench(assembly, assembly.truth(seed, truth), BenchClock(scale))
        self.truth = self.running.bench.truth
        self.clients: list[LineClient] = []
        self.uut, self.dmm, self.hands = (self.connect(name) for name in ("uut", "dmm", "control"))
        if leads:
            assert self.hands.ask(do="wire", connections=FIGURE_6[leads])["ok"]
            assert self.hands.ask(do="interlock", closed=True)["ok"]

    def connect(self, name: str) -> LineClient:
        client = LineClient(self.running.resources()[name])
        self.clients.append(client)
        return client

    def set(self, *lines: str) -> None:
        """Send commands to the analyzer and wait until it has carried them out."""
        self.uut.write(*lines)
        assert self.uut.query("*OPC?") == "1"

    def set_dmm(self, *lines: str) -> None:
        """Send commands to the meter and wait until it has carried them out."""
        self.dmm.write(*lines)
        assert self.dmm.query("ID?") == "HP3458A"

    def output(self, module: str) -> dict[str, Any]:
        """Return what the hands see of a module's output."""
        outputs: list[dict[str, Any]] = self.hands.ask(do="state")["outputs"]
        return next(o for o in outputs if o["module"] == module)

    def advance(self, seconds: float) -> None:
        assert self.hands.ask(do="advance", seconds=seconds)["ok"]

    def close(self) -> None:
        for client in self.clients:
            client.close()
        self.running.close()

    def __enter__(self) -> BenchInTest:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
