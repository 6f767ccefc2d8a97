"""DC current output up to 10 µA: the null detector's reading is live, and drawn as a meter."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from benchtui.i18n import N_
from benchtui.screens.items.frame import ItemScreen
from benchtui.screens.items.live_block import Reads
from benchtui.screens.items.null_meter import NullMeter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.widget import Widget


class Screen(ItemScreen):
    """DC current output up to 10 µA on the common frame."""

    reads: ClassVar[tuple[Reads, ...]] = (Reads("null", N_("Null detector"), ("zero-before", "zero-after")),)
    short: ClassVar[str] = N_("I out ≤10 µA")

    def gauges(self) -> Iterator[Widget]:
        """Yield the null meter."""
        yield NullMeter(self.reads[0])
