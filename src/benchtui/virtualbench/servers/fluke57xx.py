"""A Fluke 5720A or 5730A calibrator: DC voltage and DC current.

Source: Fluke 5700A/5720A Operator Manual, "Remote commands" (OUT, OPER, STBY, ISR?, FAULT?, RANGELCK), as the
drivers of the field use them. The output is open in standby; to a hazardous voltage it goes over standby.
"""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING, Final, Literal

from benchtui.virtualbench.circuit import Element, VoltageSource
from benchtui.virtualbench.limits import Limits
from benchtui.virtualbench.parts import Emission, Part

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchtui.virtualbench.servers.link import Link
    from benchtui.virtualbench.stand import Stand

VOLT_SPANS: Final = (0.22, 2.2, 11.0, 22.0, 220.0, 1100.0)
AMPERE_SPANS: Final = (2.2e-4, 2.2e-3, 2.2e-2, 0.22, 2.2)
AMPERE_LIMIT: Final = 0.05
VOLT_LIMIT: Final = 10.0
"""The calibrator's own compliance."""
HAZARD_VOLTS: Final = 22.0
SETTLING: Final = {"range": 5.0, "level": 1.5, "operate": 2.0}
"""Seconds until it says that it has settled."""
LAG: Final = 0.08
NOISE: Final = 1e-7
"""Noise over one power line cycle, as a part of the range."""
UNKNOWN, OUT_OF_RANGE, SYNTAX = 1300, 1100, 1303
"""Fault codes of this model: an unknown command, a value beyond the limits, a parameter that cannot be read."""
OPERATING, RANGE_LOCKED, EXTERNAL_SENSE, REMOTE, SETTLED = 1, 32, 4, 2048, 4096
PREFIXES: Final = {"": 1.0, "U": 1e-6, "M": 1e-3, "K": 1e3}
LEVEL = re.compile(r"([+-]?[\d.]+(?:E[+-]?\d+)?)\s*([UMK]?)([VA])")


class CalibratorOutput(Part):
    """The output: hi and lo."""

    def __init__(self, name: str, volts: Limits, amperes: Limits) -> None:
        super().__init__(name, ("hi", "lo"))
        self._limits = {"V": volts, "A": amperes}
        self.on = False
        self.unit: Literal["V", "A"] = "V"
        self.level = 0.0
        self.span = VOLT_SPANS[0]

    def elements(self) -> list[Element]:
        """Return the source; nothing in standby."""
        if not self.on:
            return []
        hi, lo = self.terminals
        true = self.level + self._limits[self.unit].error(self.span, self.level)
        if self.unit == "V":
            return [VoltageSource(f"{self.name} output", hi, lo, true, 0.0, AMPERE_LIMIT)]
        compliance = VOLT_LIMIT if true >= 0.0 else -VOLT_LIMIT
        return [VoltageSource(f"{self.name} output", hi, lo, compliance, 0.0, abs(true))]

    def emission(self) -> Emission:
        """Return what it puts out."""
        hi, lo = self.terminals
        return Emission(self.on, self.level, self.unit, hi, lo)

    def setting(self) -> tuple[object, ...]:
        """Return what is set, as part of the key of the noise."""
        return (self.name, self.on, self.unit, self.level, self.span)

    def noisy(self) -> dict[str, float]:
        """Return the noise of its voltage."""
        return {f"{self.name} output": NOISE * self.span} if self.on and self.unit == "V" else {}


