"""Plans of items that are calibrated at nominal values and not at parts of a range: frequencies, capacitances."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Literal

import msgspec

from benchtui.errors import BadInput
from benchtui.i18n import N_, text
from benchtui.procedures.base import Point, Result
from benchtui.procedures.semiconductor.plans import planned
from benchtui.profiles import JobItem, JobPoint, Module, ModuleRange, Uut
from benchtui.quantity import engineering

LEVEL = "0.25"
"""Volts rms of a test signal where the work order names no level: the most that units of this class put out."""
LEVELS = (Decimal("0.01"), Decimal(10))
"""JJF 2009—2022, 4: levels of the test signal, V."""


def at_nominal(
    uut: Uut,
    item: JobItem,
    function: Literal["frequencies", "capacitances"],
    unit: str,
    scope: tuple[Decimal, Decimal],
    settings: Callable[[Module, ModuleRange], list[dict[str, str]]],
) -> list[Point]:
    """Return a point for each nominal value of *function*, or what the work order asks for.

    Parameters
    ----------
    function, unit, scope
        As for :func:`~benchtui.procedures.semiconductor.plans.planned`.
    settings
        Gives what else is set at the points of a nominal value: one point for each.

    Raises
    ------
    BadInput
        The work order names a module, a range or a point that the unit under test does not have, or a level that
        is none of this item.
    """
    asked = item.points or tuple(
        JobPoint(module=module.name, range=nominal.name, setpoint=nominal.span, settings=one)
        for module in uut.modules
        if not item.modules or module.name in item.modules
        for nominal in getattr(module, function)
        if (not item.ranges or nominal.name in item.ranges) and scope[0] <= nominal.span <= scope[1]
        for one in settings(module, nominal)
    )
    order = msgspec.structs.replace(item, points=asked)
    points = planned(uut, order, function, unit, scope, lambda _: LEVELS[1], settings={"level": LEVEL})
    if not asked:
        raise BadInput(
            text(N_("The unit under test has no point of this item at which it could be calibrated.")),
            where=item.id,
            hint=text(N_("Complete its profile: nominal values, and the frequencies of its test signal.")),
        )
    for point in points:
        number(point, "level", "V", LEVELS)
    return points


def number(point: Point, name: str, unit: str, scope: tuple[Decimal, Decimal]) -> Decimal:
    """Return the setting *name* of *point*. Raises ``BadInput`` if it is missing, no number, or outside *scope*."""
    found = point.settings.get(name, "")
    try:
        value = Decimal(found)
    except ArithmeticError:
        value = Decimal("NaN")
    if value.is_finite() and scope[0] <= value <= scope[1]:
        return value
    raise BadInput(
        text(N_("The point has no usable {name}: {found}."), name=name, found=found or "-"),
        where=point.key,
        hint=text(
            N_("Give {name} in the point's settings, {low} to {high}."),
            name=name,
            low=engineering(scope[0], unit),
            high=engineering(scope[1], unit),
        ),
    )


def without_sign(found: Result) -> Result:
    """Return *found* with cells of values that have no sign printed without one: frequencies, capacitances."""
    cells = {
        key: cell.removeprefix("+") if key in ("setpoint", "standard", "indication") else cell
        for key, cell in found.statement.items()
    }
    return msgspec.structs.replace(found, statement=cells)
