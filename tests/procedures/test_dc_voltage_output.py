"""DC voltage output: the plan, the wiring, the budget against figures worked out by hand."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal

import msgspec
import pytest

from benchtui.errors import BadInput, StandardRefused
from benchtui.procedures.base import Observation, Point, Setup
from benchtui.procedures.semiconductor.dc_voltage_output import DcVoltageOutput
from benchtui.procedures.settling import at_rest
from benchtui.profiles import JobItem, Standard, Uut, find, load
from benchtui.quantity import NBSP, Reading

ITEM = DcVoltageOutput()


@pytest.fixture
def uut() -> Uut:
    return load(find("uut", "keysight-b1505a"), Uut)


@pytest.fixture
def standard() -> Standard:
    return load(find("standards", "3458a"), Standard)


@pytest.fixture
def plan(uut: Uut) -> list[Point]:
    return ITEM.plan(uut, JobItem(id=ITEM.id))


def test_each_range_has_low_middle_and_high_in_both_polarities(plan: list[Point], uut: Uut) -> None:
    for module in uut.modules:
        for span in module.voltage_output:
            volts = [Decimal(p.setpoint) for p in plan if (p.module, p.range) == (module.name, span.name)]
            assert len(volts) == 6
            assert sorted(volts) == sorted(-v for v in volts)
            assert all(Decimal("0.1") <= abs(v) <= min(span.span, Decimal(1000)) for v in volts)
            assert len({abs(v) for v in volts}) == 3
    assert len({p.key for p in plan}) == len(plan) == 54


def test_the_plan_can_be_restricted_to_a_module_and_names_those_that_exist(uut: Uut) -> None:
    assert {p.module for p in ITEM.plan(uut, JobItem(id=ITEM.id, modules=("HVSMU",)))} == {"HVSMU"}
    with pytest.raises(BadInput) as refused:
        ITEM.plan(uut, JobItem(id=ITEM.id, modules=("MFCMU",)))
    assert "HVSMU" in str(refused.value.hint)


def test_the_wiring_is_asked_again_before_hazardous_voltages(plan: list[Point]) -> None:
    keys = [ITEM.wiring(Setup(point=p)).key for p in plan]
    assert len(set(keys)) == 3
    for point in plan:
        wiring = ITEM.wiring(Setup(point=point))
        assert wiring.figure == "6"
        assert wiring.interlock == (float(point.span) > 42)
        assert wiring.volts >= abs(float(point.setpoint))
        ends = {(t.role, t.terminal) for lead in wiring.connections for t in (lead.start, lead.end)}
        assert ends == {("uut", "force"), ("uut", "common"), ("standard", "hi"), ("standard", "lo")}


def observed(plan: list[Point], key: str, values: list[float], span: float) -> Observation:
    point = next(p for p in plan if p.key == key)
    readings = tuple(Reading(raw=repr(v), value=v, unit="V", span=span) for v in values)
    return Observation(point=point, readings={"standard": readings})


def test_error_and_budget_at_10_v_agree_with_a_calculation_by_hand(
    plan: list[Point], uut: Uut, standard: Standard
) -> None:
    values = [10.001 + 1e-6 * d for d in (0, 3, -2, 1, -1, 2, -3, 0, 1, -1)]
    result = ITEM.evaluate(observed(plan, "MPSMU/20 V/+10", values, 10.0), {"standard": standard}, uut)
    mean = sum(values) / 10
    s = math.sqrt(sum((v - mean) ** 2 for v in values) / 9)
    limit = (8.0 * mean + 0.05 * 10.0) * 1e-6  # 1-year specification of the 10 V range, rectangular
    emf = 1e-6 / math.sqrt(6)  # two leads, each +-0.5 uV rectangular: triangular
    u_volts = math.sqrt(s**2 / 10 + limit**2 / 3 + (1e-7 / 2) ** 2 / 3 + emf**2)
    assert result.error == pytest.approx(100 * (10 / mean - 1), abs=1e-8)
    assert result.u == pytest.approx(100 * u_volts * 10 / mean**2, rel=1e-6)
    assert result.k == 2.0
    assert pytest.approx(2 * result.u) == result.U
    assert result.budget[0].symbol == "dV_spec"
    assert sum(line.share for line in result.budget) == pytest.approx(1.0)
    assert result.statement["setpoint"] == f"+10{NBSP}V"
    assert result.statement["error"].startswith("−0.01")


def test_readings_that_are_all_equal_still_have_an_uncertainty(
    plan: list[Point], uut: Uut, standard: Standard
) -> None:
    result = ITEM.evaluate(observed(plan, "MPSMU/2 V/+1", [1.0001] * 10, 1.0), {"standard": standard}, uut)
    meter = next(line for line in result.budget if line.symbol == "V_m")
    assert meter.u == pytest.approx(1e-8 / math.sqrt(12))


def test_scatter_that_dominates_gives_a_coverage_factor_from_student(
    plan: list[Point], uut: Uut, standard: Standard
) -> None:
    values = [10.0, 10.1, 9.9]
    result = ITEM.evaluate(observed(plan, "MPSMU/20 V/+10", values, 10.0), {"standard": standard}, uut)
    assert 2.0 <= result.nu_eff < 2.01
    assert result.k > 4


def test_the_same_record_gives_the_same_bytes(plan: list[Point], uut: Uut, standard: Standard) -> None:
    observation = observed(plan, "HVSMU/1500 V/-1000", [-1000.01 - 1e-4 * i for i in range(10)], 1000.0)
    first, second = (
        msgspec.json.encode(ITEM.evaluate(observation, {"standard": standard}, uut)) for _ in range(2)
    )
    assert first == second


def test_a_standard_that_is_too_weak_is_refused_at_the_point(plan: list[Point], standard: Standard) -> None:
    weak = msgspec.structs.replace(
        standard,
        ranges=tuple(msgspec.structs.replace(row, ppm_of_reading=Decimal(150)) for row in standard.ranges),
    )
    with pytest.raises(StandardRefused) as refused:
        ITEM.check_standard("standard", weak, plan[0])
    assert "0.01" in str(refused.value.what)


def test_a_standard_with_a_low_input_resistance_is_refused(plan: list[Point], standard: Standard) -> None:
    loading = msgspec.structs.replace(
        standard,
        ranges=tuple(
            msgspec.structs.replace(row, input_resistance=Decimal(1_000_000)) for row in standard.ranges
        ),
    )
    with pytest.raises(StandardRefused):
        ITEM.check_standard("standard", loading, plan[0])


def test_the_standard_that_ships_meets_its_row_at_every_point(plan: list[Point], standard: Standard) -> None:
    assert standard.certificate.due > date(2026, 1, 1)
    for point in plan:
        ITEM.check_standard("standard", standard, point)


@pytest.mark.parametrize(
    ("values", "rest"),
    [
        ([1.0, 1.0, 1.0, 1.0, 1.0], True),
        ([1.0, 1.000002, 0.999999, 1.000001, 1.0], True),
        ([1.0 - 0.1 * 0.5**i for i in range(5)], False),
        ([1.0 + 1e-5 * i for i in range(5)], False),
        ([1.0 + 1e-9 * i for i in range(5)], True),
    ],
)
def test_rest_is_a_slope_that_the_scatter_explains(values: list[float], rest: bool) -> None:
    assert at_rest(values) is rest
