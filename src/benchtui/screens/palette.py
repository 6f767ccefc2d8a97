"""The command palette in the language in use."""

from __future__ import annotations

from textual.command import CommandPalette

from benchtui.i18n import _


class Palette(CommandPalette):
    """Textual's palette, asked in words of the language in use."""

    def __init__(self) -> None:
        super().__init__(placeholder=_("Search for a command …"), id="--command-palette")
