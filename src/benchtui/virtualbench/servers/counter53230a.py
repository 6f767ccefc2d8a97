"""A Keysight 53230A counter: frequency at channel 1 or 2.

Source: Keysight 53220A/53230A Programmer's Reference (CONFigure, INPut, SENSe:FREQuency:GATE, READ?, FETCh?). It sees
the signal of the analyzer's capacitance unit, as far as leads bring it to an input.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from benchtui.virtualbench.circuit import Element, Resistor
from benchtui.virtualbench.limits import Limits
from benchtui.virtualbench.noise import KeyedNoise
from benchtui.virtualbench.parts import Part
from benchtui.virtualbench.servers.scpi import (
    Arguments,
    Fault,
    ScpiInstrument,
    number_of,
    quiet,
    text_of,
)

if TYPE_CHECKING:
    from benchtui.virtualbench.servers.link import Link
    from benchtui.virtualbench.stand import Stand

IDENTITY: Final = "Agilent Technologies,53230A,MY50000101,02.05-1519.666-1.19-4.15-127-156-35"
NOT_A_NUMBER: Final = 9.91e37
SENSITIVITY: Final = 0.02 * 2**0.5
"""Smallest amplitude of a sine in volts that it counts."""
RESOLUTION: Final = 2e-11
"""Seconds: single-shot resolution of an edge."""
PATIENCE: Final = 1.0
"""Seconds of bench time after the gate, without a signal."""


class CounterInputs(Part):
    """Inputs in1 and in2 against lo."""

    def __init__(self, name: str) -> None:
        super().__init__(name, ("in1", "in2", "lo"))
        self.ohms = {1: 1e6, 2: 1e6}

    def elements(self) -> list[Element]:
        """Return the input resistances."""
        first, second, lo = self.terminals
        return [
            Resistor(f"{self.name} in1", first, lo, self.ohms[1]),
            Resistor(f"{self.name} in2", second, lo, self.ohms[2]),
        ]

    def setting(self) -> tuple[object, ...]:
        """Return what is set, as part of the key of the noise."""
        return (self.name, *self.ohms.values())


class Counter53230A(ScpiInstrument):
    """The front end."""

    def __init__(self, stand: Stand) -> None:
        super().__init__(IDENTITY)
        self._bench = stand.bench
        self._inputs = CounterInputs(stand.name)
        stand.bench.add(self._inputs)
        self._limits = Limits.of(stand, "Hz")
        self._noise = KeyedNoise(stand.bench.truth.seed, "counter noise", stand.name)
        self._channel, self._gate, self._count = 1, 0.1, 1
        self._resets = 0
        self._latest: list[float] = []
        self._commands |= {
            "CONFigure[:SCALar][:VOLTage]:FREQuency": self._configure,
            "INPut[1]:IMPedance": lambda a: self._impedance(1, a),
            "INPut2:IMPedance": lambda a: self._impedance(2, a),
            "[SENSe[1]:]FREQuency:GATE:TIME": self._gate_time,
            "SAMPle:COUNt": self._samples,
            "INITiate[:IMMediate]": lambda _: None,
            "ABORt": lambda _: self._latest.clear(),
            **quiet(
                *(
                    f"INPut{channel}:{word}"
                    for channel in ("[1]", "2")
                    for word in (
                        "COUPling",
                        "RANGe",
                        "LEVel[:ABSolute]",
                        "LEVel:AUTO",
                        "SLOPe",
                        "NREJect",
                        "FILTer[:LPASs][:STATe]",
                    )
                ),
                "[SENSe[1]:]FREQuency:GATE:SOURce",
                "[SENSe[1]:]FREQuency:MODE",
                "[SENSe[1]:]ROSCillator:SOURce",
                "[SENSe[1]:]ROSCillator:SOURce:AUTO",
                "[SENSe[1]:]ROSCillator:EXTernal:FREQuency",
                "TRIGger:COUNt",
                "TRIGger:SOURce",
                "SYSTem:TIMeout",
                "FORMat[:DATA]",
            ),
        }
        self._queries |= {
            "[SENSe[1]:]FREQuency:GATE:TIME?": lambda _: f"{self._gate:+.8E}",
            "SAMPle:COUNt?": lambda _: f"{self._count:+d}",
        }
        self._measuring |= {"READ?": self._read, "FETCh?": self._fetch, "MEASure:FREQuency?": self._measure}

    def reset(self) -> None:
        """Go back to the settings of ``*RST``."""
        self._resets += 1
        self._channel, self._gate, self._count, self._latest = 1, 0.1, 1, []
        self._put_ohms(1, 1e6)
        self._put_ohms(2, 1e6)

    def _configure(self, arguments: Arguments) -> None:
        match = re.fullmatch(r"\(@([12])\)", arguments[-1] if arguments else "(@1)")
        if match is None:
            raise Fault(-224)
        self._channel, self._count = int(match[1]), 1

    def _impedance(self, channel: int, arguments: Arguments) -> None:
        ohms = number_of(arguments, 50.0, 1e6)
        if ohms not in (50.0, 1e6):
            raise Fault(-224)
        self._put_ohms(channel, ohms)

    def _put_ohms(self, channel: int, ohms: float) -> None:
        with self._bench.lock:
            self._inputs.ohms[channel] = ohms
            self._bench.settings_changed()

    def _gate_time(self, arguments: Arguments) -> None:
        self._gate = number_of(arguments, 1e-3, 1e3)

    def _samples(self, arguments: Arguments) -> None:
        self._count = int(number_of(arguments, 1.0, 1e6))

    def _measure(self, arguments: Arguments, link: Link) -> None:
        self._configure([a for a in arguments if text_of([a]).startswith("(@")])
        self._read([], link)

    def _read(self, _: Arguments, link: Link) -> None:
        readings = []
        for _number in range(self._count):
            hertz = self._frequency(link)
            if hertz is None:
                return
            readings.append(hertz)
        self._latest = readings
        link.send(",".join(f"{hertz:+.15E}" for hertz in readings))

    def _fetch(self, arguments: Arguments, link: Link) -> None:
        if self._latest:
            link.send(",".join(f"{hertz:+.15E}" for hertz in self._latest))
        else:
            self._read(arguments, link)

    def _frequency(self, link: Link) -> float | None:
        bench, resets = self._bench, self._resets
        with bench.lock:
            signal = self._signal()
        seconds = self._gate + (PATIENCE if signal is None else 0.0)
        if bench.clock.sleep(seconds, lambda: self._resets != resets or link.peek() is None):
            return None
        if signal is None:
            return NOT_A_NUMBER
        with bench.lock:
            key = (bench.noise_key(), signal, self._channel, self._gate)
            deviate = self._noise.deviate(key, bench.revision)
        indicated = signal + self._limits.error(signal, signal)
        return indicated * (1.0 + 2**0.5 * RESOLUTION / self._gate * deviate)

    def _signal(self) -> float | None:
        """Return the frequency of what is at the input, if it is large enough."""
        terminal, lo = self._inputs.terminals[self._channel - 1], self._inputs.terminals[-1]
        for unit in self._bench.capacitance_units.values():
            if unit.signal and unit.amplitude(terminal, lo) >= SENSITIVITY:
                return unit.true_hertz()
        return None
