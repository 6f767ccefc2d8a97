"""Sources that a person sets: what is to be set is asked for, and counts when it was typed as it stands at the panel.

Nobody could switch such a source off when the program ends, and no guardian stands behind it. It therefore stays at
levels that need none: up to 60 V DC and 10 A. A safe-off cannot reach it either; as long as it may be on, it says so
as a failure, and never that it is off.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal

import msgspec

from benchtui.errors import BadInput, InstrumentFailure
from benchtui.i18n import N_, Text, text
from benchtui.instruments.manual import HandTask, ManualInstrument
from benchtui.quantity import engineering
from benchtui.wiring import HAZARD_AMPERES, HAZARD_VOLTS

if TYPE_CHECKING:
    from benchtui.instruments.manual import Ask, HandSettings

Unit = Literal["V", "A"]
LARGEST: dict[Unit, Decimal] = {"V": Decimal(repr(HAZARD_VOLTS)), "A": Decimal(repr(HAZARD_AMPERES))}
"""The largest magnitude that a person may be asked to set."""


class _Level(msgspec.Struct, frozen=True):
    value: Decimal
    unit: Unit


class ManualSource(ManualInstrument):
    """A source of DC voltage or current that a person sets and switches."""

    def __init__(self, name: str, ask: Ask, settings: HandSettings | None = None) -> None:
        super().__init__(name, ask, settings)
        self._on: dict[str, _Level] = {}

    def compliance(self, module: str) -> bool:  # noqa: ARG002 - the role's signature
        """Return False: a level counts as set only when the person has seen that nothing limits it."""
        return False

    def zero(self, module: str) -> None:
        """Have a person set the output of *module* to zero, and type that it is."""
        level = self._on.get(module)
        if level is None:
            return
        title = text(
            N_("Set {name} to zero, then type the value that it shows as set, in {unit}"),
            name=self.name,
            unit=level.unit,
        )
        self._have_set(title, _Level(Decimal(0), level.unit), _module(module))
        del self._on[module]

    def confirm_off(self) -> None:
        """Have a person set to zero, and type so, whatever an earlier run left on. Raises ``Aborted``."""
        for module in tuple(self._on):
            self.zero(module)

    def safe_off(self) -> None:
        """Say so as long as it may be on: the program cannot switch it off, and nobody is asked here.

        Raises
        ------
        InstrumentFailure
            It was set to a level, and nobody has said since that it is at zero.
        """
        for level in self._on.values():
            raise InstrumentFailure(
                text(
                    N_("{name} is set by hand to {level}: the program cannot switch it off."),
                    name=self.name,
                    level=engineering(level.value, level.unit, sign=True),
                ),
                where=self.name,
                hint=text(N_("Set it to zero at its panel now, and switch its output off.")),
            )

    def _source(self, role: str, module: str, level: _Level, span: Decimal, limit: Text) -> None:
        spans = self._settings.spans.get(role, ())
        fitting = next((s for s in spans if span.is_finite() and s >= span), None) if spans else span
        if fitting is None or not level.value.is_finite() or abs(level.value) > span:
            raise BadInput(
                text(
                    N_("{value} is beyond the range of {span}."),
                    value=f"{level.value} {level.unit}",
                    span=f"{span} {level.unit}",
                ),
                where=self.name,
                hint=text(
                    N_("Known: {spans}."), spans=", ".join(engineering(s, level.unit) for s in spans) or "-"
                ),
            )
        if abs(level.value) > LARGEST[level.unit]:
            raise BadInput(
                text(
                    N_("A source that is set by hand may carry no more than {limit}, not {level}."),
                    limit=engineering(LARGEST[level.unit], level.unit),
                    level=engineering(level.value, level.unit),
                ),
                where=self.name,
                hint=text(
                    N_("Nobody could switch it off when the program ends: use a source with an address.")
                ),
            )
        # From here on it may be on, whatever comes of the question.
        self._on[module] = level
        title = text(
            N_("Set {name} to {level} and switch it on, then type the value that it shows as set, in {unit}"),
            name=self.name,
            level=engineering(level.value, level.unit, sign=True),
            unit=level.unit,
        )
        lines = (
            text(N_("Range: {span}"), span=engineering(fitting, level.unit)),
            limit,
            text(N_("It must not show that it limits.")),
            *_module(module),
        )
        self._have_set(title, level, lines)

    def _have_set(self, title: Text, level: _Level, lines: tuple[Text, ...]) -> None:
        """Ask until the very value was typed: a slip of the hand must not pass for a level."""
        task = HandTask(title, level.unit, lines)
        while float(level.value) != (typed := self._typed(task)).value:
            again = text(
                N_("{typed} was typed; {level} is to be set."),
                typed=typed.raw,
                level=engineering(level.value, level.unit, sign=True),
            )
            task = HandTask(title, level.unit, (again, *lines))


class ManualVoltageSource(ManualSource):
    """A source of DC voltage that a person sets."""

    def source_voltage(self, module: str, volts: Decimal, *, span: Decimal, current_limit: Decimal) -> None:
        """Have a person set *volts* and switch the output on.

        Raises
        ------
        BadInput
            *volts* is beyond *span*, beyond what may be set by hand, or the source has no such range.
        """
        limit = text(N_("Current limit: {limit}"), limit=engineering(current_limit, "A"))
        self._source("voltage_source", module, _Level(volts, "V"), span, limit)


class ManualCurrentSource(ManualSource):
    """A source of DC current that a person sets."""

    def source_current(self, module: str, amperes: Decimal, *, span: Decimal, voltage_limit: Decimal) -> None:
        """Have a person set *amperes* and switch the output on; raises as for a source of voltage."""
        limit = text(N_("Voltage limit: {limit}"), limit=engineering(voltage_limit, "V"))
        self._source("current_source", module, _Level(amperes, "A"), span, limit)


def _module(module: str) -> tuple[Text, ...]:
    return (text(N_("Module {module}"), module=module),) if module else ()
