"""What went over the wires of a bench: lately, from the files that are written, or kept with attempts that failed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from benchtui import platforms, profiles
from benchtui.errors import BadInput
from benchtui.i18n import N_, text
from benchtui.instruments.wire_file import FOLDER, kept_logs, read_log
from benchtui.instruments.wire_log import Direction, escaped
from benchtui.records import FILE_NAME, Archive, AttemptRow, stamp

ARROWS: dict[Direction, str] = {"out": "→", "in": "←", "stale": "×"}
"""To the instrument, from the instrument, thrown away because nobody had asked for it."""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes on a wire. *at* in UTC; *octets* as printable ASCII; *length* is how many there were, all told.

    *attempt* names the attempt with which they are kept: job, item, point, number.
    """

    at: str
    instrument: str
    direction: Direction
    length: int
    octets: str
    attempt: str = ""

    def line(self) -> str:
        """Return it as a line for a person."""
        moment = datetime.fromisoformat(self.at).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%fZ")
        return f"{moment}  {self.instrument}  {ARROWS[self.direction]} {self.length:>5}  {self.octets}"


def workspace_of(place: Path, workspace: Path | None = None) -> Path:
    """Return the workspace in which the wire logs of the bench file or folder *place* are.

    A bench file that lies in a workspace belongs to it; one that lies elsewhere to *workspace*, or the default one.
    """
    if place.is_dir():
        return place
    if workspace is not None:
        return workspace
    beside = place.resolve().parent
    at_work = any((beside / name).exists() for name in (FILE_NAME, FOLDER, "engine.lock"))
    return beside if at_work else platforms.default_workspace()


def lately(
    place: Path, *, workspace: Path | None = None, instrument: str = "", last: int
) -> tuple[Said, ...]:
    """Return the *last* pieces that went over the wire of each instrument, in the order of time.

    Parameters
    ----------
    place
        A bench file, whose instruments alone are meant, or a workspace.
    instrument
        Only this one; empty: all.

    Raises
    ------
    BadInput
        There is no such place, nothing is kept there, or nothing of *instrument*.
    """
    if not place.exists():
        raise BadInput(
            text(N_("There is no such file or folder.")),
            where=str(place),
            hint=text(N_("Name a bench file or a workspace.")),
        )
    folder = workspace_of(place, workspace) / FOLDER
    names = kept_logs(folder)
    if place.is_file():
        known = profiles.load(place, profiles.Bench).instruments
        names = tuple(name for name in names if name in known)
    if not names:
        raise BadInput(
            text(N_("No wire log is kept here.")),
            where=str(folder),
            hint=text(N_("One is written when a run or a bench check speaks to an instrument.")),
        )
    if instrument:
        if instrument not in names:
            raise BadInput(
                text(N_("Nothing is kept of the wire of {name}."), name=instrument),
                where=str(folder),
                hint=text(N_("Known: {names}."), names=", ".join(names)),
            )
        names = (instrument,)
    said = [
        Said(
            at=stamp(piece.time),
            instrument=name,
            direction=piece.direction,
            length=piece.length,
            octets=escaped(piece.octets.encode("latin-1")),
        )
        for name in names
        for piece in read_log(folder, name)[-last:]
    ]
    return tuple(sorted(said, key=lambda piece: piece.at))


def kept_with_attempts(
    place: Path, *, workspace: Path | None = None, instrument: str = ""
) -> tuple[Said, ...]:
    """Return what the record of a workspace keeps with attempts that failed, the latest failure last.

    Raises
    ------
    RecordsError
        There is no record.
    """
    with Archive.open(workspace_of(place, workspace) / FILE_NAME) as archive:
        return tuple(
            Said(
                at=row.moment,
                instrument=row.instrument,
                direction=row.direction,
                length=row.length,
                octets=row.octets,
                attempt=_name(attempt),
            )
            for attempt in archive.attempts_with_wire()
            for row in archive.wire_pieces(attempt.seq)
            if instrument in ("", row.instrument)
        )


def _name(attempt: AttemptRow) -> str:
    return f"{attempt.job} {attempt.item} {attempt.point} #{attempt.number}"


def as_text(said: tuple[Said, ...]) -> Iterator[str]:
    """Yield lines for a person, the attempt above what is kept with it."""
    attempt = ""
    for piece in said:
        if piece.attempt != attempt:
            attempt = piece.attempt
            yield attempt
        yield piece.line()
