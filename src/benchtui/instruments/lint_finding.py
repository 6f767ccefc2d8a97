"""What a check of a profile found, and the checks that all kinds of profiles share."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from benchtui.i18n import N_, Text, text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Finding(msgspec.Struct, frozen=True):
    """What is wrong with a profile. *keys* leads from the top of the file to the place."""

    keys: tuple[str, ...]
    what: Text
    hint: Text

    def line(self, path: Path) -> int:
        """Return the line of *path* that the finding is about, as near as the text tells."""
        lines = path.read_text(encoding="utf-8").splitlines()
        found = 0
        for key in self.keys:
            wanted = re.compile(rf"\s*(\[+[\w.-]*\b{re.escape(key)}\]+|{re.escape(key)}\s*=)")
            found = next((i for i in range(found, len(lines)) if wanted.match(lines[i])), found)
        return found + 1


def check_pattern(keys: tuple[str, ...], pattern: str, *groups: str) -> Iterator[Finding]:
    """Find what is wrong with the regular expression *pattern*: that it is none, or lacks one of *groups*."""
    hint = text(N_("Compare with a profile that ships with the program."))
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        yield Finding(
            keys,
            text(N_("{key}: this is no regular expression: {reason}."), key=".".join(keys), reason=error),
            hint,
        )
        return
    for group in groups:
        if group not in compiled.groupindex:
            yield Finding(
                keys, text(N_("{key}: the group {group} is missing."), key=".".join(keys), group=group), hint
            )
