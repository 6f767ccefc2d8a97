"""Marks that stand beside words, in three sets for terminals that show more or less.

A mark is never the only sign of a state. ``unicode`` needs a UTF-8 terminal with common fonts, ``block`` the
characters of the Linux console, ``ascii`` nothing. A terminal that draws characters of ambiguous width two
cells wide shifts every line; there ``ascii`` is right.
"""

from __future__ import annotations

import locale
import os
from typing import Literal

import msgspec
from rich.cells import cell_len, set_cell_size

from benchtui.i18n import N_

SetName = Literal["unicode", "block", "ascii"]

STATE_WORDS: dict[str, str] = {
    "todo": N_("to do"),
    "running": N_("running"),
    "done": N_("done"),
    "failed": N_("failed"),
    "skipped": N_("skipped"),
    "interrupted": N_("interrupted"),
}


class Marks(msgspec.Struct, frozen=True):
    """One set of marks; every mark is one cell wide.

    *box* holds the strokes of drawings: horizontal, vertical, the four corners clockwise from top left, then
    the terminals on a right and on a left border. *halves* are a cell of which the left or the right half is
    filled. *plot* names how a trace is drawn.
    """

    name: SetName
    states: dict[str, str]
    full: str
    empty: str
    step: str
    more: str
    box: tuple[str, str, str, str, str, str, str, str]
    halves: tuple[str, str]
    plot: Literal["braille", "halves", "stars"]


_SETS: dict[str, Marks] = {
    "unicode": Marks(
        name="unicode",
        states={"todo": "·", "running": "▶", "done": "✓", "failed": "✗", "skipped": "○", "interrupted": "!"},
        full="█",
        empty="░",
        step="›",
        more="…",
        box=("─", "│", "┌", "┐", "┘", "└", "├", "┤"),
        halves=("▌", "▐"),
        plot="braille",
    ),
    "block": Marks(
        name="block",
        states={"todo": "·", "running": "►", "done": "√", "failed": "x", "skipped": "o", "interrupted": "!"},
        full="█",
        empty="░",
        step=">",
        more="~",
        box=("─", "│", "┌", "┐", "┘", "└", "├", "┤"),
        halves=("▌", "▐"),
        plot="halves",
    ),
    "ascii": Marks(
        name="ascii",
        states={"todo": ".", "running": ">", "done": "v", "failed": "x", "skipped": "o", "interrupted": "!"},
        full="#",
        empty="-",
        step=">",
        more="~",
        box=("-", "|", "+", "+", "+", "+", "+", "+"),
        halves=("#", "#"),
        plot="stars",
    ),
}
# Characters of ambiguous width and typographic signs that values and sentences carry, for the ascii set.
_PLAIN = str.maketrans(
    {
        "−": "-",
        "±": "+/-",
        "×": "x",
        "µ": "u",
        "μ": "u",
        "Ω": "Ohm",
        "°": "deg",
        "√": "sqrt",
        "≤": "<=",
        "≥": ">=",
    }
    | {
        "→": "->",
        "…": "...",
        "·": ".",
        "ν": "nu",
        "–": "-",
        "—": "-",
        "›": ">",
        "²": "2",
        "Δ": "d",
        "∞": "inf",
        "⏚": "gnd",
        "\u00a0": " ",
    }
)
_current = _SETS["unicode"]


def use(name: SetName) -> None:
    """Draw with the set *name* in this process from now on."""
    global _current
    _current = _SETS[name]


def marks() -> Marks:
    """Return the set in use."""
    return _current


def suitable() -> SetName:
    """Return the set for this terminal, as far as locale and ``TERM`` tell."""
    if locale.getpreferredencoding(do_setlocale=False).replace("-", "").lower() != "utf8":
        return "ascii"
    return "block" if os.environ.get("TERM") == "linux" else "unicode"


UP, DOWN, LEFT, RIGHT = 1, 2, 4, 8
"""Where a stroke of a drawing goes from the middle of its cell; they are added."""
_STROKES = {
    UP | DOWN: "│",
    LEFT | RIGHT: "─",
    DOWN | RIGHT: "┌",
    DOWN | LEFT: "┐",
    UP | LEFT: "┘",
    UP | RIGHT: "└",
    UP | DOWN | RIGHT: "├",
    UP | DOWN | LEFT: "┤",
    DOWN | LEFT | RIGHT: "┬",
    UP | LEFT | RIGHT: "┴",
    UP | DOWN | LEFT | RIGHT: "┼",
}


def stroke(ways: int) -> str:
    """Return the mark for a lead that goes to the *ways* of its cell; strokes that meet are connected."""
    if _current.name != "ascii":
        return _STROKES[ways]
    return {UP | DOWN: "|", LEFT | RIGHT: "-"}.get(ways, "+")


def plain(text: str) -> str:
    """Return *text* as the set in use can show it; control characters of outside texts become spaces."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() or c == "\u00a0" else " " for c in text)
    return text.translate(_PLAIN) if _current.name == "ascii" else text


def fit(text: str, width: int, align: Literal["left", "right"] = "left") -> str:
    """Return *text* in exactly *width* cells: padded, or cut with a mark at its end."""
    text = plain(text)
    length = cell_len(text)
    if length > width:
        return set_cell_size(text, max(width - 1, 0)) + (_current.more if width > 0 else "")
    gap = " " * (width - length)
    return text + gap if align == "left" else gap + text


def bar(done: int, of: int, width: int) -> str:
    """Return a bar of *width* cells, filled in proportion."""
    filled = min(width, width * done // of) if of > 0 else 0
    return _current.full * filled + _current.empty * (width - filled)
