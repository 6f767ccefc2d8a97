"""From a table profile to an instrument that fills just the roles for which the profile has a table."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast

from benchtui.instruments.table_digitizer import TableDigitizer
from benchtui.instruments.table_driver import TableInstrument
from benchtui.instruments.table_meter import (
    TableAmmeter,
    TableCounter,
    TableNullDetector,
    TableOhmmeter,
    TableVoltmeter,
)
from benchtui.instruments.table_source import TableCurrentSource, TableVoltageSource

if TYPE_CHECKING:
    from benchtui.clock import Clock
    from benchtui.instruments.profile import TableProfile

ROLES: dict[str, type[TableInstrument]] = {
    "voltage_source": TableVoltageSource,
    "current_source": TableCurrentSource,
    "null_detector": TableNullDetector,
    "voltmeter": TableVoltmeter,
    "ammeter": TableAmmeter,
    "ohmmeter": TableOhmmeter,
    "counter": TableCounter,
    "digitizer": TableDigitizer,
}
"""Table of a profile -> class that fills the role; sources first, so that their safe-off is the one that counts."""


def table_instrument(name: str, resource: str, profile: TableProfile, clock: Clock) -> TableInstrument:
    """Make the instrument that *profile* describes; it is not connected yet.

    It is of all the classes of :data:`ROLES` for which the profile has a table, and of no other, so that
    ``isinstance`` with a role tells the truth.

    Raises
    ------
    BadInput
        *resource* cannot be used.
    """
    roles = tuple(key for key in ROLES if getattr(profile, key) is not None)
    return _class_for(roles)(name, resource, profile, clock)


@cache
def _class_for(roles: tuple[str, ...]) -> type[TableInstrument]:
    kinds = tuple(ROLES[key] for key in roles)
    if len(kinds) == 1:
        return kinds[0]
    name = "Table" + "".join(kind.__name__.removeprefix("Table") for kind in kinds)
    made = type(name, kinds, {"__module__": __name__, "__doc__": "An instrument with several roles."})
    return cast("type[TableInstrument]", made)
