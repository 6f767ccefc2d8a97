"""What all screens share: status line, body, log line, key line; the message for a small terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar, cast

from textual.containers import Container
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from benchtui.i18n import _
from benchtui.messages import Event, Live, PointChanged, ResultReady, Trace, Waiting
from benchtui.screens.keys import bindings
from benchtui.screens.lines import KeyLine, LogLine, StatusLine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual import events
    from textual.binding import BindingType
    from textual.widget import Widget

    from benchtui.screens.bench_view import BenchView
    from benchtui.screens.console import BenchApp
    from benchtui.screens.keys import Place

LEAST_WIDTH, LEAST_HEIGHT = 60, 16
T = TypeVar("T")


class TooSmall(Static):
    """The one message on a terminal that is too small to work with; outputs can still be switched off."""

    def __init__(self) -> None:
        super().__init__("", markup=False)

    def tell(self, width: int, height: int) -> None:
        """Say which size is needed and which there is."""
        sentence = _("Terminal too small: {width} × {height}, needed {least}. F8 switches the outputs off.")
        self.update(
            sentence.replace("{width}", str(width))
            .replace("{height}", str(height))
            .replace("{least}", f"{LEAST_WIDTH} × {LEAST_HEIGHT}")
        )


def judge_size(screen: Screen[T], width: int, height: int) -> None:
    """Show on *screen* either its widgets or :class:`TooSmall`."""
    small = width < LEAST_WIDTH or height < LEAST_HEIGHT
    screen.set_class(small, "-too-small")
    if small:
        screen.query_one(TooSmall).tell(width, height)


class BenchScreen(Screen[None]):
    """A screen of the console. Subclasses give the body, the path to it, and what an event changes."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("screens")]

    def compose(self) -> Iterator[Widget]:
        """Lay the common lines around the body."""
        yield StatusLine()
        with Container(id="body"):
            yield from self.body()
        yield LogLine()
        yield KeyLine()
        yield TooSmall()

    # -------------------------------------------------------------------------------- what subclasses give
    def body(self) -> Iterator[Widget]:
        """Yield the widgets of the body."""
        raise NotImplementedError

    def trail(self) -> tuple[str, ...]:
        """Return the path to this screen."""
        raise NotImplementedError

    def uut(self) -> str:
        """Return the unit under test, where there is one."""
        return ""

    def draw(self) -> None:
        """Draw the body from what is known."""
        raise NotImplementedError

    def heed(self, event: Event) -> None:
        """Draw what *event*, which is known already, changed."""
        del event
        self.draw()

    # ---------------------------------------------------------------------------------------- common parts
    @property
    def bench_app(self) -> BenchApp:
        """The console."""
        return cast("BenchApp", self.app)

    @property
    def view(self) -> BenchView:
        """What is known of the engine."""
        return self.bench_app.view

    def on_mount(self) -> None:
        """Draw for the first time."""
        self.redraw()

    def on_screen_resume(self) -> None:
        """Catch up with what happened while another screen was in front."""
        self.redraw()

    def on_resize(self, event: events.Resize) -> None:
        """Work, or ask for a larger terminal."""
        judge_size(self, event.size.width, event.size.height)

    def take(self, event: Event) -> None:
        """Take in an event while this screen is in front."""
        self.heed(event)
        if not isinstance(event, Live | PointChanged | ResultReady | Trace | Waiting):
            self.draw_lines()

    def draw_lines(self) -> None:
        """Draw the status line, the log line, the keys."""
        view = self.view
        waits = view.prompt is not None and view.controls and not self.shows_prompt()
        self.query_one(StatusLine).show(view, self.trail(), self.uut(), waits=waits)
        notes = view.notes
        self.query_one(LogLine).tell(notes[-1] if notes else None)
        self.refresh_bindings()

    def redraw(self) -> None:
        """Draw everything, in the language in use."""
        self.draw()
        self.draw_lines()
        self.query_one(KeyLine).draw()

    def action_back(self) -> None:
        """Go back to the screen before; never quits."""
        self.app.pop_screen()

    def action_help(self) -> None:
        """Show the keys."""
        from benchtui.screens.help import Help

        self.app.push_screen(Help(self.places()))

    def key_labels(self) -> dict[str, str]:
        """Return words for the key line that differ from the key table's here."""
        return {"accept": _("Open")}

    def shows_prompt(self) -> bool:
        """Tell whether the question that waits is seen on this screen."""
        return False

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out Back where there is nowhere to go."""
        del parameters
        return not (action == "back" and self is self.app.screen_stack[0])

    def places(self) -> tuple[Place, ...]:
        """Return the places of the key table whose keys work here."""
        return ("everywhere", "screens")

    def action_language(self) -> None:
        """Change the language."""
        self.bench_app.change_language()


class Dialog(ModalScreen[T], Generic[T]):
    """A box in front of a screen. Enter accepts, Esc cancels; the texts in it are data, never markup."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "cancel", ""),
        ("f9", "language", ""),
    ]
    _withdrawn = False

    def compose(self) -> Iterator[Widget]:
        """Put the box around its body."""
        with Container(id="box"):
            yield from self.body()
        yield TooSmall()

    def body(self) -> Iterator[Widget]:
        """Yield the widgets in the box."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Put the texts in, in the language in use."""
        raise NotImplementedError

    @property
    def bench_app(self) -> BenchApp:
        """The console."""
        return cast("BenchApp", self.app)

    def on_mount(self) -> None:
        """Draw for the first time."""
        self.redraw()

    def on_resize(self, event: events.Resize) -> None:
        """Work, or ask for a larger terminal."""
        judge_size(self, event.size.width, event.size.height)

    def action_cancel(self) -> None:
        """Close without an answer."""
        self.dismiss(None)

    def withdraw(self) -> None:
        """Close because no answer is needed any more; under another dialog, as soon as that one is closed."""
        self._withdrawn = True
        if self.is_current:
            self.dismiss(None)

    def on_screen_resume(self) -> None:
        """Close if it was withdrawn in the meantime."""
        if self._withdrawn:
            self.dismiss(None)

    def action_language(self) -> None:
        """Change the language."""
        self.bench_app.change_language()
