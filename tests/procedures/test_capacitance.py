"""Capacitance: plan, standards, open and short, the specification's example, and the virtual bench."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal

import msgspec
import pytest
from tests.procedures.item_on_bench import result_of
from tests.procedures.signal_bench import SignalBench

from benchtui.errors import BadInput, StandardRefused, WrongInstrument
from benchtui.procedures.base import Candidate, Observation, Point, Room
from benchtui.procedures.catalogue import procedure
from benchtui.procedures.semiconductor.open_short import STALE
from benchtui.profiles import JobItem, Standard, Uut, find, load
from benchtui.quantity import NBSP, Reading

ID = "capacitance"
ITEM = procedure(ID)
NAMES = ("1p", "10p", "100p", "1n", "10n", "100n")
TABLE_C11 = (
    "10.0010", "10.0008", "10.0009", "10.0012", "10.0010", "10.0011", "10.0009", "10.0010", "10.0012", "10.0011",
)  # fmt: skip


@pytest.fixture
def uut() -> Uut:
    return load(find("uut", "keysight-b1505a-complete"), Uut)


@pytest.fixture
def plan(uut: Uut) -> list[Point]:
    return ITEM.plan(uut, JobItem(id=ID))


@pytest.fixture
def capacitors() -> dict[str, list[Candidate]]:
    return {"standard": [Candidate(n, load(find("standards", f"capacitor-{n}"), Standard)) for n in NAMES]}


@pytest.fixture
def bench() -> Iterator[SignalBench]:
    with closing(SignalBench()) as bench:
        yield bench


def at(plan: list[Point], key: str) -> Point:
    return next(point for point in plan if point.key == key)


# --- plan and choice
def test_each_capacitance_is_measured_where_the_specification_has_a_standard(plan: list[Point]) -> None:
    found = {(p.range, p.settings["frequency"]) for p in plan}
    assert len(found) == len(plan) == len({p.key for p in plan})
    bands = {
        "1 pF": {"1000000", "5000000"},
        "10 pF": {"100000", "1000000", "5000000"},
        "100 pF": {"100000", "1000000", "5000000"},
        "1 nF": {"100000", "1000000", "5000000"},
        "10 nF": {"1000", "10000", "100000"},
        "100 nF": {"1000", "10000"},
    }
    assert found == {(name, hertz) for name, band in bands.items() for hertz in band}


def test_the_capacitor_of_the_value_and_the_frequency_is_chosen(
    plan: list[Point], uut: Uut, capacitors: dict[str, list[Candidate]]
) -> None:
    for point in plan:
        setup = ITEM.choose(point, capacitors, uut, {})
        nominal = point.range.replace(" ", "").removesuffix("F")
        assert setup.standards["standard"].name == nominal
        assert setup.settings["open"]["frequencies"] == "1000 10000 100000 1000000 5000000"


def test_a_better_capacitor_of_the_same_value_is_preferred(
    plan: list[Point], uut: Uut, capacitors: dict[str, list[Candidate]]
) -> None:
    ten = capacitors["standard"][1].standard
    better = msgspec.structs.replace(
        ten,
        values=tuple(msgspec.structs.replace(v, expanded_uncertainty=Decimal("1e-15")) for v in ten.values),
    )
    both = {"standard": [*capacitors["standard"], Candidate("better", better)]}
    assert ITEM.choose(at(plan, "MFCMU/10 pF/1 MHz"), both, uut, {}).standards["standard"].name == "better"


def test_what_no_capacitor_is_certified_for_is_refused_and_says_so(
    plan: list[Point], uut: Uut, capacitors: dict[str, list[Candidate]]
) -> None:
    without = {"standard": [c for c in capacitors["standard"] if c.name != "1n"]}
    with pytest.raises(StandardRefused) as refused:
        ITEM.choose(at(plan, "MFCMU/1 nF/5 MHz"), without, uut, {})
    assert f"1{NBSP}nF" in str(refused.value.what)
    assert f"5{NBSP}MHz" in str(refused.value.what)


def test_a_capacitor_that_is_certified_too_coarsely_is_refused(
    plan: list[Point], uut: Uut, capacitors: dict[str, list[Candidate]]
) -> None:
    ten = capacitors["standard"][1].standard
    coarse = msgspec.structs.replace(
        ten,
        values=tuple(msgspec.structs.replace(v, expanded_uncertainty=Decimal("2e-14")) for v in ten.values),
    )
    with pytest.raises(StandardRefused) as refused:
        ITEM.choose(at(plan, "MFCMU/10 pF/1 MHz"), {"standard": [Candidate("coarse", coarse)]}, uut, {})
    assert "0.10 %" in str(refused.value.what)


def test_a_frequency_outside_the_band_of_the_value_is_refused(
    uut: Uut, capacitors: dict[str, list[Candidate]]
) -> None:
    asked = {"module": "MFCMU", "range": "10 nF", "setpoint": "1e-8", "settings": {"frequency": "1000000"}}
    [point] = ITEM.plan(uut, msgspec.convert({"id": ID, "points": [asked]}, JobItem, strict=False))
    ten = capacitors["standard"][4].standard
    there = msgspec.structs.replace(
        ten, values=(msgspec.structs.replace(ten.values[0], frequency=Decimal(1_000_000)),)
    )
    with pytest.raises(StandardRefused) as refused:
        ITEM.choose(point, {"standard": [Candidate("there", there)]}, uut, {})
    assert f"100{NBSP}kHz" in str(refused.value.what)


def test_a_point_without_a_frequency_is_refused(uut: Uut) -> None:
    asked = {"module": "MFCMU", "range": "10 nF", "setpoint": "1e-8"}
    with pytest.raises(BadInput) as refused:
        ITEM.plan(uut, msgspec.convert({"id": ID, "points": [asked]}, JobItem, strict=False))
    assert "frequency" in str(refused.value.what)


# --- evaluation
def test_example_c6_through_the_code_that_calibrates(
    plan: list[Point], uut: Uut, capacitors: dict[str, list[Candidate]]
) -> None:
    standard = capacitors["standard"][1].standard
    value = next(v for v in standard.values if v.frequency == 1_000_000)
    value = msgspec.structs.replace(value, value=Decimal("1e-11"), expanded_uncertainty=Decimal("5e-15"))
    printed = msgspec.structs.replace(standard, values=(value,))
    readings = tuple(Reading(raw=f"{pf}E-12", value=float(pf) * 1e-12, unit="F") for pf in TABLE_C11)
    point = at(plan, "MFCMU/10 pF/1 MHz")
    observation = Observation(point=point, readings={"uut": readings}, room=Room(temperature=23.0, u=0.25))
    result = result_of(ITEM.evaluate(observation, {"standard": printed}, uut))
    assert result.u == pytest.approx(0.0250, abs=2e-4), "recomputed; the annex prints 0.028 %"
    assert pytest.approx(0.0500, abs=4e-4) == result.U
    # What remains of open and short is corrected: half of 0.1 fF, and 40 ppm for 1 nH.
    left = 5e-17 / 1e-11 + (2 * math.pi * 1e6) ** 2 * 1e-9 * 1e-11
    assert result.error == pytest.approx(100 * (1.02e-4 + left), abs=1e-5)
    assert result.budget[0].symbol == "C"
    assert sum(line.share for line in result.budget if line.symbol not in ("C", "C_m")) < 0.01
    assert result.statement["range"] == f"10{NBSP}pF,{NBSP}1{NBSP}MHz"
    assert not result.statement["indication"].startswith("+")


def test_the_standard_is_taken_at_the_temperature_of_the_room(
    plan: list[Point], uut: Uut, capacitors: dict[str, list[Candidate]]
) -> None:
    readings = tuple(Reading(raw="1.0E-11", value=1e-11, unit="F") for _ in range(3))
    standards = {"standard": capacitors["standard"][1].standard}
    errors = []
    for celsius in (23.0, 25.0):
        observation = Observation(
            point=at(plan, "MFCMU/10 pF/1 MHz"),
            readings={"uut": readings},
            room=Room(temperature=celsius, u=0.25),
        )
        errors.append(result_of(ITEM.evaluate(observation, standards, uut)).error)
    assert errors[0] - errors[1] == pytest.approx(100 * 2 * 20e-6, rel=1e-3)


# --- at the virtual bench
@pytest.mark.parametrize("key", ["MFCMU/1 pF/1 MHz", "MFCMU/1 nF/5 MHz", "MFCMU/100 nF/1 kHz"])
def test_the_error_is_the_one_that_the_bench_hides(bench: SignalBench, key: str) -> None:
    point = at(bench.plan(ID), key)
    outcome, operator = bench.run(ID, point)
    result = result_of(outcome)
    hidden = bench.truth.uut["MFCMU"][f"measure.{point.range}"]
    read = float(result.indication)
    true = (read - hidden.offset) / (1 + hidden.gain_error)
    assert abs(result.error - 100 * (read / true - 1)) <= 2 * result.U
    assert [key.split("/")[1] for key in operator.wired] == ["open", "short", "standard"]
    before, after = operator.readings["open"]
    assert 1e-13 < before.value < 2e-13, "the stray capacitance is recorded, uncorrected"
    assert abs(after.value) < 1e-15
    assert operator.readings["short"][0].value < 0, "a short circuit is inductive"


def test_the_corrections_are_taken_once_and_again_when_they_are_old(bench: SignalBench) -> None:
    plan = bench.plan(ID, readings=3)
    _, first = bench.run(ID, at(plan, "MFCMU/10 pF/100 kHz"))
    _, second = bench.run(ID, at(plan, "MFCMU/10 nF/1 kHz"))
    assert len(first.wired) == 3
    assert len(second.wired) == 1
    assert "open" not in second.readings
    bench.pass_time(STALE)
    _, third = bench.run(ID, at(plan, "MFCMU/10 pF/100 kHz"))
    assert len(third.wired) == 3
    assert abs(third.readings["open"][0].value) > 1e-13, "the old corrections are gone before"


@pytest.mark.parametrize(
    ("role", "taken", "said"), [("open", "c10p", "not open"), ("short", "open", "not short")]
)
def test_what_is_not_open_or_not_shorted_is_found_out(
    bench: SignalBench, role: str, taken: str, said: str
) -> None:
    point = at(bench.plan(ID), "MFCMU/10 pF/100 kHz")
    with pytest.raises(WrongInstrument) as refused:
        bench.run(ID, point, instead={role: taken})
    assert said in str(refused.value.what)
    meter = bench.capacitance_meter()
    assert math.isinf(meter.correction_age("MFCMU", frequency=Decimal(100_000)))


def test_another_capacitor_is_found_out(bench: SignalBench) -> None:
    point = at(bench.plan(ID), "MFCMU/10 pF/100 kHz")
    with pytest.raises(WrongInstrument) as refused:
        bench.run(ID, point, instead={"standard": "c100p"})
    assert "Standard capacitor 10 pF" in str(refused.value.what)
