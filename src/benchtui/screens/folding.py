"""Folding sentences to a width: at spaces, and between Chinese characters, which have none."""

from __future__ import annotations

import re

from rich.cells import cell_len

_PIECES = re.compile(r" |[^\u2e80-\uffef ]+|[\u2e80-\uffef]")
_NOT_FIRST = "，。；：、？！）》”’"
"""Marks with which no line begins."""


def fold(sentence: str, width: int) -> list[str]:
    """Return *sentence* in lines of at most *width* cells; only a word that is longer is broken inside."""
    lines = [""]
    for piece in _pieces(sentence):
        if cell_len(lines[-1] + piece.rstrip()) <= width:
            lines[-1] += piece
            continue
        lines[-1] = lines[-1].rstrip()
        if cell_len(piece) <= width:
            lines.append(piece.lstrip())
            continue
        for character in piece:
            if cell_len(lines[-1] + character) > width:
                lines.append("")
            lines[-1] += character
    return [line.rstrip() for line in lines if line.strip()] or [""]


def _pieces(sentence: str) -> list[str]:
    """Return what stays together: a word with its space, a Chinese character with the marks after it."""
    pieces: list[str] = []
    for piece in _PIECES.findall(sentence):
        if pieces and (piece == " " or piece in _NOT_FIRST):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces
