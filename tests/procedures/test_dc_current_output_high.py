"""DC current output above 10 µA: the plan, the choice of the ammeter, the budget by hand, and at the bench."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal

import msgspec
import pytest
from tests.procedures.item_on_bench import ItemBench, covers, result_of

from benchtui.errors import BadInput, OutOfRange, StandardRefused
from benchtui.procedures.base import Candidate, Observation, Point, Setup
from benchtui.procedures.catalogue import procedure
from benchtui.profiles import JobItem, Standard, Uut, find, load
from benchtui.quantity import NBSP, Reading

ID = "dc-current-output-high"
ITEM = procedure(ID)


@pytest.fixture
def uut() -> Uut:
    return load(find("uut", "keysight-b1505a-complete"), Uut)


@pytest.fixture
def ammeter() -> Standard:
    return load(find("standards", "3458a-current"), Standard)


@pytest.fixture
def bench() -> Iterator[ItemBench]:
    with closing(ItemBench()) as bench:
        yield bench


@pytest.fixture
def plan(uut: Uut) -> list[Point]:
    return ITEM.plan(uut, JobItem(id=ID))


def at(plan: list[Point], key: str) -> Point:
    return next(point for point in plan if point.key == key)


def test_the_plan_has_the_ranges_above_10_microampere(plan: list[Point]) -> None:
    assert {point.range for point in plan} == {"100 µA", "1 mA", "10 mA", "100 mA", "1 A"}
    assert all(abs(Decimal(point.setpoint)) >= Decimal("1e-5") for point in plan)
    # The high-voltage unit's 10 mA range ends at 8 mA.
    high = [p for p in plan if (p.module, p.range) == ("HVSMU", "10 mA")]
    assert max(Decimal(p.setpoint) for p in high) == Decimal("0.0072")
    assert len(high) == 6


def test_ranges_up_to_10_microampere_belong_to_the_other_item(uut: Uut) -> None:
    with pytest.raises(BadInput):
        ITEM.plan(uut, JobItem(id=ID, ranges=("10 µA",)))


def test_the_wiring_is_figure_3(plan: list[Point], ammeter: Standard) -> None:
    point = at(plan, "MPSMU/1 mA/+0.5 mA") if any(p.key == "MPSMU/1 mA/+0.5 mA" for p in plan) else plan[0]
    wiring = ITEM.wiring(Setup(point=point, standards={"ammeter": Candidate("a", ammeter)}))
    ends = {(t.role, t.terminal) for lead in wiring.connections for t in (lead.start, lead.end)}
    assert ends == {("uut", "force"), ("uut", "common"), ("ammeter", "i"), ("ammeter", "lo")}
    assert wiring.figure == "3"
    assert not wiring.interlock
    assert not wiring.hazardous


def test_error_and_budget_agree_with_a_calculation_by_hand(
    plan: list[Point], uut: Uut, ammeter: Standard
) -> None:
    values = [9.0009e-3 + 1e-9 * d for d in (0, 3, -2, 1, -1, 2, -3, 0, 1, -1)]
    readings = tuple(Reading(raw=repr(v), value=v, unit="A", span=0.01) for v in values)
    point = at(plan, "MPSMU/10 mA/+9 mA")
    result = result_of(
        ITEM.evaluate(Observation(point=point, readings={"ammeter": readings}), {"ammeter": ammeter}, uut)
    )
    mean = sum(values) / 10
    s = math.sqrt(sum((v - mean) ** 2 for v in values) / 9)
    limit = (20.0 * mean + 4.0 * 0.01) * 1e-6
    u = math.sqrt(s**2 / 10 + limit**2 / 3 + (1e-9 / 2) ** 2 / 3)
    assert result.error == pytest.approx(100 * (9e-3 / mean - 1), abs=1e-9)
    assert result.u == pytest.approx(100 * u * 9e-3 / mean**2, rel=1e-6)
    assert result.unit == "A"
    assert result.statement["setpoint"] == f"+9{NBSP}mA"
    assert result.statement["error"].startswith("−0.01")


def test_the_better_of_two_ammeters_is_chosen_and_the_reason_has_numbers(
    plan: list[Point], uut: Uut, ammeter: Standard
) -> None:
    worse = msgspec.structs.replace(
        ammeter,
        name="another ammeter",
        ranges=tuple(msgspec.structs.replace(row, ppm_of_reading=Decimal(300)) for row in ammeter.ranges),
    )
    found = {"ammeter": [Candidate("worse", worse), Candidate("better", ammeter)]}
    setup = ITEM.choose(at(plan, "HPSMU/1 A/-900 mA"), found, uut, {})
    assert setup.standards["ammeter"].name == "better"
    assert "%" in str(setup.reason)


def test_an_ammeter_that_is_too_weak_or_takes_too_many_volts_is_refused(
    plan: list[Point], uut: Uut, ammeter: Standard
) -> None:
    point = at(plan, "HPSMU/1 A/-900 mA")
    weak = msgspec.structs.replace(
        ammeter,
        ranges=tuple(msgspec.structs.replace(row, ppm_of_reading=Decimal(1500)) for row in ammeter.ranges),
    )
    with pytest.raises(StandardRefused) as refused:
        ITEM.choose(point, {"ammeter": [Candidate("a", weak)]}, uut, {})
    assert "0.1 %" in str(refused.value.what)
    high = msgspec.structs.replace(
        ammeter,
        ranges=tuple(msgspec.structs.replace(row, burden_resistance=Decimal(5)) for row in ammeter.ranges),
    )
    with pytest.raises(StandardRefused) as refused:
        ITEM.check_standard("ammeter", high, point)
    assert f"4.5{NBSP}V" in str(refused.value.what)


@pytest.mark.parametrize("key", ["HPSMU/1 A/-900 mA", "MPSMU/100 µA/+10 µA", "HVSMU/10 mA/+7.2 mA"])
def test_at_the_bench_the_hidden_error_is_found(bench: ItemBench, key: str) -> None:
    point = at(bench.plan(ID, readings=5), key)
    assert covers(bench.measure(ID, point), bench.error_of_output(point))
    assert bench.output(point.module)["set"] == 0.0


def test_an_open_circuit_stops_the_point(bench: ItemBench) -> None:
    point = at(bench.plan(ID, readings=3), "MPSMU/1 mA/+900 µA")
    bench.fault("compliance")
    with pytest.raises(OutOfRange) as stopped:
        bench.measure(ID, point)
    assert stopped.value.where == point.key
    assert "limits its voltage" in str(stopped.value.what)
