"""The first screen: the list of jobs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchtui.i18n import N_, _
from benchtui.messages import Event, Jobs, JobSummary, RunEnded, RunStarted, Welcome
from benchtui.screens.base import BenchScreen
from benchtui.screens.marks import STATE_WORDS, marks
from benchtui.screens.rows import Row, RowColumn, Rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.widget import Widget

EMPTY = N_(
    "There are no jobs yet. Close the console with Ctrl+Q and add one: "
    "benchtui run JOB.toml --bench BENCH.toml"
)


class JobsScreen(BenchScreen):
    """All jobs of the workspace, with their progress and the worst state of their items."""

    CSS_PATH = Path(__file__).with_name("jobs.tcss")

    def body(self) -> Iterator[Widget]:
        """Yield the list."""
        yield Rows(id="jobs")

    def trail(self) -> tuple[str, ...]:
        """Return the path: jobs of the bench."""
        return (_("Jobs"), self.view.bench) if self.view.bench else (_("Jobs"),)

    def draw(self) -> None:
        """Draw the list."""
        columns = (
            RowColumn(""),
            RowColumn(_("Job")),
            RowColumn(_("Unit under test")),
            RowColumn(_("Customer"), elastic=True),
            RowColumn(_("Points"), "right"),
            RowColumn(_("State")),
            RowColumn(_("Changed")),
        )
        empty = _(EMPTY) if self.view.attached else _("Connecting to the engine …")
        self.query_one(Rows).show(
            columns, [_row(job, running=self._runs(job)) for job in self.view.jobs], empty
        )

    def _runs(self, job: JobSummary) -> bool:
        running = self.view.running
        return running is not None and running[0] == job.number

    def heed(self, event: Event) -> None:
        """Draw the list again when it changed."""
        if isinstance(event, Jobs | Welcome | RunStarted | RunEnded):
            self.draw()

    def action_accept(self) -> None:
        """Open the chosen job."""
        number = self.query_one(Rows).key
        if number:
            self.bench_app.open_job(number)

    def on_rows_chosen(self) -> None:
        """Open the job that was clicked."""
        self.action_accept()


def _row(job: JobSummary, *, running: bool) -> Row:
    state = "running" if running else job.state
    cells = (
        marks().states[state],
        job.number,
        job.uut,
        job.customer,
        f"{job.points_done}/{job.points}",
        _(STATE_WORDS[state]),
        job.updated,
    )
    return Row(job.number, cells, state)
