"""What a module of the unit under test can drive: ranges and limits for an item that needs it as a source."""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol, runtime_checkable

from benchtui.errors import BadInput
from benchtui.i18n import N_, text
from benchtui.procedures.base import Point
from benchtui.profiles import Module, ModuleRange, Uut
from benchtui.roles import CurrentSource, MeasureUnit, VoltageSource

HEADROOM = Decimal("1.1")
"""A limit lies by this factor above what is expected: enough for errors and leads, and no more."""


@runtime_checkable
class CurrentForcingUnit(CurrentSource, MeasureUnit, Protocol):
    """A unit under test that drives a current and measures the voltage at its output."""


@runtime_checkable
class VoltageForcingUnit(VoltageSource, MeasureUnit, Protocol):
    """A unit under test that puts out a voltage and measures the current that flows."""


def module_of(uut: Uut, point: Point) -> Module:
    """Return the module of *point*. Raises ``BadInput`` if the profile has lost it."""
    for module in uut.modules:
        if module.name == point.module:
            return module
    raise BadInput(
        text(N_("The unit under test has no module {name} for this item."), name=point.module),
        where=point.key,
        hint=text(N_("The profile of the unit under test was changed after the plan was made.")),
    )


def largest_current(module: Module) -> Decimal:
    """Return the largest current that *module* drives, in amperes; 0 if it drives none."""
    return max((span.reach for span in module.current_output), default=Decimal(0))


def current_range(uut: Uut, module: str, amperes: Decimal) -> ModuleRange | None:
    """Return the smallest current range of *module* that holds *amperes*; None if none does."""
    found = [
        span
        for one in uut.modules
        if one.name == module
        for span in one.current_output
        if span.reach >= abs(amperes)
    ]
    return min(found, key=lambda span: span.span, default=None)


def voltage_range(uut: Uut, module: str, volts: Decimal) -> ModuleRange | None:
    """Return the smallest voltage range of *module* that holds *volts*; None if none does."""
    found = [
        span
        for one in uut.modules
        if one.name == module
        for span in one.voltage_output
        if span.reach >= abs(volts)
    ]
    return min(found, key=lambda span: span.span, default=None)


def voltage_limit(uut: Uut, point: Point) -> Decimal:
    """Return the voltage limit for a current that makes the voltage of *point*: a tenth more, if the module has it."""
    wanted = HEADROOM * abs(Decimal(point.setpoint))
    most = max((span.reach for span in module_of(uut, point).voltage_output), default=wanted)
    return min(wanted, most).normalize()
