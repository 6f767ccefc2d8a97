"""DC voltage measurement up to 100 V: the plan, the choice of the resistor, the budget by hand, and at the bench."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal

import pytest
from tests.procedures.item_on_bench import ItemBench, covers, result_of

from benchtui.errors import Interlock, OutOfRange, StandardRefused, WrongInstrument
from benchtui.procedures.base import Candidate, Observation, Point
from benchtui.procedures.catalogue import procedure
from benchtui.procedures.semiconductor.indications import last_digit
from benchtui.profiles import JobItem, Standard, Uut, find, load
from benchtui.quantity import NBSP, Reading

ID = "dc-voltage-measurement"
ITEM = procedure(ID)


@pytest.fixture
def uut() -> Uut:
    return load(find("uut", "keysight-b1505a-complete"), Uut)


@pytest.fixture
def voltmeter() -> Standard:
    return load(find("standards", "3458a"), Standard)


@pytest.fixture
def resistors() -> list[Candidate]:
    names = ("100r", "1k", "10k")
    return [Candidate(n, load(find("standards", f"standard-resistor-{n}"), Standard)) for n in names]


@pytest.fixture
def bench() -> Iterator[ItemBench]:
    with closing(ItemBench()) as bench:
        yield bench


@pytest.fixture
def plan(uut: Uut) -> list[Point]:
    return ITEM.plan(uut, JobItem(id=ID))


def at(plan: list[Point], key: str) -> Point:
    return next(point for point in plan if point.key == key)


def test_of_ranges_above_100_v_the_points_below_belong_here(plan: list[Point]) -> None:
    above = {point.key for point in plan if Decimal(point.span) > 100}
    # 50 V make 5 mA over 10 kΩ, which the high-voltage unit drives; from 100 V on there is the other item.
    assert above == {f"{place}/{sign}{volts}" for sign in "+-" for place, volts in (
        ("HPSMU/200 V", 20), ("HVSMU/200 V", 20), ("HVSMU/500 V", 50))}  # fmt: skip
    assert all(Decimal("0.1") <= abs(Decimal(point.setpoint)) <= 100 for point in plan)
    assert len({point.key for point in plan}) == len(plan)


def test_the_voltage_limit_is_a_tenth_above_the_drop(plan: list[Point]) -> None:
    assert at(plan, "MPSMU/40 V/+36").limit == "39.6"
    assert at(plan, "MPSMU/0.5 V/-0.1").limit == "0.11"


def test_the_resistor_with_the_least_power_is_chosen(
    plan: list[Point], uut: Uut, voltmeter: Standard, resistors: list[Candidate]
) -> None:
    found = {"voltmeter": [Candidate("dmm", voltmeter)], "resistor": resistors}
    setup = ITEM.choose(at(plan, "MPSMU/100 V/-90"), found, uut, {})
    assert setup.standards["resistor"].name == "10k"
    assert setup.settings["uut"] == {"current": "-0.009", "span": "0.01"}
    assert f"810{NBSP}mW" in str(setup.reason)
    # What 90 V would do to the smaller ones is refused with the numbers.
    found["resistor"] = resistors[:2]
    with pytest.raises(StandardRefused) as refused:
        ITEM.choose(at(plan, "MPSMU/100 V/-90"), found, uut, {})
    assert f"900{NBSP}mA" in str(refused.value.what)


def test_the_interlock_is_asked_for_where_the_limit_is_above_42_v(
    plan: list[Point], uut: Uut, voltmeter: Standard, resistors: list[Candidate]
) -> None:
    found = {"voltmeter": [Candidate("dmm", voltmeter)], "resistor": resistors}
    low, high = (
        ITEM.wiring(ITEM.choose(at(plan, key), found, uut, {}))
        for key in ("MPSMU/40 V/+36", "MPSMU/100 V/+50")
    )
    assert (low.figure, low.interlock, high.interlock) == ("8", False, True)
    assert low.key != high.key
    assert high.volts == 55.0
    # Both meters at the terminals of the unit under test: leads to the resistor do not count.
    meter = {lead.start.terminal for lead in low.connections if lead.end.role == "voltmeter"}
    assert meter == {"force", "common"}


def test_error_and_budget_agree_with_a_calculation_by_hand(
    plan: list[Point], uut: Uut, voltmeter: Standard
) -> None:
    read = [10.001 + 1e-6 * d for d in (0, 3, -2, 1, -1, 2, -3, 0, 1, -1)]
    measured = [10.0032 + 1e-4 * d for d in (0, 1, -1, 0, 2, -2, 0, 1, -1, 0)]
    observation = Observation(
        point=at(plan, "MPSMU/20 V/+10"),
        readings={
            "voltmeter": tuple(Reading(raw=repr(v), value=v, unit="V", span=10.0) for v in read),
            "uut": tuple(Reading(raw=f"NCV{v:+.5E}", value=v, unit="V", span=20.0) for v in measured),
        },
    )
    result = result_of(ITEM.evaluate(observation, {"voltmeter": voltmeter}, uut))
    v, x = sum(read) / 10, sum(measured) / 10
    own = math.sqrt(sum((one - v) ** 2 for one in read) / 90)
    limit = (8.0 * v + 0.05 * 10.0) * 1e-6
    u_v = math.sqrt(own**2 + limit**2 / 3 + (1e-7 / 2) ** 2 / 3 + 1e-12 / 6)
    u_x = math.sqrt(sum((one - x) ** 2 for one in measured) / 90 + (1e-4 / 2) ** 2 / 3)
    assert result.error == pytest.approx(100 * (x / v - 1), abs=1e-9)
    assert result.u == pytest.approx(100 * math.hypot(u_x / v, u_v * x / v**2), rel=1e-6)
    assert float(result.indication) == pytest.approx(x)
    assert result.statement["indication"].startswith("+10.003")


@pytest.mark.parametrize(
    ("raw", "value", "step"),
    [
        ("NCV+9.99870E+01", 99.987, 1e-4),
        ("10.0013", 10.0013, 1e-4),
        ("1.25 mV", 1.25e-3, 1e-5),
        ("", 1.0, 0.0),
    ],
)
def test_the_last_digit_of_what_the_unit_under_test_says(raw: str, value: float, step: float) -> None:
    assert last_digit(Reading(raw=raw, value=value, unit="V")) == pytest.approx(step)


@pytest.mark.parametrize("key", ["HCSMU/0.2 V/+0.1", "MPSMU/20 V/-18", "HVSMU/500 V/+50", "HRSMU/100 V/-90"])
def test_at_the_bench_the_hidden_error_is_found(bench: ItemBench, key: str) -> None:
    point = at(bench.plan(ID, readings=5), key)
    result = bench.measure(ID, point)
    assert covers(result, bench.error_of_measurement(point, result.standard))
    assert abs(result.standard / float(point.setpoint) - 1) < 0.01
    assert bench.output(point.module)["set"] == 0.0


def test_a_smaller_resistor_than_the_one_drawn_is_found_out(bench: ItemBench) -> None:
    point = at(bench.plan(ID, readings=3), "MPSMU/20 V/+10")
    with pytest.raises(WrongInstrument) as found:
        bench.measure(ID, point, instead={"resistor": "r1k"})
    assert f"1{NBSP}kΩ" in str(found.value.hint)
    assert found.value.where == point.key


def test_a_larger_load_reaches_the_voltage_limit(bench: ItemBench) -> None:
    point = at(bench.plan(ID, readings=3), "MPSMU/20 V/+10")
    with pytest.raises(OutOfRange) as stopped:
        bench.measure(ID, point, instead={"resistor": "hv1m"})
    assert "larger" in str(stopped.value.hint)


def test_an_open_interlock_is_told(bench: ItemBench) -> None:
    point = at(bench.plan(ID, readings=3), "MPSMU/100 V/+90")
    with pytest.raises(Interlock):
        bench.measure(ID, point, closed=False)
