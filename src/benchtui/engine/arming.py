"""The second step before a dangerous level: a person types it. It is never a safety function, only a second thought."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable

import msgspec

from benchtui import messages
from benchtui.i18n import N_, text
from benchtui.quantity import NBSP, engineering, to_decimal
from benchtui.wiring import Wiring

ARM_VOLTS = 1000.0
ARM_AMPERES = 100.0
EXPIRES = 60.0
"""Seconds without a measurement after which the level must be typed again."""


def dangerous(wiring: Wiring) -> str:
    """Return the level that must be typed before *wiring* is used, such as ``1500 V``; empty if none."""
    if wiring.volts > ARM_VOLTS:
        return engineering(to_decimal(wiring.volts), "V").replace(NBSP, " ")
    if wiring.amperes > ARM_AMPERES:
        return engineering(to_decimal(wiring.amperes), "A").replace(NBSP, " ")
    return ""


class Arming:
    """Whether a person has typed the level that comes next, and how long ago it was last used."""

    def __init__(self) -> None:
        self._level = ""
        self._at = 0.0

    def prompt(self, wiring: Wiring, number: Callable[[], int]) -> messages.Prompt | None:
        """Return what must be asked before *wiring* is used; None if nothing."""
        level = dangerous(wiring)
        if not level or (level == self._level and time.monotonic() - self._at < EXPIRES):
            return None
        return messages.Prompt(
            id=number(),
            kind="arm",
            title=text(N_("Type {level} to release it"), level=level),
            lines=(
                text(
                    N_("Up to {level} comes next. Is the fixture closed, and is nobody at the leads?"),
                    level=level,
                ),
            ),
            expected=level,
        )

    def take(self, answer: str, prompt: messages.Prompt) -> messages.Prompt | None:
        """Take the *answer* to *prompt*; return the question anew if it is not what was expected."""
        if _plain(answer) != _plain(prompt.expected):
            return msgspec.structs.replace(
                prompt, error=text(N_("This is not {level}."), level=prompt.expected)
            )
        self._level = prompt.expected
        self.renew()
        return None

    def renew(self) -> None:
        """Start the minute anew: the level was used."""
        self._at = time.monotonic()

    def forget(self) -> None:
        """Ask again before the next dangerous level: leads were moved."""
        self._level = ""


def _plain(words: str) -> str:
    """Return *words* without blanks and case: ``1500 v`` is ``1500 V`` for a person in a hurry."""
    return "".join(unicodedata.normalize("NFKC", words).split()).casefold()
