from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from tests.virtualbench.line_client import BenchInTest

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_ERROR = '+0,"No Error."'


@pytest.fixture
def bench() -> Iterator[BenchInTest]:
    with BenchInTest(leads="MPSMU") as bench:
        yield bench


def value(field: str) -> float:
    return float(re.sub(r"^[A-Z0-9]{0,4}?[A-Ja-j]?[VITvi](?=[+-])", "", field))


def test_identity_and_modules(bench: BenchInTest) -> None:
    assert bench.uut.query("*IDN?") == "Agilent Technologies,B1505A,0,A.06.02.2022.0101"
    assert bench.uut.query("UNT?").split(";") == [
        "0,0", "0,0", "B1511B,0", "0,0", "0,0", "B1513B,0", "0,0", "0,0", "0,0", "0,0",
    ]  # fmt: skip
    assert bench.uut.query("UNT? 0") == bench.uut.query("UNT?")


def test_lines_end_with_lf_or_cr_lf_and_hold_several_commands(bench: BenchInTest) -> None:
    bench.uut._socket.sendall(b"CN3;DV3,0,1.5\nTV 3\r\n*OPC?\r\n")
    assert bench.uut.read().startswith("NCV")
    assert bench.uut.read() == "1"


@pytest.mark.parametrize("line", ["DV 3, 200, 1.0, 0.001", "DV3,200,1.0,.001", "dv 3,12,1,1e-3"])
def test_the_ways_clients_write_a_command(bench: BenchInTest, line: str) -> None:
    bench.uut.write("CN 3", line)
    assert bench.uut.query("ERRX?") == NO_ERROR
    output = bench.output("MPSMU")
    assert (output["set"], output["range"], output["on"]) == (1.0, "20 V", True)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("XYZ 1", 100),
        ("*FOO?", 100),
        ("?", 100),
        ("DV 3,0,abc", 102),
        ("DV 3,0,nan", 102),
        ("DV 3,0,1e999", 102),
        ("DV 3", 120),
        ("DV", 120),
        ("DV 3,0,100.1,0.001", 120),
        ("DV 3,1000,-101,0.001", 120),
        ("DV 6,0,1501,0.001", 120),
        ("DV 11,0,1,0.001", 121),
        ("DV 1,0,1,0.001", 121),
        ("CN 4", 121),
        ("DV 3,0,1,0", 123),
        ("DV 3,0,1,0.2", 123),
        ("DV 3,0,30,0.06", 123),
        ("DV 3,2000,1,0.001", 124),
        ("DV 6,50,1,0.001", 124),
        ("DV 6,2000,1,0.001", 200),
        ("TV 6", 200),
        ("TI", 122),
        ("XE 3", 120),
        ("FMT 3", 120),
        ("AIT 1,7,1", 120),
        ("AIT 1,2,-1", 120),
        ("AAD 3,9", 120),
        ("MM 16,3", 120),
        ("MM 2,4", 120),
        ("WT -1,0", 120),
        ("WV 3,7,0,0,1,3,1e-3", 120),
        ("WV 3,1,0,0,1,0,1e-3", 120),
        ("WV 3,2,0,-1,1,3,1e-3", 130),
        ("INTLKVTH 60", 120),
        ("PA -1", 120),
    ],
)
def test_a_wrong_command_is_an_error_in_the_queue_and_changes_nothing(
    bench: BenchInTest, line: str, code: int
) -> None:
    bench.set("CN 3", "DV 3,50,2,0.002")
    before = bench.output("MPSMU")
    bench.uut.write(line)
    assert bench.uut.query("ERRX? 1") == str(code)
    assert bench.uut.query("ERRX?") == NO_ERROR
    after = bench.output("MPSMU")
    assert {k: after[k] for k in ("on", "set", "range")} == {k: before[k] for k in ("on", "set", "range")}
    assert bench.output("HVSMU")["on"] is False


