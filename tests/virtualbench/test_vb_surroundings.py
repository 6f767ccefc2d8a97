from __future__ import annotations

import math
import statistics
from pathlib import Path

import pytest
from tests.virtualbench.serial_bench import SerialBench, bench_file

from benchtui.errors import ProfileError
from benchtui.virtualbench.clock import BenchClock
from benchtui.virtualbench.mechanics import TAU, Pan
from benchtui.virtualbench.program import Assembly
from benchtui.virtualbench.truth import to_toml
from benchtui.virtualbench.vacuum import AIR, CUBIC_METRES, SPECIES, SPEED_N2, Chamber

NOTHING = dict.fromkeys(SPECIES, 0.0)


def chamber(clock: BenchClock, **hidden: float) -> Chamber:
    return Chamber(clock, {**NOTHING, "leak": 0.0, **hidden})


def test_a_partial_pressure_comes_with_the_time_constant_of_volume_and_pump() -> None:
    clock = BenchClock("virtual")
    vessel = chamber(clock)
    vessel.set_pressure("N2", 1.0)
    tau = CUBIC_METRES / SPEED_N2
    clock.advance(tau)
    assert vessel.partial_pressures()["N2"] == pytest.approx(1 - math.exp(-1), rel=1e-6)
    vessel.set_pressure("N2", 0.0)
    clock.advance(2 * tau)
    assert vessel.partial_pressures()["N2"] == pytest.approx((1 - math.exp(-1)) * math.exp(-2), rel=1e-6)
    vessel.set_pressure("H2", 1.0)
    clock.advance(tau)
    # A turbomolecular pump is a little quicker for a light gas.
    assert vessel.partial_pressures()["H2"] > 1 - math.exp(-1)


def test_the_residual_gas_is_there_from_the_beginning() -> None:
    vessel = chamber(BenchClock("virtual"), H2O=2e-6)
    assert vessel.partial_pressures() == pytest.approx({**NOTHING, "H2O": 2e-6})


def test_a_leak_lets_air_in() -> None:
    clock = BenchClock("virtual")
    vessel = chamber(clock, leak=1e-6)
    before = vessel.noise_key()
    vessel.open_leak(leaking=True)
    assert vessel.noise_key() != before
    clock.advance(60.0)
    partial = vessel.partial_pressures()
    assert partial["N2"] == pytest.approx(AIR["N2"] * 1e-6 / SPEED_N2, rel=1e-9)
    assert partial["Ar"] / partial["N2"] == pytest.approx(
        0.0093 / 0.7808 * (39.948 / 28.0134) ** 0.15, rel=1e-9
    )
    vessel.open_leak(leaking=False)
    clock.advance(60.0)
    assert max(vessel.partial_pressures().values()) < 1e-20


def test_a_load_comes_to_rest() -> None:
    clock = BenchClock("virtual")
    pan = Pan(clock)
    pan.place(0.1)
    clock.advance(TAU)
    assert pan.felt() == pytest.approx(0.1 * (1 - math.exp(-1)))
    assert pan.unrest() == pytest.approx(0.1 * math.exp(-1))


def test_the_hands_and_the_state() -> None:
    with SerialBench({"balance": "mettler-mt-sics", "tpg": "pfeiffer-tpg362"}) as bench:
        bench.do("gas", species="He", pascals=1e-3)
        bench.do("leak", open=True)
        bench.do("place", on="balance", kilograms=0.02)
        bench.do("advance", seconds=60.0)
        state = bench.do("state")
        assert state["vacuum"]["pascals"]["He"] == pytest.approx(1e-3, rel=1e-6)
        assert state["vacuum"]["leak"] is True
        assert state["pans"] == {"balance": 0.02}
        for wrong in (
            {"do": "gas", "species": "SF6", "pascals": 1.0},
            {"do": "gas", "species": "N2", "pascals": -1.0},
            {"do": "gas", "species": "N2", "pascals": 2e5},
            {"do": "place", "on": "scale", "kilograms": 0.1},
            {"do": "room", "temperature": 100.0},
            {"do": "leak", "open": 1},
        ):
            assert bench.hands.ask(**wrong)["ok"] is False
        assert bench.do("state") == state


