"""Pulsed current: plan, choice, wiring, the specification's example, and the virtual bench with its mistakes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal

import msgspec
import numpy as np
import pytest
from tests.procedures.item_on_bench import result_of
from tests.procedures.signal_bench import SignalBench

from benchtui.errors import (
    BadInput,
    InstrumentFailure,
    NoReply,
    NotSettled,
    OutOfRange,
    StandardRefused,
    WrongInstrument,
)
from benchtui.procedures.base import Candidate, Observation, Point, Result, Setup
from benchtui.procedures.catalogue import procedure
from benchtui.procedures.semiconductor.flat_top import top_of
from benchtui.procedures.semiconductor.pulse_standards import check_shunt, digitizer_range, pulse_resistance
from benchtui.profiles import JobItem, Standard, Uut, find, load
from benchtui.quantity import NBSP, Reading, Waveform

ID = "pulsed-current"
ITEM = procedure(ID)
SHUNTS = ("0r005", "0r01", "0r1", "1r")
TABLE_C9 = (
    "299.9850", "299.9865", "299.9859", "299.9855", "299.9852", "299.9830", "299.9822", "299.9844", "299.9852",
    "299.9868",
)  # fmt: skip


@pytest.fixture
def uut() -> Uut:
    return load(find("uut", "keysight-b1505a-complete"), Uut)


@pytest.fixture
def plan(uut: Uut) -> list[Point]:
    return ITEM.plan(uut, JobItem(id=ID))


@pytest.fixture
def digitizer() -> Standard:
    return load(find("standards", "dmm7510"), Standard)


@pytest.fixture
def candidates(digitizer: Standard) -> dict[str, list[Candidate]]:
    return {
        "shunt": [Candidate(n, load(find("standards", f"pulse-shunt-{n}"), Standard)) for n in SHUNTS],
        "digitizer": [Candidate("digitizer", digitizer)],
    }


@pytest.fixture
def bench() -> Iterator[SignalBench]:
    with closing(SignalBench()) as bench:
        yield bench


def at(plan: list[Point], key: str) -> Point:
    return next(point for point in plan if point.key == key)


# --- plan
def test_each_range_is_pulsed_in_both_polarities_with_a_width_that_it_bears(
    plan: list[Point], uut: Uut
) -> None:
    spans = {(m.name, s.name): s for m in uut.modules for s in m.pulsed_current}
    assert {(p.module, p.range) for p in plan} == set(spans)
    for point in plan:
        width = Decimal(point.settings["width"])
        assert Decimal("0.00025") <= width <= spans[point.module, point.range].longest_pulse
        assert 10 <= abs(Decimal(point.setpoint)) <= 1500
    assert sorted(Decimal(p.setpoint) for p in plan) == sorted(-Decimal(p.setpoint) for p in plan)
    assert len({p.key for p in plan}) == len(plan)


def test_a_work_order_can_ask_for_the_same_current_in_two_widths(uut: Uut) -> None:
    asked = [
        {"module": "UHCU", "range": "500 A", "setpoint": "300", "settings": {"width": width}}
        for width in ("0.00025", "0.001")
    ]
    order = msgspec.convert({"id": ID, "points": asked}, JobItem, strict=False)
    keys = [point.key for point in ITEM.plan(uut, order)]
    assert keys == ["UHCU/500 A/+300 A/250 µs", "UHCU/500 A/+300 A/1 ms"]


@pytest.mark.parametrize("width", ["0.0001", "0.002", "wide", "NaN"])
def test_a_width_beyond_the_item_or_the_range_is_refused(uut: Uut, width: str) -> None:
    asked = {"module": "UHCU", "range": "500 A", "setpoint": "300", "settings": {"width": width}}
    order = msgspec.convert({"id": ID, "points": [asked]}, JobItem, strict=False)
    with pytest.raises(BadInput) as refused:
        ITEM.plan(uut, order)
    assert width in str(refused.value.what)
    assert "250" in str(refused.value.hint)


# --- choice
@pytest.mark.parametrize(
    ("key", "shunt", "span"),
    [
        ("UHCU/2000 A/+1.35 kA/500 µs", "0r005", "10"),
        ("UHCU/500 A/-450 A/1 ms", "0r01", "10"),
        ("UHCU/500 A/+50 A/1 ms", "0r1", "10"),
    ],
)
def test_shunt_and_range_are_chosen_for_the_smallest_u(
    plan: list[Point], uut: Uut, candidates: dict[str, list[Candidate]], key: str, shunt: str, span: str
) -> None:
    point = at(plan, key)
    setup = ITEM.choose(point, candidates, uut, {})
    assert setup.standards["shunt"].name == shunt
    assert setup.settings["digitizer"]["span"] == span
    assert setup.settings["digitizer"]["rate"] == "1000000"
    others = []
    for other in candidates["shunt"]:
        alone = {**candidates, "shunt": [other]}
        try:
            found = ITEM.choose(point, alone, uut, {})
        except StandardRefused:
            continue
        others.append(_u(found))
    assert _u(setup) == min(others)


def _u(setup: Setup) -> float:
    assert setup.reason is not None
    return float(str(setup.reason.args["u"]))


def test_source_and_shunt_are_given_time_to_cool(
    plan: list[Point], uut: Uut, candidates: dict[str, list[Candidate]]
) -> None:
    point = at(plan, "UHCU/2000 A/+1.35 kA/500 µs")
    setup = ITEM.choose(point, candidates, uut, {})
    pause, joules = float(setup.settings["uut"]["pause"]), 1350**2 * 0.005 * 5e-4
    assert pause >= 5e-4 / 0.001, "the duty of the range"
    assert joules / pause <= 0.1 * 20, "a tenth of what the shunt is rated for"


def test_no_shunt_takes_more_than_half_of_the_voltage_limit(
    plan: list[Point], uut: Uut, candidates: dict[str, list[Candidate]]
) -> None:
    for point in plan:
        setup = ITEM.choose(point, candidates, uut, {})
        nominal = Decimal(setup.settings["shunt"]["nominal"])
        assert nominal * abs(Decimal(point.setpoint)) <= Decimal(point.limit) / 2


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"expanded_uncertainty": Decimal("0.00002")}, "0.15"),
        ({"power_rating": Decimal(5)}, "10"),
        ({"bandwidth": Decimal(5000)}, "10"),
        ({"current_rating": Decimal(200)}, "200"),
        ({"bandwidth": Decimal(12_000), "nominal": Decimal("0.01")}, "settle"),
    ],
)
def test_a_shunt_that_does_not_meet_its_row_is_refused(
    uut: Uut, changed: dict[str, Decimal], said: str
) -> None:
    asked = {"module": "UHCU", "range": "500 A", "setpoint": "300", "settings": {"width": "0.00025"}}
    point = ITEM.plan(uut, msgspec.convert({"id": ID, "points": [asked]}, JobItem, strict=False))[0]
    shunt = load(find("standards", "pulse-shunt-0r01"), Standard)
    assert pulse_resistance(shunt, point).nominal == Decimal("0.01")
    weak = msgspec.structs.replace(shunt, values=(msgspec.structs.replace(shunt.values[0], **changed),))
    with pytest.raises(StandardRefused) as refused:
        pulse_resistance(weak, point)
    assert said in str(refused.value.what)


@pytest.mark.parametrize(
    ("changed", "volts", "said"),
    [
        ({"ppm_of_reading": Decimal(8000)}, "3", "0.7"),
        ({"fastest": Decimal(50_000)}, "3", "1\u00a0MHz"),
        ({}, "0.05", "100\u00a0mV"),
        ({}, "25", "20\u00a0V"),
    ],
)
def test_a_digitizer_that_does_not_meet_its_row_is_refused(
    digitizer: Standard, changed: dict[str, Decimal], volts: str, said: str
) -> None:
    weak = msgspec.structs.replace(
        digitizer, ranges=tuple(msgspec.structs.replace(row, **changed) for row in digitizer.ranges)
    )
    with pytest.raises(StandardRefused) as refused:
        digitizer_range(weak, Decimal(volts))
    assert said in str(refused.value.what)


def test_the_slow_digitizer_that_ships_is_refused_and_says_why() -> None:
    with pytest.raises(StandardRefused) as refused:
        digitizer_range(load(find("standards", "34470a"), Standard), Decimal(3))
    assert "50" in str(refused.value.what)


# --- wiring
def test_figure_10_has_four_terminals_and_asks_for_the_interlock_above_42_v(
    plan: list[Point], uut: Uut, candidates: dict[str, list[Candidate]]
) -> None:
    keys = set()
    for point in plan:
        wiring = ITEM.wiring(ITEM.choose(point, candidates, uut, {}))
        ends = {(t.role, t.terminal) for lead in wiring.connections for t in (lead.start, lead.end)}
        assert {("shunt", "a"), ("shunt", "b"), ("shunt", "pa"), ("shunt", "pb")} < ends
        assert wiring.figure == "10"
        assert wiring.amperes == abs(float(point.setpoint))
        assert wiring.interlock == (Decimal(point.limit) > 42)
        keys.add(wiring.key)
    assert len(keys) >= 4, "another shunt is another wiring"


# --- evaluation
def waveform(level: float, seed: int = 0, *, noise: float = 3e-6, droop: float = 0.0) -> Waveform:
    """A pulse of 1 ms to *level* volts, sampled at 1 MHz in the 10 V range."""
    t = np.arange(-300, 1300, dtype=np.float64)
    shape = np.clip(t / 20, 0, 1) - np.clip((t - 1000) / 20, 0, 1)
    shape *= 1 - 4e-3 * np.exp(-np.maximum(t - 20, 0) / 40) - droop * t / 1000
    values = level * shape + noise * np.random.default_rng(seed).standard_normal(t.size)
    return Waveform(
        raw="", values=tuple(values.tolist()), unit="V", start=-3e-4, step=1e-6, step_unit="s", span=10.0
    )


def example(uut: Uut) -> tuple[Point, dict[str, Standard]]:
    """Return the point of C.5, and the standards with the limits that it prints."""
    asked = {"module": "UHCU", "range": "500 A", "setpoint": "300", "settings": {"width": "0.001"}}
    point = ITEM.plan(uut, msgspec.convert({"id": ID, "points": [asked]}, JobItem, strict=False))[0]
    shunt = load(find("standards", "pulse-shunt-0r01"), Standard)
    # ±0.15 %, a rectangle: the same u as of a certificate with U = 2·a/√3.
    value = msgspec.structs.replace(
        shunt.values[0],
        value=Decimal("0.01"),
        expanded_uncertainty=Decimal(repr(2 * 1.5e-5 / math.sqrt(3))),
        ppm_per_kelvin=Decimal(0),
    )
    digitizer = load(find("standards", "dmm7510"), Standard)
    ranges = tuple(
        msgspec.structs.replace(
            row, ppm_of_reading=Decimal(7000), ppm_of_range=Decimal(0), resolution=Decimal("1e-9")
        )
        for row in digitizer.ranges
    )
    return point, {
        "shunt": msgspec.structs.replace(shunt, values=(value,)),
        "digitizer": msgspec.structs.replace(digitizer, ranges=ranges),
    }


def evaluated(
    uut: Uut, point: Point, standards: dict[str, Standard], waveforms: tuple[Waveform, ...]
) -> Result:
    observation = Observation(
        point=point,
        readings={"uut": tuple(Reading(raw=amperes, value=float(amperes), unit="A") for amperes in TABLE_C9)},
        waveforms={"digitizer": waveforms},
        settings={"shunt": {"nominal": "0.01"}, "digitizer": {"span": "10", "rate": "1000000"}},
    )
    return result_of(ITEM.evaluate(observation, standards, uut))


def test_example_c5_through_the_code_that_calibrates(uut: Uut) -> None:
    point, standards = example(uut)
    waveforms = tuple(waveform(0.01 * float(amperes), n) for n, amperes in enumerate(TABLE_C9))
    result = evaluated(uut, point, standards, waveforms)
    assert result.standard == pytest.approx(299.98497, rel=1e-6)
    assert result.error == pytest.approx(100 * (300 / 299.98497 - 1), abs=1e-4)
    assert result.u == pytest.approx(0.413, abs=0.001), "recomputed; the annex prints 0.2 %"
    assert pytest.approx(0.827, abs=0.002) == result.U
    assert result.second is not None
    assert result.second.error == pytest.approx(0.0, abs=1e-4)
    assert pytest.approx(result.U, rel=1e-4) == result.second.U
    assert {line.symbol for line in result.budget if line.share > 0.01} == {"dV_spec", "R"}
    type_a = next(line for line in result.budget if line.symbol == "V_top")
    assert type_a.u == pytest.approx(2.99985 * 4.82e-6 / math.sqrt(10), rel=0.1), (
        "of the mean, not of one reading"
    )
    assert result.statement["range"] == f"500{NBSP}A,{NBSP}1{NBSP}ms"
    assert result.statement["resistance"].startswith("10.000")
    assert "measurement_error" in result.statement


def test_a_top_that_is_a_little_uneven_is_paid_for(uut: Uut) -> None:
    point, standards = example(uut)
    even = evaluated(uut, point, standards, (waveform(3.0),) * 10)
    uneven = evaluated(uut, point, standards, (waveform(3.0, droop=4e-4),) * 10)
    line = next(line for line in uneven.budget if line.symbol == "dV_flat")
    assert 1e-4 * 3.0 / math.sqrt(3) < line.u < 5e-4 * 3.0 / math.sqrt(3)
    assert uneven.u > even.u


def test_a_top_that_is_not_flat_stops_the_point_with_a_sentence_that_helps() -> None:
    with pytest.raises(NotSettled) as refused:
        top_of(waveform(3.0, droop=0.02), 1e-4, "UHCU/500 A/+300 A/1 ms")
    assert "not flat" in str(refused.value.what)
    assert "wider pulse" in str(refused.value.hint)
    assert refused.value.where == "UHCU/500 A/+300 A/1 ms"


def test_samples_over_range_stop_the_point() -> None:
    clipped = msgspec.structs.replace(waveform(3.0), flags=("over-range",))
    with pytest.raises(OutOfRange):
        top_of(clipped, 1e-4, "point")


def test_the_same_record_gives_the_same_bytes(uut: Uut) -> None:
    point, standards = example(uut)
    waveforms = tuple(waveform(3.0, n) for n in range(10))
    first, second = (msgspec.json.encode(evaluated(uut, point, standards, waveforms)) for _ in range(2))
    assert first == second


# --- at the virtual bench
@pytest.mark.parametrize(
    "key",
    [
        "HCSMU/20 A/+18 A/1 ms",
        "UHCU/500 A/-250 A/1 ms",
        "UHCU/2000 A/+1.35 kA/500 µs",
        "UHCU/500 A/+50 A/250 µs",
    ],
)
def test_both_errors_are_those_that_the_bench_hides(bench: SignalBench, key: str) -> None:
    module, span, _, width = key.split("/")
    amperes = {"+18 A": "18", "-250 A": "-250", "+1.35 kA": "1350", "+50 A": "50"}[key.split("/")[2]]
    seconds = {"1 ms": "0.001", "500 µs": "0.0005", "250 µs": "0.00025"}[width]
    asked = {"module": module, "range": span, "setpoint": amperes, "settings": {"width": seconds}}
    [point] = bench.plan(ID, points=[asked], readings=3)
    assert point.key == key
    outcome, operator = bench.run(ID, point)
    result = result_of(outcome)
    hidden = bench.truth.uut[module]
    true = hidden[f"pulse.{span}"].true_output(float(amperes))
    assert abs(result.error - 100 * (float(amperes) / true - 1)) <= 1.2 * result.U
    assert result.second is not None
    shown = hidden[f"pulse-measure.{span}"].true_output(true)
    assert abs(result.second.error - 100 * (shown / true - 1)) <= 1.2 * result.second.U
    waveforms = operator.waveforms["digitizer"]
    assert len(waveforms) == len(operator.readings["uut"]) == 3, "one pulse is one reading and one waveform"
    assert len(operator.waits) == 2, "a pause between two pulses"


@pytest.mark.parametrize(
    ("taken", "kind", "said"),
    [
        ("shunt10m", NoReply, "Pulse shunt 100 mΩ"),
        ("shunt1r", OutOfRange, "shunt of the drawing"),
    ],
)
def test_another_shunt_is_found_out(
    bench: SignalBench, taken: str, kind: type[InstrumentFailure], said: str
) -> None:
    asked = {"module": "UHCU", "range": "500 A", "setpoint": "50"}
    [point] = bench.plan(ID, points=[asked], readings=3)
    assert bench.setup(ID, point).standards["shunt"].name == "shunt100m"
    with pytest.raises(kind) as refused:
        bench.run(ID, point, instead={"shunt": taken})
    assert said in str(refused.value.hint)


def test_a_little_more_than_expected_is_another_shunt_too(
    plan: list[Point], uut: Uut, candidates: dict[str, list[Candidate]]
) -> None:
    setup = ITEM.choose(at(plan, "UHCU/500 A/+50 A/1 ms"), candidates, uut, {})
    check_shunt(setup, 5.3, 5.0, "point")
    with pytest.raises(WrongInstrument) as refused:
        check_shunt(setup, 11.0, 5.0, "point")
    assert f"220{NBSP}mΩ" in str(refused.value.hint)


def test_a_source_that_reaches_its_voltage_limit_stops_the_point(bench: SignalBench) -> None:
    asked = {"module": "UHCU", "range": "500 A", "setpoint": "450"}
    [point] = bench.plan(ID, points=[asked], readings=3)
    with pytest.raises(OutOfRange) as refused:
        bench.run(ID, point, instead={"shunt": "shunt1r"})
    assert "limit" in str(refused.value.what)
