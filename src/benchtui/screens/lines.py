"""The single lines of every screen: status above, log and keys below; drawn only when their text changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from benchtui.i18n import _, language, render
from benchtui.screens.bench_view import BenchView
from benchtui.screens.keys import TABLE, Key
from benchtui.screens.marks import fit, marks, plain

if TYPE_CHECKING:
    from benchtui.messages import Note

NARROWEST_TRAIL = 16


class Line(Static):
    """One line or block of a fixed size whose text changes often; nothing is laid out again."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__("", id=id, classes=classes, markup=False)
        self._shown = Content("")

    def show(self, content: Content | str) -> None:
        """Show *content*; a plain string is data."""
        content = Content(plain(content)) if isinstance(content, str) else content
        if not content.is_same(self._shown):
            self._shown = content
            self.update(content, layout=False)

    @property
    def text(self) -> str:
        """What is shown, without style."""
        return self._shown.plain


class StatusLine(Widget):
    """Where one is, what is connected, whether outputs are on; the outputs are never cut."""

    def __init__(self) -> None:
        super().__init__(id="status")
        self._view = BenchView()
        self._trail: tuple[str, ...] = ()
        self._uut = ""
        self._waits = False
        self._shown = Content("")

    def show(self, view: BenchView, trail: tuple[str, ...], uut: str, *, waits: bool) -> None:
        """Show path, unit under test, state of the bench, and whether a question *waits* elsewhere."""
        self._view, self._trail, self._uut, self._waits = view, trail, uut, waits
        self._draw()

    def on_resize(self) -> None:
        """Share the line out anew."""
        self._draw()

    def _draw(self) -> None:
        content = self._assemble(self.size.width) if self.size.width else Content("")
        if not content.is_same(self._shown):
            self._shown = content
            self.refresh()

    def _assemble(self, width: int) -> Content:
        view = self._view
        flags: list[tuple[str, str]] = []
        if view.gone:
            flags.append((_("ENGINE GONE"), "bold $error"))
        elif not view.attached:
            flags.append((_("connecting"), "$foreground-muted"))
        elif not view.controls:
            flags.append((_("watching only"), "bold $warning"))
        if self._waits:
            flags.append((_("WAITS FOR YOU"), "bold $warning"))
        if view.virtual:
            flags.append((_("virtual bench"), "$foreground-muted"))
        environment = [(plain(view.environment), "")] if view.environment else []
        outputs = outputs_words(view)
        trail = plain(f" {marks().step} ".join(self._trail))
        room = width - 2 - cell_len(outputs[0])
        kept: list[tuple[str, str]] = []
        for extra in [*flags, *environment]:
            need = cell_len(extra[0]) + 2
            if room - need > min(NARROWEST_TRAIL, cell_len(trail)):
                kept.append(extra)
                room -= need
        uut = f"   {plain(self._uut)}" if self._uut else ""
        left = trail + uut if cell_len(trail + uut) + 2 <= room else trail
        order = [*(e for e in kept if e in flags), outputs, *(e for e in kept if e in environment)]
        pieces: list[tuple[str, str] | str] = [" ", fit(left, max(0, room - 2))]
        for piece in order:
            pieces += ["  ", piece]
        return Content.assemble(*pieces, " ")

    def render(self) -> Content:
        """Draw the line."""
        return self._shown

    @property
    def text(self) -> str:
        """What is shown, without style."""
        return self._shown.plain


def outputs_words(view: BenchView) -> tuple[str, str]:
    """Return the state of the outputs in words, and the style that underlines it."""
    outputs = view.outputs
    if outputs is None or view.gone:
        return _("outputs not known"), "$warning"
    if not outputs.on:
        return _("outputs off"), "$foreground-muted"
    level = plain(outputs.level)
    if outputs.hazard:
        return " " + _("DANGER  OUTPUT ON {level}").replace(
            "{level}", level
        ).rstrip() + " ", "bold reverse $error"
    return " " + _("OUTPUT ON {level}").replace("{level}", level).rstrip() + " ", "bold reverse $warning"


class LogLine(Line):
    """The last note, with its time and, unless it is mere information, its level in words."""

    def __init__(self) -> None:
        super().__init__(id="log")

    def tell(self, note: Note | None) -> None:
        """Show *note*."""
        if note is None:
            self.show("")
            return
        word, style = {
            "info": ("", ""),
            "warning": (_("Warning:"), "$warning"),
            "error": (_("Error:"), "bold $error"),
        }[note.level]
        sentence = plain(render(note.text))
        self.show(
            Content.assemble(
                " ", (plain(note.at), "$foreground-muted"), " ", (f"{word} " if word else "", style), sentence
            )
        )


@runtime_checkable
class LabelsKeys(Protocol):
    """A screen on which some keys are called otherwise than in the key table."""

    def key_labels(self) -> dict[str, str]:
        """Return words for the key line by action; an empty word leaves the key out."""


class KeyLine(Widget):
    """The keys that do something here, read from the key table; click works too. Disabled keys are dim."""

    def __init__(self) -> None:
        super().__init__(id="keys")
        self._shown = Content("")

    def on_mount(self) -> None:
        """Draw again whenever the keys change."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _screen: self.draw())

    def on_resize(self) -> None:
        """Leave out what does not fit."""
        self.draw()

    def draw(self) -> None:
        """Draw again if something changed."""
        active = {
            binding.binding.action.removeprefix("app."): binding.enabled
            for binding in self.screen.active_bindings.values()
        }
        labels = self.screen.key_labels() if isinstance(self.screen, LabelsKeys) else {}
        words = {key.action: labels.get(key.action, key_label(key)) for key in TABLE if key.action in active}
        keys = [key for key in TABLE if words.get(key.action)]
        gap = 2 if _needed(keys, words, 2) <= self.size.width else 1
        while _needed(keys, words, gap) > self.size.width:
            droppable = max(keys, key=lambda key: key.rank)
            if droppable.rank == 0:
                break
            keys.remove(droppable)
        pieces: list[Content] = []
        for key in keys:
            enabled = active[key.action]
            styles = ("bold $footer-key-foreground", "$footer-foreground") if enabled else ("dim", "dim")
            if key.action == "outputs_off":
                styles = ("bold $error", "bold")
            piece = Content.assemble((key.shown[0], styles[0]), " ", (words[key.action], styles[1]))
            press = f"@click=app.simulate_key('{key.keys.split(',')[0]}')"
            pieces.append(piece.stylize(press) if enabled else piece)
        content = Content(" ") + Content(" " * gap).join(pieces)
        if not content.is_same(self._shown):
            self._shown = content
            self.refresh()

    def render(self) -> Content:
        """Draw the line."""
        return self._shown

    @property
    def text(self) -> str:
        """What is shown, without style."""
        return self._shown.plain


def key_label(key: Key) -> str:
    """Return the word beside *key*: the language key names the other language in that language."""
    if key.action == "language":
        return "中文" if language() == "en" else "English"
    return _(key.label)


def _needed(keys: list[Key], words: dict[str, str], gap: int) -> int:
    """Return the cells that *keys* need, with their *words* and *gap* between them."""
    return sum(cell_len(key.shown[0]) + cell_len(words[key.action]) + 1 + gap for key in keys)
