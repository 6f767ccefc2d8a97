from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

import pytest
from tests.virtualbench.serial_bench import SerialBench

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.virtualbench.serial_bench import Port

TORR = 101325 / 760
END = b"\n\r"
EXACT = """
[vacuum]
H2 = 0
He = 0
H2O = 0
N2 = 0
CO = 0
O2 = 0
Ar = 0
CO2 = 0
[standards.rga]
sensitivity_error = 0
total_error = 0
transmission = 0
mass_shift = 0
gain_error = 0
"""


@pytest.fixture
def bench() -> Iterator[SerialBench]:
    with SerialBench({"rga": "srs-rga200"}, truth=EXACT) as bench:
        yield bench


@pytest.fixture
def port(bench: SerialBench) -> Port:
    return bench.port("rga", END)


def currents(port: Port, command: str, count: int) -> list[float]:
    """Return *count* ion currents in amperes."""
    port.write(command.encode() + b"\r")
    octets = port.octets(4 * count)
    return [int.from_bytes(octets[i : i + 4], "little", signed=True) * 1e-16 for i in range(0, 4 * count, 4)]


def rejected(port: Port, command: str) -> int:
    """Send a command that is not answered; return what the analyzer has noted."""
    port.write(command.encode() + b"\r")
    return int(port.query("EC?\r"))


def admit(bench: SerialBench, **gases: float) -> None:
    for species, pascals in gases.items():
        bench.do("gas", species=species, pascals=pascals)
    bench.do("advance", seconds=60.0)


@pytest.mark.parametrize("highest", [100, 200, 300])
def test_models(highest: int) -> None:
    with SerialBench({"rga": f"srs-rga{highest}"}) as bench:
        port = bench.port("rga", END)
        assert port.query("ID?\r") == f"SRSRGA{highest}VER0.24SN12345"
        assert port.query("MF?\r") == str(highest)
        assert rejected(port, f"MF{highest + 1}") == 2


def test_settings_are_silent_and_electrodes_answer_status(port: Port) -> None:
    assert port.query("EE*\r") == "0"
    assert port.query("EE?\r") == "70"
    port.write(b"NF6\rSA25\r")
    assert port.query("NF?\r") == "6"
    assert port.query("SA?\r") == "25"
    assert port.query("FL1.5\r") == "0"
    assert port.query("FL?\r") == "1.5000"
    assert port.query("IN1\r") == "0"
    assert port.query("NF?\r") == "4"
    assert port.query("FL?\r") == "1.5000"
    assert port.query("IN2\r") == "0"
    assert port.query("FL?\r") == "0.0000"
    assert [port.query(f"{q}?\r") for q in ("MO", "EM", "EQ", "ED", "EP", "EF")] == ["1", *["0"] * 5]


def test_what_is_rejected_is_not_answered_but_noted(port: Port) -> None:
    assert port.query("EC?\r") == "0"
    for command, bit in (
        ("ZZ9", 1),
        ("EE200", 2),
        ("EE 70", 2),
        ("HV5", 2),
        ("NF", 2),
        ("MR201", 2),
        ("ID", 2),
    ):
        assert rejected(port, command) == bit
    port.write(b"MI50\rMF40\r")
    assert port.query("ER?\r") == "1"
    assert port.query("EC?\r") == "64"
    assert port.query("MF?\r") == "200"
    assert port.query("ER?\r") == "0"


def test_ion_currents_of_a_gas(bench: SerialBench, port: Port) -> None:
    admit(bench, Ar=1e-4)
    assert port.query("FL1\r") == "0"
    port.write(b"NF0\r")
    torr = 1e-4 / TORR
    for mass, part in ((40, 1.0), (20, 0.1462), (36, 0.003)):
        readings = [currents(port, f"MR{mass}", 1)[0] for _ in range(10)]
        # The largest of seven looks around the peak, so a little above by the noise of 7 fA.
        assert statistics.fmean(readings) == pytest.approx(1.4e-4 * torr * part, rel=1e-3, abs=3e-14)
    total = currents(port, "TP?", 1)[0]
    assert total == pytest.approx(1.4e-5 * torr, abs=5 * 7e-15)
    assert port.query("FL0\r") == "0"
    assert abs(currents(port, "MR40", 1)[0]) < 5e-14