def test_errors_queue_up_and_come_out_in_order(bench: BenchInTest) -> None:
    assert bench.uut.query("*STB?") == "0"
    bench.uut.write("NO1", "DV 6,0,1,0.001")
    assert bench.uut.query("*STB?") == "32"
    bench.uut.write("*RST")
    assert bench.uut.query("ERRX?") == '100,"Undefined GPIB command."'
    assert bench.uut.query("ERRX?") == '200,"Channel output switch must be ON.; CH6"'
    bench.uut.write("NO2", "NO3")
    assert bench.uut.query("ERR?") == "100,100,0,0"
    assert bench.uut.query("ERRX? 1") == "+0"
    assert bench.uut.query("EMG? 202") == "Interlock circuit must be closed."


def test_limited_automatic_output_range(bench: BenchInTest) -> None:
    bench.uut.write("CN 3")
    for line, range_ in [("DV 3,0,0.3", "0.5 V"), ("DV 3,5,3", "5 V"), ("DV 3,400,3", "40 V")]:
        bench.uut.write(line)
        assert bench.uut.query("ERRX?") == NO_ERROR
        assert bench.output("MPSMU")["range"] == range_


def test_interlock(bench: BenchInTest) -> None:
    bench.hands.ask(do="interlock", closed=False)
    bench.uut.write("CN 3", "DV 3,0,42,0.001")
    assert bench.uut.query("ERRX?") == NO_ERROR
    bench.uut.write("DV 3,0,-42.1,0.001")
    assert bench.uut.query("ERRX?") == '202,"Interlock circuit must be closed.; CH3"'
    assert bench.output("MPSMU")["set"] == 42.0
    assert bench.uut.query("INTLKVTH?") == "42"
    bench.uut.write("DI 3,17,1e-3,50")
    assert bench.uut.query("ERRX? 1") == "202"
    bench.uut.write("INTLKVTH 0", "DV 3,0,1,0.001")
    assert bench.uut.query("ERRX? 1") == "202"


def test_an_interlock_that_opens_switches_off(bench: BenchInTest) -> None:
    bench.uut.write("CN 3,6", "DV 3,0,100,0.001", "DV 6,0,20,0.001")
    assert bench.uut.query("ERRX?") == NO_ERROR
    bench.advance(1.0)
    assert bench.hands.ask(do="interlock", closed=False)["ok"]
    assert bench.uut.query("ERRX?") == '202,"Interlock circuit must be closed.; CH3"'
    high, low = bench.output("MPSMU"), bench.output("HVSMU")
    assert (high["on"], high["set"], low["on"], low["set"]) == (False, 0.0, True, 20.0)


def test_compliance_is_told_by_the_status_letter(bench: BenchInTest) -> None:
    # Both outputs on one pair of leads: the weaker one gives way.
    leads = [[["uut", "MPSMU", "force"], ["uut", "HVSMU", "force"]]]
    assert bench.hands.ask(do="wire", connections=leads)["ok"]
    bench.set("CN 3,6", "DV 6,0,20,0.005", "DV 3,0,5,1e-4")
    bench.advance(1.0)
    assert bench.uut.query("TV 3").startswith("CCV+2.0")
    current = bench.uut.query("TI 3")
    assert current[:3] == "CCI"
    assert value(current) == pytest.approx(-1e-4, rel=1e-3)
    assert bench.uut.query("TV 6").startswith("TFV+2.0")
    bench.uut.write("DV 6,0,5,0.005", "DV 3,0,5,0.1", "CL 6")
    assert bench.uut.query("TV 3").startswith("NCV")


def test_current_source(bench: BenchInTest) -> None:
    # 5 µA into the meter's 10 MΩ is 50 V; a compliance of 20 V holds it.
    bench.set_dmm("DCV 100")
    bench.set("CN 3", "DI 3,15,5E-6,80")
    bench.advance(1.0)
    assert value(bench.uut.query("TV 3")) == pytest.approx(50.0, rel=1e-3)
    assert bench.uut.query("TI 3").startswith("NCI")
    bench.set("DI 3,15,-5E-6,20")
    bench.advance(1.0)
    assert bench.uut.query("TV 3").startswith(("CCV-2.00", "CCV-1.99"))
    assert bench.uut.query("ERRX?") == NO_ERROR


