"""DC voltage output: the standard's reading is what is live."""

from __future__ import annotations

from typing import ClassVar

from benchtui.i18n import N_
from benchtui.screens.items.frame import ItemScreen
from benchtui.screens.items.live_block import Reads


class Screen(ItemScreen):
    """DC voltage output on the common frame."""

    reads: ClassVar[tuple[Reads, ...]] = (Reads("standard", N_("Standard")),)
    short: ClassVar[str] = N_("V out ≤1 kV")
