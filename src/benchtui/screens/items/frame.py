"""The frame of item screens: items at the left, task, live reading and points beside, budget at the right.

An item's own module says what differs: which roles are read live, what their readings are called, what is drawn of
them, and how the item is called in few words.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Horizontal, Vertical

from benchtui.i18n import N_, _, render, text
from benchtui.messages import (
    Answer,
    Event,
    ItemOpened,
    JobOpened,
    Live,
    PointChanged,
    PointView,
    RepeatPoint,
    ResultReady,
    RunEnded,
    RunStarted,
    SkipPoint,
    StartItem,
    Stop,
    Trace,
    Waiting,
)
from benchtui.screens.base import BenchScreen
from benchtui.screens.confirm import Confirm
from benchtui.screens.items.choice import short_title
from benchtui.screens.items.live_block import Reads
from benchtui.screens.items.live_pane import LivePane
from benchtui.screens.items.points_pane import PointsPane
from benchtui.screens.items.side_pane import SidePane
from benchtui.screens.items.task_block import TaskBlock
from benchtui.screens.keys import bindings
from benchtui.screens.marks import marks
from benchtui.screens.pace import Pace
from benchtui.screens.rows import Row, RowColumn, Rows
from benchtui.screens.typed import SkipReason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual import events
    from textual.binding import BindingType
    from textual.widget import Widget

    from benchtui.messages import Prompt
    from benchtui.screens.bench_view import ItemSheet
    from benchtui.screens.keys import Place

ROOM_FOR_GAUGES, ROOM_FOR_BOTH, ROOM_FOR_MORE = 22, 30, 36
"""Lines from which gauges are shown, a wiring together with the table of points, larger gauges."""
TRACE_SLOWER = 4
"""The trace is drawn that many times more rarely than the reading."""


class ItemScreen(BenchScreen):
    """An item of a job: run it, watch it, read its results."""

    CSS_PATH = Path(__file__).with_name("frame.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("item", "items")]
    AUTO_FOCUS = "#points"

    reads: ClassVar[tuple[Reads, ...]] = (Reads("", N_("Reading")),)
    """What is read live; the first is plotted. A role that is empty stands for all."""
    short: ClassVar[str] = ""
    """What the item is called in the list of items, in at most 14 cells; empty: its title."""

    def __init__(self, job: str, item: str) -> None:
        super().__init__()
        self.job = job
        self.item = item
        self._follow = True

    def gauges(self) -> Iterator[Widget]:
        """Yield what is drawn of the readings; each is a :class:`~benchtui.screens.items.live_pane.Gauge`."""
        yield from ()

    # ---------------------------------------------------------------------------------------------- layout
    def body(self) -> Iterator[Widget]:
        """Yield the three panes."""
        with Horizontal(id="panes"):
            yield Rows(id="list", heading=False)
            with Vertical(id="work"):
                yield TaskBlock()
                yield LivePane(self.reads, tuple(self.gauges()), self._now)
                yield PointsPane()
            yield SidePane()

    def on_mount(self) -> None:
        """Set the pace of live values and begin with the points."""
        interval = self.bench_app.live_interval
        self._live_pace = Pace(self, interval, self._draw_live)
        self._trace_pace = Pace(self, TRACE_SLOWER * interval, self._draw_trace)
        self._points.focus()

    def on_resize(self, event: events.Resize) -> None:
        """Share the room out anew, as soon as it is known."""
        del event
        self.call_after_refresh(self._draw_sized)

    def _draw_sized(self) -> None:
        if self.is_mounted:
            self.set_class(self.size.height < ROOM_FOR_GAUGES, "-low")
            self.set_class(self.size.height >= ROOM_FOR_MORE, "-high")
            self._draw_points()
            self._draw_task()
            self._draw_live()

    def trail(self) -> tuple[str, ...]:
        """Return the path: job, clause and title."""
        sheet = self.sheet
        opened = self.view.opened.get(self.job)
        item = (
            sheet.item
            if sheet
            else next((i for i in opened.items if i.id == self.item), None)
            if opened
            else None
        )
        return (self.job, f"{item.clause} {render(item.title)}") if item else (self.job, self.item)

    def uut(self) -> str:
        """Return the unit under test of the job."""
        opened = self.view.opened.get(self.job)
        return opened.uut if opened else ""

    def places(self) -> tuple[Place, ...]:
        """Return the places of the key table whose keys work here."""
        return (*super().places(), "item", "items")

    # ------------------------------------------------------------------------------------------ what is so
    @property
    def sheet(self) -> ItemSheet | None:
        """The item's plan and results, once the engine has sent them."""
        return self.view.sheets.get((self.job, self.item))

    @property
    def runs(self) -> bool:
        """True while this item is being measured."""
        return self.view.running == (self.job, self.item)

    @property
    def prompt(self) -> Prompt | None:
        """The question that waits, if it belongs to this item."""
        return self.view.prompt if self.runs else None

    def _now(self) -> float:
        return self.view.now()

    @property
    def _live(self) -> LivePane:
        return self.query_one(LivePane)

    @property
    def _pane(self) -> PointsPane:
        return self.query_one(PointsPane)

    @property
    def _points(self) -> Rows:
        return self._pane.rows

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim the keys that cannot act now."""
        if action in ("measure", "repeat"):
            may = (
                self.view.controls
                and not self.view.gone
                and self.view.running is None
                and self.sheet is not None
            )
            return True if may else None
        if action == "skip":
            may = self.view.controls and not self.view.gone and not self.runs and bool(self._points.key)
            return True if may else None
        if action == "hold":
            return True if self.runs else None
        return super().check_action(action, parameters)

    def key_labels(self) -> dict[str, str]:
        """Return the word for Enter, as it differs from moment to moment."""
        hold = {"hold": _("Go on") if self._live.held else _("Hold")}
        prompt = self.prompt
        if prompt is not None:
            return {"accept": _("Connected") if prompt.kind == "wiring" else _("Answer"), **hold}
        if self.has_class("-wide"):
            return {"accept": "", **hold}
        return {"accept": _("Points") if self.has_class("-detail") else _("Budget"), **hold}

    def shows_prompt(self) -> bool:
        """Tell whether the question that waits belongs to this item."""
        return self.runs

    # --------------------------------------------------------------------------------------------- drawing
    def draw(self) -> None:
        """Draw the panes."""
        self._draw_list()
        self._draw_points()
        self._draw_task()
        self._draw_live()
        self._draw_trace()
        self._draw_budget()

    def heed(self, event: Event) -> None:
        """Draw what *event* changed."""
        match event:
            case Live() | PointChanged() | ResultReady() | Trace() | Waiting() if (
                event.job,
                event.item,
            ) != (self.job, self.item):
                return
            case Live() | Trace() | Waiting():
                self._live_pace.want()
                self._trace_pace.want()
            case PointChanged():
                self._draw_point(event.point)
                self._live_pace.want()
            case ResultReady():
                sheet = self.sheet
                if sheet is not None and event.result.point in sheet.points:
                    self._draw_point(sheet.points[event.result.point])
                self._draw_live()
                self._draw_budget()
            case JobOpened():
                self._draw_list()
            case RunStarted() | RunEnded():
                self._live.held = False
                self._draw_list()
                self._draw_task()
                self._draw_live()
            case ItemOpened():
                self.draw()
            case _:
                self._draw_task()
                self._draw_live()

    def _draw_list(self) -> None:
        rows = [
            Row(i.id, (marks().states[i.state], str(n), short_title(i.id) or render(i.title)), i.state)
            for n, i in enumerate(self.view.items(self.job), 1)
        ]
        items = self.query_one("#list", Rows)
        items.show((RowColumn(""), RowColumn("", "right"), RowColumn("", elastic=True)), rows)
        if not items.has_focus:
            items.move_to(self.item)

    def _draw_points(self) -> None:
        sheet = self.sheet
        self._pane.show(sheet)
        running = sheet.running_point() if sheet is not None else None
        if running is not None and self._follow:
            self._points.move_to(running.key)

    def _draw_point(self, point: PointView) -> None:
        sheet = self.sheet
        if sheet is None:
            return
        self._pane.change(sheet, point)
        if point.state == "running" and self._follow and self._points.key != point.key:
            self._points.move_to(point.key)
            self._draw_budget()

    def _draw_task(self) -> None:
        prompt = self.prompt
        room = self.query_one("#work").content_size
        self.query_one(TaskBlock).show(
            prompt, controls=self.view.controls, width=max(room.width, 40), height=room.height
        )
        wiring = prompt is not None and prompt.kind == "wiring"
        self._live.display = not wiring
        # Without height rather than hidden: the table keeps the focus, so that Enter answers.
        self._pane.set_class(wiring and room.height < ROOM_FOR_BOTH, "-squeezed")

    def _draw_live(self) -> None:
        if self._live.held:
            return
        sheet = self.sheet
        point = sheet.running_point() if sheet is not None else None
        measures = self.runs and point is not None
        idle = "" if measures or sheet is None else self._next_step(sheet)
        self._live.show(sheet, idle, self.query_one("#work").content_size.width)
        if measures and point is not None:
            self._draw_point(point)

    def _next_step(self, sheet: ItemSheet) -> str:
        done, of = sheet.counted()
        if self.runs:
            return _("The run begins …")
        if self.view.running is not None:
            return _("Another item is being measured; wait, or stop it there.")
        if not self.view.controls:
            return _("Nothing is being measured. This console only watches.")
        if done == of:
            return _("All {n} points are measured. F6 repeats the chosen point.").replace("{n}", str(of))
        return _("F5 measures {n} points.").replace("{n}", str(of - done))

    def _draw_trace(self) -> None:
        sheet = self.sheet
        if self._live.held:
            return
        live = sheet.live if sheet else None
        if sheet and self.reads:
            live = self.reads[0].last(sheet) or live
        readings = sheet.traces.get(live.role, ()) if sheet and live else ()
        self.query_one(SidePane).show_trace(tuple(readings), live.unit if live else "")

    def _draw_budget(self) -> None:
        sheet = self.sheet
        key = self._points.key
        point = sheet.points.get(key) if sheet else None
        result = sheet.results.get(key) if sheet else None
        self.query_one(SidePane).show_budget(point, result, self._pane.left_out)

    # ------------------------------------------------------------------------------------------------ keys
    def on_rows_moved(self, event: Rows.Moved) -> None:
        """Show the budget of the chosen point; follow the run only while the cursor stays with it."""
        if event.rows.id == "points":
            running = self.sheet.running_point() if self.sheet else None
            self._follow = running is None or running.key == event.key
            self._draw_budget()

    def on_rows_chosen(self) -> None:
        """Do as Enter does."""
        self.action_accept()

    def on_points_pane_filtered(self) -> None:
        """Show the budget of the point that is chosen now."""
        self._draw_budget()

    def action_accept(self) -> None:
        """Confirm the wiring, answer what waits, open another item, or show and hide the budget."""
        items = self.query_one("#list", Rows)
        prompt = self.prompt
        if items.has_focus and items.key and items.key != self.item:
            self._open(items.key)
        elif prompt is not None:
            if not self.view.controls:
                return
            if prompt.kind == "wiring":
                self.bench_app.send(Answer(id=prompt.id, value="yes"))
            else:
                self.bench_app.ask(prompt)
        else:
            self.toggle_class("-detail")
            self.refresh_bindings()

    def action_measure(self) -> None:
        """Measure the points that have no result."""
        self._follow = True
        self.bench_app.send(StartItem(job=self.job, item=self.item))

    def action_repeat(self) -> None:
        """Measure the chosen point once more."""
        if self._points.key:
            self._follow = True
            self.bench_app.send(RepeatPoint(job=self.job, item=self.item, point=self._points.key))

    def _open(self, item: str) -> None:
        if item != self.item:
            self.app.pop_screen()
            self.bench_app.open_item(self.job, item)

    def action_jump(self, digit: int) -> None:
        """Open the item with the number *digit*; 0 is the tenth."""
        items = self.view.items(self.job)
        position = (digit or 10) - 1
        if position < len(items):
            self._open(items[position].id)

    def action_skip(self) -> None:
        """Ask why the chosen point is left out."""
        sheet = self.sheet
        point = sheet.points.get(self._points.key) if sheet else None
        if point is not None:
            name = " ".join(word for word in (point.module, point.range, point.setpoint) if word)
            self.app.push_screen(SkipReason(name or point.key), lambda reason: self._skip(point.key, reason))

    def _skip(self, point: str, reason: str | None) -> None:
        if reason:
            self.bench_app.send(SkipPoint(job=self.job, item=self.item, point=point, reason=reason))

    def action_filter(self) -> None:
        """Let the operator type which points are shown."""
        self._pane.ask_filter()

    def action_hold(self) -> None:
        """Hold the live view still, or let it go on."""
        if not self._live.held:
            self._live.hold()
        else:
            self._live.held = False
            self._draw_live()
            self._draw_trace()
        self.refresh_bindings()

    def action_copy(self) -> None:
        """Copy the chosen line to the terminal's clipboard, its cells parted by tabs, its numbers without spaces."""
        cells = self._points.cells[1:]
        if cells:
            self.app.copy_to_clipboard(
                "\t".join(cell.replace("\u00a0", "").replace("−", "-") for cell in cells)
            )
            self.bench_app.note("info", text(N_("Copied: {line}"), line="  ".join(cells)))

    def action_back(self) -> None:
        """Go back; while the item is measured, ask whether to stop it or to let it run. A filter ends first."""
        if self._pane.filtering:
            self._pane.end_filter()
            return
        if not (self.runs and self.view.controls) or self.view.gone:
            super().action_back()
            return
        answers = (
            ("leave", text(N_("Go back; the measurement goes on"))),
            ("stop", text(N_("Stop the measurement; outputs go off"))),
        )
        self.app.push_screen(Confirm(text(N_("This item is being measured")), answers), self._left)

    def _left(self, answer: str | None) -> None:
        if answer == "stop":
            self.bench_app.send(Stop())
        if answer is not None:
            super().action_back()
