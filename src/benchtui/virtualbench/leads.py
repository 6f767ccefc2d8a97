"""Test leads: a resistance with a thermal EMF, an inductance, and the leakage of the insulation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchtui.virtualbench.circuit import Element, Resistor, VoltageSource
from benchtui.virtualbench.noise import uniform
from benchtui.virtualbench.outputs import COMMON
from benchtui.virtualbench.parts import Terminal

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

Lead = tuple[Terminal, Terminal]

LEAD_OHMS: Final = 0.05
"""A metre of test lead with its two plugs."""
BUSBAR_OHMS: Final = 5e-4
"""The same of a busbar, as a pulse of more than a kiloampere from a source of 60 V wants it."""
LEAD_HENRIES: Final = 1e-8
"""The same, as far as a capacitance unit with its shields sees it."""
THERMAL_EMF: Final = 500e-9
"""Half-width of the thermal EMF of one lead in volts: a tenth of a kelvin or so between unlike metals."""
LEAKAGE_OHMS: Final = 1e14
GUARDED_OHMS: Final = 1e17
"""From a lead to common: of the insulation, and of what a guard leaves of it."""


def conductors(leads: Sequence[Lead], seed: int, heavy: Collection[Terminal] = ()) -> list[Element]:
    """Return the conductors of *leads*; those that end at *heavy* terminals are busbars."""
    elements: list[Element] = []
    for number, (a, b) in enumerate(leads):
        # Keyed by the wiring and not by the count of rewirings: the same leads in the same places have
        # the same EMF when a point is set up again, see benchtui.virtualbench.noise.
        emf = uniform(THERMAL_EMF, seed, "thermal EMF", leads, number)
        ohms = BUSBAR_OHMS if a in heavy or b in heavy else LEAD_OHMS
        elements.append(VoltageSource(f"lead {number}", a, b, emf, ohms, henries=LEAD_HENRIES))
    return elements


def insulation(
    leads: Sequence[Lead], guarded: Collection[Terminal], parts: Collection[Terminal]
) -> list[Element]:
    """Return the leakage to common of the leads that end at *parts*.

    What it takes from a meter between the outputs of an analyzer is less than a digit.
    """
    return [
        Resistor(f"lead {number} leakage", a, COMMON, GUARDED_OHMS if a in guarded else LEAKAGE_OHMS)
        for number, (a, b) in enumerate(leads)
        if a in parts or b in parts
    ]


def joined(leads: Sequence[Lead], terminals: Collection[Terminal]) -> set[Terminal]:
    """Return *terminals* and all that *leads* join with them, but for common."""
    found = set(terminals)
    while more := {t for lead in leads if found.intersection(lead) for t in lead} - found - {COMMON}:
        found |= more
    return found
