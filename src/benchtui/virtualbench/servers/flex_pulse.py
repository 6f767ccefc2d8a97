"""Current pulses of the FLEX analyzer: PI, PT and the pulsed spot measurement.

Source: B1500A/B1505A Programming Guide, PI, PT, MM (mode 3): one pulse, measured at its end.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from benchtui.virtualbench.noise import KeyedNoise
from benchtui.virtualbench.outputs import COMMON
from benchtui.virtualbench.servers.flex_words import Fault, Field, current_span
from benchtui.virtualbench.solved import current, voltage

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchtui.profiles import ModuleRange
    from benchtui.virtualbench.bench import VirtualBench
    from benchtui.virtualbench.outputs import Output
    from benchtui.virtualbench.pulse import Pulse
    from benchtui.virtualbench.servers.flex_measure import Measurement
    from benchtui.virtualbench.servers.flex_sources import Sources
    from benchtui.virtualbench.servers.link import Link

NARROWEST, WIDEST = 5e-5, 2.0
"""Seconds: limits of a pulse."""
SHORTEST_PERIOD: Final = 5e-3
MEASURED_AT: Final = 0.95
"""Part of the width at which the module measures."""
NOISE: Final = 2e-5
"""Noise of the measured value of a pulse, as a part of its level."""


@dataclass(frozen=True)
class Pulsed:
    """A pulse that is set: base and level in amperes, compliance in volts."""

    output: Output
    range: ModuleRange
    base: float
    level: float
    limit: float


class Pulses:
    """The pulse source of the analyzer."""

    def __init__(self, bench: VirtualBench, sources: Sources, measurement: Measurement) -> None:
        self._bench = bench
        self._sources = sources
        self._measurement = measurement
        self._noise = KeyedNoise(bench.truth.seed, "pulse noise")
        self._pulsed: Pulsed | None = None
        self._hold, self._width, self._period = 0.0, 1e-3, 0.0
        self.settings: dict[str, Callable[[list[float]], None]] = {"PI": self._pi, "PT": self._pt}

    def _pi(self, a: list[float]) -> None:
        output = self._sources.output(a[0])
        least, base, level = current_span(int(a[1])), a[2], a[3]
        ranges = output.module.pulsed_current
        if not ranges:
            raise Fault(151, output.slot)
        if base * level < 0.0:
            raise Fault(130, output.slot)
        needed = max(least, abs(base), abs(level)) * (1.0 - 1e-9)
        fitting = next((r for r in ranges if float(r.span) >= needed), None)
        if fitting is None:
            raise Fault(120, output.slot)
        limit = abs(a[4]) if len(a) > 4 else float(fitting.voltage_limit)
        if not self._bench.allowed("I", level, limit):
            raise Fault(202, output.slot)
        self._pulsed = Pulsed(output, fitting, base, level, limit)

    def _pt(self, a: list[float]) -> None:
        hold, width = a[0], a[1]
        period = a[2] if len(a) > 2 else 0.0
        if hold < 0.0 or not NARROWEST <= width <= WIDEST or (period > 0.0 and period < width):
            raise ValueError(a)
        self._hold, self._width, self._period = hold, width, period

    def fire(self, link: Link) -> list[Field] | None:
        """Let the pulse run that is set; None if it was aborted before."""
        pulsed = self._pulsed
        if pulsed is None or self._measurement.channels != [pulsed.output.slot]:
            raise Fault(120)
        if self._measurement.pause(self._hold, link):
            return None
        bench = self._bench
        if not (pulsed.output.on and bench.allowed("I", pulsed.level, pulsed.limit)):
            raise Fault(202, pulsed.output.slot)
        pulse = bench.fire(pulsed.output, pulsed.range, pulsed.base, pulsed.level, pulsed.limit, self._width)
        self._measurement.pause(max(self._width, self._period, SHORTEST_PERIOD), link)
        return [self._measured(pulsed, pulse)]

    def _measured(self, pulsed: Pulsed, pulse: Pulse) -> Field:
        bench, output = self._bench, pulsed.output
        name = output.module.name
        kind = self._measurement.kind(output, forced="I")
        top = voltage(output.force, COMMON) if kind == "V" else current(name)
        value = pulse.value(top, MEASURED_AT * self._width)
        limiting = name in pulse.peak.limiting
        with bench.lock:
            key = (bench.noise_key(), kind, pulsed.range.name, pulsed.base, pulsed.level, self._width)
            deviate = self._noise.deviate(key, bench.revision)
        if kind == "I":
            value = bench.truth.uut[name][f"pulse-measure.{pulsed.range.name}"].true_output(value)
        value += NOISE * math.fabs(value) * deviate
        return Field("N" if limiting else "C", output.slot, kind, value)