class Fluke57xx:
    """The front end of a model of the family."""

    def __init__(self, stand: Stand, model: str) -> None:
        self._bench = stand.bench
        self._output = CalibratorOutput(stand.name, Limits.of(stand, "V"), Limits.of(stand, "A"))
        stand.bench.add(self._output)
        self._faults: deque[int] = deque(maxlen=16)
        self._settled_at = stand.bench.clock.ticks()
        self._locked = self._sensing = False
        self._queries: dict[str, Callable[[], str]] = {
            "*IDN?": lambda: f"FLUKE,{model},6565602,1.4+B+*",
            "*OPC?": lambda: "1",
            "*ESR?": lambda: "0",
            "*STB?": lambda: "8" if self._faults else "0",
            "ISR?": self._isr,
            "FAULT?": lambda: str(self._faults.popleft() if self._faults else 0),
            "OUT?": lambda: f"{self._output.level:.7E},{self._output.unit},0.00E+00",
            "RANGELCK?": lambda: "ON" if self._locked else "OFF",
            "EXTSENSE?": lambda: "ON" if self._sensing else "OFF",
        }
        self._commands: dict[str, Callable[[str], None]] = {
            "*RST": lambda _: self._reset(),
            "*CLS": lambda _: self._faults.clear(),
            "*WAI": lambda _: None,
            "OUT": self._out,
            "OPER": lambda _: self._operate(on=True),
            "STBY": lambda _: self._operate(on=False),
            "RANGELCK": self._lock,
            "EXTSENSE": self._sense,
            "EXTGUARD": lambda _: None,
            "EARTH": lambda _: None,
            "LOWS": lambda _: None,
        }

    def handle(self, line: str, link: Link) -> None:
        """Carry out the commands of one line."""
        for command in filter(None, (part.strip().upper() for part in line.split(";"))):
            word, _, tail = command.partition(" ")
            if word in self._queries:
                link.send(self._queries[word]())
            elif word in self._commands:
                self._commands[word](tail.strip())
            else:
                self._faults.append(UNKNOWN)

    def refuse(self, _link: Link) -> None:
        """Note an unknown command."""
        self._faults.append(UNKNOWN)

    def _isr(self) -> str:
        bits = REMOTE | OPERATING * self._output.on | RANGE_LOCKED * self._locked
        bits |= EXTERNAL_SENSE * self._sensing
        if self._bench.clock.ticks() >= self._settled_at:
            bits |= SETTLED
        return str(bits)

    def _reset(self) -> None:
        self._locked = self._sensing = False
        self._put("V", 0.0, VOLT_SPANS[0], on=False)

    def _operate(self, *, on: bool) -> None:
        output = self._output
        if on != output.on:
            self._put(output.unit, output.level, output.span, on=on)

    def _out(self, tail: str) -> None:
        match = LEVEL.fullmatch(tail.partition(",")[0].strip())
        if match is None or re.fullmatch(r"(0+(\.0*)?\s*HZ)?", tail.partition(",")[2].strip()) is None:
            self._faults.append(SYNTAX)
            return
        number, prefix, unit = match.groups()
        level = float(number) * PREFIXES[prefix]
        spans = VOLT_SPANS if unit == "V" else AMPERE_SPANS
        output = self._output
        kind: Literal["V", "A"] = "V" if unit == "V" else "A"
        locked = self._locked and output.unit == kind
        fitting = [s for s in ([output.span] if locked else spans) if abs(level) <= s * (1.0 + 1e-9)]
        if not fitting:
            self._faults.append(OUT_OF_RANGE)
            return
        # From a low to a hazardous voltage it goes to standby first; OPER must be given anew.
        was_hazardous = output.unit == "V" and abs(output.level) >= HAZARD_VOLTS
        hazardous = kind == "V" and abs(level) >= HAZARD_VOLTS
        stays = output.on and output.unit == kind and (was_hazardous or not hazardous)
        self._put(kind, level, fitting[0], on=stays)

    def _put(self, unit: Literal["V", "A"], level: float, span: float, *, on: bool) -> None:
        output = self._output
        change = (
            "operate"
            if on != output.on
            else "range"
            if (unit, span) != (output.unit, output.span)
            else "level"
        )
        with self._bench.lock:
            output.unit, output.level, output.span, output.on = unit, level, span, on
            output.lag = LAG if on else 0.0
            self._settled_at = self._bench.clock.ticks() + round(SETTLING[change] * 1e9)
            self._bench.settings_changed()

    def _lock(self, tail: str) -> None:
        self._locked = tail == "ON"

    def _sense(self, tail: str) -> None:
        self._sensing = tail == "ON"
