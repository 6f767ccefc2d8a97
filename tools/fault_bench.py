"""A small virtual bench for the fault matrix, and what is measured on it with each instrument.

The bench runs in virtual time: only what goes wrong on the wire takes real time.
"""

from __future__ import annotations

import tempfile
import time
from base64 import b64decode
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchtui import roles
from benchtui.instruments import open_instrument
from benchtui.instruments.driver import WiredInstrument
from benchtui.profiles import BenchInstrument
from benchtui.quantity import Reading, Waveform
from benchtui.virtualbench.clock import BenchClock
from benchtui.virtualbench.faults import Faults, Kind
from benchtui.virtualbench.passives import PASSIVE
from benchtui.virtualbench.program import Assembly, RunningBench
from benchtui.virtualbench.registry import INSTRUMENTS

if TYPE_CHECKING:
    import threading

SEED: Final = 2009
SOCKET: Final = "TCPIP::127.0.0.1::0::SOCKET"
SERIAL: Final = "ASRL::INSTR"
IT: Final = "it"
"""Name of the instrument that faults befall, unless it is the analyzer: that is always ``uut``."""


class Strike(Faults):
    """Faults of which the first occasions are passed over, so that a chosen reply of a reading is struck."""

    passed_over = 0
    """Occasions on which the fault still lets the reply pass."""
    occasions = 0
    """Replies so far."""

    def take(self, *kinds: Kind) -> Kind | None:
        """Return the fault that is to come, once its turn has come."""
        if "missing" in kinds:
            self.occasions += 1
        if self.passed_over and any(self.pending(kind) for kind in kinds):
            self.passed_over -= 1
            return None
        return super().take(*kinds)


@dataclass(frozen=True)
class Seen:
    """What a reading gave: its numbers, the text it was read from, and the flags."""

    values: tuple[float, ...]
    raw: str = ""
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Task:
    """What is done with an instrument: *ready* brings the bench to the level 0, 1 or 2; *act* is what is struck."""

    ready: Callable[[int], None]
    act: Callable[[], Seen]


class Stage:
    """A bench with the instruments of one row, and their drivers.

    Parameters
    ----------
    struck
        Name of the instrument that faults befall.
    instruments
        Name -> profile and standard (empty: none).
    """

    def __init__(self, struck: str, instruments: Mapping[str, tuple[str, str]]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "bench.toml")
            path.write_text(_bench_file(instruments), encoding="utf-8")
            assembly = Assembly(path)
            truth = assembly.truth(SEED, None)
        self.struck = struck
        self.clock = BenchClock("virtual")
        self.running = RunningBench(assembly, truth, self.clock)
        self.running.bench.set_interlock(closed=True)
        faults = self.running.faults[struck]
        faults.__class__ = Strike  # the one object is known to the server and to the model of the instrument
        assert isinstance(faults, Strike)
        self.faults = faults
        self._drivers: dict[str, roles.Instrument] = {}
        self._profiles = {name: profile for name, (profile, _) in instruments.items()}
        self._modules = {module.name: module.model for module in assembly.uut.modules}

    # --- the clock, as drivers know it
    def now(self) -> float:
        """Return the bench's time."""
        return self.clock.now()

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        """Let bench time pass."""
        self.clock.advance(seconds)
        return stop.is_set()

    def driver(self, name: str) -> Any:
        """Return the driver of *name*; only that of the struck instrument is not connected yet."""
        if name not in self._drivers:
            entry = BenchInstrument(profile=self._profiles[name], resource=self.running.resources()[name])
            instrument = open_instrument(name, entry, clock=self, modules=self._modules)
            self._drivers[name] = instrument
            if name != self.struck:
                instrument.connect()
        return self._drivers[name]

    def connect(self) -> None:
        """Connect the struck instrument, for the first time or anew."""
        self._drivers[self.struck].connect()

    def await_armed(self) -> None:
        """Wait until a digitizer has taken in that it is armed: some cannot be asked while they wait."""
        deadline = time.monotonic() + 30.0
        front: Any = self.running.servers[self.struck]._front
        while front._sampler.idle:
            assert time.monotonic() < deadline, "it was never armed"
            time.sleep(0.001)

    def received(self) -> str:
        """Return all that came from the struck instrument lately."""
        driver = self._drivers[self.struck]
        assert isinstance(driver, WiredInstrument)
        return b"".join(e.octets for e in driver.wire_log(200) if e.direction == "in").decode("latin-1")

    def wire(self, *leads: str) -> None:
        """Connect leads such as ``cal.hi it.hi``; the analyzer's have the module in the middle."""
        ends = [[_terminal(end) for end in lead.split()] for lead in leads]
        self.running.bench.wire([(a, b) for a, b in ends])

    def close(self) -> None:
        """Let go of everything."""
        for driver in self._drivers.values():
            with suppress(Exception):
                driver.close()
        self.running.close()


