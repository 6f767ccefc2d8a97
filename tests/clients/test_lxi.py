"""The command line tool of lxi-tools, over its raw TCP protocol."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from tests.virtualbench.electrical_bench import ElectricalBench

if TYPE_CHECKING:
    from collections.abc import Iterator

LXI = shutil.which("lxi")
pytestmark = [
    pytest.mark.client,
    pytest.mark.skipif(LXI is None, reason="lxi-tools is not installed (Debian: apt-get install lxi-tools)"),
]


@pytest.fixture(scope="module")
def bench() -> Iterator[ElectricalBench]:
    with ElectricalBench() as bench:
        yield bench


def lxi(bench: ElectricalBench, name: str, command: str) -> str:
    assert LXI is not None
    host, port = bench.running.resources()[name].split("::")[1:3]
    argv = [LXI, "scpi", "--address", host, "--port", port, "--timeout", "10", "--raw", command]
    return subprocess.run(argv, capture_output=True, text=True, timeout=30, check=True).stdout.strip()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("eme", "MODEL 6517B"),
        ("cal", "FLUKE,5730A"),
        ("digitizer", "MODEL DMM7510"),
        ("counter", "53230A"),
        ("uut", "B1505A"),
    ],
)
def test_identify(bench: ElectricalBench, name: str, words: str) -> None:
    assert words in lxi(bench, name, "*IDN?")


def test_set_and_ask(bench: ElectricalBench) -> None:
    assert lxi(bench, "cal", "OUT 1 V, 0 Hz;OUT?") == "1.0000000E+00,V,0.00E+00"
    assert "NADC," in lxi(bench, "eme", ":SYST:ZCH OFF;:READ?")
    assert lxi(bench, "uut", "CN 3;DV 3,0,1.5,0.001;*LRN? 3") == "DV3,20,1.500000E+00,1.000000E-03,0,0"
