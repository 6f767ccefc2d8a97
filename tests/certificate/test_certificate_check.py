from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import date, datetime
from typing import TYPE_CHECKING

import msgspec
import pytest
from tests.certificate.sample_certificate import build

from benchtui.certificate import (
    Bilingual,
    Certificate,
    Customer,
    Environment,
    Interval,
    Laboratory,
    certificate_pdf,
    fonts,
    record_pdf,
)
from benchtui.certificate.check import check
from benchtui.errors import CertificateError

if TYPE_CHECKING:
    from pathlib import Path


def refusal(content: Certificate) -> CertificateError:
    with pytest.raises(CertificateError) as caught:
        check(content, fonts.find())
    return caught.value


def test_sound_content_passes(content: Certificate) -> None:
    check(content, fonts.find())


@pytest.mark.parametrize(
    ("changes", "clause"),
    [
        ({"number": " "}, "(d)"),
        (
            {"laboratory": Laboratory(name=Bilingual("甲", "A"), address=Bilingual())},
            "laboratory address 实验室地址 (b)",
        ),
        ({"customer": Customer(name="客户", address="")}, "customer address 客户地址 (e)"),
        ({"specifications": ()}, "(i)"),
        ({"standards": ()}, "(j)"),
        ({"results": ()}, "(l)"),
        ({"signatories": ()}, "Approved by 批准 (n)"),
        ({"statements": ()}, "statement on copying 不得部分复制的声明 (p)"),
    ],
)
def test_a_missing_item_of_clause_7_is_named(changes: dict[str, object], clause: str) -> None:
    error = refusal(build(**changes))
    assert "lacks" in str(error.what)
    assert clause in str(error.what)
    assert error.hint


def test_both_documents_are_checked_before_they_are_made() -> None:
    content = build(standards=())
    for make in (certificate_pdf, record_pdf):
        with pytest.raises(CertificateError, match="Measurement standards"):
            make(content)


@pytest.mark.parametrize(
    ("character", "code", "sentence"),
    [
        ("😀", "U+1F600", "is not in the font"),
        ("\U0002a700", "U+2A700", "is not in the font"),
        ("\ud800", "U+D800", "is not in the font"),
        ("א", "U+05D0", "runs from right to left"),
    ],
)
def test_a_character_that_cannot_be_printed_is_refused(character: str, code: str, sentence: str) -> None:
    error = refusal(build(customer=Customer(name=f"客户{character}", address="街道")))
    assert code in str(error.what)
    assert sentence in str(error.what)
    assert error.where == "customer.name"
    assert error.hint


def test_characters_of_cells_are_checked_too(content: Certificate) -> None:
    results = content.results[0]
    rows = ({**results.rows[0], "module": "M☃😀"}, *results.rows[1:])
    error = refusal(msgspec.structs.replace(content, results=(msgspec.structs.replace(results, rows=rows),)))
    assert error.where == "results[0].rows[0][module]"


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [("", "lacks: U"), ("0.000 %", "states no uncertainty"), ("—", "states no uncertainty")],
)
def test_a_result_without_uncertainty_is_refused(content: Certificate, cell: str, sentence: str) -> None:
    results = content.results[0]
    rows = (*results.rows[:4], {**results.rows[4], "U": cell}, *results.rows[5:])
    error = refusal(msgspec.structs.replace(content, results=(msgspec.structs.replace(results, rows=rows),)))
    assert sentence in str(error.what)
    assert "Row 5" in str(error.what)
    assert error.where == "B.6"


@pytest.mark.parametrize(
    ("k", "probability"), [("", "0.95"), ("2", ""), ("2", "95"), ("0", "0.95"), ("two", "0.95")]
)
def test_a_table_without_coverage_is_refused(content: Certificate, k: str, probability: str) -> None:
    results = msgspec.structs.replace(content.results[0], k=k, probability=probability)
    assert "coverage" in str(refusal(msgspec.structs.replace(content, results=(results,))).what)


