"""Labels with their values: the body of a title page."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from benchtui.certificate.layout.sheet import BODY, GLOSS, LEFT, RIGHT, WIDTH, Sheet, Style
from benchtui.certificate.wording import clean, parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchtui.certificate.content import Bilingual

LABEL = Style(8.5)
_PAD = 1.1
_TALL = 60.0  # a row that is taller runs on over the sheets


class Fact(NamedTuple):
    """A label and its value; *half* facts share a row in pairs."""

    label: Bilingual
    value: Bilingual | str
    half: bool = False


def facts(sheet: Sheet, rows: Sequence[Fact], label_width: float = 31) -> None:
    """Set *rows* below each other, a hairline under each; neighbouring half facts stand side by side."""
    pending = list(rows)
    while pending:
        fact = pending.pop(0)
        if fact.half and pending and pending[0].half:
            _row(sheet, (fact, pending.pop(0)), label_width)
        else:
            _row(sheet, (fact,), label_width)


def _row(sheet: Sheet, row: tuple[Fact, ...], label_width: float) -> None:
    gap = 6.0
    width = (WIDTH - gap * (len(row) - 1)) / len(row)
    values = [_value(sheet, fact, width - label_width) for fact in row]
    captions = [_caption(sheet, fact, label_width - 2) for fact in row]
    height = max(_height(block) for block in (*values, *captions)) + 2 * _PAD
    if len(row) == 1 and height > _TALL:
        _tall(sheet, captions[0], values[0], label_width)
        return
    sheet.need(height)
    for column, (caption, value) in enumerate(zip(captions, values, strict=True)):
        x = LEFT + column * (width + gap)
        for block, at in ((caption, x), (value, x + label_width)):
            y = sheet.y + _PAD
            for line, style in block:
                sheet.text(at, y, line, style)
                y += style.leading
        sheet.rule(x, x + width, sheet.y + height)
    sheet.y += height


def _tall(
    sheet: Sheet, caption: list[tuple[str, Style]], value: list[tuple[str, Style]], label_width: float
) -> None:
    sheet.need(_TALL / 2)
    y = sheet.y + _PAD
    for line, style in caption:
        sheet.text(LEFT, y, line, style)
        y += style.leading
    sheet.y += _PAD
    for line, style in value:
        sheet.need(style.leading)
        sheet.text(LEFT + label_width, sheet.y, line, style)
        sheet.y += style.leading
    sheet.y += _PAD
    sheet.rule(LEFT, RIGHT, sheet.y)


def _caption(sheet: Sheet, fact: Fact, width: float) -> list[tuple[str, Style]]:
    first, *second = parts(fact.label, sheet.language)
    block = [(line, LABEL) for line in sheet.wrap(first, LABEL, width)]
    return block + [(line, GLOSS) for part in second for line in sheet.wrap(part, GLOSS, width)]


def _value(sheet: Sheet, fact: Fact, width: float) -> list[tuple[str, Style]]:
    if isinstance(fact.value, str):
        return [(line, BODY) for line in sheet.wrap(clean(fact.value) or "—", BODY, width)]
    first, *second = parts(fact.value, sheet.language)
    block = [(line, BODY) for line in sheet.wrap(first or "—", BODY, width)]
    return block + [(line, Style(8)) for part in second for line in sheet.wrap(part, Style(8), width)]


def _height(block: list[tuple[str, Style]]) -> float:
    return sum(style.leading for _, style in block)
