"""Frequency: the counter's reading is live."""

from __future__ import annotations

from typing import ClassVar

from benchtui.i18n import N_
from benchtui.screens.items.frame import ItemScreen
from benchtui.screens.items.live_block import Reads


class Screen(ItemScreen):
    """Frequency on the common frame."""

    reads: ClassVar[tuple[Reads, ...]] = (Reads("counter", N_("Counter")),)
    short: ClassVar[str] = N_("Frequency")
