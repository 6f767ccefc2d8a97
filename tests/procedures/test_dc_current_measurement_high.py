"""DC current measurement above 10 µA: the choice of the resistor, the budget by hand, and at the bench."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal

import pytest
from tests.procedures.item_on_bench import ItemBench, covers, result_of

from benchtui.errors import OutOfRange, StandardRefused, WrongInstrument
from benchtui.procedures.base import Candidate, Observation, Point, Room
from benchtui.procedures.catalogue import procedure
from benchtui.profiles import JobItem, Standard, Uut, find, load
from benchtui.quantity import NBSP, Reading

ID = "dc-current-measurement-high"
ITEM = procedure(ID)
RESISTORS = ("0r01", "0r1", "1r", "10r", "100r", "1k", "10k")


@pytest.fixture
def uut() -> Uut:
    return load(find("uut", "keysight-b1505a-complete"), Uut)


@pytest.fixture
def voltmeter() -> Standard:
    return load(find("standards", "3458a"), Standard)


@pytest.fixture
def found(voltmeter: Standard) -> dict[str, list[Candidate]]:
    resistors = [Candidate(n, load(find("standards", f"standard-resistor-{n}"), Standard)) for n in RESISTORS]
    return {"voltmeter": [Candidate("dmm", voltmeter)], "resistor": resistors}


@pytest.fixture
def bench() -> Iterator[ItemBench]:
    with closing(ItemBench()) as bench:
        yield bench


@pytest.fixture
def plan(uut: Uut) -> list[Point]:
    return ITEM.plan(uut, JobItem(id=ID))


def at(plan: list[Point], key: str) -> Point:
    return next(point for point in plan if point.key == key)


@pytest.mark.parametrize(
    ("key", "resistor", "volts"),
    [
        ("MPSMU/100 µA/+10 µA", "10k", "0.1"),
        ("MPSMU/10 mA/-5 mA", "1k", "-5"),
        ("MPSMU/100 mA/+90 mA", "100r", "9"),
        ("HPSMU/1 A/-900 mA", "1r", "-0.9"),
        ("HPSMU/1 A/+100 mA", "100r", "10"),
    ],
)
def test_the_resistor_is_within_its_rating_and_gives_the_smallest_uncertainty(
    plan: list[Point], uut: Uut, found: dict[str, list[Candidate]], key: str, resistor: str, volts: str
) -> None:
    setup = ITEM.choose(at(plan, key), found, uut, {})
    assert setup.standards["resistor"].name == resistor
    assert Decimal(setup.settings["uut"]["voltage"]) == Decimal(volts)
    value = setup.standard("resistor").values[0]
    amperes = abs(Decimal(setup.point.setpoint))
    assert amperes <= value.current_rating
    assert amperes**2 * value.nominal <= value.power_rating


def test_what_a_resistor_does_not_bear_is_told_with_numbers(
    plan: list[Point], uut: Uut, found: dict[str, list[Candidate]]
) -> None:
    found["resistor"] = [one for one in found["resistor"] if one.name == "10k"]
    with pytest.raises(StandardRefused) as refused:
        ITEM.choose(at(plan, "MPSMU/100 mA/+90 mA"), found, uut, {})
    assert f"10{NBSP}mA" in str(refused.value.what)
    assert f"90{NBSP}mA" in str(refused.value.what)


def test_the_wiring_has_four_terminals_and_a_key_for_each_resistor(
    plan: list[Point], uut: Uut, found: dict[str, list[Candidate]]
) -> None:
    wirings = [
        ITEM.wiring(ITEM.choose(at(plan, key), found, uut, {}))
        for key in ("MPSMU/100 mA/+90 mA", "MPSMU/100 mA/-90 mA", "MPSMU/1 mA/+100 µA")
    ]
    ends = {(t.role, t.terminal) for lead in wirings[0].connections for t in (lead.start, lead.end)}
    assert {("resistor", "a"), ("resistor", "b"), ("resistor", "pa"), ("resistor", "pb")} < ends
    assert wirings[0].key == wirings[1].key != wirings[2].key
    assert wirings[0].figure == "5"
    assert not wirings[0].interlock


def test_error_and_budget_agree_with_a_calculation_by_hand(
    plan: list[Point], uut: Uut, voltmeter: Standard
) -> None:
    resistor = load(find("standards", "standard-resistor-10k"), Standard)
    read = [0.90012 + 1e-8 * d for d in (0, 3, -2, 1, -1, 2, -3, 0, 1, -1)]
    measured = [9.0021e-5 + 1e-9 * d for d in (0, 1, -1, 0, 2, -2, 0, 1, -1, 0)]
    observation = Observation(
        point=at(plan, "MPSMU/100 µA/+90 µA"),
        readings={
            "voltmeter": tuple(Reading(raw=repr(v), value=v, unit="V", span=1.0) for v in read),
            "uut": tuple(Reading(raw=f"NCI{i:+.5E}", value=i, unit="A", span=1e-4) for i in measured),
        },
        settings={"resistor": {"nominal": "10000"}},
        room=Room(temperature=24.0, u=0.5),
    )
    result = result_of(ITEM.evaluate(observation, {"voltmeter": voltmeter, "resistor": resistor}, uut))
    v, x = sum(read) / 10, sum(measured) / 10
    ohms = 10000.03 * (1 + 2e-6 * 4.0)  # 2 ppm/K from 20 °C, where it was certified, to 24 °C
    standard = v * (1 / ohms + 1 / 1e10)  # 10 GΩ of the voltmeter take their share
    own = math.sqrt(sum((one - v) ** 2 for one in read) / 90)
    limit = (8.0 * v + 0.3 * 1.0) * 1e-6
    u_v = math.sqrt(own**2 + limit**2 / 3 + (1e-8 / 2) ** 2 / 3 + 1e-12 / 6) / v
    u_x = math.sqrt(sum((one - x) ** 2 for one in measured) / 90 + (1e-10 / 2) ** 2 / 3) / x
    u_r = math.hypot(0.1 / 10000.03, 2e-6 * 0.5)
    assert result.standard == pytest.approx(standard, rel=1e-12)
    assert result.error == pytest.approx(100 * (x / standard - 1), abs=1e-9)
    assert result.u == pytest.approx(100 * x / standard * math.sqrt(u_x**2 + u_v**2 + u_r**2), rel=1e-5)
    assert result.parts["resistance"] == (10000.03, "Ω")
    assert result.statement["resistance"] == f"10.00003{NBSP}kΩ"
    assert {column.key for column in ITEM.record_table.columns} <= result.statement.keys()


@pytest.mark.parametrize(
    "key", ["HVSMU/100 µA/+10 µA", "HVSMU/100 µA/-90 µA", "HPSMU/1 A/-900 mA", "HCSMU/10 mA/+5 mA"]
)
def test_at_the_bench_the_hidden_error_is_found(bench: ItemBench, key: str) -> None:
    point = at(bench.plan(ID, readings=5), key)
    result = bench.measure(ID, point)
    assert covers(result, bench.error_of_measurement(point, result.standard))
    # Leads and a high-voltage unit that is off by its wanted voltage do not keep the point from being reached.
    assert result.standard == pytest.approx(float(point.setpoint), rel=0.05)
    assert bench.output(point.module)["set"] == 0.0


@pytest.mark.parametrize(("connected", "decade"), [("r10k", "10"), ("r100r", "100")])
def test_another_resistor_than_the_one_drawn_is_found_out(
    bench: ItemBench, connected: str, decade: str
) -> None:
    point = at(bench.plan(ID, readings=3), "MPSMU/10 mA/+5 mA")
    with pytest.raises(WrongInstrument) as found:
        bench.measure(ID, point, instead={"resistor": connected})
    unit = "kΩ" if connected == "r10k" else "Ω"
    assert f"{decade}{NBSP}{unit}" in str(found.value.hint)


def test_a_short_circuit_stops_the_point(bench: ItemBench) -> None:
    point = at(bench.plan(ID, readings=3), "MPSMU/10 mA/+5 mA")
    bench.fault("compliance")
    with pytest.raises((OutOfRange, WrongInstrument)) as stopped:
        bench.measure(ID, point)
    assert stopped.value.where == point.key
