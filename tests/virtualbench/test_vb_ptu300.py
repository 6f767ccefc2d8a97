from __future__ import annotations

import re

import pytest
from tests.virtualbench.serial_bench import Port, SerialBench

ROOM = {"room": "vaisala-ptu300"}
TRUTH = """
[room]
temperature = 23.5
humidity = 40
pressure = 100000
[standards.room]
temperature_error = 0.1
humidity_error = -1
pressure_error = 10
"""


def pressures(port: Port, count: int) -> list[float]:
    return [float(port.query("SEND\r").split()[0]) for _ in range(count)]


def test_what_it_says_of_itself() -> None:
    with SerialBench(ROOM) as bench:
        port = bench.port("room")
        port.write(b"?\r")
        lines = [port.read() for _ in range(13)]
        assert lines[0] == "PTU300 / 5.16"
        assert dict(line.split(": ") for line in lines[1:])["Serial number  "] == "G3110001"
        assert lines[-1].startswith("Module 2")
        assert port.query("ERRS\r") == "No errors"
        assert port.query("DANCE\r") == "Unknown command."


def test_format_units_and_hidden_errors() -> None:
    with SerialBench(ROOM, truth=TRUTH) as bench:
        port = bench.port("room")
        assert port.query('FORM 4.3 P " " 3.3 T " " 3.3 RH #r #n\r') == "OK"
        assert port.query("FORM ?\r") == 'Output format  : 4.3 P " " 3.3 T " " 3.3 RH \\r \\n'
        assert port.query("UNIT\r") == "Output units   : metric"
        assert port.query("UNIT P hPa\r") == "P units        : hPa"
        assert port.query("UNIT P furlong\r") == "Invalid unit."
        answer = port.query("SEND\r")
        assert re.fullmatch(r" *\d+\.\d{3}  *\d+\.\d{3}  *\d+\.\d{3}", answer)
        pressure, temperature, humidity = map(float, answer.split())
        assert pressure == pytest.approx(1000.1, abs=5 * 0.03)
        assert temperature == pytest.approx(23.6, abs=5 * 0.01)
        assert humidity == pytest.approx(39.0, abs=5 * 0.05)
        assert port.query("UNIT P Pa\r") == "P units        : Pa"
        assert pressures(port, 1)[0] == pytest.approx(100010, abs=15)
        assert port.query("UNIT N\r") == "Output units   : non metric"
        assert float(port.query("SEND\r").split()[1]) == pytest.approx(23.6 * 1.8 + 32, abs=0.1)


def test_the_hands_change_the_air() -> None:
    with SerialBench(ROOM, truth=TRUTH) as bench:
        port = bench.port("room")
        bench.do("room", temperature=18.0, humidity=60.0)
        answer = re.fullmatch(r"P=(.{7}) hPa T=(.{6}) 'C  RH=(.{6}) %RH ", port.query("SEND\r"))
        assert answer is not None
        assert float(answer[2]) == pytest.approx(18.1, abs=0.06)
        assert float(answer[3]) == pytest.approx(59.0, abs=0.3)
        assert bench.do("state")["room"] == {"temperature": 18.0, "humidity": 60.0, "pressure": 100000.0}


def test_in_the_run_mode_it_streams_and_takes_nothing_but_s() -> None:
    with SerialBench(ROOM, 20.0) as bench:
        port = bench.port("room")
        port.write(b"R\r")
        streamed = [port.read() for _ in range(3)]
        assert all("RH=" in line for line in streamed)
        port.write(b"ERRS\r")
        assert "RH=" in port.read()
        port.write(b"S\r")
        port.write(b"ERRS\r")
        answers = [port.read()]
        while "RH=" in answers[-1]:
            answers.append(port.read())
        assert answers[-1] == "No errors"


def test_what_was_streamed_does_not_change_what_is_asked_for() -> None:
    def asked(streamed: int) -> list[float]:
        with SerialBench(ROOM, 200.0) as bench:
            port = bench.port("room")
            port.write(b"R\r")
            for _ in range(streamed):
                port.read()
            port.write(b"S\r\n")
            port.write(b"FORM 4.3 P #r #n\r")
            while port.read() != "OK":
                pass
            return pressures(port, 5)

    assert asked(1) == asked(7)
