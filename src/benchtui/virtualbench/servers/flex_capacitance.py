"""The capacitance unit of the FLEX analyzer: its signal, the spot measurement, open and short correction.

Source: B1500A/B1505A Programming Guide, FC, ACV, DCV, IMP, LMN, TC, CORRST, CORR?, CORRL, CLCORR, DCORR, ADJ, ADJ?;
answers of the queries as the QCoDeS driver of the B1520A reads them. The load correction, the bias and its sweep are
settings only.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from benchtui.virtualbench.noise import KeyedNoise
from benchtui.virtualbench.servers.flex_words import INVALID, Fault, Field
from benchtui.virtualbench.small_signal import parallel, polar, series

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchtui.virtualbench.bench import VirtualBench
    from benchtui.virtualbench.servers.link import Link
    from benchtui.virtualbench.small_signal import CapacitanceUnit

LOWEST, HIGHEST = 1e3, 5e6
"""Hertz."""
LARGEST_VOLTS: Final = 0.25
LARGEST_BIAS: Final = 100.0
KINDS: Final = {1: "open", 2: "short", 3: "load"}
MODES: Final = {
    1: "ZZ", 2: "YY", 10: "ZR", 11: "ZP", 20: "YR", 21: "YP", 100: "CY", 101: "CD", 102: "CQ", 103: "CZ",
    200: "CZ", 201: "CD", 202: "CQ",
}  # fmt: skip
"""Mode of IMP and the data types of its two parameters. Inductance is not among them."""
SPOT_SECONDS: Final = 0.1
CORRECTION_SECONDS: Final = 5.0
COMPENSATION_SECONDS: Final = 30.0
NOISE: Final = 2e-5
"""Noise of a spot measurement, as a part of its value."""
FLOOR_FARADS: Final = 1e-17


class Capacitance:
    """The commands of the capacitance units.

    Parameters
    ----------
    bench
        The bench.
    pause
        Lets bench time pass; True if the measurement must be given up.
    """

    def __init__(self, bench: VirtualBench, pause: Callable[[float, Link], bool]) -> None:
        self._bench = bench
        self._units = bench.capacitance_units
        self._pause = pause
        self._noise = KeyedNoise(bench.truth.seed, "capacitance noise")
        self.settings: dict[str, Callable[[list[float]], None]] = {
            "FC": self._fc,
            "ACV": self._acv,
            "DCV": self._dcv,
            "IMP": self._imp,
            "LMN": lambda a: self._put("LMN", a[:1]),
            "ACT": lambda a: self._put("ACT", a),
            "SSP": lambda a: self._put("SSP", a),
            "RC": lambda a: self._put("RC", a),
            "WTDCV": lambda a: self._put("WTDCV", a),
            "WDCV": lambda a: self._put("WDCV", a),
            "WMDCV": lambda a: self._put("WMDCV", a),
            "CORRST": self._corrst,
            "CORRL": self._corrl,
            "CLCORR": self._clcorr,
            "DCORR": self._dcorr,
            "ADJ": lambda a: self._put("ADJ", a),
        }
        self.queries: dict[str, Callable[[list[float]], str]] = {
            "CORRST?": lambda a: str(int(KINDS[int(a[1])] in self._corrected)),
            "CORRL?": self._corrl_query,
            "DCORR?": self._dcorr_query,
        }
        self.reset()

    def reset(self) -> None:
        """Go back to the settings of *RST; correction data stay."""
        self._mode = 100
        self._kept: dict[str, list[float]] = {}
        self._corrected: set[str] = set()
        self._frequencies: list[float] = []
        self._references = {1: (100, 0.0, 0.0), 2: (400, 0.0, 0.0), 3: (400, 0.0, 50.0)}
        for unit in self._units.values():
            unit.hertz, unit.volts, unit.on, unit.zeroed = LOWEST, 0.0, False, False

    def _unit(self, number: float) -> CapacitanceUnit:
        slot = int(number)
        if slot > 100 and slot % 100 == 1:
            slot //= 100
        if slot not in self._units:
            raise Fault(121, slot)
        return self._units[slot]

    def _put(self, word: str, a: list[float]) -> None:
        if not self._units:
            raise Fault(100)
        if not a:
            raise ValueError(a)
        self._kept[word] = a

    def _fc(self, a: list[float]) -> None:
        unit, hertz = self._unit(a[0]), a[1]
        if not LOWEST <= hertz <= HIGHEST:
            raise ValueError(a)
        with self._bench.lock:
            unit.hertz = hertz

    def _acv(self, a: list[float]) -> None:
        unit, volts = self._unit(a[0]), a[1]
        if not 0.0 <= volts <= LARGEST_VOLTS:
            raise ValueError(a)
        with self._bench.lock:
            unit.volts, unit.zeroed = volts, False

    def _dcv(self, a: list[float]) -> None:
        self._unit(a[0])
        if abs(a[1]) > LARGEST_BIAS:
            raise ValueError(a)
        self._put("DCV", a)

    def _imp(self, a: list[float]) -> None:
        if not self._units:
            raise Fault(100)
        if int(a[0]) not in MODES:
            raise ValueError(a)
        self._mode = int(a[0])

    def _corrst(self, a: list[float]) -> None:
        self._unit(a[0])
        kind = KINDS[int(a[1])]
        if a[2]:
            self._corrected.add(kind)
        else:
            self._corrected.discard(kind)

    def _corrl(self, a: list[float]) -> None:
        self._unit(a[0])
        if not LOWEST <= a[1] <= HIGHEST:
            raise ValueError(a)
        self._frequencies = sorted({*self._frequencies, a[1]})

    def _clcorr(self, a: list[float]) -> None:
        unit = self._unit(a[0])
        if int(a[1]) not in (1, 2):
            raise ValueError(a)
        self._frequencies, self._corrected = [], set()
        unit.corrections.clear()

    def _corrl_query(self, a: list[float]) -> str:
        self._unit(a[0])
        if len(a) == 1:
            return str(len(self._frequencies))
        return f"{self._frequencies[int(a[1]) - 1]:.6E}"

    def _dcorr(self, a: list[float]) -> None:
        unit, kind = self._unit(a[0]), int(a[1])
        self._references[kind] = (int(a[2]), a[3], a[4])
        self._corrected.discard(KINDS[kind])
        unit.corrections.pop(KINDS[kind], None)

    def _dcorr_query(self, a: list[float]) -> str:
        self._unit(a[0])
        mode, primary, secondary = self._references[int(a[1])]
        return f"{mode},{primary:.6E},{secondary:.6E}"

    # --- what takes time
    def correct(self, slot: int, kind: int, link: Link) -> str:
        """Measure the residual that is connected now; return 0 done, 2 aborted."""
        unit = self._unit(slot)
        if kind not in KINDS:
            raise Fault(120)
        if not unit.on:
            raise Fault(200, slot)
        if self._pause(CORRECTION_SECONDS, link):
            return "2"
        with self._bench.lock:
            unit.correct(KINDS[kind], self._frequencies or [unit.hertz])
        return "0"

    def compensate(self, slot: int, link: Link) -> str:
        """Do the phase compensation; return 0 done, 2 aborted."""
        self._unit(slot)
        return "2" if self._pause(COMPENSATION_SECONDS, link) else "0"

    def spot(self, slot: int, link: Link) -> list[Field] | None:
        """Measure once; None if it was aborted. Without a signal the bridge is not balanced."""
        unit = self._unit(slot)
        if not unit.on:
            raise Fault(200, slot)
        if self._pause(SPOT_SECONDS, link):
            return None
        with self._bench.lock:
            admittance = unit.corrected(frozenset(self._corrected))
            key = (self._bench.noise_key(), slot, unit.hertz, unit.volts)
            deviate = self._noise.deviate(key, self._bench.revision)
        farads, siemens = parallel(admittance, unit.hertz)
        farads = unit.indicated(farads) + (NOISE * abs(farads) + FLOOR_FARADS) * deviate
        seen = complex(siemens, 2.0 * math.pi * unit.hertz * farads)
        status = "N" if unit.signal else "U"
        values = _parameters(self._mode, seen, unit.hertz)
        return [Field(status, slot, kind, v) for kind, v in zip(MODES[self._mode], values, strict=True)]


def _parameters(mode: int, admittance: complex, hertz: float) -> tuple[float, float]:
    """Return the two parameters of a mode of IMP."""
    impedance = 1.0 / admittance
    ohms, phase = polar(admittance)
    match mode:
        case 1:
            return impedance.real, impedance.imag
        case 2:
            return admittance.real, admittance.imag
        case 10 | 11:
            return ohms, phase if mode == 10 else math.degrees(phase)
        case 20 | 21:
            return 1.0 / ohms, -phase if mode == 20 else -math.degrees(phase)
    first, second = (series if mode >= 200 else parallel)(admittance, hertz)
    match mode:
        case 100 | 200:
            return first, second
        case 101 | 201:
            return first, _ratio(admittance.real, admittance.imag)
        case 102 | 202:
            return first, _ratio(admittance.imag, admittance.real)
        case _:
            return first, _ratio(1.0, admittance.real)


def _ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator else INVALID
