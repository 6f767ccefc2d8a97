"""Something failed: what, where, and what to try."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.widgets import Static

from benchtui.i18n import N_, _, render, text
from benchtui.messages import Failure
from benchtui.screens.base import Dialog
from benchtui.screens.marks import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.binding import BindingType
    from textual.widget import Widget


class FailureBox(Dialog[None]):
    """Shows one failure; Enter or Esc close it."""

    CSS_PATH = Path(__file__).with_name("failure.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [("enter", "cancel", "")]

    def __init__(self, failure: Failure) -> None:
        super().__init__()
        self._failure = failure

    def body(self) -> Iterator[Widget]:
        """Yield what, where, hint."""
        yield Static(id="title", classes="wrong", markup=False)
        yield Static(id="what", markup=False)
        yield Static(id="where", classes="muted", markup=False)
        yield Static(id="hint", markup=False)
        yield Static(id="keys-here", classes="hint", markup=False)

    def redraw(self) -> None:
        """Put the texts in."""
        self.query_one("#title", Static).update(_("Failure"))
        self.query_one("#what", Static).update(plain(render(self._failure.what)))
        where = self.query_one("#where", Static)
        where.update(plain(_("At: {where}").replace("{where}", self._failure.where)))
        where.display = bool(self._failure.where)
        hint = self.query_one("#hint", Static)
        say = render(self._failure.hint)
        hint.update(plain(_("Try: {hint}").replace("{hint}", say)))
        hint.display = bool(say)
        self.query_one("#keys-here", Static).update(self._keys())

    def _keys(self) -> str:
        return _("Enter: close    F8: outputs off")


class EngineGone(FailureBox):
    """The engine ended or the connection broke: the console can only show what it knows and be closed."""

    BINDINGS: ClassVar[list[BindingType]] = [("enter", "leave", "")]

    def __init__(self) -> None:
        super().__init__(
            Failure(
                kind="EngineLost",
                what=text(N_("The engine has ended or does not answer; nothing is measured any more.")),
                where="",
                hint=text(
                    N_(
                        "Read at the instrument's panel that its outputs are off. Then close the console and "
                        "start benchtui again: every reading so far is in the record."
                    )
                ),
                exit_status=3,
            )
        )

    def _keys(self) -> str:
        return _("Enter: close the console    Esc: look at the screen first")

    def action_leave(self) -> None:
        """Close the console."""
        self.app.exit(return_code=3)
