"""Back-up of a record that is in use."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from benchtui.errors import RecordsError
from benchtui.i18n import N_, text
from benchtui.records.connection import connect_reader, translated
from benchtui.records.verification import verify

if TYPE_CHECKING:
    from pathlib import Path

    from benchtui.records.model import Verification

PAGES_A_STEP = 256


def back_up(path: Path, target: Path) -> Verification:
    """Copy the record to *target* while the engine may go on writing, and verify the copy.

    The copy is one file that can be read from a medium that is write-protected. It is written beside
    *target* first and gets its name when it is complete. (Copying the file itself would lose what is still
    in its write-ahead log.)

    Returns
    -------
    Verification
        What verifying the copy found; a broken chain is copied and reported, not refused.

    Raises
    ------
    RecordsError
        There is no record at *path*, *target* exists, or it cannot be written.
    """
    if target.exists():
        raise RecordsError(
            text(N_("The file exists already.")),
            where=str(target),
            hint=text(N_("Choose a new name; a back-up never overwrites another.")),
        )
    part = target.with_name(f"{target.name}.part")
    with closing(connect_reader(path)) as source, translated(target):
        part.unlink(missing_ok=True)
        try:
            with closing(sqlite3.connect(part, isolation_level=None)) as copy:
                source.backup(copy, pages=PAGES_A_STEP, sleep=0)
                # Without a write-ahead log the copy needs no files beside it.
                copy.execute("PRAGMA journal_mode = DELETE")
            with part.open("rb") as written:
                os.fsync(written.fileno())
            found = verify(part)
            part.rename(target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    return found
