from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from tests.virtualbench.line_client import BenchInTest

if TYPE_CHECKING:
    from collections.abc import Iterator

SINGLE = ("RESET", "END ALWAYS", "PRESET NORM", "TARM HOLD", "NRDGS 1,AUTO", "TRIG AUTO")


@pytest.fixture
def bench() -> Iterator[BenchInTest]:
    with BenchInTest(leads="MPSMU") as bench:
        bench.dmm.write(*SINGLE)
        yield bench


def force(bench: BenchInTest, volts: float) -> None:
    bench.uut.write("CN 3", f"DV 3,0,{volts},0.001")
    assert bench.uut.query("ERRX?") == '+0,"No Error."'
    bench.advance(5.0)


def seconds_of(bench: BenchInTest, command: str) -> float:
    before = bench.hands.ask(do="now")["now"]
    bench.dmm.query(command)
    passed: float = bench.hands.ask(do="now")["now"] - before
    return passed


def test_identity_and_state(bench: BenchInTest) -> None:
    assert bench.dmm.query("ID?") == "HP3458A"
    assert bench.dmm.query("REV?") == "9,2"
    assert bench.dmm.query("CALNUM?") == "117"
    assert 20.0 < float(bench.dmm.query("TEMP?")) < 50.0
    assert bench.dmm.query("STB?") == "16"
    assert (bench.dmm.query("ERR?"), bench.dmm.query("AUXERR?")) == ("0", "0")


def test_a_single_reading(bench: BenchInTest) -> None:
    force(bench, 10.0)
    bench.dmm.write("DCV 10;NPLC 100;AZERO ON;NDIG 8;OFORMAT ASCII;MATH OFF")
    reading = bench.dmm.query("TARM SGL,1")
    assert re.fullmatch(r" \d\.\d{8}E[+-]\d\d", reading)
    assert float(reading) == pytest.approx(10.0, rel=2e-3)
    force(bench, -10.0)
    assert float(bench.dmm.query("TARM SGL")) == pytest.approx(-10.0, rel=2e-3)
    assert bench.dmm.query("ERRSTR?") == '0,"NO ERROR"'


@pytest.mark.parametrize(
    ("settings", "seconds"),
    [
        ("NPLC 100;AZERO ON", 4.0),
        ("NPLC 100;AZERO OFF", 2.0),
        ("NPLC 10;AZERO ONCE", 0.2),
        ("APER 0.5;AZERO OFF", 0.5),
        ("NPLC 50;AZERO OFF;DELAY 3", 4.0),
    ],
)
def test_a_reading_takes_bench_time(bench: BenchInTest, settings: str, seconds: float) -> None:
    bench.dmm.write("DCV 10", *settings.split(";"))
    assert bench.dmm.query("ERR?") == "0"
    assert seconds_of(bench, "TARM SGL,1") == pytest.approx(seconds, abs=1e-6)


@pytest.mark.parametrize(("nplc", "step"), [(10, 1e-7), (1, 1e-6), (0.1, 1e-5), (0.001, 1e-4)])
def test_resolution_follows_the_integration_time(bench: BenchInTest, nplc: float, step: float) -> None:
    force(bench, 5.0)
    bench.dmm.write("DCV 10", f"NPLC {nplc}")
    counts = [float(bench.dmm.query("TARM SGL,1")) / step for _ in range(5)]
    assert counts == pytest.approx([round(c) for c in counts], abs=1e-3)
    assert any(round(c) % 10 for c in counts)


@pytest.mark.parametrize(
    ("span", "inside", "beyond"),
    [("0.1", 0.119, 0.121), ("1", 1.19, 1.21), ("10", -11.9, -12.1), ("100", 99.0, 0)],
)
def test_over_range_is_the_word_for_it(bench: BenchInTest, span: str, inside: float, beyond: float) -> None:
    bench.set_dmm(f"DCV {span}")
    force(bench, inside)
    assert float(bench.dmm.query("TARM SGL,1")) == pytest.approx(inside, rel=5e-3)
    if beyond:
        force(bench, beyond)
        assert float(bench.dmm.query("TARM SGL,1")) == (1e38 if beyond > 0 else -1e38)


