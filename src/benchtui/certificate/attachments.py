"""Files inside the PDF: the raw readings for a spreadsheet, and the content itself."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

import msgspec

from benchtui.certificate.wording import clean, visible

if TYPE_CHECKING:
    from benchtui.certificate.content import Attempt, Certificate, PointRecord, RecordedReading

READINGS_FILE = "readings.csv"
CONTENT_FILE = "content.json"
_HEADINGS = (
    "item",
    "point",
    "module",
    "range",
    "setpoint",
    "attempt",
    "state",
    "counted",
    "time",
    "operator",
    "role",
    "purpose",
    "raw",
    "value",
    "unit",
    "flags",
)
# A signed number, with a unit or with a line's end as escapes: no spreadsheet takes it for a formula.
_NUMBER = re.compile(r"[+-][\d.]+(?:[eE][+-]?\d+)?(?:[\s\u00a0]?[A-Za-zΩµ°%]{1,3})?(?:\\[rn])*")


def readings_csv(content: Certificate) -> bytes:
    """Return every reading of the record as CSV (RFC 4180, UTF-8 with a signature, for spreadsheets).

    Cells that a spreadsheet would take for a formula start with an apostrophe; numbers stand as they are.
    Control characters of the raw text are written as escapes.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(_HEADINGS)
    for item in content.record.items:
        for point in item.points:
            for attempt in point.attempts:
                for reading in attempt.readings:
                    writer.writerow(map(_inert, _row(item.id, point, attempt, reading)))
    return out.getvalue().encode("utf-8-sig")


def content_json(content: Certificate) -> bytes:
    """Return the canonical JSON of the content: its SHA-256 is the digest that is printed."""
    return msgspec.json.encode(content, order="deterministic")


def _row(item: str, point: PointRecord, attempt: Attempt, reading: RecordedReading) -> list[str]:
    where = (item, point.key, point.module, point.range, point.setpoint)
    counted = "yes" if attempt.number == point.counted else "no"
    when = (str(attempt.number), attempt.state, counted, reading.at.isoformat(), attempt.operator)
    what = (reading.value, reading.unit, " ".join(reading.flags))
    return [
        *map(clean, (*where, *when, reading.role, reading.purpose)),
        visible(reading.raw),
        *map(clean, what),
    ]


def _inert(cell: str) -> str:
    if cell.startswith(("=", "+", "-", "@", "|", "%")) and not _NUMBER.fullmatch(cell):
        return "'" + cell
    return cell
