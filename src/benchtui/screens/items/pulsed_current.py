"""Pulsed current: what the unit under test measured is live, and the pulse at the digitizer is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from benchtui.i18n import N_
from benchtui.screens.items.frame import ItemScreen
from benchtui.screens.items.live_block import Reads
from benchtui.screens.items.waveform_plot import WaveformPlot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.widget import Widget


class Screen(ItemScreen):
    """Pulsed current on the common frame."""

    reads: ClassVar[tuple[Reads, ...]] = (Reads("uut", N_("UUT reading")),)
    short: ClassVar[str] = N_("Pulsed current")

    def gauges(self) -> Iterator[Widget]:
        """Yield the plot of the pulse."""
        yield WaveformPlot("digitizer")
