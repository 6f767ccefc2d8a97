"""What the operator has to do now: connect as drawn, or answer a question that was put aside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from benchtui.i18n import _, render
from benchtui.screens.folding import fold
from benchtui.screens.marks import plain
from benchtui.screens.wiring_drawing import draw_wiring

if TYPE_CHECKING:
    from benchtui.messages import Prompt
    from benchtui.wiring import Wiring


class TaskBlock(Static):
    """Shows the pending prompt; hidden while there is none."""

    def __init__(self) -> None:
        super().__init__("", id="task", markup=False)
        self._shown = Content("")

    def show(self, prompt: Prompt | None, *, controls: bool, width: int, height: int) -> None:
        """Show *prompt* in *width* cells and *height* lines; a console without *controls* cannot answer."""
        self.display = prompt is not None
        content = _content(prompt, controls, width, height) if prompt is not None else Content("")
        if not content.is_same(self._shown):
            self._shown = content
            self.update(content)


def _content(prompt: Prompt, controls: bool, width: int, height: int) -> Content:
    # What to do, and what may hurt, stand first: nothing below can push them off a small screen.
    title = _("Connect nothing") if _connects_nothing(prompt) else render(prompt.title)
    lines: list[Content] = [
        Content.styled(plain(title), "bold $accent"),
        _key(prompt, controls),
    ]
    if prompt.error is not None:
        lines.append(Content.styled(plain(render(prompt.error)), "bold $error"))
    said = [Content(line) for one in prompt.lines for line in fold(plain(render(one)), width)]
    if prompt.wiring is None:
        return Content("\n").join([*lines, *said])
    said += [
        Content.styled(line, "$foreground-muted")
        for note in prompt.wiring.notes
        for line in fold(plain(render(note)), width)
    ]
    lines += [Content.styled(danger, "bold reverse $error") for danger in danger_words(prompt.wiring)]
    room = height - len(lines) - len(said)
    lines += [Content(line) for line in draw_wiring(prompt.wiring, width, max(room, 1) if height else 0)]
    return Content("\n").join([*lines, *said])


def _connects_nothing(prompt: Prompt) -> bool:
    return prompt.wiring is not None and not prompt.wiring.connections


def _key(prompt: Prompt, controls: bool) -> Content:
    if not controls:
        return Content.styled(_("The other console answers this."), "bold $warning")
    word = _("connected as drawn") if prompt.kind == "wiring" else _("answer")
    if _connects_nothing(prompt):
        word = _("nothing is connected")
    return Content.assemble((" Enter ", "bold reverse $accent"), " ", (word, "bold"))


def danger_words(wiring: Wiring) -> list[str]:
    """Return the hazard banner of *wiring*: a line each for what may hurt, empty when nothing does."""
    if not wiring.hazardous:
        return []
    levels = [f"{wiring.volts:g} V"] if wiring.volts else []
    levels += [f"{wiring.amperes:g} A"] if wiring.amperes else []
    words = [" " + _("DANGER  up to {level} while measuring").replace("{level}", ", ".join(levels)) + " "]
    if wiring.interlock:
        words.append(" " + _("Close the fixture: the interlock is checked") + " ")
    return [plain(line) for line in words]
