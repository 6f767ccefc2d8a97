"""Reading a PDF back through its ToUnicode tables, the way a viewer finds and copies text.

pypdf opens the documents and decodes their objects, but its own text extraction does not know the embedded
code maps of CID-keyed fonts, so the strings are decoded here.
"""

from __future__ import annotations

import io
import re
from typing import Any, NamedTuple

from pypdf import PageObject, PdfReader
from pypdf.generic import ContentStream, StreamObject, TextStringObject

_PAIR = re.compile(rb"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]+)>")


class Piece(NamedTuple):
    """A string that is shown: where it starts (points from the lower left corner), and its type size."""

    x: float
    y: float
    size: float
    words: str


def reader(document: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(document), strict=True)


def root(document: bytes) -> Any:
    return reader(document).trailer["/Root"]


def _letters(page: PageObject, font: str) -> dict[int, str]:
    table: StreamObject = page["/Resources"]["/Font"][font]["/ToUnicode"].get_object()  # type: ignore[index]  # PDF objects
    return {
        int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be")
        for code, text in _PAIR.findall(table.get_data())
    }


def pieces(page: PageObject) -> list[Piece]:
    shown: list[Piece] = []
    letters: dict[str, dict[int, str]] = {}
    font, size, x, y = "", 0.0, 0.0, 0.0
    for operands, operator in ContentStream(page.get_contents(), page.pdf).operations:
        if operator == b"Tf":
            font, size = str(operands[0]), float(operands[1])
            if font not in letters:
                letters[font] = _letters(page, font)
        elif operator == b"Td":
            x, y = float(operands[0]), float(operands[1])
        elif operator == b"Tj":
            string = operands[0]
            raw = string.original_bytes if isinstance(string, TextStringObject) else bytes(string)
            codes = (int.from_bytes(raw[n : n + 2]) for n in range(0, len(raw), 2))
            shown.append(Piece(x, y, size, "".join(letters[font][code] for code in codes)))
    return shown


def pages(document: bytes) -> list[str]:
    """Return the text of each page; every run of blanks is one ordinary blank."""
    return [re.sub(r"\s+", " ", " ".join(p.words for p in pieces(page))) for page in reader(document).pages]


def words(document: bytes) -> str:
    return " ".join(pages(document))


def attachments(document: bytes) -> dict[str, bytes]:
    attached = reader(document).attachments
    return {name: attached[name][0] for name in attached}
