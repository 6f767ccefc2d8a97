"""A question with numbered answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.widgets import Static

from benchtui.i18n import Text, _, render
from benchtui.screens.base import Dialog
from benchtui.screens.marks import plain
from benchtui.screens.rows import Row, RowColumn, Rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.binding import BindingType
    from textual.widget import Widget


class Confirm(Dialog[str]):
    """Asks *title*; the result is the value of the answer chosen, or None after Esc.

    *answers* are pairs of a value and a sentence; Enter takes the first at once, digits choose directly.
    """

    CSS_PATH = Path(__file__).with_name("confirm.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        ("enter", "accept", ""),
        *((str(n), f"choose({n})", "") for n in range(1, 5)),
    ]

    def __init__(
        self, title: Text, answers: tuple[tuple[str, Text], ...], lines: tuple[Text, ...] = ()
    ) -> None:
        super().__init__()
        self._title = title
        self._answers = answers
        self._lines = lines

    def body(self) -> Iterator[Widget]:
        """Yield sentences and answers."""
        yield Static(id="title", classes="heading", markup=False)
        yield Static(id="sentences", markup=False)
        yield Rows(id="answers", heading=False)
        yield Static(id="keys-here", classes="hint", markup=False)

    def redraw(self) -> None:
        """Put the texts in."""
        self.query_one("#title", Static).update(plain(render(self._title)))
        sentences = self.query_one("#sentences", Static)
        sentences.update("\n".join(plain(render(line)) for line in self._lines))
        sentences.display = bool(self._lines)
        rows = [Row(value, (str(n), render(say))) for n, (value, say) in enumerate(self._answers, 1)]
        answers = self.query_one(Rows)
        answers.styles.height = len(rows)
        answers.show((RowColumn(""), RowColumn("", elastic=True)), rows)
        self.query_one("#keys-here", Static).update(_("Enter or digit: choose    Esc: cancel"))

    def action_accept(self) -> None:
        """Take the answer under the cursor."""
        self.dismiss(self.query_one(Rows).key)

    def action_choose(self, n: int) -> None:
        """Take answer *n*."""
        if n <= len(self._answers):
            self.dismiss(self._answers[n - 1][0])

    def on_rows_chosen(self) -> None:
        """Take the answer that was clicked."""
        self.action_accept()
