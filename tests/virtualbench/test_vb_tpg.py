from __future__ import annotations

import pytest
from tests.virtualbench.serial_bench import Port, SerialBench

TRUTH = "[vacuum]\nN2 = 1e-4\n[standards.tpg]\ngain_error = 0\nzero = 0\n"
ACK, NAK, ENQ, ETX = "\x06", "\x15", b"\x05", b"\x03"


def ask(port: Port, mnemonic: str) -> str:
    """Send a mnemonic, demand ACK, fetch its data."""
    assert port.query(f"{mnemonic}\r") == ACK
    return fetch(port)


def fetch(port: Port) -> str:
    port.write(ENQ)
    return port.read()


@pytest.fixture
def model() -> str:
    return "pfeiffer-tpg362"


@pytest.mark.parametrize(
    ("model", "channels", "identity"),
    [
        ("pfeiffer-tpg361", 1, "TPG361"),
        ("pfeiffer-tpg362", 2, "TPG362"),
        ("pfeiffer-tpg366", 6, "TPG366"),
    ],
)
def test_models(model: str, channels: int, identity: str) -> None:
    with SerialBench({"tpg": model}) as bench:
        port = bench.port("tpg")
        assert ask(port, "AYT").split(",")[0] == identity
        assert len(ask(port, "TID").split(",")) == channels
        assert len(ask(port, "PRX").split(",")) == 2 * channels
        assert port.query(f"PR{channels + 1}\r") == NAK


def test_the_262_knows_no_ayt_and_three_units() -> None:
    with SerialBench({"tpg": "pfeiffer-tpg262"}) as bench:
        port = bench.port("tpg")
        assert port.query("AYT\r") == NAK
        assert fetch(port) == "0001"
        assert ask(port, "PNR") == "302-510-D"
        assert port.query("UNI,4\r") == NAK
        assert fetch(port) == "0010"


def test_pressure_and_units(model: str) -> None:
    with SerialBench({"tpg": model}, truth=TRUTH) as bench:
        port = bench.port("tpg")
        bench.do("gas", species="Ar", pascals=1e-3)
        bench.do("advance", seconds=60.0)
        assert ask(port, "UNI,2") == "2"
        first, second = ask(port, "PR1"), ask(port, "PR2")
        residual = bench.do("truth")["truth"]["vacuum"]
        assert first.startswith("0,+1.")
        # The cold cathode counts argon 1.4 times; the noise of one reading is 0.2 %.
        assert float(first[2:]) == pytest.approx(1.4e-3 + 1e-4, rel=1.2e-2)
        assert residual["N2"] == 1e-4
        assert float(second[2:]) == pytest.approx(1.1e-3, abs=5 * 2e-3)
        assert ask(port, "UNI,1") == "1"
        assert float(ask(port, "PR1")[2:]) == pytest.approx(1.5e-3 / 133.322, rel=1.2e-2)


def test_the_hidden_error_is_what_the_gauge_shows() -> None:
    truth = TRUTH + '[standards.tpg."gauge 1"]\ngain_error = 0.25\n'
    with SerialBench({"tpg": "pfeiffer-tpg361"}, truth=truth.replace("zero = 0\n", "")) as bench:
        port = bench.port("tpg")
        bench.do("gas", species="N2", pascals=1.0)
        bench.do("advance", seconds=60.0)
        assert ask(port, "UNI,2") == "2"
        readings = [float(ask(port, "PR1")[2:]) for _ in range(20)]
        assert sum(readings) / 20 == pytest.approx(1.25, rel=3e-3)
        assert len(set(readings)) > 10


def test_status_digits(model: str) -> None:
    with SerialBench({"tpg": model}) as bench:
        port = bench.port("tpg")
        bench.do("gas", species="N2", pascals=1000.0)
        bench.do("advance", seconds=60.0)
        assert ask(port, "PR2") == "2,+1.1000E+00"
        assert ask(port, "SEN") == "2,0"
        assert ask(port, "SEN,1,0") == "1,0"
        assert ask(port, "PR1").startswith("4,")
        assert ask(port, "SEN,0,0") == "1,0"
        for wrong in ("SEN,2", "SEN,3,0"):
            assert port.query(f"{wrong}\r") == NAK
            assert fetch(port) == "0010"
        assert ask(port, "ERR") == "0010"
        assert ask(port, "ERR") == "0000"
        for species in ("H2", "He", "H2O", "N2", "CO", "O2", "Ar", "CO2"):
            bench.do("gas", species=species, pascals=0.0)
        bench.do("advance", seconds=600.0)
        assert ask(port, "SEN,2,0") == "2,0"
        assert ask(port, "PR1") == "1,+5.0000E-09"


def test_a_366_has_empty_places() -> None:
    with SerialBench({"tpg": "pfeiffer-tpg366"}) as bench:
        port = bench.port("tpg")
        assert ask(port, "TID").endswith("noSEn,noSEn")
        assert ask(port, "PR6").startswith("5,")


def test_after_power_up_it_streams_until_a_character_comes(model: str) -> None:
    with SerialBench({"tpg": model}, 20.0) as bench:
        port = bench.port("tpg")
        streamed = [port.read() for _ in range(3)]
        assert all(len(line.split(",")) == 4 for line in streamed)
        port.write(ETX)
        assert ask(port, "UNI") == "0"
        # Nothing comes any more, to this client or to the next one.
        port.close()
        port = bench.port("tpg")
        bench.do("time", scale=200.0)
        assert ask(port, "TID") == "PKR,CMR"
        assert port.serial.in_waiting == 0


def test_etx_clears_what_was_begun(model: str) -> None:
    with SerialBench({"tpg": model}) as bench:
        port = bench.port("tpg")
        port.write(b"XYZ" + ETX + b"TID\r\n")
        assert port.read() == ACK
        assert fetch(port) == "PKR,CMR"
