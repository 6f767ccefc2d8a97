"""The table of points: what was planned, what came out of it, and a filter for long plans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from benchtui.i18n import N_, _
from benchtui.quantity import NBSP
from benchtui.screens.items.live_block import title_on_screen
from benchtui.screens.marks import STATE_WORDS, marks
from benchtui.screens.rows import Row, RowColumn, Rows, natural_width

if TYPE_CHECKING:
    from textual.widget import Widget

    from benchtui.messages import PointView
    from benchtui.screens.bench_view import ItemSheet
    from benchtui.tables import Column

FROM_PLAN = ("module", "range", "setpoint", "item")
PARTS = ("voltage", "current", "resistance", "ratio")
"""What a standard value is made of: on a narrow screen it stands beside the budget."""
JUDGED = {"appearance": N_("Appearance"), "function": N_("Function")}
"""Points at which nothing is set, by key: what a person judges."""


class PointsPane(Vertical):
    """The table, under a line for the filter that is hidden until it is asked for."""

    class Filtered(Message):
        """Other points are shown."""

    def __init__(self) -> None:
        super().__init__(id="points-pane")
        self._sheet: ItemSheet | None = None
        self._shown: tuple[Column, ...] = ()

    def compose(self) -> list[Widget]:
        """Yield filter and table."""
        return [Input(id="filter", compact=True, select_on_focus=False), Rows(id="points")]

    def on_mount(self) -> None:
        """Keep the filter out of sight."""
        line = self.query_one("#filter", Input)
        line.display = line.cursor_blink = False

    # ------------------------------------------------------------------------------------------------------ contents
    @property
    def rows(self) -> Rows:
        """The table itself."""
        return self.query_one("#points", Rows)

    @property
    def left_out(self) -> tuple[Column, ...]:
        """Columns for which the pane is too narrow."""
        columns = self._sheet.columns if self._sheet is not None else ()
        return tuple(column for column in columns if column not in self._shown)

    def show(self, sheet: ItemSheet | None) -> None:
        """Show all points of *sheet* that the filter lets through."""
        self._sheet = sheet
        if sheet is None:
            self.rows.show((RowColumn(""),), [], _("Opening …"))
            return
        self._shown, columns, rows = self._fitting(sheet, sheet.columns)
        empty = _("This item has no points for this unit under test. Esc goes back.")
        if self.filter:
            empty = _("No point fits the filter. Esc shows all.")
        self.rows.show(columns, rows, empty)

    def _fitting(
        self, sheet: ItemSheet, shown: tuple[Column, ...]
    ) -> tuple[tuple[Column, ...], tuple[RowColumn, ...], list[Row]]:
        columns = (RowColumn(""), *(RowColumn(title_on_screen(column), column.align) for column in shown))
        rows = [self._row(sheet, shown, point) for point in sheet.points.values() if self._passes(point)]
        room = self.size.width - 1  # for a scroll bar
        if room > 0 and natural_width(columns, rows) > room:
            fewer = _without(shown, _dispensable(sheet, shown))
            if fewer != shown:
                return self._fitting(sheet, fewer)
        return shown, columns, rows

    def change(self, sheet: ItemSheet, point: PointView) -> None:
        """Show *point* as it stands now."""
        if self.filter or not self.rows.has(point.key):
            self.show(sheet)
        else:
            self.rows.change(self._row(sheet, self._shown, point))
            if self.rows.virtual_size.width > self.rows.size.width and _dispensable(sheet, self._shown):
                self.show(sheet)  # the first result is wider than the headings

    def _row(self, sheet: ItemSheet, shown: tuple[Column, ...], point: PointView) -> Row:
        result = sheet.results.get(point.key)
        planned = {"module": point.module, "range": point.range, "setpoint": point.setpoint}
        planned["item"] = _(JUDGED[point.key]) if point.key in JUDGED else point.range or point.key
        cells = {**planned, **(result.cells if result is not None else {})}
        missing = next((column.key for column in shown if column.key not in FROM_PLAN), None)
        if missing is not None and (result is None or point.state != "done"):
            cells[missing] = point_words(point) or cells.get(missing, "")
        return Row(
            point.key,
            (marks().states[point.state], *(cells.get(column.key, "") for column in shown)),
            point.state,
        )

    # -------------------------------------------------------------------------------------------------------- filter
    @property
    def filter(self) -> str:
        """What was typed into the filter."""
        return self.query_one("#filter", Input).value.strip()

    @property
    def filtering(self) -> bool:
        """True while the filter is seen."""
        return bool(self.query_one("#filter", Input).display)

    def ask_filter(self) -> None:
        """Show the filter and let the operator type."""
        line = self.query_one("#filter", Input)
        line.placeholder = _("module, range, value or state")
        line.display = True
        line.focus()

    def end_filter(self) -> None:
        """Show all points again."""
        line = self.query_one("#filter", Input)
        line.value = ""
        line.display = False
        self.rows.focus()

    @on(Input.Changed, "#filter")
    def _typed(self) -> None:
        self.show(self._sheet)
        self.post_message(self.Filtered())

    @on(Input.Submitted, "#filter")
    def _accept(self) -> None:
        if self.filter:
            self.rows.focus()
        else:
            self.end_filter()

    def _passes(self, point: PointView) -> bool:
        """Tell whether every word of the filter is part of what is said of *point*."""
        state = _(STATE_WORDS[point.state])
        said = _folded(f"{point.module} {point.range} {point.setpoint} {point.key} {state}")
        return all(_folded(word) in said for word in self.filter.split())


def _dispensable(sheet: ItemSheet, shown: tuple[Column, ...]) -> tuple[str, ...]:
    """Return the keys of the columns that are left out next where there is little room."""
    keys = {column.key for column in shown}
    if keys & set(PARTS):
        return PARTS
    one_module = len({point.module for point in sheet.points.values()}) == 1
    if "setpoint" in keys and "indication" in keys and not one_module:
        return ("indication",)
    if "module" in keys:
        return ("module",)  # the line of the point that is measured names it
    return ("indication",) if "setpoint" in keys else ()


def _without(columns: tuple[Column, ...], keys: tuple[str, ...]) -> tuple[Column, ...]:
    return tuple(column for column in columns if column.key not in keys)


def _folded(words: str) -> str:
    return words.replace(NBSP, " ").replace("−", "-").casefold()


def point_words(point: PointView) -> str:
    """Return what stands in the table of points where a result is missing."""
    if point.state == "running":
        return f"{point.readings}/{point.of}" if point.of else _(STATE_WORDS["running"])
    return "" if point.state == "todo" else _(STATE_WORDS[point.state])
