"""Tables of records and certificates as data: what a column is called, what it holds, how it is printed."""

from __future__ import annotations

from typing import Literal

import msgspec

ColumnKey = Literal[
    "module", "range", "setpoint", "indication", "standard", "voltage", "current", "resistance", "ratio", "error",
    "U", "measurement_error", "measurement_U", "item", "verdict",
]  # fmt: skip


class Column(msgspec.Struct, frozen=True):
    """One column: *key* names the field of a result; *zh* and *en* are its titles."""

    key: ColumnKey
    zh: str
    en: str
    align: Literal["left", "right"] = "right"


class Table(msgspec.Struct, frozen=True):
    """A table of a record (A.x) or of a certificate (B.x)."""

    id: str
    zh: str
    en: str
    columns: tuple[Column, ...]
