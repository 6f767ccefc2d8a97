"""The electrical drivers against the virtual bench: its instruments speak their protocols, its circuit is one."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest
from tests.instruments.test_against_virtual_bench import Hands

from benchtui import profiles
from benchtui.instruments import open_instrument
from benchtui.instruments.b1500 import B1500
from benchtui.instruments.table_digitizer import TableDigitizer
from benchtui.instruments.table_driver import TableInstrument
from benchtui.instruments.table_meter import TableCounter, TableNullDetector, TableVoltmeter
from benchtui.instruments.table_source import TableVoltageSource
from benchtui.profiles import Bench, Uut

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchtui.roles import Instrument

R = TypeVar("R")
INSTRUMENTS = {
    "uut": ("keysight-b1505a", ""),
    "dmm": ("keysight-3458a", "3458a"),
    "cal": ("fluke-5730a", "5730a"),
    "eme": ("keithley-6517b", "6517b"),
    "fem": ("keysight-b2987a", "b2987a"),
    "smp": ("keithley-dmm7510", "dmm7510"),
    "dig": ("keysight-34470a", "34470a"),
    "cnt": ("keysight-53230a", "53230a"),
    "r1g": ("passive", "high-value-resistor-1g"),
    "r1k": ("passive", "standard-resistor-1k"),
    "shunt": ("passive", "pulse-shunt-0r1"),
    "c100p": ("passive", "capacitor-100p"),
}
UUT = """
name = "Power device analyzer"
manufacturer = "Keysight"
model = "B1505A"

[[modules]]
name = "MPSMU"
model = "B1511B"
voltage-output = [{ name = "2 V", span = "2" }, { name = "20 V", span = "20" }]
voltage-measurement = [{ name = "2 V", span = "2" }, { name = "20 V", span = "20" }]
current-output = [{ name = "1 mA", span = "0.001" }]
current-measurement = [{ name = "10 nA", span = "0.00000001" }, { name = "1 mA", span = "0.001" }]

[[modules]]
name = "HCSMU"
model = "B1512A"
pulsed-current = [{ name = "20 A", span = "20" }]

[[modules]]
name = "MFCMU"
model = "B1520A"
frequencies = [{ name = "1 MHz", span = "1000000" }]
capacitances = [{ name = "100 pF", span = "1e-10" }]
"""


class BenchTime:
    """The bench's own clock, over the control socket."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands

    def now(self) -> float:
        return float(self._hands.do("now")["now"])

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        self._hands.do("advance", seconds=seconds)
        return stop.is_set()


class Stand:
    """The bench with its addresses, and the drivers that were opened on it."""

    def __init__(self, folder: Path, addresses: dict[str, str], hands: Hands) -> None:
        self.hands = hands
        self.addresses = addresses
        self._clock = BenchTime(hands)
        self._bench = profiles.load(folder / "bench.toml", Bench)
        uut = profiles.load(folder / "uut" / "keysight-b1505a.toml", Uut)
        self._modules = {module.name: module.model for module in uut.modules}
        self._open: list[Instrument] = []

    def connect(self, name: str, role: type[R]) -> R:
        entry = self._bench.instruments[name]
        entry = profiles.BenchInstrument(
            profile=entry.profile, resource=self.addresses[name], standard=entry.standard
        )
        instrument = open_instrument(name, entry, clock=self._clock, modules=self._modules)
        self._open.append(instrument)
        instrument.connect()
        assert isinstance(instrument, role)
        return instrument

    def wire(self, *leads: str) -> None:
        """Connect leads such as ``cal.hi r1g.a``."""
        ends = [[self._terminal(end) for end in lead.split()] for lead in leads]
        self.hands.do("wire", connections=ends)

    def _terminal(self, end: str) -> list[str]:
        name, *module, terminal = end.split(".")
        return [name, module[0] if module else "", terminal]

    def close(self) -> None:
        for instrument in self._open:
            instrument.safe_off()
            instrument.close()


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    (tmp_path / "uut").mkdir()
    (tmp_path / "uut" / "keysight-b1505a.toml").write_text(UUT, encoding="utf-8")
    lines = ['name = "Electrical bench"', "[virtual]", 'control = "TCPIP::127.0.0.1::0::SOCKET"']
    for name, (profile, standard) in INSTRUMENTS.items():
        resource = "PASSIVE" if profile == "passive" else "TCPIP::127.0.0.1::0::SOCKET"
        lines += [f"[instruments.{name}]", f'profile = "{profile}"', f'resource = "{resource}"']
        lines += [f'standard = "{standard}"'] if standard else []
    bench = tmp_path / "bench.toml"
    bench.write_text("\n".join(lines), encoding="utf-8")
    argv = [
        sys.executable,
        "-m",
        "benchtui.virtualbench",
        str(bench),
        "--time-scale",
        "virtual",
        "--seed",
        "7",
    ]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        addresses: dict[str, str] = json.loads(process.stdout.readline())
        with closing(Hands(addresses["control"])) as hands:
            hands.do("interlock", closed=True)
            with closing(Stand(tmp_path, addresses, hands)) as stand:
                yield stand
    finally:
        process.terminate()
        process.wait(10.0)
        process.stdout.close()


