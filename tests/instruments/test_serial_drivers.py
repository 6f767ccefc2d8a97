"""Gauges, gas analyzer, balance and room monitor at the end of a serial line."""

from __future__ import annotations

import math
import re
import struct
import threading
import time
from base64 import b64decode
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.instruments.pty_server import Handler, PtyServer, lines
from tests.instruments.serial_instruments import (
    Balance,
    GasAnalyzer,
    GaugeController,
    MksController,
    Transmitter,
)

from benchtui import profiles, roles
from benchtui.clock import WallClock
from benchtui.errors import (
    Aborted,
    BadInput,
    Garbled,
    InstrumentError,
    NoReply,
    NotSettled,
    OutOfRange,
    WrongInstrument,
)
from benchtui.instruments import driver, open_instrument
from benchtui.instruments.driver import WiredInstrument
from benchtui.instruments.mks937 import Mks937
from benchtui.instruments.mt_sics import SicsBalance
from benchtui.instruments.profile import TpgProfile, load
from benchtui.instruments.ptu300 import Ptu300
from benchtui.instruments.srs_rga import PASCALS_PER_TORR, SrsRga
from benchtui.instruments.tpg import Tpg
from benchtui.profiles import BenchInstrument

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

D = TypeVar("D", bound=WiredInstrument)


@contextmanager
def standing(handler: Handler, profile: str, kind: type[D]) -> Iterator[tuple[D, PtyServer]]:
    """Put an instrument on the bench; it is not connected."""
    with PtyServer(handler) as server:
        entry = BenchInstrument(profile=profile, resource=server.resource)
        instrument: Any = open_instrument("it", entry, clock=WallClock())
        assert isinstance(instrument, kind)
        with closing(instrument):
            yield instrument, server


# --- Pfeiffer
def test_a_gauge_that_streams_after_power_up() -> None:
    model = GaugeController()
    with standing(model, "pfeiffer-tpg362", Tpg) as (gauge, server):
        assert isinstance(gauge, roles.PressureGauge)
        gauge.connect()
        assert server.octets().startswith(b"\x03AYT\r\x05UNI,2\rUNI\r\x05")
        assert gauge.identity.startswith("TPG362,")
        reading = gauge.read_pressure(1)
        assert (reading.raw, reading.value, reading.unit) == ("0,+1.2340E-05", 1.234e-5, "Pa")
        assert reading.t0 <= reading.t1
        off = gauge.read_pressure(2)
        assert math.isnan(off.value)
        assert off.flags == ("off",)
        with pytest.raises(BadInput, match="no gauge 3"):
            gauge.read_pressure(3)


def test_a_unit_changed_at_the_front_panel_is_noticed() -> None:
    model = GaugeController()
    with standing(model, "pfeiffer-tpg362", Tpg) as (gauge, _):
        gauge.connect()
        model.unit = "1"
        with pytest.raises(InstrumentError, match="pascals") as caught:
            gauge.read_pressure(1)
        assert caught.value.code == "1"


def test_an_older_model_is_told_apart() -> None:
    model = GaugeController()
    model.identity = "302-510-D"
    with standing(model, "pfeiffer-tpg362", Tpg) as (gauge, _), pytest.raises(WrongInstrument, match="AYT"):
        gauge.connect()
    model.streaming = True
    with standing(model, "pfeiffer-tpg262", Tpg) as (gauge, _):
        gauge.connect()
        assert gauge.identity == "302-510-D"


@given(
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20)
    | st.from_regex(r"[0-9],[+-]?\d\.\d{0,5}E[+-]\d{0,3}", fullmatch=True)
)
def test_any_gauge_answer_is_a_reading_or_garbled(answer: str) -> None:
    profile = load(profiles.find("instruments", "pfeiffer-tpg362"))
    assert isinstance(profile, TpgProfile)
    gauge = Tpg("it", "TCPIP::h::8000::SOCKET", profile, WallClock())
    try:
        value, flags = gauge.parse(answer, "here")
    except Garbled:
        return
    assert math.isfinite(value) is not bool(flags)
    assert answer[0] in "0123456"


# --- MKS
def test_a_controller_that_speaks_in_frames() -> None:
    model = MksController()
    with standing(lines(b";FF", model.answer), "mks-937b", Mks937) as (gauge, _):
        assert isinstance(gauge, roles.PressureGauge)
        gauge.connect()
        assert model.unit == "PASCAL"
        assert gauge.read_pressure(1).value == 1.23e-7
        assert gauge.read_pressure(2).flags == ("off",)
        assert gauge.read_pressure(3).flags == ("under-range",)
        with pytest.raises(Garbled):
            gauge.read_pressure(4)
        with pytest.raises(InstrumentError, match="160"):
            gauge.read_pressure(5)
        assert gauge.read_pressure(1).sound, "an error leaves nothing behind"


