"""What the role tables of an instrument profile must hold beyond their form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from benchtui.i18n import N_, text
from benchtui.instruments.lint_finding import Finding, check_pattern
from benchtui.instruments.role_tables import (
    PLACES,
    DigitizerTable,
    FunctionTable,
    ReadingTable,
    SourceTable,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from benchtui.instruments.profile import TableProfile
    from benchtui.instruments.profile_words import Check, Step
    from benchtui.profiles import Profile

_PLACE = re.compile(r"\{([\w-]+)\}")
_ROLES = (
    "voltmeter", "ammeter", "ohmmeter", "null_detector", "counter", "digitizer",
    "voltage_source", "current_source",
)  # fmt: skip
_OF_VOLTS = ("voltmeter", "digitizer", "voltage_source")


def lint_roles(profile: TableProfile) -> Iterator[Finding]:
    """Find what is wrong with the roles of *profile*: none, or tables that do not hang together."""
    tables: list[tuple[str, Profile]] = [
        (role.replace("_", "-"), getattr(profile, role)) for role in _ROLES if getattr(profile, role)
    ]
    if not tables:
        yield Finding(
            (), text(N_("The instrument has no role.")), text(N_("Add the table voltmeter.")),
        )  # fmt: skip
    for role, table in tables:
        if isinstance(table, (FunctionTable, DigitizerTable, SourceTable)):
            volts = profile.limits.volts if role.replace("-", "_") in _OF_VOLTS else None
            yield from _spans(role, table.spans, volts)
        if isinstance(table, ReadingTable):
            yield from check_pattern((role, "reply"), table.reply, "value")
            for pattern in table.over_range:
                yield from check_pattern((role, "over-range"), pattern)
            for pattern in table.flagged.values():
                yield from check_pattern((role, "flagged"), pattern)
        yield from _places(role, table)
        yield from _checks(role, table)
    yield from _energy(profile)


def check_answer(keys: tuple[str, ...], check: Check) -> Iterator[Finding]:
    """Find what is wrong with a yes-or-no question."""
    yield from check_pattern((*keys, "reply"), check.reply, "value")
    if bool(check.equals) == bool(check.bits_set or check.bits_clear):
        yield Finding(
            keys,
            text(N_("{key}: either equals or bits says what means yes."), key=".".join(keys)),
            text(N_("Write bits-set or bits-clear for a status register, equals for any other answer.")),
        )


def _energy(profile: TableProfile) -> Iterator[Finding]:
    source = profile.voltage_source or profile.current_source
    if source is not None and profile.kind != "source":
        yield Finding(
            ("kind",),
            text(N_("An instrument that puts energy out is a source.")),
            text(N_('Write kind = "source", and the table safe-off.')),
        )
    if source is None and profile.kind == "source":
        yield Finding(
            ("kind",),
            text(N_("A source needs the table voltage-source or current-source.")),
            text(N_('Add the table, or write kind = "meter".')),
        )


def _spans(role: str, spans: tuple[Decimal, ...], volts: Decimal | None) -> Iterator[Finding]:
    if list(spans) != sorted(set(spans)) or spans[0] <= 0:
        yield Finding(
            (role, "spans"),
            text(N_("The spans are not positive and in ascending order.")),
            text(N_("Write each span once, the smallest first.")),
        )
    if volts is not None and max(spans) > volts:
        yield Finding(
            (role, "spans"),
            text(N_("A span is above the limit of {volts} V at the input."), volts=volts),
            text(N_("Correct spans or limits.volts.")),
        )


def _places(role: str, table: Profile) -> Iterator[Finding]:
    known = PLACES[type(table)]
    steps: list[tuple[str, Step]] = [
        (key, step)
        for key in ("prepare", "set", "operate", "zero", "arm", "protect")
        for step in getattr(table, key, ())
    ]
    for key, step in steps:
        for place in _PLACE.findall(step.send):
            if place not in known:
                yield Finding(
                    (role, key),
                    text(N_("There is nothing to fill in for {place}."), place=f"{{{place}}}"),
                    text(
                        N_("Only {known} is filled in."),
                        known=", ".join(f"{{{name}}}" for name in sorted(known)),
                    ),
                )


def _checks(role: str, table: Profile) -> Iterator[Finding]:
    for key in ("operating", "settled", "limiting", "complete"):
        check: Check | None = getattr(table, key, None)
        if check is not None:
            yield from check_answer((role, key), check)
    if isinstance(table, DigitizerTable) and table.interval is not None:
        yield from check_pattern((role, "interval", "reply"), table.interval.reply, "value")
