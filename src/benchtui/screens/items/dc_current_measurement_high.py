"""DC current measurement above 10 µA: voltmeter and unit under test are read in turn."""

from __future__ import annotations

from typing import ClassVar

from benchtui.i18n import N_
from benchtui.screens.items.frame import ItemScreen
from benchtui.screens.items.live_block import Reads


class Screen(ItemScreen):
    """DC current measurement above 10 µA on the common frame."""

    reads: ClassVar[tuple[Reads, ...]] = (
        Reads("voltmeter", N_("Voltmeter")),
        Reads("uut", N_("UUT reading")),
    )
    short: ClassVar[str] = N_("I meas >10 µA")
