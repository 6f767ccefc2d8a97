"""A bench, an engine, and the consoles of a test: real processes and sockets, events awaited, nothing simulated."""

from __future__ import annotations

import contextlib
import json
import queue
import select
import socket
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from tests.acceptance.shell import BENCH, JOB, PATIENCE, HandsClient, Shell, wait_until

from benchtui import messages
from benchtui.client import EngineClient

ITEM = "dc-voltage-output"
JOB_NUMBER = "J-1"
HAZARDOUS = "MPSMU/100 V/+90"
HARMLESS = "MPSMU/40 V/+20"
E = TypeVar("E", bound=messages.Event)


class Console:
    """A console without a screen: it hears every event, and a test says what it answers."""

    def __init__(self, workspace: Path, bench: Path | None = None, *, control: bool = True) -> None:
        self._inbox: queue.SimpleQueue[messages.Event | None] = queue.SimpleQueue()
        self.heard: list[messages.Event] = []
        self.client = EngineClient.connect(workspace, bench, control=control)
        self.client.listen(self._inbox.put, lambda: self._inbox.put(None))
        self.welcome = self.wait_for(messages.Welcome)

    def send(self, command: messages.Command) -> float:
        """Send *command*; return the moment at which it left."""
        sent = time.monotonic()
        self.client.send(command)
        return sent

    def wait_for(
        self, kind: type[E], so: Callable[[E], bool] = lambda _: True, patience: float = PATIENCE
    ) -> E:
        """Return the next event of *kind* that is *so*; those before it are kept in ``heard``."""
        deadline = time.monotonic() + patience
        while True:
            try:
                event = self._inbox.get(timeout=max(deadline - time.monotonic(), 0))
            except queue.Empty:
                pytest.fail(f"no {kind.__name__} came; heard last: {self.heard[-4:]}")
            if event is None:
                pytest.fail(f"the engine is gone; heard: {self.heard[-10:]}")
            self.heard.append(event)
            if isinstance(event, kind) and so(event):
                return event

    def wait_for_the_end(self) -> None:
        """Hear everything until the engine has gone."""
        while (event := self._inbox.get(timeout=PATIENCE)) is not None:
            self.heard.append(event)

    def heard_of(self, kind: type[E]) -> list[E]:
        """Return what was heard of *kind*."""
        return [event for event in self.heard if isinstance(event, kind)]

    def answer(self, value: str = "yes") -> messages.Prompt:
        """Answer the next prompt."""
        prompt = self.wait_for(messages.Asked).prompt
        self.send(messages.Answer(id=prompt.id, value=value))
        return prompt

    def vanish(self) -> None:
        """Be lost, without a word."""
        self.client.close()


class Stand:
    """A virtual bench with a work order and a bench file; an engine starts with the first console."""

    def __init__(self, shell: Shell, scale: str) -> None:
        self.shell = shell
        ready = shell.home / "ready.json"
        shell.start("bench", "serve", "--seed", "1", "--ready-file", ready, "--time-scale", scale)
        wait_until(ready.exists, "the virtual bench is ready")
        self.addresses: dict[str, str] = json.loads(ready.read_text())
        self.hands = HandsClient(self.addresses["control"])
        self.workspace = shell.home / "w"
        self.bench = shell.home / "bench.toml"
        self.job = shell.home / "job.toml"
        self.consoles: list[Console] = []
        self.write_bench()
        self.job.write_text(JOB.format(number=JOB_NUMBER, items=f'[[items]]\nid = "{ITEM}"\nreadings = 3\n'))

    def write_bench(self, **changes: str) -> None:
        """Write the bench file; *changes* are other addresses."""
        self.bench.write_text(BENCH.format(**(self.addresses | changes)))

    def console(self, *, control: bool = True) -> Console:
        """Attach a console; the first one starts the engine."""
        self.consoles.append(Console(self.workspace, self.bench, control=control))
        return self.consoles[-1]

    def started(self, point: str = HAZARDOUS) -> Console:
        """Attach a console, bring the work order in, and start *point*; the wiring is not confirmed yet."""
        console = self.console()
        console.send(messages.AddJob(path=str(self.job)))
        console.wait_for(messages.JobOpened)
        console.send(messages.RepeatPoint(job=JOB_NUMBER, item=ITEM, point=point))
        return console

    def live(self, point: str = HAZARDOUS) -> Console:
        """Start *point* and confirm the wiring; come back when its voltage is there."""
        console = self.confirmed(point)
        volts = abs(float(point.rpartition("/")[2]))
        wait_until(lambda: self.volts() > 0.95 * volts, f"{volts} V are on")
        return console

    def confirmed(self, point: str) -> Console:
        """Start *point* and confirm the wiring, whatever comes of it."""
        console = self.started(point)
        console.answer()
        return console

    def output(self) -> dict[str, Any]:
        """Return the state of the output that is used."""
        return next(output for output in self.hands.outputs() if output["module"] == "MPSMU")

    def volts(self) -> float:
        """Return the magnitude of its voltage; 0 when it is open."""
        output = self.output()
        return abs(float(output["volts"])) if output["on"] else 0.0

    def off_at(self) -> float:
        """Return when it became safe, as soon as its switch is open."""
        wait_until(lambda: not self.output()["on"], "the output is off")
        return float(self.output()["off_at"])

    def states(self) -> list[str]:
        """Return how the attempts ended, oldest first; ``open`` for one that has not."""
        with contextlib.closing(
            sqlite3.connect(f"file:{self.workspace / 'records.sqlite'}?mode=ro", uri=True)
        ) as connection:
            return [state for (state,) in connection.execute("SELECT state FROM attempt_state ORDER BY seq")]

    def log(self) -> str:
        """Return what the engine logged."""
        return (self.workspace / "engine.log").read_text()

    def close(self) -> None:
        """Hang up everywhere."""
        for console in self.consoles:
            console.client.close()
        self.hands.close()


class Proxy:
    """A TCP gateway to an instrument that can be told to hold the answers, as a hung one does, or to break."""

    def __init__(self, resource: str) -> None:
        _, host, port, _ = resource.split("::")
        self._target = (host, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.resource = f"TCPIP::127.0.0.1::{self._listener.getsockname()[1]}::SOCKET"
        self.hold = threading.Event()
        self.asked = threading.Event()
        """Set when something was sent to the instrument while its answers are held."""
        self._ended = threading.Event()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._thread = threading.Thread(target=self._carry)
        self._thread.start()

    def cut(self) -> None:
        """Break every connection, and refuse new ones."""
        self._ended.set()
        self._thread.join()

    def _carry(self) -> None:
        while not self._ended.is_set():
            ends = dict(self._pairs)
            if not self.hold.is_set():
                ends |= {far: near for near, far in self._pairs}
            ready, _, _ = select.select([self._listener, *ends], [], [], 0.02)
            for readable in ready:
                if readable is self._listener:
                    self._pairs.append((self._listener.accept()[0], socket.create_connection(self._target)))
                    continue
                self._pass_on(readable, ends[readable])
        for end in (self._listener, *(end for pair in self._pairs for end in pair)):
            end.close()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        pair = next(pair for pair in self._pairs if source in pair)
        try:
            received = source.recv(65536)
            if received:
                sink.sendall(received)
            if self.hold.is_set():
                self.asked.set()
        except OSError:
            received = b""
        if not received:
            self._pairs.remove(pair)
            source.close()
            sink.close()