def assembly(folder: Path) -> Assembly:
    file = folder / "bench.toml"
    file.write_text(bench_file({"tpg": "pfeiffer-tpg362", "room": "vaisala-ptu300"}), encoding="utf-8")
    return Assembly(file)


def test_hidden_values_are_drawn_by_name_within_their_widths(tmp_path: Path) -> None:
    bench = assembly(tmp_path)
    truths = [bench.truth(seed, None) for seed in range(200)]
    gains = [t.hidden["standards.tpg"]["gauge 1"]["gain_error"] for t in truths]
    assert max(map(abs, gains)) <= 0.3
    assert statistics.stdev(gains) == pytest.approx(0.3 / 3**0.5, rel=0.15)
    temperatures = [t.hidden["room"][""]["temperature"] for t in truths]
    assert statistics.fmean(temperatures) == pytest.approx(23.0, abs=0.1)
    assert truths[3] == bench.truth(3, None)


def test_a_truth_file_names_hidden_values(tmp_path: Path) -> None:
    bench = assembly(tmp_path)
    file = tmp_path / "truth.toml"
    file.write_text(
        '[vacuum]\nleak = 0\n[standards.tpg]\ngain_error = 0.1\n[standards.tpg."gauge 2"]\ngain_error = -0.001\n',
        encoding="utf-8",
    )
    drawn, truth = bench.truth(1, None), bench.truth(1, file)
    assert truth.hidden["vacuum"][""] == {**drawn.hidden["vacuum"][""], "leak": 0.0}
    gauges = truth.hidden["standards.tpg"]
    assert (gauges["gauge 1"]["gain_error"], gauges["gauge 2"]["gain_error"]) == (0.1, -0.001)
    assert gauges["gauge 2"]["zero"] == drawn.hidden["standards.tpg"]["gauge 2"]["zero"]
    assert truth.hidden["room"] == drawn.hidden["room"]


def test_the_printed_truth_explains_itself_and_can_be_read_again(tmp_path: Path) -> None:
    bench = assembly(tmp_path)
    drawn = bench.truth(5, None)
    printed = to_toml(drawn, bench.declared())
    assert "# true air temperature in °C" in printed
    file = tmp_path / "truth.toml"
    file.write_text(printed, encoding="utf-8")
    assert bench.truth(6, file).hidden == drawn.hidden


@pytest.mark.parametrize(
    ("source", "key"),
    [
        ("[vacuum]\nXe = 1", "Xe is not known"),
        ("[standards.tpg]\nerror = 0", "error is not known"),
        ('[standards.tpg."gauge 3"]\nzero = 0', "gauge 3 is not known"),
        ('[standards.tpg."gauge 1"]\nslope = 0', "slope is not known"),
        ("[standards.rga]\nmass_shift = 0", "rga is not known"),
        ("[air]\ntemperature = 0", "air"),
    ],
)
def test_a_wrong_name_is_refused(tmp_path: Path, source: str, key: str) -> None:
    bench = assembly(tmp_path)
    file = tmp_path / "truth.toml"
    file.write_text(source, encoding="utf-8")
    with pytest.raises(ProfileError, match=key) as caught:
        bench.truth(1, file)
    assert "truth.toml" in caught.value.where


def test_the_same_point_gives_the_same_readings_again() -> None:
    def readings(disturbed: bool) -> list[str]:
        with SerialBench({"tpg": "pfeiffer-tpg362"}, seed=3) as bench:
            port = bench.port("tpg")
            port.write(b"\x03")
            if disturbed:
                bench.do("gas", species="N2", pascals=1e-3)
                bench.do("advance", seconds=60.0)
                assert port.query("PR1\r") == "\x06"
            bench.do("gas", species="N2", pascals=1e-4)
            bench.do("advance", seconds=600.0)
            found = []
            for _ in range(5):
                assert port.query("PR1\r") == "\x06"
                port.write(b"\x05")
                found.append(port.read())
            return found

    assert readings(disturbed=False) == readings(disturbed=True)
