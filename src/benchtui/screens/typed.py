"""Dialogs in which a person types words: the reason for leaving a point out, a dangerous level, a remark."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.content import Content
from textual.widgets import Input, Static

from benchtui.i18n import N_, _, render, text
from benchtui.screens.base import Dialog
from benchtui.screens.marks import plain
from benchtui.screens.rows import Row, RowColumn, Rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.binding import BindingType
    from textual.widget import Widget

    from benchtui.i18n import Text
    from benchtui.messages import Prompt


class Typed(Dialog[str]):
    """Asks for words under *title* and *lines*; the result is what was typed, or None after Esc."""

    CSS_PATH = Path(__file__).with_name("typed.tcss")
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, title: Text, lines: tuple[Text, ...] = (), error: Text | None = None) -> None:
        super().__init__()
        self._title = title
        self._lines = lines
        self._error = error

    def body(self) -> Iterator[Widget]:
        """Yield question, entry, echo."""
        yield Static(id="title", classes="heading", markup=False)
        yield Static(id="sentences", markup=False)
        yield Input(id="words", select_on_focus=False)
        yield Static(id="echo", markup=False)
        yield Static(id="keys-here", classes="hint", markup=False)

    def redraw(self) -> None:
        """Put the texts in."""
        self.query_one("#title", Static).update(plain(render(self._title)))
        sentences = self.query_one("#sentences", Static)
        sentences.update("\n".join(plain(render(line)) for line in self._lines))
        sentences.display = bool(self._lines)
        self.query_one("#keys-here", Static).update(self.keys())
        self.query_one("#words", Input).cursor_blink = False
        self.complain(self._error)

    def keys(self) -> str:
        """Return the line that names the keys."""
        return _("Enter: accept    Esc: cancel    F8: outputs off")

    def complain(self, error: Text | None) -> None:
        """Say what is wrong with what was typed."""
        say = Content.styled(plain(render(error)), "bold $error") if error is not None else Content("")
        self.query_one("#echo", Static).update(say)

    @on(Input.Submitted)
    def _accept(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self.dismiss(event.value.strip())
        else:
            self.complain(self.missing())

    def missing(self) -> Text:
        """Return what is said when nothing was typed."""
        return text(N_("Type something first."))


class SkipReason(Typed):
    """Asks why a point is left out."""

    def __init__(self, point: str) -> None:
        super().__init__(
            text(N_("Leave out {point}?"), point=point),
            (text(N_("Type the reason: record and certificate state it. The point can be measured later.")),),
        )

    def missing(self) -> Text:
        """Say that a reason is needed."""
        return text(N_("A point is left out only with a reason."))


class Release(Typed):
    """Has a dangerous level typed before it is switched on; Esc is no. It is never a safety function."""

    def __init__(self, prompt: Prompt) -> None:
        super().__init__(prompt.title, prompt.lines, prompt.error)
        self.prompt = prompt

    def keys(self) -> str:
        """Tell that Esc says no."""
        return _("Enter: release    Esc: no, stop here    F8: outputs off")

    def missing(self) -> Text:
        """Say what is to be typed."""
        return self.prompt.title

    def action_cancel(self) -> None:
        """Answer no."""
        self.dismiss("no")


class Judge(Dialog[str]):
    """Asks whether something is normal; the result is ``yes`` or ``no`` with a remark, or None after Esc.

    Enter on *normal* answers at once; on *abnormal*, or after ``a``, the remark is asked for first.
    """

    CSS_PATH = Path(__file__).with_name("typed.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        ("n,1", "judge('yes')", ""),
        ("a,2", "judge('no')", ""),
        ("enter", "accept", ""),
    ]

    def __init__(self, prompt: Prompt) -> None:
        super().__init__()
        self.prompt = prompt

    def body(self) -> Iterator[Widget]:
        """Yield question, verdicts, remark."""
        yield Static(id="title", classes="heading", markup=False)
        yield Static(id="sentences", markup=False)
        yield Rows(id="verdicts", heading=False)
        yield Input(id="words", select_on_focus=False)
        yield Static(id="echo", markup=False)
        yield Static(id="keys-here", classes="hint", markup=False)

    def redraw(self) -> None:
        """Put the texts in."""
        self.query_one("#title", Static).update(plain(render(self.prompt.title)))
        sentences = self.query_one("#sentences", Static)
        sentences.update("\n".join(plain(render(line)) for line in self.prompt.lines))
        sentences.display = bool(self.prompt.lines)
        rows = [Row("yes", ("n", _("Normal"))), Row("no", ("a", _("Abnormal")))]
        self.query_one(Rows).show((RowColumn(""), RowColumn("", elastic=True)), rows)
        remark = self.query_one("#words", Input)
        remark.cursor_blink = False
        remark.placeholder = _("remark")
        self.query_one("#keys-here", Static).update(
            _("n: normal    a: abnormal    Tab: remark    Enter: accept    Esc: later")
        )

    def action_judge(self, verdict: str) -> None:
        """Take *verdict*; of what is abnormal, the remark comes first."""
        rows, remark = self.query_one(Rows), self.query_one("#words", Input)
        rows.move_to(verdict)
        if verdict == "yes" or remark.value.strip():
            self._answer()
        else:
            remark.focus()
            self._say(_("Say in a few words what is abnormal."))

    def action_accept(self) -> None:
        """Take the verdict under the cursor."""
        self.action_judge(self.query_one(Rows).key)

    @on(Rows.Chosen)
    def _chosen(self) -> None:
        self.action_accept()

    @on(Rows.Moved)
    def _moved(self) -> None:
        self._say("")

    @on(Input.Submitted)
    def _typed(self) -> None:
        if self.query_one(Rows).key == "no" and not self.query_one("#words", Input).value.strip():
            self._say(_("Say in a few words what is abnormal."))
        else:
            self._answer()

    def _say(self, sentence: str) -> None:
        self.query_one("#echo", Static).update(Content.styled(sentence, "bold $warning"))

    def _answer(self) -> None:
        remark = " ".join(self.query_one("#words", Input).value.split())
        self.dismiss(f"{self.query_one(Rows).key} {remark}".strip())
