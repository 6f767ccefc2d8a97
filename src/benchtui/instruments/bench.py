"""From a line of the bench file to an instrument."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from benchtui import profiles
from benchtui.errors import BadInput
from benchtui.i18n import N_, text
from benchtui.instruments.b1500 import B1500
from benchtui.instruments.manual_instrument import manual_instrument
from benchtui.instruments.mks937 import Mks937
from benchtui.instruments.mt_sics import SicsBalance
from benchtui.instruments.passive import PASSIVE, PassiveStandard
from benchtui.instruments.profile import (
    B1500Profile,
    ManualProfile,
    Mks937Profile,
    PassiveProfile,
    PtuProfile,
    RgaProfile,
    SicsProfile,
    TableProfile,
    TpgProfile,
    load,
)
from benchtui.instruments.ptu300 import Ptu300
from benchtui.instruments.resource import MANUAL
from benchtui.instruments.srs_rga import SrsRga
from benchtui.instruments.table_instrument import table_instrument
from benchtui.instruments.tpg import Tpg

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from benchtui.clock import Clock
    from benchtui.instruments.manual import Ask
    from benchtui.roles import Instrument

_NO_MODULES: Mapping[str, str] = {}


def open_instrument(
    name: str,
    entry: profiles.BenchInstrument,
    *,
    clock: Clock,
    modules: Mapping[str, str] = _NO_MODULES,
    ask: Ask | None = None,
    beside: Path | None = None,
) -> Instrument:
    """Make the driver of a bench's instrument; it is not connected yet.

    Parameters
    ----------
    name
        The instrument's name on the bench.
    entry
        Profile and resource, from the bench file. The resource ``MANUAL`` makes a person read the instrument,
        whatever its profile.
    clock
        The bench's clock.
    modules
        For a modular instrument: module name -> model, from the profile of the unit under test.
    ask
        For an instrument without a wire: has a person read or set it.
    beside
        Folder in which profiles are looked for first.

    Raises
    ------
    ProfileError
        The profile is missing or not sound.
    BadInput
        The resource cannot be used with it.
    """
    profile = load(profiles.find("instruments", entry.profile, beside))
    if isinstance(profile, PassiveProfile):
        return _passive(name, profile, entry)
    if entry.resource.strip().upper() == MANUAL:
        return manual_instrument(name, profile, ask)
    if isinstance(profile, ManualProfile):
        raise BadInput(
            text(N_("{profile} is read or set by a person and has no address."), profile=profile.name),
            where=entry.resource,
            hint=text(N_('Write resource = "MANUAL" in the bench file.')),
        )
    match profile:
        case B1500Profile():
            return B1500(name, entry.resource, profile, clock, modules)
        case TableProfile():
            return table_instrument(name, entry.resource, profile, clock)
        case TpgProfile():
            return Tpg(name, entry.resource, profile, clock)
        case Mks937Profile():
            return Mks937(name, entry.resource, profile, clock)
        case RgaProfile():
            return SrsRga(name, entry.resource, profile, clock)
        case SicsProfile():
            return SicsBalance(name, entry.resource, profile, clock)
        case PtuProfile():
            return Ptu300(name, entry.resource, profile, clock)
        case _:
            assert_never(profile)


def _passive(name: str, profile: PassiveProfile, entry: profiles.BenchInstrument) -> Instrument:
    if entry.resource.strip().upper() != PASSIVE:
        raise BadInput(
            text(N_("{profile} has no wire and no address."), profile=profile.name),
            where=entry.resource,
            hint=text(N_('Write resource = "PASSIVE" in the bench file.')),
        )
    return PassiveStandard(name)