def test_a_number_too_wide_for_its_column_is_refused(content: Certificate) -> None:
    results = content.results[0]
    rows = ({**results.rows[0], "standard": "1" * 200}, *results.rows[1:])
    wide = msgspec.structs.replace(content, results=(msgspec.structs.replace(results, rows=rows),))
    with pytest.raises(CertificateError, match="too long to stand side by side"):
        certificate_pdf(wide)


def test_a_cell_taller_than_a_page_is_refused(content: Certificate) -> None:
    event = msgspec.structs.replace(content.record.events[0], what="text " * 9000)
    record = msgspec.structs.replace(content.record, events=(event,))
    with pytest.raises(CertificateError, match="holds too much text"):
        record_pdf(msgspec.structs.replace(content, record=record))


@pytest.mark.parametrize("U", [(), (0.0,) * 6, (float("nan"),) * 6])
def test_a_figure_without_uncertainties_is_refused(content: Certificate, U: tuple[float, ...]) -> None:  # noqa: N803 - the symbol
    results = content.results[0]
    series = (msgspec.structs.replace(results.series[0], U=U), *results.series[1:])
    error = refusal(
        msgspec.structs.replace(content, results=(msgspec.structs.replace(results, series=series),))
    )
    assert "MPSMU" in str(error.what)


@pytest.mark.parametrize(
    "changes",
    [
        {"received": date(2026, 11, 11)},
        {"calibrated_from": date(2026, 11, 11)},
        {"calibrated_to": date(2026, 11, 13)},
    ],
)
def test_dates_out_of_order_are_refused(changes: dict[str, object]) -> None:
    assert "not in this order" in str(refusal(build(**changes)).what)


def test_a_time_of_issue_without_offset_is_refused() -> None:
    naive = datetime(2026, 11, 12, 9, 0)  # noqa: DTZ001 - the mistake that is to be found
    assert "no offset" in str(refusal(build(issued=naive)).what)


def test_an_expired_standard_is_refused(content: Certificate) -> None:
    expired = msgspec.structs.replace(content.standards[0], due=date(2026, 11, 9))
    error = refusal(msgspec.structs.replace(content, standards=(expired, *content.standards[1:])))
    assert "MY45012345" in str(error.what)
    assert "2026-11-09" in str(error.what)


def test_ambient_conditions_must_be_ranges_of_numbers() -> None:
    room = Environment(temperature=Interval(low="23.4", high="22.8"), humidity=Interval(low="41", high="46"))
    assert refusal(build(environment=room)).where == "environment.temperature"


# ------ fonts
def test_the_font_that_is_set_is_used(content: Certificate, tmp_path: Path) -> None:
    own = tmp_path / "own.otf"
    shutil.copy(fonts.find().title.path, own)
    assert fonts.find(own) == fonts.Fonts(fonts.Face(own), fonts.Face(own))
    assert b"NotoSerif" in certificate_pdf(content, font=own)
    assert b"NotoSans" not in certificate_pdf(content, font=own)


@pytest.mark.parametrize("exists", [True, False])
def test_a_font_that_is_none_is_refused(tmp_path: Path, exists: bool) -> None:
    path = tmp_path / "letters.otf"
    if exists:
        path.write_text("no font")
    with pytest.raises(CertificateError, match="cannot be read") as caught:
        fonts.find(path)
    assert caught.value.where == str(path)


def test_system_fonts_are_the_last_resort(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "NotoSansCJK-Regular.ttc").touch()
    found = fonts.find(packaged=False, folders=(tmp_path / "none", tmp_path))
    assert found.body == found.title == fonts.Face(tmp_path / "deep" / "NotoSansCJK-Regular.ttc", 2)


def test_without_any_chinese_font_the_package_is_named(tmp_path: Path) -> None:
    with pytest.raises(CertificateError, match="pylopdf-fonts-zh-cn"):
        fonts.find(packaged=False, folders=(tmp_path,))


def test_importing_the_package_does_not_load_fpdf() -> None:
    probe = (
        "import benchtui.certificate, sys; print(sorted({'fpdf', 'fontTools', 'segno'} & set(sys.modules)))"
    )
    assert subprocess.check_output([sys.executable, "-c", probe], text=True).strip() == "[]"
