"""The circuit of each figure of JJF 2009—2022, with the true values that a calibration would have to find."""

from __future__ import annotations

import re
import socket
import statistics
import struct
from typing import TYPE_CHECKING

import pytest
from tests.virtualbench.electrical_bench import ElectricalBench

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def one_bench() -> Iterator[ElectricalBench]:
    with ElectricalBench() as bench:
        yield bench


@pytest.fixture
def bench(one_bench: ElectricalBench) -> ElectricalBench:
    one_bench.flex("*RST")
    one_bench.say("cal", "*RST")
    one_bench.say("eme", "*RST", "*CLS")
    one_bench.wire()
    one_bench.advance(3600.0)  # what resistors remember is gone
    return one_bench


def field(answer: str) -> float:
    return float(answer[3:])


def amperes(bench: ElectricalBench) -> float:
    match = re.fullmatch(r"([+-]\d\.\d{6}E[+-]\d\d)NADC,.*", bench.ask("eme", ":READ?"))
    assert match is not None
    return float(match[1])


def null_detector(bench: ElectricalBench, span: str) -> None:
    bench.say("eme", ":SENS:FUNC 'CURR';:SENS:CURR:NPLC 10", f":SENS:CURR:RANG {span}", ":SYST:ZCH OFF")
    assert bench.ask("eme", "SYST:ERR?") == '0,"No error"'


class TestSmallCurrents:
    FIGURE_2 = (
        "uut.HRSMU.force eme.in",
        "eme.in r1t.a",
        "r1t.b cal.hi",
        "cal.lo uut..common",
        "eme.lo uut..common",
    )

    def test_the_null_is_where_the_currents_cancel(self, bench: ElectricalBench) -> None:
        bench.wire(*self.FIGURE_2)
        bench.flex("CN 2", "DI 2,8,1E-12,2")
        null_detector(bench, "2E-11")
        bench.say("cal", "OUT -1 V, 0 Hz", "OPER")
        bench.advance(300.0)
        residual = statistics.fmean(amperes(bench) for _ in range(50))
        expected = bench.true("HRSMU", "1 pA", 1e-12) - 1.0 / bench.ohms("r1t")
        offset = bench.truth.standards["eme"]["20 pA"].error * 3e-15
        # 1 % of reading and the zero of the detector; 10 fA is the range over which that wanders, 5 fA to either side.
        assert residual == pytest.approx(expected + offset, abs=5e-15)

    def test_a_resistor_of_one_teraohm_takes_its_time(self, bench: ElectricalBench) -> None:
        bench.wire("cal.hi r1t.a", "r1t.b eme.in", "cal.lo eme.lo", "cal.lo uut..common")
        null_detector(bench, "2E-10")
        bench.say("cal", "OUT 10 V, 0 Hz", "OPER")
        bench.advance(9.9)
        early = amperes(bench)
        bench.advance(300.0)
        late = amperes(bench)
        # One time constant of 1 TΩ and 10 pF: 63 %. The insulator's polarization adds a thousandth.
        assert early / late == pytest.approx(0.635, abs=0.01)
        assert late == pytest.approx(10.0 / bench.ohms("r1t"), rel=2e-2)

    def test_the_polarization_of_the_insulator_outlasts_the_capacitance(self, bench: ElectricalBench) -> None:
        bench.wire("cal.hi r1t.a", "r1t.b eme.in", "cal.lo eme.lo", "cal.lo uut..common")
        network = bench.running.bench
        null_detector(bench, "2E-10")
        bench.say("cal", "OUT 100 V, 0 Hz", "OPER")

        def excess(seconds: float) -> float:
            bench.advance(seconds)
            now = network.clock.ticks()
            final = network.steady(lambda solution: solution.currents["eme input"])
            return network.mean_current("eme input", now, now) / final - 1.0

        # 92 s: the capacitance is within 1e-4 (e^-9.2), the polarization is at 1e-3·e^(-92/30) = 4.7e-5 above.
        assert excess(92.0) == pytest.approx(4.7e-5 - 1.01e-4, abs=2e-6)
        assert excess(60.0) == pytest.approx(6.3e-6, abs=1e-6)

    def test_johnson_noise_of_the_resistor(self, bench: ElectricalBench) -> None:
        bench.wire("r1g.a uut..common", "r1g.b eme.in", "eme.lo uut..common")
        null_detector(bench, "2E-11")
        # 4kT/R over 0.2 s, 2.5 Hz: 6.4 fA of 1 GΩ, far above the detector's own noise.
        assert statistics.stdev(amperes(bench) for _ in range(300)) == pytest.approx(6.4e-15, rel=0.15)

    def test_zero_check_opens_the_input_and_says_so(self, bench: ElectricalBench) -> None:
        bench.wire("cal.hi r1g.a", "r1g.b eme.in", "cal.lo eme.lo")
        bench.say("cal", "OUT 1 V, 0 Hz", "OPER")
        answer = bench.ask("eme", ":READ?")
        assert "ZADC," in answer
        assert abs(float(answer.partition("Z")[0])) < 1e-7

    def test_an_overload(self, bench: ElectricalBench) -> None:
        bench.wire("cal.hi r10m.a", "r10m.b eme.in", "cal.lo eme.lo")
        bench.say("cal", "OUT 1 V, 0 Hz", "OPER")
        null_detector(bench, "2E-9")
        assert bench.ask("eme", ":READ?").startswith("+9.900000E+37OADC,")

    def test_the_module_measures_what_a_resistor_lets_through(self, bench: ElectricalBench) -> None:
        bench.wire("cal.hi r1g.a", "r1g.b uut.HRSMU.force", "cal.lo uut..common")
        bench.flex("CN 2", "DV 2,20,0,0.001", "AAD 2,1", "AIT 1,2,10")
        bench.say("cal", "OUT 5 V, 0 Hz", "OPER")
        bench.advance(200.0)
        flows = -5.0 / bench.ohms("r1g")
        reading = field(bench.uut.query("TI 2,-12"))
        expected = bench.true("HRSMU", "measure.10 nA", flows)
        # The module's own offset voltage drives a current through the resistor as well: 1 mV, 1 pA.
        assert reading == pytest.approx(expected, abs=1.5e-12)
        assert bench.uut.query("TI 2,-10") == "VBI+199.999E+99"


