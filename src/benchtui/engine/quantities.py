"""From a result to the numbers behind its row of the table, for machines that read the certificate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from benchtui import certificate as c
from benchtui.procedures.base import Outcome, Result
from benchtui.profiles import Standard
from benchtui.records import PointRow, StandardUse, revive
from benchtui.tables import ColumnKey


def with_values(
    table: c.ResultTable,
    item: str,
    measured: Iterable[tuple[PointRow, Outcome]],
    uses: Iterable[StandardUse],
) -> c.ResultTable:
    """Return *table* of the calibration item *item* with the numbers behind its rows and with its standards.

    *measured* are its points in the order of the rows; *uses* those of the standards in the job. Where a person judged
    there are no numbers. Numbers are decimal text: a float by its shortest form that is read back to the same float.
    """
    keys = [column.key for column in table.table.columns]
    certificates = (
        revive(use.standard.body, Standard).certificate.number for use in uses if use.item == item
    )
    return msgspec.structs.replace(
        table,
        item=item,
        standards=tuple(dict.fromkeys(certificates)),
        values=tuple(
            c.RowValues(
                module=point.module,
                range=point.range,
                quantities=tuple(value for key in keys for value in _values(key, outcome)),
            )
            for point, outcome in measured
            if isinstance(outcome, Result)
        ),
    )


def _values(key: ColumnKey, result: Result) -> Iterator[c.ResultValue]:
    """Yield the number that stands in the column *key*: none for words, and for U, which goes with its error."""
    second = result.second
    if key == "setpoint":
        yield c.ResultValue(key=key, value=result.setpoint, unit=result.unit)
    elif key == "indication":
        yield c.ResultValue(key=key, value=result.indication, unit=result.unit)
    elif key == "standard":
        yield c.ResultValue(key=key, value=repr(result.standard), unit=result.unit)
    elif key == "error":
        yield c.ResultValue(
            key=key, value=repr(result.error), unit=result.error_unit, U=repr(result.U), k=repr(result.k),
            probability=repr(result.probability), nu_eff=repr(result.nu_eff),
        )  # fmt: skip
    elif key == "measurement_error" and second is not None:
        yield c.ResultValue(
            key=key, value=repr(second.error), unit=result.error_unit, U=repr(second.U), k=repr(second.k),
            probability=repr(second.probability), nu_eff=repr(second.nu_eff),
        )  # fmt: skip
    elif key in result.parts:
        value, unit = result.parts[key]
        yield c.ResultValue(key=key, value=repr(value), unit=unit)
