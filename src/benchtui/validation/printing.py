"""The report as JSON, as Markdown for docs/validation.md, and as a table for the terminal."""

from __future__ import annotations

import textwrap
import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from benchtui.i18n import N_, _
from benchtui.validation.check import UNITS, Verdict
from benchtui.validation.documents import DOCUMENTS, Document

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchtui.validation.check import Row

_FIGURES = (
    N_("Place"), N_("Quantity"), N_("Unit"), N_("Printed"), N_("Recomputed"), N_("Difference"), N_("Verdict"),
    N_("Why"),
)  # fmt: skip
_REMARKS = (N_("Erratum"), N_("Place"), N_("Printed"), N_("Recomputed"), N_("Verdict"), N_("Correction"))
_VERDICTS = {
    Verdict.AGREES: N_("agrees"),
    Verdict.MISPRINT: N_("misprint"),
    Verdict.MODEL: N_("model"),
}
_WIDTH = 110
_LEAST_DIGITS = 3
_MORE_DIGITS = 2
_DIFFERENCE_DIGITS = 2
_SMALL = 1e-6

_PREFACE = """\
# Validation

The documents that benchtui implements, recomputed by `benchtui validate --markdown`, which writes this file.

Every printed figure that the document's own inputs allow to recompute stands beside its recomputation; the difference
is printed minus recomputed. The verdict follows from the difference:

- **agrees**: the difference is at most half the last printed digit;
- **misprint**: the figure or the word does not follow from what the document itself gives;
- **model**: it follows, but from an assumption, an equation or a requirement that does not hold.

Below the figures of each document stand its errata in words, symbols and assumptions, with the correction and, where
the correction rests on a number, that number. A figure whose inputs the document does not give is not listed.
"""


def to_json(rows: Sequence[Row]) -> str:
    """Return *rows* as a JSON list of objects; a statement in words has no recomputed value or difference."""
    return msgspec.json.format(msgspec.json.encode(rows), indent=2).decode()


def to_markdown(rows: Sequence[Row]) -> str:
    """Return the report as Markdown, in English."""
    parts = [_PREFACE, _summary(rows)]
    for document, figures, remarks in _by_document(rows):
        parts.append(f"## {document.number}: {document.title}\n")
        parts.append(_markdown_table(_FIGURES, [_figure(row) for row in figures]))
        parts.append(_markdown_table(_REMARKS, [_remark(row) for row in remarks]))
    return "\n".join(parts)


def to_text(rows: Sequence[Row]) -> str:
    """Return the report as a table for a terminal, in the language in use; reasons stand below their line."""
    lines = []
    for document, figures, remarks in _by_document(rows):
        lines += [f"{document.number}  {document.title}", ""]
        cells = [[*_figure(row)[:6], _(_VERDICTS[row.verdict])] for row in figures]
        header = [_(title) for title in _FIGURES[:7]]
        widths = [max(map(_columns, column)) for column in zip(header, *cells, strict=True)]
        lines += [_line(header, widths), _line(["─" * width for width in widths], widths)]
        for row, line in zip(figures, cells, strict=True):
            lines += [_line(line, widths), *_indented(_reason(row))]
        lines.append("")
        for row in remarks:
            lines += [
                f"{row.erratum}  {row.place}: {row.quantity}  [{_(_VERDICTS[row.verdict])}]",
                *_indented(f"{_('Printed')}: {row.printed or '—'}"),
            ]
            if row.recomputed is not None:
                lines += _indented(f"{_('Recomputed')}: {_with_unit(row)}")
            lines += [*_indented(row.why), ""]
    return "\n".join(lines)


def _by_document(rows: Sequence[Row]) -> Iterable[tuple[Document, list[Row], list[Row]]]:
    for document in DOCUMENTS:
        own = [row for row in rows if row.document == document.number]
        if not own:
            continue
        yield document, [row for row in own if row.is_figure], [row for row in own if not row.is_figure]


def _summary(rows: Sequence[Row]) -> str:
    cells = []
    for document, figures, remarks in _by_document(rows):
        counts = [sum(row.verdict is verdict for row in figures) for verdict in Verdict]
        cells.append([document.number, document.title, *map(str, counts), str(len(remarks))])
    return _markdown_table(("", "Document", *Verdict, "errata in words"), cells)


def _figure(row: Row) -> list[str]:
    assert row.recomputed is not None, "a figure is recomputed"
    assert row.difference is not None, "a figure is compared"
    digits = max(_LEAST_DIGITS, len(Decimal(row.printed).as_tuple().digits) + _MORE_DIGITS)
    _mantissa, _e, exponent = row.printed.partition("e")
    recomputed = _shown(row.recomputed, digits, exponent)
    # Near zero the power of ten of the printed figure would only lead to a row of zeros.
    small = abs(row.difference) < _SMALL * abs(row.recomputed)
    difference = f"{row.difference:.2g}" if small else _shown(row.difference, _DIFFERENCE_DIGITS, exponent)
    return [row.place, row.quantity, row.unit, row.printed, recomputed, difference, row.verdict, _reason(row)]


def _remark(row: Row) -> list[str]:
    recomputed = "" if row.recomputed is None else f"{row.quantity}: {_with_unit(row)}"
    place = row.place if row.recomputed is not None else f"{row.place}: {row.quantity}"
    return [row.erratum, place, row.printed or "—", recomputed, row.verdict, row.why]


def _with_unit(row: Row) -> str:
    assert row.unit in UNITS, "a number has a unit"
    assert row.recomputed is not None, "there is a number"
    number = _shown(row.recomputed, _LEAST_DIGITS)
    return number if row.unit == "1" else f"{number} {row.unit}"


def _shown(number: float, digits: int, exponent: str = "") -> str:
    """Write *number* with significant *digits*, and the power of ten that the printed figure has."""
    rounded = Decimal(f"{number:.{digits - 1}e}").scaleb(-int(exponent or 0))
    return f"{rounded:f}" + (f"e{exponent}" if exponent else "")


def _reason(row: Row) -> str:
    return f"{row.erratum}: {row.why}" if row.erratum else row.why


def _markdown_table(header: Sequence[str], cells: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *cells]
    return "".join(f"| {' | '.join(cell.replace('|', '∣') for cell in line)} |\n" for line in lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cell + " " * (width - _columns(cell)) for cell, width in zip(cells, widths, strict=True)]
    return "  ".join(padded).rstrip()


def _indented(sentence: str) -> list[str]:
    return textwrap.wrap(sentence, _WIDTH, initial_indent="    ", subsequent_indent="    ")


def _columns(cell: str) -> int:
    """Return how many columns of a terminal *cell* takes."""
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in cell)
    combining = sum(bool(unicodedata.combining(letter)) for letter in cell)
    return len(cell) + wide - combining
