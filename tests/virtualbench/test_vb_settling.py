from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.virtualbench.line_client import BenchInTest

from benchtui.virtualbench.clock import NANO
from benchtui.virtualbench.settling import Settling

MS = NANO // 1000


def test_first_order_step() -> None:
    v = Settling(0)
    v.head_for(5 * MS, 10.0, 2e-3)
    assert v.at(5 * MS) == 0.0
    assert v.at(7 * MS) == pytest.approx(10.0 * (1 - math.exp(-1)), rel=1e-12)
    assert v.at(1000 * MS) == 10.0


def test_the_mean_over_an_aperture_is_the_integral() -> None:
    v = Settling(0)
    v.head_for(0, 10.0, 2e-3)
    expected = 10.0 - 10.0 * 2.0 / 4.0 * (1 - math.exp(-2))
    assert v.mean(0, 4 * MS) == pytest.approx(expected, rel=1e-12)
    assert v.mean(500 * MS, 600 * MS) == 10.0


def test_the_mean_sees_a_change_in_the_middle() -> None:
    v = Settling(0)
    v.head_for(0, 8.0, 1e-9)
    v.head_for(10 * MS, 2.0, 1e-9)
    assert v.mean(5 * MS, 15 * MS) == pytest.approx(5.0, rel=1e-6)
    assert v.mean(0, 40 * MS) == pytest.approx((8.0 + 3 * 2.0) / 4, rel=1e-6)


@given(
    st.lists(
        st.tuples(st.integers(1, 50), st.floats(-100, 100), st.floats(1e-4, 1e-1)), min_size=1, max_size=8
    )
)
def test_apertures_side_by_side_add_up(changes: list[tuple[int, float, float]]) -> None:
    v, at = Settling(0), 0
    for wait, end, tau in changes:
        at += wait * MS
        v.head_for(at, end, tau)
    until = at + 20 * MS
    halves = v.mean(0, until // 2) * (until // 2) + v.mean(until // 2, until) * (until - until // 2)
    assert halves / until == pytest.approx(v.mean(0, until), rel=1e-9, abs=1e-9)


def test_the_moment_of_falling_below_a_level() -> None:
    v = Settling(0)
    v.head_for(0, -100.0, 1e-9)
    v.head_for(10 * MS, 0.0, 1e-3)
    assert v.fell_below(30.0, 11 * MS) is None
    fell = v.fell_below(30.0, 20 * MS)
    assert fell == pytest.approx(10 * MS + math.log(100 / 30) * MS, abs=2)


def test_a_course_that_began_below_does_not_fall() -> None:
    v = Settling(0)
    v.head_for(0, 0.0, 1e-3)
    assert v.fell_below(30.0, 100 * MS) is None


def test_the_output_settles_and_discharges_in_bench_time() -> None:
    with BenchInTest(leads="MPSMU") as bench:
        bench.uut.write("CN 3", "DV 3,1000,100,0.001")
        assert bench.uut.query("ERRX?") == '+0,"No Error."'
        assert abs(bench.output("MPSMU")["volts"]) < 1.0
        bench.advance(1e-3)
        lag = 1e-3 + 0.3 * 200e-12
        assert bench.output("MPSMU")["volts"] == pytest.approx(100 * (1 - math.exp(-1e-3 / lag)), rel=3e-3)
        bench.advance(1.0)
        bench.set("DZ")
        assert bench.output("MPSMU")["volts"] > 90.0
        assert bench.output("MPSMU")["off_at"] is None
        bench.advance(5e-3)
        assert abs(bench.output("MPSMU")["volts"]) < 30.0
        assert bench.output("MPSMU")["off_at"] is not None


def test_a_long_aperture_hides_what_a_short_one_shows() -> None:
    with BenchInTest(leads="MPSMU") as bench:
        bench.set_dmm("PRESET NORM", "TARM HOLD", "TRIG AUTO", "DCV 10", "NPLC 0.01", "AZERO OFF")
        bench.set("CN 3", "DV 3,200,10,0.001")
        early = float(bench.dmm.query("TARM SGL,1"))
        bench.advance(1.0)
        late = float(bench.dmm.query("TARM SGL,1"))
        # 0.2 ms of integration while the output rises with a time constant of 1 ms.
        assert early / late == pytest.approx(1 - (1 - math.exp(-0.2)) / 0.2, rel=0.02)