def test_hidden_errors_of_the_analyzer() -> None:
    truth = EXACT.replace("sensitivity_error = 0", "sensitivity_error = 0.2").replace(
        "transmission = 0", "transmission = 0.5"
    )
    with SerialBench({"rga": "srs-rga100"}, truth=truth) as bench:
        port = bench.port("rga", END)
        admit(bench, H2=1e-4)
        assert port.query("FL1\r") == "0"
        expected = 1.2e-4 * 0.43 * (1e-4 / TORR) * (2 / 28) ** -0.5
        assert currents(port, "MR2", 1)[0] == pytest.approx(expected, rel=3e-3)


def test_an_analog_scan_and_a_histogram(bench: SerialBench, port: Port) -> None:
    admit(bench, N2=1e-4)
    assert port.query("FL1\r") == "0"
    port.write(b"MF40\rMI10\rSA10\r")
    assert (port.query("AP?\r"), port.query("HP?\r")) == ("301", "31")
    *spectrum, total = currents(port, "SC1", 302)
    assert spectrum.index(max(spectrum)) == 180
    peak = 1e-4 * 1e-4 / TORR
    assert max(spectrum) == pytest.approx(peak, rel=5e-3)
    # At half a unit from the middle the flank has fallen to 10 %.
    assert spectrum[175] == pytest.approx(0.1 * peak, rel=0.1)
    assert total == pytest.approx(0.1 * peak, rel=0.02)
    *bars, total = currents(port, "HS1", 32)
    assert bars[28 - 10] == pytest.approx(peak, rel=5e-3)
    assert bars[14 - 10] == pytest.approx(0.1379 * peak, rel=2e-2)
    port.write(b"TP0\r")
    assert currents(port, "TP?", 1) == [0.0]


def test_the_multiplier(bench: SerialBench, port: Port) -> None:
    admit(bench, N2=1e-6)
    assert port.query("FL1\r") == "0"
    assert port.query("HV*\r") == "0"
    assert port.query("HV?\r") == "1400"
    assert port.query("MG?\r") == "1.0000"
    assert currents(port, "MR28", 1)[0] == pytest.approx(1e-4 * 1e-6 / TORR * 1000, rel=3e-3)
    assert currents(port, "TP?", 1) == [0.0]
    assert port.query("HV0\r") == "0"


def test_the_filament_protection(bench: SerialBench, port: Port) -> None:
    admit(bench, N2=1e-3)
    assert port.query("FL1\r") == "0"
    admit(bench, N2=0.1)
    assert abs(currents(port, "MR28", 1)[0]) < 1e-12
    assert port.query("FL?\r") == "0.0000"
    assert port.query("ER?\r") == "2"
    assert port.query("EF?\r") == "32"
    assert port.query("FL1\r") == "2"
    admit(bench, N2=1e-6)
    assert port.query("FL1\r") == "0"


def test_any_byte_stops_a_scan() -> None:
    with SerialBench({"rga": "srs-rga200"}, 1.0) as bench:
        port = bench.port("rga", END)
        # Four hundred seconds, of which the test waits for none.
        port.write(b"NF0\rSC1\r")
        assert port.query("ID?\r") == "SRSRGA200VER0.24SN12345"


def test_scans_without_a_number_go_on_until_a_byte_comes() -> None:
    with SerialBench({"rga": "srs-rga200"}, 1000.0) as bench:
        port = bench.port("rga", END)
        port.write(b"NF7\rMF12\rMI10\rHS\r")
        # Three masses and a total make a scan.
        assert len(port.octets(4 * 4 * 5)) == 80
        port.write(b"IN0\r")
        assert port.read().endswith("0")


def test_a_pressure_that_never_settles(bench: SerialBench, port: Port) -> None:
    admit(bench, N2=1e-4)
    assert port.query("FL1\r") == "0"
    bench.do("fault", instrument="rga", kind="never-settling", count=2)
    readings = [currents(port, "MR28", 1)[0] for _ in range(3)]
    settled = 1e-4 * 1e-4 / TORR
    assert [r / settled for r in readings] == pytest.approx([1.2, 0.8, 1.0], rel=2e-3)
