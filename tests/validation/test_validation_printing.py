"""The three forms of the report, and the committed document."""

from __future__ import annotations

import json
import unicodedata
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchtui import i18n
from benchtui.validation import Row, Verdict, printing, report, to_json, to_markdown, to_text

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENT = Path(__file__).parents[2] / "docs" / "validation.md"
KEYS = {
    "document", "place", "erratum", "quantity", "unit", "printed", "recomputed", "difference", "verdict", "why",
}  # fmt: skip


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    i18n.use("en")
    yield
    i18n.use("en")


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_the_committed_document_is_the_generated_one(language: str) -> None:
    i18n.use(language)
    assert DOCUMENT.read_text(encoding="utf-8") == to_markdown(report()), (
        "docs/validation.md is out of date: benchtui validate --markdown > docs/validation.md"
    )


def test_json_holds_every_row_with_numbers_as_numbers() -> None:
    rows = report()
    objects = json.loads(to_json(rows))
    assert len(objects) == len(rows)
    assert all(set(one) == KEYS for one in objects)
    for one in objects:
        assert one["verdict"] in set(Verdict)
        if one["difference"] is not None:
            exact = Decimal(one["printed"]) - Decimal(repr(one["recomputed"]))
            assert one["difference"] == float(exact)
            assert one["unit"]


def test_json_keeps_the_digits_that_are_printed() -> None:
    (one,) = (row for row in json.loads(to_json(report())) if row["quantity"] == "mean" and row["erratum"])
    assert one["printed"] == "10.0012"
    assert one["recomputed"] == 10.00102
    assert one["difference"] == pytest.approx(0.00018, rel=1e-9)


def test_markdown_tables_have_equal_rows() -> None:
    width = 0
    for line in to_markdown(report()).splitlines():
        if not line.startswith("|"):
            width = 0
            continue
        assert width in {0, line.count("|")}, line
        width = line.count("|")


def test_a_bar_in_a_cell_does_not_end_it() -> None:
    row = Row("003", "|x|", "", "q", "1", "1.0", 1.0, 0.0, Verdict.AGREES, "a|b")
    line = next(line for line in to_markdown([row]).splitlines() if "∣x∣" in line)
    assert line.count("|") == 9


def test_text_names_every_row_and_fits_the_terminal() -> None:
    rows = report()
    shown = to_text(rows)
    for row in rows:
        assert row.printed in shown
        assert row.erratum in shown
    for line in shown.splitlines():
        columns = sum(
            0 if unicodedata.combining(letter) else 1 + (unicodedata.east_asian_width(letter) in "WF")
            for letter in line
        )
        assert columns <= 110, line


def test_figures_are_shown_in_the_power_of_ten_in_which_they_are_printed() -> None:
    row = Row("003", "place", "", "q", "1", "2.8e-4", 2.503e-4, 0.297e-4, Verdict.MISPRINT, "why")
    line = next(line for line in to_text([row]).splitlines() if line.startswith("place"))
    assert line.split() == ["place", "q", "1", "2.8e-4", "2.503e-4", "0.30e-4", "misprint"]


def test_titles_and_verdicts_are_translated_and_what_the_documents_say_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(printing, "_", lambda msgid: f"⟨{msgid}⟩")
    figure = Row("003", "place", "", "q", "1", "1.0", 1.0, 0.0, Verdict.AGREES, "why")
    remark = Row("003", "place", "E003-10", "q", "", "words", None, None, Verdict.MODEL, "correction")
    title, _empty, header, _rule, line, why, _empty, first, printed, correction, _end = to_text(
        [figure, remark]
    ).split("\n")
    assert title.startswith("003  JJF 2009—2022")
    assert header.split()[3:] == ["⟨Printed⟩", "⟨Recomputed⟩", "⟨Difference⟩", "⟨Verdict⟩"]
    assert line.split() == ["place", "q", "1", "1.0", "1.000", "0", "⟨agrees⟩"]
    assert why == "    why"
    assert first == "E003-10  place: q  [⟨model⟩]"
    assert printed == "    ⟨Printed⟩: words"
    assert correction == "    correction"


def test_documents_without_rows_are_not_named() -> None:
    row = Row("002", "place", "", "q", "1", "1.0", 1.0, 0.0, Verdict.AGREES, "why")
    assert "JJF" not in to_markdown([row])
    assert "JJF" not in to_text([row])
