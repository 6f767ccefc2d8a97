"""The right pane: the trace of the last readings and the ranked budget of the chosen point."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from benchtui.i18n import _, render
from benchtui.screens.items.live_block import title_on_screen
from benchtui.screens.lines import Line
from benchtui.screens.marks import plain
from benchtui.screens.rows import Row, RowColumn, Rows
from benchtui.screens.sources import source_words
from benchtui.screens.trace import Trace

if TYPE_CHECKING:
    from textual.widget import Widget

    from benchtui.messages import PointView, ResultView
    from benchtui.tables import Column


class SidePane(Vertical):
    """Trace above, budget below."""

    def __init__(self) -> None:
        super().__init__(id="side")
        self._alarms = Content("")

    def compose(self) -> list[Widget]:
        """Yield headings, plot, table, alarms."""
        return [
            Line(id="trace-title", classes="heading"),
            Trace(),
            Line(id="budget-title", classes="heading"),
            Line(id="parts"),
            Rows(id="budget", cursor=False),
            Static("", id="alarms", markup=False),
        ]

    def show_trace(self, readings: tuple[str, ...], unit: str) -> None:
        """Plot *readings*."""
        title = _("Last {n} readings").replace("{n}", str(len(readings))) if readings else _("Trace")
        self.query_one("#trace-title", Line).show(title)
        self.query_one(Trace).show(readings, unit)

    def show_budget(
        self, point: PointView | None, result: ResultView | None, parts: tuple[Column, ...] = ()
    ) -> None:
        """Show the budget of *result*, largest contribution first, under the cells of the columns *parts*."""
        told = [
            f"{title_on_screen(c)} {result.cells[c.key]}" for c in parts if result and c.key in result.cells
        ]
        line = self.query_one("#parts", Line)
        line.display = bool(told)
        line.show("   ".join(told))
        name = f"{point.range} {point.setpoint}" if point is not None else ""
        title = _("Uncertainty budget")
        self.query_one("#budget-title", Line).show(f"{title}  {name}")
        columns = (
            RowColumn(_("Input")),
            RowColumn(_("Source"), elastic=True),
            RowColumn("u", "right"),
            RowColumn(_("Share"), "right"),
        )
        lines = result.budget if result is not None else ()
        rows = [
            Row(str(n), (symbol, source_words(source), u, share))
            for n, (symbol, source, u, share) in enumerate(lines)
        ]
        self.query_one(Rows).show(columns, rows, _("The budget appears with the result."))
        alarms = Content("\n").join(
            Content.styled(plain(f"! {render(alarm)}"), "bold $warning")
            for alarm in (result.alarms if result else ())
        )
        if not alarms.is_same(self._alarms):
            self._alarms = alarms
            self.query_one("#alarms", Static).update(alarms)
