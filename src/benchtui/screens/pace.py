"""Draws live values calmly: at once when nothing was drawn lately, later otherwise; the last value wins."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.message_pump import MessagePump


class Pace:
    """Calls *draw* after :meth:`want`, at most once in *interval* seconds."""

    def __init__(self, owner: MessagePump, interval: float, draw: Callable[[], None]) -> None:
        self._owner = owner
        self._interval = interval
        self._draw = draw
        self._last = float("-inf")
        self._pending = False

    def want(self) -> None:
        """Ask for a drawing."""
        if self._pending:
            return
        rest = self._last + self._interval - monotonic()
        if rest <= 0:
            self._go()
        else:
            self._pending = True
            self._owner.set_timer(rest, self._go)

    def _go(self) -> None:
        self._pending = False
        self._last = monotonic()
        self._draw()
