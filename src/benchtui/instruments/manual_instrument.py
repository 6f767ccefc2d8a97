"""From a profile to an instrument that a person reads or sets, in just the roles that the profile has."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast

from benchtui.errors import BadInput
from benchtui.i18n import N_, text
from benchtui.instruments.manual import (
    HandSettings,
    ManualAmmeter,
    ManualBalance,
    ManualCapacitanceMeter,
    ManualCounter,
    ManualInstrument,
    ManualNullDetector,
    ManualOhmmeter,
    ManualPressureGauge,
    ManualRoomMonitor,
    ManualVoltmeter,
)
from benchtui.instruments.manual_source import ManualCurrentSource, ManualVoltageSource
from benchtui.instruments.profile import GaugeController, ManualProfile, PtuProfile, SicsProfile, TableProfile

if TYPE_CHECKING:
    from benchtui.instruments.manual import Ask
    from benchtui.instruments.profile import InstrumentProfile

ROLES: dict[str, type[ManualInstrument]] = {
    "voltage_source": ManualVoltageSource,
    "current_source": ManualCurrentSource,
    "null_detector": ManualNullDetector,
    "voltmeter": ManualVoltmeter,
    "ammeter": ManualAmmeter,
    "ohmmeter": ManualOhmmeter,
    "counter": ManualCounter,
    "capacitance_meter": ManualCapacitanceMeter,
    "pressure_gauge": ManualPressureGauge,
    "balance": ManualBalance,
    "room_monitor": ManualRoomMonitor,
}
"""Role -> class that plays it; sources first, so that their safe-off is the one that counts."""


def manual_instrument(name: str, profile: InstrumentProfile, ask: Ask | None) -> ManualInstrument:
    """Make the instrument *name*, which a person reads or sets.

    Raises
    ------
    BadInput
        Nobody is there to ask, a person cannot do what the instrument does, or it is a source that has an interface.
    """
    if profile.kind == "source" and not isinstance(profile, ManualProfile):
        raise BadInput(
            text(
                N_("A source cannot be operated by hand: nobody could switch it off when the program ends.")
            ),
            where=name,
            hint=text(N_("Write its address in the bench file.")),
        )
    roles, settings = _abilities(profile)
    if not roles:
        raise BadInput(
            text(N_("A person cannot do what {profile} does."), profile=profile.name),
            where=name,
            hint=text(N_("Write its address in the bench file.")),
        )
    if ask is None:
        raise BadInput(
            text(N_("Nobody is there to read {name}."), name=name),
            where=name,
            hint=text(N_("A run without a person needs instruments with an address.")),
        )
    return _class_for(roles)(name, ask, settings)


def _abilities(profile: InstrumentProfile) -> tuple[tuple[str, ...], HandSettings]:
    """Return the roles that a person can play with an instrument, in the order of :data:`ROLES`."""
    match profile:
        case ManualProfile():
            played = {role.replace("-", "_") for role in profile.roles}
            spans = {role.replace("-", "_"): spans for role, spans in profile.spans.items()}
            settings = HandSettings(spans=spans, channels=profile.channels, quantities=profile.quantities)
        case TableProfile():
            tables = {role: getattr(profile, role, None) for role in ROLES}
            played = {role for role, table in tables.items() if table is not None}
            settings = HandSettings(
                spans={
                    role: table.spans
                    for role, table in tables.items()
                    if table is not None and hasattr(table, "spans")
                }
            )
        case GaugeController():
            played, settings = {"pressure_gauge"}, HandSettings(channels=profile.channels)
        case SicsProfile():
            played, settings = {"balance"}, HandSettings()
        case PtuProfile():
            played, settings = {"room_monitor"}, HandSettings()
        case _:
            played, settings = set(), HandSettings()
    return tuple(role for role in ROLES if role in played), settings


@cache
def _class_for(roles: tuple[str, ...]) -> type[ManualInstrument]:
    kinds = tuple(ROLES[role] for role in roles)
    if len(kinds) == 1:
        return kinds[0]
    name = "Manual" + "".join(kind.__name__.removeprefix("Manual") for kind in kinds)
    made = type(name, kinds, {"__module__": __name__, "__doc__": "An instrument with several roles."})
    return cast("type[ManualInstrument]", made)
