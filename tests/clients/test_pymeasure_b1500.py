"""PyMeasure's driver of the B1500 family cannot tell the virtual analyzer from a real one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.virtualbench.line_client import BenchInTest

from benchtui.profiles import find

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.client,
    # Of PyMeasure 0.16 and of the libraries below it; our own code runs under the project's rule.
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"),
]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[BenchInTest]:
    """A bench whose analyzer has the medium-power module only: PyMeasure does not know a B1513B."""
    (tmp_path / "uut").mkdir()
    profile = find("uut", "keysight-b1505a").read_text(encoding="utf-8")
    medium_power_only = profile.rpartition("[[modules]]")[0]
    (tmp_path / "uut" / "keysight-b1505a.toml").write_text(medium_power_only, encoding="utf-8")
    (tmp_path / "bench.toml").write_text(
        find("benches", "virtual").read_text(encoding="utf-8"), encoding="utf-8"
    )
    with BenchInTest(1.0, bench=tmp_path / "bench.toml", leads="MPSMU") as bench:
        yield bench


@pytest.fixture
def analyzer(bench: BenchInTest) -> Iterator[Any]:
    agilent = pytest.importorskip("pymeasure.instruments.agilent")
    resource = bench.running.resources()["uut"]
    analyzer = agilent.AgilentB1500(resource, visa_library="@py", timeout=5000)
    yield analyzer
    analyzer.adapter.close()


def test_identify(analyzer: Any) -> None:
    assert analyzer.id == "Agilent Technologies,B1505A,0,A.06.02.2022.0101"
    assert analyzer.query_modules() == {3: "MPSMU"}
    analyzer.check_errors()
    assert analyzer.check_idle()


def test_force_and_measure(analyzer: Any, bench: BenchInTest) -> None:
    analyzer.initialize_all_smus()
    analyzer.data_format(21, mode=1)
    smu = analyzer.smu1
    smu.enable()
    smu.adc_type = "HRADC"
    analyzer.adc_setup("HRADC", "PLC", 2)
    smu.force("Voltage", "Auto Ranging", 1.0, 0.001)
    assert bench.output("MPSMU")["set"] == 1.0
    analyzer.meas_mode("SPOT", smu)
    smu.meas_op_mode = "VOLTAGE"
    analyzer.send_trigger()
    frame = analyzer.read_data(1)
    assert frame["SMU1 Voltage Measurement (V)"].tolist() == [pytest.approx(1.0, abs=5e-3)]
    analyzer.force_gnd()
    smu.disable()
    analyzer.check_errors()
    assert bench.output("MPSMU")["on"] is False


def test_staircase_sweep(analyzer: Any) -> None:
    analyzer.initialize_all_smus()
    analyzer.data_format(1, mode=1)
    smu = analyzer.smu1
    smu.enable()
    analyzer.meas_mode("STAIRCASE_SWEEP", smu)
    analyzer.sweep_timing(0, 0.01)
    analyzer.sweep_auto_abort(abort=False, post="START")
    smu.staircase_sweep_source("Voltage", "LINEAR_SINGLE", "Auto Ranging", 0, 2, 5, 1e-3)
    analyzer.send_trigger()
    frame = analyzer.read_data(5)
    assert frame["SMU1 Voltage (V)"].tolist() == [0.0, 0.5, 1.0, 1.5, 2.0]
    # 10 GΩ of the meter: a fraction of a nanoampere.
    assert frame["SMU1 Current (A)"].abs().max() < 1e-9
    smu.disable()


def test_settings_come_back(analyzer: Any) -> None:
    analyzer.initialize_all_smus()
    analyzer.meas_mode("STAIRCASE_SWEEP", analyzer.smu1)
    settings = analyzer.query_meas_settings()
    assert settings["Measurement Mode"] == "Staircase Sweep"
    assert settings["Measurement Channels"] == "SMU1"
    analyzer.auto_calibration = True
    assert analyzer.auto_calibration is True
    analyzer.smu1.enable()
    analyzer.smu1.force("Voltage", "20 V", 5.0, 0.001)
    status = analyzer.smu1.status["SMU1"]
    assert status["Voltage Range"] == "20 V limited auto ranging"
    assert float(status["Voltage Output (V)"]) == 5.0


def test_refusals_reach_the_caller(analyzer: Any) -> None:
    analyzer.initialize_all_smus()
    with pytest.raises(OSError, match="Channel output switch must be ON"):
        analyzer.smu1.force("Voltage", "Auto Ranging", 1.0, 0.001)
    analyzer.smu1.enable()
    with pytest.raises(OSError, match="Incorrect parameter value"):
        analyzer.smu1.force("Voltage", "Auto Ranging", 120.0, 0.001)
