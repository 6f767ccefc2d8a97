"""What an instrument profile must hold beyond its form, before any instrument is spoken to."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from benchtui.i18n import N_, text
from benchtui.instruments.lint_finding import Finding, check_pattern
from benchtui.instruments.profile import (
    ElectricalProfile,
    InstrumentProfile,
    ManualProfile,
    Mks937Profile,
    PassiveProfile,
    PtuProfile,
    SafeOff,
    TableProfile,
    WiredProfile,
)
from benchtui.instruments.role_lint import check_answer, lint_roles

if TYPE_CHECKING:
    from collections.abc import Iterator

HARMLESS_VOLTS = Decimal(30)
"""An output above this magnitude must be measured before it is opened."""
_PLACE = re.compile(r"\{(\w+)\}")


def lint(profile: InstrumentProfile) -> tuple[Finding, ...]:
    """Return all findings; an empty tuple is a profile that may be used."""
    if isinstance(profile, ManualProfile):
        return tuple(_manual(profile))
    if isinstance(profile, PassiveProfile):
        return ()
    findings = [*_safe_off(profile), *_patterns(profile)]
    if isinstance(profile, TableProfile):
        findings += lint_roles(profile)
    return tuple(findings)


def _manual(profile: ManualProfile) -> Iterator[Finding]:
    sources = {role for role in profile.roles if role.endswith("-source")}
    if (profile.kind == "source") != bool(sources):
        yield Finding(
            ("kind",),
            text(N_("What a person sets is a source, what a person reads is a meter.")),
            text(N_('Write kind = "source" if roles hold a source, else kind = "meter".')),
        )
    for role, spans in profile.spans.items():
        if role not in profile.roles:
            yield Finding(
                ("spans", role),
                text(N_("There are spans for {role}, which is none of its roles."), role=role),
                text(N_("Correct spans or roles.")),
            )
        if list(spans) != sorted(set(spans)) or spans[0] <= 0:
            yield Finding(
                ("spans", role),
                text(N_("The spans are not positive and in ascending order.")),
                text(N_("Write each span once, the smallest first.")),
            )


def _safe_off(profile: WiredProfile) -> Iterator[Finding]:
    if profile.kind != "source":
        return
    if profile.safe_off is None:
        yield Finding(
            ("kind",),
            text(N_("A source without [safe-off] is refused.")),
            text(N_("Add the table safe-off with the lines that set its outputs to zero and open them.")),
        )
    elif (
        isinstance(profile, ElectricalProfile)
        and profile.safe_off.discharge is None
        and not (isinstance(profile, TableProfile) and profile.safe_off.confirm is not None)
        and profile.limits.volts > HARMLESS_VOLTS
    ):
        yield Finding(
            ("safe-off",),
            text(
                N_("A source above {volts} V must measure its discharge before it opens the output."),
                volts=HARMLESS_VOLTS,
            ),
            text(N_("Add the table safe-off.discharge.")),
        )
    elif profile.safe_off.discharge is not None and profile.safe_off.discharge.limit > HARMLESS_VOLTS:
        yield Finding(
            ("safe-off", "discharge", "limit"),
            text(N_("An output above {volts} V does not count as discharged."), volts=HARMLESS_VOLTS),
            text(N_("Write a limit of {volts} or less."), volts=HARMLESS_VOLTS),
        )


def _patterns(profile: WiredProfile) -> Iterator[Finding]:
    yield from check_pattern(("identity", "pattern"), profile.identity.pattern)
    if isinstance(profile.safe_off, SafeOff) and profile.safe_off.confirm is not None:
        yield from check_answer(("safe-off", "confirm"), profile.safe_off.confirm)
    if isinstance(profile.safe_off, SafeOff) and profile.safe_off.discharge is not None:
        filled = _PLACE.sub("A", profile.safe_off.discharge.pattern)
        yield from check_pattern(("safe-off", "discharge", "pattern"), filled, "value")
        if profile.safe_off.discharge.barrier is not None:
            yield from check_pattern(
                ("safe-off", "discharge", "barrier"), profile.safe_off.discharge.barrier.pattern
            )
        if profile.safe_off.discharge.switches is not None:
            filled = _PLACE.sub("A", profile.safe_off.discharge.switches.pattern)
            yield from check_pattern(("safe-off", "discharge", "switches"), filled)
    if isinstance(profile, Mks937Profile):
        for word in profile.words:
            yield from check_pattern(("words", word), word)
    if isinstance(profile, PtuProfile):
        yield from check_pattern(("reply",), profile.reply, "pressure", "temperature", "humidity")
        for step in profile.init:
            yield from check_pattern(("init",), step.pattern)
    if isinstance(profile, TableProfile):
        yield from check_pattern(("errors", "none"), profile.errors.none)
        yield from check_pattern(("errors", "pattern"), profile.errors.pattern, "code", "text")
        if profile.interlock is not None:
            yield from check_answer(("interlock",), profile.interlock)
