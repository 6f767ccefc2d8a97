from __future__ import annotations

import statistics
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from tests.virtualbench.line_client import BenchInTest

from benchtui.errors import ProfileError
from benchtui.virtualbench.program import Assembly
from benchtui.virtualbench.truth import GAIN_ERROR, OFFSET, Truth, meter_error, read, to_toml

if TYPE_CHECKING:
    from pathlib import Path

ASSEMBLY = Assembly(None)
METER = ASSEMBLY.standards["dmm"]


def truth_of(path: Path, source: str, seed: int = 1) -> Truth:
    path.write_text(source, encoding="utf-8")
    return ASSEMBLY.truth(seed, path)


def test_the_same_seed_draws_the_same_truth() -> None:
    assert ASSEMBLY.truth(1, None) == ASSEMBLY.truth(1, None)
    assert ASSEMBLY.truth(1, None) != ASSEMBLY.truth(2, None)


def test_truth_round_trip(tmp_path: Path) -> None:
    drawn = ASSEMBLY.truth(7, None)
    again = truth_of(tmp_path / "truth.toml", to_toml(drawn), seed=8)
    assert again.uut == drawn.uut
    assert again.standards == drawn.standards


def test_values_are_drawn_over_their_whole_width() -> None:
    truths = [ASSEMBLY.truth(seed, None) for seed in range(100)]
    gains = [t.uut["MPSMU"]["20 V"].gain_error for t in truths]
    offsets = [t.uut["HVSMU"]["1500 V"].offset for t in truths]
    parts = [t.standards["dmm"]["10 V"].error for t in truths]
    for values, half_width in ((gains, GAIN_ERROR), (offsets, OFFSET * 1500), (parts, 1.0)):
        assert max(map(abs, values)) <= half_width
        assert statistics.stdev(values) == pytest.approx(half_width / 3**0.5, rel=0.15)
        assert abs(statistics.fmean(values)) < 0.2 * half_width


def test_a_line_of_one_range_comes_before_the_line_of_the_module(tmp_path: Path) -> None:
    truth = truth_of(
        tmp_path / "truth.toml",
        """
        [uut.MPSMU]
        gain_error = 2e-4
        [uut.MPSMU."20 V"]
        gain_error = 1.2e-4
        offset = -3e-4
        [standards.dmm]
        error = 1
        [standards.dmm."10 V"]
        error = -0.37
        """,
    )
    drawn = ASSEMBLY.truth(1, None)
    assert (truth.uut["MPSMU"]["20 V"].gain_error, truth.uut["MPSMU"]["20 V"].offset) == (1.2e-4, -3e-4)
    assert truth.uut["MPSMU"]["5 V"].gain_error == 2e-4
    assert truth.uut["MPSMU"]["5 V"].offset == drawn.uut["MPSMU"]["5 V"].offset
    assert truth.uut["HVSMU"] == drawn.uut["HVSMU"]
    assert [p.error for p in truth.standards["dmm"].values()] == [1, 1, -0.37, 1, 1]


@pytest.mark.parametrize(
    ("source", "key"),
    [
        ("[uut.XSMU]\ngain_error = 0", "XSMU is not known"),
        ('[uut.MPSMU."7 V"]\noffset = 0', "7 V is not known"),
        ("[uut.MPSMU]\ngain = 0", "gain is not known"),
        ('[uut.MPSMU."20 V"]\nerror = 0', "error is not known"),
        ("[standards.dvm]\nerror = 0", "dvm is not known"),
        ("[standards.dmm]\nerror = 5.01", "from -5 to 5, found 5.01"),
        ("[standards.dmm]\nerror = nan", "from -5 to 5, found nan"),
        ('[standards.dmm]\nerror = "half"', "decimal"),
        ("[uut.MPSMU]\ngain_error = true", "got `bool`"),
        ("[meters.dmm]\nerror = 0", "meters"),
        ("[uut.MPSMU\n", "not valid TOML"),
    ],
)
def test_a_wrong_file_is_refused_with_file_and_key(tmp_path: Path, source: str, key: str) -> None:
    with pytest.raises(ProfileError, match=key) as caught:
        truth_of(tmp_path / "truth.toml", source)
    assert "truth.toml" in caught.value.where


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="cannot be read"):
        read(tmp_path / "none.toml", ASSEMBLY.truth(1, None))


@pytest.mark.parametrize(
    ("span", "volts", "limit"),
    [
        ("0.1", 0.1, 9e-6 * 0.1 + 3e-6 * 0.1),
        ("1", 0.5, 8e-6 * 0.5 + 0.3e-6),
        ("10", -10.0, 8e-6 * 10 + 0.05e-6 * 10),
        ("100", 50.0, 10e-6 * 50 + 0.3e-6 * 100),
        ("1000", -1000.0, 22e-6 * 1000 + 0.1e-6 * 1000),
    ],
)
def test_a_part_of_one_is_the_limit_of_error(span: str, volts: float, limit: float) -> None:
    for part in (1.0, -0.25):
        expected = part * limit * (1 if volts > 0 else -1)
        assert meter_error(METER, Decimal(span), part, volts) == pytest.approx(expected, rel=1e-12)


def test_the_meters_error_has_no_jump_at_zero() -> None:
    assert meter_error(METER, Decimal(10), 1.0, 0.0) == 0.0
    assert meter_error(METER, Decimal(10), 1.0, 0.25) == pytest.approx(8e-6 * 0.25 + 0.5 * 0.05e-6 * 10)


def test_the_truth_is_what_the_meter_shows(tmp_path: Path) -> None:
    file = tmp_path / "truth.toml"
    file.write_text(
        '[uut.MPSMU."20 V"]\ngain_error = 5e-4\noffset = 2e-3\n[standards.dmm]\nerror = -1\n',
        encoding="utf-8",
    )
    with BenchInTest(truth=file, leads="MPSMU") as bench:
        bench.dmm.write("PRESET NORM", "TARM HOLD", "TRIG AUTO", "DCV 10", "NPLC 100")
        for volts in (-10.0, 2.0, 10.0):
            bench.uut.write("CN 3", f"DV 3,200,{volts},0.001")
            assert bench.uut.query("ERRX?") == '+0,"No Error."'
            bench.advance(1.0)
            reading = statistics.fmean(float(bench.dmm.query("TARM SGL,1")) for _ in range(20))
            output = volts * (1 + 5e-4) + 2e-3
            error = -(8e-6 * abs(output) + 0.05e-6 * 10) * (1 if output > 0 else -1)
            # Two leads of ±200 nV; noise 2 µV / √20; 10 GΩ on 0.4 Ω takes nothing.
            assert reading == pytest.approx(output + error, abs=400e-9 + 4 * 2e-6 / 20**0.5)
