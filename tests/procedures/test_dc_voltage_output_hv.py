"""DC voltage output above 1 kV: the divider and its load, the specification's own example, and at the bench."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal

import msgspec
import pytest
from tests.procedures.item_on_bench import ItemBench, covers, result_of

from benchtui.calc.equations.jjf2009_voltage import loaded_ratio
from benchtui.errors import Interlock, OutOfRange, StandardRefused, WrongInstrument
from benchtui.procedures.base import Candidate, Observation, Point
from benchtui.procedures.catalogue import procedure
from benchtui.profiles import JobItem, SpecificationRange, Standard, Uut, find, load
from benchtui.quantity import NBSP, Reading
from benchtui.virtualbench.parts import DividerPart

ID = "dc-voltage-output-hv"
ITEM = procedure(ID)
# JJF 2009—2022, table C.5: 1 000 V behind a divider of 500:1.
TABLE_C5 = (999.978, 999.981, 999.979, 999.980, 999.980, 999.978, 999.981, 999.98, 999.981, 999.980)


@pytest.fixture
def uut() -> Uut:
    return load(find("uut", "keysight-b1505a-complete"), Uut)


@pytest.fixture
def voltmeter() -> Standard:
    return load(find("standards", "3458a"), Standard)


@pytest.fixture
def divider() -> Standard:
    return load(find("standards", "hv-divider"), Standard)


@pytest.fixture
def bench() -> Iterator[ItemBench]:
    with closing(ItemBench()) as bench:
        yield bench


@pytest.fixture
def plan(uut: Uut) -> list[Point]:
    return ITEM.plan(uut, JobItem(id=ID))


def at(plan: list[Point], key: str) -> Point:
    return next(point for point in plan if point.key == key)


def test_the_plan_begins_at_1_kv(plan: list[Point]) -> None:
    assert {point.key for point in plan} == {
        f"HVSMU/{key}"
        for sign in "+-"
        for key in (f"1500 V/{sign}1000", f"1500 V/{sign}1350", f"3000 V/{sign}1000", f"3000 V/{sign}1500",
                    f"3000 V/{sign}2700")
    }  # fmt: skip


def test_the_wiring_names_the_tap_and_asks_for_the_interlock(
    plan: list[Point], uut: Uut, voltmeter: Standard, divider: Standard
) -> None:
    found = {"voltmeter": [Candidate("dmm", voltmeter)], "divider": [Candidate("divider", divider)]}
    setup = ITEM.choose(at(plan, "HVSMU/3000 V/-2700"), found, uut, {})
    wiring = ITEM.wiring(setup)
    tap = setup.settings["divider"]["nominal"]
    ends = {(t.role, t.terminal) for lead in wiring.connections for t in (lead.start, lead.end)}
    assert ("divider", f"tap{tap}") in ends
    assert wiring.interlock
    assert wiring.hazardous
    assert wiring.volts >= 2700


def test_a_divider_that_is_rated_too_low_or_does_not_state_its_tap_is_refused(
    plan: list[Point], uut: Uut, voltmeter: Standard, divider: Standard
) -> None:
    point = at(plan, "HVSMU/3000 V/+2700")

    def refusal(**changes: Decimal) -> str:
        values = tuple(msgspec.structs.replace(value, **changes) for value in divider.values)
        weak = Candidate("divider", msgspec.structs.replace(divider, values=values))
        with pytest.raises(StandardRefused) as refused:
            ITEM.choose(point, {"voltmeter": [Candidate("dmm", voltmeter)], "divider": [weak]}, uut, {})
        return str(refused.value.what)

    assert f"2000{NBSP}V" in refusal(voltage_rating=Decimal(2000))
    assert "output resistance" in refusal(output_resistance=Decimal(0))
    assert "0.1 %" in refusal(expanded_uncertainty=Decimal(2))


@pytest.mark.parametrize("nominal", [500, 1000])
def test_the_load_of_a_voltmeter_of_10_megohm_is_that_of_the_network(nominal: int) -> None:
    low = DividerPart.OHMS / nominal
    high = DividerPart.OHMS - low
    beside = 1 / (1 / low + 1 / 1e7)
    tap = low * (1 - 1 / nominal)
    assert loaded_ratio(float(nominal), 0.0, tap, 1e7) == pytest.approx((high + beside) / beside, rel=1e-12)
    # The usual k·(1 + R_low/R_in) is too large by that load over the ratio.
    assert loaded_ratio(float(nominal), 0.0, low, 1e7) > loaded_ratio(float(nominal), 0.0, tap, 1e7)


def test_the_example_of_the_specification(
    plan: list[Point], uut: Uut, voltmeter: Standard, divider: Standard
) -> None:
    """C.3: voltmeter ±0.01 %, divider ±0.1 %, both rectangular; with the scatter of its own readings U is 0.12 %."""
    ideal = {"resolution": Decimal("1e-9"), "input_resistance": Decimal("1e15")}
    row = SpecificationRange(span=Decimal(10), ppm_of_reading=Decimal(100), ppm_of_range=Decimal(0), **ideal)
    meter = msgspec.structs.replace(voltmeter, ranges=(row,))
    value = msgspec.structs.replace(
        divider.values[0],
        value=Decimal(500),
        expanded_uncertainty=Decimal("0.5"),
        k=Decimal(repr(math.sqrt(3))),
        ppm_per_kelvin=Decimal(0),
        ppm_per_volt=Decimal(0),
    )
    plain = msgspec.structs.replace(divider, values=(value,))
    readings = tuple(Reading(raw=repr(v), value=v / 500, unit="V", span=10.0) for v in TABLE_C5)
    observation = Observation(
        point=at(plan, "HVSMU/1500 V/+1000"),
        readings={"voltmeter": readings},
        settings={"divider": {"nominal": "500"}},
    )
    result = result_of(ITEM.evaluate(observation, {"voltmeter": meter, "divider": plain}, uut))
    scatter = 1.135315e-6 / math.sqrt(10)  # the specification takes that of one reading
    expected = math.sqrt((1e-4 / math.sqrt(3)) ** 2 + (1e-3 / math.sqrt(3)) ** 2 + scatter**2)
    assert result.error == pytest.approx(100 * (1000 / 999.9798 - 1), rel=1e-5)
    assert result.u == pytest.approx(100 * expected, rel=1e-4)
    assert result.statement["U"].startswith("0.12")
    assert result.statement["ratio"] == "500.00"


@pytest.mark.parametrize("key", ["HVSMU/1500 V/+1000", "HVSMU/3000 V/-2700"])
def test_at_the_bench_the_hidden_error_is_found(bench: ItemBench, key: str) -> None:
    point = at(bench.plan(ID, readings=5), key)
    assert covers(bench.measure(ID, point), bench.error_of_output(point))
    assert bench.output(point.module)["set"] == 0.0


def test_a_short_circuit_stops_the_point(bench: ItemBench) -> None:
    point = at(bench.plan(ID, readings=3), "HVSMU/1500 V/+1000")
    bench.fault("compliance")
    with pytest.raises(OutOfRange) as stopped:
        bench.measure(ID, point)
    assert "limits its current" in str(stopped.value.what)


def test_an_open_interlock_is_told(bench: ItemBench) -> None:
    with pytest.raises(Interlock):
        bench.measure(ID, at(bench.plan(ID, readings=3), "HVSMU/1500 V/+1000"), closed=False)


def test_a_voltmeter_at_the_other_tap_is_found_out(bench: ItemBench) -> None:
    point = at(bench.plan(ID, readings=3), "HVSMU/1500 V/+1000")
    drawn = bench.setup(ID, point).settings["divider"]["nominal"]
    other = {"500": "1000", "1000": "500"}[drawn]
    bench.move(f"tap{drawn}", f"tap{other}")
    with pytest.raises(WrongInstrument) as found:
        bench.measure(ID, point)
    assert f"tap {drawn}" in str(found.value.what)
    assert other in str(found.value.hint)
