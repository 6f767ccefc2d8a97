"""The analyzer's abilities beyond sourcing a voltage: current, measurement, pulses, capacitance."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal

import pytest
from tests.instruments.line_server import FlexAnalyzer, LineServer, Reply

from benchtui import roles
from benchtui.clock import WallClock
from benchtui.errors import BadInput, Garbled, InstrumentError, Interlock, NoReply
from benchtui.instruments import b1500_pulse, open_instrument
from benchtui.instruments.b1500 import B1500
from benchtui.instruments.flex_ranges import ModuleKind, kind_of_module
from benchtui.profiles import BenchInstrument

MODULES = {"MPSMU": "B1511B", "HCSMU": "B1512A", "UHCU": "N1265A", "MFCMU": "B1520A"}
PULSE = {"span": Decimal(20), "width": Decimal("0.001"), "voltage_limit": Decimal(2)}


class FullAnalyzer(FlexAnalyzer):
    """An analyzer with a current pulse source and a capacitance unit."""

    def __init__(self) -> None:
        super().__init__()
        self.units = "0,0;0,0;B1511B,0;B1512A,0;0,0;0,0;0,0;N1265A,0;B1520A,0;0,0"
        self.pulse: tuple[int, float] | None = None
        self.farads = "NIC+1.000120E-11,NIY+3.100000E-09"
        self.correction = "0"
        self.status_byte = 16

    def __call__(self, line: str, reply: Reply) -> None:
        command, _, tail = line.partition(" ")
        words = tail.split(",")
        match command:
            case "DI" if int(words[0]) in self.on:
                self.volts[int(words[0])] = float(words[2]) * 1e3
            case "PI":
                if float(words[4]) > 42 and not self.interlock_closed:
                    self.errors.append('+203,"DV/DI: interlock terminal open."')
                else:
                    self.pulse = (int(words[0]), float(words[3]))
            case "XE" if self.pulse is not None:
                reply(f"NDI{0.999 * self.pulse[1]:+.6E}")
            case "TC":
                reply(self.farads)
            case "CORR?":
                reply(self.correction)
            case "*STB?":
                reply(str(self.status_byte))
            case (
                "MM"
                | "CMM"
                | "RI"
                | "AIT"
                | "PT"
                | "XE"
                | "IMP"
                | "FC"
                | "ACV"
                | "CLCORR"
                | "CORRL"
                | "CORRST"
            ):
                return
            case _:
                super().__call__(line, reply)


@pytest.fixture
def full() -> FullAnalyzer:
    return FullAnalyzer()


@pytest.fixture
def server(full: FullAnalyzer) -> Iterator[LineServer]:
    with LineServer(full) as server:
        yield server


@pytest.fixture
def analyzer(server: LineServer) -> Iterator[B1500]:
    entry = BenchInstrument(profile="keysight-b1505a", resource=server.resource)
    instrument = open_instrument("uut", entry, clock=WallClock(), modules=MODULES)
    assert isinstance(instrument, B1500)
    with closing(instrument):
        instrument.connect()
        server.heard.clear()
        yield instrument


def test_fills_its_roles(analyzer: B1500) -> None:
    for role in (roles.VoltageSource, roles.CurrentSource, roles.MeasureUnit, roles.PulseSource,
                 roles.CapacitanceMeter):  # fmt: skip
        assert isinstance(analyzer, role)


# --- current
def test_source_current_says_what_the_guide_asks_for(analyzer: B1500, server: LineServer) -> None:
    analyzer.source_current("MPSMU", Decimal("1E-12"), span=Decimal("1E-9"), voltage_limit=Decimal(2))
    analyzer.source_current("MPSMU", Decimal("-0.0005"), span=Decimal("0.001"), voltage_limit=Decimal(2))
    assert server.lines() == ["CN 3", "DI 3,11,0.000000000001,2", "ERRX?", "DI 3,17,-0.0005,2", "ERRX?"]


def test_a_current_source_limits_its_voltage(
    analyzer: B1500, full: FullAnalyzer, server: LineServer
) -> None:  # fmt: skip
    analyzer.source_current("MPSMU", Decimal("0.001"), span=Decimal("0.001"), voltage_limit=Decimal(2))
    full.status = "C"
    assert analyzer.compliance("MPSMU")
    assert server.lines()[-2:] == ["TV 3", "ERRX?"]
    analyzer.source_voltage("MPSMU", Decimal(1), span=Decimal(2), current_limit=Decimal("0.001"))
    assert analyzer.compliance("MPSMU")
    assert server.lines()[-2:] == ["TI 3", "ERRX?"]


@pytest.mark.parametrize(
    ("module", "amperes", "span", "limit"),
    [("MPSMU", "0.002", "0.001", "2"), ("MPSMU", "1E-9", "3E-9", "2"), ("MPSMU", "NaN", "0.001", "2"),
     ("HPSMU", "1E-9", "1E-9", "2"), ("MPSMU", "1E-9", "1E-9", "0"), ("MPSMU", "1E-9", "1E-9", "5000"),
     ("MPSMU", "1E-9", "Infinity", "2")],
)  # fmt: skip
def test_what_cannot_be_driven_is_not_sent(
    analyzer: B1500, server: LineServer, module: str, amperes: str, span: str, limit: str
) -> None:
    with pytest.raises(BadInput):
        analyzer.source_current(
            module, Decimal(amperes), span=Decimal(span), voltage_limit=Decimal(limit)
        )  # fmt: skip
    assert server.heard == []


# --- measurement
def test_the_range_under_test_is_the_one_that_measures(
    analyzer: B1500, full: FullAnalyzer, server: LineServer
) -> None:
    analyzer.source_voltage("MPSMU", Decimal(10), span=Decimal(20), current_limit=Decimal("0.001"))
    voltage = analyzer.measure_voltage("MPSMU", span=Decimal(20))
    current = analyzer.measure_current("MPSMU", span=Decimal("1E-8"))
    assert server.lines()[-6:] == ["TV 3,-200", "ERRX?", "AIT 0,2,10", "TI 3,-12", "AIT 0,2,1", "ERRX?"]
    assert (voltage.value, voltage.unit, voltage.span) == (10.0, "V", 20.0)
    assert (current.value, current.unit, current.span) == (1e-9, "A", 1e-8)
    full.status = "V"
    over = analyzer.measure_current("MPSMU", span=Decimal("1E-9"))
    assert math.isnan(over.value)
    assert over.flags == ("over-range",)
    full.status = "C"
    assert analyzer.measure_current("MPSMU", span=Decimal("1E-9")).flags == ("compliance",)
    with pytest.raises(BadInput, match="no range"):
        analyzer.measure_current("MPSMU", span=Decimal(3))


# --- pulses
def test_a_pulse_is_set_and_fired(analyzer: B1500, server: LineServer) -> None:
    analyzer.prepare_pulse("HCSMU", Decimal(10), **PULSE)
    assert server.lines() == [
        "CN 4", "MM 3,4", "CMM 4,1", "RI 4,-22", "AIT 2,3,0.00025", "PT 0,0.001,0.101", "PI 4,22,0,10,2", "ERRX?",
    ]  # fmt: skip
    reading = analyzer.fire("HCSMU")
    assert (reading.value, reading.unit, reading.span) == (9.99, "A", 20.0)
    assert server.lines()[-2:] == ["XE", "ERRX?"]


def test_only_one_pulse_source_at_a_time(analyzer: B1500) -> None:
    with pytest.raises(BadInput, match="No pulse"):
        analyzer.fire("HCSMU")
    analyzer.prepare_pulse("HCSMU", Decimal(10), **PULSE)
    analyzer.prepare_pulse(
        "UHCU", Decimal(300), span=Decimal(500), width=Decimal("0.00025"), voltage_limit=Decimal(20)
    )
    with pytest.raises(BadInput, match="No pulse"):
        analyzer.fire("HCSMU")
    with pytest.raises(Garbled, match="another channel"):
        analyzer.fire("UHCU")  # the model answers for its fourth slot


@pytest.mark.parametrize(
    ("amperes", "width", "limit"),
    [("21", "0.001", "2"), ("10", "0.00001", "2"), ("10", "3", "2"), ("10", "0.001", "0")],
)
def test_a_pulse_beyond_the_module_is_not_sent(
    analyzer: B1500, server: LineServer, amperes: str, width: str, limit: str
) -> None:
    with pytest.raises(BadInput):
        analyzer.prepare_pulse(
            "HCSMU", Decimal(amperes), span=Decimal(20), width=Decimal(width), voltage_limit=Decimal(limit)
        )
    assert server.heard == []


def test_the_open_interlock_keeps_the_pulse_back(analyzer: B1500, full: FullAnalyzer) -> None:
    full.interlock_closed = False
    with pytest.raises(Interlock):
        analyzer.prepare_pulse(
            "UHCU", Decimal(300), span=Decimal(500), width=Decimal("0.001"), voltage_limit=Decimal(60)
        )
    with pytest.raises(BadInput, match="No pulse"):
        analyzer.fire("UHCU")
    assert not analyzer.interlock_open()
    full.status_byte |= 8
    assert analyzer.interlock_open()


def test_a_pulse_that_is_refused_tells_why(
    analyzer: B1500, full: FullAnalyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(b1500_pulse, "_FIRE_TIMEOUT", 0.1)
    analyzer.prepare_pulse("HCSMU", Decimal(10), **PULSE)
    full.pulse = None
    full.errors.append('+305,"Excess current in HPSMU.; SLOT4"')
    with pytest.raises(InstrumentError, match="305"):
        analyzer.fire("HCSMU")
    with pytest.raises(NoReply):
        analyzer.fire("HCSMU")


# --- capacitance
def test_capacitance_with_its_corrections(analyzer: B1500, server: LineServer) -> None:
    with pytest.raises(BadInput, match="No test signal"):
        analyzer.read_capacitance("MFCMU")
    analyzer.prepare_capacitance("MFCMU", frequency=Decimal("1E6"), level=Decimal("0.1"))
    analyzer.correct("MFCMU", standard="open")
    analyzer.correct("MFCMU", standard="short")
    assert server.lines() == [
        "CN 9", "IMP 100", "FC 9,1000000", "ACV 9,0.1", "ERRX?",
        "CLCORR 9,1", "CORRL 9,1000000", "ERRX?", "CORR? 9,1", "CORRST 9,1,1", "ERRX?",
        "CORR? 9,2", "CORRST 9,2,1", "ERRX?",
    ]  # fmt: skip
    reading = analyzer.read_capacitance("MFCMU")
    assert (reading.value, reading.unit, reading.flags) == (1.00012e-11, "F", ())
    assert reading.raw == "NIC+1.000120E-11,NIY+3.100000E-09"
    server.heard.clear()
    analyzer.prepare_capacitance("MFCMU", frequency=Decimal("1E6"), level=Decimal("0.2"))
    analyzer.correct("MFCMU", standard="open")
    assert "CLCORR 9,1" not in server.lines(), "the short correction at this frequency stays valid"
    analyzer.prepare_capacitance("MFCMU", frequency=Decimal("1E5"), level=Decimal("0.2"))
    analyzer.correct("MFCMU", standard="open")
    assert "CORRL 9,100000" in server.lines()


@pytest.mark.parametrize(
    ("answer", "flag"),
    [("UIC+1.0E-11,UIY+3.1E-09", "unbalanced"), ("DIC+1.0E-11,DIY+3.1E-09", "saturation"),
     ("VIC+199.999E+99,VIY+199.999E+99", "over-range")],
)  # fmt: skip
def test_what_is_no_capacitance_is_flagged(
    analyzer: B1500, full: FullAnalyzer, answer: str, flag: str
) -> None:
    analyzer.prepare_capacitance("MFCMU", frequency=Decimal(1000), level=Decimal("0.1"))
    full.farads = answer
    reading = analyzer.read_capacitance("MFCMU")
    assert math.isnan(reading.value)
    assert reading.flags == (flag,)


@pytest.mark.parametrize(
    "answer",
    ["NIC+1.0E-11", "NIY+1.0E-11,NIC+1.0E-11", "NIC+1.0E-11,NAY+1.0E-11", "NAC+1.0E-11,NAY+1.0E-11", ""],
)
def test_another_answer_is_garbled(analyzer: B1500, full: FullAnalyzer, answer: str) -> None:
    analyzer.prepare_capacitance("MFCMU", frequency=Decimal(1000), level=Decimal("0.1"))
    full.farads = answer
    with pytest.raises(Garbled):
        analyzer.read_capacitance("MFCMU")


@pytest.mark.parametrize(
    ("frequency", "level"),
    [("999", "0.1"), ("5000001", "0.1"), ("1000", "0.3"), ("1000", "0"), ("NaN", "0.1")],
)
def test_a_signal_beyond_the_unit_is_not_sent(
    analyzer: B1500, server: LineServer, frequency: str, level: str
) -> None:
    with pytest.raises(BadInput, match="beyond the unit"):
        analyzer.prepare_capacitance("MFCMU", frequency=Decimal(frequency), level=Decimal(level))
    assert server.heard == []


@pytest.mark.parametrize(
    ("answer", "error"), [("1", InstrumentError), ("2", InstrumentError), ("x", Garbled)]
)
def test_a_correction_that_failed(
    analyzer: B1500, full: FullAnalyzer, server: LineServer, answer: str, error: type[Exception]
) -> None:
    analyzer.prepare_capacitance("MFCMU", frequency=Decimal(1000), level=Decimal("0.1"))
    full.correction = answer
    with pytest.raises(error):
        analyzer.correct("MFCMU", standard="open")
    assert "CORRST 9,1,1" not in server.lines()
    with pytest.raises(BadInput, match="no correction load"):
        analyzer.correct("MFCMU", standard="load")


# --- switching off
def test_only_what_has_a_voltmeter_is_asked_for_its_discharge(analyzer: B1500, server: LineServer) -> None:
    analyzer.source_current("MPSMU", Decimal("0.001"), span=Decimal("0.001"), voltage_limit=Decimal(2))
    analyzer.prepare_pulse("HCSMU", Decimal(10), **PULSE)
    analyzer.prepare_capacitance("MFCMU", frequency=Decimal(1000), level=Decimal("0.1"))
    server.heard.clear()
    analyzer.safe_off()
    assert server.lines() == ["DZ", "TV 3", "TV 4", "CL", "ERRX?"]
    assert [channel.query for channel in analyzer.safe_off_recipe().discharge] == ["TV 3", "TV 4"]


def test_kinds_of_modules() -> None:
    assert kind_of_module("B1511B") is ModuleKind.SOURCE_MEASURE
    assert kind_of_module("B1520A") is ModuleKind.CAPACITANCE
    assert kind_of_module("N1265A") is ModuleKind.EXPANDER
    assert kind_of_module("B1525A") is ModuleKind.GENERATOR
