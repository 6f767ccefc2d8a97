"""Drivers against simulators that others wrote (labmcp-*), which speak byte for byte what the manuals say."""

from __future__ import annotations

import threading
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from tests.instruments.pty_server import Handler, PtyServer, Send, lines

from benchtui.clock import WallClock
from benchtui.errors import BadInput, InstrumentError, OutOfRange
from benchtui.instruments import open_instrument
from benchtui.instruments.driver import WiredInstrument
from benchtui.instruments.mt_sics import SicsBalance
from benchtui.instruments.srs_rga import SrsRga
from benchtui.instruments.tpg import Tpg
from benchtui.profiles import BenchInstrument

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.client
D = TypeVar("D", bound=WiredInstrument)


@contextmanager
def connected(handler: Handler, profile: str, kind: type[D]) -> Iterator[D]:
    with PtyServer(handler) as server:
        entry = BenchInstrument(profile=profile, resource=server.resource)
        instrument: Any = open_instrument("it", entry, clock=WallClock())
        assert isinstance(instrument, kind)
        with closing(instrument):
            instrument.connect()
            yield instrument


def byte_handler(simulator: Any) -> Handler:
    return lambda chunk, send: send(simulator.handle_bytes(chunk))


@pytest.fixture
def tpg() -> Any:
    return pytest.importorskip("labmcp_pfeiffer_tpg.simulator").TPGSimulator


@pytest.fixture
def rga() -> Any:
    simulator = pytest.importorskip("labmcp_srs_rga.simulator").RGASimulator()
    simulator.set_pressure_scale(1.0)
    return simulator


@pytest.fixture
def balance() -> Any:
    return pytest.importorskip("labmcp_mettler_toledo.simulator").MTSICSSimulator()


@pytest.mark.parametrize(("model", "profile"), [("TPG362", "pfeiffer-tpg362"), ("TPG262", "pfeiffer-tpg262")])
def test_gauge_controller(tpg: Any, model: str, profile: str) -> None:
    simulator = tpg(model)
    with connected(byte_handler(simulator), profile, Tpg) as gauge:
        chamber = gauge.read_pressure(1)
        assert chamber.value == pytest.approx(8e-3, rel=0.2), "8E-5 mbar, in pascals"
        foreline = gauge.read_pressure(2)
        assert foreline.value == pytest.approx(2.4, rel=0.2)
        simulator.gauges[0].on = False
        assert gauge.read_pressure(1).flags == ("off",)
        simulator.gauges[1].kind = None
        assert gauge.read_pressure(2).flags == ("no-gauge",)
        simulator.unit = 0
        with pytest.raises(InstrumentError, match="pascals"):
            gauge.read_pressure(2)


def test_gas_analyzer(rga: Any) -> None:
    with connected(byte_handler(rga), "srs-rga200", SrsRga) as analyzer:
        assert analyzer.identity == "SRSRGA200VER0.51SN19045"
        assert (rga.hv, rga.emission_ma, rga.nf) == (0, 0.0, 3)
        dark = analyzer.read_ion_current(18)
        analyzer.switch_filament(on=True)
        assert rga.emission_ma == 1.0
        water, argon = analyzer.read_ion_current(18), analyzer.read_ion_current(40)
        assert water.value > 10 * abs(dark.value)
        assert water.value == pytest.approx(6e-8 * 0.1033e-3, rel=0.1), "6E-8 Torr at 0.1033 mA/Torr"
        assert argon.value < water.value
        for first, last in ((1, 50), (150, 200), (2, 4)):
            spectrum = analyzer.scan(first, last, points_per_mass=10)
            assert len(spectrum.values) == (last - first) * 10 + 1
        spectrum = analyzer.scan(1, 50, points_per_mass=10)
        top = max(range(len(spectrum.values)), key=spectrum.values.__getitem__)
        assert spectrum.start + top * spectrum.step == pytest.approx(18, abs=0.2)
        rga.air_leak_torr = 1.5e-4
        with pytest.raises(OutOfRange, match="filament"):
            analyzer.switch_filament(on=True)
        assert rga.emission_ma == 0.0
        rga.air_leak_torr = 1e-2  # the analyzer protects itself
        with pytest.raises(InstrumentError, match="filament"):
            analyzer.switch_filament(on=True)
        assert rga.emission_ma == 0.0
        analyzer.safe_off()
        assert rga.log[-4:] == ["HV0", "FL0", "MR0", "FL?"]


def test_balance(balance: Any) -> None:
    def answer(line: str) -> bytes | None:
        reply = balance.handle(line)
        rows = [reply] if isinstance(reply, str) else reply or []
        return "".join(f"{row}\r\n" for row in rows).encode("ascii")

    with connected(lines(b"\r\n", answer), "mettler-mt-sics", SicsBalance) as scale:
        assert "XS205DU" in scale.identity
        reading = scale.read_mass()
        assert reading.raw == "S S    52.1873 g"
        assert reading.value == pytest.approx(0.0521873, abs=1e-12)
        balance.load_g = 0.0012
        scale.zero_balance()
        balance.load_g = 10.0012
        assert scale.read_mass().value == pytest.approx(0.01, abs=1e-12)
        balance.load_g = 300.0
        assert scale.read_mass().flags == ("over-range",)
        scale.adjust()


def test_gauge_controller_with_a_line_that_breaks_in(tpg: Any) -> None:
    """The controller was switched off and on: a measurement comes where an acknowledgement should."""
    simulator = tpg("TPG362")
    restarted = threading.Event()

    def handle(chunk: bytes, send: Send) -> None:
        if restarted.is_set():
            restarted.clear()
            simulator.streaming = True
        send(simulator.handle_bytes(chunk))

    with connected(handle, "pfeiffer-tpg362", Tpg) as gauge:
        gauge.read_pressure(1)
        restarted.set()
        with pytest.raises(Exception, match="cannot be read"):
            gauge.read_pressure(1)
        assert gauge.read_pressure(1).sound
        with pytest.raises(BadInput):
            gauge.read_pressure(0)
