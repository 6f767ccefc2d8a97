"""Every figure of the source documents: the comparison comes to what is claimed, and nothing is left out."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from benchtui.validation import CHECKS, DOCUMENTS, REMARKS, Check, Verdict, report
from benchtui.validation import semiconductor_figures as jjf
from benchtui.validation.check import UNITS

# Errata by document, and those that are a wrong number (severity A): each of these must be a recomputation.
ERRATA = {"003": 28, "002": 13, "001": 20, "000": 13}
WRONG_NUMBERS = {
    *(f"E003-{n:02d}" for n in range(1, 10)),
    *(f"E002-{n:02d}" for n in range(1, 5)),
    "E001-01", "E001-02", "E001-04", "E001-05",
}  # fmt: skip


def name(check: Check) -> str:
    return f"{check.document} {check.place} {check.quantity}"


def made(printed: str, value: float, claim: Verdict) -> Check:
    return Check(
        document="003", place="", quantity="", printed=printed, unit="%", recompute=lambda: value, why="", claim=claim
    )  # fmt: skip


@pytest.mark.parametrize("check", CHECKS, ids=name)
def test_comparison_comes_to_what_is_claimed(check: Check) -> None:
    row = check.row()
    assert row.verdict is check.claim, f"printed {row.printed}, recomputed {row.recomputed} {row.unit}"
    assert row.why


@pytest.mark.parametrize(
    ("printed", "half"), [("0.7", "0.05"), ("2.8e-4", "5e-6"), ("2.50", "0.005"), ("90", "0.5"), ("1e-9", "5e-10")]
)  # fmt: skip
def test_tolerance_is_half_the_last_printed_digit(printed: str, half: str) -> None:
    assert made(printed, 0.0, Verdict.AGREES).tolerance == Decimal(half)


@pytest.mark.parametrize(
    ("value", "claim", "verdict", "sound"),
    [
        (0.00749, Verdict.AGREES, Verdict.AGREES, True),
        (0.0075, Verdict.AGREES, Verdict.AGREES, True),
        (0.00751, Verdict.AGREES, Verdict.MISPRINT, False),
        (0.00751, Verdict.MISPRINT, Verdict.MISPRINT, True),
        (0.00751, Verdict.MODEL, Verdict.MODEL, True),
        (0.0070, Verdict.MISPRINT, Verdict.AGREES, False),
        (0.0070, Verdict.MODEL, Verdict.AGREES, False),
    ],
)
def test_the_comparison_decides_and_not_the_claim(
    value: float, claim: Verdict, verdict: Verdict, sound: bool
) -> None:
    check = made("0.7", value, claim)
    assert check.row().verdict is verdict
    assert check.is_sound is sound


def test_every_erratum_is_in_the_report() -> None:
    expected = {f"E{number}-{n:02d}" for number, count in ERRATA.items() for n in range(1, count + 1)}
    assert {row.erratum for row in report()} - {""} == expected


def test_every_wrong_number_is_recomputed() -> None:
    assert {check.erratum for check in CHECKS} >= WRONG_NUMBERS


def test_errata_in_words_name_their_correction_and_a_known_unit() -> None:
    for remark in REMARKS:
        assert remark.why.endswith("."), remark.erratum
        assert remark.verdict is not Verdict.AGREES, remark.erratum
        assert (remark.recompute is None) == (remark.unit == ""), remark.erratum
        assert remark.unit in {"", *UNITS}, remark.erratum
        assert remark.erratum.startswith(f"E{remark.document}-")


def test_documents_stand_together_and_figures_come_first() -> None:
    rows = report()
    numbers = [row.document for row in rows]
    assert list(dict.fromkeys(numbers)) == [document.number for document in DOCUMENTS]
    for document in DOCUMENTS:
        kinds = [row.is_figure for row in rows if row.document == document.number]
        assert kinds == sorted(kinds, reverse=True)


@pytest.mark.parametrize(
    "table", [jjf.C1, jjf.C3, jjf.C5, jjf.C7, jjf.C9, jjf.C11], ids=lambda table: table.table
)
def test_ten_readings_and_what_follows_from_them(table: jjf.Repeatability) -> None:
    assert len(table.readings) == 10
    moved = replace(table, readings=(*table.readings[:-1], table.readings[-1] * 1.001))
    assert moved.relative_deviation() != table.relative_deviation()
    assert moved.estimate() != table.estimate()


@pytest.mark.parametrize(
    ("budget", "table", "expected"),
    [
        (jjf.current_output, jjf.C1, 0.0035167177757841994),
        (jjf.current_measurement, jjf.C3, 0.0010671289742582098),
        (jjf.voltage_output, jjf.C5, 0.0005802309502324297),
        (jjf.voltage_measurement, jjf.C7, 0.0005951195047913342),
        (jjf.pulsed_current, jjf.C9, 0.004133201733700426),
        (jjf.capacitance, jjf.C11, 0.0002503463560324841),
    ],
)
def test_budgets_through_the_models_are_the_sums_of_relative_variances(
    budget: object, table: jjf.Repeatability, expected: float
) -> None:
    assert callable(budget)
    assert budget(table.relative_deviation()) == pytest.approx(expected, rel=1e-9)
