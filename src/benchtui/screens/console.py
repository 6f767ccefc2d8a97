"""The console: a Textual application that shows what the engine tells and sends what the operator wants."""

from __future__ import annotations

import asyncio
import os
import time
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, ClassVar, cast

from textual import constants
from textual.app import App, SystemCommand
from textual.command import CommandPalette
from textual.message import Message
from textual.reactive import Reactive
from textual.scrollbar import ScrollBar, ScrollBarRender

from benchtui import i18n
from benchtui.i18n import N_, Text, _, text
from benchtui.messages import (
    Answer,
    Asked,
    Command,
    Detach,
    Event,
    Failure,
    Issued,
    Level,
    Note,
    OpenItem,
    Outputs,
    OutputsOff,
    Prompt,
    Settled,
    Stop,
    Welcome,
)
from benchtui.platforms import WINDOWS
from benchtui.screens import marks
from benchtui.screens.base import BenchScreen, Dialog
from benchtui.screens.bench_view import BenchView
from benchtui.screens.confirm import Confirm
from benchtui.screens.enter_value import EnterValue
from benchtui.screens.failure import EngineGone, FailureBox
from benchtui.screens.issue import IssuedBox
from benchtui.screens.items.choice import screen_for
from benchtui.screens.job import JobScreen
from benchtui.screens.jobs import JobsScreen
from benchtui.screens.keys import TABLE, bindings
from benchtui.screens.lines import key_label
from benchtui.screens.palette import Palette
from benchtui.screens.presence import ASK_EVERY, QUESTION, Presence
from benchtui.screens.typed import Judge, Release

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from textual.binding import BindingType
    from textual.driver import Driver
    from textual.screen import Screen

    from benchtui.screens.driver import BenchDriver
    from benchtui.screens.link import EngineLink

LIVE_INTERVAL = 0.25
"""Seconds between two drawings of a live value."""
CONFIRM_WITHIN = 2.0
"""Seconds after F8 in which the engine has to report that the outputs are off."""


def _first_theme() -> str:
    """Return the theme to begin with; without colours it must be chosen before the application is made."""
    if "NO_COLOR" in os.environ:
        return "ansi-dark"
    return constants.DEFAULT_THEME if "TEXTUAL_THEME" in os.environ else "nord"


def _driver() -> type[Driver] | None:
    if WINDOWS:
        return None
    from benchtui.screens.driver import BenchDriver

    return BenchDriver


class WholeCellBars(ScrollBarRender):
    """Scroll bars of whole cells: no glyph that a font or a console may lack."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "] * 8
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "] * 8


class EngineSaid(Message, bubble=False):
    """An event from the engine, on its way to the application's own loop."""

    def __init__(self, event: Event | None) -> None:
        super().__init__()
        self.event = event


