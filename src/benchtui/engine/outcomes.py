"""What a point ended with, read back from the record."""

from __future__ import annotations

from typing import cast

from benchtui.procedures.base import Outcome
from benchtui.records import revive


def revive_outcome(body: str) -> Outcome:
    """Return what a point ended with from its row in the record. Raises ``RecordsError`` if it cannot be read."""
    return revive(body, cast("type[Outcome]", Outcome))