def _terminal(end: str) -> tuple[str, str, str]:
    name, *module, terminal = end.split(".")
    return name, module[0] if module else "", terminal


def _bench_file(instruments: Mapping[str, tuple[str, str]]) -> str:
    lines = ['name = "Faults"', "[virtual]", f'control = "{SOCKET}"', 'uut = "keysight-b1505a-complete"']
    for name, (profile, standard) in instruments.items():
        serial = profile in INSTRUMENTS and INSTRUMENTS[profile].baud
        resource = PASSIVE if profile == "passive" else SERIAL if serial else SOCKET
        lines += [f"[instruments.{name}]", f'profile = "{profile}"', f'resource = "{resource}"']
        lines += [f'standard = "{standard}"'] if standard else []
    return "\n".join(lines)


def seen(reading: Reading | Waveform) -> Seen:
    """Return what a reading or a waveform says."""
    values = (reading.value,) if isinstance(reading, Reading) else reading.values
    return Seen(values, reading.raw if isinstance(reading, Reading) else "", reading.flags)


# --- what is done with each instrument
MILLIAMPERE: Final = Decimal("0.001")


def voltmeter(stage: Stage) -> Task:
    """Read a voltage of a calibrator."""
    cal: roles.VoltageSource = stage.driver("cal")
    it: roles.Voltmeter = stage.driver(IT)
    stage.wire("cal.hi it.hi", "cal.lo it.lo", "cal.lo uut..common")

    def ready(level: int) -> None:
        cal.source_voltage("", Decimal((1, 2, 4)[level]), span=Decimal(11), current_limit=MILLIAMPERE)
        it.prepare_voltage(Decimal(10))

    return Task(ready, lambda: seen(it.read_voltage()))


def null_detector(stage: Stage) -> Task:
    """Read the current that a calibrator drives through 1 GΩ."""
    cal: roles.VoltageSource = stage.driver("cal")
    it: roles.NullDetector = stage.driver(IT)
    stage.wire("cal.hi r.a", "r.b it.in", "cal.lo it.lo")

    def ready(level: int) -> None:
        cal.source_voltage("", Decimal((20, 100, 50)[level]), span=Decimal(220), current_limit=MILLIAMPERE)
        it.prepare_null(Decimal("2E-7"))
        stage.clock.advance(120.0)

    return Task(ready, lambda: seen(it.read_null()))


def digitizer(stage: Stage) -> Task:
    """Read out a pulse of the analyzer at a shunt."""
    uut: roles.PulseSource = stage.driver("uut")
    it: roles.Digitizer = stage.driver(IT)
    stage.wire("uut.HCSMU.force r.a", "r.b uut..common", "r.pa it.hi", "r.pb it.lo")

    def ready(level: int) -> None:
        amperes = Decimal((2, 9, 5)[level])
        it.prepare_waveform(span=Decimal(1), rate=Decimal(50000), samples=40, before=0, level=Decimal("0.1"))
        uut.prepare_pulse(
            "HCSMU", amperes, span=Decimal(20), width=Decimal("0.002"), voltage_limit=Decimal(5)
        )
        it.arm()
        stage.await_armed()
        uut.fire("HCSMU")

    return Task(ready, lambda: seen(it.read_waveform()))


def counter(stage: Stage) -> Task:
    """Count the test signal of the analyzer's capacitance unit."""
    uut: roles.CapacitanceMeter = stage.driver("uut")
    it: roles.FrequencyCounter = stage.driver(IT)
    stage.wire("uut.MFCMU.high it.in1", "uut.MFCMU.low it.lo")

    def ready(level: int) -> None:
        frequency = Decimal((1_000_000, 3_000_000, 2_000_000)[level])
        uut.prepare_capacitance("MFCMU", frequency=frequency, level=Decimal("0.25"))
        it.prepare_frequency(Decimal(1_000_000), gate=Decimal("0.1"))

    return Task(ready, lambda: seen(it.read_frequency()))


def calibrator(stage: Stage) -> Task:
    """Set a voltage; the number is what the instrument is set to in the end."""
    it: roles.VoltageSource = stage.driver(IT)
    volts = Decimal(0)

    def ready(level: int) -> None:
        nonlocal volts
        volts = Decimal((1, 4, 2)[level])

    def act() -> Seen:
        it.source_voltage("", volts, span=Decimal(11), current_limit=MILLIAMPERE)
        limits = it.compliance("")
        (state,) = (source for source in stage.running.bench.sources() if source["instrument"] == IT)
        level = state["set"]
        assert isinstance(level, float)
        return Seen((level if state["on"] else 0.0,), flags=("compliance",) if limits else ())

    return Task(ready, act)