def test_the_largest_range_ends_at_1050_volts() -> None:
    with BenchInTest(leads="HVSMU") as bench:
        bench.set_dmm(*SINGLE, "DCV 1000")
        bench.set("CN 6", "DV 6,0,1040,0.001")
        bench.advance(5.0)
        assert float(bench.dmm.query("TARM SGL,1")) == pytest.approx(1040, rel=2e-3)
        bench.set("DV 6,0,1060,0.001")
        bench.advance(5.0)
        assert bench.dmm.query("TARM SGL,1") == " 1.00000000E+38"


def test_ranges(bench: BenchInTest) -> None:
    for word, full_scale in [
        ("0.1", 0.1),
        ("0.12", 0.1),
        ("0.13", 1),
        ("12", 10),
        ("13", 100),
        ("1050", 1000),
    ]:
        bench.dmm.write(f"DCV {word}")
        assert float(bench.dmm.query("RANGE?")) == full_scale
    bench.dmm.write("RANGE 10")
    assert float(bench.dmm.query("RANGE?")) == 10
    assert bench.dmm.query("ARANGE?") == "0"
    bench.dmm.write("DCV 1100")
    assert bench.dmm.query("ERRSTR?") == '106,"PARAMETER OUT OF RANGE"'
    assert float(bench.dmm.query("RANGE?")) == 10


def test_automatic_range(bench: BenchInTest) -> None:
    for command in ("DCV AUTO", "DCV -1", "DCV"):
        bench.dmm.write("DCV 10", command)
        for volts, full_scale in [(0.1, 0.1), (50.0, 100), (-5.0, 10)]:
            force(bench, volts)
            bench.dmm.query("TARM SGL,1")
            assert float(bench.dmm.query("RANGE?")) == full_scale
    bench.set_dmm("ARANGE OFF")
    force(bench, 50.0)
    assert float(bench.dmm.query("TARM SGL,1")) == 1e38


def test_input_resistance(bench: BenchInTest) -> None:
    bench.set("CN 3", "SSR 3,1", "DV 3,0,10,0.001")
    bench.advance(5.0)
    readings = {}
    for setting in ("DCV 10", "DCV 100", "DCV 10;FIXEDZ ON"):
        bench.set_dmm("FIXEDZ OFF", *setting.split(";"))
        bench.advance(10.0)
        readings[setting] = float(bench.dmm.query("TARM SGL,1"))
    assert readings["DCV 100"] / readings["DCV 10"] == pytest.approx(10 / 11 * (1 + 1e-4), rel=3e-5)
    assert readings["DCV 10;FIXEDZ ON"] == pytest.approx(readings["DCV 100"], rel=3e-5)


def test_reversed_leads_reverse_the_sign(bench: BenchInTest) -> None:
    leads = [[["uut", "MPSMU", "force"], ["dmm", "", "lo"]], [["uut", "", "common"], ["dmm", "", "hi"]]]
    assert bench.hands.ask(do="wire", connections=leads)["ok"]
    bench.set_dmm("DCV 10")
    force(bench, 5.0)
    assert float(bench.dmm.query("TARM SGL,1")) == pytest.approx(-5.0, rel=2e-3)


def test_open_leads_read_nothing(bench: BenchInTest) -> None:
    assert bench.hands.ask(do="wire", connections=[])["ok"]
    bench.set_dmm("DCV 10")
    force(bench, 5.0)
    bench.advance(60.0)
    assert abs(float(bench.dmm.query("TARM SGL,1"))) < 1e-4


def test_triggers(bench: BenchInTest) -> None:
    bench.dmm.write("DCV 10", "NRDGS 3,AUTO", "TARM SGL,2")
    assert len([bench.dmm.read() for _ in range(6)]) == 6
    bench.dmm.write("NRDGS 1,AUTO", "TRIG HOLD", "TARM SGL,1")
    assert bench.dmm.query("ID?") == "HP3458A"  # armed, and waiting for its trigger
    bench.dmm.write("TRIG SGL")
    assert float(bench.dmm.read()) == pytest.approx(0.0, abs=0.02)
    bench.dmm.write("TRIG SGL")  # not armed any more: no reading comes before the next answer
    assert bench.dmm.query("ID?") == "HP3458A"
    bench.dmm.write("TARM AUTO", "TRIG SGL")
    assert float(bench.dmm.read()) == pytest.approx(0.0, abs=0.02)


