"""A job: its calibration items, each with progress, clause and state."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchtui.i18n import _, render
from benchtui.messages import (
    Event,
    ItemView,
    JobOpened,
    OpenJob,
    PointChanged,
    ResultReady,
    RunEnded,
    RunStarted,
)
from benchtui.screens.base import BenchScreen
from benchtui.screens.lines import Line
from benchtui.screens.marks import STATE_WORDS, bar, marks
from benchtui.screens.rows import Row, RowColumn, Rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.widget import Widget

BAR_WIDTH = 10


class JobScreen(BenchScreen):
    """The items of one job; Enter opens the chosen one."""

    CSS_PATH = Path(__file__).with_name("job.tcss")

    def __init__(self, job: str) -> None:
        super().__init__()
        self.job = job

    def body(self) -> Iterator[Widget]:
        """Yield the head and the list of items."""
        yield Line(id="whose")
        yield Rows(id="items")

    def trail(self) -> tuple[str, ...]:
        """Return the path: the job."""
        return (_("Jobs"), self.job)

    def draw(self) -> None:
        """Draw head and list."""
        opened = self.view.opened.get(self.job)
        self.query_one("#whose", Line).show(f"{opened.uut}   {opened.customer}" if opened else "")
        columns = (
            RowColumn(""),
            RowColumn(_("Clause")),
            RowColumn(_("Calibration item"), elastic=True),
            RowColumn(_("Progress")),
            RowColumn(_("Points"), "right"),
            RowColumn(_("State")),
        )
        rows = [_row(item) for item in self.view.items(self.job)]
        empty = _("This job has no items. Esc goes back.") if opened else _("Opening …")
        self.query_one(Rows).show(columns, rows, empty)

    def on_screen_resume(self) -> None:
        """Ask how the items stand now."""
        self.bench_app.send(OpenJob(job=self.job))

    def heed(self, event: Event) -> None:
        """Draw again when an item changed."""
        if isinstance(event, JobOpened | RunStarted | RunEnded | ResultReady | PointChanged):
            self.draw()

    def action_accept(self) -> None:
        """Open the chosen item."""
        item = self.query_one(Rows).key
        if item:
            self.bench_app.open_item(self.job, item)

    def on_rows_chosen(self) -> None:
        """Open the item that was clicked."""
        self.action_accept()


def _row(item: ItemView) -> Row:
    cells = (
        marks().states[item.state],
        item.clause,
        render(item.title) + (f"  ({item.attempt_notes})" if item.attempt_notes else ""),
        bar(item.points_done, item.points, BAR_WIDTH),
        f"{item.points_done}/{item.points}",
        _(STATE_WORDS[item.state]),
    )
    return Row(item.id, cells, item.state)
