"""A B1505A-class analyzer with the FLEX command language.

Source: B1500A/B1505A Programming Guide, "Command reference". Sources, spot measurements, the staircase voltage
sweep, the pulsed spot of a current and the spot measurement of the capacitance unit are carried out.
"""

from __future__ import annotations

import math
import re
from collections import deque
from typing import TYPE_CHECKING, Final

from benchtui.virtualbench.servers.flex_capacitance import Capacitance
from benchtui.virtualbench.servers.flex_measure import PULSED_SPOT, SPOT_CAPACITANCE, Measurement
from benchtui.virtualbench.servers.flex_pulse import Pulses
from benchtui.virtualbench.servers.flex_sources import Sources
from benchtui.virtualbench.servers.flex_words import ERRORS, FORMATS, SLOTS, Fault, Field, encode

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchtui.virtualbench.bench import VirtualBench
    from benchtui.virtualbench.outputs import Output
    from benchtui.virtualbench.servers.link import Link

IDENTITY: Final = "Agilent Technologies,B1505A,0,A.06.02.2022.0101"
QUIET: Final = frozenset(["BC", "ERMOD", "FL", "LSI", "LSV", "PAX", "RM", "TGP", "TM", "VAR", "WAT"])
"""Words that are accepted and change nothing that could be seen here."""
KEPT: Final = ("CM", "PAD", "TSC")
"""Words whose one parameter is kept and told by ``*LRN?``, with no other effect here."""
SELF_TEST_SECONDS: Final = 60.0


