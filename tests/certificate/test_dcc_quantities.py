"""From results to the numbers behind a table: each column finds its number, words stay words."""

from __future__ import annotations

import json

import msgspec

from benchtui.certificate import ResultTable, ResultValue
from benchtui.engine.quantities import with_values
from benchtui.procedures.base import Outcome, Result, Second, Verdict
from benchtui.profiles import Standard as Profile
from benchtui.profiles import load, root
from benchtui.records import PointRow, StandardRow, StandardUse
from benchtui.tables import Column, ColumnKey, Table

POINT = PointRow(
    seq=1, job="J", item="pulsed-current", position=1, key="UHCU/20 A/+10", module="UHCU", range="20 A", span="20",
    setpoint="10", unit="A", readings=10, body="{}",
)  # fmt: skip
RESULT = Result(
    point="UHCU/20 A/+10", setpoint="10", indication="10", standard=9.98765432101234, unit="A", error=0.1 + 0.2,
    error_unit="%", u=0.025, U=0.05, k=2.0, nu_eff=float("inf"), probability=0.9545, statement={}, budget=(),
    parts={"resistance": (0.0100012, "Ω"), "voltage": (1e-05, "V")},
    second=Second(
        indication=9.99, error=-0.02, u=0.01, U=0.0226, k=2.26, nu_eff=9.0, probability=0.95, budget=(),
    ),
)  # fmt: skip


def values(outcome: Outcome, *keys: ColumnKey) -> list[ResultValue]:
    table = Table("B.10", "表", "table", tuple(Column(key, key, key) for key in keys))
    empty = ResultTable(table=table, rows=({},), k="2", probability="0.95")
    filled = with_values(empty, "pulsed-current", [(POINT, outcome)], [])
    assert filled.item == "pulsed-current"
    return [value for row in filled.values for value in row.quantities]


def test_every_column_of_numbers_finds_its_number() -> None:
    keys: tuple[ColumnKey, ...] = (
        "module", "range", "setpoint", "voltage", "resistance", "standard", "indication", "error", "U",
        "measurement_error", "measurement_U",
    )  # fmt: skip
    assert values(RESULT, *keys) == [
        ResultValue(key="setpoint", value="10", unit="A"),
        ResultValue(key="voltage", value="1e-05", unit="V"),
        ResultValue(key="resistance", value="0.0100012", unit="Ω"),
        ResultValue(key="standard", value="9.98765432101234", unit="A"),
        ResultValue(key="indication", value="10", unit="A"),
        ResultValue(
            key="error",
            value="0.30000000000000004",
            unit="%",
            U="0.05",
            k="2.0",
            probability="0.9545",
            nu_eff="inf",
        ),
        ResultValue(
            key="measurement_error",
            value="-0.02",
            unit="%",
            U="0.0226",
            k="2.26",
            probability="0.95",
            nu_eff="9.0",
        ),
    ]


def test_numbers_come_back_as_the_same_floats() -> None:
    (standard, error) = values(RESULT, "standard", "error")
    assert float(standard.value) == RESULT.standard
    assert float(error.value) == RESULT.error


def test_what_was_not_measured_is_left_out() -> None:
    alone = msgspec.structs.replace(RESULT, second=None, parts={})
    assert [v.key for v in values(alone, "setpoint", "ratio", "error", "measurement_error")] == [
        "setpoint",
        "error",
    ]


def test_where_a_person_judged_there_are_no_numbers() -> None:
    verdict = Verdict(point="appearance", normal=True, remark="", statement={"verdict": "normal"})
    assert values(verdict, "item", "verdict") == []


def test_the_table_names_the_standards_of_its_item() -> None:
    path = root() / "standards" / "3458a.toml"
    certificate = load(path, Profile).certificate.number
    body = json.dumps(msgspec.to_builtins(load(path, Profile)), default=str)
    row = StandardRow(seq=1, name="3458a", serial="x", body=body, sha256="0" * 64, at="")
    uses = [StandardUse(item=item, role="standard", standard=row) for item in ("other", "mine", "mine")]
    table = ResultTable(table=Table("B.6", "", "", ()), rows=(), k="", probability="")
    assert with_values(table, "mine", [], uses).standards == (certificate,)
    assert with_values(table, "third", [], uses).standards == ()