def test_zero_restore_initialise_open(bench: BenchInTest) -> None:
    bench.uut.write("CN 3,6", "DV 3,0,100,0.002", "DV 6,0,1000,0.001")
    bench.uut.write("DZ 3")
    assert bench.uut.query("*LRN? 3").startswith("DV3,1000,0.0")
    assert bench.output("HVSMU")["set"] == 1000.0
    bench.uut.write("RZ")
    assert bench.uut.query("*LRN? 3") == "DV3,1000,1.000000E+02,2.000000E-03,0,0"
    bench.set("IN")
    assert [bench.output(m)["set"] for m in ("MPSMU", "HVSMU")] == [0.0, 0.0]
    bench.set("RZ")
    assert bench.output("MPSMU")["set"] == 0.0
    assert bench.uut.query("*LRN? 0") == "CN3,6"
    bench.uut.write("CL 6")
    assert bench.uut.query("*LRN? 0") == "CN3"
    bench.uut.write("CL")
    assert bench.uut.query("*LRN? 0") == "CL"
    assert bench.uut.query("ERRX?") == NO_ERROR


def test_a_series_resistor_drops_the_current_of_the_meter(bench: BenchInTest) -> None:
    bench.set_dmm("DCV 100")
    bench.set("CN 3", "DV 3,0,50,0.001", "SSR 3,1")
    bench.advance(1.0)
    assert value(bench.uut.query("TV 3")) == pytest.approx(50 * 10 / 11, rel=2e-3)
    assert bench.uut.query("*LRN? 53") == "SSR3,1;SSR6,0"


@pytest.mark.parametrize(
    ("format_", "pattern"),
    [
        (1, r"NCV[+-]\d\.\d{5}E[+-]\d\d"),
        (2, r"[+-]\d\.\d{5}E[+-]\d\d"),
        (11, r"NCV[+-]\d\.\d{6}E[+-]\d\d"),
        (12, r"[+-]\d\.\d{6}E[+-]\d\d"),
        (21, r"000CV[+-]\d\.\d{6}E[+-]\d\d"),
        (22, r"[+-]\d\.\d{6}E[+-]\d\d"),
    ],
)
def test_data_formats(bench: BenchInTest, format_: int, pattern: str) -> None:
    bench.uut.write("CN 3", "DV 3,0,1.5,0.001", f"FMT {format_},0")
    assert re.fullmatch(pattern, bench.uut.query("TV 3"))


def test_over_range_is_the_dummy_value(bench: BenchInTest) -> None:
    bench.set("CN 3", "DV 3,0,5,0.001")
    bench.advance(1.0)
    assert bench.uut.query("TV 3,-20") == "VCV+199.999E+99"
    assert bench.uut.query("TV 3,20").startswith("NCV+")
    bench.uut.write("FMT 21")
    assert bench.uut.query("TV 3,-20") == "065CV+199.9990E+99"


def test_timed_spot_measurements(bench: BenchInTest) -> None:
    bench.set("CN 3", "DV 3,0,5,0.001", "TSR")
    bench.advance(2.0)
    time_, volts = bench.uut.query("TTV 3").split(",")
    assert time_ == "NCT+2.00200E+00"
    assert volts.startswith("NCV")
    assert [f[2] for f in bench.uut.query("TTIV 3").split(",")] == ["T", "I", "V"]


def test_integration_takes_bench_time(bench: BenchInTest) -> None:
    bench.set("CN 3", "AAD 3,1", "AIT 1,2,100")
    before = bench.hands.ask(do="now")["now"]
    bench.uut.query("TV 3")
    once = bench.hands.ask(do="now")["now"] - before
    bench.uut.write("AZ 1")
    bench.uut.query("TV 3")
    twice = bench.hands.ask(do="now")["now"] - before - once
    assert (once, twice) == (pytest.approx(2.002, abs=1e-3), pytest.approx(4.002, abs=1e-3))
    bench.set("PA 10")
    assert bench.hands.ask(do="now")["now"] - before == pytest.approx(16.004, abs=1e-3)


