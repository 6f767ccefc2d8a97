"""DC voltage output: the standard's reading is what is live."""

from __future__ import annotations

from typing import ClassVar

from benchtui.i18n import N_
from benchtui.screens.items.frame import ItemScreen


class Screen(ItemScreen):
    """DC voltage output on the common frame."""

    live_role: ClassVar[str] = "standard"
    reading_word: ClassVar[str] = N_("Standard")
