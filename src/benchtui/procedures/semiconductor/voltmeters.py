"""The DC voltmeter as the standard of an item: its requirement, and its inputs of the measurement equation."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from benchtui.calc import Input, Triangular
from benchtui.errors import StandardRefused
from benchtui.i18n import N_, text
from benchtui.procedures.semiconductor.evaluation import (
    check_accuracy,
    indication,
    named,
    resolved,
    row_read,
    specified,
)
from benchtui.profiles import SpecificationRange, Standard
from benchtui.quantity import Reading

STANDARD_MPE = 1e-4
"""JJF 2009—2022, 5.2.2: DC voltmeter, MPE ±0.01 %."""
STANDARD_INPUT_RESISTANCE = Decimal(10_000_000)
"""JJF 2009—2022, 5.2.2: input resistance at least 10 MΩ."""
THERMAL_EMF = 0.5e-6
"""Half-width in volts of the thermal EMF of one copper lead with its two joints; not in the specification's budget."""


def check_voltmeter(standard: Standard, volts: Decimal, role: str) -> SpecificationRange:
    """Refuse a voltmeter that does not meet JJF 2009—2022, 5.2.2 at *volts*; return the row that holds.

    Raises
    ------
    StandardRefused
    """
    row = check_accuracy(standard, abs(volts), STANDARD_MPE, role)
    if row.input_resistance < STANDARD_INPUT_RESISTANCE:
        raise StandardRefused(
            text(N_("The input resistance of {name} is below 10 MΩ."), name=standard.name),
            where=role,
            hint=text(N_("Choose a voltmeter with a higher input resistance.")),
        )
    return row


def voltage_inputs(readings: Sequence[Reading], standard: Standard, role: str) -> list[Input]:
    """Return mean, error, resolution and thermal EMF of a voltmeter, in the order of the equations' parameters.

    The error is anything within the specification at the mean, rectangular (JJF 2009—2022, C.1.3.1: a/√3).
    """
    row = row_read(standard, readings, role)
    name, resolution = named(standard), float(row.resolution)
    read = indication("V_m", readings, name, resolution=resolution, unit="V")
    return [
        read,
        specified("dV_spec", standard, row, float(read.value)),
        resolved("dV_res", name, resolution, "V"),
        # Two leads, each rectangular: their sum is triangular (JCGM 100, 4.3.9).
        Input.limits(
            "dV_emf", 0.0, 2 * THERMAL_EMF, Triangular(), unit="V", source="thermal EMF of the two leads"
        ),
    ]


def input_resistance(readings: Sequence[Reading], standard: Standard, role: str) -> Input:
    """Return the input resistance of the voltmeter in the range that it read in."""
    ohms = float(row_read(standard, readings, role).input_resistance)
    return Input.constant("R_in", ohms, unit="Ω", source=f"{named(standard)}, input")


def predicted(volts: float, row: SpecificationRange, count: int) -> tuple[Reading, ...]:
    """Return the readings that a point would bring if nothing scattered: for the choice of its standards."""
    return (Reading(raw="", value=volts, unit="V", span=float(row.span)),) * count
