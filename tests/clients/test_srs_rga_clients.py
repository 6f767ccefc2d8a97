"""The vendor's own driver of the RGA, pyrga and labmcp's cannot tell the virtual analyzer from a real one."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from tests.virtualbench.serial_bench import SerialBench

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.client,
    # Of the drivers and of the libraries below them; our own code runs under the project's rule.
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::SyntaxWarning", "ignore::UserWarning"),
]

TORR = 101325 / 760
PASCALS = 1e-4
TRUTH = """
[standards.rga]
sensitivity_error = 0
transmission = 0
mass_shift = 0
"""


@pytest.fixture
def bench() -> Iterator[SerialBench]:
    """A chamber with 0.1 mPa of nitrogen; the filters need no waiting."""
    with SerialBench({"rga": "srs-rga200"}, 20.0, truth=TRUTH) as bench:
        bench.do("gas", species="N2", pascals=PASCALS)
        yield bench


class TestVendorsDriver:
    @pytest.fixture
    def analyzer(self, bench: SerialBench) -> Iterator[Any]:
        rga = pytest.importorskip("srsinst.rga", reason="the driver srsinst.rga is not installed")
        analyzer = rga.RGA100("serial", bench.path("rga"), 28800)
        yield analyzer
        analyzer.disconnect()

    def test_identify(self, analyzer: Any) -> None:
        assert analyzer.check_id() == ("SRSRGA200", "12345", "0.24")
        assert analyzer.get_max_mass() == 200
        assert analyzer.calibrate_all() == 0

    def test_ionizer_and_errors(self, analyzer: Any) -> None:
        assert analyzer.filament.turn_on() == 0
        assert analyzer.ionizer.emission_current == 1.0
        analyzer.ionizer.electron_energy = 60
        assert analyzer.ionizer.get_parameters() == (60, 12, 90)
        analyzer.ionizer.ion_energy = 8
        assert analyzer.ionizer.ion_energy == 8
        assert analyzer.ionizer.last_set_status == 0
        assert analyzer.status.error_status == 0
        analyzer.send("ZZ9")
        assert analyzer.status.error_status == 1
        assert analyzer.status.error_rs232 == 1
        assert analyzer.status.error_status == 0
        assert analyzer.filament.turn_off() == 0

    def test_scans(self, analyzer: Any) -> None:
        analyzer.check_id()
        analyzer.filament.turn_on()
        analyzer.scan.set_parameters(1, 50, 4, 10)
        assert analyzer.scan.get_parameters() == (1, 50, 4, 10)
        spectrum = analyzer.scan.get_analog_scan()
        axis = analyzer.scan.get_mass_axis()
        assert len(spectrum) == len(axis) == 491
        assert axis[spectrum.argmax()] == pytest.approx(28.0, abs=0.11)
        sensitivity = analyzer.pressure.get_partial_pressure_sensitivity_in_torr()
        assert spectrum.max() * sensitivity == pytest.approx(PASCALS / TORR, rel=0.03)
        bars = analyzer.scan.get_histogram_scan()
        assert len(bars) == 50
        assert bars.argmax() == 27
        assert analyzer.scan.get_single_mass_scan(28) == pytest.approx(bars[27], rel=0.01)
        assert analyzer.pressure.total_pressure > 0

    def test_multiplier(self, analyzer: Any) -> None:
        analyzer.filament.turn_on()
        faraday = analyzer.scan.get_single_mass_scan(18)
        analyzer.cem.turn_on()
        assert analyzer.cem.voltage == 1400
        assert analyzer.scan.get_single_mass_scan(18) > 500 * faraday
        analyzer.cem.turn_off()
        assert analyzer.cem.voltage == 0


def test_pyrga(bench: SerialBench, monkeypatch: pytest.MonkeyPatch) -> None:
    pyrga = pytest.importorskip("pyrga", reason="the driver pyrga is not installed")
    # It looks at the port every half a second; the bench answers at once.
    monkeypatch.setattr("pyrga.driver.time", SimpleNamespace(sleep=lambda s, sleep=time.sleep: sleep(s / 50)))
    client = pyrga.RGAClient(bench.path("rga"), noise_floor=3)
    try:
        assert client.get_device_id() == "SRSRGA200VER0.24SN12345"
        client.turn_on_filament()
        assert client.read_mass(28) == pytest.approx(PASCALS / TORR, rel=0.03)
        masses, pressures, total = client.read_spectrum(20, 45, 20)
        assert masses[pressures.index(max(pressures))] == pytest.approx(28.0, abs=0.06)
        assert total > 0.0
        assert client.turn_off_filament() is True
    finally:
        client._com_obj.close()


def test_labmcp(bench: SerialBench) -> None:
    driver = pytest.importorskip("labmcp_srs_rga.driver", reason="labmcp-srs-rga is not installed")
    transports = pytest.importorskip("labmcp.transports.serial")
    transport = transports.SerialTransport(
        bench.path("rga"), baudrate=28800, read_termination="\n\r", write_termination="\r", timeout=2.0
    )
    analyzer = driver.SrsRga(transport)
    try:
        assert analyzer.identify()["model"] == "RGA200"
        assert analyzer.initialize() == 0
        assert analyzer.status_command("FL1.0") == 0
        scan = analyzer.analog_scan(20, 45, 10)
        assert len(scan.currents_raw) == 251
        assert scan.masses[scan.currents_raw.index(max(scan.currents_raw))] == pytest.approx(28.0, abs=0.11)
        sensitivity = analyzer.partial_sensitivity_ma_per_torr()
        assert analyzer.to_torr(analyzer.single_mass(28), sensitivity) == pytest.approx(
            PASCALS / TORR, rel=0.03
        )
        with pytest.raises(Exception, match="CM0: bad command received"):
            analyzer.query("ZZ9")
        assert analyzer.status_byte() == 0
    finally:
        analyzer.close()
