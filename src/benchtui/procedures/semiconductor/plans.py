"""Plans of JJF 2009—2022: low, middle and high of each range, or what the work order asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Literal

from benchtui.errors import BadInput
from benchtui.i18n import N_, text
from benchtui.procedures.base import Point
from benchtui.profiles import JobItem, JobPoint, Module, ModuleRange, Uut
from benchtui.quantity import NBSP, engineering, plain

FRACTIONS = (Decimal("0.1"), Decimal("0.5"), Decimal("0.9"))
"""Low, middle and high of a range: JJF 2009—2022, 6.2 to 6.6 ask for at least these three."""

Function = Literal[
    "voltage_output", "voltage_measurement", "current_output", "current_measurement", "pulsed_current",
    "frequencies", "capacitances",
]  # fmt: skip
"""The lists of ranges that a module of a unit under test may have."""

Limit = Callable[[ModuleRange], Decimal]


def planned(
    uut: Uut,
    item: JobItem,
    function: Function,
    unit: str,
    scope: tuple[Decimal, Decimal],
    limit: Limit,
    *,
    spans: tuple[Decimal, Decimal] | None = None,
    settings: dict[str, str] | None = None,
) -> list[Point]:
    """Return the points of an item in the order in which they are measured.

    Parameters
    ----------
    function, unit
        Which ranges of the modules are calibrated, and their base unit.
    scope
        Smallest and largest magnitude of the item. A point outside is moved to its edge; points that coincide
        count once.
    limit
        Gives what a range is limited to while it sources: amperes for volts, volts for amperes.
    spans
        Full scales that belong to the item: greater than the first, not greater than the second; None: all that
        reach into the scope.
    settings
        What else is set at each point.

    Raises
    ------
    BadInput
        The work order names a module, a range or a point that the unit under test does not have.
    """
    ranges = list(_ranges(uut, item, function, unit, scope, spans))
    if item.points:
        return [_asked(item, asked, ranges, unit, scope, limit, settings or {}) for asked in item.points]
    points = []
    for module, span in ranges:
        magnitudes = sorted({min(max(f * span.reach, scope[0]), scope[1], span.reach) for f in FRACTIONS})
        points += [
            _point(module, span, value, unit, limit, item.readings, settings or {})
            for value in (*magnitudes, *(-m for m in magnitudes))
        ]
    return points


def _ranges(
    uut: Uut,
    item: JobItem,
    function: Function,
    unit: str,
    scope: tuple[Decimal, Decimal],
    spans: tuple[Decimal, Decimal] | None,
) -> Iterator[tuple[Module, ModuleRange]]:
    able = {module.name for module in uut.modules if getattr(module, function)}
    for name in item.modules:
        if name not in able:
            raise BadInput(
                text(N_("The unit under test has no module {name} for this item."), name=name),
                where=item.id,
                hint=text(N_("Modules: {known}."), known=", ".join(sorted(able))),
            )
    found = [
        (module, span)
        for module in uut.modules
        if not item.modules or module.name in item.modules
        for span in getattr(module, function)
        if span.span >= scope[0] and (spans is None or spans[0] < span.span <= spans[1])
    ]
    known = {span.name for _, span in found}
    for name in item.ranges:
        if name not in known:
            raise BadInput(
                text(N_("The unit under test has no range {name} for this item."), name=name),
                where=item.id,
                hint=text(N_("Ranges: {known}."), known=", ".join(sorted(known))),
            )
    if not found:
        raise BadInput(
            text(
                N_("The unit under test has nothing from {low} to {high} for this item."),
                low=engineering(scope[0], unit),
                high=engineering(scope[1], unit),
            ),
            where=item.id,
            hint=text(
                N_("Leave the item out of the work order, or complete the profile of the unit under test.")
            ),
        )
    yield from ((module, span) for module, span in found if not item.ranges or span.name in item.ranges)


def _asked(
    item: JobItem,
    asked: JobPoint,
    ranges: list[tuple[Module, ModuleRange]],
    unit: str,
    scope: tuple[Decimal, Decimal],
    limit: Limit,
    settings: dict[str, str],
) -> Point:
    for module, span in ranges:
        if (module.name, span.name) == (asked.module, asked.range):
            break
    else:
        raise BadInput(
            text(
                N_("The unit under test has no range {range} in module {module} for this item."),
                range=asked.range,
                module=asked.module,
            ),
            where=item.id,
            hint=text(N_("Ranges: {known}."), known=", ".join(f"{m.name} {s.name}" for m, s in ranges)),
        )
    high = min(scope[1], span.reach)
    if not scope[0] <= abs(asked.setpoint) <= high:
        raise BadInput(
            text(N_("{value} is outside the range of this item."), value=engineering(asked.setpoint, unit)),
            where=f"{item.id} {asked.module} {asked.range}",
            hint=text(
                N_("It goes from {low} to {high}."),
                low=engineering(scope[0], unit),
                high=engineering(high, unit),
            ),
        )
    return _point(module, span, asked.setpoint, unit, limit, item.readings, settings | asked.settings)


def _point(
    module: Module,
    span: ModuleRange,
    value: Decimal,
    unit: str,
    limit: Limit,
    readings: int,
    settings: dict[str, str],
) -> Point:
    set_text = plain(value.normalize())
    # A key is typed and compared: no true minus and no no-break space in it.
    name = set_text if unit == "V" else engineering(abs(value), unit).replace(NBSP, " ")
    sign = "+" if value > 0 else "" if unit == "V" else "-"
    return Point(
        key=f"{module.name}/{span.name}/{sign}{name}",
        module=module.name,
        range=span.name,
        span=plain(span.span),
        setpoint=set_text,
        unit=unit,
        limit=plain(limit(span)),
        readings=readings,
        settings=settings,
    )
