"""Sources of the FLEX analyzer: output switches, DC voltage and current, zero and restore, the interlock.

Output ranges are limited automatic ones, as in the real analyzer: a value beyond the range that the command
names selects the next range that holds it; only beyond the module's largest range is it an error.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from benchtui.virtualbench.servers.flex_words import (
    LARGEST_CURRENT,
    SLOTS,
    Fault,
    current_span,
    voltage_span,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchtui.profiles import ModuleRange
    from benchtui.virtualbench.bench import VirtualBench
    from benchtui.virtualbench.outputs import Output
    from benchtui.virtualbench.small_signal import CapacitanceUnit

SERIES_OHMS: Final = 1e6
"""The resistor that SSR puts in series with the output."""
FIRST_LIMIT: Final = 1e-4
FIRST_SPAN: Final = 20
"""Compliance in amperes and range in volts after the output switch was closed."""
NO_DC: Final = ((float("inf"), 0.0),)
"""A module without a direct current."""


class Before(NamedTuple):
    """What an output was set to before DZ."""

    quantity: Literal["V", "I"]
    range: ModuleRange | None
    level: float
    limit: float
    current_range: ModuleRange | None


class Sources:
    """The outputs of the modules and the commands that set them.

    Parameters
    ----------
    bench
        The bench.
    outputs
        The modules by slot.
    halt
        Called before an output is set to zero or opened, so that a running sweep does not change it again.
    """

    def __init__(self, bench: VirtualBench, outputs: dict[int, Output], halt: Callable[[], None]) -> None:
        self._bench = bench
        self._outputs = outputs
        self._halt = halt
        self._before_zero: dict[int, Before] = {}
        self.commands: dict[str, Callable[[list[float]], None]] = {
            "CN": self._cn,
            "CNX": self._cn,
            "CL": self._cl,
            "DV": self._dv,
            "DI": self._di,
            "DZ": self._dz,
            "RZ": self._rz,
            "IN": self._in,
            "SSR": self._ssr,
            "INTLKVTH": self._intlkvth,
        }

    def reset(self) -> None:
        """Open all outputs."""
        for output in self._outputs.values():
            self._bench.switch(output, on=False)
            self._bench.insert(output, 0.0)
        self._before_zero.clear()

    def output(self, number: float) -> Output:
        """Return the output of a channel. Raises ``Fault``."""
        slot = int(number)
        if slot > 100 and slot % 100 == 1:
            slot //= 100  # subchannel 1 of the slot
        if not 1 <= slot <= SLOTS:
            raise Fault(121)
        if slot not in self._outputs:
            raise Fault(121, slot)
        return self._outputs[slot]

    def _chosen(self, arguments: list[float]) -> list[Output]:
        return [self.output(a) for a in arguments] if arguments else list(self._outputs.values())

    def _units_of(self, arguments: list[float]) -> tuple[list[CapacitanceUnit], list[float]]:
        """Return the capacitance units among the channels, all without any, and the other channels."""
        units = self._bench.capacitance_units
        if not arguments:
            return list(units.values()), []
        return [units[int(a)] for a in arguments if int(a) in units], [
            a for a in arguments if int(a) not in units
        ]

    def _switch_units(self, arguments: list[float], *, on: bool | None = None, zeroed: bool) -> list[Output]:
        """Switch or zero the capacitance units among the channels; return the outputs among them."""
        units, others = self._units_of(arguments)
        with self._bench.lock:
            for unit in units:
                unit.on, unit.zeroed = unit.on if on is None else on, zeroed
        return self._chosen(others) if others or not arguments else []

    def _cn(self, arguments: list[float]) -> None:
        for output in self._switch_units(arguments, on=True, zeroed=False):
            if not output.on:
                ranges = output.module.voltage_output
                first = next((r for r in ranges if r.span >= FIRST_SPAN), ranges[-1] if ranges else None)
                self._bench.drive(output, "V", first, 0.0, FIRST_LIMIT)
                self._bench.switch(output, on=True)

    def _cl(self, arguments: list[float]) -> None:
        self._halt()
        for output in self._switch_units(arguments, on=False, zeroed=False):
            self._bench.switch(output, on=False)
            self._before_zero.pop(output.slot, None)

    def _dv(self, arguments: list[float]) -> None:
        output = self.output(arguments[0])
        range_ = self.voltage_range(output, int(arguments[1]), arguments[2])
        limit = self.limit(output, range_, arguments[3:4])
        if not output.on:
            raise Fault(200, output.slot)
        if not self._bench.allowed("V", arguments[2], limit):
            raise Fault(202, output.slot)
        self._before_zero.pop(output.slot, None)
        self._bench.drive(output, "V", range_, arguments[2], limit)

    def _di(self, arguments: list[float]) -> None:
        output = self.output(arguments[0])
        level = arguments[2]
        first = output.module.voltage_output[:1]
        compliance = abs(arguments[3]) if len(arguments) > 3 else float(first[0].span) if first else 0.0
        range_ = self.voltage_range(output, 0, compliance)
        current_range = self.current_range(output, int(arguments[1]), level)
        if abs(level) > self._largest_current(output, range_):
            raise Fault(120, output.slot)
        if not output.on:
            raise Fault(200, output.slot)
        if not self._bench.allowed("I", level, compliance):
            raise Fault(202, output.slot)
        self._before_zero.pop(output.slot, None)
        self._bench.drive(output, "I", range_, level, compliance, current_range)

    def current_range(self, output: Output, code: int, amperes: float) -> ModuleRange | None:
        """Return the range that holds *amperes* and is not below the one with *code*; None without ranges."""
        least = current_span(code)
        ranges = output.module.current_output
        if not ranges:
            if least > LARGEST_CURRENT.get(output.module.model, NO_DC)[0][1]:
                raise Fault(124, output.slot)
            return None
        if code and not any(math.isclose(float(r.span), least) for r in ranges):
            raise Fault(124, output.slot)
        for range_ in ranges:
            if float(range_.span) >= max(least, abs(amperes)) * (1.0 - 1e-9):
                return range_
        raise Fault(120, output.slot)

    def voltage_range(self, output: Output, code: int, volts: float) -> ModuleRange:
        """Return the range that holds *volts* and is not below the one with *code*."""
        ranges = output.module.voltage_output
        least = voltage_span(code)
        if code and least not in {float(r.span) for r in ranges}:
            raise Fault(124, output.slot)
        for range_ in ranges:
            if float(range_.span) >= max(least, abs(volts)):
                return range_
        raise Fault(120, output.slot)

    def limit(self, output: Output, range_: ModuleRange, given: list[float]) -> float:
        """Return the compliance of a voltage: the *given* one, or the one that is set already."""
        before = output.limit if output.quantity == "V" and output.limit else FIRST_LIMIT
        amperes = abs(given[0]) if given else before
        if not 0.0 < amperes <= self._largest_current(output, range_):
            raise Fault(123, output.slot)
        return amperes

    def _largest_current(self, output: Output, range_: ModuleRange) -> float:
        table = LARGEST_CURRENT.get(output.module.model, NO_DC)
        return next((amperes for volts, amperes in table if float(range_.span) <= volts), 0.0)

    def _dz(self, arguments: list[float]) -> None:
        self._halt()
        for output in self._switch_units(arguments, zeroed=True):
            if output.on:
                limit = output.limit if output.quantity == "V" else FIRST_LIMIT
                if output.slot not in self._before_zero:
                    self._before_zero[output.slot] = Before(
                        output.quantity, output.range, output.level, output.limit, output.current_range
                    )
                self._bench.drive(output, "V", output.range, 0.0, limit)

    def _rz(self, arguments: list[float]) -> None:
        for output in self._switch_units(arguments, zeroed=False):
            saved = self._before_zero.pop(output.slot, None)
            if saved is None or not output.on:
                continue
            if not self._bench.allowed(saved.quantity, saved.level, saved.limit):
                raise Fault(202, output.slot)
            self._bench.drive(output, *saved)

    def _in(self, arguments: list[float]) -> None:
        # Higher ranges first, as the guide promises.
        outputs = self._switch_units(arguments, zeroed=True)
        chosen = sorted(outputs, key=lambda o: -float(o.range.span) if o.range else 0.0)
        for output in chosen:
            self._dz([output.slot])
            self._before_zero.pop(output.slot, None)

    def _ssr(self, arguments: list[float]) -> None:
        self._bench.insert(self.output(arguments[0]), SERIES_OHMS if arguments[1] else 0.0)

    def _intlkvth(self, arguments: list[float]) -> None:
        if arguments[0] not in (0.0, 42.0):
            raise Fault(120)
        self._bench.interlock_volts = arguments[0]
