"""Measurements of the FLEX analyzer: integration time, spot readings, the staircase sweep."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from benchtui.virtualbench.noise import KeyedNoise
from benchtui.virtualbench.outputs import COMMON, Output
from benchtui.virtualbench.servers.flex_words import INVALID, Field, current_span, voltage_span

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchtui.profiles import ModuleRange
    from benchtui.virtualbench.bench import VirtualBench
    from benchtui.virtualbench.servers.link import Link

LINE_HERTZ: Final = 50.0
SAMPLE_SECONDS: Final = (20e-6, 80e-6)
"""One sample of the high-speed and of the high-resolution converter."""
SPOT_SECONDS: Final = 2e-3
"""What a spot measurement takes beside its aperture; in virtual time, what lets a polled output discharge."""
VOLT_NOISE: Final = 2e-6
"""Noise of a voltage measurement over one power line cycle, as a part of the output range."""
AMPERE_NOISE: Final = 1e-6
AMPERE_FLOOR: Final = 2e-16
"""Noise of a current measurement over one power line cycle: as a part of the range, and in amperes."""
SPOT, STAIRCASE, PULSED_SPOT, SPOT_CAPACITANCE = 1, 2, 3, 17


@dataclass(frozen=True)
class Sweep:
    """A staircase of voltages."""

    output: Output
    mode: int
    range: ModuleRange
    start: float
    stop: float
    steps: int
    limit: float

    def levels(self) -> list[float]:
        """Return the voltages in their order; modes 3 and 4 go there and back."""
        last = max(self.steps - 1, 1)
        if self.mode in (1, 3):
            up = [self.start + (self.stop - self.start) * k / last for k in range(self.steps)]
        else:
            ratio = math.log(self.stop / self.start)
            up = [self.start * math.exp(ratio * k / last) for k in range(self.steps)]
        return up if self.mode in (1, 2) else [*up, *reversed(up)]


class Measurement:
    """What the analyzer's converters are set to, and what they do.

    Parameters
    ----------
    bench
        The bench.
    outputs
        The modules by slot.
    """

    def __init__(self, bench: VirtualBench, outputs: dict[int, Output]) -> None:
        self._bench = bench
        self._outputs = outputs
        self._noise = {slot: KeyedNoise(bench.truth.seed, "module noise", slot) for slot in outputs}
        self._aborts = 0
        self._halts = 0
        self.settings: dict[str, Callable[[list[float]], None]] = {
            "AV": self._av,
            "AIT": self._ait,
            "AAD": self._aad,
            "AZ": self._az,
            "MM": self._mm,
            "CMM": self._cmm,
            "RI": self._ri,
            "RV": self._rv,
            "WT": self._wt,
            "WM": self._wm,
            "TSR": self._tsr,
        }
        self.reset()

    def reset(self) -> None:
        """Go back to the settings of *RST."""
        self._converter = dict.fromkeys(self._outputs, 0)
        self._integration = {0: (0, 1.0), 1: (0, 6.0), 2: (0, 1.0)}
        self._auto_zero = 0
        self._mode, self._channels = SPOT, list[int]()
        self._quantity = dict.fromkeys(self._outputs, 0)
        self._range_i = dict.fromkeys(self._outputs, 0)
        self._range_v = dict.fromkeys(self._outputs, 0)
        self._timing = [0.0] * 5
        self._abort_at_compliance, self._post = False, 1
        self._sweep: Sweep | None = None
        self._timer = self._bench.clock.ticks()

    def abort(self) -> None:
        """End the measurement that is running, on whatever connection."""
        self._aborts += 1

    def halt(self) -> None:
        """Keep a running sweep from changing an output again: somebody has set one to 0 V or opened it."""
        self._halts += 1

    # --- settings
    def _av(self, a: list[float]) -> None:
        count, mode = a[0], int(a[1]) if len(a) > 1 else 0
        self._integration[0] = (2, -count) if count < 0 else (mode, count)

    def _ait(self, a: list[float]) -> None:
        kind, mode = int(a[0]), int(a[1])
        if kind not in self._integration or mode not in (0, 1, 2, 3):
            raise ValueError(a)
        count = a[2] if len(a) > 2 else {(1, 0): 6.0, (1, 1): 3.0, (0, 3): 2e-6}.get((kind, mode), 1.0)
        if count <= 0.0:
            raise ValueError(a)
        self._integration[kind] = (mode, count)

    def _aad(self, a: list[float]) -> None:
        if int(a[1]) not in self._integration:
            raise ValueError(a)
        self._put(self._converter, a)

    def _az(self, a: list[float]) -> None:
        self._auto_zero = int(a[0])

    def _mm(self, a: list[float]) -> None:
        mode, channels = int(a[0]), [int(c) for c in a[1:]]
        known = set(self._bench.capacitance_units) if mode == SPOT_CAPACITANCE else set(self._outputs)
        if mode not in (SPOT, STAIRCASE, PULSED_SPOT, SPOT_CAPACITANCE) or not set(channels) <= known:
            raise ValueError(a)
        if mode in (PULSED_SPOT, SPOT_CAPACITANCE) and len(channels) != 1:
            raise ValueError(a)
        self._mode, self._channels = mode, channels

    def _cmm(self, a: list[float]) -> None:
        self._put(self._quantity, a)

    def _ri(self, a: list[float]) -> None:
        self._put(self._range_i, a)

    def _rv(self, a: list[float]) -> None:
        self._put(self._range_v, a)

    def _put(self, table: dict[int, int], a: list[float]) -> None:
        if int(a[0]) not in table:
            raise ValueError(a)
        table[int(a[0])] = int(a[1])

    def _wt(self, a: list[float]) -> None:
        if min(a) < 0.0:
            raise ValueError(a)
        self._timing = [*a, *[0.0] * 5][:5]

    def _wm(self, a: list[float]) -> None:
        self._abort_at_compliance = int(a[0]) == 2
        self._post = int(a[1]) if len(a) > 1 else 1

    def _tsr(self, _: list[float]) -> None:
        self._timer = self._bench.clock.ticks()

    def set_sweep(
        self,
        output: Output,
        mode: int,
        range_: ModuleRange,
        start: float,
        stop: float,
        steps: int,
        limit: float,
    ) -> None:
        """Define the staircase. Raises ``ValueError`` for an unknown mode or no steps."""
        if mode not in (1, 2, 3, 4) or not 1 <= steps <= 10001:
            raise ValueError(mode)
        self._sweep = Sweep(output, mode, range_, start, stop, steps, limit)

    # --- learning
    def averaging(self) -> str:
        """Return the parameters of AV."""
        mode, count = self._integration[0]
        return f"{-count:g}" if mode == 2 else f"{count:g},{mode}"

    def learn_mode(self) -> str:
        """Return the measurement mode with its channels."""
        return "MM" + ",".join(map(str, [self._mode, *self._channels]))

    def learn(self, kind: int) -> str | None:
        """Return the settings of *kind* as commands; None if the analyzer does not know it."""
        slots = sorted(self._outputs)
        match kind:
            case 32:
                return ";".join(f"RI{s},{self._range_i[s]};RV{s},{self._range_v[s]}" for s in slots)
            case 33:
                words = ["WT" + ",".join(f"{t:g}" for t in self._timing)]
                words.append(f"WM{1 + self._abort_at_compliance},{self._post}")
                if self._sweep is not None:
                    s = self._sweep
                    code = round(10 * float(s.range.span))
                    words.append(
                        f"WV{s.output.slot},{s.mode},{code},{s.start:g},{s.stop:g},{s.steps},{s.limit:g}"
                    )
                return ";".join(words)
            case 46:
                return ";".join(f"CMM{s},{self._quantity[s]}" for s in slots)
            case 55:
                return ";".join(f"AAD{s},{self._converter[s]}" for s in slots)
            case 56:
                words = [f"AIT{kind},{mode},{count:g}" for kind, (mode, count) in self._integration.items()]
                return ";".join([*words, f"AZ{self._auto_zero}"])
        return None

    # --- measuring
    def pause(self, seconds: float, link: Link) -> bool:
        """Let bench time pass; True if an AB came, on this or another connection, or the client left."""
        aborts = self._aborts

        def interrupted() -> bool:
            waiting = link.peek()
            return self._aborts != aborts or waiting is None or waiting.lstrip()[:2].upper() == b"AB"

        return self._bench.clock.sleep(seconds, interrupted)

    def spot(self, output: Output, kinds: str, ranges: list[int], link: Link) -> list[Field] | None:
        """Measure the *kinds* T, V, I of one channel, in that order; None if it was aborted."""
        if self.pause(SPOT_SECONDS, link):
            return None
        seconds = (self._bench.clock.ticks() - self._timer) / 1e9
        measured = [k for k in kinds if k != "T"]
        fields = [Field("N", output.slot, "T", seconds)] if "T" in kinds else []
        for kind, code in zip(measured, [*ranges, *[0] * len(measured)], strict=False):
            field = self._measure(output, kind, code, link)
            if field is None:
                return None
            fields.append(field)
        return fields

    @property
    def mode(self) -> int:
        """What MM has set."""
        return self._mode

    @property
    def channels(self) -> list[int]:
        """The channels of MM."""
        return list(self._channels)

    def needs_on(self) -> list[Output]:
        """Return the outputs that must be on for the measurement that is set."""
        if self._mode == SPOT_CAPACITANCE:
            return []
        outputs = [self._outputs[c] for c in self._channels]
        return [*outputs, self._sweep.output] if self._mode == STAIRCASE and self._sweep else outputs

    def heights(self) -> list[tuple[Output, float, float]]:
        """Return output, largest voltage and limit of the sweep that is set, if the mode is a sweep."""
        if self._mode != STAIRCASE or self._sweep is None:
            return []
        s = self._sweep
        return [(s.output, max(abs(s.start), abs(s.stop)), s.limit)]

    def execute(self, link: Link, *, with_source: bool) -> list[Field] | None:
        """Do what XE asks for; None if it was aborted, an empty list if nothing is set that could be done."""
        channels = [self._outputs[c] for c in self._channels]
        if self._mode == SPOT:
            return self._all(channels, link)
        if self._sweep is None:
            return []
        return self._staircase(self._sweep, channels, link, with_source=with_source)

    def _staircase(
        self, sweep: Sweep, channels: list[Output], link: Link, *, with_source: bool
    ) -> list[Field] | None:
        halts = self._halts
        hold, delay, step_delay = self._timing[:3]
        levels = sweep.levels()
        fields: list[Field] = []
        stopped = False
        if not self._step_to(sweep, levels[0], halts) or self.pause(hold, link):
            return None
        for number, level in enumerate(levels):
            if stopped:
                step: list[Field] | None = [Field("V", o.slot, self.kind(o), INVALID) for o in channels]
            elif not self._step_to(sweep, level, halts) or self.pause(delay, link):
                return None
            else:
                step = self._all(channels, link)
            if step is None or self.pause(step_delay, link):
                return None
            fields += step
            stopped = stopped or (self._abort_at_compliance and any(f.status != "N" for f in step))
            if with_source:
                status = "E" if number == len(levels) - 1 else "W"
                fields.append(Field(status, sweep.output.slot, "V", level, source=True))
        self._step_to(sweep, sweep.start if self._post == 1 else levels[-1], halts)
        return fields

    def _step_to(self, sweep: Sweep, level: float, halts: int) -> bool:
        """Put the next voltage on the output; False if that is not wanted or not allowed any more."""
        with self._bench.lock:
            allowed = sweep.output.on and self._bench.allowed("V", level, sweep.limit)
            if self._halts != halts or not allowed:
                return False
            self._bench.drive(sweep.output, "V", sweep.range, level, sweep.limit)
            return True

    def indicated(
        self, output: Output, ranges: tuple[ModuleRange, ...], code: int, least: float, value: float
    ) -> float:
        """Return what the converter shows for a true *value*: the error is that of the measuring range."""
        wanted = least if code < 0 else max(least, abs(value))
        fitting = next((r for r in ranges if float(r.span) >= wanted * (1.0 - 1e-9)), None)
        if fitting is None:
            return value
        return self._bench.truth.uut[output.module.name][f"measure.{fitting.name}"].true_output(value)

    def kind(self, output: Output, forced: str = "") -> str:
        """Return what a channel measures under XE: by CMM, or the quantity that it does not force."""
        forced, other = ("V", "I") if (forced or output.quantity) == "V" else ("I", "V")
        return {0: other, 1: "I", 2: "V", 3: forced}.get(self._quantity[output.slot], other)

    def _all(self, channels: list[Output], link: Link) -> list[Field] | None:
        fields = []
        for output in channels:
            kind = self.kind(output)
            code = (self._range_v if kind == "V" else self._range_i)[output.slot]
            field = self._measure(output, kind, code, link)
            if field is None:
                return None
            fields.append(field)
        return fields

    def _seconds(self, slot: int) -> float:
        kind = self._converter[slot]
        mode, count = self._integration[kind]
        if mode == 3:
            return count
        return count / LINE_HERTZ if mode == 2 else count * SAMPLE_SECONDS[min(kind, 1)]

    def _measure(self, output: Output, kind: str, code: int, link: Link) -> Field | None:
        bench, slot = self._bench, output.slot
        seconds = self._seconds(slot)
        since = bench.clock.ticks()
        given_up = self.pause(seconds, link)
        until = bench.clock.ticks()
        if self._auto_zero and self._converter[slot] == 1:
            given_up = given_up or self.pause(seconds, link)
        if given_up:
            return None
        with bench.lock:
            cycles = seconds * LINE_HERTZ
            deviate = self._noise[slot].deviate((bench.noise_key(), kind, seconds), bench.revision)
            if kind == "V":
                value = bench.mean_voltage(output.force, COMMON, since, until)
                own = VOLT_NOISE * float(output.range.span) / cycles**0.5 if output.range else 0.0
                noise = bench.output_noise(output.force, COMMON, cycles)
                least, ranges = voltage_span(code), output.module.voltage_measurement
            else:
                element = output.module.name
                value = bench.mean_current(element, since, until)
                least, ranges = current_span(code), output.module.current_measurement
                span = next((float(r.span) for r in ranges if float(r.span) >= max(least, abs(value))), 0.0)
                own = (AMPERE_NOISE * max(span, abs(value)) + AMPERE_FLOOR) / cycles**0.5
                noise = bench.current_noise(element, cycles)
            indicated = self.indicated(output, ranges, code, least, value) + math.hypot(own, noise) * deviate
            if code < 0 and abs(indicated) > 1.15 * least:
                return Field("V", slot, kind, INVALID)
            value = indicated
            if bench.in_compliance(output):
                return Field("C", slot, kind, value)
            elsewhere = any(bench.in_compliance(o) for o in self._outputs.values())
            return Field("T" if elsewhere else "N", slot, kind, value)
