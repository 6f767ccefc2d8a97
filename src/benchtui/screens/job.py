"""A job: its calibration items, each with progress, clause and state."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from benchtui.i18n import N_, _, render, text
from benchtui.messages import (
    Event,
    Issue,
    ItemView,
    JobOpened,
    OpenJob,
    PointChanged,
    ResultReady,
    RunEnded,
    RunStarted,
)
from benchtui.screens.base import BenchScreen
from benchtui.screens.issue import IssueDialog, folder
from benchtui.screens.keys import bindings
from benchtui.screens.lines import Line
from benchtui.screens.marks import STATE_WORDS, bar, marks
from benchtui.screens.rows import Row, RowColumn, Rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.binding import BindingType
    from textual.widget import Widget

    from benchtui.messages import Language
    from benchtui.screens.keys import Place

BAR_WIDTH = 10


class JobScreen(BenchScreen):
    """The items of one job; Enter opens the chosen one."""

    CSS_PATH = Path(__file__).with_name("job.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("job", "items")]

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
            RowColumn("", "right"),
            RowColumn(_("Clause")),
            RowColumn(_("Calibration item"), elastic=True),
            RowColumn(_("Progress")),
            RowColumn(_("Points"), "right"),
            RowColumn(_("State")),
        )
        rows = [_row(n, item) for n, item in enumerate(self.view.items(self.job), 1)]
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

    def action_jump(self, digit: int) -> None:
        """Open the item with the number *digit*; 0 is the tenth."""
        items = self.view.items(self.job)
        position = (digit or 10) - 1
        if position < len(items):
            self.query_one(Rows).move_to(items[position].id)
            self.action_accept()

    def places(self) -> tuple[Place, ...]:
        """Return the places of the key table whose keys work here."""
        return (*super().places(), "job", "items")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim what cannot be done now."""
        if action == "issue":
            return True if self.job in self.view.opened and not self.view.gone else None
        return super().check_action(action, parameters)

    def action_issue(self) -> None:
        """Ask for the language, then have the certificate issued."""
        self.app.push_screen(IssueDialog(self.job, folder(self.view.workspace, self.job)), self._issue)

    def _issue(self, language: str | None) -> None:
        if language is not None:
            out = folder(self.view.workspace, self.job)
            self.bench_app.send(Issue(job=self.job, language=cast("Language", language), out=out))
            self.bench_app.note("info", text(N_("The certificate is being made …")))


def _row(number: int, item: ItemView) -> Row:
    cells = (
        marks().states[item.state],
        str(number),
        item.clause,
        render(item.title) + (f"  ({item.attempt_notes})" if item.attempt_notes else ""),
        bar(item.points_done, item.points, BAR_WIDTH),
        f"{item.points_done}/{item.points}",
        _(STATE_WORDS[item.state]),
    )
    return Row(item.id, cells, item.state)
