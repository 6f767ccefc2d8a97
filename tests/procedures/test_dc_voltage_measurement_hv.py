"""DC voltage measurement above 100 V: what it needs first, the calibrated current, the specification's example."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from typing import Literal

import msgspec
import pytest
from tests.procedures.item_on_bench import ItemBench, covers, result_of

from benchtui.calc.equations.jjf2009_voltage import forced_current
from benchtui.errors import OutOfRange, StandardRefused, WrongInstrument
from benchtui.procedures.base import BudgetLine, Candidate, Earlier, Observation, Point, Result
from benchtui.procedures.catalogue import procedure
from benchtui.procedures.semiconductor.calibrated_currents import calibrations, current_inputs
from benchtui.profiles import JobItem, Standard, Uut, find, load
from benchtui.quantity import NBSP, Reading

ID = "dc-voltage-measurement-hv"
ITEM = procedure(ID)
FIRST = "dc-current-output-high"
# JJF 2009—2022, table C.7: 200 V over 1 MΩ.
TABLE_C7 = (
    "200.0030", "200.0031", "200.0030", "200.0029", "200.0028", "200.0032", "200.0029", "200.0030", "200.0031",
    "200.0033",
)  # fmt: skip


@pytest.fixture
def uut() -> Uut:
    return load(find("uut", "keysight-b1505a-complete"), Uut)


@pytest.fixture
def resistors() -> dict[str, list[Candidate]]:
    names = ("1m", "10m", "100m")
    return {"resistor": [Candidate(n, load(find("standards", f"hv-resistor-{n}"), Standard)) for n in names]}


@pytest.fixture
def bench() -> Iterator[ItemBench]:
    with closing(ItemBench()) as bench:
        yield bench


@pytest.fixture
def plan(uut: Uut) -> list[Point]:
    return ITEM.plan(uut, JobItem(id=ID))


def at(plan: list[Point], key: str) -> Point:
    return next(point for point in plan if point.key == key)


def calibrated(
    setpoint: str, error: float, *, span: str = "0.001", own: float = 1e-4, standards: float = 2e-3
) -> tuple[Point, Result]:
    """Return a result of the current output; *error* and its two parts of u in percent."""
    point = Point(
        key=f"HVSMU/1 mA/{setpoint}", module="HVSMU", range="1 mA", span=span, setpoint=setpoint, unit="A",
        limit="2", readings=10,
    )  # fmt: skip
    kinds: tuple[tuple[Literal["A", "B"], float, float], ...] = (("A", own, 9.0), ("B", standards, math.inf))
    lines = tuple(
        BudgetLine(
            symbol=kind, source="", kind=kind, distribution="normal", value=0.0, unit="A", u=1e-9, dof=dof, c=1.0,
            contribution=part, share=0.5,
        )
        for kind, part, dof in kinds
        if part
    )  # fmt: skip
    u = math.hypot(own, standards)
    outcome = Result(
        point=point.key, setpoint=setpoint, indication=setpoint, standard=0.0, unit="A", error=error,
        error_unit="%", u=u, U=2 * u, k=2.0, nu_eff=math.inf, probability=0.9545, statement={}, budget=lines,
    )  # fmt: skip
    return point, outcome


CALIBRATED = {FIRST: [calibrated("0.0001", 0.02), calibrated("0.0005", 0.01), calibrated("0.0009", 0.009)]}


def test_ranges_above_100_v_belong_here(plan: list[Point]) -> None:
    assert {point.range for point in plan} == {"200 V", "500 V", "1500 V", "3000 V"}
    assert {point.module for point in plan} == {"HPSMU", "HVSMU"}
    assert all(100 <= abs(Decimal(point.setpoint)) <= 3000 for point in plan)
    assert at(plan, "HVSMU/3000 V/-2700").limit == "2970"


def test_without_a_calibrated_current_it_says_what_to_measure_first(
    plan: list[Point], uut: Uut, resistors: dict[str, list[Candidate]]
) -> None:
    point = at(plan, "HVSMU/500 V/+450")
    other_polarity = [calibrated("-0.0001", 0.02), calibrated("-0.0009", 0.02)]
    found: tuple[Earlier, ...] = ({}, {FIRST: []}, {FIRST: other_polarity})
    for earlier in found:
        with pytest.raises(StandardRefused) as refused:
            ITEM.choose(point, resistors, uut, earlier)
        assert FIRST in str(refused.value.hint)
        assert "HVSMU" in str(refused.value.what)


def test_a_current_that_was_calibrated_itself_and_one_between_are_told_apart(
    plan: list[Point], uut: Uut, resistors: dict[str, list[Candidate]]
) -> None:
    between = ITEM.choose(at(plan, "HVSMU/500 V/+450"), resistors, uut, CALIBRATED)
    assert between.settings["uut"] == {"current": "0.00045", "span": "0.001"}
    assert "between" in str(between.reason)
    itself = ITEM.choose(at(plan, "HVSMU/200 V/+100"), resistors, uut, CALIBRATED)
    assert itself.settings["uut"]["current"] == "0.0001"
    assert "between" not in str(itself.reason)


def test_a_resistor_gets_no_more_than_it_bears(
    plan: list[Point], uut: Uut, resistors: dict[str, list[Candidate]]
) -> None:
    setup = ITEM.choose(at(plan, "HVSMU/3000 V/+2700"), resistors, uut, CALIBRATED)
    assert setup.standards["resistor"].name == "10m"  # 2.7 kV: 1 MΩ is rated 1.5 kV, 27 µA was not calibrated
    resistors["resistor"] = resistors["resistor"][:1]
    with pytest.raises(StandardRefused) as refused:
        ITEM.choose(at(plan, "HVSMU/3000 V/+2700"), resistors, uut, CALIBRATED)
    assert "bears" in str(refused.value.what)


def test_the_wiring_is_figure_9_with_interlock(
    plan: list[Point], uut: Uut, resistors: dict[str, list[Candidate]]
) -> None:
    wiring = ITEM.wiring(ITEM.choose(at(plan, "HVSMU/3000 V/+2700"), resistors, uut, CALIBRATED))
    assert (wiring.figure, wiring.interlock, wiring.hazardous) == ("9", True, True)
    assert wiring.volts >= 2700
    assert len(wiring.connections) == 2


def test_the_deviation_between_calibrated_currents_is_a_straight_line_in_amperes() -> None:
    # 0.05 % of gain and 50 nA of offset: the relative errors are no straight line, the deviations are.
    def error(amperes: float) -> float:
        true = amperes * 1.0005 + 5e-8
        return 100 * (amperes - true) / true

    entries = [calibrated(text, error(float(text))) for text in ("0.0001", "0.0005", "0.0009")]
    (found,) = calibrations({FIRST: entries}, "HVSMU", Decimal("0.0003"))
    values = [float(one.value) for one in current_inputs(found)]
    assert forced_current(*values) == pytest.approx(0.0003 * 1.0005 + 5e-8, rel=1e-12)
    assert found.bend == pytest.approx(1e-7 * 3e-4)  # no bend to be seen: the least that is assumed


def test_a_bend_between_calibrated_currents_becomes_uncertainty() -> None:
    # 0.01 % more at the end than a straight line has: 90 nA; half-way up, Newton's next term.
    entries = [calibrated("0.0001", 0.0), calibrated("0.0005", 0.0), calibrated("0.0009", -0.01)]
    (found,) = calibrations({FIRST: entries}, "HVSMU", Decimal("0.0003"))
    d_high = 9e-8 / (1 - 1e-4)
    assert found.bend == pytest.approx(d_high / 0.0004 / 0.0008 * 0.0002 * 0.0002, rel=1e-6)
    (alone,) = calibrations({FIRST: entries[1:]}, "HVSMU", Decimal("0.0007"))
    assert alone.bend == pytest.approx(d_high / 2, rel=1e-6)


def test_neighbours_share_their_standards_in_full() -> None:
    (found,) = calibrations(CALIBRATED, "HVSMU", Decimal("0.0003"))
    by_symbol = {one.symbol: one for one in current_inputs(found)}
    assert by_symbol["s_1"].identity == by_symbol["s_2"].identity != ""
    assert by_symbol["e_1"].identity == by_symbol["e_2"].identity == ""
    assert by_symbol["e_1"].dof == 9
    assert float(by_symbol["s_1"].u) == pytest.approx(2e-5)


def test_the_example_of_the_specification(
    plan: list[Point], uut: Uut, resistors: dict[str, list[Candidate]]
) -> None:
    """C.4: 50 nA at 0.2 mA and 1 MΩ ±0.1 %, both rectangular: U is 0.12 %."""
    standard = resistors["resistor"][0].standard
    value = msgspec.structs.replace(
        standard.values[0],
        value=Decimal(1_000_000),
        expanded_uncertainty=Decimal(1000),
        k=Decimal(repr(math.sqrt(3))),
        ppm_per_kelvin=Decimal(0),
        ppm_per_volt=Decimal(0),
    )
    current = calibrated("0.0002", 0.0, own=0.0, standards=100 * 2.5e-4 / math.sqrt(3))
    observation = Observation(
        point=msgspec.structs.replace(at(plan, "HVSMU/500 V/+250"), setpoint="200"),
        readings={"uut": tuple(Reading(raw=raw, value=float(raw), unit="V", span=500.0) for raw in TABLE_C7)},
        settings={"uut": {"current": "0.0002", "span": "0.001"}, "resistor": {"nominal": "1000000"}},
        earlier={FIRST: (current,)},
    )
    result = result_of(
        ITEM.evaluate(observation, {"resistor": msgspec.structs.replace(standard, values=(value,))}, uut)
    )
    scatter = 7.47206e-7 / math.sqrt(10)  # the specification takes that of one reading
    expected = math.sqrt((2.5e-4 / math.sqrt(3)) ** 2 + (1e-3 / math.sqrt(3)) ** 2 + scatter**2)
    assert result.error == pytest.approx(100 * (200.00303 / 200 - 1), abs=1e-5)
    assert result.u == pytest.approx(100 * expected, rel=1e-4)
    assert result.statement["U"].startswith("0.12")
    assert result.statement["current"].endswith(f"{NBSP}µA")
    assert {column.key for column in ITEM.record_table.columns} <= result.statement.keys()


@pytest.mark.parametrize("key", ["HVSMU/200 V/-180", "HVSMU/1500 V/+1350", "HPSMU/200 V/+100"])
def test_at_the_bench_the_hidden_error_is_found(bench: ItemBench, key: str) -> None:
    point = at(bench.plan(ID, readings=5), key)
    for first in bench.plan(FIRST, modules=[point.module], ranges=["1 mA"], readings=3):
        if first.setpoint[0] == "-" or point.setpoint[0] != "-":
            bench.measure(FIRST, first)
    result = bench.measure(ID, point)
    assert covers(result, bench.error_of_measurement(point, result.standard))
    assert result.standard == pytest.approx(float(point.setpoint), rel=0.01)
    assert bench.output(point.module)["set"] == 0.0


def test_another_resistor_than_the_one_drawn_is_found_out(bench: ItemBench) -> None:
    point = at(bench.plan(ID, readings=3), "HVSMU/1500 V/+1350")
    bench.earlier = {FIRST: [*CALIBRATED[FIRST]]}
    assert bench.setup(ID, point).standards["resistor"].name == "hv10m"
    with pytest.raises(WrongInstrument) as found:
        bench.measure(ID, point, instead={"resistor": "hv1m"})
    assert f"1{NBSP}MΩ" in str(found.value.hint)
    with pytest.raises(OutOfRange) as stopped:
        bench.measure(ID, point, instead={"resistor": "hv100m"})
    assert "larger" in str(stopped.value.hint)