# --- SRS
def test_ion_currents_come_as_words() -> None:
    model = GasAnalyzer()
    with standing(lines(b"\r", model.answer), "srs-rga200", SrsRga) as (analyzer, _):
        assert isinstance(analyzer, roles.MassSpectrometer)
        analyzer.connect()
        assert (model.high_voltage, model.emission, model.settings["NF"]) == (0, 0.0, 3)
        analyzer.switch_filament(on=True)
        assert model.emission == 1.0
        reading = analyzer.read_ion_current(28)
        assert reading.value == pytest.approx(1e-10)
        assert reading.raw.encode("latin-1") == struct.pack("<i", 1_000_000)
        assert analyzer.read_ion_current(18).value == pytest.approx(-5e-16)
        model.currents[40] = 2**31 - 1
        assert analyzer.read_ion_current(40).flags == ("over-range",)
        with pytest.raises(BadInput, match="200 u"):
            analyzer.read_ion_current(201)
        analyzer.switch_filament(on=False)
        assert model.emission == 0.0


def test_a_spectrum_is_one_block() -> None:
    model = GasAnalyzer()
    with standing(lines(b"\r", model.answer), "srs-rga200", SrsRga) as (analyzer, _):
        analyzer.connect()
        for first, last in ((10, 20), (100, 150), (1, 4)):
            spectrum = analyzer.scan(first, last, points_per_mass=10)
            assert len(spectrum.values) == (last - first) * 10 + 1
            assert (spectrum.start, spectrum.step, spectrum.unit) == (first, 0.1, "A")
            assert spectrum.values[0] == pytest.approx(first * 10 * 1e-16)
            assert len(b64decode(spectrum.raw)) == 4 * (len(spectrum.values) + 1)
        assert model.error == 0, "masses were never set the wrong way round"
        for wrong in (9, 26):
            with pytest.raises(BadInput, match="10 to 25"):
                analyzer.scan(1, 50, points_per_mass=wrong)


def test_what_is_refused_in_silence_is_noticed() -> None:
    model = GasAnalyzer()
    with standing(lines(b"\r", model.answer), "srs-rga200", SrsRga) as (analyzer, _):
        analyzer.connect()
        model.silent.add("MF20")
        with pytest.raises(InstrumentError, match="MF20"):
            analyzer.scan(10, 20, points_per_mass=10)


def test_a_measurement_that_is_refused_in_silence_says_why() -> None:
    model = GasAnalyzer()
    with standing(lines(b"\r", model.answer), "srs-rga200", SrsRga) as (analyzer, _):
        analyzer.connect()
        model.silent.add("MR28")
        model.error = 2
        with pytest.raises(InstrumentError, match=r"MR28.*2") as caught:
            analyzer.read_ion_current(28)
        assert caught.value.code == "2"


def test_the_filament_does_not_stay_on_under_too_much_pressure() -> None:
    model = GasAnalyzer()
    with standing(lines(b"\r", model.answer), "srs-rga200", SrsRga) as (analyzer, _):
        analyzer.connect()
        # 0.013 Pa at 0.02 mA/Torr
        limit = int(0.013 / PASCALS_PER_TORR * 0.02e-3 / 1e-16)
        model.total = limit + 100
        with pytest.raises(OutOfRange, match="too much for the filament"):
            analyzer.switch_filament(on=True)
        assert model.emission == 0.0
        model.total = limit - 100
        analyzer.switch_filament(on=True)
        assert model.emission == 1.0
        model.status = 0b10
        with pytest.raises(InstrumentError, match="filament"):
            analyzer.switch_filament(on=True)
        assert model.emission == 0.0


def test_safe_off_switches_everything_off_and_makes_sure() -> None:
    model = GasAnalyzer()
    with standing(lines(b"\r", model.answer), "srs-rga200", SrsRga) as (analyzer, _):
        analyzer.connect()
        analyzer.switch_filament(on=True)
        model.heard.clear()
        analyzer.safe_off()
        assert model.heard == ["", "HV0", "FL0", "MR0", "FL?"]
        model.emission = 1.0
        model.silent.add("FL0")
        with pytest.raises(InstrumentError, match="still glows"):
            analyzer.safe_off()


def test_an_analyzer_without_multiplier_is_not_asked_to_switch_it_off() -> None:
    model = GasAnalyzer()
    model.multiplier = False
    with standing(lines(b"\r", model.answer), "srs-rga200", SrsRga) as (analyzer, _):
        analyzer.connect()
        analyzer.safe_off()
        assert "HV0" not in model.heard
        assert analyzer.safe_off_recipe().immediate == ("", "FL0")


