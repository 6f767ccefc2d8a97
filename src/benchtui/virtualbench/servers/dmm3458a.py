"""A meter with the command set of the 3458A: DC voltage and current, resistance, samples of one event.

What a socket cannot show: on GPIB the meter learns that it is addressed to talk, and the event SYN, or a free
run under AUTO, delivers one reading each time. Here a reading comes when a command triggers it: ``TARM SGL``
(with TRIG AUTO or SYN) or ``TRIG SGL``. Functions that have no terminals on this bench are settings
conflicts.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from benchtui.virtualbench.limits import Limits
from benchtui.virtualbench.noise import KeyedNoise
from benchtui.virtualbench.sampling import Sampler
from benchtui.virtualbench.servers.dmm3458a_indication import arm, indicate, indicate_volts
from benchtui.virtualbench.servers.dmm3458a_words import (
    ACAL_SECONDS,
    AMPERE_NOISE,
    CONFLICT,
    DIGITIZING,
    ELSEWHERE,
    ERRORS,
    FIXED_OHMS,
    INPUT_OHMS,
    LINE_HERTZ,
    MEMORY,
    MOST_READINGS,
    OHM_NOISE,
    OUT_OF_RANGE,
    OVER_RANGE,
    POWER_ON,
    QUIET,
    SHORTEST,
    SHUNTS,
    SYNTAX,
    TEST_AMPERES,
    UNDEFINED,
    Fault,
    Function,
    Settings,
    event,
    largest,
    number,
    real,
    switch,
    with_level,
    with_slope,
    with_sweep,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchtui.virtualbench.bench import VirtualBench
    from benchtui.virtualbench.servers.link import Link


class Dmm3458a:
    """The front end of the meter *name* on the bench."""

    def __init__(self, bench: VirtualBench, name: str) -> None:
        self._bench = bench
        self._input = bench.meters[name]
        self._standard = bench.standards[name]
        self._volts = Limits(bench, name, self._standard, "V")
        self._noise = KeyedNoise(bench.truth.seed, "meter noise", name)
        self._settings = POWER_ON
        self._armed, self._stored = 0, deque[float](maxlen=10240)
        self._faults: deque[int] = deque(maxlen=20)
        self._sampler = Sampler(bench, name, self._input.hi, self._input.lo, self._volts, OVER_RANGE)
        self._amperes = Limits(bench, name, self._standard, "A")
        self._ohms = Limits(bench, name, self._standard, "Ω")
        self._resets = 0
        self._commands: dict[str, Callable[[list[str], Link], None]] = {
            "ACAL": self._acal,
            "APER": self._aper,
            "ARANGE": self._arange,
            "AZERO": self._azero,
            "DCI": lambda a, _: self._function("DCI", a),
            "DCV": lambda a, _: self._function("DCV", a),
            "DELAY": self._delay,
            "FIXEDZ": self._fixedz,
            "FUNC": self._func,
            "MEM": self._mem,
            "NPLC": self._nplc,
            "NRDGS": self._nrdgs,
            "OFORMAT": self._oformat,
            "OHM": lambda a, _: self._function("OHM", a),
            "OHMF": lambda a, _: self._function("OHMF", a),
            "LEVEL": lambda a, _: self._apply(with_level(self._settings, a)),
            "PRESET": self._preset,
            "RANGE": self._range,
            "RESET": self._reset,
            "RMEM": self._rmem,
            "SLOPE": lambda a, _: self._apply(with_slope(self._settings, a)),
            "SWEEP": lambda a, _: self._apply(with_sweep(self._settings, a)),
            "TARM": self._tarm,
            "TRIG": self._trig,
        }
        self._queries: dict[str, Callable[[], str]] = {
            "APER?": lambda: number(self._settings.aperture),
            "ARANGE?": lambda: str(int(self._settings.auto_range)),
            "AUXERR?": lambda: "0",
            "AZERO?": lambda: str(int(self._settings.auto_zero)),
            "CALNUM?": lambda: "117",
            "DELAY?": lambda: number(self._settings.delay),
            "ERR?": self._err,
            "ERRSTR?": self._errstr,
            "FIXEDZ?": lambda: str(int(self._settings.fixed_z)),
            "ID?": lambda: "HP3458A",
            "LFREQ?": lambda: number(LINE_HERTZ),
            "LINE?": lambda: number(LINE_HERTZ),
            "MCOUNT?": lambda: str(len(self._stored)),
            "NPLC?": lambda: number(self._settings.nplc),
            "RANGE?": lambda: number(self._settings.full_scale),
            "REV?": lambda: "9,2",
            "STB?": self._stb,
            "TEMP?": lambda: number(36.8),
        }
        self._apply(POWER_ON)

    def handle(self, line: str, link: Link) -> None:
        """Carry out the commands of one line."""
        for command in filter(None, (part.strip() for part in line.upper().split(";"))):
            header, *parameters = re.split(r"[\s,]+", command)
            try:
                self._one(header, parameters, link)
            except Fault as fault:
                self._faults.append(fault.bit)

    def refuse(self, _link: Link) -> None:
        """Note an unknown command."""
        self._faults.append(SYNTAX)

    def _one(self, header: str, parameters: list[str], link: Link) -> None:
        if header in self._queries:
            link.send(self._queries[header]())
        elif header in self._commands:
            self._commands[header](parameters, link)
        elif header in ELSEWHERE:
            raise Fault(CONFLICT)
        elif header not in QUIET:
            raise Fault(SYNTAX)

    def _err(self) -> str:
        total = sum({1 << bit for bit in self._faults})
        self._faults.clear()
        return str(total)

    def _errstr(self) -> str:
        if not self._faults:
            return '0,"NO ERROR"'
        bit = self._faults.popleft()
        return f'{100 + bit},"{ERRORS[bit]}"'

    def _stb(self) -> str:
        # 16 ready for instructions, 32 error, 128 data available.
        return str(16 + 32 * bool(self._faults) + 128 * bool(self._stored))

    # --- settings
    def _apply(self, settings: Settings) -> None:
        with self._bench.lock:
            if settings.of_noise() != self._settings.of_noise():
                self._bench.revision += 1
            self._settings = settings
            before = self._input.setting()
            self._input.test_amperes = self._input.shunt_ohms = 0.0
            match settings.function:
                case "OHM" | "OHMF":
                    self._input.test_amperes = TEST_AMPERES[settings.full_scale]
                case "DCI":
                    self._input.shunt_ohms = SHUNTS[settings.full_scale]
                case "DCV":
                    row = self._volts.row(settings.full_scale)
                    own = INPUT_OHMS[settings.full_scale] if row is None else float(row.input_resistance)
                    self._input.ohms = FIXED_OHMS if settings.fixed_z else own
            if before != self._input.setting():
                self._bench.settings_changed()

    def _reset(self, _parameters: list[str], _link: Link) -> None:
        self._quiet(POWER_ON)

    def _preset(self, parameters: list[str], _link: Link) -> None:
        match parameters[:1]:
            case [] | ["NORM"] | ["1"]:
                self._quiet(Settings())
            case ["DIG"] | ["2"]:
                self._quiet(DIGITIZING)
            case _:
                raise Fault(CONFLICT)

    def _quiet(self, settings: Settings) -> None:
        self._resets += 1
        self._armed, self._stored = 0, deque[float](maxlen=10240)
        self._sampler.disarm()
        self._apply(settings)

    def _func(self, parameters: list[str], _link: Link) -> None:
        match parameters:
            case ["DCV" | "1", *rest]:
                self._function("DCV", rest)
            case ["DCI" | "6", *rest]:
                self._function("DCI", rest)
            case ["OHM" | "4", *rest]:
                self._function("OHM", rest)
            case ["OHMF" | "5", *rest]:
                self._function("OHMF", rest)
            case _:
                raise Fault(CONFLICT)

    def _range(self, parameters: list[str], _link: Link) -> None:
        self._function(self._settings.function, parameters)

    def _function(self, function: Function, parameters: list[str]) -> None:
        expected = -1.0 if parameters[:1] in ([], ["AUTO"]) else real(parameters[0])
        settings = replace(self._settings, function=function, auto_range=expected < 0.0)
        if expected >= 0.0:
            fitting = [scale for scale in settings.scales if expected <= largest(scale)]
            if not fitting:
                raise Fault(OUT_OF_RANGE)
            settings = replace(settings, full_scale=fitting[0])
        elif function != self._settings.function:
            settings = replace(settings, full_scale=settings.scales[-1])
        self._apply(settings)

    def _arange(self, parameters: list[str], _link: Link) -> None:
        self._apply(replace(self._settings, auto_range=switch(parameters)))

    def _nplc(self, parameters: list[str], _link: Link) -> None:
        cycles = real(parameters[0]) if parameters else 1.0
        if not 0.0 <= cycles <= 1000.0:
            raise Fault(OUT_OF_RANGE)
        self._apply(replace(self._settings, nplc=max(cycles, SHORTEST * LINE_HERTZ)))

    def _aper(self, parameters: list[str], _link: Link) -> None:
        seconds = real(parameters[0]) if parameters else 1.0
        if not SHORTEST <= seconds <= 1.0:
            raise Fault(OUT_OF_RANGE)
        self._apply(replace(self._settings, nplc=seconds * LINE_HERTZ))

    def _azero(self, parameters: list[str], _link: Link) -> None:
        self._apply(replace(self._settings, auto_zero=parameters[:1] != ["ONCE"] and switch(parameters)))

    def _fixedz(self, parameters: list[str], _link: Link) -> None:
        self._apply(replace(self._settings, fixed_z=switch(parameters)))

    def _delay(self, parameters: list[str], _link: Link) -> None:
        seconds = real(parameters[0]) if parameters else -1.0
        if seconds > 6000.0:
            raise Fault(OUT_OF_RANGE)
        self._apply(replace(self._settings, delay=max(seconds, 0.0)))

    def _oformat(self, parameters: list[str], _link: Link) -> None:
        if parameters[:1] not in ([], ["ASCII"], ["1"]):
            raise Fault(CONFLICT)

    # --- triggering
    def _tarm(self, parameters: list[str], link: Link) -> None:
        name = event(parameters, "AUTO")
        if name != "SGL":
            self._apply(replace(self._settings, tarm=name))
            return
        rounds = int(real(parameters[1])) if len(parameters) > 1 else 1
        self._apply(replace(self._settings, tarm="HOLD"))
        if self._settings.trig == "LEVEL":
            self._arm_sampler()
            return
        if self._settings.trig in ("AUTO", "SYN"):
            for _ in range(rounds):
                if not self._round(link):
                    return
        else:
            self._armed = rounds

    def _trig(self, parameters: list[str], link: Link) -> None:
        name = event(parameters, "SGL")
        if name != "SGL":
            self._apply(replace(self._settings, trig=name))
            return
        self._apply(replace(self._settings, trig="HOLD"))
        if self._settings.tarm == "AUTO" or self._armed:
            self._armed = max(0, self._armed - 1)
            self._round(link)

    def _nrdgs(self, parameters: list[str], _link: Link) -> None:
        count = int(real(parameters[0])) if parameters else 1
        if not 1 <= count <= MOST_READINGS:
            raise Fault(OUT_OF_RANGE)
        if parameters[1:] and event(parameters[1:], "AUTO") != "AUTO":
            raise Fault(CONFLICT)
        self._apply(replace(self._settings, readings=count))

    def _round(self, link: Link) -> bool:
        """Take the readings of one trigger; False if the client left or the meter was reset."""
        for _ in range(self._settings.readings):
            value = self._reading(link)
            if value is None:
                return False
            if self._settings.memory == "OFF":
                link.send(number(value))
            else:
                self._stored.append(value)
        return True

    def _mem(self, parameters: list[str], _link: Link) -> None:
        mode = parameters[0] if parameters else "ON"
        if mode not in ("OFF", "FIFO", "LIFO", "ON", "CONT"):
            raise Fault(UNDEFINED)
        if mode != "CONT":
            self._stored.clear()
        self._apply(replace(self._settings, memory=mode))

    def _rmem(self, parameters: list[str], link: Link) -> None:
        first = int(real(parameters[0])) if parameters else 1
        count = int(real(parameters[1])) if len(parameters) > 1 else 1
        if not self._sampler.idle and not self._keep_samples(link):
            return
        # Readings are numbered from the latest, 1, to the earliest.
        latest_first = list(reversed(self._stored))[first - 1 : first - 1 + count]
        if first < 1 or len(latest_first) < count:
            raise Fault(MEMORY)
        for value in latest_first:
            link.send(number(value))

    # --- digitizing: DCV with a short aperture, SWEEP, triggered by a level
    def _arm_sampler(self) -> None:
        arm(self._sampler, self._settings)
        self._stored.clear()

    def _keep_samples(self, link: Link) -> bool:
        """Wait for the samples and put them into memory; False if the client left or the meter was reset."""
        resets = self._resets
        samples = self._sampler.wait(lambda: self._resets != resets or link.peek() is None)
        if samples is None:
            return False
        self._stored.extend(samples.tolist())
        return True

    # --- measuring
    def _pause(self, seconds: float, link: Link) -> bool:
        """Let bench time pass; return True if the measurement must be given up."""
        resets = self._resets
        return self._bench.clock.sleep(seconds, lambda: self._resets != resets or link.peek() is None)

    def _acal(self, parameters: list[str], link: Link) -> None:
        what = parameters[0] if parameters else "ALL"
        if what not in ACAL_SECONDS:
            raise Fault(UNDEFINED)
        self._pause(ACAL_SECONDS[what], link)

    def _reading(self, link: Link) -> float | None:
        bench, resets = self._bench, self._resets
        if self._settings.auto_range:
            self._choose_range()
        settings = self._settings
        if settings.delay and self._pause(settings.delay, link):
            return None
        since = bench.clock.ticks()
        # Autozero takes a second aperture with the input shorted inside; it does not see the circuit.
        given_up = self._pause(settings.aperture, link)
        until = bench.clock.ticks()
        given_up = given_up or (settings.auto_zero and self._pause(settings.aperture, link))
        if given_up or self._resets != resets:
            return None
        with bench.lock:
            key = (bench.noise_key(), *settings.of_noise())
            deviate = self._noise.deviate(key, bench.revision)
            if settings.function == "DCI":
                amperes = -bench.mean_current(self._input.shunt, since, until)
                noise = bench.current_noise(self._input.shunt, settings.nplc)
                return indicate(amperes, AMPERE_NOISE, noise, deviate, settings, self._amperes)
            hi, lo = self._input.sense if settings.function == "OHMF" else (self._input.hi, self._input.lo)
            volts = bench.mean_voltage(hi, lo, since, until)
            noise = bench.output_noise(hi, lo, settings.nplc)
        if settings.function == "DCV":
            return indicate_volts(volts, noise, deviate, settings, self._volts)
        ohms = volts / TEST_AMPERES[settings.full_scale]
        return indicate(ohms, OHM_NOISE, 0.0, deviate, settings, self._ohms)

    def _choose_range(self) -> None:
        bench, settings = self._bench, self._settings
        now = bench.clock.ticks()
        hi, lo = self._input.sense if settings.function == "OHMF" else (self._input.hi, self._input.lo)
        seen = abs(bench.mean_voltage(hi, lo, now, now))
        if settings.function == "DCI":
            seen = abs(bench.mean_current(self._input.shunt, now, now))
        elif settings.function != "DCV":
            seen /= TEST_AMPERES[settings.full_scale]
        fitting = next((s for s in settings.scales if seen <= largest(s)), settings.scales[-1])
        if fitting != settings.full_scale:
            self._apply(replace(settings, full_scale=fitting))
