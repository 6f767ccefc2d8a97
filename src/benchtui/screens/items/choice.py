"""Which screen an item has: ``Screen`` of the module with its name, or the plain frame if there is none."""

from __future__ import annotations

import importlib
import importlib.util
import re
from typing import TYPE_CHECKING, cast

from benchtui.i18n import _

if TYPE_CHECKING:
    from benchtui.screens.items.frame import ItemScreen


def screen_kind(item: str) -> type[ItemScreen]:
    """Return the class of the screen of *item*."""
    from benchtui.screens.items.frame import (
        ItemScreen,
    )  # the frame asks here for the short titles of its list

    name = item.replace("-", "_")
    if re.fullmatch(r"[a-z][a-z0-9_]*", name):
        module = f"benchtui.screens.items.{name}"
        if importlib.util.find_spec(module) is not None:
            return cast("type[ItemScreen]", getattr(importlib.import_module(module), "Screen", ItemScreen))
    return ItemScreen


def screen_for(job: str, item: str) -> ItemScreen:
    """Return the screen of *item*."""
    return screen_kind(item)(job, item)


def short_title(item: str) -> str:
    """Return what *item* is called in few words; empty if its screen does not say."""
    short = screen_kind(item).short
    return _(short) if short else ""
