"""Plans: low, middle and high of each range inside the scope, or what the work order asks for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from benchtui.errors import BadInput
from benchtui.procedures.base import Point
from benchtui.procedures.semiconductor.plans import planned
from benchtui.profiles import JobItem, JobPoint, Uut, find, load

PICO_TO_MICRO = (Decimal("1e-12"), Decimal("1e-5"))


@pytest.fixture
def uut() -> Uut:
    return load(find("uut", "keysight-b1505a-complete"), Uut)


def plan(uut: Uut, **order: Any) -> list[Point]:
    return planned(
        uut,
        JobItem(id="x", **order),
        "current_output",
        "A",
        PICO_TO_MICRO,
        lambda span: span.voltage_limit,
        spans=(Decimal(0), PICO_TO_MICRO[1]),
    )


def test_points_stay_inside_the_scope_and_are_told_apart(uut: Uut) -> None:
    points = plan(uut)
    assert len({point.key for point in points}) == len(points)
    assert all(PICO_TO_MICRO[0] <= abs(Decimal(point.setpoint)) <= PICO_TO_MICRO[1] for point in points)
    assert all(Decimal(point.span) <= PICO_TO_MICRO[1] for point in points)
    smallest = [point.key for point in points if point.range == "1 pA"]
    assert smallest == ["HRSMU/1 pA/+1 pA", "HRSMU/1 pA/-1 pA"], "0.1 pA is below the scope"


def test_a_work_order_may_ask_for_points_of_its_own_in_its_own_order(uut: Uut) -> None:
    asked = [
        JobPoint(module="HRSMU", range="1 nA", setpoint=Decimal("-2e-10")),
        JobPoint(module="MPSMU", range="10 nA", setpoint=Decimal("5e-9"), settings={"width": "0.001"}),
    ]
    points = plan(uut, points=tuple(asked))
    assert [point.key for point in points] == ["HRSMU/1 nA/-200 pA", "MPSMU/10 nA/+5 nA"]
    assert points[1].settings == {"width": "0.001"}


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ({"modules": ("MFCMU",)}, "MFCMU"),
        ({"ranges": ("7 A",)}, "7 A"),
        ({"points": (JobPoint(module="HRSMU", range="2 nA", setpoint=Decimal("1e-9")),)}, "2 nA"),
        ({"points": (JobPoint(module="HRSMU", range="1 nA", setpoint=Decimal("1.5e-9")),)}, "1.5"),
        ({"points": (JobPoint(module="HRSMU", range="1 pA", setpoint=Decimal("1e-13")),)}, "100"),
    ],
)
def test_what_the_unit_under_test_does_not_have_is_refused(
    uut: Uut, order: dict[str, Any], said: str
) -> None:
    with pytest.raises(BadInput, match=said) as refused:
        plan(uut, **order)
    assert str(refused.value.hint)


def test_an_item_that_finds_no_range_is_refused() -> None:
    voltages_only = load(find("uut", "keysight-b1505a"), Uut)
    voltages_only = msgspec.structs.replace(
        voltages_only,
        modules=tuple(msgspec.structs.replace(module, current_output=()) for module in voltages_only.modules),
    )
    with pytest.raises(BadInput, match="nothing from"):
        plan(voltages_only)
