"""What is checked: a printed figure against its recomputation, or a printed statement against its correction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import msgspec

UNITS = {
    "1": 1.0, "%": 1e-2, "10⁻⁶": 1e-6, "ppm": 1e-6,
    "V": 1.0, "A": 1.0, "mA": 1e-3, "pA": 1e-12, "pF": 1e-12,
    "Pa": 1.0, "kPa": 1e3, "Pa/K": 1.0, "Pa·m³/s": 1.0, "m³/s": 1.0, "mol/s": 1.0,
    "µm": 1e-6, "mm": 1e-3, "mg": 1e-6, "N": 1.0, "s": 1.0, "J·s": 1.0,
}  # fmt: skip
"""Units of printed figures, in coherent SI units (kg for the milligram)."""

STEADY = 12
"""Significant digits of a recomputed number that do not depend on the machine."""


class Verdict(StrEnum):
    """What the comparison came to.

    ``agrees``: within half the last printed digit. ``misprint``: the printed figure or word does not follow from
    what the document itself gives. ``model``: it follows, but from an assumption, an equation or a requirement
    that does not hold.
    """

    AGREES = "agrees"
    MISPRINT = "misprint"
    MODEL = "model"


class Row(msgspec.Struct, frozen=True):
    """One line of the report.

    Attributes
    ----------
    document, place, erratum
        Number of the document, table, equation or clause, and the number of the erratum, "" if it is none.
    quantity, unit
        What is printed, and the unit of *printed*, *recomputed* and *difference*; "" for a statement in words.
    printed
        Decimal text, or words.
    recomputed, difference
        Recomputed value, and printed minus recomputed; None where there is no number.
    verdict, why
        The verdict, and how the value was recomputed or what is wrong.
    """

    document: str
    place: str
    erratum: str
    quantity: str
    unit: str
    printed: str
    recomputed: float | None
    difference: float | None
    verdict: Verdict
    why: str

    @property
    def is_figure(self) -> bool:
        """Whether a number is printed, not words."""
        return self.difference is not None


@dataclass(frozen=True, kw_only=True)
class Check:
    """A printed figure.

    Attributes
    ----------
    document, place, quantity, erratum, why
        As in :class:`Row`.
    printed, unit
        The figure as it is printed, as decimal text (2.8e-4 for 2.8×10⁻⁴), and its unit, a key of :data:`UNITS`.
    recompute
        Computes the value from the inputs of the document, in coherent SI units.
    claim
        The verdict that *why* gives the reason for. The comparison decides, not the claim; see :attr:`is_sound`.
    """

    document: str
    place: str
    quantity: str
    printed: str
    unit: str
    recompute: Callable[[], float]
    why: str
    claim: Verdict = Verdict.AGREES
    erratum: str = ""

    @property
    def tolerance(self) -> Decimal:
        """Half the last printed digit, in the printed unit."""
        exponent = Decimal(self.printed).as_tuple().exponent
        assert isinstance(exponent, int), "a printed figure is a finite number"
        return Decimal(5).scaleb(exponent - 1)

    def row(self) -> Row:
        """Recompute the figure and compare."""
        recomputed = steady(self.recompute() / UNITS[self.unit])
        difference = Decimal(self.printed) - recomputed
        # A claim of agreement that does not hold is no agreement; without a reason of its own it is a misprint.
        failing = Verdict.MODEL if self.claim is Verdict.MODEL else Verdict.MISPRINT
        return Row(
            document=self.document,
            place=self.place,
            erratum=self.erratum,
            quantity=self.quantity,
            unit=self.unit,
            printed=self.printed,
            recomputed=float(recomputed),
            difference=float(difference),
            verdict=Verdict.AGREES if abs(difference) <= self.tolerance else failing,
            why=self.why,
        )

    @property
    def is_sound(self) -> bool:
        """Whether the comparison comes to what is claimed."""
        return self.row().verdict is self.claim


@dataclass(frozen=True, kw_only=True)
class Remark:
    """A printed statement without a figure that could be compared, and its correction.

    Attributes
    ----------
    document, erratum, place, quantity
        As in :class:`Row`.
    printed
        What is printed, in short; "" if something is missing.
    verdict, why
        ``misprint`` or ``model``, and the correction.
    recompute, unit
        The number that the correction rests on, if there is one: its computation in coherent SI units, and the
        unit in which it is shown.
    """

    document: str
    erratum: str
    place: str
    quantity: str
    printed: str
    verdict: Verdict
    why: str
    recompute: Callable[[], float] | None = None
    unit: str = ""

    def row(self) -> Row:
        """Compute the number of the correction, if there is one."""
        number = None if self.recompute is None else float(steady(self.recompute() / UNITS[self.unit]))
        return Row(
            document=self.document,
            place=self.place,
            erratum=self.erratum,
            quantity=self.quantity,
            unit=self.unit,
            printed=self.printed,
            recomputed=number,
            difference=None,
            verdict=self.verdict,
            why=self.why,
        )


def steady(value: float) -> Decimal:
    """Return *value* with the digits that every machine computes alike, as a decimal."""
    return Decimal(f"{value:.{STEADY - 1}e}")