class FlexAnalyzer:
    """The front end of the unit under test on the bench."""

    def __init__(self, bench: VirtualBench) -> None:
        self._bench = bench
        self._outputs = {o.slot: o for o in bench.outputs.values()}
        self._errors: deque[tuple[int, int]] = deque(maxlen=30)
        self._measurement = Measurement(bench, self._outputs)
        self._sources = Sources(bench, self._outputs, self._measurement.halt)
        self._pulses = Pulses(bench, self._sources, self._measurement)
        self._capacitance = Capacitance(bench, self._measurement.pause)
        self._format, self._format_mode = 1, 0
        self._kept = dict.fromkeys(KEPT, 0)
        bench.on_trip = lambda output: self._errors.append((202, output.slot))
        self._queries: dict[str, Callable[[list[float]], str]] = {
            "*IDN?": lambda _: IDENTITY,
            "UNT?": self._unt,
            "*OPC?": lambda _: "1",
            "*STB?": self._stb,
            "ERRX?": self._errx,
            "ERR?": self._err,
            "EMG?": self._emg,
            "*LRN?": self._lrn,
            "INTLKVTH?": lambda _: f"{bench.interlock_volts:g}",
            **self._capacitance.queries,
        }
        self._commands: dict[str, Callable[[list[float]], None]] = {
            "*RST": self._rst,
            "FMT": self._fmt,
            "AB": self._ab,
            "WV": self._wv,
            **self._sources.commands,
            **self._measurement.settings,
            **self._pulses.settings,
            **self._capacitance.settings,
        }
        self._takes_time: dict[str, Callable[[list[float], Link], None]] = {
            "TV": lambda a, link: self._spot("V", a, link),
            "TI": lambda a, link: self._spot("I", a, link),
            "TTV": lambda a, link: self._spot("TV", a, link),
            "TTI": lambda a, link: self._spot("TI", a, link),
            "TTIV": lambda a, link: self._spot("TIV", a, link),
            "XE": self._xe,
            "PA": self._pa,
            "TC": self._tc,
            "TTC": self._tc,
            "CORR?": self._correction,
            "ADJ?": self._phase,
            "*TST?": self._self_test,
        }

    # --- the wire
    def handle(self, line: str, link: Link) -> None:
        """Carry out the commands of one line."""
        for command in filter(None, (part.strip() for part in line.upper().split(";"))):
            try:
                self._one(command, link)
            except Fault as fault:
                self._errors.append((fault.code, fault.slot))

    def refuse(self, _link: Link) -> None:
        """Note an unknown command."""
        self._errors.append((100, 0))

    def _one(self, command: str, link: Link) -> None:
        match = re.fullmatch(r"(\*?[A-Z]+\??)\s*(.*)", command)
        header, tail = match.groups() if match else ("", "")
        if header in self._queries:
            try:
                link.send(self._queries[header](_numbers(tail)))
            except (LookupError, ValueError) as error:
                raise Fault(120) from error
        elif header in self._takes_time:
            self._takes_time[header](_numbers(tail), link)
        elif header in self._commands:
            arguments = _numbers(tail)
            try:
                self._commands[header](arguments)
            except (LookupError, ValueError) as error:
                raise Fault(120) from error
        elif header in KEPT:
            self._kept[header] = int(next(iter(_numbers(tail)), 0.0))
        elif header not in QUIET:
            raise Fault(100)

    # --- queries
    def _unt(self, _: list[float]) -> str:
        fitted = {slot: output.module.model for slot, output in self._outputs.items()}
        fitted |= {slot: unit.module.model for slot, unit in self._bench.capacitance_units.items()}
        return ";".join(f"{fitted.get(slot, '0')},0" for slot in range(1, SLOTS + 1))

    def _stb(self, _: list[float]) -> str:
        return "32" if self._errors else "0"

    def _errx(self, arguments: list[float]) -> str:
        code, slot = self._errors.popleft() if self._errors else (0, 0)
        number = f"{code:+d}" if code == 0 else str(code)
        where = f"; CH{slot}" if slot else ""
        return number if arguments == [1.0] else f'{number},"{ERRORS[code]}{where}"'

    def _err(self, _: list[float]) -> str:
        codes = [self._errors.popleft()[0] if self._errors else 0 for _ in range(4)]
        return ",".join(map(str, codes))

    def _emg(self, arguments: list[float]) -> str:
        return ERRORS.get(int(arguments[0]) if arguments else 0, "")

    def _lrn(self, arguments: list[float]) -> str:
        slots = sorted(self._outputs)
        kind = int(arguments[0]) if arguments else 0
        if kind == 0:
            units = [slot for slot, unit in self._bench.capacitance_units.items() if unit.on]
            on = ",".join(map(str, sorted([s for s in slots if self._outputs[s].on] + units)))
            return f"CN{on}" if on else "CL"
        if kind in self._outputs:
            return self._lrn_channel(self._outputs[kind])
        if kind == 31:
            return (
                f"TM1;AV{self._measurement.averaging()};CM{self._kept['CM']};FMT{self._format},{self._format_mode}"
                f";{self._measurement.learn_mode()}"
            )
        if kind == 53:
            return ";".join(f"SSR{s},{int(self._outputs[s].series_ohms > 0)}" for s in slots)
        if kind == 54:
            return ";".join(f"RM{s},1" for s in slots)
        if kind in (60, 110):
            word = "TSC" if kind == 60 else "PAD"
            return f"{word}{self._kept[word]}"
        learned = self._measurement.learn(kind)
        if learned is None:
            raise Fault(120)
        return learned

    def _lrn_channel(self, output: Output) -> str:
        if not output.on:
            return f"CL{output.slot}"
        if output.quantity == "V":
            code = round(10 * float(output.range.span)) if output.range else 0
            return f"DV{output.slot},{code},{output.level:.6E},{output.limit:.6E},0,0"
        return f"DI{output.slot},0,{output.level:.6E},{output.limit:.6E},0,0"

    # --- settings
    def _rst(self, _: list[float]) -> None:
        self._measurement.abort()
        self._sources.reset()
        self._measurement.reset()
        self._capacitance.reset()
        self._format, self._format_mode = 1, 0
        self._kept = dict.fromkeys(KEPT, 0)

    def _fmt(self, arguments: list[float]) -> None:
        if int(arguments[0]) not in FORMATS:
            raise Fault(120)
        self._format = int(arguments[0])
        self._format_mode = int(arguments[1]) if len(arguments) > 1 else 0

    def _ab(self, _: list[float]) -> None:
        self._measurement.abort()

    def _wv(self, arguments: list[float]) -> None:
        output = self._sources.output(arguments[0])
        start, stop = arguments[3], arguments[4]
        if int(arguments[1]) in (2, 4) and start * stop <= 0.0:
            raise Fault(130)
        range_ = self._sources.voltage_range(output, int(arguments[2]), max(abs(start), abs(stop)))
        limit = self._sources.limit(output, range_, arguments[6:7])
        self._measurement.set_sweep(output, int(arguments[1]), range_, start, stop, int(arguments[5]), limit)

    # --- measurements
    def _spot(self, kinds: str, arguments: list[float], link: Link) -> None:
        if not arguments:
            raise Fault(122)
        output = self._sources.output(arguments[0])
        if not output.on:
            raise Fault(200, output.slot)
        ranges = [int(a) for a in arguments[1:]]
        fields = self._measurement.spot(output, kinds, ranges, link)
        if fields is not None:
            link.send(encode(fields, self._format))

    def _xe(self, arguments: list[float], link: Link) -> None:
        if arguments:
            raise Fault(120)
        for output in self._measurement.needs_on():
            if not output.on:
                raise Fault(200, output.slot)
        for output, volts, limit in self._measurement.heights():
            if not self._bench.allowed("V", volts, limit):
                raise Fault(202, output.slot)
        if self._measurement.mode == PULSED_SPOT:
            fields: list[Field] | None = self._pulses.fire(link)
        elif self._measurement.mode == SPOT_CAPACITANCE:
            fields = self._capacitance.spot(self._measurement.channels[0], link)
        else:
            fields = self._measurement.execute(link, with_source=self._format_mode > 0)
        if fields is None:
            return
        if not fields:
            raise Fault(120)
        link.send(encode(fields, self._format))

    def _tc(self, arguments: list[float], link: Link) -> None:
        if not arguments:
            raise Fault(122)
        fields = self._capacitance.spot(int(arguments[0]), link)
        if fields is not None:
            link.send(encode(fields, self._format))

    def _correction(self, arguments: list[float], link: Link) -> None:
        if len(arguments) != 2:
            raise Fault(120)
        link.send(self._capacitance.correct(int(arguments[0]), int(arguments[1]), link))

    def _phase(self, arguments: list[float], link: Link) -> None:
        if not arguments:
            raise Fault(122)
        link.send(self._capacitance.compensate(int(arguments[0]), link))

    def _self_test(self, _: list[float], link: Link) -> None:
        """Test itself; afterwards all output switches are open."""
        if not self._measurement.pause(SELF_TEST_SECONDS, link):
            self._commands["CL"]([])
            link.send("0")

    def _pa(self, arguments: list[float], link: Link) -> None:
        if len(arguments) != 1 or arguments[0] < 0.0:
            raise Fault(120)
        self._measurement.pause(arguments[0], link)


def _numbers(text: str) -> list[float]:
    if not text.strip():
        return []
    try:
        numbers = [float(word) for word in text.split(",")]
    except ValueError as error:
        raise Fault(102) from error
    if not all(map(math.isfinite, numbers)):
        raise Fault(102)
    return numbers