class TestCurrents:
    def test_the_burden_of_an_ammeter_and_its_reading(self, bench: ElectricalBench) -> None:
        bench.wire("uut.HPSMU.force ammeter.i", "ammeter.lo uut..common")
        bench.say("ammeter", "PRESET NORM", "TARM HOLD", "TRIG AUTO", "DCI 1E-3", "NPLC 10")
        bench.flex("CN 1", "DI 1,17,1E-3,2")
        bench.advance(1.0)
        true = bench.true("HPSMU", "1 mA", 1e-3)
        assert float(bench.ask("ammeter", "TARM SGL,1")) == pytest.approx(true, rel=25e-6)
        # 100 Ω and two leads.
        bench.flex("AAD 1,1", "AIT 1,2,10")
        burden = bench.true("HPSMU", "measure.2 V", true * 100.1)
        assert field(bench.uut.query("TV 1,-20")) == pytest.approx(burden, abs=2e-5)
        bench.say("ammeter", "DCI 1E-4")
        assert float(bench.ask("ammeter", "TARM SGL,1")) == 1e38

    @pytest.mark.parametrize("amperes", [1e-3, -1e-3])
    def test_the_voltage_compliance_holds_both_ways(self, bench: ElectricalBench, amperes: float) -> None:
        bench.wire("uut.HPSMU.force r10k.a", "r10k.b uut..common")
        bench.flex("CN 1", f"DI 1,17,{amperes},2")
        bench.advance(1.0)
        answer = bench.uut.query("TV 1")
        assert answer.startswith("CAV")
        assert field(answer) == pytest.approx(2.0 if amperes > 0 else -2.0, rel=2e-3)

    def test_a_resistor_of_four_terminals(self, bench: ElectricalBench) -> None:
        bench.wire("uut.HPSMU.force r0r01.a", "r0r01.b uut..common", "r0r01.pa dmm.hi", "r0r01.pb dmm.lo")
        bench.say("dmm", "PRESET NORM", "TARM HOLD", "TRIG AUTO", "DCV 0.1", "NPLC 10")
        bench.flex("CN 1", "DI 1,20,1,2")
        bench.advance(1.0)
        seen = float(bench.ask("dmm", "TARM SGL,1"))
        # The leads of 50 mΩ do not count, their thermal EMF of 500 nV each does.
        assert seen == pytest.approx(bench.true("HPSMU", "1 A", 1.0) * bench.ohms("r0r01"), abs=1.5e-6)

    def test_current_ranges_are_limited_automatic(self, bench: ElectricalBench) -> None:
        bench.flex("CN 1,2")
        bench.uut.write("DI 1,8,1E-9,2")
        assert bench.uut.query("ERRX? 1") == "124"
        bench.uut.write("DI 2,17,0.11,2")
        assert bench.uut.query("ERRX? 1") == "120"
        bench.flex("DI 2,11,2E-6,2")
        assert bench.running.bench.outputs["HRSMU"].error_key == "10 µA"


