"""DC current output up to 10 µA: plan, choice of the resistor, budget by hand, the null at the virtual bench."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal

import msgspec
import pytest
from tests.procedures.item_on_bench import covers, result_of
from tests.procedures.low_current_bench import (
    LowCurrentBench,
    certified_as,
    only,
    plain_resistor,
    plain_source,
)

from benchtui.errors import BadInput, OutOfRange, StandardRefused, WrongInstrument
from benchtui.procedures.base import Candidate, Observation, Point
from benchtui.procedures.catalogue import procedure
from benchtui.procedures.semiconductor.dc_current_output_low import DcCurrentOutputLow
from benchtui.profiles import JobItem, Standard, Uut, find, load
from benchtui.quantity import NBSP, Reading

ID = "dc-current-output-low"
ITEM = procedure(ID)
TABLE_C1 = (1.0004, 1.0003, 1.0004, 1.0005, 1.0008, 1.0005, 1.0007, 1.0003, 1.0003, 1.0006)


@pytest.fixture(scope="module")
def uut() -> Uut:
    return load(find("uut", "keysight-b1505a-complete"), Uut)


@pytest.fixture
def bench() -> Iterator[LowCurrentBench]:
    with closing(LowCurrentBench()) as bench:
        yield bench


@pytest.fixture
def standards() -> dict[str, Standard]:
    names = {"null": "6517b", "resistor": "high-value-resistor-1t", "source": "5730a"}
    return {role: load(find("standards", name), Standard) for role, name in names.items()}


@pytest.fixture(scope="module")
def candidates() -> dict[str, list[Candidate]]:
    decades = ("10m", "100m", "1g", "10g", "100g", "1t")
    resistors = [Candidate(d, load(find("standards", f"high-value-resistor-{d}"), Standard)) for d in decades]
    return {
        "null": [Candidate("eme", load(find("standards", "6517b"), Standard))],
        "resistor": resistors,
        "source": [Candidate("cal", load(find("standards", "5730a"), Standard))],
    }


def points(uut: Uut, setpoint: str, module: str = "HRSMU", range: str = "") -> Point:  # noqa: A002 - as it is called
    span = next(
        s for m in uut.modules if m.name == module for s in m.current_output
        if s.name == range or (not range and s.span >= abs(Decimal(setpoint)))
    )  # fmt: skip
    order = {"module": module, "range": span.name, "setpoint": Decimal(setpoint)}
    return ITEM.plan(uut, msgspec.convert({"id": ID, "points": [order]}, JobItem))[0]


def test_the_plan_has_the_ranges_up_to_10_microampere_and_nothing_below_1_picoampere(uut: Uut) -> None:
    plan = ITEM.plan(uut, JobItem(id=ID))
    assert {p.range for p in plan} == {
        "1 pA", "10 pA", "100 pA", "1 nA", "10 nA", "100 nA", "1 µA", "10 µA",
    }  # fmt: skip
    assert min(abs(Decimal(p.setpoint)) for p in plan) == Decimal("1e-12")
    assert [p.key for p in plan if p.range == "1 pA"] == ["HRSMU/1 pA/+1 pA", "HRSMU/1 pA/-1 pA"]
    assert sorted(Decimal(p.setpoint) for p in plan) == sorted(-Decimal(p.setpoint) for p in plan)
    assert len({p.key for p in plan}) == len(plan)
    with pytest.raises(BadInput):
        ITEM.plan(uut, JobItem(id=ID, ranges=("100 µA",)))


@pytest.mark.parametrize(
    ("amperes", "resistor", "volts"),
    [
        ("1e-12", "1t", "-0.99952"),  # the 100 GΩ would be better by 4 %, at 0.1 V: rather from 1 V on
        ("-9e-12", "100g", "0.900234"),
        ("5e-11", "10g", "-0.499935"),  # 0.05 % instead of 0.1 %, and the zero counts for little
        ("9e-10", "1g", "-0.9000369"),
        ("5e-8", "100m", "-4.99991"),
        ("1e-5", "10m", "-100.0012"),
    ],
)
def test_the_resistor_with_the_smallest_uncertainty_is_chosen(
    uut: Uut, candidates: dict[str, list[Candidate]], amperes: str, resistor: str, volts: str
) -> None:
    setup = ITEM.choose(points(uut, amperes), candidates, uut, {})
    assert setup.standards["resistor"].name == resistor
    assert Decimal(setup.settings["source"]["volts"]) == Decimal(volts)
    assert Decimal("0.1") <= abs(Decimal(amperes)) * setup.standard("resistor").values[0].nominal <= 100
    assert setup.standard("resistor").name in str(setup.reason)
    assert " %" in str(setup.reason)


def test_the_detector_is_coarse_for_the_whole_current_and_fine_for_the_null(
    uut: Uut, candidates: dict[str, list[Candidate]]
) -> None:
    settings = ITEM.choose(points(uut, "1e-6"), candidates, uut, {}).settings["null"]
    assert {name: Decimal(span) for name, span in settings.items()} == {
        "coarse": Decimal("2e-6"),
        "fine": Decimal("2e-8"),
    }


def test_no_fitting_resistor_is_refused_with_the_ones_that_would_fit(
    uut: Uut, bench: LowCurrentBench
) -> None:
    with pytest.raises(StandardRefused) as refused:
        ITEM.choose(points(uut, "1e-12"), only(ITEM, bench, "r10m", "r1g"), uut, {})
    assert f"100{NBSP}GΩ" in str(refused.value.hint)
    assert f"1{NBSP}TΩ" in str(refused.value.hint)


@pytest.mark.parametrize(
    ("changed", "found"),
    [({"expanded_uncertainty": "3e9"}, "0.30 %"), ({"voltage_rating": "1"}, f"1.2{NBSP}V")],
)
def test_a_resistor_that_does_not_meet_its_row_is_refused(
    uut: Uut, bench: LowCurrentBench, changed: dict[str, str], found: str
) -> None:
    poor = only(ITEM, bench, "r1t")
    poor["resistor"] = [Candidate("r1t", certified_as(poor["resistor"][0].standard, **changed))]
    with pytest.raises(StandardRefused) as refused:
        ITEM.choose(points(uut, "1e-12"), poor, uut, {})
    assert found in str(refused.value.what)


@pytest.mark.parametrize(
    ("field", "value", "word"),
    [
        ("ppm_of_reading", "20000", "1.5"),
        ("input_current", "0", "not stated"),
        ("zero_range", "2e-14", "wanders"),
    ],
)
def test_a_null_detector_that_does_not_meet_its_row_is_refused(
    uut: Uut, standards: dict[str, Standard], field: str, value: str, word: str
) -> None:
    rows = tuple(msgspec.structs.replace(r, **{field: Decimal(value)}) for r in standards["null"].ranges)
    with pytest.raises(StandardRefused) as refused:
        ITEM.check_standard(
            "null", msgspec.structs.replace(standards["null"], ranges=rows), points(uut, "1e-12")
        )
    assert word in str(refused.value.what)


def test_a_source_beyond_a_ten_thousandth_is_refused(uut: Uut, standards: dict[str, Standard]) -> None:
    rows = tuple(msgspec.structs.replace(r, ppm_of_reading=Decimal(150)) for r in standards["source"].ranges)
    with pytest.raises(StandardRefused):
        ITEM.check_standard(
            "source", msgspec.structs.replace(standards["source"], ranges=rows), points(uut, "1e-9")
        )


def test_the_standards_that_ship_serve_every_point(uut: Uut, candidates: dict[str, list[Candidate]]) -> None:
    for point in ITEM.plan(uut, JobItem(id=ID, modules=("HRSMU",))):
        ITEM.choose(point, candidates, uut, {})


def test_the_wiring_is_figure_2_and_changes_with_the_resistor(
    uut: Uut, candidates: dict[str, list[Candidate]]
) -> None:
    small = ITEM.wiring(ITEM.choose(points(uut, "1e-12"), candidates, uut, {}))
    large = ITEM.wiring(ITEM.choose(points(uut, "9e-6"), candidates, uut, {}))
    assert (small.figure, small.interlock, small.hazardous) == ("2", False, False)
    assert (large.figure, large.interlock, large.hazardous) == ("2", True, True)
    assert small.key != large.key
    ends = [(t.role, t.terminal) for lead in small.connections for t in (lead.start, lead.end)]
    assert ends.count(("null", "in")) == 2  # where the two currents meet
    assert ends.count(("uut", "common")) == 2


def observed(
    point: Point, volts: float, null: tuple[float, ...], zero: tuple[float, float], nominal: str, span: float
) -> Observation:
    def read(values: tuple[float, ...]) -> tuple[Reading, ...]:
        return tuple(Reading(raw=f"{v:+.6E}", value=v, unit="A", span=span) for v in values)

    return Observation(
        point=point,
        readings={
            "source": (Reading(raw=repr(volts), value=volts, unit="V", span=2.2),),
            "null": read(null),
            "zero-before": read((zero[0],) * 5),
            "zero-after": read((zero[1],) * 5),
        },
        settings={"resistor": {"nominal": nominal}},
    )


def test_error_and_budget_agree_with_a_calculation_by_hand(uut: Uut, standards: dict[str, Standard]) -> None:
    null = tuple(7e-15 + 1e-16 * d for d in (0, 3, -2, 1, -1, 2, -3, 0, 1, -1))
    observation = observed(points(uut, "1e-12"), -1.0102, null, (2e-15, 4e-15), "1000000000000", 2e-11)
    result = result_of(ITEM.evaluate(observation, standards, uut))
    ohms = 9.9952e11 * (1 - 1e-6 * 1.0102)  # -1 ppm/V
    mean = math.fsum(null) / 10
    driven = 1.0102 / ohms
    current = driven + (mean - 3e-15) * (1 + 1e6 / 9.9952e11)
    s = math.sqrt(math.fsum((v - mean) ** 2 for v in null) / 9)
    u = math.sqrt(
        ((5e-6 * 1.0102 + 7e-7) / ohms) ** 2 / 3  # source, range 2.2 V
        + (4e-7 / ohms) ** 2 / 3  # source at zero, range 0.22 V
        + (driven * 1e-3) ** 2 * (2e9 / 9.9952e11 / 2e-3) ** 2  # U = 2 GΩ, k = 2
        + (driven * 1e-4 * 0.5) ** 2  # 100 ppm/K, 0.5 K
        + s**2 / 10
        + 2 * (1e-17 / 2) ** 2 / 12  # two zeros, all readings equal: the step
        + 5e-15**2 / 3  # zero: 10 fA over three minutes
        + (1e-17 / 2) ** 2 / 3
        + ((mean - 3e-15) * 0.01) ** 2 / 3  # 1 % of what is left
    )
    assert result.standard == pytest.approx(current, rel=1e-9)
    assert result.error == pytest.approx(100 * (1e-12 / current - 1), abs=1e-7)
    assert result.u == pytest.approx(100 * u * 1e-12 / current**2, rel=1e-4)
    assert result.budget[0].symbol == "dI_zero"
    assert result.parts["voltage"] == (1.0102, "V")
    assert {column.key for column in ITEM.record_table.columns} <= result.statement.keys()
    assert result.statement["resistance"].endswith("GΩ")


def test_a_negative_current_has_a_negative_standard_voltage(uut: Uut, standards: dict[str, Standard]) -> None:
    observation = observed(points(uut, "-1e-12"), 0.99, (1e-16, -1e-16, 0.0), (0.0, 0.0), "1e12", 2e-11)
    result = result_of(ITEM.evaluate(observation, standards, uut))
    assert result.standard < 0
    assert result.parts["voltage"][0] == -0.99
    assert result.error == pytest.approx(100 * (1e-12 / (0.99 / 9.9952e11) - 1), abs=0.001)


def test_the_example_of_the_specification(uut: Uut, standards: dict[str, Standard]) -> None:
    """C.1: 0.70 %. The input current, 3 fA there, is measured with the zero here, and its part is missing."""
    standards["resistor"] = plain_resistor(standards["resistor"], "1e12", "2e9")
    standards["source"] = plain_source(standards["source"])
    null = tuple((value - 1.0) * 1e-12 for value in TABLE_C1)
    observation = observed(points(uut, "1e-12"), -1.0, null, (0.0, 0.0), "1e12", 2e-11)
    result = result_of(ITEM.evaluate(observation, standards, uut))
    assert result.standard == pytest.approx(1.00048e-12, rel=1e-6)
    source, resistor, zero = 1e-4 / math.sqrt(3), 1e-3, 5e-3 / math.sqrt(3)
    scatter = 1.75035e-4 / math.sqrt(10)  # the specification takes that of one reading
    assert result.u == pytest.approx(100 * math.hypot(source, resistor, zero, scatter), rel=1e-3)
    with_input_current = 2 * math.hypot(result.u, 100 * 3e-3 / math.sqrt(3))
    assert with_input_current == pytest.approx(0.703, abs=0.002)


def test_the_equation_is_symmetric_in_the_zeros(uut: Uut, standards: dict[str, Standard]) -> None:
    assert isinstance(ITEM, DcCurrentOutputLow)
    first, second = (
        result_of(
            ITEM.evaluate(
                observed(points(uut, "1e-12"), -1.0, (1e-15, 2e-15, 0.0), zero, "1e12", 2e-11), standards, uut
            )
        )
        for zero in ((2e-15, 4e-15), (4e-15, 2e-15))
    )
    assert first.error == second.error


# ------------------------------------------------------------------------------------------------ at the virtual bench
@pytest.mark.parametrize(
    ("amperes", "module"), [("1e-12", "HRSMU"), ("-5e-11", "HRSMU"), ("9e-9", "MPSMU"), ("-9e-6", "HVSMU")]
)
def test_at_the_bench_the_hidden_error_is_found(
    bench: LowCurrentBench, uut: Uut, amperes: str, module: str
) -> None:
    point = msgspec.structs.replace(points(uut, amperes, module), readings=5)
    result = bench.measure(ID, point)
    assert covers(result, bench.error_of_output(point))
    state = bench._hands.ask(do="state")
    assert bench.output(module)["on"] is False
    assert all(source["set"] == 0.0 for source in state["sources"] if source["instrument"] == "cal")


def test_six_percent_of_error_are_found(bench: LowCurrentBench, uut: Uut) -> None:
    point = points(uut, "1e-12")
    hidden = bench.truth.uut["HRSMU"]
    hidden["1 pA"] = msgspec.structs.replace(hidden["1 pA"], gain_error=0.06)
    result = bench.measure(ID, point)
    assert covers(result, bench.error_of_output(point))
    assert result.error == pytest.approx(-5.7, abs=0.9)


@pytest.mark.parametrize(
    ("taken", "fitting"), [("r100g", f"100{NBSP}GΩ"), ("r1g", f"1{NBSP}GΩ"), ("r100m", f"100{NBSP}MΩ")]
)
def test_another_resistor_than_the_one_drawn_is_named(
    bench: LowCurrentBench, uut: Uut, taken: str, fitting: str
) -> None:
    point = points(uut, "5e-11")
    assert bench.setup(ID, point).standards["resistor"].name == "r10g"
    with pytest.raises(WrongInstrument) as found:
        bench.measure(ID, point, instead={"resistor": taken})
    assert fitting in str(found.value.hint)
    assert found.value.where == point.key


def test_an_open_lead_of_the_unit_under_test_is_said(bench: LowCurrentBench, uut: Uut) -> None:
    bench.missing = "uut"
    with pytest.raises(OutOfRange) as found:
        bench.measure(ID, points(uut, "5e-10"))
    assert "limits its voltage" in str(found.value.what)


def test_an_open_lead_at_the_resistor_is_said(bench: LowCurrentBench, uut: Uut) -> None:
    bench.missing = "source"
    with pytest.raises(OutOfRange) as found:
        bench.measure(ID, points(uut, "5e-10"))
    assert "does not see the source" in str(found.value.what)


def test_the_detector_is_protected_also_when_a_point_fails(bench: LowCurrentBench, uut: Uut) -> None:
    bench.missing = "source"
    with pytest.raises(OutOfRange):
        bench.measure(ID, points(uut, "5e-10"))
    part = bench.running.bench.parts["eme"]
    assert getattr(part, "connected") is False  # noqa: B009 - a part knows it, the base does not


def test_a_source_that_a_person_sets_is_adjusted_by_hand(bench: LowCurrentBench, uut: Uut) -> None:
    bench.set_by_hand()
    point = msgspec.structs.replace(points(uut, "9e-10"), readings=5)
    result = bench.measure(ID, point)
    assert covers(result, bench.error_of_output(point))
    assert bench.settings[0] == "0"
    assert bench.settings[-1] in ("0", "0.0")
    adjusted = [Decimal(text) for text in bench.settings if Decimal(text)]
    assert 1 <= len(adjusted) <= 13
    assert -result.parts["voltage"][0] == float(adjusted[-1])
