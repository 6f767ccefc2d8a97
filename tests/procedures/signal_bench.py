"""Items with waveforms, test signals, several wirings or a person's verdict, at the virtual bench without an engine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import cast

from tests.procedures.item_on_bench import ItemBench, Recorder

from benchtui.engine.hands import Hands
from benchtui.i18n import Text
from benchtui.procedures.base import Observation, Outcome, Point, Setup
from benchtui.procedures.catalogue import procedure
from benchtui.quantity import Reading, Waveform
from benchtui.roles import CapacitanceMeter
from benchtui.wiring import Wiring


class SignalRecorder(Recorder):
    """An operator who connects at the virtual bench what is asked for, and answers what he was told to."""

    def __init__(self, hands: Hands, names: Mapping[str, str], redrawn: Callable[[Wiring], Wiring]) -> None:
        super().__init__(hands)
        self.waveforms: defaultdict[str, list[Waveform]] = defaultdict(list)
        self.wired: list[str] = []
        self.waits: list[float] = []
        self.asked: list[tuple[Text, tuple[Text, ...]]] = []
        self.verdict = Reading(raw="", value=1.0, unit="1", flags=("manual",))
        self._hands = hands
        self._names = names
        self._redrawn = redrawn

    def take_waveform(self, role: str, read: Callable[[], Waveform]) -> Waveform:
        waveform = read()
        self.waveforms[role].append(waveform)
        return waveform

    def wait(self, seconds: float, why: Text | None = None) -> None:
        self.waits.append(seconds)
        super().wait(seconds, why)

    def connect(self, wiring: Wiring) -> None:
        if not self.wired or wiring.key != self.wired[-1]:
            self._hands.connect(self._redrawn(wiring), dict(self._names))
            self.wired.append(wiring.key)

    def judge(self, title: Text, *lines: Text) -> Reading:
        self.asked.append((title, lines))
        return self.verdict


class SignalBench(ItemBench):
    """The shipped bench with the instruments that these items use."""

    WIRED = ("uut", "digitizer", "counter")

    def run(
        self,
        item: str,
        point: Point,
        *,
        instead: Mapping[str, str] | None = None,
        verdict: Reading | None = None,
    ) -> tuple[Outcome, SignalRecorder]:
        """Measure *point* as the engine does; *instead* are instruments, by role, that are connected by mistake."""
        method, setup = procedure(item), self.setup(item, point)
        names = {role: role for role in method.roles if role not in method.rows}
        names |= {role: one.name for role, one in setup.standards.items()}
        operator = SignalRecorder(self._hands, {**names, **(instead or {})}, self._mistaken)
        if verdict is not None:
            operator.verdict = verdict
        if not method.connects:
            operator.connect(method.wiring(setup))
        roles = {role: self._instruments[name] for role, name in names.items()}
        method.observe(setup, roles, operator)
        standards = {role: one.standard for role, one in setup.standards.items()}
        return method.evaluate(self.observation(setup, operator), standards, self.uut), operator

    def observation(self, setup: Setup, operator: SignalRecorder) -> Observation:
        """Return what *operator* recorded."""
        return Observation(
            point=setup.point,
            readings={role: tuple(found) for role, found in operator.readings.items()},
            waveforms={role: tuple(found) for role, found in operator.waveforms.items()},
            settings=setup.settings,
            room=self.room,
        )

    def capacitance_meter(self) -> CapacitanceMeter:
        """Return the driver of the unit under test."""
        return cast(CapacitanceMeter, self._instruments["uut"])

    def pass_time(self, seconds: float) -> None:
        """Let bench time pass."""
        self._hands.ask(do="advance", seconds=seconds)
