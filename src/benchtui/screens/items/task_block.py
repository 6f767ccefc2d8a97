"""What the operator has to do now: connect as drawn, or answer a question that was put aside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from benchtui.i18n import _, render
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

    def show(self, prompt: Prompt | None, *, controls: bool, width: int) -> None:
        """Show *prompt*, drawn in at most *width* cells; a console without *controls* cannot answer."""
        self.display = prompt is not None
        content = _content(prompt, controls, width) if prompt is not None else Content("")
        if not content.is_same(self._shown):
            self._shown = content
            self.update(content)


def _content(prompt: Prompt, controls: bool, width: int) -> Content:
    lines: list[Content] = [Content.styled(plain(render(prompt.title)), "bold $accent")]
    lines += [Content(plain(render(line))) for line in prompt.lines]
    if prompt.wiring is not None:
        lines += _wiring(prompt.wiring, width)
    if prompt.error is not None:
        lines.append(Content.styled(plain(render(prompt.error)), "bold $error"))
    if not controls:
        lines.append(Content.styled(_("The other console answers this."), "bold $warning"))
    elif prompt.kind == "wiring":
        lines.append(
            Content.assemble((" Enter ", "bold reverse $accent"), " ", (_("connected as drawn"), "bold"))
        )
    else:
        lines.append(Content.assemble((" Enter ", "bold reverse $accent"), " ", (_("answer"), "bold")))
    return Content("\n").join(lines)


def _wiring(wiring: Wiring, width: int) -> list[Content]:
    lines = [Content.styled(danger, "bold reverse $error") for danger in danger_words(wiring)]
    lines += [Content(line) for line in draw_wiring(wiring, width)]
    lines += [Content.styled(plain(render(note)), "$text-muted") for note in wiring.notes]
    return lines


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
