from __future__ import annotations

import time

import pytest
from tests.virtualbench.serial_bench import SerialBench

MKS = {"mks": "mks-937b"}
END = b";FF"


def test_frames_words_and_codes() -> None:
    with SerialBench(MKS) as bench:
        port = bench.port("mks", END)
        assert port.query("@253MT?;FF") == "@253ACKCC,PR,CM"
        assert port.query("@253SN?;FF") == "@253ACK0310212345"
        assert port.query("@253PR2?;FF") == "@253ACKNOGAUGE"
        assert port.query("@253PR3?;FF").startswith("@253ACKLO")
        assert port.query("@253XY?;FF") == "@253NAK160"
        assert port.query("@253CP2!ON;FF") == "@253NAK160"
        assert port.query("@253T3?;FF") == "@253NAK152"
        assert port.query("@253T1?;FF") == "@253ACKG"
        assert port.query("@253CP1!OFF;FF") == "@253ACKOFF"
        assert port.query("@253CP1?;FF") == "@253ACKOFF"
        assert port.query("@253T1?;FF") == "@253ACKO"
        words = port.query("@253PRZ?;FF").removeprefix("@253ACK").split(" ")
        assert [words[i] for i in (0, 1, 3, 5)] == ["OFF", "NOGAUGE", "NOGAUGE", "NOGAUGE"]


def test_units() -> None:
    truth = '[standards.mks]\ngain_error = 0\n[standards.mks."gauge 5"]\nzero = 0\n'
    with SerialBench(MKS, truth=truth) as bench:
        port = bench.port("mks", END)
        bench.do("gas", species="N2", pascals=100.0)
        bench.do("advance", seconds=60.0)
        expected = {"TORR": 100 / 133.322, "MBAR": 1.0, "PASCAL": 100.0, "MICRON": 750.06}
        for unit, value in expected.items():
            assert port.query(f"@253U!{unit};FF").upper() == f"@253ACK{unit}"
            assert port.query("@253U?;FF").upper() == f"@253ACK{unit}"
            pirani = float(port.query("@253PR3?;FF").removeprefix("@253ACK"))
            assert pirani == pytest.approx(value, rel=0.03)
        assert port.query("@253U!BAR;FF") == "@253NAK160"
        bench.do("gas", species="N2", pascals=1.1e5)
        bench.do("advance", seconds=60.0)
        assert port.query("@253PR3?;FF") == "@253ACKATM"


def test_another_address_is_not_answered() -> None:
    with SerialBench(MKS) as bench:
        port = bench.port("mks", END)
        port.write(b"@001PR1?;FF@253U?;FF")
        assert port.read() == "@253ACKTORR"
        deadline = time.monotonic() + 0.2
        while time.monotonic() < deadline:
            assert port.serial.in_waiting == 0
