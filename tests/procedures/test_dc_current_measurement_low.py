"""DC current measurement up to 10 µA: plan, choice of the resistor, burden, budget by hand, at the virtual bench."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal

import msgspec
import pytest
from tests.procedures.item_on_bench import covers, result_of
from tests.procedures.low_current_bench import LowCurrentBench, plain_resistor, plain_source

from benchtui.errors import BadInput, OutOfRange, WrongInstrument
from benchtui.procedures.base import Candidate, Observation, Point
from benchtui.procedures.catalogue import procedure
from benchtui.profiles import JobItem, Standard, Uut, find, load
from benchtui.quantity import NBSP, Reading

ID = "dc-current-measurement-low"
ITEM = procedure(ID)
TABLE_C3 = (1.0012, 1.0015, 1.0008, 1.0005, 1.0006, 1.0008, 1.0010, 1.0013, 1.0004, 1.0006)


@pytest.fixture(scope="module")
def uut() -> Uut:
    return load(find("uut", "keysight-b1505a-complete"), Uut)


@pytest.fixture
def bench() -> Iterator[LowCurrentBench]:
    with closing(LowCurrentBench()) as bench:
        yield bench


@pytest.fixture
def standards() -> dict[str, Standard]:
    names = {"resistor": "high-value-resistor-1t", "source": "5730a"}
    return {role: load(find("standards", name), Standard) for role, name in names.items()}


@pytest.fixture(scope="module")
def candidates() -> dict[str, list[Candidate]]:
    decades = ("10m", "100m", "1g", "10g", "100g", "1t")
    return {
        "resistor": [
            Candidate(d, load(find("standards", f"high-value-resistor-{d}"), Standard)) for d in decades
        ],
        "source": [Candidate("cal", load(find("standards", "5730a"), Standard))],
    }


def at(uut: Uut, setpoint: str, module: str = "HRSMU") -> Point:
    spans = next(m for m in uut.modules if m.name == module).current_measurement
    span = next(s for s in spans if s.span >= abs(Decimal(setpoint)))
    order = {"module": module, "range": span.name, "setpoint": Decimal(setpoint)}
    return ITEM.plan(uut, msgspec.convert({"id": ID, "points": [order]}, JobItem))[0]


def test_the_plan_has_the_ranges_up_to_10_microampere(uut: Uut) -> None:
    plan = ITEM.plan(uut, JobItem(id=ID))
    assert {p.range for p in plan} == {
        "1 pA", "10 pA", "100 pA", "1 nA", "10 nA", "100 nA", "1 µA", "10 µA",
    }  # fmt: skip
    assert {p.module for p in plan} == {"MPSMU", "HVSMU", "HPSMU", "HRSMU", "HCSMU"}
    with pytest.raises(BadInput):
        ITEM.plan(uut, JobItem(id=ID, ranges=("1 mA",)))


@pytest.mark.parametrize(
    ("amperes", "module", "resistor", "volts"),
    [
        ("1e-12", "HRSMU", "100g", "-0.1"),  # 0.1 % of 1 TΩ would count twice as much
        ("-9e-12", "HRSMU", "100g", "0.9"),
        ("5e-8", "MPSMU", "100m", "-5"),
        ("9e-6", "HRSMU", "10m", "-90"),
        ("1e-10", "HVSMU", "10g", "-1"),  # a unit that holds 0 V in its 200 V range is noisy: more volts
    ],
)
def test_the_source_gets_a_round_voltage(
    uut: Uut,
    candidates: dict[str, list[Candidate]],
    amperes: str,
    module: str,
    resistor: str,
    volts: str,
) -> None:
    setup = ITEM.choose(at(uut, amperes, module), candidates, uut, {})
    assert setup.standards["resistor"].name == resistor
    assert Decimal(setup.settings["source"]["volts"]) == Decimal(volts)
    assert setup.standard("resistor").name in str(setup.reason)


def test_the_input_is_held_at_zero_in_the_smallest_range(
    uut: Uut, candidates: dict[str, list[Candidate]]
) -> None:
    assert ITEM.choose(at(uut, "1e-9"), candidates, uut, {}).settings["uut"] == {"span": "0.5"}
    assert ITEM.choose(at(uut, "1e-9", "HVSMU"), candidates, uut, {}).settings["uut"] == {"span": "200"}


def test_the_wiring_is_figure_4(uut: Uut, candidates: dict[str, list[Candidate]]) -> None:
    wiring = ITEM.wiring(ITEM.choose(at(uut, "9e-6"), candidates, uut, {}))
    assert (wiring.figure, wiring.interlock, wiring.hazardous) == ("4", True, True)
    ends = {(t.role, t.terminal) for lead in wiring.connections for t in (lead.start, lead.end)}
    assert ends == {
        ("source", "hi"), ("source", "lo"), ("resistor", "a"), ("resistor", "b"), ("uut", "force"), ("uut", "common"),
    }  # fmt: skip


def read(values: tuple[float, ...]) -> tuple[Reading, ...]:
    return tuple(Reading(raw=f"{v:+.5E}", value=v, unit="A") for v in values)


def observed(
    point: Point, volts: float, measured: tuple[float, ...], *, opened: float = 0.0, zero: float = 0.0
) -> Observation:
    return Observation(
        point=point,
        readings={
            "source": (Reading(raw=repr(volts), value=volts, unit="V", span=2.2),),
            "zero-open": read((opened,) * 5),
            "zero": read((zero,) * 5),
            "uut": read(measured),
        },
        settings={"resistor": {"nominal": "1e12"}},
    )


def test_a_unit_with_gain_offset_and_burden_has_the_error_of_gain_and_offset(
    uut: Uut, standards: dict[str, Standard]
) -> None:
    standards["resistor"] = plain_resistor(standards["resistor"], "1e12", "2e9")
    gain, offset, burden = 1.04, 3e-15, 0.03  # 30 mV at the input: 3 % of the 1 V of the source
    true = (1.0 + burden) / 1e12
    shown = [gain * amperes + offset for amperes in (0.0, burden / 1e12, true)]
    observation = observed(at(uut, "1e-12"), -1.0, (shown[2],) * 3, opened=shown[0], zero=shown[1])
    result = result_of(ITEM.evaluate(observation, standards, uut))
    assert result.standard == pytest.approx(true, rel=1e-9)
    assert result.error == pytest.approx(100 * (shown[2] / true - 1), abs=1e-6)
    assert result.parts == {"voltage": (1.0, "V"), "resistance": (1e12, "Ω")}


def test_error_and_budget_agree_with_a_calculation_by_hand(uut: Uut, standards: dict[str, Standard]) -> None:
    measured = tuple(1.003e-12 + 1e-16 * d for d in (0, 3, -2, 1, -1, 2, -3, 0, 1, -1))
    result = result_of(ITEM.evaluate(observed(at(uut, "1e-12"), -1.0, measured), standards, uut))
    ohms = 9.9952e11 * (1 - 1e-6)
    mean = math.fsum(measured) / 10
    s = math.sqrt(math.fsum((v - mean) ** 2 for v in measured) / 9)
    step = 1e-18 / math.sqrt(12)  # of the zeros, all readings equal
    relative = math.sqrt(
        (5e-6 + 7e-7) ** 2 / 3  # source, range 2.2 V
        + 4e-7**2 / 3  # source at zero
        + (1e9 / 9.9952e11) ** 2  # U = 2 GΩ, k = 2
        + (1e-4 * 0.5) ** 2  # 100 ppm/K, 0.5 K
        + (s**2 / 10 + (1e-17 / 2) ** 2 / 3 + 2 * step**2) / mean**2
    )
    assert result.error == pytest.approx(100 * (mean * ohms - 1), abs=1e-6)
    assert result.u == pytest.approx(100 * relative * mean * ohms, rel=1e-4)
    assert result.budget[0].symbol == "R"
    assert {column.key for column in ITEM.record_table.columns} <= result.statement.keys()


def test_the_example_of_the_specification(uut: Uut, standards: dict[str, Standard]) -> None:
    """C.2: source ±0.01 %, 1 TΩ with U = 0.2 %, and the scatter: 0.21 % with that of one reading."""
    standards["resistor"] = plain_resistor(standards["resistor"], "1e12", "2e9")
    standards["source"] = plain_source(standards["source"])
    measured = tuple(value * 1e-12 for value in TABLE_C3)
    result = result_of(ITEM.evaluate(observed(at(uut, "1e-12"), -1.0, measured), standards, uut))
    assert result.error == pytest.approx(0.087, abs=1e-3)
    scatter = 3.680094e-4
    mean_of_ten = math.hypot(1e-4 / math.sqrt(3), 1e-3, scatter / math.sqrt(10))
    assert result.u == pytest.approx(100 * mean_of_ten, rel=2e-3)
    assert 200 * math.hypot(1e-4 / math.sqrt(3), 1e-3, scatter) == pytest.approx(0.2134, abs=1e-4)


# ------------------------------------------------------------------------------------------------ at the virtual bench
@pytest.mark.parametrize(
    ("amperes", "module"),
    [("1e-12", "HRSMU"), ("-5e-11", "HRSMU"), ("1e-10", "HVSMU"), ("9e-9", "MPSMU"), ("-9e-6", "HCSMU")],
)
def test_at_the_bench_the_hidden_error_is_found(
    bench: LowCurrentBench, uut: Uut, amperes: str, module: str
) -> None:
    point = at(uut, amperes, module)
    result = bench.measure(ID, point)
    # The burden of the high-voltage unit is some 0.1 V: what counts is the current that flows.
    hidden = bench.truth.uut[module][f"measure.{point.range}"]
    true = (float(result.indication) - hidden.offset) / (1.0 + hidden.gain_error)
    assert covers(result, 100.0 * (float(result.indication) / true - 1.0))
    assert bench.output(module)["set"] == 0.0


@pytest.mark.parametrize(
    ("taken", "fitting"), [("r1t", f"1{NBSP}TΩ"), ("r1g", f"1{NBSP}GΩ"), ("r10m", f"10{NBSP}MΩ")]
)
def test_another_resistor_than_the_one_drawn_is_named(
    bench: LowCurrentBench, uut: Uut, taken: str, fitting: str
) -> None:
    point = at(uut, "5e-11")
    assert bench.setup(ID, point).standards["resistor"].name == "r10g"
    with pytest.raises((WrongInstrument, OutOfRange)) as found:
        bench.measure(ID, point, instead={"resistor": taken})
    if taken != "r1t":  # a hundredth of the current: it may be an open lead as well
        assert isinstance(found.value, WrongInstrument)
        assert fitting in str(found.value.hint)


def test_an_open_lead_is_said(bench: LowCurrentBench, uut: Uut) -> None:
    bench.missing = "source"
    with pytest.raises(OutOfRange) as found:
        bench.measure(ID, at(uut, "5e-10"))
    assert "No current" in str(found.value.what)


def test_a_source_with_exchanged_leads_is_said(bench: LowCurrentBench, uut: Uut) -> None:
    bench.move("hi", "lo")
    bench.move("lo", "hi")
    with pytest.raises(OutOfRange) as found:
        bench.measure(ID, at(uut, "5e-10"))
    assert "exchanged" in str(found.value.hint)


def test_a_source_that_a_person_sets(bench: LowCurrentBench, uut: Uut) -> None:
    bench.set_by_hand()
    point = at(uut, "9e-9", "MPSMU")
    result = bench.measure(ID, point)
    assert result.standard == pytest.approx(9e-9, rel=0.01)
    assert [Decimal(text) for text in bench.settings][-2:] == [Decimal("-0.9"), Decimal(0)]
