"""DC voltage output above 1 kV: the voltmeter at the tap of the divider is live."""

from __future__ import annotations

from typing import ClassVar

from benchtui.i18n import N_
from benchtui.screens.items.frame import ItemScreen
from benchtui.screens.items.live_block import Reads


class Screen(ItemScreen):
    """DC voltage output above 1 kV on the common frame."""

    reads: ClassVar[tuple[Reads, ...]] = (Reads("voltmeter", N_("Voltmeter")),)
    short: ClassVar[str] = N_("V out >1 kV")
