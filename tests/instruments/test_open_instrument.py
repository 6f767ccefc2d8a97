"""From the bench file to an instrument, and instruments read by a person."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from benchtui import profiles, roles
from benchtui.clock import WallClock
from benchtui.errors import BadInput, ProfileError
from benchtui.instruments import open_instrument
from benchtui.instruments.manual import ManualVoltmeter
from benchtui.instruments.table_meter import TableVoltmeter
from benchtui.profiles import BenchInstrument
from benchtui.quantity import Reading

if TYPE_CHECKING:
    from pathlib import Path

TYPED = Reading("9.9998", 9.9998, "V", ("manual",))
MANUAL = BenchInstrument(profile="manual-voltmeter", resource="MANUAL")


def test_a_person_reads_the_meter() -> None:
    meter = open_instrument("dmm", MANUAL, clock=WallClock(), ask=lambda _: TYPED)
    assert isinstance(meter, ManualVoltmeter)
    assert isinstance(meter, roles.Voltmeter)
    assert isinstance(meter, roles.Instrument)
    meter.connect()
    meter.prepare_voltage(Decimal(10))
    assert meter.read_voltage() is TYPED
    assert meter.identity == "manual"
    meter.safe_off()
    meter.abort()
    meter.close()


@pytest.mark.parametrize(
    "reading", [Reading("9.9998", 9.9998, "V"), Reading("9.9998", 9.9998, "A", ("manual",))]
)
def test_what_no_person_typed_in_volts_is_refused(reading: Reading) -> None:
    with pytest.raises(BadInput):
        ManualVoltmeter("dmm", lambda _: reading).read_voltage()


def test_a_meter_with_an_interface_can_be_read_by_a_person() -> None:
    entry = BenchInstrument(profile="keysight-3458a", resource="manual")
    assert isinstance(open_instrument("dmm", entry, clock=WallClock(), ask=lambda _: TYPED), ManualVoltmeter)


@pytest.mark.parametrize(
    ("profile", "resource", "message"),
    [
        ("keysight-b1505a", "MANUAL", "source"),
        ("manual-voltmeter", "TCPIP::127.0.0.1::1::SOCKET", "MANUAL"),
        ("keysight-3458a", "MANUAL", "Nobody"),
    ],
)
def test_what_does_not_go_together(profile: str, resource: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        open_instrument("it", BenchInstrument(profile=profile, resource=resource), clock=WallClock())


def test_an_unknown_profile_is_named() -> None:
    entry = BenchInstrument(profile="acme-1", resource="MANUAL")
    with pytest.raises(ProfileError, match="acme-1"):
        open_instrument("it", entry, clock=WallClock())


def test_a_profile_beside_the_bench_file_goes_first(tmp_path: Path) -> None:
    shipped = profiles.find("instruments", "keysight-3458a").read_text(encoding="utf-8")
    (tmp_path / "instruments").mkdir()
    own = shipped.replace('model = "3458A"', 'model = "3458A option 002"')
    (tmp_path / "instruments" / "keysight-3458a.toml").write_text(own, encoding="utf-8")
    entry = BenchInstrument(profile="keysight-3458a", resource="TCPIP::127.0.0.1::1::SOCKET")
    meter = open_instrument("dmm", entry, clock=WallClock(), beside=tmp_path)
    assert isinstance(meter, TableVoltmeter)


def test_an_unsupported_resource_is_refused_before_anything_is_sent() -> None:
    entry = BenchInstrument(profile="keysight-3458a", resource="PXI0::15-0.0::INSTR")
    with pytest.raises(BadInput, match="PXI"):
        open_instrument("dmm", entry, clock=WallClock())


def test_a_passive_standard_has_no_wire() -> None:
    entry = BenchInstrument(profile="passive", resource="PASSIVE", standard="high-value-resistor-1t")
    resistor = open_instrument("r1t", entry, clock=WallClock())
    resistor.connect()
    assert resistor.identity == "passive"
    resistor.safe_off()
    resistor.abort()
    resistor.close()
    with pytest.raises(BadInput, match="no wire"):
        open_instrument("r1t", BenchInstrument(profile="passive", resource="MANUAL"), clock=WallClock())
