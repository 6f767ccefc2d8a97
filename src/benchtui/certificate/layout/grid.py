"""Tables: thin rules, headings repeated on each sheet, numbers to the right and never broken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from benchtui.certificate import labels
from benchtui.certificate.content import Bilingual
from benchtui.certificate.layout.lines import pieces
from benchtui.certificate.layout.sheet import (
    BLACK,
    BOTTOM,
    GREY,
    LEFT,
    LIGHT,
    RIGHT,
    TOP,
    WIDTH,
    Sheet,
    Style,
)
from benchtui.certificate.wording import clean, joined, parts
from benchtui.errors import CertificateError
from benchtui.i18n import N_, text

if TYPE_CHECKING:
    from collections.abc import Sequence

_GUTTER = 1.6
_PAD = 0.55
_SLACK = 0.01  # so that what was measured to fit does fit, whatever the last binary digit says
_SIZES = (8.5, 8.0, 7.5, 7.0, 6.5)
_WHOLE, _CUT = 45.0, 11.0
"""Longest word that a text column is made wide enough for; words in the second choice may be cut."""


class GridColumn(NamedTuple):
    """A column: its cells stand right (numbers, never broken) or left (text, wraps)."""

    title: Bilingual
    align: Literal["left", "right"] = "left"


class _Measured(NamedTuple):
    style: Style
    widths: list[float]
    head: list[list[tuple[str, Style]]]
    body: list[list[list[str]]]
    heights: list[float]

    @property
    def head_height(self) -> float:
        return max(sum(style.leading for _, style in cell) for cell in self.head) + 2 * _PAD + 0.4


def grid(
    sheet: Sheet,
    columns: Sequence[GridColumn],
    rows: Sequence[Sequence[str]],
    *,
    title: Bilingual | None = None,
    grouped: int = 0,
    size: float = 8.5,
) -> None:
    """Set a table at the sheet's *y*.

    Parameters
    ----------
    title
        Stays with the heading and the first rows; repeated, marked as continued, on each further sheet.
    grouped
        The first *grouped* columns name a group of rows: they are printed on its first row on each sheet.
    size
        Type size to start from; smaller ones are tried before the table is refused.

    Raises
    ------
    CertificateError
        The numbers do not fit side by side even in the smallest type.
    """
    cells = [[clean(cell) for cell in row] for row in rows]
    table = _measure(sheet, columns, cells, size)
    starts = (
        [n for n, row in enumerate(cells) if n == 0 or row[:grouped] != cells[n - 1][:grouped]]
        if grouped
        else []
    )
    first_rows = sum(table.heights[:3])
    title_height = 0.0 if title is None else 5.5
    sheet.need(title_height + table.head_height + first_rows)
    _open(sheet, table, columns, title, again=False)
    fresh = True
    for n, height in enumerate(table.heights):
        group = n in starts
        if sheet.y + _ahead(table.heights, starts, n) > BOTTOM:
            sheet.rule(LEFT, RIGHT, sheet.y, BLACK, 0.25)
            sheet.new_page()
            _open(sheet, table, columns, title, again=True)
            fresh = True
        if group and not fresh:
            sheet.rule(LEFT, RIGHT, sheet.y, GREY, 0.15)
        elif not fresh and not grouped:
            sheet.rule(LEFT, RIGHT, sheet.y)
        elif not fresh:
            sheet.rule(_edges(table)[grouped], RIGHT, sheet.y, LIGHT)
        _row(sheet, table, columns, n, hidden=0 if group or fresh else grouped)
        fresh = False
        sheet.y += height
    sheet.rule(LEFT, RIGHT, sheet.y, BLACK, 0.25)
    sheet.y += 1.5


def _ahead(heights: list[float], starts: list[int], row: int) -> float:
    """Return the height that must fit below: a whole group at its start if it is a small one, else the row.

    The last two rows of a table stay together, so that no sheet carries a single row.
    """
    last = row + 2 if row == len(heights) - 2 else row + 1
    if row in starts:
        end = next((start for start in starts if start > row), len(heights))
        if sum(heights[row:end]) < (BOTTOM - TOP) / 4:
            last = max(last, end)
    return sum(heights[row:last])


def _edges(table: _Measured) -> list[float]:
    return [LEFT + sum(table.widths[:n]) for n in range(len(table.widths))]


def _continued(title: Bilingual, sheet: Sheet) -> Bilingual:
    mark = labels.CONTINUED
    if not (title.zh and title.en):
        return Bilingual(f"{title.zh or title.en} {joined(mark, sheet.language)}")
    return Bilingual(f"{title.zh}{mark.zh}", f"{title.en} {mark.en}")


def _open(
    sheet: Sheet, table: _Measured, columns: Sequence[GridColumn], title: Bilingual | None, *, again: bool
) -> None:
    if title is not None:
        sheet.heading(_continued(title, sheet) if again else title, Style(9.5, face="title"))
        sheet.y += 0.6
    if title is not None or again:  # without a title the table hangs on the rule of its section
        sheet.rule(LEFT, RIGHT, sheet.y, BLACK, 0.35)
    for x, width, column, cell in zip(_edges(table), table.widths, columns, table.head, strict=True):
        y = sheet.y + _PAD + 0.2
        for line, style in cell:
            at = x + width - _GUTTER if column.align == "right" else x + _GUTTER
            sheet.text(at, y, line, style, column.align)
            y += style.leading
    sheet.y += table.head_height
    sheet.rule(LEFT, RIGHT, sheet.y, BLACK, 0.2)


def _row(sheet: Sheet, table: _Measured, columns: Sequence[GridColumn], row: int, *, hidden: int) -> None:
    edges = _edges(table)
    for n, (column, lines) in enumerate(zip(columns, table.body[row], strict=True)):
        if n >= hidden:
            x = edges[n] + table.widths[n] - _GUTTER if column.align == "right" else edges[n] + _GUTTER
            sheet.lines(x, sheet.y + _PAD, lines, table.style, column.align)


def _measure(sheet: Sheet, columns: Sequence[GridColumn], cells: list[list[str]], size: float) -> _Measured:
    choices = ((Style(points), longest) for longest in (_WHOLE, _CUT) for points in _SIZES if points <= size)
    for style, longest in choices:
        widths = _widths(sheet, columns, cells, style, longest)
        if widths is not None:
            break
    else:
        raise CertificateError(
            text(N_("The table does not fit on the page: its numbers are too long to stand side by side.")),
            where=", ".join(column.title.en for column in columns),
            hint=text(N_("Check the cells for text that does not belong there.")),
        )
    table = _lay_out(sheet, columns, cells, style, widths)
    if table.head_height + max(table.heights, default=0) > BOTTOM - TOP - 10:
        raise CertificateError(
            text(N_("The table does not fit on the page: a cell holds too much text.")),
            where=", ".join(column.title.en for column in columns),
            hint=text(N_("Check the cells for text that does not belong there.")),
        )
    return table


def _lay_out(
    sheet: Sheet, columns: Sequence[GridColumn], cells: list[list[str]], style: Style, widths: list[float]
) -> _Measured:
    head = [
        _title(sheet, column, style, width - 2 * _GUTTER)
        for column, width in zip(columns, widths, strict=True)
    ]
    body = [
        [
            [cell] if column.align == "right" else sheet.wrap(cell, style, width - 2 * _GUTTER)
            for cell, column, width in zip(row, columns, widths, strict=True)
        ]
        for row in cells
    ]
    heights = [max(len(lines) for lines in row) * style.leading + 2 * _PAD for row in body]
    return _Measured(style, widths, head, body, heights)


def _title(sheet: Sheet, column: GridColumn, style: Style, width: float) -> list[tuple[str, Style]]:
    first, *second = parts(column.title, sheet.language)
    gloss = Style(style.size - 1.2, GREY)
    block = [(line, style) for line in sheet.wrap(first, style, width)]
    return block + [(line, gloss) for part in second for line in sheet.wrap(part, gloss, width)]


def _widths(
    sheet: Sheet, columns: Sequence[GridColumn], cells: list[list[str]], style: Style, longest: float
) -> list[float] | None:
    """Return the columns' widths, None if they do not fit: numbers first, text shares the rest."""
    least, wish = [], []
    for n, column in enumerate(columns):
        titles = parts(column.title, sheet.language)
        words = [word for title in titles for word in ([title] if len(title) <= 6 else title.split())]
        floor = max(
            sheet.measure(word, Style(style.size - (0 if word == titles[0] else 1.2))) for word in words
        )
        natural = max([sheet.measure(row[n], style) for row in cells] + [floor])
        uncut = max((sheet.measure(p.strip(), style) for row in cells for p in pieces(row[n])), default=0.0)
        least.append(
            (natural if column.align == "right" else max(floor, min(uncut, longest))) + 2 * _GUTTER + _SLACK
        )
        wish.append(
            max([natural, *(sheet.measure(t, Style(style.size - 1.2)) for t in titles)]) + 2 * _GUTTER
        )
    if sum(least) > WIDTH:
        return None
    spare = WIDTH - sum(least)
    lack = [w - m for w, m in zip(wish, least, strict=True)]
    if sum(lack) >= spare:
        return [m + spare * gap / sum(lack) for m, gap in zip(least, lack, strict=True)]
    rest = (spare - sum(lack)) / len(columns)
    return [w + rest for w in wish]
