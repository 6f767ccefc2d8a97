"""The record: what was done and read at the bench, append-only, chained by hashes, one file a workspace.

A :class:`Store` appends (one transaction a call; when it returns, the entry is on the disk), an
:class:`Archive` asks. Both know neither procedures nor screens.
"""

from __future__ import annotations

from benchtui.records.backup import back_up
from benchtui.records.canonical import canonical, revive, stamp
from benchtui.records.connection import FILE_NAME
from benchtui.records.export import export_csv, export_lines
from benchtui.records.model import (
    Attempt,
    AttemptRow,
    AttemptState,
    CertificateFile,
    CertificateRow,
    EndState,
    EnvironmentRow,
    EventRow,
    Head,
    InstrumentUsed,
    ItemRow,
    JobCounts,
    JobRow,
    JournalEntry,
    Language,
    PlannedPoint,
    PointResult,
    PointRow,
    PointState,
    ReadingPurpose,
    ReadingRow,
    Recall,
    ResultRow,
    StandardRow,
    StandardUse,
    Verification,
    WirePiece,
    WirePieceRow,
)
from benchtui.records.queries import Archive
from benchtui.records.store import Store
from benchtui.records.verification import verify

__all__ = [
    "FILE_NAME",
    "Archive",
    "Attempt",
    "AttemptRow",
    "AttemptState",
    "CertificateFile",
    "CertificateRow",
    "EndState",
    "EnvironmentRow",
    "EventRow",
    "Head",
    "InstrumentUsed",
    "ItemRow",
    "JobCounts",
    "JobRow",
    "JournalEntry",
    "Language",
    "PlannedPoint",
    "PointResult",
    "PointRow",
    "PointState",
    "ReadingPurpose",
    "ReadingRow",
    "Recall",
    "ResultRow",
    "StandardRow",
    "StandardUse",
    "Store",
    "Verification",
    "WirePiece",
    "WirePieceRow",
    "back_up",
    "canonical",
    "export_csv",
    "export_lines",
    "revive",
    "stamp",
    "verify",
]
