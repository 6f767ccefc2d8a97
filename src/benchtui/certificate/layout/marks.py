"""Small things with a place of their own: the QR code, the end mark, the row of signatures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchtui.certificate import labels
from benchtui.certificate.layout.sheet import (
    BLACK,
    GLOSS,
    GREY,
    LEFT,
    NOTE,
    RIGHT,
    SMALL,
    WIDTH,
    Sheet,
    Style,
)
from benchtui.certificate.wording import clean, joined, moment, parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchtui.certificate.content import Bilingual, Signatory

_SIGNATURE_HEIGHT = 21.0


def qr_code(sheet: Sheet, x: float, y: float, side: float, words: str) -> None:
    """Draw *words* as a QR code of *side* mm, as filled rectangles."""
    import segno

    matrix = segno.make(words, error="m", micro=False).matrix
    module = side / len(matrix)
    for row, cells in enumerate(matrix):
        start = 0
        while start < len(cells):
            end = start
            while end < len(cells) and cells[end]:
                end += 1
            if end > start:
                # A hair taller than a module, so that viewers draw no seams between rows.
                sheet.box(x + start * module, y + row * module, (end - start) * module, module * 1.02, BLACK)
            start = max(end, start + 1)


def end_mark(sheet: Sheet, words: Bilingual) -> None:
    """Say that the document ends here."""
    sheet.need(10)
    sheet.y += 5
    line = joined(words, sheet.language, "   ")
    half = sheet.measure(line, NOTE) / 2 + 4
    middle = (LEFT + RIGHT) / 2
    sheet.text(middle, sheet.y, line, NOTE, "center")
    sheet.rule(middle - half - 22, middle - half, sheet.y + 1.8, GREY)
    sheet.rule(middle + half, middle + half + 22, sheet.y + 1.8, GREY)
    sheet.y += 5


def signatures_height(people: Sequence[Signatory]) -> float:
    """Return the height that :func:`signatures` takes."""
    return _SIGNATURE_HEIGHT * -(-len(people) // 3)


def signatures(sheet: Sheet, people: Sequence[Signatory]) -> None:
    """Set the people who answer for the document, at most three a row: name, function, when signed."""
    for first in range(0, len(people), 3):
        sheet.need(_SIGNATURE_HEIGHT)
        for column, person in enumerate(people[first : first + 3]):
            width = WIDTH / 3 - 4
            _signature(sheet, person, LEFT + column * (width + 6), width)
        sheet.y += _SIGNATURE_HEIGHT


def _signature(sheet: Sheet, person: Signatory, x: float, width: float) -> None:
    first, *second = parts(labels.ROLES[person.role], sheet.language)
    sheet.text(x, sheet.y + 1, first, Style(8.5))
    sheet.text(x + sheet.measure(first, Style(8.5)) + 1.5, sheet.y + 1.5, " ".join(second), GLOSS)
    name = clean(person.name)
    words, style = (name, Style(10.5)) if name else (joined(labels.NOT_NAMED, sheet.language, " / "), NOTE)
    sheet.text(x, sheet.y + 5.6, sheet.wrap(words, style, width)[0], style)
    sheet.rule(x, x + width, sheet.y + 11, GREY)
    signed = (
        f"{joined(labels.SIGNED, sheet.language)} {moment(person.signed)}"
        if person.signed is not None
        else joined(labels.NOT_SIGNED, sheet.language, " / ")
    )
    function = joined(person.function, sheet.language, " / ") if person.function else ""
    y = sheet.lines(x, sheet.y + 11.8, sheet.wrap(function, SMALL, width)[:2] if function else [], SMALL)
    sheet.text(x, y, signed, NOTE)