def analyzer_source(stage: Stage) -> Task:
    """Set a voltage that needs the interlock; the number is what the output is set to in the end."""
    uut: roles.VoltageSource = stage.driver("uut")
    volts = Decimal(0)

    def ready(level: int) -> None:
        nonlocal volts
        volts = Decimal((50, 90, 70)[level])

    def act() -> Seen:
        if stage.faults.take("interlock-open"):
            stage.running.bench.set_interlock(closed=False)
        uut.source_voltage("MPSMU", volts, span=Decimal(100), current_limit=MILLIAMPERE)
        limits = uut.compliance("MPSMU")
        output = stage.running.bench.outputs["MPSMU"]
        return Seen((output.level if output.on else 0.0,), flags=("compliance",) if limits else ())

    return Task(ready, act)


def analyzer_voltage(stage: Stage) -> Task:
    """Read back the voltage of an output."""
    uut: roles.VoltageSource = stage.driver("uut")
    meter: roles.MeasureUnit = stage.driver("uut")

    def ready(level: int) -> None:
        volts = Decimal((1, 9, 5)[level])
        uut.source_voltage("MPSMU", volts, span=Decimal(20), current_limit=MILLIAMPERE)
        stage.clock.advance(1.0)

    return Task(ready, lambda: seen(meter.measure_voltage("MPSMU", span=Decimal(20))))


def analyzer_pulse(stage: Stage) -> Task:
    """Fire a pulse into a shunt."""
    uut: roles.PulseSource = stage.driver("uut")
    stage.wire("uut.HCSMU.force r.a", "r.b uut..common")

    def ready(level: int) -> None:
        amperes = Decimal((2, 9, 5)[level])
        uut.prepare_pulse(
            "HCSMU", amperes, span=Decimal(20), width=Decimal("0.001"), voltage_limit=Decimal(5)
        )

    return Task(ready, lambda: seen(uut.fire("HCSMU")))


def analyzer_capacitance(stage: Stage) -> Task:
    """Measure one of three capacitors."""
    uut: roles.CapacitanceMeter = stage.driver("uut")

    def ready(level: int) -> None:
        capacitor = ("c100p", "c1n", "c10n")[level]
        stage.wire(f"uut.MFCMU.high {capacitor}.a", f"uut.MFCMU.low {capacitor}.b")
        uut.prepare_capacitance("MFCMU", frequency=Decimal(100_000), level=Decimal("0.1"))

    return Task(ready, lambda: seen(uut.read_capacitance("MFCMU")))


def _let_in(stage: Stage, pascals: float) -> None:
    stage.running.chamber.set_pressure("N2", pascals)
    stage.clock.advance(3600.0)


def ion_current(stage: Stage) -> Task:
    """Read the peak of nitrogen."""
    it: roles.MassSpectrometer = stage.driver(IT)

    def ready(level: int) -> None:
        _let_in(stage, (1e-5, 1e-3, 1e-4)[level])
        it.switch_filament(on=True)

    return Task(ready, lambda: seen(it.read_ion_current(28)))


def spectrum(stage: Stage) -> Task:
    """Scan the peak of nitrogen."""
    it: roles.MassSpectrometer = stage.driver(IT)

    def ready(level: int) -> None:
        _let_in(stage, (1e-5, 1e-3, 1e-4)[level])
        it.switch_filament(on=True)

    def act() -> Seen:
        scan = it.scan(28, 29, points_per_mass=10)
        return Seen(scan.values, b64decode(scan.raw).decode("latin-1"), scan.flags)

    return Task(ready, act)


def gauge(stage: Stage) -> Task:
    """Read a vacuum gauge."""
    it: roles.PressureGauge = stage.driver(IT)
    return Task(lambda level: _let_in(stage, (1e-5, 1e-3, 1e-4)[level]), lambda: seen(it.read_pressure(1)))


def balance(stage: Stage) -> Task:
    """Weigh."""
    it: roles.Balance = stage.driver(IT)
    return Task(
        lambda level: stage.running.pans[IT].place((0.02, 0.1, 0.05)[level]), lambda: seen(it.read_mass())
    )


def room(stage: Stage) -> Task:
    """Read temperature, humidity and pressure of the room."""
    it: roles.RoomMonitor = stage.driver(IT)

    def ready(level: int) -> None:
        stage.running.room.change(
            temperature=(18.0, 28.0, 23.0)[level],
            humidity=(30.0, 60.0, 45.0)[level],
            pressure=(95e3, 103e3, 99e3)[level],
        )

    def act() -> Seen:
        readings = it.read_room()
        air = [readings[quantity] for quantity in ("temperature", "humidity", "pressure")]
        flags = tuple(flag for reading in air for flag in reading.flags)
        return Seen(tuple(reading.value for reading in air), air[0].raw, flags)

    return Task(ready, act)
