"""What stands on the virtual bench: an analyzer's outputs, meters' inputs, other parts, leads, an interlock.

The instruments' front ends (:mod:`~benchtui.virtualbench.servers`) change settings and look at the physics
through this class. Its lock is held only while numbers are changed or read, never while bench time passes, so
that a command on a second connection is served at once even in the middle of somebody's long measurement.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal

from benchtui.virtualbench.circuit import CurrentSource, Element, Network, Resistor, VoltageSource, ties
from benchtui.virtualbench.leads import Lead as Lead
from benchtui.virtualbench.leads import conductors, insulation, joined
from benchtui.virtualbench.modules import CAPACITANCE_MODEL, LAG
from benchtui.virtualbench.outputs import COMMON, MeterInput
from benchtui.virtualbench.outputs import Output as Output
from benchtui.virtualbench.parts import Part, Terminal
from benchtui.virtualbench.pulse import Pulse, between
from benchtui.virtualbench.settling import Settling
from benchtui.virtualbench.small_signal import CapacitanceUnit
from benchtui.virtualbench.solved import Probe, Solved, current, voltage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from benchtui.profiles import ModuleRange, Standard, Uut
    from benchtui.virtualbench.clock import BenchClock
    from benchtui.virtualbench.truth import Truth

CAPACITANCE: Final = 200e-12
"""Farads between a terminal with its share of the cable and common."""
METER_OHMS: Final = 1e10
"""Input of a meter whose profile is for another quantity than voltage."""
GUARDED_CAPACITANCE: Final = 10e-12
"""The same where the leads are guarded."""
PLUG_LAG: Final = 1e-6
"""Seconds: the quickest change of anything on the bench, with no output stage involved."""
OUTPUT_NOISE: Final = 1e-6
"""Noise of an output, as a part of its range, over an aperture of one power line cycle."""
SAFE_VOLTS: Final = 30.0
"""Magnitude below which an output counts as discharged."""
VOLTAGE_ROUNDS: Final = 4
"""How often a circuit is solved until the values that depend on a voltage agree with it; they are nearly linear."""
INTERLOCK_VOLTS: Final = 42.0
"""Magnitude that an open interlock allows, as set in the factory."""


class WiringRefused(ValueError):
    """Leads to a terminal that the bench does not have; the message names it."""


class VirtualBench:
    """The bench.

    Parameters
    ----------
    clock
        Its time.
    truth
        The hidden errors.
    uut, slots
        The unit under test, and the slot of each of its modules by name.
    meters
        The measurement standards by their name on the bench.
    """

    def __init__(
        self,
        clock: BenchClock,
        truth: Truth,
        uut: Uut,
        slots: Mapping[str, int],
        meters: Mapping[str, Standard],
    ) -> None:
        self.clock = clock
        self.truth = truth
        self.standards = dict(meters)
        self.lock = threading.RLock()
        sources = [m for m in uut.modules if m.model != CAPACITANCE_MODEL]
        self.outputs = {
            m.name: Output(m, slots[m.name], range=next(iter(m.voltage_output), None)) for m in sources
        }
        self.capacitance_units = {
            slots[m.name]: CapacitanceUnit(m, self) for m in uut.modules if m.model == CAPACITANCE_MODEL
        }
        self.meters = {
            name: MeterInput(name, float(s.ranges[0].input_resistance) or METER_OHMS)
            for name, s in meters.items()
        }
        self.parts: dict[str, Part] = {}
        self.pulses: deque[Pulse] = deque(maxlen=16)
        self.interlock_closed = False
        self.interlock_volts = INTERLOCK_VOLTS
        self.on_trip: Callable[[Output], None] | None = None
        self.on_level: Callable[[Output], None] | None = None
        self.leads: tuple[Lead, ...] = ()
        self._terminals = {COMMON, *(o.force for o in self.outputs.values())}
        for unit in self.capacitance_units.values():
            self._terminals |= {unit.high, unit.low}
        for meter in self.meters.values():
            self._terminals |= {meter.hi, meter.lo, meter.amperes, *meter.sense}
        self._potentials = {terminal: Settling(clock.ticks()) for terminal in sorted(self._terminals)}
        self._memories: dict[tuple[str, float], Settling] = {}
        self.revision = 0
        self._key: tuple[object, ...] = ()
        self._solved = Solved(Network(COMMON, ()), {}, {})
        self.settings_changed()

    # --- what people do
    def add(self, part: Part) -> None:
        """Put something on the bench, under a name of its own."""
        with self.lock:
            self.parts[part.name] = part
            self._terminals |= set(part.terminals)
            self._potentials |= {terminal: Settling(self.clock.ticks()) for terminal in part.terminals}
            self.settings_changed()

    def wire(self, leads: Sequence[Lead]) -> None:
        """Take all leads away and connect *leads*.

        Raises
        ------
        WiringRefused
            A terminal that is not on the bench; nothing is changed then.
        """
        for terminal in (t for lead in leads for t in lead):
            if terminal not in self._terminals:
                raise WiringRefused(f"no terminal {' '.join(filter(None, terminal))} on this bench")
        with self.lock:
            self.leads = tuple(sorted((min(a, b), max(a, b)) for a, b in leads))
            self.settings_changed()

    def set_interlock(self, *, closed: bool) -> None:
        """Close or open the interlock. When it opens, outputs above 42 V go to 0 V and off, and say so."""
        with self.lock:
            self.interlock_closed = closed
            tripped = [
                o for o in self.outputs.values() if o.on and not self.allowed(o.quantity, o.level, o.limit)
            ]
            for output in tripped:
                self._open(output)
                output.quantity, output.level = "V", 0.0
            self.settings_changed()
        if self.on_trip is not None:
            for output in tripped:
                self.on_trip(output)

    def allowed(self, quantity: Literal["V", "I"], level: float, limit: float) -> bool:
        """Tell whether the interlock lets an output have this *level* (V) or this compliance *limit* (I)."""
        volts = level if quantity == "V" else limit
        return self.interlock_closed or abs(volts) <= self.interlock_volts

    def sources(self) -> list[dict[str, object]]:
        """Return name, state, set value and voltage of what can drive the circuit beside the analyzer."""
        with self.lock:
            ticks = self.clock.ticks()
            return [
                {
                    "instrument": part.name,
                    "on": emission.on,
                    "set": emission.level,
                    "unit": emission.unit,
                    "volts": self._potentials[emission.hi].at(ticks)
                    - self._potentials[emission.lo].at(ticks),
                }
                for part in self.parts.values()
                if (emission := part.emission()) is not None
            ]

    # --- what front ends change
    def switch(self, output: Output, *, on: bool) -> None:
        """Close or open the output relay of a module; it is at 0 V when it closes."""
        with self.lock:
            if on == output.on:
                return
            if on:
                output.on, output.quantity, output.level = True, "V", 0.0
                output.off_at, output.reached_hazard = None, False
            else:
                self._open(output)
            self.settings_changed()

    def drive(
        self,
        output: Output,
        quantity: Literal["V", "I"],
        range_: ModuleRange | None,
        level: float,
        limit: float,
        current_range: ModuleRange | None = None,
    ) -> None:
        """Set the level (V or A) and the limit of the other quantity; *current_range* is that of a current."""
        with self.lock:
            output.quantity, output.range, output.level, output.limit = quantity, range_, level, limit
            output.current_range = current_range
            output.error_key = "" if current_range is None else current_range.name
            if self.on_level is not None:
                self.on_level(output)
            self.settings_changed()

    def fire(
        self, output: Output, range_: ModuleRange, base: float, level: float, limit: float, width: float
    ) -> Pulse:
        """Let a current pulse run from now on; *limit* is its voltage compliance. The output goes on as it was."""
        with self.lock:
            key = f"pulse.{range_.name}"
            pulsed = replace(output, quantity="I", limit=limit, current_range=range_, error_key=key)
            before = self._solve({output.module.name: replace(pulsed, level=base)})
            solved = self._solve({output.module.name: replace(pulsed, level=level)})
            pulse = between(self.clock.ticks(), width, before, solved)
            self.pulses.append(pulse)
            return pulse

    def insert(self, output: Output, ohms: float) -> None:
        """Put a resistor in series with an output."""
        with self.lock:
            if ohms != output.series_ohms:
                output.series_ohms = ohms
                self.settings_changed()

    def settings_changed(self) -> None:
        """Solve the circuit anew; every potential starts for its new end from where it is."""
        with self.lock:
            self._watch_discharge()
            key = self.noise_key()
            if key != self._key:
                self._key = key
                self.revision += 1
            ticks = self.clock.ticks()
            self._solved = self._solve({})
            network, solution = self._solved.network, self._solved.solution
            stages = [LAG[o.module.model] for o in self.outputs.values() if o.on]
            lag = max([*stages, *(part.lag for part in self.parts.values())], default=0.0) or PLUG_LAG
            guarded = self._guarded()
            ohms = network.resistances(solution.limiting)
            for terminal, potential in self._potentials.items():
                own = GUARDED_CAPACITANCE if terminal in guarded else CAPACITANCE
                tau = lag + ohms.get(terminal, 0.0) * (own + network.farads(terminal))
                potential.head_for(ticks, solution.voltage(terminal, COMMON), tau)
            for part in self.parts.values():
                for memory in part.memories():
                    remembered = self._memories.setdefault(memory.key, Settling(ticks))
                    remembered.head_for(ticks, solution.voltage(memory.a, memory.b), memory.seconds)
            self._watch_discharge()

    # --- what front ends see
    def mean_voltage(self, a: Terminal, b: Terminal, since: int, until: int) -> float:
        """Return the mean of v(a) - v(b) over an aperture, without noise."""
        with self.lock:
            settled = self._potentials[a].mean(since, until) - self._potentials[b].mean(since, until)
            return settled + self._remembered(voltage(a, b), since, until)

    def mean_current(self, element: str, since: int, until: int) -> float:
        """Return the mean current out of an element at its first terminal over an aperture, without noise."""
        with self.lock:
            probe = current(element)
            return probe(self._solved.solution) + self._remembered(probe, since, until)

    def output_noise(self, a: Terminal, b: Terminal, cycles: float) -> float:
        """Return the standard deviation of v(a) - v(b) over *cycles* line cycles that comes from the circuit."""
        with self.lock:
            return self._solved.deviation(voltage(a, b), cycles)

    def current_noise(self, element: str, cycles: float) -> float:
        """Return the same of the current of an element, in amperes."""
        with self.lock:
            return self._solved.deviation(current(element), cycles)

    def steady(self, probe: Probe) -> float:
        """Return what *probe* sees once everything is at rest."""
        with self.lock:
            return probe(self._solved.solution)

    def limiting(self) -> frozenset[str]:
        """Return the names of the sources that limit."""
        with self.lock:
            return frozenset(self._solved.solution.limiting)

    def network(self, hertz: float) -> Network:
        """Return the circuit as it is set and wired now, for a small signal of so many *hertz*."""
        with self.lock:
            on = {name: output for name, output in self.outputs.items() if output.on}
            return Network(COMMON, tuple(self._elements(on, hertz)))

    def noise_key(self) -> tuple[object, ...]:
        """Return the leads and the settings of all outputs: what an instrument's noise begins anew with.

        *revision* counts how often they, or the settings of a meter, have changed.
        """
        with self.lock:
            meters = tuple(m.setting() for m in self.meters.values())
            parts = [setting for part in self.parts.values() if (setting := part.setting())]
            return (self.leads, tuple(o.setting() for o in self.outputs.values()), meters, *parts)

    def output_current(self, output: Output) -> float:
        """Return the current out of the force terminal in amperes; 0 while the relay is open."""
        with self.lock:
            return self._solved.solution.currents.get(output.module.name, 0.0)

    def in_compliance(self, output: Output) -> bool:
        """Tell whether the other quantity than the one that is set is what limits the output."""
        with self.lock:
            limiting = output.module.name in self._solved.solution.limiting
            return output.on and limiting == (output.quantity == "V")

    def volts_now(self, output: Output) -> float:
        """Return the voltage at the force terminal at this moment."""
        with self.lock:
            ticks = self.clock.ticks()
            return self._potentials[output.force].at(ticks) - self._potentials[COMMON].at(ticks)

    def off_at(self, output: Output) -> float | None:
        """Return the ``time.monotonic()`` at which the output became safe: opened, or fallen below 30 V.

        None while it is on and has not been above 30 V, or is above.
        """
        with self.lock:
            self._watch_discharge()
            return output.off_at

    # --- inside
    def _open(self, output: Output) -> None:
        self._watch_discharge()
        output.on = False
        if output.off_at is None:
            output.off_at = time.monotonic()

    def _watch_discharge(self) -> None:
        ticks = self.clock.ticks()
        for output in self.outputs.values():
            potential = self._potentials[output.force]
            if not output.on:
                continue
            if abs(potential.at(ticks)) > SAFE_VOLTS:
                output.reached_hazard, output.off_at = True, None
            elif output.reached_hazard and output.off_at is None:
                fell = potential.fell_below(SAFE_VOLTS, ticks)
                output.off_at = self.clock.monotonic_at(ticks if fell is None else fell)

    def _remembered(self, probe: Probe, since: int, until: int) -> float:
        total = 0.0
        for part in self.parts.values():
            for memory in part.memories():
                missing = self._memories[memory.key].left(since, until)
                if missing:
                    total += memory.factor * missing * probe(self._solved.response(memory.element))
        return total

    def _present(self) -> list[Part]:
        """Return the parts that count: all but passive ones without a lead."""
        wired = {terminal for lead in self.leads for terminal in lead}
        return [part for part in self.parts.values() if not part.passive or wired & set(part.terminals)]

    def _guarded(self) -> set[Terminal]:
        """Return the terminals of guarded parts, and all that leads join with them."""
        guarded = {t for part in self.parts.values() if part.guarded for t in part.terminals}
        return joined(self.leads, guarded)

    def _solve(self, instead: Mapping[str, Output]) -> Solved:
        """Solve the circuit, with other outputs *instead* of those of the same name."""
        outputs = {name: instead.get(name, output) for name, output in self.outputs.items()}
        on = {name: o for name, o in outputs.items() if o.on}
        noisy = {name: OUTPUT_NOISE * float(o.range.span) for name, o in on.items() if o.range is not None}
        warm: dict[str, float] = {}
        present = self._present()
        for _ in range(VOLTAGE_ROUNDS):
            solved = Solved(Network(COMMON, tuple(self._elements(on))), warm, noisy)
            if not [part for part in present if part.heed(solved.solution)]:
                break
        for part in present:
            noisy |= part.noisy()
            warm |= part.warm()
        return solved

    def _elements(self, on: Mapping[str, Output], hertz: float = 0.0) -> list[Element]:
        elements: list[Element] = [self._source(name, output) for name, output in on.items()]
        for meter in self.meters.values():
            if meter.test_amperes:
                elements.append(CurrentSource(f"{meter.name} test", meter.hi, meter.lo, meter.test_amperes))
            else:
                elements.append(Resistor(f"{meter.name} input", meter.hi, meter.lo, meter.ohms))
            if meter.shunt_ohms:
                elements.append(VoltageSource(meter.shunt, meter.amperes, meter.lo, 0.0, meter.shunt_ohms))
        for part in self._present():
            elements += part.alternating(hertz) if hertz else part.elements()
        heavy = {terminal for part in self._present() if part.heavy for terminal in part.terminals}
        elements += conductors(self.leads, self.truth.seed, heavy)
        elements += ties(elements, COMMON)
        ends = {terminal for part in self.parts.values() for terminal in part.terminals}
        return elements + insulation(self.leads, self._guarded(), ends)

    def _source(self, name: str, output: Output) -> VoltageSource:
        errors = self.truth.uut[name]
        if output.quantity == "I":
            level = errors[output.error_key].true_output(output.level) if output.error_key else output.level
            compliance = abs(output.limit) * (-1.0 if level < 0 else 1.0)
            return VoltageSource(name, output.force, COMMON, compliance, output.series_ohms, abs(level))
        volts, ohms = 0.0, output.series_ohms
        if output.range is not None:
            ohms += float(output.range.output_resistance)
            volts = errors[output.range.name].true_output(output.level)
        return VoltageSource(name, output.force, COMMON, volts, ohms, output.limit or float("inf"))