class TestHighVoltage:
    def test_the_divider(self, bench: ElectricalBench) -> None:
        bench.wire(
            "uut.HVSMU.force divider.hi",
            "uut..common divider.lo",
            "divider.tap500 dmm.hi",
            "divider.lo dmm.lo",
        )
        bench.say("dmm", "PRESET NORM", "TARM HOLD", "TRIG AUTO", "DCV 10", "NPLC 10")
        bench.flex("CN 6", "DV 6,15000,1000,0.001")
        bench.advance(2.0)
        error = bench.truth.standards["divider"]["500"].error
        ratio = 500.05 + error * 0.15
        volts = bench.true("HVSMU", "1500 V", 1000.0) / ratio
        # The meter's 10 GΩ on a low arm of 200 kΩ takes 20 ppm.
        assert float(bench.ask("dmm", "TARM SGL,1")) == pytest.approx(volts * (1 - 2e-5), rel=2e-5)


class TestPulse:
    LEADS = (
        "uut.UHCU.force shunt10m.a",
        "shunt10m.b uut..common",
        "shunt10m.pa digitizer.hi",
        "shunt10m.pb digitizer.lo",
    )
    ARMED = (
        'DIG:FUNC "VOLT";:DIG:VOLT:RANG 10;:DIG:VOLT:SRAT 1000000;:DIG:VOLT:APER AUTO',
        "DIG:VOLT:ATR:MODE EDGE",
        "DIG:VOLT:ATR:EDGE:LEV 2.7",
        "DIG:VOLT:ATR:EDGE:SLOP RIS",
        'TRAC:POIN 1200,"defbuffer1"',
        'TRIG:LOAD "LoopUntilEvent",ATR,10,ENT,0,"defbuffer1"',
        "INIT",
    )

    def fire(self, bench: ElectricalBench, amperes: float) -> str:
        bench.flex("CN 8", "MM 3,8", "CMM 8,1", "RI 8,-26", "PT 0,0.001,0.1", f"PI 8,26,0,{amperes},60")
        return bench.uut.query("XE")

    @pytest.fixture
    def waveform(self, bench: ElectricalBench) -> list[float]:
        bench.wire(*self.LEADS)
        bench.say("digitizer", "*RST", "*CLS", "FORM ASC", *self.ARMED)
        assert bench.ask("digitizer", "TRIG:STAT?").startswith("WAITING")
        assert self.fire(bench, 300.0).startswith("NHI+")
        assert bench.ask("digitizer", "*OPC?") == "1"
        samples = bench.ask("digitizer", 'TRAC:DATA? 1,1200,"defbuffer1",READ')
        assert bench.ask("digitizer", "SYST:ERR?") == '0,"No error"'
        return [float(sample) for sample in samples.split(",")]

    def test_the_flat_top_is_the_current_times_the_shunt(
        self, bench: ElectricalBench, waveform: list[float]
    ) -> None:
        top = statistics.fmean(waveform[450:780])
        current = bench.true("UHCU", "pulse.500 A", 300.0)
        assert top == pytest.approx(current * bench.ohms("shunt10m"), rel=7e-3)
        # The same without the digitizer's own error.
        error = bench.truth.standards["digitizer"]["10 V"].error
        assert top == pytest.approx(current * bench.ohms("shunt10m"), rel=2e-3 + 7e-3 * abs(error))

    def test_it_rises_overshoots_and_falls(self, bench: ElectricalBench, waveform: list[float]) -> None:
        steady = statistics.fmean(waveform[450:780])
        assert max(map(abs, waveform[:95])) < 0.03
        assert waveform[119] < 2.7 <= waveform[120]
        assert 1.002 < max(waveform[120:140]) / steady < 1.2  # 8 nH at 300 A in 20 µs
        assert min(waveform[1110:1160]) < -0.03  # the same at the fall, into zero
        assert abs(waveform[-1]) < 0.03

    def test_the_module_measures_its_own_pulse(self, bench: ElectricalBench) -> None:
        bench.wire(*self.LEADS)
        answer = self.fire(bench, 300.0)
        seen = bench.true("UHCU", "pulse-measure.500 A", bench.true("UHCU", "pulse.500 A", 300.0))
        assert field(answer) == pytest.approx(seen, rel=2e-4)

    def test_an_open_circuit_is_compliance(self, bench: ElectricalBench) -> None:
        bench.wire()
        answer = self.fire(bench, 300.0)
        assert answer.startswith("CHI")
        assert abs(field(answer)) < 1.0

    def test_binary_blocks_hold_the_same_samples(self, bench: ElectricalBench) -> None:
        bench.wire(*self.LEADS)
        bench.say("digitizer", "*RST", "FORM REAL", "FORM:BORD SWAP", *self.ARMED)
        assert bench.ask("digitizer", "TRIG:STAT?").startswith("WAITING")
        self.fire(bench, 300.0)
        host, port = bench.running.resources()["digitizer"].split("::")[1:3]
        with socket.create_connection((host, int(port)), 10.0) as raw, raw.makefile("rb") as answers:
            raw.sendall(b'TRAC:DATA? 1,1200,"defbuffer1",READ\n')
            assert answers.read(6) == b"#49600"
            binary = struct.unpack("<1200d", answers.read(9600))
            assert answers.read(1) == b"\n"
        bench.say("digitizer", "FORM ASC")
        written = bench.ask("digitizer", 'TRAC:DATA? 1,1200,"defbuffer1",READ').split(",")
        assert [float(sample) for sample in written] == pytest.approx(list(binary), rel=1e-8)

    @pytest.mark.parametrize(
        ("line", "code"),
        [
            ("PI 6,26,0,10,60", "151"),
            ("PI 8,26,0,2100,60", "120"),
            ("PI 8,26,-1,10,60", "130"),
            ("PT 0,1E-6", "120"),
            ("PT -1,1E-3", "120"),
            ("MM 3,8,4", "120"),
            ("XE", "120"),
        ],
    )
    def test_wrong_pulses(self, bench: ElectricalBench, line: str, code: str) -> None:
        bench.flex("CN 8", "MM 3,4" if line == "XE" else "MM 1,8", "CN 4")
        bench.uut.write(line)
        assert bench.uut.query("ERRX? 1") == code