def test_abort_of_a_hung_analyzer_reaches_safe_off_at_once() -> None:
    delays = []
    for attempt in range(10):
        model = GasAnalyzer()
        with standing(lines(b"\r", model.answer), "srs-rga200", SrsRga) as (analyzer, server):
            analyzer.connect()
            model.hung = True
            failures: list[Exception] = []

            def read(analyzer: SrsRga = analyzer, failures: list[Exception] = failures) -> None:
                try:
                    analyzer.read_ion_current(28)
                except Aborted as error:
                    failures.append(error)

            reader = threading.Thread(target=read)
            reader.start()
            server.when(b"MR28\r")
            time.sleep(0.005 * attempt)  # somewhere in the slice of 50 ms
            model.hung = False
            moment = time.monotonic()
            analyzer.abort()
            analyzer.safe_off()
            reader.join(5.0)
            assert len(failures) == 1
            delays.append(server.when(b"HV0\r", since=moment) - moment)
            assert model.emission == 0.0
    assert max(delays) < 4.0, "even on a machine that is busy with other work"


def test_a_scan_that_drowns_the_answers_does_not_hide_that_the_filament_is_off() -> None:
    """The binary words of an aborted scan arrive while safe-off waits for its status bytes."""
    model = GasAnalyzer()
    with standing(lines(b"\r", model.answer), "srs-rga200", SrsRga) as (analyzer, server):
        analyzer.connect()
        analyzer.switch_filament(on=True)
        answered = server.handler

        def drowned(chunk: bytes, send: Any) -> None:
            if b"HV0" in chunk:
                send(b"\x00\x01\x0d\x0a" * 10)
            answered(chunk, send)

        server.handler = drowned
        analyzer.safe_off()
        assert model.emission == 0.0


def test_a_reply_that_is_late_is_no_ion_current() -> None:
    model = GasAnalyzer()
    with standing(lines(b"\r", model.answer), "srs-rga200", SrsRga) as (analyzer, server):
        analyzer.connect()
        model.silent.add("MR28")
        with pytest.raises(NoReply, match="within"):
            analyzer.read_ion_current(28)
        server.send(struct.pack("<i", 666))  # now it comes
        model.currents[18] = 7
        assert analyzer.read_ion_current(18).value == pytest.approx(7e-16)


def before(server: PtyServer, command: bytes, octets: bytes) -> None:
    """Let *octets* come ahead of the next answer to *command*."""
    answered = server.handler

    def handler(chunk: bytes, send: Any) -> None:
        if command in chunk:
            server.handler = answered
            send(octets)
        answered(chunk, send)

    server.handler = handler


@pytest.mark.parametrize("older", [struct.pack("<i", 666), b"MR28\r", b"0\n\r", b"\x00"])
def test_an_older_answer_or_an_echo_is_no_ion_current(older: bytes) -> None:
    model = GasAnalyzer()
    with standing(lines(b"\r", model.answer), "srs-rga200", SrsRga) as (analyzer, server):
        analyzer.connect()
        before(server, b"MR28", older)
        with pytest.raises(Garbled):
            analyzer.read_ion_current(28)
        assert analyzer.read_ion_current(28).value == pytest.approx(1e-10)


def test_a_filament_that_goes_out_makes_the_ion_current_worthless() -> None:
    model = GasAnalyzer()
    with standing(lines(b"\r", model.answer), "srs-rga200", SrsRga) as (analyzer, _):
        analyzer.connect()
        model.status = 2  # as after a trip of a former life
        assert analyzer.read_ion_current(28).sound, "without emission a filament error says nothing"
        model.status = 0
        analyzer.switch_filament(on=True)
        assert analyzer.read_ion_current(28).sound
        model.status = 2
        with pytest.raises(InstrumentError, match="filament"):
            analyzer.read_ion_current(28)


# --- Mettler-Toledo
def test_an_older_weight_is_none() -> None:
    model = Balance()
    with standing(lines(b"\r\n", model.answer), "mettler-mt-sics", SicsBalance) as (balance, server):
        balance.connect()
        before(server, b"SI", b"S S     50.00000 g\r\n")
        with pytest.raises(Garbled):
            balance.read_mass()
        assert balance.read_mass().value == 0.10000012
        before(server, b"I2", b"S S     50.00000 g\r\n")
        with pytest.raises(Garbled):
            balance.read_mass()
        assert balance.read_mass().value == 0.10000012


