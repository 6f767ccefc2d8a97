"""A calibration item at the virtual bench without an engine: real drivers on real sockets, in virtual time."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from benchtui.clock import Clock
from benchtui.engine.hands import Hands
from benchtui.i18n import Text
from benchtui.instruments import open_instrument
from benchtui.procedures.base import (
    Candidate,
    Observation,
    Outcome,
    Point,
    Procedure,
    Purpose,
    Result,
    Room,
    Setup,
)
from benchtui.procedures.catalogue import procedure
from benchtui.profiles import JobItem, Uut, find
from benchtui.quantity import Reading, Waveform
from benchtui.roles import Instrument
from benchtui.virtualbench.clock import BenchClock
from benchtui.virtualbench.program import Assembly, RunningBench
from benchtui.wiring import Connection, Terminal, Wiring


class Recorder:
    """The operator of an item that nobody watches: it keeps the readings."""

    def __init__(self, clock: Clock) -> None:
        self.readings: defaultdict[str, list[Reading]] = defaultdict(list)
        self.settling: defaultdict[str, list[Reading]] = defaultdict(list)
        self._clock = clock
        self._never = threading.Event()

    def take(
        self, role: str, read: Callable[[], Reading], purpose: Purpose, note: Text | None = None
    ) -> Reading:
        reading = read()
        (self.readings if purpose == "reading" else self.settling)[role].append(reading)
        return reading

    def take_waveform(self, role: str, read: Callable[[], Waveform]) -> Waveform:
        return read()

    def wait(self, seconds: float, why: Text | None = None) -> None:
        self._clock.wait(seconds, self._never)

    def connect(self, wiring: Wiring) -> None:
        raise AssertionError("nobody is there")

    def confirm(self, title: Text, *lines: Text) -> bool:
        raise AssertionError("nobody is there")

    def enter(self, title: Text, unit: str, *lines: Text) -> Reading:
        raise AssertionError("nobody is there")

    def judge(self, title: Text, *lines: Text) -> Reading:
        raise AssertionError("nobody is there")


class ItemBench:
    """The shipped bench for semiconductor analyzers, with the drivers of the instruments that the items use."""

    WIRED = ("uut", "dmm", "ammeter")

    def __init__(self, seed: int = 1) -> None:
        assembly = Assembly(find("benches", "virtual-semiconductor"))
        self.uut: Uut = assembly.uut
        self.truth = assembly.truth(seed, None)
        self.running = RunningBench(assembly, self.truth, BenchClock("virtual"))
        self.standards = dict(assembly.standards)
        self.room = Room(temperature=self.running.room.air.temperature, u=0.25)
        self.earlier: dict[str, list[tuple[Point, Result]]] = {}
        self._instruments: dict[str, Instrument] = {}
        self._moved: dict[str, str] = {}
        resources = self.running.resources()
        self._hands = Hands(resources["control"])
        for name, entry in assembly.bench.instruments.items():
            if name in self.WIRED or resources[name] == "PASSIVE":
                at_port = msgspec.structs.replace(entry, resource=resources[name])
                modules = {m.name: m.model for m in self.uut.modules} if name == "uut" else {}
                self._instruments[name] = open_instrument(name, at_port, clock=self._hands, modules=modules)
                self._instruments[name].connect()

    def close(self) -> None:
        for instrument in self._instruments.values():
            instrument.close()
        self._hands.close()
        self.running.close()

    def candidates(self, item: Procedure) -> dict[str, list[Candidate]]:
        """Return the standards that fill the rows of *item*."""
        return {
            role: [Candidate(n, s) for n, s in self.standards.items() if s.row == row]
            for role, row in item.rows.items()
        }

    def plan(self, item: str, **order: Any) -> list[Point]:
        """Return the points of *item*."""
        return procedure(item).plan(self.uut, msgspec.convert({"id": item, **order}, JobItem, strict=False))

    def setup(self, item: str, point: Point) -> Setup:
        """Return what is chosen for *point*."""
        method = procedure(item)
        earlier = {needed: self.earlier.get(needed, []) for needed in method.needs}
        setup = method.choose(point, self.candidates(method), self.uut, earlier)
        return msgspec.structs.replace(setup, earlier={n: tuple(found) for n, found in earlier.items()})

    def measure(
        self, item: str, point: Point, instead: Mapping[str, str] | None = None, closed: bool | None = None
    ) -> Result:
        """Measure *point* as the engine does; *instead* are instruments, by role, that are connected by mistake.

        *closed* is another state of the interlock than the wiring asks for.
        """
        method, setup = procedure(item), self.setup(item, point)
        names = {"uut": "uut"} | {role: one.name for role, one in setup.standards.items()}
        wiring = method.wiring(setup)
        self._hands.connect(self._mistaken(wiring), {**names, **(instead or {})})
        if closed is not None:
            self._hands.ask(do="interlock", closed=closed)
        operator = Recorder(self._hands)
        method.observe(setup, {role: self._instruments[name] for role, name in names.items()}, operator)
        observation = Observation(
            point=point,
            readings={role: tuple(found) for role, found in operator.readings.items()},
            settings=setup.settings,
            room=self.room,
            earlier=setup.earlier,
        )
        standards = {role: one.standard for role, one in setup.standards.items()}
        outcome = method.evaluate(observation, standards, self.uut)
        result = result_of(outcome)
        self.earlier.setdefault(item, []).append((point, result))
        return result

    def move(self, drawn: str, taken: str) -> None:
        """Let the hands plug into the terminal *taken* what belongs into *drawn*."""
        self._moved[drawn] = taken

    def _mistaken(self, wiring: Wiring) -> Wiring:
        def end(drawn: Terminal) -> Terminal:
            return msgspec.structs.replace(drawn, terminal=self._moved.get(drawn.terminal, drawn.terminal))

        leads = tuple(Connection(end(lead.start), end(lead.end)) for lead in wiring.connections)
        return msgspec.structs.replace(wiring, connections=leads)

    def fault(self, kind: str) -> None:
        """Let the next level of the unit under test go wrong."""
        self._hands.ask(do="fault", instrument="uut", kind=kind, count=1)

    def output(self, module: str) -> dict[str, Any]:
        """Return what the hands see of a module's output."""
        outputs: list[dict[str, Any]] = self._hands.ask(do="state")["outputs"]
        return next(output for output in outputs if output["module"] == module)

    def error_of_output(self, point: Point) -> float:
        """Return the hidden relative error of a set value, in percent."""
        value = float(Decimal(point.setpoint))
        true = self.truth.uut[point.module][point.range].true_output(value)
        return 100.0 * (value - true) / true

    def error_of_measurement(self, point: Point, true: float) -> float:
        """Return the hidden relative error of what is measured of a *true* value, in percent."""
        hidden = self.truth.uut[point.module][f"measure.{point.range}"]
        return 100.0 * (hidden.true_output(true) - true) / true


def result_of(outcome: Outcome) -> Result:
    """Return *outcome*, which is that of a measurement."""
    assert isinstance(outcome, Result)
    return outcome


def covers(outcome: Result, hidden: float) -> bool:
    """Tell whether the error of *outcome* is the hidden one within twice its U: a mistake is far outside."""
    return abs(outcome.error - hidden) <= 2.0 * outcome.U
