"""The frame of item screens: items at the left, task, live reading and points beside, budget at the right.

An item's own module says what differs: which role is read live, what its reading is called.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
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
    StartItem,
    Stop,
)
from benchtui.screens.base import BenchScreen
from benchtui.screens.confirm import Confirm
from benchtui.screens.items.live_block import LiveBlock, point_words, title_on_screen
from benchtui.screens.items.side_pane import SidePane
from benchtui.screens.items.task_block import TaskBlock
from benchtui.screens.keys import bindings
from benchtui.screens.marks import marks
from benchtui.screens.pace import Pace
from benchtui.screens.rows import Row, RowColumn, Rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.binding import BindingType
    from textual.widget import Widget

    from benchtui.messages import Prompt
    from benchtui.screens.bench_view import ItemSheet

FROM_PLAN = ("module", "range", "setpoint", "item")
TRACE_SLOWER = 4
"""The trace is drawn that many times more rarely than the reading."""


class ItemScreen(BenchScreen):
    """An item of a job: run it, watch it, read its results."""

    CSS_PATH = Path(__file__).with_name("frame.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("item")]

    live_role: ClassVar[str] = ""
    """Role whose readings are shown live; empty: all."""
    reading_word: ClassVar[str] = N_("Reading")
    """What the live reading is called."""

    def __init__(self, job: str, item: str) -> None:
        super().__init__()
        self.job = job
        self.item = item
        self._follow = True

    # ---------------------------------------------------------------------------------------------- layout
    def body(self) -> Iterator[Widget]:
        """Yield the three panes."""
        with Horizontal(id="panes"):
            yield Rows(id="list", heading=False)
            with Vertical(id="work"):
                yield TaskBlock()
                yield LiveBlock(self.reading_word)
                yield Rows(id="points")
            yield SidePane()

    def on_mount(self) -> None:
        """Set the pace of live values and begin with the points."""
        interval = self.bench_app.live_interval
        self._live_pace = Pace(self, interval, self._draw_live)
        self._trace_pace = Pace(self, TRACE_SLOWER * interval, self._draw_trace)
        self._points.focus()

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

    def help_place(self) -> bool:
        """Tell that the keys of item screens work here."""
        return True

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

    @property
    def _points(self) -> Rows:
        return self.query_one("#points", Rows)

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
        return super().check_action(action, parameters)

    def key_labels(self) -> dict[str, str]:
        """Return the word for Enter, as it differs from moment to moment."""
        prompt = self.prompt
        if prompt is not None:
            return {"accept": _("Connected") if prompt.kind == "wiring" else _("Answer")}
        if self.has_class("-wide"):
            return {"accept": ""}
        return {"accept": _("Points") if self.has_class("-detail") else _("Budget")}

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
            case Live() | PointChanged() | ResultReady() if (event.job, event.item) != (self.job, self.item):
                return
            case Live():
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
            Row(i.id, (marks().states[i.state], render(i.title)), i.state) for i in self.view.items(self.job)
        ]
        items = self.query_one("#list", Rows)
        items.show((RowColumn(""), RowColumn("", elastic=True)), rows)
        if not items.has_focus:
            items.move_to(self.item)

    def _draw_points(self) -> None:
        sheet = self.sheet
        if sheet is None:
            self._points.show((RowColumn(""),), [], _("Opening …"))
            return
        columns = (
            RowColumn(""),
            *(RowColumn(title_on_screen(column), column.align) for column in sheet.columns),
        )
        rows = [self._row(sheet, point) for point in sheet.points.values()]
        self._points.show(
            columns, rows, _("This item has no points for this unit under test. Esc goes back.")
        )
        running = sheet.running_point()
        if running is not None and self._follow:
            self._points.move_to(running.key)

    def _draw_point(self, point: PointView) -> None:
        sheet = self.sheet
        if sheet is None:
            return
        self._points.change(self._row(sheet, point))
        if point.state == "running" and self._follow and self._points.key != point.key:
            self._points.move_to(point.key)
            self._draw_budget()

    def _row(self, sheet: ItemSheet, point: PointView) -> Row:
        result = sheet.results.get(point.key)
        planned = {"module": point.module, "range": point.range, "setpoint": point.setpoint}
        cells = {**planned, **(result.cells if result is not None else {})}
        missing = next((column.key for column in sheet.columns if column.key not in FROM_PLAN), None)
        if missing is not None and (result is None or point.state != "done"):
            cells[missing] = point_words(point) or cells.get(missing, "")
        return Row(
            point.key,
            (marks().states[point.state], *(cells.get(column.key, "") for column in sheet.columns)),
            point.state,
        )

    def _draw_task(self) -> None:
        prompt = self.prompt
        width = self.query_one("#work").size.width
        self.query_one(TaskBlock).show(prompt, controls=self.view.controls, width=max(width, 40))
        self.query_one(LiveBlock).display = prompt is None or prompt.kind != "wiring"

    def _draw_live(self) -> None:
        block = self.query_one(LiveBlock)
        sheet = self.sheet
        if sheet is None:
            block.show_idle("")
            return
        point = sheet.running_point()
        if self.runs and point is not None:
            block.show_point(sheet, point)
            live = sheet.live
            shown = (
                live is None or live.point != point.key or (self.live_role and live.role != self.live_role)
            )
            block.show_live(None if shown else live)
        else:
            block.show_idle(self._next_step(sheet))
        block.show_result(sheet, self.query_one("#work").size.width)

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
        live = sheet.live if sheet else None
        self.query_one(SidePane).show_trace(tuple(sheet.trace) if sheet else (), live.unit if live else "")

    def _draw_budget(self) -> None:
        sheet = self.sheet
        key = self._points.key
        point = sheet.points.get(key) if sheet else None
        self.query_one(SidePane).show_budget(point, sheet.results.get(key) if sheet else None)

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

    def action_accept(self) -> None:
        """Confirm the wiring, answer what waits, open another item, or show and hide the budget."""
        items = self.query_one("#list", Rows)
        prompt = self.prompt
        if items.has_focus and items.key and items.key != self.item:
            self.app.pop_screen()
            self.bench_app.open_item(self.job, items.key)
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

    def action_back(self) -> None:
        """Go back; while the item is measured, ask whether to stop it or to let it run."""
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


def screen_for(job: str, item: str) -> ItemScreen:
    """Return the screen of *item*: ``Screen`` of its own module, or the plain frame if it has none."""
    name = item.replace("-", "_")
    if re.fullmatch(r"[a-z][a-z0-9_]*", name):
        module = f"benchtui.screens.items.{name}"
        if importlib.util.find_spec(module) is not None:
            kind: type[ItemScreen] = importlib.import_module(module).Screen
            return kind(job, item)
    return ItemScreen(job, item)
