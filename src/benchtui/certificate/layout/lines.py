"""Breaking text into lines, with the rules of Chinese and of English."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from benchtui.quantity import NBSP

if TYPE_CHECKING:
    from collections.abc import Callable

# A line does not start with these, nor end with those.
_NOT_FIRST = frozenset("，。、；：！？）》〉」』】〕…—·％%℃°,.;:!?)]}”’")
_NOT_LAST = frozenset("（《〈「『【〔([{“‘")
_WIDE = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
# Blanks at which a line does not end: before a unit, around the sign of "k = 2".
_BINDING = re.compile(
    r"(?<=\d) (?=(?:[fpnuµμmkMGT]?(?:V|A|Ω|F|Hz|s|Pa|K|g)|°C|℃|%(?:RH)?|ppm)(?![A-Za-z]))"
    r"|(?<=\b[kUnups]) (?==)|(?<==) (?=[\d−])"
)
_PIECE = re.compile(rf" +|[{_WIDE}]|[^ {_WIDE}]+")


def pieces(paragraph: str) -> list[str]:
    """Split *paragraph* where a line may end: at blanks and beside Chinese characters."""
    glued: list[str] = []
    for piece in _PIECE.findall(_BINDING.sub(NBSP, paragraph)):
        if glued and (piece[0] in _NOT_FIRST or glued[-1][-1] in _NOT_LAST) and not glued[-1].isspace():
            glued[-1] += piece
        else:
            glued.append(piece)
    return glued


def wrap(paragraph: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """Break *paragraph* into lines of at most *width*, as *measure* measures; a word that is too long is cut.

    A no-break space keeps its words together. At least one line is returned.
    """
    lines: list[str] = []
    line = ""
    for piece in pieces(paragraph):
        if measure((line + piece).rstrip(" ")) <= width:
            line += piece if line or not piece.isspace() else ""
            continue
        if line.strip():
            lines.append(line.rstrip(" "))
        line = "" if piece.isspace() else piece
        while measure(line) > width and len(line) > 1:
            fits = next((n for n in range(len(line) - 1, 1, -1) if measure(line[:n]) <= width), 1)
            lines.append(line[:fits])
            line = line[fits:]
    if line.strip() or not lines:
        lines.append(line.rstrip(" "))
    return lines
