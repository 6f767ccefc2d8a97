"""What budgets call the sources of their inputs, in the language in use.

The record keeps a source as one English line, such as ``3458A MY45000001, certificate C-2026-0042, resolution``.
Its parts are translated one by one; names, numbers and whatever is not known stay as they are.
"""

from __future__ import annotations

import re

from benchtui.i18n import N_, _

PHRASES = (
    N_("unit under test"),
    N_("resolution"),
    N_("readings"),
    N_("standards"),
    N_("inductance"),
    N_("input"),
    N_("zero before"),
    N_("zero after"),
    N_("zero over three minutes"),
    N_("error of reading"),
    N_("source disconnected"),
    N_("source at 0 V"),
    N_("set to 0 V"),
    N_("flat top"),
    N_("unevenness that is no noise"),
    N_("thermal EMF of the two leads"),
    N_("output of the UUT"),
    N_("insulation of leads and fixture"),
    N_("capacitance left of the open terminals"),
    N_("inductance of the short circuit"),
    N_("this current was calibrated itself"),
    N_("interpolation between calibrated currents"),
)
PATTERNS = (
    (re.compile(r"(\d+) readings"), N_("{n} readings")),
    (re.compile(r"(\d+) pulses"), N_("{n} pulses")),
    (re.compile(r"certificate (.+)"), N_("certificate {n}")),
    (re.compile(r"tap (.+)"), N_("tap {n}")),
)


def source_words(source: str) -> str:
    """Return *source* with the parts that are known in the language in use."""
    return ", ".join(_part(part) for part in source.split(", "))


def _part(part: str) -> str:
    if part in PHRASES:
        return _(part)
    for pattern, words in PATTERNS:
        match = pattern.fullmatch(part)
        if match is not None:
            return _(words).replace("{n}", match[1])
    return part
