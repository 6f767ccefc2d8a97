"""Puts the passive standards on the bench, each with its hidden true value.

Which part a standard is follows from the row of the specification's list of standards that its profile fills. A thing
without a standard is an open or a short circuit, by its name on the bench.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchtui.errors import BadInput
from benchtui.i18n import N_, text
from benchtui.virtualbench.parts import (
    CapacitorPart,
    DividerPart,
    HighValueResistor,
    OpenPart,
    Part,
    PulseShunt,
    ResistorPart,
    ShortPart,
)
from benchtui.virtualbench.truth import value_name

if TYPE_CHECKING:
    from benchtui.profiles import Standard
    from benchtui.virtualbench.truth import StandardError

PASSIVE: Final = "PASSIVE"
"""The resource of a thing without a wire, and what the bench announces for it."""
SHUNT_HENRIES: Final = 8e-9
"""Inductance of a pulse shunt between its potential terminals."""
ROWS: Final = (
    "high-value-resistor",
    "hv-resistor",
    "standard-resistor",
    "pulse-shunt",
    "hv-divider",
    "standard-capacitor",
)


def passive_part(
    name: str, standard: Standard | None, errors: dict[str, StandardError], celsius: float
) -> Part:
    """Return what stands on the bench as *name*.

    Parameters
    ----------
    name
        Its name on the bench.
    standard
        Its profile; None for an open or a short circuit.
    errors
        Its hidden errors by value, as parts of the certificate's expanded uncertainty.
    celsius
        Its temperature.

    Raises
    ------
    BadInput
        The simulation has no such thing.
    """
    if standard is None:
        for word, kind in (("open", OpenPart), ("short", ShortPart)):
            if name.startswith(word):
                return kind(name)
        raise BadInput(
            text(N_("What {name} is cannot be told."), name=name),
            hint=text(N_('Name its standard, or call it "open" or "short".')),
        )
    if standard.row not in ROWS or not standard.values:
        raise BadInput(
            text(N_("The virtual bench has no passive standard of the row {row}."), row=standard.row),
            where=name,
            hint=text(N_("It can have: {known}."), known=", ".join(ROWS)),
        )
    true = {
        v: (float(v.value) + errors[value_name(v, standard.unit)].error * float(v.expanded_uncertainty))
        * (1.0 + 1e-6 * float(v.ppm_per_kelvin) * (celsius - float(v.temperature)))
        for v in standard.values
    }
    first = next(iter(true.values()))
    per_volt = 1e-6 * float(standard.values[0].ppm_per_volt)
    match standard.row:
        case "high-value-resistor" | "hv-resistor":
            return HighValueResistor(name, first, per_volt=per_volt)
        case "pulse-shunt":
            return PulseShunt(name, first, SHUNT_HENRIES, per_volt)
        case "standard-resistor":
            return ResistorPart(name, first, per_volt=per_volt)
        case "hv-divider":
            return DividerPart(name, {int(v.nominal): ratio for v, ratio in true.items()}, per_volt)
        case _:
            return CapacitorPart(name, {float(v.frequency): farads for v, farads in true.items()})
