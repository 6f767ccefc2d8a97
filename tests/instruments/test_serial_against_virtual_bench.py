"""The drivers of serial instruments against the virtual bench: a program of its own at the other end of the line."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import pytest
from tests.instruments.test_against_virtual_bench import Hands

from benchtui import roles
from benchtui.clock import WallClock
from benchtui.errors import Garbled, InstrumentError, NoReply
from benchtui.instruments import open_instrument
from benchtui.profiles import BenchInstrument

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchtui.roles import Instrument

PROFILES = {
    "tpg": "pfeiffer-tpg362",
    "older": "pfeiffer-tpg262",
    "mks": "mks-937b",
    "rga": "srs-rga200",
    "balance": "mettler-mt-sics",
    "room": "vaisala-ptu300",
}


@pytest.fixture
def addresses(tmp_path: Path) -> Iterator[dict[str, str]]:
    bench = tmp_path / "bench.toml"
    rows = ['name = "Serial"', "[virtual]", 'control = "TCPIP::127.0.0.1::0::SOCKET"']
    rows += ["[instruments.uut]", 'profile = "keysight-b1505a"', 'resource = "TCPIP::127.0.0.1::0::SOCKET"']
    for name, profile in PROFILES.items():
        rows += [f"[instruments.{name}]", f'profile = "{profile}"', 'resource = "ASRL/dev/ttyUSB0::INSTR"']
    bench.write_text("\n".join(rows), encoding="utf-8")
    argv = [
        sys.executable,
        "-m",
        "benchtui.virtualbench",
        str(bench),
        "--time-scale",
        "virtual",
        "--seed",
        "1",
    ]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        announced: dict[str, str] = json.loads(process.stdout.readline())
        yield announced
    finally:
        process.terminate()
        process.wait(10.0)
        process.stdout.close()


def connected(name: str, addresses: dict[str, str]) -> Instrument:
    entry = BenchInstrument(profile=PROFILES[name], resource=addresses[name])
    instrument = open_instrument(name, entry, clock=WallClock())
    instrument.connect()
    return instrument


def test_every_serial_instrument_answers_in_its_role(addresses: dict[str, str]) -> None:
    for name in ("tpg", "older", "mks"):
        with closing(connected(name, addresses)) as gauge:
            assert isinstance(gauge, roles.PressureGauge)
            assert 0 < gauge.read_pressure(1).value < 1e5
    with closing(connected("rga", addresses)) as analyzer:
        assert isinstance(analyzer, roles.MassSpectrometer)
        analyzer.switch_filament(on=True)
        assert analyzer.read_ion_current(28).value > 0
        assert len(analyzer.scan(1, 50, points_per_mass=10).values) == 491
        analyzer.safe_off()
    with closing(connected("balance", addresses)) as balance:
        assert isinstance(balance, roles.Balance)
        balance.zero_balance()
        assert abs(balance.read_mass().value) < 1e-6
    with closing(connected("room", addresses)) as monitor:
        assert isinstance(monitor, roles.RoomMonitor)
        assert set(monitor.read_room()) == {"temperature", "humidity", "pressure"}


@pytest.mark.parametrize("kind", ["late", "half", "garbled", "stale", "echo", "missing", "nak", "duplicate"])
def test_a_fault_of_the_line_is_an_error_or_nothing_and_soon_over(
    addresses: dict[str, str], kind: str
) -> None:
    """Whatever comes, it is a reading of the gauge, or a typed error; the reading after it is sound."""
    with closing(Hands(addresses["control"])) as hands, closing(connected("tpg", addresses)) as gauge:
        assert isinstance(gauge, roles.PressureGauge)
        before = gauge.read_pressure(1).value
        hands.do("fault", instrument="tpg", kind=kind, count=1)
        with suppress(NoReply, Garbled, InstrumentError):
            assert gauge.read_pressure(1).value == pytest.approx(before, rel=0.5)
        hands.do("fault", instrument="tpg", kind="none")
        assert gauge.read_pressure(1).value == pytest.approx(before, rel=0.5)
