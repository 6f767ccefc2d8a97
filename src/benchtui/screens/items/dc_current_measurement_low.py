"""DC current measurement up to 10 µA: what the unit under test measures is live."""

from __future__ import annotations

from typing import ClassVar

from benchtui.i18n import N_
from benchtui.screens.items.frame import ItemScreen
from benchtui.screens.items.live_block import Reads


class Screen(ItemScreen):
    """DC current measurement up to 10 µA on the common frame."""

    reads: ClassVar[tuple[Reads, ...]] = (Reads("uut", N_("UUT reading"), ("zero-open", "zero")),)
    short: ClassVar[str] = N_("I meas ≤10 µA")
