"""Physics of pulses, samples and test signals that calibrations rely on, at the shipped bench."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from tests.virtualbench.electrical_bench import ElectricalBench

from benchtui.profiles import Standard, find, load
from benchtui.virtualbench.passives import SHUNT_HENRIES


@pytest.fixture
def bench() -> Iterator[ElectricalBench]:
    with ElectricalBench() as bench:
        yield bench


def samples(bench: ElectricalBench, amperes: float) -> list[float]:
    bench.wire(
        "uut.UHCU.force shunt10m.a",
        "shunt10m.b uut..common",
        "shunt10m.pa digitizer.hi",
        "shunt10m.pb digitizer.lo",
    )
    bench.say(
        "digitizer",
        "*RST",
        "FORM ASC",
        'DIG:FUNC "VOLT";:DIG:VOLT:RANG 10;:DIG:VOLT:SRAT 1000000',
        f"DIG:VOLT:ATR:MODE EDGE;:DIG:VOLT:ATR:EDGE:LEV {0.9 * amperes / 100};:DIG:VOLT:ATR:EDGE:SLOP RIS",
        'TRAC:POIN 1200,"defbuffer1"',
        'TRIG:LOAD "LoopUntilEvent",ATR,10,ENT,0,"defbuffer1"',
        "INIT",
    )
    bench.flex("CN 8", "MM 3,8", "CMM 8,1", "RI 8,-26", "PT 0,0.001,0.1", f"PI 8,26,0,{amperes},60")
    assert bench.uut.query("XE")[:1] == "N"
    return [float(s) for s in bench.ask("digitizer", 'TRAC:DATA? 1,1200,"defbuffer1",READ').split(",")]


@pytest.mark.parametrize("amperes", [60.0, 300.0])
def test_a_digitizer_errs_by_its_share_of_the_limit_at_every_voltage(
    bench: ElectricalBench, amperes: float
) -> None:
    top = samples(bench, amperes)[600:900]
    volts = bench.true("UHCU", "pulse.500 A", amperes) * bench.ohms("shunt10m")
    limit = 1000e-6 * volts + 500e-6 * 10.0
    part = bench.truth.standards["digitizer"]["10 V"].error
    assert sum(top) / len(top) - volts == pytest.approx(part * limit, abs=2e-5)


def test_busbars_let_more_than_a_kiloampere_through(bench: ElectricalBench) -> None:
    bench.wire("uut.UHCU.force shunt5m.a", "shunt5m.b uut..common")
    bench.flex("CN 8", "MM 3,8", "CMM 8,1", "RI 8,-28", "PT 0,0.0005,0.5", "PI 8,28,0,1500,60")
    assert bench.uut.query("XE").startswith("N"), "the voltage limit is not reached"


def test_the_bandwidth_of_a_shunt_is_not_more_than_its_inductance_allows() -> None:
    for name in ("0r005", "0r01", "0r1", "1r"):
        [value] = load(find("standards", f"pulse-shunt-{name}"), Standard).values
        allowed = float(value.nominal) / (2 * math.pi * SHUNT_HENRIES)
        assert 0.8 * allowed < float(value.bandwidth) <= allowed


def test_corrections_hold_at_the_frequencies_of_the_list_and_at_no_other(bench: ElectricalBench) -> None:
    bench.flex("CN 9", "IMP 100", "FC 9,1000", "ACV 9,0.1", "CLCORR 9,1", "CORRL 9,1000", "CORRL 9,1000000")
    for number, name in ((1, "open"), (2, "short")):
        bench.wire(f"uut.MFCMU.high {name}.a", f"uut.MFCMU.low {name}.b")
        assert bench.uut.query(f"CORR? 9,{number}") == "0"
        bench.flex(f"CORRST 9,{number},1")
    bench.wire("uut.MFCMU.high open.a", "uut.MFCMU.low open.b")
    left = {}
    for hertz in (1000, 1_000_000, 100_000):
        bench.flex(f"FC 9,{hertz}")
        left[hertz] = abs(float(bench.uut.query("TC 9,0").split(",")[0][3:]))
    assert left[1000] < 1e-15
    assert left[1_000_000] < 1e-15
    assert left[100_000] > 1e-13


def test_the_analyzer_tests_itself_and_opens_its_outputs(bench: ElectricalBench) -> None:
    bench.flex("CN 3", "DV 3,0,1,0.001")
    assert bench.uut.query("*LRN? 0") == "CN3"
    assert bench.uut.query("*TST?") == "0"
    assert bench.uut.query("*LRN? 0") == "CL"
    assert bench.uut.query("ERRX? 1") == "+0"
