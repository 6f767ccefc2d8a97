"""Capacitance: what the unit under test measures is live."""

from __future__ import annotations

from typing import ClassVar

from benchtui.i18n import N_
from benchtui.screens.items.frame import ItemScreen
from benchtui.screens.items.live_block import Reads


class Screen(ItemScreen):
    """Capacitance on the common frame."""

    reads: ClassVar[tuple[Reads, ...]] = (Reads("uut", N_("UUT reading"), ("open", "short")),)
    short: ClassVar[str] = N_("Capacitance")
