"""Drivers of gauge controllers and of balances cannot tell the virtual ones from real ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.virtualbench.serial_bench import SerialBench

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.client,
    # Of PyMeasure 0.16 and of the libraries below it; our own code runs under the project's rule.
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"),
]

PASCALS = 0.01


def transport(bench: SerialBench, name: str, end: str) -> Any:
    serial = pytest.importorskip("labmcp.transports.serial", reason="labmcp is not installed")
    return serial.SerialTransport(
        bench.path(name), baudrate=9600, read_termination="\r\n", write_termination=end, timeout=5.0
    )


class TestPfeifferTpg:
    @pytest.fixture(params=["pfeiffer-tpg262", "pfeiffer-tpg361", "pfeiffer-tpg362", "pfeiffer-tpg366"])
    def bench(self, request: pytest.FixtureRequest) -> Iterator[SerialBench]:
        with SerialBench({"tpg": request.param}, truth="[standards.tpg]\ngain_error = 0\n") as bench:
            bench.do("gas", species="N2", pascals=PASCALS)
            bench.do("advance", seconds=60.0)
            yield bench

    @pytest.fixture
    def controller(self, bench: SerialBench) -> Iterator[Any]:
        driver = pytest.importorskip(
            "labmcp_pfeiffer_tpg.driver", reason="labmcp-pfeiffer-tpg is not installed"
        )
        controller = driver.TPGController(transport(bench, "tpg", "\r"), settle_s=0.05)
        yield controller
        controller.close()

    def test_pressures_and_units(self, controller: Any) -> None:
        assert (
            controller.channels == {"TPG262": 2, "TPG361": 1, "TPG362": 2, "TPG366": 6}[controller.spec.model]
        )
        assert controller.unit() == "mbar"
        readings = controller.pressures()
        assert readings[0].valid
        assert readings[0].value == pytest.approx(PASCALS / 100, rel=0.02)
        assert controller.set_unit("Pa") == "Pa"
        assert controller.pressure(1).value == pytest.approx(PASCALS, rel=0.02)

    def test_gauges_and_errors(self, controller: Any) -> None:
        assert controller.gauge_ids()[0] == "PKR"
        assert controller.set_sensor(1, on=False)[0] == 1
        assert controller.pressure(1).status == "sensor off"
        assert controller.set_sensor(1, on=True)[0] == 2
        with pytest.raises(Exception, match="syntax error"):
            controller.query("XYZ")
        assert controller.errors() == ["SYN: syntax error"]
        assert controller.errors() == []


def test_pymeasure_mks937b() -> None:
    mks = pytest.importorskip("pymeasure.instruments.mksinst.mks937b")
    truth = "[standards.mks]\ngain_error = 0\n"
    with SerialBench({"mks": "mks-937b"}, truth=truth) as bench:
        bench.do("gas", species="N2", pascals=PASCALS)
        bench.do("advance", seconds=60.0)
        controller = mks.MKS937B(f"ASRL{bench.path('mks')}::INSTR", visa_library="@py", timeout=5000)
        try:
            assert controller.serial == "0310212345"
            controller.unit = mks.Unit.Pa
            assert controller.unit == mks.Unit.Pa
            assert controller.ch_1.pressure == pytest.approx(PASCALS, rel=0.02)
            assert controller.combined_pressure1 == pytest.approx(PASCALS, rel=0.02)
            assert controller.ch_1.ion_gauge_status == "Good"
            assert controller.ch_3.ion_gauge_status == "NOT_IONGAUGE"
            controller.ch_1.power_enabled = False
            assert controller.ch_1.power_enabled is False
            assert controller.ch_1.pressure == "OFF"
            assert controller.ch_6.pressure == "NOGAUGE"
            controller.unit = mks.Unit.mbar
            assert controller.unit == mks.Unit.mbar
        finally:
            controller.adapter.close()


class TestMettlerBalance:
    @pytest.fixture
    def bench(self) -> Iterator[SerialBench]:
        with SerialBench({"balance": "mettler-mt-sics"}) as bench:
            yield bench

    @pytest.fixture
    def balance(self, bench: SerialBench) -> Iterator[Any]:
        driver = pytest.importorskip(
            "labmcp_mettler_toledo.driver", reason="labmcp-mettler-toledo is not installed"
        )
        balance = driver.MTSICSBalance(transport(bench, "balance", "\r\n"))
        yield balance
        balance.close()

    def test_identify(self, balance: Any) -> None:
        identity = balance.identify()
        assert (identity["model"], identity["serial"]) == ("MS204S", "B021002593")

    def test_weighing(self, balance: Any, bench: SerialBench) -> None:
        assert balance.zero() is True
        bench.do("place", on="balance", kilograms=0.05)
        assert balance.weight(stable=False).stable is False
        weight = balance.weight()
        assert weight.stable
        assert weight.unit == "g"
        assert weight.value == pytest.approx(50.0, abs=2e-3)
        assert balance.tare().value == pytest.approx(50.0, abs=2e-3)
        assert balance.weight().value == pytest.approx(0.0, abs=1e-3)
        assert balance.preset_tare(1.5, "g").value == 1.5
        balance.clear_tare()
        assert balance.tare_value().value == 0.0

    def test_adjustment_reset_and_refusals(self, balance: Any, bench: SerialBench) -> None:
        balance.internal_adjustment(timeout=30.0)
        assert balance.reset() == "B021002593"
        with pytest.raises(Exception, match="syntax error"):
            balance.door_position()
        bench.do("place", on="balance", kilograms=0.5)
        with pytest.raises(Exception, match="overload"):
            balance.weight()
