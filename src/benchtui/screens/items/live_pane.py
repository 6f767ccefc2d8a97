"""Everything live of an item: readings, what is drawn of them, and the time that is left of a wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

from textual.containers import Vertical

from benchtui.screens.items.live_block import LiveBlock, Reads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from textual.timer import Timer
    from textual.widget import Widget

    from benchtui.screens.bench_view import ItemSheet

WAIT_INTERVAL = 1.0
"""Seconds between two drawings of the time that is left."""


class Gauge(Protocol):
    """What an item draws of its readings."""

    def show(self, sheet: ItemSheet, width: int) -> None:
        """Draw what *sheet* holds, in *width* cells."""


class LivePane(Vertical):
    """The live readings of *reads* above the *gauges*; it can be held still while the measurement goes on."""

    def __init__(
        self, reads: tuple[Reads, ...], gauges: tuple[Widget, ...], now: Callable[[], float]
    ) -> None:
        super().__init__(id="live-pane")
        self.held = False
        self._reads = reads
        self._gauges = gauges
        self._now = now
        self._timer: Timer | None = None
        self._sheet: ItemSheet | None = None
        self.styles.height = "auto"

    def compose(self) -> Iterator[Widget]:
        """Yield readings and gauges."""
        yield LiveBlock(self._reads)
        yield from self._gauges

    @property
    def _block(self) -> LiveBlock:
        return self.query_one(LiveBlock)

    def show(self, sheet: ItemSheet | None, idle: str, width: int) -> None:
        """Show what *sheet* holds; while nothing is measured, *idle*, a sentence that names the next key.

        *width* are the cells that the pane has when it is seen.
        """
        self._sheet = None if idle else sheet
        if idle or sheet is None:
            self._block.show_idle(idle)
        else:
            self._draw()
        if sheet is not None:
            self._block.show_result(sheet, width)
            for gauge in self._gauges:
                cast("Gauge", gauge).show(sheet, width)
        self._keep_time()

    def _draw(self) -> None:
        sheet = self._sheet
        point = sheet.running_point() if sheet is not None else None
        if sheet is not None and point is not None and not self.held:
            self._block.show_point(sheet, point, held=False)
            self._block.show_live(sheet, point, self._now())

    def hold(self) -> None:
        """Hold the live view still, and say so."""
        point = self._sheet.running_point() if self._sheet is not None else None
        if self._sheet is not None and point is not None:
            self._block.show_point(self._sheet, point, held=True)
            self.held = True

    def _keep_time(self) -> None:
        """Draw once a second while the run waits."""
        wait = self._sheet.wait if self._sheet is not None else None
        waits = wait is not None and wait.left(self._now()) > 0
        if waits and self._timer is None:
            self._timer = self.set_interval(WAIT_INTERVAL, self._tick)
        elif not waits and self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _tick(self) -> None:
        self._draw()
        self._keep_time()
