"""Appearance and function: nothing is read, a person judges."""

from __future__ import annotations

from typing import ClassVar

from benchtui.i18n import N_
from benchtui.screens.items.frame import ItemScreen
from benchtui.screens.items.live_block import Reads


class Screen(ItemScreen):
    """Appearance and function on the common frame."""

    reads: ClassVar[tuple[Reads, ...]] = ()
    short: ClassVar[str] = N_("Appearance")