class TestCapacitance:
    def connect(self, bench: ElectricalBench, name: str) -> None:
        bench.wire(f"uut.MFCMU.high {name}.a", f"uut.MFCMU.low {name}.b")

    def corrected(self, bench: ElectricalBench, hertz: float) -> None:
        bench.flex("CN 9", "IMP 100", f"FC 9,{hertz}", "ACV 9,0.03", "CLCORR 9,1", f"CORRL 9,{hertz}")
        for number, name in ((1, "open"), (2, "short")):
            self.connect(bench, name)
            assert bench.uut.query(f"CORR? 9,{number}") == "0"
            bench.flex(f"CORRST 9,{number},1")

    @pytest.mark.parametrize(
        ("name", "key", "hertz"), [("c10p", "10 pF", 1e6), ("c1n", "1 nF", 5e6), ("c100n", "100 nF", 1e4)]
    )
    def test_the_corrected_reading(self, bench: ElectricalBench, name: str, key: str, hertz: float) -> None:
        self.corrected(bench, hertz)
        self.connect(bench, name)
        answer = bench.uut.query("TC 9,0").split(",")
        assert [word[:3] for word in answer] == ["NIC", "NIY"]
        part = bench.running.bench.parts[name]
        (true,) = [e.farads for e in part.alternating(hertz) if e.name.endswith("body")]  # type: ignore[union-attr]  # the body is the capacitance
        assert field(answer[0]) == pytest.approx(bench.true("MFCMU", f"measure.{key}", true), rel=2e-4)

    def test_without_correction_strays_count(self, bench: ElectricalBench) -> None:
        self.connect(bench, "c10p")
        bench.flex("CN 9", "FC 9,1000000", "ACV 9,0.03")
        raw = field(bench.uut.query("TC 9,0").split(",")[0])
        self.corrected(bench, 1e6)
        self.connect(bench, "c10p")
        assert raw - field(bench.uut.query("TC 9,0").split(",")[0]) == pytest.approx(150e-15, rel=0.02)

    def test_a_closed_switch_and_a_signal_are_needed(self, bench: ElectricalBench) -> None:
        bench.uut.write("TC 9,0")
        assert bench.uut.query("ERRX? 1") == "200"
        bench.flex("CN 9")
        assert bench.uut.query("TC 9,0").startswith("UIC")
        bench.flex("ACV 9,0.1", "DZ 9")
        assert bench.uut.query("TC 9,0").startswith("UIC")
        bench.flex("RZ 9")
        assert bench.uut.query("TC 9,0").startswith("NIC")
        assert bench.uut.query("*LRN? 0") == "CN9"
        assert bench.uut.query("ADJ? 9,1") == "0"

    def test_modes_of_impedance(self, bench: ElectricalBench) -> None:
        self.corrected(bench, 1e5)
        self.connect(bench, "c1n")
        capacitance = field(bench.uut.query("TC 9,0").split(",")[0])
        for mode, expected in ((1, -1 / (6.283185e5 * capacitance)), (10, 1 / (6.283185e5 * capacitance))):
            bench.flex(f"IMP {mode}")
            first, second = bench.uut.query("TC 9,0").split(",")
            assert field(second if mode == 1 else first) == pytest.approx(expected, rel=1e-3)
        bench.uut.write("IMP 400")
        assert bench.uut.query("ERRX? 1") == "120"

    def test_the_counter_counts_the_test_signal(self, bench: ElectricalBench) -> None:
        bench.wire("uut.MFCMU.high counter.in1", "uut..common counter.lo")
        bench.flex("CN 9", "FC 9,1000000", "ACV 9,0.25")
        bench.say("counter", "*RST", "*CLS", "CONF:FREQ (@1)", "SENS:FREQ:GATE:TIME 1")
        hertz = float(bench.ask("counter", "READ?"))
        assert hertz == pytest.approx(bench.true("MFCMU", "1 MHz", 1e6), rel=1.2e-7)
        bench.flex("CL 9")
        assert float(bench.ask("counter", "READ?")) == 9.91e37
        assert bench.ask("counter", "SYST:ERR?") == '+0,"No error"'


