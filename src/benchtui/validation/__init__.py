"""The documents that benchtui implements, recomputed: every printed figure against its own inputs.

Figures are recomputed through :mod:`benchtui.calc` from the readings, limits and conditions that the document states;
a difference within half the last printed digit agrees. What cannot be recomputed from the document itself is not
listed. Errata in words, symbols and assumptions are listed with their correction.
"""

from __future__ import annotations

from benchtui.validation.check import Check, Remark, Row, Verdict
from benchtui.validation.documents import CHECKS, DOCUMENTS, REMARKS, Document, report
from benchtui.validation.printing import to_json, to_markdown, to_text

__all__ = [
    "CHECKS",
    "DOCUMENTS",
    "REMARKS",
    "Check",
    "Document",
    "Remark",
    "Row",
    "Verdict",
    "report",
    "to_json",
    "to_markdown",
    "to_text",
]