class BenchApp(App[None]):
    """The console.

    Parameters
    ----------
    link
        Connection to the engine; the console closes it at the end.
    start
        Job and item to open at once; None opens the item that is running, or the list of jobs.
    language
        ``en`` or ``zh``; F9 changes it.
    symbols
        Set of marks; None chooses for the terminal.
    live_interval
        Seconds between two drawings of a live value.
    clock
        Returns the time of day for notes of the console itself.
    """

    CSS_PATH: ClassVar[list[str | PurePath]] = [Path(__file__).with_name("base.tcss"), JobsScreen.CSS_PATH]
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("everywhere")]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (80, "-usual"), (110, "-wide")]  # noqa: RUF012 - as Textual types it
    TITLE = "benchtui"
    theme: Reactive[str] = Reactive(_first_theme)

    def __init__(
        self,
        link: EngineLink,
        *,
        start: tuple[str, str] | None = None,
        language: str = "en",
        symbols: marks.SetName | None = None,
        live_interval: float = LIVE_INTERVAL,
        clock: Callable[[], str] = lambda: time.strftime("%H:%M:%S"),
    ) -> None:
        i18n.use(language)
        marks.use(symbols or marks.suitable())
        super().__init__(driver_class=_driver())
        self.add_class(f"-{marks.marks().name}")
        ScrollBar.renderer = WholeCellBars
        self.view = BenchView()
        self.live_interval = live_interval
        self.hung_up = False
        self._link = link
        self._start = start
        self._clock = clock
        self._asked: Dialog[str] | None = None
        self._awaiting_off = False

    # ------------------------------------------------------------------------------------------ the engine
    def get_default_screen(self) -> Screen[None]:
        """Begin with the list of jobs."""
        return JobsScreen()

    def on_mount(self) -> None:
        """Listen to the engine; its words come from a thread of the link."""
        loop = asyncio.get_running_loop()

        def hand_over(event: Event | None) -> None:
            try:
                loop.call_soon_threadsafe(self.post_message, EngineSaid(event))
            except RuntimeError:
                return  # the loop is closed: the console is ending and nobody looks any more

        self._link.listen(hand_over, lambda: hand_over(None))
        self._watch_terminal()

    def on_unmount(self) -> None:
        """Let the engine go."""
        self._link.close()

    def send(self, command: Command) -> None:
        """Send *command* to the engine."""
        self._link.send(command)

    def on_engine_said(self, said: EngineSaid) -> None:
        """Take in what the engine said and let the screen in front show it."""
        event = said.event
        if event is None:
            self._engine_gone()
            return
        self.view.apply(event)
        match event:
            case Welcome():
                self._open_first(event)
            case Asked() if self.view.controls and event.prompt.kind != "wiring":
                self.ask(event.prompt)
            case Settled():
                self._close_question()
            case Failure():
                self.push_screen(FailureBox(event))
            case Issued():
                words = (
                    N_("Draft of certificate {number}: {path}")
                    if event.draft
                    else N_("Certificate {number}: {path}")
                )
                self.note("info", text(words, number=event.number, path=event.certificate))
                self.push_screen(IssuedBox(event))
            case Outputs() if not event.on and self._awaiting_off:
                self._awaiting_off = False
                self.note("info", text(N_("The engine reports: outputs are off.")))
            case _:
                pass
        front = self._front()
        if front is not None:
            front.take(event)

    def _open_first(self, welcome: Welcome) -> None:
        running = (welcome.running_job, welcome.running_item) if welcome.running_item else None
        first = self._start or running
        if first is not None:
            self._start = None
            self.open_job(first[0])
            self.open_item(*first)

    def _engine_gone(self) -> None:
        self.view.gone = True
        self._draw_lines()
        self.push_screen(EngineGone())

    # ---------------------------------------------------------------------------------------- where one is
    def open_job(self, job: str) -> None:
        """Open the screen of *job*, which asks the engine for its items."""
        self.push_screen(JobScreen(job))

    def open_item(self, job: str, item: str) -> None:
        """Open the screen of *item*."""
        self.send(OpenItem(job=job, item=item))
        self.push_screen(screen_for(job, item))

    def note(self, level: Level, sentence: Text) -> None:
        """Write a line of the console's own into the log line."""
        self.view.notes.append(Note(level=level, text=sentence, at=self._clock()))
        self._draw_lines()

    def _front(self) -> BenchScreen | None:
        """Return the screen in front, behind any dialog."""
        return next(
            (s for s in reversed(self.screen_stack) if isinstance(s, BenchScreen) and s.is_mounted), None
        )

    def _draw_lines(self) -> None:
        front = self._front()
        if front is not None:
            front.draw_lines()

    # ------------------------------------------------------------------------------------------- questions
    def ask(self, prompt: Prompt) -> None:
        """Ask *prompt* in a dialog; Esc puts it aside, Enter on the item's screen brings it back."""
        self._close_question()
        dialog: Dialog[str]
        if prompt.kind == "enter":
            dialog = EnterValue(prompt)
        elif prompt.kind == "judge":
            dialog = Judge(prompt)
        elif prompt.kind == "arm":
            dialog = Release(prompt)
        else:
            answers = (("yes", text(N_("Yes"))), ("no", text(N_("No"))))
            dialog = Confirm(prompt.title, answers, prompt.lines)
        self._asked = dialog
        self.push_screen(dialog, lambda answer: self._answered(prompt, answer))

    def _answered(self, prompt: Prompt, answer: str | None) -> None:
        waits = self.view.prompt
        if answer is not None and waits is not None and waits.id == prompt.id:
            self.send(Answer(id=prompt.id, value=answer))

    def _close_question(self) -> None:
        """Close the dialog of a question that needs no answer any more."""
        dialog, self._asked = self._asked, None
        if dialog is not None:
            dialog.withdraw()

    # ------------------------------------------------------------------------------------------------ keys
    def action_outputs_off(self) -> None:
        """Switch the outputs off at once, and watch that the engine reports it."""
        self._link.send(OutputsOff())
        if self.view.gone:
            self.push_screen(EngineGone())
            return
        if not self._awaiting_off:
            self._awaiting_off = True
            self.set_timer(CONFIRM_WITHIN, self._check_off)
        self.note("warning", text(N_("Outputs off was ordered; waiting for the engine to report it.")))

    def _check_off(self) -> None:
        if not self._awaiting_off:
            return
        self._awaiting_off = False
        self.push_screen(
            FailureBox(
                Failure(
                    kind="EngineLost",
                    what=text(N_("The engine has not reported in time that the outputs are off.")),
                    where="",
                    hint=text(N_("Switch the outputs off at the instrument's panel.")),
                    exit_status=3,
                )
            )
        )

    def change_language(self) -> None:
        """Show the next language on every screen."""
        languages = i18n.LANGUAGES
        i18n.use(languages[(languages.index(i18n.language()) + 1) % len(languages)])
        for screen in self.screen_stack:
            if isinstance(screen, BenchScreen | Dialog):
                screen.redraw()

    async def action_quit(self) -> None:
        """Close the console; ask first while something runs or is on."""
        outputs = self.view.outputs
        busy = self.view.running is not None or (outputs is not None and outputs.on)
        if self.view.gone:
            self.exit(return_code=3)
        elif not busy or not self.view.controls:
            self._detach()
        elif not any(isinstance(screen, Leaving) for screen in self.screen_stack):
            self.push_screen(Leaving(), self._leave)

    def _leave(self, answer: str | None) -> None:
        if answer == "stop":
            self.send(Stop())
            self.send(OutputsOff())
        if answer is not None:
            self._detach()

    def _detach(self) -> None:
        self.send(Detach())
        self.exit()

    def action_help_quit(self) -> None:
        """Tell which key closes the console, after Ctrl+C."""
        self.note("info", text(N_("Ctrl+Q closes the console; F8 switches the outputs off.")))

    def action_command_palette(self) -> None:
        """Open the palette."""
        if not CommandPalette.is_open(cast("App[object]", self)):
            self.push_screen(Palette())

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Yield the keys of the table that work on *screen*, by name."""
        active = {b.binding.action: b.enabled for b in screen.active_bindings.values()}
        for key in TABLE:
            if active.get(key.action) and key.action != "command_palette":
                yield SystemCommand(
                    key_label(key), _(key.sense), partial(self.run_action, key.action, screen)
                )

    def _watch_terminal(self) -> None:
        driver = cast("BenchDriver", self._driver)
        if not hasattr(driver, "on_sign_of_life"):
            return  # no terminal of our own: a test, or Windows
        presence = Presence(partial(driver.write, QUESTION))

        def look() -> None:
            outputs = self.view.outputs
            if presence.absent(time.monotonic(), hazardous=outputs is not None and outputs.hazard):
                self.terminal_lost()

        driver.on_sign_of_life = lambda answered: presence.heard(time.monotonic(), answered=answered)
        self.set_interval(ASK_EVERY, look)

    def terminal_lost(self) -> None:
        """End the console because its terminal is gone; the engine learns it from the lost connection."""
        self.hung_up = True
        self.exit()


class Leaving(Confirm):
    """Asks what becomes of the run when the console is closed."""

    def __init__(self) -> None:
        super().__init__(
            text(N_("Close the console?")),
            (
                ("leave", text(N_("Close; the measurement goes on in the engine"))),
                ("stop", text(N_("Stop the measurement, outputs off, then close"))),
            ),
            (text(N_("Open benchtui again to come back to where the work is.")),),
        )
