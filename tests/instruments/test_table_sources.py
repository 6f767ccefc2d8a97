"""Sources that a table describes: a calibrator, and a source with SCPI commands."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from tests.instruments.line_server import LineServer
from tests.instruments.scpi_models import Calibrator, SourceUnit
from tests.instruments.table_bench import BenchClock, on_the_bench, table_profile

from benchtui import roles
from benchtui.errors import BadInput, InstrumentError, Lost, NotSettled
from benchtui.instruments.guardian import Guardian, read_reports
from benchtui.instruments.profile import Discharge
from benchtui.instruments.safe_off import Guarded
from benchtui.instruments.table_driver import TableInstrument
from benchtui.instruments.table_source import TableCurrentSource, TableVoltageSource

MILLIAMPERE = Decimal("0.001")


def put_10_volts(instrument: TableInstrument) -> None:
    assert isinstance(instrument, TableVoltageSource)
    instrument.source_voltage("", Decimal(10), span=Decimal(10), current_limit=MILLIAMPERE)


def test_fills_its_roles() -> None:
    with on_the_bench("fluke-5730a", Calibrator()) as (instrument, _):
        assert isinstance(instrument, roles.VoltageSource)
        assert isinstance(instrument, roles.CurrentSource)
        assert isinstance(instrument, Guarded)


def test_connect_switches_off_what_was_left_on() -> None:
    calibrator = Calibrator()
    calibrator.operating = True
    with on_the_bench("fluke-5730a", calibrator) as (instrument, server):
        instrument.connect()
        lines = server.lines()
        assert lines[:4] == ["*IDN?", "STBY", "OUT 0 V, 0 Hz", "STBY"]
        assert lines.index("ISR?") < lines.index("*RST")
        assert not calibrator.operating


def test_a_voltage_is_set_operated_and_waited_for() -> None:
    calibrator, clock = Calibrator(), BenchClock()
    with on_the_bench("fluke-5730a", calibrator, clock) as (instrument, server):
        instrument.connect()
        server.heard.clear()
        put_10_volts(instrument)
        assert server.lines()[:5] == ["OUT 10 V, 0 Hz", "FAULT?", "ISR?", "OPER", "FAULT?"]
        assert server.lines()[5:] == ["ISR?"] * 3, "until it is settled, and once more for the output"
        assert (calibrator.level, calibrator.operating) == (10.0, True)
        assert clock.waited == [0.05]


def test_the_digits_of_the_plan_reach_the_wire() -> None:
    with on_the_bench("fluke-5730a", Calibrator()) as (instrument, server):
        instrument.connect()
        assert isinstance(instrument, TableVoltageSource)
        assert isinstance(instrument, TableCurrentSource)
        instrument.source_voltage(
            "", Decimal("-0.1000003"), span=Decimal("0.22"), current_limit=MILLIAMPERE
        )  # fmt: skip
        assert "OUT -0.1000003 V, 0 Hz" in server.lines()
        instrument.source_current("", Decimal("1E-5"), span=Decimal("1E-4"), voltage_limit=Decimal(2))
        assert "OUT 0.00001 A, 0 Hz" in server.lines()
        instrument.zero("")
        assert server.lines()[-2] == "OUT 0 A, 0 Hz"


def test_an_output_that_dropped_to_standby_is_operated_again() -> None:
    calibrator = Calibrator()
    with on_the_bench("fluke-5730a", calibrator) as (instrument, server):
        instrument.connect()
        assert isinstance(instrument, TableVoltageSource)
        put_10_volts(instrument)
        instrument.source_voltage("", Decimal(100), span=Decimal(220), current_limit=MILLIAMPERE)
        assert server.lines().count("OPER") == 2
        assert calibrator.operating


def test_an_output_that_stays_in_standby_is_an_error() -> None:
    calibrator = Calibrator()
    calibrator.stays_in_standby = True
    profile = table_profile("fluke-5730a")
    with on_the_bench(profile, calibrator) as (instrument, _):
        instrument.connect()
        with pytest.raises((InstrumentError, NotSettled)):
            put_10_volts(instrument)


def test_an_output_that_never_settles_is_an_error() -> None:
    calibrator, clock = Calibrator(), BenchClock()
    with on_the_bench("fluke-5730a", calibrator, clock) as (instrument, _):
        instrument.connect()
        calibrator.set = lambda *_: setattr(calibrator, "unsettled", 10**6)  # type: ignore[method-assign]  # a fault of the model
        with pytest.raises(NotSettled, match="20 s"):
            put_10_volts(instrument)
        assert sum(clock.waited) == pytest.approx(20.0, abs=0.1)


def test_faults_are_raised_and_drained() -> None:
    calibrator = Calibrator()
    with on_the_bench("fluke-5730a", calibrator) as (instrument, _):
        calibrator.errors = ["1310"]
        instrument.connect()
        calibrator.errors = ["105", "106"]
        with pytest.raises(InstrumentError) as caught:
            put_10_volts(instrument)
        assert caught.value.code == "105"
        assert calibrator.errors == []


def test_a_calibrator_that_trips_is_in_compliance() -> None:
    calibrator = Calibrator()
    with on_the_bench("fluke-5730a", calibrator) as (instrument, _):
        instrument.connect()
        assert isinstance(instrument, TableVoltageSource)
        assert not instrument.compliance("")
        put_10_volts(instrument)
        assert not instrument.compliance("")
        calibrator.operating = False
        assert instrument.compliance("")


@pytest.mark.parametrize(
    ("module", "volts", "span", "limit"),
    [("", "11", "10", "1"), ("", "1", "2000", "1"), ("", "NaN", "10", "1"), ("A", "1", "10", "1"),
     ("", "1", "10", "0"), ("", "1", "NaN", "1")],
)  # fmt: skip
def test_what_cannot_be_sourced_is_not_sent(module: str, volts: str, span: str, limit: str) -> None:
    with on_the_bench("fluke-5730a", Calibrator()) as (instrument, server):
        instrument.connect()
        assert isinstance(instrument, TableVoltageSource)
        server.heard.clear()
        with pytest.raises(BadInput):
            instrument.source_voltage(
                module, Decimal(volts), span=Decimal(span), current_limit=Decimal(limit)
            )
        assert server.heard == []


def test_safe_off_goes_to_standby_and_asks_whether_it_is() -> None:
    calibrator = Calibrator()
    with on_the_bench("fluke-5730a", calibrator) as (instrument, server):
        instrument.connect()
        put_10_volts(instrument)
        server.heard.clear()
        instrument.safe_off()
        assert server.lines() == ["STBY", "OUT 0 V, 0 Hz", "STBY", "ISR?"]
        assert (calibrator.operating, calibrator.level) == (False, 0.0)


def test_an_output_that_does_not_open_is_told() -> None:
    calibrator = Calibrator()
    with on_the_bench("fluke-5730a", calibrator) as (instrument, _):
        instrument.connect()
        put_10_volts(instrument)
        calibrator.stays_on = True
        with pytest.raises(InstrumentError, match="does not confirm"):
            instrument.safe_off()


def test_safe_off_finds_a_way_after_the_connection_was_lost() -> None:
    calibrator = Calibrator()
    with on_the_bench("fluke-5730a", calibrator) as (instrument, server):
        instrument.connect()
        assert isinstance(instrument, TableVoltageSource)
        put_10_volts(instrument)
        server.drop_clients()
        with pytest.raises(Lost):
            instrument.compliance("")
        instrument.safe_off()
        assert not calibrator.operating


def test_an_instrument_that_never_said_who_it_is_hears_nothing() -> None:
    with on_the_bench("fluke-5730a", Calibrator()) as (instrument, server):
        instrument.safe_off()
        assert server.heard == []


def test_the_recipe_for_the_guardian() -> None:
    with on_the_bench("fluke-5730a", Calibrator()) as (instrument, server):
        assert isinstance(instrument, Guarded)
        with pytest.raises(Lost):
            instrument.safe_off_recipe()
        instrument.connect()
        recipe = instrument.safe_off_recipe()
        assert (recipe.port, recipe.terminator) == (server.port, "\r\n")
        assert recipe.immediate == ("STBY", "OUT 0 V, 0 Hz")
        assert recipe.final == ("STBY", "ISR?")
        assert recipe.discharge == ()


def test_the_guardian_switches_a_calibrator_off(tmp_path: Path) -> None:
    calibrator, log = Calibrator(), tmp_path / "guardian.log"
    with on_the_bench("fluke-5730a", calibrator) as (instrument, _):
        assert isinstance(instrument, Guarded)
        instrument.connect()
        with Guardian(log) as guardian:
            guardian.arm("cal", instrument.safe_off_recipe())
            put_10_volts(instrument)
            instrument.close()
        assert not calibrator.operating
    (report,) = read_reports(log)
    assert report.complete
    assert [(step.sent, step.answer) for step in report.steps][-2:] == [("STBY", ""), ("ISR?", "0")]


def test_a_source_with_scpi_commands_sets_range_and_limit() -> None:
    source = SourceUnit()
    with on_the_bench("generic-scpi-source", source) as (instrument, server):
        instrument.connect()
        assert isinstance(instrument, TableVoltageSource)
        server.heard.clear()
        instrument.source_voltage("", Decimal("1.5"), span=Decimal(2), current_limit=MILLIAMPERE)
        assert server.lines()[:4] == [
            "SOUR:FUNC VOLT", "SENS:CURR:PROT 0.001", "SOUR:VOLT:RANG 2", "SOUR:VOLT 1.5",
        ]  # fmt: skip
        assert source.on
        assert not instrument.compliance("")
        source.tripped = "1"
        assert instrument.compliance("")
        instrument.safe_off()
        assert server.lines()[-4:] == ["SOUR:VOLT 0", "SOUR:CURR 0", "OUTP OFF", "OUTP?"]
        assert not source.on


def test_a_source_that_measures_itself_waits_for_the_discharge() -> None:
    source = SourceUnit()
    volts = iter(["+1.0E+02", "+5.0E+01", "+2.0E+01", "+1.0E+02", "+5.0E+01", "+2.0E+01"])
    source.answers["MEAS:VOLT?"] = lambda: next(volts)
    profile = table_profile("generic-scpi-source")
    assert profile.safe_off is not None
    discharge = Discharge(query="MEAS:VOLT?", pattern=r"(?P<value>[+-]?\d+\.\d+E[+-]\d+)", source="test")
    profile = msgspec.structs.replace(
        profile, safe_off=msgspec.structs.replace(profile.safe_off, discharge=discharge)
    )
    with on_the_bench(profile, source) as (instrument, server):
        instrument.connect()
        server.heard.clear()
        instrument.safe_off()
        lines = server.lines()
        assert lines.count("MEAS:VOLT?") == 3
        assert lines.index("OUTP OFF") > max(i for i, line in enumerate(lines) if line == "MEAS:VOLT?")


def test_a_hung_source_hears_every_step() -> None:
    with LineServer(lambda _line, _reply: None, b"\r\n") as silent:
        profile = table_profile("fluke-5730a")
        source = TableVoltageSource("cal", silent.resource, profile, BenchClock())
        source._identity = "FLUKE,5730A,1,1"
        with pytest.raises(Exception, match="No answer"):
            source.safe_off()
        silent.when("ISR?")
        assert silent.lines() == ["STBY", "OUT 0 V, 0 Hz", "STBY", "ISR?"]
        source.close()