class TestCalibrator:
    def test_to_a_hazardous_voltage_it_goes_over_standby(self, bench: ElectricalBench) -> None:
        bench.wire("cal.hi dmm.hi", "cal.lo dmm.lo", "cal.lo uut..common")
        bench.say("cal", "OUT 10 V, 0 Hz", "OPER")
        assert int(bench.ask("cal", "ISR?")) & 1
        assert not int(bench.ask("cal", "ISR?")) & 4096
        bench.advance(6.0)
        assert int(bench.ask("cal", "ISR?")) & 4096
        bench.say("cal", "OUT 100 V, 0 Hz")
        assert not int(bench.ask("cal", "ISR?")) & 1
        bench.say("cal", "OPER", "OUT 200 V, 0 Hz")
        assert int(bench.ask("cal", "ISR?")) & 1

    def test_its_error_is_what_the_profile_allows(self, bench: ElectricalBench) -> None:
        bench.wire("cal.hi dmm.hi", "cal.lo dmm.lo", "cal.lo uut..common")
        bench.say("dmm", "PRESET NORM", "TARM HOLD", "TRIG AUTO", "DCV 10", "NPLC 100")
        bench.say("cal", "OUT 10 V, 0 Hz", "OPER")
        bench.advance(10.0)
        reading = float(bench.ask("dmm", "TARM SGL,1"))
        errors = bench.truth.standards
        expected = 10 + errors["cal"]["11 V"].error * (40e-6 + 2.5e-6)
        expected += errors["dmm"]["10 V"].error * (80e-6 + 0.5e-6)
        # The set level is 91 % of the range: all of the floor acts.
        assert reading == pytest.approx(expected, abs=3e-6)

    @pytest.mark.parametrize(
        "line", ["OUT 1200 V, 0 Hz", "OUT 3 A, 0 Hz", "OUT abc", "OUT 1 V, 50 Hz", "NONSENSE"]
    )
    def test_faults(self, bench: ElectricalBench, line: str) -> None:
        bench.say("cal", "*CLS", line)
        assert bench.ask("cal", "FAULT?") != "0"
        assert bench.ask("cal", "FAULT?") == "0"
        assert bench.ask("cal", "OUT?") == "0.0000000E+00,V,0.00E+00"

    def test_range_lock(self, bench: ElectricalBench) -> None:
        bench.say("cal", "OUT 20 V, 0 Hz", "RANGELCK ON", "OUT 1 V, 0 Hz")
        assert bench.ask("cal", "FAULT?") == "0"
        bench.say("cal", "OUT 30 V, 0 Hz")
        assert bench.ask("cal", "FAULT?") != "0"
