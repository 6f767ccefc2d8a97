"""The keys, from the key table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from benchtui.i18n import _
from benchtui.screens.base import Dialog
from benchtui.screens.folding import fold
from benchtui.screens.keys import LIST_KEYS, TABLE
from benchtui.screens.marks import fit, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.binding import BindingType
    from textual.widget import Widget

    from benchtui.screens.folding import fold
from benchtui.screens.keys import Place

KEY_WIDTH = 16


class Help(Dialog[None]):
    """All keys that work on the screen below, at the *places* of the key table."""

    CSS_PATH = Path(__file__).with_name("help.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        ("enter,f1,question_mark,q", "cancel", ""),
    ]

    def __init__(self, places: tuple[Place, ...]) -> None:
        super().__init__()
        self._places = places

    def body(self) -> Iterator[Widget]:
        """Yield heading and table."""
        yield Static(id="title", classes="heading", markup=False)
        with VerticalScroll(id="table"):
            yield Static(id="lines", markup=False)
        yield Static(id="keys-here", classes="hint", markup=False)

    def redraw(self) -> None:
        """Put the texts in."""
        self.query_one("#title", Static).update(_("Keys"))
        here = [("  ".join(key.shown), _(key.sense)) for key in TABLE if key.place in self._places]
        there = [(keys, _(sense)) for keys, sense in LIST_KEYS]
        self.query_one("#lines", Static).update(
            Content("\n").join([*map(_line, here), Content(""), *map(_line, there)])
        )
        self.query_one("#keys-here", Static).update(_("Esc: close"))


def _line(entry: tuple[str, str]) -> Content:
    keys, sense = entry
    lines = fold(plain(sense), 60 - KEY_WIDTH - 2)
    pieces: list[tuple[str, str] | str] = [(fit(keys, KEY_WIDTH), "bold")]
    pieces.append(("\n" + " " * KEY_WIDTH).join(lines))
    return Content.assemble(*pieces)