def test_a_calibrated_voltage_is_read_by_the_voltmeter(stand: Stand) -> None:
    cal, dmm = stand.connect("cal", TableVoltageSource), stand.connect("dmm", TableVoltmeter)
    stand.wire("cal.hi dmm.hi", "cal.lo dmm.lo", "cal.lo uut..common")
    for volts in ("0.1", "-10", "100"):
        cal.source_voltage("", Decimal(volts), span=abs(Decimal(volts)), current_limit=Decimal("0.001"))
        dmm.prepare_voltage(Decimal(volts))
        assert dmm.read_voltage().value == pytest.approx(float(volts), rel=5e-5, abs=2e-6)
    assert not cal.compliance("")


@pytest.mark.parametrize("name", ["eme", "fem"])
def test_a_small_current_through_a_high_value_resistor(stand: Stand, name: str) -> None:
    cal, meter = stand.connect("cal", TableVoltageSource), stand.connect(name, TableNullDetector)
    stand.wire("cal.hi r1g.a", f"r1g.b {name}.in", f"cal.lo {name}.lo")
    meter.prepare_null(Decimal("2E-7"))
    cal.source_voltage("", Decimal(100), span=Decimal(220), current_limit=Decimal("0.001"))
    stand.hands.do("advance", seconds=120.0)
    reading = meter.read_null()
    assert reading.value == pytest.approx(1e-7, rel=1e-2)
    meter.prepare_null(Decimal("2E-8"))
    assert "over-range" in meter.read_null().flags
    meter.protect()
    cal.zero("")


def test_the_analyzer_drives_and_measures_a_current(stand: Stand) -> None:
    uut = stand.connect("uut", B1500)
    dmm = stand.connect("dmm", TableVoltmeter)
    stand.wire("uut.MPSMU.force r1k.a", "r1k.b uut..common", "r1k.pa dmm.hi", "r1k.pb dmm.lo")
    uut.source_current("MPSMU", Decimal("0.0005"), span=Decimal("0.001"), voltage_limit=Decimal(2))
    dmm.prepare_voltage(Decimal("0.5"))
    assert dmm.read_voltage().value == pytest.approx(0.5, rel=5e-3)
    assert uut.measure_voltage("MPSMU", span=Decimal(2)).value == pytest.approx(0.5, rel=1e-2)
    assert uut.measure_current("MPSMU", span=Decimal("0.001")).value == pytest.approx(5e-4, rel=1e-2)
    assert not uut.compliance("MPSMU")
    uut.source_current("MPSMU", Decimal("0.001"), span=Decimal("0.001"), voltage_limit=Decimal("0.5"))
    assert uut.compliance("MPSMU")


@pytest.mark.parametrize("name", ["smp", "dig"])
def test_a_pulse_is_caught(stand: Stand, name: str) -> None:
    uut = stand.connect("uut", B1500)
    digitizer = stand.connect(name, TableDigitizer)
    stand.wire("uut.HCSMU.force shunt.a", "shunt.b uut..common", f"shunt.pa {name}.hi", f"shunt.pb {name}.lo")
    digitizer.prepare_waveform(
        span=Decimal(10), rate=Decimal(50000), samples=100, before=20, level=Decimal("0.9")
    )
    uut.prepare_pulse(
        "HCSMU", Decimal(10), span=Decimal(20), width=Decimal("0.001"), voltage_limit=Decimal(5)
    )
    digitizer.arm()
    fired = uut.fire("HCSMU")
    waveform = digitizer.read_waveform()
    assert fired.value == pytest.approx(10.0, rel=2e-2)
    assert len(waveform.values) == 100
    assert waveform.start == pytest.approx(-20 * waveform.step)
    assert waveform.values[0] == pytest.approx(0.0, abs=0.02)
    flat = waveform.values[40:60]
    assert sum(flat) / len(flat) == pytest.approx(1.0, rel=2e-2)


def test_frequency_and_capacitance(stand: Stand) -> None:
    uut = stand.connect("uut", B1500)
    counter = stand.connect("cnt", TableCounter)
    uut.prepare_capacitance("MFCMU", frequency=Decimal(1000000), level=Decimal("0.25"))
    stand.wire("uut.MFCMU.high cnt.in1", "uut.MFCMU.low cnt.lo")
    counter.prepare_frequency(Decimal(1000000), gate=Decimal("0.1"))
    assert counter.read_frequency().value == pytest.approx(1e6, rel=2e-4)
    stand.wire("uut.MFCMU.high c100p.a", "uut.MFCMU.low c100p.b")
    assert uut.read_capacitance("MFCMU").value == pytest.approx(1e-10, rel=2e-2)


def test_every_table_instrument_is_identified(stand: Stand) -> None:
    for name in ("dmm", "cal", "eme", "fem", "smp", "dig", "cnt"):
        instrument = stand.connect(name, TableInstrument)
        assert instrument.identity
