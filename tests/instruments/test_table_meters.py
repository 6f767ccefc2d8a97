"""Electrometers, ammeters, ohmmeters and counters that a table describes."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from tests.instruments.line_server import Multimeter, Reply
from tests.instruments.scpi_models import (
    Counter,
    Electrometer6517,
    ElectrometerB2987,
    Meter,
)
from tests.instruments.table_bench import BenchClock, on_the_bench

from benchtui import roles
from benchtui.errors import BadInput, Garbled, InstrumentError, Interlock, WrongInstrument

PICOAMPERE_RANGE = Decimal("2E-11")


def test_an_instrument_fills_the_roles_of_its_tables_and_no_other() -> None:
    with on_the_bench("keithley-6517b", Electrometer6517()) as (instrument, _):
        assert isinstance(instrument, roles.NullDetector)
        assert isinstance(instrument, roles.Ammeter)
        assert not isinstance(instrument, roles.Voltmeter)
        assert not isinstance(instrument, roles.VoltageSource)
    with on_the_bench("keysight-3458a", Multimeter()) as (instrument, _):
        for role in (roles.Voltmeter, roles.Ammeter, roles.Ohmmeter, roles.Digitizer):
            assert isinstance(instrument, role)
        assert not isinstance(instrument, roles.NullDetector)


def test_an_electrometer_is_protected_until_a_range_is_prepared() -> None:
    eme = Electrometer6517()
    with on_the_bench("keithley-6517b", eme) as (instrument, server):
        assert isinstance(instrument, roles.NullDetector)
        instrument.connect()
        assert eme.settings[":SYST:ZCH"] == "ON"
        assert eme.settings["OUTPUT"] == "OFF"
        assert ":SYST:ZCH OFF" not in server.lines()
        with pytest.raises(BadInput, match="not prepared"):
            instrument.read_null()
        instrument.prepare_null(PICOAMPERE_RANGE)
        assert eme.settings[":SENS:CURR:RANG"] == "0.00000000002"
        assert eme.settings[":SYST:ZCH"] == "OFF"
        instrument.protect()
        assert eme.settings[":SYST:ZCH"] == "ON"
        with pytest.raises(BadInput, match="not prepared"):
            instrument.read_null()


def test_the_letters_at_the_number_are_understood() -> None:
    eme = Electrometer6517()
    with on_the_bench("keithley-6517b", eme) as (instrument, _):
        assert isinstance(instrument, roles.NullDetector)
        instrument.connect()
        instrument.prepare_null(PICOAMPERE_RANGE)
        reading = instrument.read_null()
        assert (reading.value, reading.unit, reading.flags, reading.span) == (1.2345e-12, "A", (), 2e-11)
        assert reading.raw == "+1.234500E-12NADC,+0012.345secs,+00017RDNG#"
        eme.amperes = 1e-9
        over = instrument.read_null()
        assert math.isnan(over.value)
        assert over.flags == ("over-range",)
        eme.settings[":SYST:ZCH"] = "ON"  # somebody pressed the key
        checked = instrument.read_null()
        assert math.isnan(checked.value)
        assert checked.flags == ("zero-check",)
        eme.answers[":READ?"] = lambda: "+1.234500E-12NVDC,+0012.345secs"
        with pytest.raises(Garbled):
            instrument.read_null()


def test_a_null_detector_has_only_its_own_ranges() -> None:
    with on_the_bench("keithley-6517b", Electrometer6517()) as (instrument, server):
        assert isinstance(instrument, roles.NullDetector)
        instrument.connect()
        server.heard.clear()
        with pytest.raises(BadInput, match="no range"):
            instrument.prepare_null(Decimal("3E-11"))
        assert server.heard == []


def test_the_electrometer_is_an_ammeter_as_well() -> None:
    eme = Electrometer6517()
    eme.amperes = -3e-6
    clock = BenchClock()
    with on_the_bench("keithley-6517b", eme, clock) as (instrument, _):
        assert isinstance(instrument, roles.Ammeter)
        instrument.connect()
        instrument.prepare_current(Decimal("-3E-6"))
        assert clock.waited == [2.0]
        reading = instrument.read_current()
        assert (reading.value, reading.span) == (-3e-6, 2e-5)


def test_another_electrometer_is_refused() -> None:
    eme = Electrometer6517()
    eme.answers["*IDN?"] = lambda: "KEITHLEY INSTRUMENTS INC.,MODEL 6514,0800001,A11"
    with on_the_bench("keithley-6517b", eme) as (instrument, server):
        with pytest.raises(WrongInstrument, match="6514"):
            instrument.connect()
        assert server.lines() == ["*IDN?"]


def test_the_input_relay_and_the_interlock() -> None:
    eme = ElectrometerB2987()
    with on_the_bench("keysight-b2987a", eme) as (instrument, _):
        assert isinstance(instrument, roles.NullDetector)
        instrument.connect()
        assert eme.settings[":INP"] == "0"
        instrument.prepare_null(Decimal("2E-12"))
        assert (eme.settings[":INP"], eme.settings[":CURR:RANG"]) == ("1", "0.000000000002")
        assert instrument.read_null().value == -2.5e-13
        eme.amperes = 1e-9
        assert instrument.read_null().flags == ("over-range",)
        instrument.protect()
        assert eme.settings[":INP"] == "0"
        assert not instrument.interlock_open()
        eme.tripped = "1"
        assert instrument.interlock_open()
        with pytest.raises(Interlock, match="fixture"):
            instrument.prepare_null(Decimal("2E-12"))
        assert eme.settings[":INP"] == "0"


def test_errors_in_the_queue_are_raised() -> None:
    eme = ElectrometerB2987()
    with on_the_bench("keysight-b2987a", eme) as (instrument, _):
        assert isinstance(instrument, roles.Ammeter)
        eme.errors = ['-410,"Query INTERRUPTED"']
        instrument.connect()
        eme.errors = ['-222,"Data out of range"', '-100,"Command error"']
        with pytest.raises(InstrumentError) as caught:
            instrument.prepare_current(Decimal("1E-9"))
        assert (caught.value.code, caught.value.text) == ("-222", "Data out of range")
        assert eme.errors == []


def test_functions_of_a_meter_do_not_stand_in_for_each_other() -> None:
    meter = Meter()
    with on_the_bench("generic-scpi-meter", meter) as (instrument, _):
        assert isinstance(instrument, roles.Voltmeter)
        assert isinstance(instrument, roles.Ammeter)
        assert isinstance(instrument, roles.Ohmmeter)
        instrument.connect()
        assert instrument.read_voltage().span == 1000.0
        with pytest.raises(BadInput, match="not prepared"):
            instrument.read_current()
        instrument.prepare_current(Decimal("0.0025"))
        current = instrument.read_current()
        assert (current.value, current.unit, current.span) == (2.5e-3, "A", 0.01)
        with pytest.raises(BadInput, match="not prepared"):
            instrument.read_voltage()
        instrument.prepare_resistance(Decimal(100))
        resistance = instrument.read_resistance()
        assert (resistance.value, resistance.unit, resistance.span) == (99.99, "Ω", 100.0)
        assert meter.settings["FRES:NPLC"] == "10"


def test_the_3458a_measures_current_and_four_terminal_resistance() -> None:
    meter = Multimeter()
    with on_the_bench("keysight-3458a", meter) as (instrument, server):
        assert isinstance(instrument, roles.Ammeter)
        assert isinstance(instrument, roles.Ohmmeter)
        instrument.connect()
        server.heard.clear()
        meter.volts = 9.5e-6
        instrument.prepare_current(Decimal("0.00001"))
        reading = instrument.read_current()
        assert server.lines() == ["DCI 0.00001", "NPLC 10", "ERRSTR?", "TARM SGL,1", "ERRSTR?"]
        assert (reading.value, reading.unit) == (9.5e-6, "A")
        server.heard.clear()
        instrument.prepare_resistance(Decimal(10001))
        assert server.lines() == ["OHMF 100000", "OCOMP ON", "NPLC 10", "ERRSTR?"]


def test_frequency() -> None:
    counter = Counter()
    with on_the_bench("keysight-53230a", counter) as (instrument, server):
        assert isinstance(instrument, roles.FrequencyCounter)
        instrument.connect()
        with pytest.raises(BadInput, match="not prepared"):
            instrument.read_frequency()
        server.heard.clear()
        instrument.prepare_frequency(Decimal(1000000), gate=Decimal("0.1"))
        lines = server.lines()
        assert lines[0] == "CONF:FREQ (@1)"
        assert lines[-2:] == ["SENS:FREQ:GATE:TIME 0.1", "SYST:ERR?"]
        reading = instrument.read_frequency()
        assert (reading.value, reading.unit) == (999_999.9987, "Hz")
        counter.answers["READ?"] = lambda: "+9.900000000000000E+37"
        assert instrument.read_frequency().flags == ("over-range",)
        server.heard.clear()
        instrument.prepare_frequency(Decimal(1000000), gate=Decimal("0.1"))
        assert server.heard == [], "what is set is not set again"


@pytest.mark.parametrize(("expected", "gate"), [("0", "1"), ("4E8", "1"), ("NaN", "1"), ("1000", "0")])
def test_what_cannot_be_counted_is_refused(expected: str, gate: str) -> None:
    with on_the_bench("keysight-53230a", Counter()) as (instrument, server):
        assert isinstance(instrument, roles.FrequencyCounter)
        instrument.connect()
        server.heard.clear()
        with pytest.raises(BadInput):
            instrument.prepare_frequency(Decimal(expected), gate=Decimal(gate))
        assert server.heard == []


def test_after_garble_the_counter_is_set_up_anew() -> None:
    counter = Counter()
    with on_the_bench("keysight-53230a", counter) as (instrument, server):
        assert isinstance(instrument, roles.FrequencyCounter)
        instrument.connect()
        instrument.prepare_frequency(Decimal(1000), gate=Decimal(1))
        plain = server.handler

        def garble(line: str, reply: Reply) -> None:
            if line == "READ?":
                server.handler = plain
                reply("+1.0E+03 +1.0")
            else:
                plain(line, reply)

        server.handler = garble
        with pytest.raises(Garbled):
            instrument.read_frequency()
        server.heard.clear()
        assert instrument.read_frequency().sound
        assert "SENS:FREQ:GATE:TIME 1" in server.lines()
