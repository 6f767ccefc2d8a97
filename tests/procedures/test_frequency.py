"""Frequency: plan, counter, budget by hand, and the virtual bench."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal

import msgspec
import pytest
from tests.procedures.item_on_bench import result_of
from tests.procedures.signal_bench import SignalBench

from benchtui.errors import BadInput, OutOfRange, StandardRefused
from benchtui.procedures.base import Candidate, Observation, Point, Setup
from benchtui.procedures.catalogue import procedure
from benchtui.profiles import JobItem, Standard, Uut, find, load
from benchtui.quantity import NBSP, Reading

ID = "frequency"
ITEM = procedure(ID)


@pytest.fixture
def uut() -> Uut:
    return load(find("uut", "keysight-b1505a-complete"), Uut)


@pytest.fixture
def counter() -> Standard:
    return load(find("standards", "53230a"), Standard)


@pytest.fixture
def plan(uut: Uut) -> list[Point]:
    return ITEM.plan(uut, JobItem(id=ID))


@pytest.fixture
def bench() -> Iterator[SignalBench]:
    with closing(SignalBench()) as bench:
        yield bench


def test_each_frequency_of_the_unit_is_a_point(plan: list[Point]) -> None:
    assert [point.setpoint for point in plan] == ["1000", "10000", "100000", "1000000", "5000000"]
    assert {point.module for point in plan} == {"MFCMU"}
    assert {point.settings["level"] for point in plan} == {"0.25"}
    assert len({point.key for point in plan}) == 5


def test_the_plan_can_be_restricted_and_names_what_exists(uut: Uut) -> None:
    only = ITEM.plan(uut, JobItem(id=ID, ranges=("1 MHz",)))
    assert [point.setpoint for point in only] == ["1000000"]
    for order in (JobItem(id=ID, ranges=("2 MHz",)), JobItem(id=ID, modules=("MPSMU",))):
        with pytest.raises(BadInput) as refused:
            ITEM.plan(uut, order)
        assert "MFCMU" in str(refused.value.hint) or "1 MHz" in str(refused.value.hint)


def test_a_unit_without_test_signals_has_nothing_to_calibrate() -> None:
    with pytest.raises(BadInput):
        ITEM.plan(load(find("uut", "keysight-b1505a"), Uut), JobItem(id=ID))


@pytest.mark.parametrize("level", ["0.001", "20", "loud"])
def test_a_level_that_is_none_of_the_item_is_refused(uut: Uut, level: str) -> None:
    asked = {"module": "MFCMU", "range": "1 MHz", "setpoint": "1000000", "settings": {"level": level}}
    with pytest.raises(BadInput) as refused:
        ITEM.plan(uut, msgspec.convert({"id": ID, "points": [asked]}, JobItem, strict=False))
    assert "level" in str(refused.value.what)


def test_a_counter_that_is_too_coarse_is_refused(plan: list[Point], uut: Uut, counter: Standard) -> None:
    weak = msgspec.structs.replace(
        counter,
        ranges=tuple(msgspec.structs.replace(row, ppm_of_reading=Decimal(20)) for row in counter.ranges),
    )
    with pytest.raises(StandardRefused) as refused:
        ITEM.choose(plan[0], {"counter": [Candidate("weak", weak)]}, uut, {})
    assert "0.001 %" in str(refused.value.what)
    both = {"counter": [Candidate("weak", weak), Candidate("good", counter)]}
    assert ITEM.choose(plan[0], both, uut, {}).standards["counter"].name == "good"


def test_figure_11_brings_the_signal_to_the_first_input(plan: list[Point]) -> None:
    wirings = [ITEM.wiring(Setup(point=point)) for point in plan]
    assert len({wiring.key for wiring in wirings}) == 1
    ends = {(t.role, t.terminal) for lead in wirings[0].connections for t in (lead.start, lead.end)}
    assert ends == {("uut", "high"), ("counter", "in1"), ("uut", "common"), ("counter", "lo")}
    assert wirings[0].figure == "11"
    assert not wirings[0].hazardous


def test_error_and_budget_at_1_mhz_agree_with_a_calculation_by_hand(
    plan: list[Point], uut: Uut, counter: Standard
) -> None:
    hertz = [999_987.5 + 1e-3 * d for d in (0, 3, -2, 1, -1, 2, -3, 0, 1, -1)]
    readings = tuple(Reading(raw=repr(f), value=f, unit="Hz") for f in hertz)
    observation = Observation(point=plan[3], readings={"counter": readings})
    result = result_of(ITEM.evaluate(observation, {"counter": counter}, uut))
    mean = sum(hertz) / 10
    s = math.sqrt(sum((f - mean) ** 2 for f in hertz) / 9)
    u = math.sqrt(s**2 / 10 + (1e-7 * mean) ** 2 / 3 + (1e-8 / 2) ** 2 / 3)
    assert result.error == pytest.approx(100 * (1e6 / mean - 1), abs=1e-12)
    assert result.u == pytest.approx(100 * u * 1e6 / mean**2, rel=1e-6)
    assert pytest.approx(2 * result.u) == result.U
    assert result.statement["setpoint"] == f"1{NBSP}MHz", "a frequency has no sign"
    assert result.statement["standard"].startswith("999.9875")


@pytest.mark.parametrize("place", [0, 2, 4])
def test_the_error_is_the_one_that_the_bench_hides(bench: SignalBench, place: int) -> None:
    point = bench.plan(ID)[place]
    outcome, operator = bench.run(ID, point)
    result = result_of(outcome)
    hertz = float(point.setpoint)
    true = bench.truth.uut[point.module][point.range].true_output(hertz)
    assert abs(result.error - 100 * (hertz / true - 1)) <= 1.2 * result.U
    assert result.U < 2e-5
    assert len(operator.readings["counter"]) == 10
    unit = next(iter(bench.running.bench.capacitance_units.values()))
    assert unit.signal == 0, "between two points there is no signal"


def test_a_counter_that_gets_no_signal_stops_the_point(bench: SignalBench) -> None:
    bench.move("in1", "in2")
    with pytest.raises(OutOfRange) as refused:
        bench.run(ID, bench.plan(ID)[2])
    assert "counter" in str(refused.value.what)
