"""The documents, and everything that is checked in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchtui.validation import (
    joule_figures,
    joule_remarks,
    partial_pressure_figures,
    partial_pressure_remarks,
    semiconductor_figures,
    semiconductor_remarks,
    water_figures,
    water_remarks,
)

if TYPE_CHECKING:
    from benchtui.validation.check import Check, Remark, Row


@dataclass(frozen=True)
class Document:
    """A source document by its *number* and *title*."""

    number: str
    title: str


DOCUMENTS = (
    Document("003", "JJF 2009—2022, calibration of semiconductor parameter precision analyzers, Annex C"),
    Document("002", "Uncertainty evaluation of the Joule balance NIM-1"),
    Document("001", "Review: calibration of mass spectrometers for water vapour"),
    Document("000", "Review: calibration of mass spectrometers for partial pressure"),
)
"""In the order in which they are reported."""

CHECKS: tuple[Check, ...] = (
    *semiconductor_figures.CHECKS,
    *joule_figures.CHECKS,
    *water_figures.CHECKS,
    *partial_pressure_figures.CHECKS,
)

REMARKS: tuple[Remark, ...] = (
    *semiconductor_remarks.REMARKS,
    *joule_remarks.REMARKS,
    *water_remarks.REMARKS,
    *partial_pressure_remarks.REMARKS,
)


def report() -> tuple[Row, ...]:
    """Recompute everything: by document, its figures first, then its errata in words."""
    rows = [*(check.row() for check in CHECKS), *(remark.row() for remark in REMARKS)]
    order = [one.number for one in DOCUMENTS]
    return tuple(sorted(rows, key=lambda row: order.index(row.document)))
