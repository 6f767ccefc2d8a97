from __future__ import annotations

import re
import statistics

import pytest
from tests.virtualbench.line_client import LineClient, eventually
from tests.virtualbench.serial_bench import SOCKET, Port, SerialBench

BALANCE = {"balance": "mettler-mt-sics"}
TRUTH = "[standards.balance]\nsensitivity_error = 1e-5\nadjusted_error = 0\n"


def grams(port: Port, command: str = "S") -> float:
    match = re.fullmatch(r"S S (.{10}) g", port.query(f"{command}\r\n"))
    assert match is not None
    return float(match[1])


def test_what_it_says_of_itself() -> None:
    with SerialBench(BALANCE) as bench:
        port = bench.port("balance")
        assert port.query("@\r\n") == 'I4 A "B021002593"'
        assert port.query("I11\r\n") == 'I11 A "MS204S"'
        assert port.query('I10 "bench 3"\r\n') == "I10 A"
        assert port.query("I10\r\n") == 'I10 A "bench 3"'
        lines = [port.query("I0\r\n")]
        while lines[-1].startswith("I0 B"):
            lines.append(port.read())
        assert lines[-1] == 'I0 A 2 "I11"'
        assert port.query("s\r\n") == "ES"
        assert port.query("S 1\r\n") == "S L"
        assert port.query("TA heavy\r\n") == "TA L"


def test_a_load_its_error_and_an_adjustment() -> None:
    with SerialBench(BALANCE, truth=TRUTH) as bench:
        port = bench.port("balance")
        assert port.query("Z\r\n") == "Z A"
        bench.do("place", on="balance", kilograms=0.2)
        readings = [grams(port) for _ in range(20)]
        # 2 mg of error on 200 g; the mean of 20 readings of 0.08 mg, and the zero's own 0.08 mg.
        assert statistics.fmean(readings) == pytest.approx(200.002, abs=4e-4)
        assert len(set(readings)) > 1
        assert port.query("C3\r\n") == "C3 B"
        assert port.read() == "C3 A"
        assert statistics.fmean(grams(port) for _ in range(20)) == pytest.approx(200.0, abs=4e-4)


def test_an_unsettled_load_is_dynamic_and_a_patient_command_waits() -> None:
    with SerialBench(BALANCE) as bench:
        port = bench.port("balance")
        bench.do("place", on="balance", kilograms=0.1)
        assert port.query("SI\r\n").startswith("S D")
        before = bench.do("now")["now"]
        assert grams(port) == pytest.approx(100.0, abs=2e-3)
        # 100 g are within 0.05 mg after ln(2e6) time constants of 0.4 s.
        assert 5.8 + 0.5 <= bench.do("now")["now"] - before <= 7.0
        assert port.query("SI\r\n").startswith("S S")


def test_tare_and_zero() -> None:
    with SerialBench(BALANCE) as bench:
        port = bench.port("balance")
        bench.do("place", on="balance", kilograms=0.05)
        tare = port.query("T\r\n").removeprefix("T S ")
        assert float(tare.removesuffix(" g")) == pytest.approx(50.0, abs=2e-3)
        assert port.query("TA\r\n") == f"TA A {tare}"
        assert abs(grams(port)) < 1e-3
        assert port.query("Z\r\n") == "Z +"
        assert port.query("TAC\r\n") == "TAC A"
        assert grams(port) == pytest.approx(50.0, abs=2e-3)
        assert port.query("TA 1.5 g\r\n") == "TA A     1.5000 g"
        assert grams(port) == pytest.approx(48.5, abs=2e-3)


def test_overload_and_underload() -> None:
    with SerialBench(BALANCE) as bench:
        port = bench.port("balance")
        bench.do("place", on="balance", kilograms=0.3)
        assert port.query("S\r\n") == "S +"
        bench.do("place", on="balance", kilograms=0.0)
        bench.do("advance", seconds=60.0)
        assert grams(port, "SI") == pytest.approx(0.0, abs=1e-3)


def test_repeated_readings_end_with_the_next_command() -> None:
    with SerialBench(BALANCE, 20.0) as bench:
        port = bench.port("balance")
        port.write(b"SIR\r\n")
        assert all(port.read().startswith("S S ") for _ in range(4))
        port.write(b"I4\r\n")
        line = port.read()
        while line.startswith("S "):
            line = port.read()
        assert line == 'I4 A "B021002593"'


def test_a_reset_on_another_connection_ends_an_adjustment() -> None:
    with SerialBench(BALANCE, 1.0, resource=SOCKET) as bench:
        first, second = (LineClient(bench.running.resources()["balance"]) for _ in range(2))
        assert first.query("C3") == "C3 B"
        assert second.query("@").startswith("I4 A")
        assert first.read() == "C3 I"
        first.close()
        second.close()
        eventually(lambda: bench.running.servers["balance"].idle_since() is not None)


def test_a_load_that_never_settles() -> None:
    with SerialBench(BALANCE) as bench:
        port = bench.port("balance")
        bench.do("fault", instrument="balance", kind="never-settling", count=2)
        assert port.query("S\r\n") == "S I"
        assert port.query("SI\r\n").startswith("S D")
        assert port.query("S\r\n").startswith("S S")
