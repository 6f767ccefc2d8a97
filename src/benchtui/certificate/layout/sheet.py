"""A4 sheets with head, foot and draft mark, and the few strokes that everything else is made of.

Text is put on the sheet as given: nothing in it is understood as markup or as a placeholder.
Lengths are millimetres, type sizes points; y grows downwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, Self

from fpdf import FPDF
from fpdf.fonts import TTFFont

from benchtui.certificate import labels
from benchtui.certificate.layout.lines import wrap
from benchtui.certificate.wording import Language, fill, joined, parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchtui.certificate.content import Bilingual
    from benchtui.certificate.fonts import Fonts

Align = Literal["left", "right", "center"]
Colour = tuple[int, int, int]

BLACK: Colour = (26, 26, 26)
GREY: Colour = (105, 105, 105)
HAIRLINE: Colour = (200, 200, 200)
BLUE: Colour = (28, 66, 118)
RED: Colour = (150, 30, 30)
LIGHT: Colour = (224, 224, 224)
PALE: Colour = (240, 240, 240)

POINT = 25.4 / 72
LEFT, RIGHT, TOP, BOTTOM = 20.0, 190.0, 27.0, 274.0
WIDTH = RIGHT - LEFT
_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789−+", strict=True))
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))
PLAIN_FORMS = str.maketrans(_RAISED | _LOWERED)
"""Raised and lowered figures that few fonts have -> the figures that are typeset smaller in their place."""


class Style(NamedTuple):
    """How words look: *face* ``body`` or ``title``, *size* in points, *colour*."""

    size: float
    colour: Colour = BLACK
    face: Literal["body", "title"] = "body"

    @property
    def leading(self) -> float:
        """Distance from line to line, mm."""
        return self.size * POINT * 1.38


BODY = Style(9)
SMALL = Style(7.5)
NOTE = Style(7.5, GREY)
GLOSS = Style(7, GREY)


class Sheet:
    """A document being set; *y* is where the next block starts."""

    def __init__(self, fonts: Fonts, language: Language, running: str, number: str, *, draft: bool) -> None:
        self.pdf = FPDF(format="A4", enforce_compliance="PDF/A-3U")
        self.pdf.add_font("body", "", str(fonts.body.path), collection_font_number=fonts.body.index)
        self.pdf.add_font("title", "", str(fonts.title.path), collection_font_number=fonts.title.index)
        self.pdf.set_auto_page_break(False)
        self.language: Language = language
        self.y = TOP
        self._running = running
        self._number = number
        self._draft = draft

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # fpdf2 leaves the font files open.
        for font in self.pdf.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()

    # ------------------------------------------------------------------------------------------------ pages
    def new_page(self) -> None:
        """Start a sheet."""
        self.pdf.add_page()
        self.y = TOP
        if self._draft:
            self._mark_draft()
        if self.pdf.page > 1:
            self.text(LEFT, 14, self._running, GLOSS)
            self.rule(LEFT, RIGHT, 19.5)

    def need(self, height: float) -> bool:
        """Start a new sheet unless *height* fits on this one; tell whether that was necessary."""
        if self.y + height <= BOTTOM:
            return False
        self.new_page()
        return True

    def number_pages(self) -> None:
        """Put number and page x of y at the foot of all sheets: the last thing to do."""
        pages = self.pdf.pages_count
        for page in range(1, pages + 1):
            self.pdf.page = page
            self._state_everything()
            self.rule(LEFT, RIGHT, 279.5)
            self.text(LEFT, 281, self._number, SMALL)
            label = joined(fill(labels.PAGE, page=page, pages=pages), self.language, "   ")
            self.text(RIGHT, 281, label, SMALL, "right")

    def _state_everything(self) -> None:
        # fpdf2 writes a setting only where it differs from the last one, which was made on another sheet than
        # the one to which it returns here. So each is set to something else first.
        self.pdf.set_font("body", size=1)
        for colour in (RED, BLACK):
            self.pdf.set_fill_color(*colour)
            self.pdf.set_draw_color(*colour)
        self.pdf.set_line_width(1)

    def _mark_draft(self) -> None:
        words = joined(labels.DRAFT_MARK, self.language, " ")
        style = Style(92, PALE, "title")
        with self.pdf.rotation(52, 105, 148):
            self.text(105, 148 - style.size * POINT / 2, words, style, "center")
        self.text(RIGHT, 14, joined(labels.DRAFT_SENTENCE, self.language, "   "), Style(8, RED), "right")

    # ------------------------------------------------------------------------------------------------- text
    def measure(self, words: str, style: Style) -> float:
        """Return the width of *words*."""
        font = self.pdf.fonts[style.face]
        return sum(
            font.get_text_width(run, style.size * scale, None)[1] * POINT for run, scale, _ in _runs(words)
        )

    def wrap(self, words: str, style: Style, width: float) -> list[str]:
        """Break *words* into lines of at most *width*."""
        return wrap(words, width, lambda part: self.measure(part, style))

    def text(self, x: float, y: float, words: str, style: Style, align: Align = "left") -> None:
        """Set one line: *y* is its upper edge, *x* its left, right or middle, as *align* says."""
        if not words:
            return
        if align != "left":
            width = self.measure(words, style)
            x -= width if align == "right" else width / 2
        baseline = y + style.size * POINT * 1.02
        self.pdf.set_text_color(*style.colour)
        for run, scale, shift in _runs(words):
            self.pdf.set_font(style.face, size=style.size * scale)
            self.pdf.text(x, baseline - shift * style.size * POINT, run)
            x += self.pdf.fonts[style.face].get_text_width(run, style.size * scale, None)[1] * POINT

    def lines(self, x: float, y: float, lines: Sequence[str], style: Style, align: Align = "left") -> float:
        """Set *lines* below each other and return the y below them."""
        for line in lines:
            self.text(x, y, line, style, align)
            y += style.leading
        return y

    def paragraph(self, words: str, style: Style = BODY, *, indent: float = 0) -> None:
        """Set a paragraph over the whole width at *y*, on as many sheets as it takes."""
        for line in self.wrap(words, style, WIDTH - indent):
            self.need(style.leading)
            self.text(LEFT + indent, self.y, line, style)
            self.y += style.leading

    def bilingual(self, words: Bilingual, style: Style = BODY, *, indent: float = 0) -> None:
        """Set a sentence in the document's languages, one paragraph each, the second one smaller and grey."""
        for position, part in enumerate(parts(words, self.language)):
            self.paragraph(part, style if position == 0 else Style(style.size - 1, GREY), indent=indent)

    def section(self, words: Bilingual, keep: float = 25, *, level: int = 0) -> None:
        """Start a section: its heading stays with at least *keep* mm of what follows."""
        style = Style(12.5 if level == 0 else 10, BLUE if level == 0 else BLACK, "title")
        self.need(style.leading + 6 + keep)
        self.y += 4 if self.y > TOP else 0
        self.pdf.start_section(joined(words, self.language), level=level)
        self.heading(words, style)
        if level == 0:
            self.rule(LEFT, RIGHT, self.y + 0.6, BLUE, 0.25)
            self.y += 1.6

    def heading(self, words: Bilingual, style: Style) -> None:
        """Set a heading: the first language as *style* says, the second behind it, smaller and grey."""
        first, *second = parts(words, self.language)
        gloss = Style(style.size * 0.78, GREY, style.face)
        room = self.measure(first, style) + 2.5
        self.text(LEFT, self.y, first, style)
        if second and room + self.measure(second[0], gloss) <= WIDTH:
            self.text(LEFT + room, self.y + (style.size - gloss.size) * POINT * 1.02, second[0], gloss)
            second = []
        self.y += style.leading
        for line in second:
            self.paragraph(line, gloss)

    # ---------------------------------------------------------------------------------------------- strokes
    def rule(self, x0: float, x1: float, y: float, colour: Colour = HAIRLINE, weight: float = 0.15) -> None:
        """Draw a horizontal line."""
        self.line(x0, y, x1, y, colour, weight)

    def line(self, x0: float, y0: float, x1: float, y1: float, colour: Colour, weight: float) -> None:
        """Draw a line."""
        self.pdf.set_draw_color(*colour)
        self.pdf.set_line_width(weight)
        self.pdf.line(x0, y0, x1, y1)

    def box(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        """Fill a rectangle."""
        self.pdf.set_fill_color(*colour)
        self.pdf.rect(x, y, width, height, style="F")

    def dot(self, x: float, y: float, radius: float, colour: Colour) -> None:
        """Fill a disc."""
        self.pdf.set_fill_color(*colour)
        self.pdf.circle(x=x, y=y, radius=radius, style="F")


def _runs(words: str) -> list[tuple[str, float, float]]:
    """Split *words* into runs (characters, scale, shift in ems): raised and lowered figures are small."""
    runs: list[tuple[str, float, float]] = []
    for c in words:
        scale, shift = (0.65, 0.38) if c in _RAISED else (0.65, -0.14) if c in _LOWERED else (1.0, 0.0)
        plain = _RAISED.get(c) or _LOWERED.get(c) or c
        if runs and runs[-1][1:] == (scale, shift):
            runs[-1] = (runs[-1][0] + plain, scale, shift)
        else:
            runs.append((plain, scale, shift))
    return runs