def test_a_load_that_comes_to_rest_is_waited_for() -> None:
    model = Balance()
    model.weights = ["S D    100.3 g", "S D    100.1 g", "S S    100.0 g"]
    with standing(lines(b"\r\n", model.answer), "mettler-mt-sics", SicsBalance) as (balance, _):
        balance.connect()
        assert balance.read_mass().raw == "S S    100.0 g"


def test_a_stable_mass_in_kilograms() -> None:
    model = Balance()
    model.weights = [
        "S S    100.00012 g",
        "S S     -0.5 mg",
        "S S       2.000 kg",
        "S +",
        "S -",
        "S I",
        "S S 1 lb",
    ]
    with standing(lines(b"\r\n", model.answer), "mettler-mt-sics", SicsBalance) as (balance, _):
        assert isinstance(balance, roles.Balance)
        balance.connect()
        assert "XPR10002S" in balance.identity
        reading = balance.read_mass()
        assert (reading.value, reading.unit) == (0.10000012, "kg")
        assert reading.raw == "S S    100.00012 g"
        assert balance.read_mass().value == -5e-7
        assert balance.read_mass().value == 2.0
        assert balance.read_mass().flags == ("over-range",)
        assert balance.read_mass().flags == ("under-range",)
        with pytest.raises(NotSettled, match="rest"):
            balance.read_mass()
        with pytest.raises(Garbled):
            balance.read_mass()


def test_zero_and_adjustment() -> None:
    model = Balance()
    with standing(lines(b"\r\n", model.answer), "mettler-mt-sics", SicsBalance) as (balance, _):
        balance.connect()
        balance.zero_balance()
        balance.adjust()
        model.answers["Z"] = ["Z +"]
        with pytest.raises(OutOfRange, match="pan"):
            balance.zero_balance()
        model.answers["C3"] = ["C3 B", "C3 I"]
        with pytest.raises(NotSettled):
            balance.adjust()
        model.answers["Z"] = ["ES"]
        with pytest.raises(InstrumentError, match="syntax"):
            balance.zero_balance()


# --- Vaisala
def test_the_room() -> None:
    model = Transmitter()
    with standing(lines(b"\r", model.answer), "vaisala-ptu300", Ptu300) as (monitor, _):
        assert isinstance(monitor, roles.RoomMonitor)
        monitor.connect()
        assert monitor.identity == "PTU300 / 1.07"
        room = monitor.read_room()
        assert {name: (reading.value, reading.unit) for name, reading in room.items()} == {
            "temperature": (23.45, "°C"),
            "humidity": (45.12, "%RH"),
            "pressure": (101325.0, "Pa"),
        }
        model.values = "1013.250  **.***  45.120"
        room = monitor.read_room()
        assert room["temperature"].flags == ("sensor-error",)
        assert room["pressure"].sound
        model.values = "1013.250 45.120"
        with pytest.raises(Garbled):
            monitor.read_room()


def test_an_older_message_is_none_of_the_room() -> None:
    model = Transmitter()
    with standing(lines(b"\r", model.answer), "vaisala-ptu300", Ptu300) as (monitor, server):
        monitor.connect()
        before(server, b"SEND", b"900.000  20.000  30.000\r\n")
        with pytest.raises(Garbled):
            monitor.read_room()
        assert monitor.read_room()["temperature"].value == 23.45


def test_a_transmitter_that_answers_otherwise_is_not_used() -> None:
    model = Transmitter()
    model.units["UNIT M"] = "Output units   : non metric"
    with (
        standing(lines(b"\r", model.answer), "vaisala-ptu300", Ptu300) as (monitor, _),
        pytest.raises(InstrumentError, match="UNIT M"),
    ):
        monitor.connect()


@pytest.mark.parametrize(
    "profile", ["pfeiffer-tpg362", "mks-937b", "srs-rga200", "mettler-mt-sics", "vaisala-ptu300"]
)
def test_nobody_at_the_end_of_the_line_is_no_reply(
    profile: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "OTHER_IDENTITY_TIMEOUT", 0.05)
    shipped = profiles.find("instruments", profile).read_text(encoding="utf-8")
    impatient = re.sub(r"\ntimeout = [\d.]+", "\ntimeout = 0.1", shipped)
    (tmp_path / "impatient.toml").write_text(impatient, encoding="utf-8")
    with PtyServer(lambda chunk, send: None) as server:
        entry = BenchInstrument(profile="impatient.toml", resource=server.resource)
        instrument = open_instrument("it", entry, clock=WallClock(), beside=tmp_path)
        with closing(instrument):
            with pytest.raises(NoReply):
                instrument.connect()
            assert instrument.identity == ""