def test_reading_memory(bench: BenchInTest) -> None:
    force(bench, 1.0)
    bench.dmm.write("DCV 10", "MEM FIFO", "NRDGS 3,AUTO", "TARM SGL,1")
    assert bench.dmm.query("MCOUNT?") == "3"
    assert bench.dmm.query("STB?") == "144"
    bench.dmm.write("RMEM 1,3,1")
    assert [float(bench.dmm.read()) for _ in range(3)] == pytest.approx([1.0] * 3, rel=0.01)
    bench.dmm.write("RMEM 1,4,1")
    assert bench.dmm.query("ERR?") == "128"
    bench.dmm.write("MEM OFF")
    assert bench.dmm.query("MCOUNT?") == "0"


def test_resistance(bench: BenchInTest) -> None:
    # The meter sees the output resistance of the source and two leads: 0.4 Ω, the source's offset apart.
    bench.set_dmm("OHM 10")
    bench.set("CN 3", "DV 3,0,0,0.1")
    bench.advance(1.0)
    with_offset = float(bench.dmm.query("TARM SGL,1"))
    offset = bench.truth.uut["MPSMU"]["0.5 V"].offset
    assert with_offset - offset / 1e-2 == pytest.approx(0.4, abs=1e-4)
    assert bench.hands.ask(do="wire", connections=[])["ok"]
    bench.set_dmm("OHM 1E9")
    bench.advance(1e6)
    assert float(bench.dmm.query("TARM SGL,1")) == 1e38


@pytest.mark.parametrize(
    ("command", "register"),
    [
        ("FOO 1", 8),
        ("*IDN?", 8),
        ("AZERO MAYBE", 32),
        ("TARM SOON", 32),
        ("NPLC TEN", 32),
        ("NPLC NAN", 32),
        ("NPLC 1001", 64),
        ("APER 2", 64),
        ("NRDGS 0", 64),
        ("DELAY 7000", 64),
        ("MEM MAYBE", 32),
        ("ACAL SOME", 32),
        ("ACV 10", 2048),
        ("FUNC FREQ", 2048),
        ("PRESET FAST", 2048),
        ("OFORMAT DINT", 2048),
        ("NRDGS 5,TIMER", 32),
        ("NRDGS 5,EXT", 2048),
    ],
)
def test_errors_are_registered_and_cleared_by_reading(
    bench: BenchInTest, command: str, register: int
) -> None:
    bench.dmm.write(command)
    assert bench.dmm.query("STB?") == "48"
    assert bench.dmm.query("ERR?") == str(register)
    assert bench.dmm.query("ERR?") == "0"
    bench.dmm.write(command)
    assert bench.dmm.query("ERRSTR?").startswith(str(100 + register.bit_length() - 1) + ',"')
    assert bench.dmm.query("ERRSTR?") == '0,"NO ERROR"'


def test_settings_are_told_and_reset(bench: BenchInTest) -> None:
    queries = ("NPLC?", "APER?", "AZERO?", "FIXEDZ?", "DELAY?", "RANGE?", "LINE?")
    bench.dmm.write("NPLC 100", "AZERO OFF", "FIXEDZ ON", "DELAY 2", "FUNC DCV,10")
    assert [float(bench.dmm.query(q)) for q in queries] == [100, 2, 0, 1, 2, 10, 50]
    bench.dmm.write("RESET")
    assert [float(bench.dmm.query(q)) for q in queries] == [10, 0.2, 1, 0, 0, 10, 50]


def test_autocalibration_takes_its_time(bench: BenchInTest) -> None:
    before = bench.hands.ask(do="now")["now"]
    bench.dmm.write("ACAL DCV")
    assert bench.dmm.query("ERR?") == "0"
    assert bench.hands.ask(do="now")["now"] - before == pytest.approx(165.0, abs=1e-3)
