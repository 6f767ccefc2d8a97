"""PyMeasure's drivers of electrometers and the hp3458a package cannot tell the virtual instruments from real ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.virtualbench.electrical_bench import ElectricalBench

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.client,
    # Of the packages and of the libraries below them; our own code runs under the project's rule.
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

VOLTS = 10.0
FIGURE = ("cal.hi r1g.a", "r1g.b eme.in", "cal.lo eme.lo", "cal.lo uut..common")


@pytest.fixture
def bench() -> Iterator[ElectricalBench]:
    with ElectricalBench() as bench:
        bench.wire(*FIGURE)
        bench.say("cal", f"OUT {VOLTS} V, 0 Hz", "OPER")
        bench.advance(60.0)
        yield bench


class TestKeithley6517B:
    @pytest.fixture
    def electrometer(self, bench: ElectricalBench) -> Iterator[Any]:
        keithley = pytest.importorskip("pymeasure.instruments.keithley", reason="pymeasure is not installed")
        electrometer = keithley.Keithley6517B(
            bench.running.resources()["eme"],
            visa_library="@py",
            read_termination="\n",
            write_termination="\n",
            timeout=5000,
        )
        yield electrometer
        electrometer.adapter.close()

    def test_current(self, bench: ElectricalBench, electrometer: Any) -> None:
        assert "6517B" in electrometer.id
        electrometer.reset()
        electrometer.write(":SYST:ZCH OFF")
        electrometer.measure_current(nplc=10, current=2e-8, auto_range=False)
        assert electrometer.current_range == pytest.approx(2e-8)
        bench.advance(60.0)  # a range of its own feedback: the resistor and its leads charge anew
        assert electrometer.current == pytest.approx(VOLTS / bench.ohms("r1g"), rel=3e-3)
        electrometer.measure_current()
        bench.advance(60.0)
        assert electrometer.current == pytest.approx(VOLTS / bench.ohms("r1g"), rel=3e-3)
        assert electrometer.check_errors() == []

    def test_source(self, bench: ElectricalBench, electrometer: Any) -> None:
        electrometer.reset()
        electrometer.apply_voltage()
        electrometer.source_voltage = 5.0
        electrometer.enable_source()
        assert electrometer.source_enabled
        bench.wire("eme.vhi dmm.hi", "eme.vlo dmm.lo")
        bench.say("dmm", "PRESET NORM", "TARM HOLD", "TRIG AUTO", "DCV 10")
        bench.advance(1.0)
        assert float(bench.ask("dmm", "TARM SGL,1")) == pytest.approx(5.0, rel=1e-4)
        electrometer.ramp_to_voltage(0.0, steps=3, pause=0.0)
        electrometer.disable_source()
        assert not electrometer.source_enabled
        assert electrometer.check_errors() == []


class TestB2987A:
    @pytest.fixture
    def bench(self, tmp_path: Any) -> Iterator[ElectricalBench]:
        from benchtui.profiles import find

        source = find("benches", "virtual-semiconductor").read_text(encoding="utf-8")
        file = tmp_path / "bench.toml"
        file.write_text(
            source.replace("keithley-6517b", "keysight-b2987a").replace('"6517b"', '"b2987a"'),
            encoding="utf-8",
        )
        with ElectricalBench(bench=file) as bench:
            bench.wire(*FIGURE)
            bench.say("cal", f"OUT {VOLTS} V, 0 Hz", "OPER")
            bench.advance(60.0)
            yield bench

    def test_current(self, bench: ElectricalBench) -> None:
        agilent = pytest.importorskip("pymeasure.instruments.agilent", reason="pymeasure is not installed")
        electrometer = agilent.AgilentB2987(
            bench.running.resources()["eme"],
            visa_library="@py",
            read_termination="\n",
            write_termination="\n",
            timeout=5000,
        )
        try:
            assert "B2987A" in electrometer.id
            electrometer.input_enabled = True
            assert electrometer.input_enabled
            bench.advance(60.0)
            electrometer.current_range = 2e-8
            assert electrometer.current_range == pytest.approx(2e-8)
            assert electrometer.current == pytest.approx(VOLTS / bench.ohms("r1g"), rel=1e-2)
            electrometer.zero_corrected = True
            assert electrometer.zero_corrected
            assert electrometer.battery_level == 100
            assert electrometer.interlock_enabled
            assert electrometer.check_errors() == []
        finally:
            electrometer.adapter.close()


class TestHp3458a:
    @pytest.fixture
    def meter(self, bench: ElectricalBench, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
        main = pytest.importorskip("hp3458a.main", reason="hp3458a is not installed")
        monkeypatch.setenv("PYVISA_LIBRARY", "@py")
        meter = main.HP3458A(bench.running.resources()["dmm"], delay=0.0, timeout=5000)
        yield meter
        meter.close_connection()

    def test_settings(self, meter: Any) -> None:
        assert meter.get_id() == "HP3458A"
        meter.set_end_of_identify("ALWAYS")
        meter.set_aperture(0.02)
        assert float(meter.get_aperture()) == pytest.approx(0.02)
        meter.set_nplc(10)
        assert float(meter.get_nplc()) == 10.0
        meter.set_autozero("OFF")
        assert meter.get_autozero().strip() == "0"
        meter.set_fixedz("ON")
        assert meter.get_fixedz().strip() == "1"
        assert float(meter.get_line_frequency()) == 50.0
        assert meter.get_error_string() == '0,"NO ERROR"'
        assert meter.get_error().strip() == "0"
