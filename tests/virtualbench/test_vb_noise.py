from __future__ import annotations

import statistics

import pytest
from tests.virtualbench.line_client import FIGURE_6, BenchInTest

from benchtui.virtualbench.leads import THERMAL_EMF
from benchtui.virtualbench.noise import KeyedNoise, stream, uniform


def test_equal_keys_give_equal_numbers() -> None:
    assert uniform(1.0, 7, "a", 0.5) == uniform(1.0, 7, "a", 0.5)
    assert uniform(1.0, 7, "a", 0.5) != uniform(1.0, 8, "a", 0.5)
    # Fixed for ever: records made on one machine are compared with runs on another.
    assert stream(1, "x").integers(0, 1000, 4).tolist() == stream(1, "x").integers(0, 1000, 4).tolist()


def test_a_new_key_begins_the_stream_anew_and_the_same_key_goes_on() -> None:
    noise = KeyedNoise(1, "meter")
    first = [noise.deviate(("10 V",), 0) for _ in range(3)]
    noise.deviate(("100 V",), 0)
    assert [noise.deviate(("10 V",), 0) for _ in range(3)] == first
    assert noise.deviate(("10 V",), 0) not in first


def set_up(bench: BenchInTest, volts: float) -> None:
    bench.dmm.write("RESET", "END ALWAYS", "PRESET NORM", "TARM HOLD", "TRIG AUTO", "DCV 10", "NPLC 10")
    bench.uut.write("CN 3", f"DV 3,200,{volts},0.001")
    assert bench.uut.query("ERRX?") == '+0,"No Error."'
    bench.advance(2.0)


def readings(bench: BenchInTest, count: int) -> list[str]:
    return [bench.dmm.query("TARM SGL,1") for _ in range(count)]


def test_an_interrupted_point_repeats_digit_by_digit() -> None:
    with BenchInTest(leads="MPSMU") as bench:
        set_up(bench, 10.0)
        whole = readings(bench, 10)
        set_up(bench, -2.0)
        other = readings(bench, 10)
    with BenchInTest(leads="MPSMU") as bench:
        set_up(bench, 10.0)
        readings(bench, 4)
        # The program was killed here: outputs off, a new program connects, asks for the leads, sets up anew.
        bench.set("DZ", "CL")
        bench.advance(123.456)
        again = bench.connect("uut")
        again.write("*RST")
        assert again.query("*OPC?") == "1"
        assert bench.hands.ask(do="wire", connections=FIGURE_6["MPSMU"])["ok"]
        set_up(bench, 10.0)
        assert readings(bench, 10) == whole
        set_up(bench, -2.0)
        assert readings(bench, 10) == other


def test_the_noise_differs_between_seeds_and_points() -> None:
    seen = set()
    for seed in (1, 2):
        with BenchInTest(seed=seed, leads="MPSMU") as bench:
            for volts in (10.0, 9.0):
                set_up(bench, volts)
                values = [float(r) for r in readings(bench, 5)]
                seen.add(tuple(round(v - statistics.fmean(values), 9) for v in values))
    assert len(seen) == 4


def test_noise_falls_with_integration_time_and_has_the_size_that_it_should() -> None:
    with BenchInTest(leads="MPSMU") as bench:
        set_up(bench, 10.0)
        spread = {}
        for cycles in (1, 100):
            bench.dmm.write(f"NPLC {cycles}")
            spread[cycles] = statistics.stdev(float(r) for r in readings(bench, 100))
        # 1 ppm of the 20 V range from the output, 0.05 ppm of the 10 V range from the meter, over one cycle.
        assert spread[1] == pytest.approx(20e-6, rel=0.3)
        assert spread[100] == pytest.approx(2e-6, rel=0.3)


def test_the_leads_bring_a_thermal_emf_that_changes_with_the_wiring() -> None:
    emfs = set()
    for seed in (1, 2, 3):
        for module in ("MPSMU", "HVSMU"):
            with BenchInTest(seed=seed, leads=module) as bench:
                bench.set_dmm("PRESET NORM", "TARM HOLD", "TRIG AUTO", "DCV 0.1", "NPLC 100")
                bench.set(f"CN {3 if module == 'MPSMU' else 6}")
                bench.advance(1.0)
                network = bench.running.bench
                meter = network.meters["dmm"]
                now = network.clock.ticks()
                at_meter = network.mean_voltage(meter.hi, meter.lo, now, now)
                output = network.outputs[module]
                emfs.add(at_meter - network.volts_now(output))
    assert len(emfs) == 6
    assert all(abs(emf) <= 2 * THERMAL_EMF for emf in emfs)
    assert max(map(abs, emfs)) > 50e-9


def test_a_setting_that_went_away_and_came_back_begins_the_stream_anew() -> None:
    noise = KeyedNoise(1, "meter")
    first = noise.deviate(("10 V",), 0)
    assert noise.deviate(("10 V",), 0) != first
    assert noise.deviate(("10 V",), 2) == first