def test_staircase_sweep(bench: BenchInTest) -> None:
    bench.uut.write("CN 3", "FMT 1,1", "MM 2,3", "WT 0.1,0.05", "WM 1,1", "WV 3,1,0,1,5,3,1E-3", "XE")
    fields = bench.uut.read().split(",")
    assert [f[:3] for f in fields] == ["NCI", "WCV", "NCI", "WCV", "NCI", "ECV"]
    assert [value(f) for f in fields[1::2]] == [1.0, 3.0, 5.0]
    assert bench.output("MPSMU")["set"] == 1.0
    assert bench.uut.query("*LRN? 33") == "WT0.1,0.05,0,0,0;WM1,1;WV3,1,50,1,5,3,0.001"
    bench.uut.write("WM 1,2", "CMM 3,2", "WV 3,3,0,0,4,3,1E-3", "FMT 1,0", "XE")
    measured = [value(f) for f in bench.uut.read().split(",")]
    assert measured == pytest.approx([0, 2, 4, 4, 2, 0], abs=0.01)
    assert bench.uut.query("ERRX?") == NO_ERROR


def test_logarithmic_sweep(bench: BenchInTest) -> None:
    bench.uut.write("CN 3", "FMT 1,1", "MM 2,3", "WV 3,2,0,0.1,10,3,1E-3", "XE")
    assert [value(f) for f in bench.uut.read().split(",")[1::2]] == pytest.approx([0.1, 1.0, 10.0])


def test_a_sweep_stops_at_compliance_if_told_to(bench: BenchInTest) -> None:
    bench.set_dmm("DCV 100")
    bench.uut.write("CN 3", "FMT 1,0", "MM 2,3", "WM 2,1", "WT 0,0.1", "WV 3,1,0,10,30,3,2.5E-6", "XE")
    assert [f[:3] for f in bench.uut.read().split(",")] == ["NCI", "NCI", "CCI"]
    bench.uut.write("WV 3,1,0,10,50,3,1.5E-6", "XE")
    fields = bench.uut.read().split(",")
    assert [f[:3] for f in fields] == ["NCI", "CCI", "VCI"]
    assert fields[2] == "VCI+199.999E+99"


def test_spot_through_xe(bench: BenchInTest) -> None:
    bench.uut.write("CN 3", "DV 3,0,2,1E-3", "MM 1,3", "CMM 3,2", "XE")
    assert bench.uut.read().startswith("NCV")
    bench.uut.write("MM 2,3", "XE")
    assert bench.uut.query("ERRX? 1") == "120"


def test_settings_are_learned(bench: BenchInTest) -> None:
    bench.uut.write(
        "MM 2,3", "AV -2", "CM 1", "FMT 21,1", "RI 3,-17", "AAD 6,1", "AIT 1,2,16", "AZ 1", "PAD 1", "TSC 1"
    )
    assert bench.uut.query("*LRN? 31") == "TM1;AV-2;CM1;FMT21,1;MM2,3"
    assert bench.uut.query("*LRN? 32") == "RI3,-17;RV3,0;RI6,0;RV6,0"
    assert bench.uut.query("*LRN? 46") == "CMM3,0;CMM6,0"
    assert bench.uut.query("*LRN? 54") == "RM3,1;RM6,1"
    assert bench.uut.query("*LRN? 55") == "AAD3,0;AAD6,1"
    assert bench.uut.query("*LRN? 56") == "AIT0,2,2;AIT1,2,16;AIT2,0,1;AZ1"
    assert (bench.uut.query("*LRN? 60"), bench.uut.query("*LRN? 110")) == ("TSC1", "PAD1")
    assert bench.uut.query("*LRN? 3") == "CL3"
    bench.uut.write("*RST")
    assert bench.uut.query("*LRN? 31") == "TM1;AV1,0;CM0;FMT1,0;MM1"
    bench.uut.write("*LRN? 999")
    assert bench.uut.query("ERRX? 1") == "120"
