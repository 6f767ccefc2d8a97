"""Results as the command line prints them: read from the record, full precision, decimal text."""

from __future__ import annotations

from pathlib import Path

import msgspec

from benchtui.engine.outcomes import revive_outcome
from benchtui.errors import BadInput
from benchtui.i18n import N_, text
from benchtui.procedures.base import Verdict
from benchtui.records import FILE_NAME, Archive, PointResult


class Place(msgspec.Struct, frozen=True):
    """Where a job is: its workspace and its number."""

    workspace: Path
    job: str


def locate(job: str, workspace: Path) -> Place:
    """Find *job*: a number in *workspace*, a job file beside its record, a workspace (its newest job), a record file.

    Raises
    ------
    BadInput
        There is no such job; the hint lists those that are there.
    """
    path = Path(job)
    number = ""
    if path.is_dir():
        workspace = path
    elif path.suffix == ".toml" and path.is_file():
        from benchtui.profiles import Job, load

        number = load(path, Job).number
        workspace = path.parent if (path.parent / FILE_NAME).is_file() else workspace
    elif path.is_file():
        workspace = path.parent
    else:
        number = job
    known: list[str] = []
    if (workspace / FILE_NAME).is_file():
        with Archive.open(workspace / FILE_NAME) as archive:
            known = [row.number for row in archive.jobs()]
    if number in known or (not number and known):
        return Place(workspace, number or known[0])
    raise BadInput(
        text(N_("There is no job {number} in this workspace."), number=number or job),
        where=str(workspace),
        hint=text(
            N_("Jobs here: {known}. Another workspace: --workspace DIR"), known=", ".join(known) or "—"
        ),
    )


def rows(place: Place) -> list[dict[str, str | int]]:
    """Return one row a point of the plan, in its order; numbers are decimal text, empty where there is no result."""
    with Archive.open(place.workspace / FILE_NAME) as archive:
        return [_row(found) for found in archive.results(place.job)]


def _row(found: PointResult) -> dict[str, str | int]:
    point = found.point
    row: dict[str, str | int] = {
        "item": point.item,
        "module": point.module,
        "range": point.range,
        "point": point.key,
        "setpoint": point.setpoint,
        "indication": "",
        "standard": "",
        "error": "",
        "U": "",
        "k": "",
        "nu_eff": "",
        "unit": point.unit,
        "error_unit": "",
        "attempt": found.attempt.number if found.attempt else 0,
        "state": found.state,
    }
    if found.result is not None:
        result = revive_outcome(found.result.body)
        if isinstance(result, Verdict):
            return row | {"indication": result.statement["verdict"]}
        row |= {
            "indication": result.indication,
            "standard": repr(result.standard),
            "error": repr(result.error),
            "U": repr(result.U),
            "k": repr(result.k),
            "nu_eff": repr(result.nu_eff),
            "error_unit": result.error_unit,
        }
    return row


def table(listed: list[dict[str, str | int]]) -> str:
    """Return the rows as text in columns, with a heading."""
    keys = ("item", "point", "standard", "error", "U", "k", "unit", "error_unit", "attempt", "state")
    cells = [list(keys), *([_short(row[key]) for key in keys] for row in listed)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(keys))]
    return "\n".join(
        "  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in cells
    )


def _short(cell: str | int) -> str:
    try:
        return f"{float(cell):.9g}" if isinstance(cell, str) and cell else str(cell)
    except ValueError:
        return str(cell)
