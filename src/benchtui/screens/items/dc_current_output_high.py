"""DC current output above 10 µA: the ammeter's reading is live."""

from __future__ import annotations

from typing import ClassVar

from benchtui.i18n import N_
from benchtui.screens.items.frame import ItemScreen
from benchtui.screens.items.live_block import Reads


class Screen(ItemScreen):
    """DC current output above 10 µA on the common frame."""

    reads: ClassVar[tuple[Reads, ...]] = (Reads("ammeter", N_("Ammeter")),)
    short: ClassVar[str] = N_("I out >10 µA")
