"""More functions of the 3458A, the other digitizer, the other electrometer, SCPI, leads, the truth file."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

import pytest
from tests.virtualbench.electrical_bench import ElectricalBench
from tests.virtualbench.line_client import LineClient

from benchtui.errors import ProfileError
from benchtui.profiles import find
from benchtui.virtualbench.program import Assembly
from benchtui.virtualbench.servers.scpi import OVER_RANGE, block, header
from benchtui.virtualbench.truth import Truth, to_toml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SEMICONDUCTOR = find("benches", "virtual-semiconductor")


@pytest.fixture
def bench() -> Iterator[ElectricalBench]:
    with ElectricalBench() as bench:
        yield bench


@pytest.fixture
def others(tmp_path: Path) -> Iterator[ElectricalBench]:
    """The bench with a 34470A as the digitizer and a B2987A as the electrometer."""
    source = SEMICONDUCTOR.read_text(encoding="utf-8")
    for old, new in (
        ("keithley-dmm7510", "keysight-34470a"),
        ('"dmm7510"', '"34470a"'),
        ("keithley-6517b", "keysight-b2987a"),
        ('"6517b"', '"b2987a"'),
    ):
        source = source.replace(old, new)
    (tmp_path / "bench.toml").write_text(source, encoding="utf-8")
    with ElectricalBench(bench=tmp_path / "bench.toml") as bench:
        yield bench


class TestDmm3458a:
    READY = ("PRESET NORM", "TARM HOLD", "TRIG AUTO", "NPLC 10")

    def test_four_wire_resistance(self, bench: ElectricalBench) -> None:
        bench.wire("dmm.hi r1r.a", "r1r.b dmm.lo", "r1r.pa dmm.shi", "r1r.pb dmm.slo")
        bench.say("dmm", *self.READY, "OHMF 10")
        bench.advance(1.0)
        # 10 mA; a microvolt of thermal EMF in two leads is 0.1 mΩ.
        assert float(bench.ask("dmm", "TARM SGL,1")) == pytest.approx(bench.ohms("r1r"), abs=1.5e-4)
        bench.say("dmm", "OHM 10")
        assert float(bench.ask("dmm", "TARM SGL,1")) == pytest.approx(bench.ohms("r1r") + 0.1, abs=2e-4)

    def test_current_chooses_its_range(self, bench: ElectricalBench) -> None:
        bench.wire("uut.HPSMU.force ammeter.i", "ammeter.lo uut..common")
        bench.say("ammeter", *self.READY, "DCI")
        bench.flex("CN 1", "DI 1,15,5E-6,2")
        bench.advance(1.0)
        true = bench.true("HPSMU", "10 µA", 5e-6)
        assert float(bench.ask("ammeter", "TARM SGL,1")) == pytest.approx(true, rel=5e-5)
        assert float(bench.ask("ammeter", "RANGE?")) == 1e-5

    def test_it_digitizes_a_pulse(self, bench: ElectricalBench) -> None:
        bench.wire("uut.HCSMU.force shunt100m.a", "shunt100m.b uut..common")
        bench.wire(*LEADS_3458A)
        bench.say("dmm", "PRESET DIG", "OFORMAT ASCII", "DCV 10", "APER 5E-6", "TRIG LEVEL", "LEVEL 10,DC")
        bench.say("dmm", "SLOPE POS", "SWEEP 1E-5,90", "MEM FIFO", "TARM SGL")
        assert bench.ask("dmm", "ERRSTR?") == '0,"NO ERROR"'
        bench.flex("CN 4", "MM 3,4", "CMM 4,1", "PT 0,0.001,0.1", "PI 4,22,0,20,20")
        assert bench.uut.query("XE").startswith("NDI")
        bench.dmm.write("RMEM 1,90,1")
        samples = [float(bench.dmm.read()) for _ in range(90)][::-1]
        current = bench.true("HCSMU", "pulse.20 A", 20.0)
        assert statistics.fmean(samples[30:60]) == pytest.approx(current * bench.ohms("shunt100m"), rel=1e-3)
        assert bench.ask("dmm", "MCOUNT?") == "90"

    @pytest.mark.parametrize("line", ["SWEEP 1E-6,10", "SWEEP 1E-4,0", "LEVEL 501", "DCI 2"])
    def test_out_of_range(self, bench: ElectricalBench, line: str) -> None:
        bench.say("dmm", line)
        assert bench.ask("dmm", "ERR?") == "64"

    def test_sampling_needs_memory_and_an_interval(self, bench: ElectricalBench) -> None:
        bench.say("dmm", "PRESET DIG", "TARM SGL")
        assert bench.ask("dmm", "ERR?") == "2048"


LEADS_3458A = (
    "uut.HCSMU.force shunt100m.a",
    "shunt100m.b uut..common",
    "shunt100m.pa dmm.hi",
    "shunt100m.pb dmm.lo",
)


class TestKeysight34470A:
    PREPARED = (
        "CONF:VOLT:DC 10",
        "VOLT:DC:APER 20E-6",
        "VOLT:DC:ZERO:AUTO 0",
        "TRIG:SOUR INT;LEV 1;SLOP POS",
        "SAMP:SOUR TIM",
        "SAMP:TIM MIN",
        "SAMP:COUN 60",
        "SAMP:COUN:PRET 5",
    )

    def test_a_pulse_with_its_beginning(self, others: ElectricalBench) -> None:
        others.wire(*(lead.replace("dmm", "digitizer") for lead in LEADS_3458A))
        others._names["digitizer"].write("*RST", "*CLS", *self.PREPARED, "INIT")
        assert others.ask("digitizer", "SYST:ERR?") == '+0,"No error"'
        assert float(others.ask("digitizer", "SAMP:TIM?")) == 20e-6
        others.flex("CN 4", "MM 3,4", "PT 0,0.001,0.1", "PI 4,22,0,20,20")
        # Without CMM the compliance side is measured: the voltage over shunt and two busbars.
        answer = others.uut.query("XE")
        assert answer.startswith("NDV")
        assert float(answer[3:]) == pytest.approx(20 * 0.101, rel=0.01)
        samples = [float(word) for word in others.ask("digitizer", "FETC?").split(",")]
        current = others.true("HCSMU", "pulse.20 A", 20.0)
        assert len(samples) == 60
        assert statistics.fmean(samples[20:40]) == pytest.approx(
            current * others.ohms("shunt100m"), rel=2e-3, abs=1e-2
        )
        assert max(map(abs, samples[:4])) < 0.05
        assert samples[5] >= 0.95

    def test_a_level_that_never_comes_does_not_hold_others_up(self, others: ElectricalBench) -> None:
        others._names["digitizer"].write(*self.PREPARED, "INIT", "FETC?")
        second = LineClient(others.running.resources()["digitizer"])
        try:
            second.write("*RST;*IDN?")
            assert "34470A" in second._lines.readline()
        finally:
            second.close()

    def test_immediate_samples_and_errors(self, others: ElectricalBench) -> None:
        others._names["digitizer"].write("CONF:VOLT:DC 10", "SAMP:COUN 3")
        assert len(others.ask("digitizer", "READ?").split(",")) == 3
        assert others.ask("digitizer", "R?").startswith("#2")
        for line, code in (("SAMP:COUN 0", -222), ("TRIG:SLOP UP", -224), ("SAMP:COUN", -109), ("NO", -113)):
            others._names["digitizer"].write(line)
            assert others.ask("digitizer", "SYST:ERR?").startswith(f"{code},")


class TestB2987A:
    def test_source_and_interlock(self, others: ElectricalBench) -> None:
        others.wire("eme.vhi r1g.a", "r1g.b eme.in", "eme.vlo eme.lo")
        others.say("eme", ":SOUR:VOLT 100", ":OUTP 1", ":INP 1", ":CURR:RANG 2E-7")
        others.advance(60.0)
        assert float(others.ask("eme", ":MEAS:CURR?")) == pytest.approx(100 / others.ohms("r1g"), rel=5e-3)
        source = next(s for s in others.hands.ask(do="state")["sources"] if s["instrument"] == "eme")
        assert (source["on"], source["set"]) == (True, 100.0)
        assert source["volts"] == pytest.approx(100.0)
        assert others.ask("eme", ":SYST:INT:TRIP?") == "0"
        others.hands.ask(do="interlock", closed=False)
        others.say("eme", ":OUTP 0", ":OUTP 1")
        assert others.ask("eme", ":SYST:ERR?") == '-221,"Settings conflict"'
        others.say("eme", ":CURR:RANG 2E-12")
        assert float(others.ask("eme", ":CURR:RANG?")) == 2e-12


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        (
            "[SENSe[1]:]CURRent[:DC]:RANGe[:UPPer]",
            ["CURR:RANG", "SENS:CURRENT:DC:RANGE:UPP", "SENS1:CURR:RANG"],
            ["CUR:RANG", "CURR", "SENS2:CURR:RANG"],
        ),
        ("SYSTem:ERRor[:NEXT]?", ["SYST:ERR?", "SYSTEM:ERROR:NEXT?"], ["SYST:ERR", "SYSTE:ERR?"]),
        ("*IDN?", ["*IDN?"], ["IDN?"]),
    ],
)
def test_headers(pattern: str, yes: list[str], no: list[str]) -> None:
    assert all(header(pattern).fullmatch(word) for word in yes)
    assert not any(header(pattern).fullmatch(word) for word in no)


def test_block_and_over_range() -> None:
    assert block(b"0123456789") == b"#2100123456789"
    assert OVER_RANGE == 9.9e37


class TestLeads:
    def test_insulation_takes_its_share_and_a_guard_gives_it_back(self, bench: ElectricalBench) -> None:
        network = bench.running.bench

        def leaks(module: str, *leads: str) -> float:
            bench.wire(*leads)
            channel = {"HPSMU": 1, "HRSMU": 2}[module]
            bench.flex("CL", f"CN {channel}", f"DV {channel},0,100,0.001")
            return network.steady(lambda solution: solution.currents[module])

        # 100 V on 100 TΩ is 1 pA, on the 100 PΩ that a guard leaves 1 fA; each of the five nodes has 1 fS more.
        assert leaks("HPSMU", "uut.HPSMU.force r10k.a") == pytest.approx(1.5e-12, rel=0.02)
        assert leaks("HRSMU", "uut.HRSMU.force r1t.a") == pytest.approx(0.5e-12, rel=0.02)

    def test_a_floating_source_and_a_floating_meter_settle(self, bench: ElectricalBench) -> None:
        bench.wire("cal.hi dmm.hi", "cal.lo dmm.lo")
        bench.say("dmm", "PRESET NORM", "TARM HOLD", "TRIG AUTO", "DCV 10", "NPLC 10")
        bench.say("cal", "OUT 5 V, 0 Hz", "OPER")
        bench.advance(2.0)
        assert float(bench.ask("dmm", "TARM SGL,1")) == pytest.approx(5.0, rel=2e-5)


class TestTruth:
    ASSEMBLY = Assembly(SEMICONDUCTOR)

    def read(self, path: Path, source: str) -> Truth:
        path.write_text(source, encoding="utf-8")
        return self.ASSEMBLY.truth(1, path)

    def test_round_trip(self, tmp_path: Path) -> None:
        drawn = self.ASSEMBLY.truth(7, None)
        written = to_toml(drawn, self.ASSEMBLY.declared())
        assert '[uut.HCSMU.pulse-measure."20 A"]' in written
        again = self.read(tmp_path / "truth.toml", written)
        assert again.uut == drawn.uut
        assert again.standards == drawn.standards

    def test_each_function_has_its_own_key(self, tmp_path: Path) -> None:
        truth = self.read(
            tmp_path / "truth.toml",
            """
            [uut.MPSMU]
            gain_error = 1e-4
            offset = 1e-3
            [uut.MPSMU."1 mA"]
            offset = 2e-9
            [uut.MPSMU.measure."1 mA"]
            gain_error = 3e-4
            [uut.MFCMU.measure."10 pF"]
            gain_error = 4e-4
            [uut.MFCMU."1 MHz"]
            gain_error = 5e-6
            [uut.HCSMU.pulse]
            gain_error = 6e-3
            [standards.r1t."1 TΩ"]
            error = 0.5
            [standards.c10p]
            error = -0.5
            """,
        )
        uut = truth.uut["MPSMU"]
        assert (uut["1 mA"].gain_error, uut["1 mA"].offset) == (1e-4, 2e-9)
        assert uut["20 V"].offset == 1e-3
        assert abs(uut["10 mA"].offset) <= 1e-6  # not a millivolt taken for a milliampere
        assert uut["measure.1 mA"].gain_error == 3e-4
        assert truth.uut["MFCMU"]["measure.10 pF"].gain_error == 4e-4
        assert truth.uut["MFCMU"]["1 MHz"].gain_error == 5e-6
        assert truth.uut["HCSMU"]["pulse.20 A"].gain_error == 6e-3
        assert truth.standards["r1t"]["1 TΩ"].error == 0.5
        assert {e.error for e in truth.standards["c10p"].values()} == {-0.5}

    @pytest.mark.parametrize(
        ("source", "key"),
        [
            ('[uut.MPSMU.measure."7 V"]\ngain_error = 0', "7 V is not known"),
            ("[uut.MPSMU.pulse]\ngain_error = 0", "gain_error is not known"),
            ('[standards.r1t."1 GΩ"]\nerror = 0', "1 GΩ is not known"),
        ],
    )
    def test_a_wrong_key_is_refused(self, tmp_path: Path, source: str, key: str) -> None:
        with pytest.raises(ProfileError, match=key):
            self.read(tmp_path / "truth.toml", source)
