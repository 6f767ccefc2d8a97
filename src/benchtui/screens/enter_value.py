"""Asks for a number; what is understood is shown while it is typed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.content import Content
from textual.widgets import Input, Static

from benchtui.errors import BadInput
from benchtui.i18n import _, render
from benchtui.quantity import engineering, parse_entry
from benchtui.screens.base import Dialog
from benchtui.screens.marks import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.binding import BindingType
    from textual.widget import Widget

    from benchtui.messages import Prompt


class EnterValue(Dialog[str]):
    """Asks *prompt*; the result is the text as typed, or None after Esc. What cannot be read stays open."""

    CSS_PATH = Path(__file__).with_name("enter_value.tcss")
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, prompt: Prompt) -> None:
        super().__init__()
        self.prompt = prompt
        self._left_alone = prompt.error is not None

    def body(self) -> Iterator[Widget]:
        """Yield question, entry, echo."""
        yield Static(id="title", classes="heading", markup=False)
        yield Static(id="sentences", markup=False)
        yield Input(id="entry", select_on_focus=False)
        yield Static(id="echo", markup=False)
        yield Static(id="keys-here", classes="hint", markup=False)

    def redraw(self) -> None:
        """Put the texts in."""
        self.query_one("#title", Static).update(plain(render(self.prompt.title)))
        sentences = self.query_one("#sentences", Static)
        sentences.update("\n".join(plain(render(line)) for line in self.prompt.lines))
        sentences.display = bool(self.prompt.lines)
        self.query_one("#keys-here", Static).update(_("Enter: accept    Esc: later    F8: outputs off"))
        entry = self.query_one("#entry", Input)
        entry.cursor_blink = False
        self._echo(entry.value)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        if event.value:
            self._left_alone = False
        self._echo(event.value)

    @on(Input.Submitted)
    def _accept(self, event: Input.Submitted) -> None:
        if event.value and self._echo(event.value):
            self.dismiss(event.value)

    def _echo(self, typed: str) -> bool:
        """Show how *typed* is understood; tell whether it is."""
        echo = self.query_one("#echo", Static)
        if not typed:
            if self._left_alone and self.prompt.error is not None:
                echo.update(Content.styled(plain(render(self.prompt.error)), "bold $error"))
            else:
                unit = self.prompt.unit or "1"
                echo.update(
                    Content.styled(
                        _("Type the number in {unit}.").replace("{unit}", plain(unit)), "$foreground-muted"
                    )
                )
            return False
        try:
            entry = parse_entry(typed, self.prompt.unit)
        except BadInput as wrong:
            sentence = plain(f"{render(wrong.what)} {render(wrong.hint)}")
            echo.update(Content.styled(sentence, "bold $error"))
            return False
        echo.update(plain(f"= {engineering(entry.value, entry.unit)}"))
        return True
