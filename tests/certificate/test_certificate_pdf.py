from __future__ import annotations

import csv
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from tests.certificate.pdf_reading import attachments, pages, pieces, reader, root, words
from tests.certificate.sample_certificate import BEIJING, RANGES, build

from benchtui.certificate import Bilingual, Certificate, Customer, Signatory, certificate_pdf, record_pdf

if TYPE_CHECKING:
    from benchtui.certificate.wording import Language

CLAUSE_7 = {
    "a": ("校 准 证 书", "Calibration Certificate"),
    "b": ("示例计量研究院", "Example Institute of Metrology", "北京市示例区计量路 1 号", "1 Metrology Road"),
    "c": ("校准地点", "本实验室", "At the laboratory"),
    "e": ("示例半导体有限公司 Example Semiconductor Co., Ltd.", "上海市示例区晶圆路 88 号 3 号楼"),
    "f": ("半导体参数精密分析仪", "Keysight Technologies", "B1505A", "JP10K00123", "SPA-07", "MPSMU (B1511B"),
    "g": ("2026-11-02", "2026-11-10"),
    "h": ("抽样", "不适用", "Not applicable"),
    "i": ("JJF 2009—2022 半导体参数精密分析仪校准规范",),
    "j": ("MY45012345", "DCxx2026-01234", "2027-03-01", "traceable to the International System of Units"),
    "k": ("(22.8 – 23.4) °C, U = 0.5 °C", "(41 – 46) %, U = 3 %", "(220 – 223) V; 50.0 Hz"),
    "l": ("表 B.6 直流电压输出", "Table B.6 DC voltage output", "coverage probability is approximately 95 %"),
    "m": ("偏离", "无偏离"),
    "n": ("张三", "校准员", "Authorized signatory", "未签署 / not signed", "2026-11-12"),
    "o": ("校准结果仅对被校对象", "The results relate only to the item calibrated"),
    "p": ("不得部分复制本证书", "may be copied only in full"),
}


@pytest.mark.parametrize("item", CLAUSE_7)
def test_says_what_clause_7_asks_for(certificate: bytes, item: str) -> None:
    told = words(certificate)
    for expected in CLAUSE_7[item]:
        assert expected in told


def test_prints_every_result_in_full(certificate: bytes, content: Certificate) -> None:
    told = words(certificate)
    rows = content.results[0].rows
    assert len(rows) == 54
    for row in rows:
        line = " ".join(row[key] for key in ("setpoint", "standard", "error", "U"))
        assert line.replace("\u00a0", " ") in told
    for module, span in RANGES:
        assert f"{module} {span:g} V" in told


@pytest.mark.parametrize("document", ["certificate", "record"])
def test_number_and_page_x_of_y_on_every_page(document: str, request: pytest.FixtureRequest) -> None:
    sheets = pages(request.getfixturevalue(document))
    number = {
        "certificate": "证书编号 Certificate No. XJ-2026-000123",
        "record": "记录编号 Record No. YS-2026-000123",
    }
    assert len(sheets) > 3
    for page, sheet in enumerate(sheets, 1):
        assert number[document] in sheet
        assert f"第 {page} 页 共 {len(sheets)} 页 Page {page} of {len(sheets)}" in sheet
    assert "End of" in sheets[-1]


def test_headings_are_repeated_and_marked_as_continued(certificate: bytes) -> None:
    sheets = pages(certificate)
    assert "表 B.6 直流电压输出 Table" in sheets[1]
    assert "表 B.6 直流电压输出（续）" in sheets[2]
    assert "设定值 Set value" in sheets[1]
    assert "设定值 Set value" in sheets[2]


def test_the_figure_is_drawn_as_vectors(certificate: bytes) -> None:
    opened = reader(certificate)
    assert not [image for page in opened.pages for image in page.images]
    plotted = opened.pages[next(n for n, told in enumerate(pages(certificate)) if "Figure 1" in told)]
    strokes = plotted.get_contents()
    assert strokes is not None
    # An error bar is three lines and a dot of four curves; nine ranges of six points.
    assert strokes.get_data().count(b" c\n") + strokes.get_data().count(b" c ") >= 54 * 4


@pytest.mark.parametrize(
    ("language", "present", "absent"),
    [
        (
            "zh",
            ("校 准 证 书", "第 1 页 共", "环境条件"),
            ("Calibration Certificate", "Page 1 of", "Ambient"),
        ),
        (
            "en",
            ("Calibration Certificate", "Page 1 of", "Ambient conditions"),
            ("校 准 证 书", "第 1 页", "环境条件"),
        ),
    ],
)
def test_one_language_on_request(
    content: Certificate, language: Language, present: tuple[str, ...], absent: tuple[str, ...]
) -> None:
    told = words(certificate_pdf(content, language))
    assert [phrase for phrase in present if phrase not in told] == []
    assert [phrase for phrase in absent if phrase in told] == []


def test_record_in_one_language(content: Certificate) -> None:
    told = words(record_pdf(content, "en"))
    assert "Calibration Record" in told
    assert "Table A.6 DC voltage output (continued)" in told
    assert "MPSMU · 0.5 V · −0.100 V" in told
    assert "原始记录" not in told


# ------------------------------------------------------------------------------------- draft and signatures
def test_a_certificate_without_approval_is_a_draft_on_every_page(certificate: bytes) -> None:
    assert [
        sheet for sheet in pages(certificate) if "草稿 · 未经批准 DRAFT · not approved" not in sheet
    ] == []


def test_an_approved_certificate_is_no_draft() -> None:
    signed = Signatory(
        role="approver",
        name="王五",
        function=Bilingual("授权签字人", "Authorized signatory"),
        signed=datetime(2026, 11, 12, 16, 30, tzinfo=BEIJING),
    )
    content = build()
    approved = msgspec.structs.replace(content, signatories=(*content.signatories[:2], signed))
    told = words(certificate_pdf(approved))
    assert "草稿" not in told
    assert "DRAFT" not in told
    assert "王五" in told
    assert "2026-11-12 16:30:00 +08:00" in told


# ---------------------------------------------------------------------------------------------- determinism
_HASHES = """
import hashlib, sys
from benchtui.certificate import certificate_pdf, record_pdf
from tests.certificate.sample_certificate import build
content = build()
print(*(hashlib.sha256(make(content)).hexdigest() for make in (certificate_pdf, record_pdf)))
"""


def test_same_content_gives_the_same_bytes_in_any_process(certificate: bytes, record: bytes) -> None:
    expected = [hashlib.sha256(document).hexdigest() for document in (certificate, record)]
    begun = time.time()
    for seed, zone in (("1", "UTC"), ("4242", "Asia/Shanghai")):
        process = subprocess.run(
            [sys.executable, "-c", _HASHES],
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
        )
        assert process.stdout.split() == expected
    assert time.time() - begun > 1  # the second process ran in another second than the first document


def test_dates_of_the_file_are_the_time_of_issue(certificate: bytes) -> None:
    opened = reader(certificate)
    xmp = opened.xmp_metadata
    assert xmp is not None
    assert xmp.dc_title is not None
    assert xmp.dc_title["x-default"] == "校准证书 Calibration Certificate XJ-2026-000123"
    packet = root(certificate)["/Metadata"].get_data().decode()
    assert 'pdfaid:part="3" pdfaid:conformance="U"' in packet
    assert packet.count("2026-11-12T17:00:00+08:00") == 3


def test_other_content_has_another_digest(content: Certificate) -> None:
    assert content.digest == build().digest
    assert content.digest != build(deviations="one").digest


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_another_reader_finds_the_same_words(certificate: bytes, tmp_path: Path) -> None:
    path = tmp_path / "certificate.pdf"
    path.write_bytes(certificate)
    told = " ".join(subprocess.check_output(["pdftotext", "-layout", str(path), "-"], text=True).split())
    for expected in (
        *CLAUSE_7["b"],
        *CLAUSE_7["i"],
        *CLAUSE_7["k"],
        "−1000.000 V −1000.056 V",
        "第 4 页 共 4 页",
    ):
        assert expected in told


@pytest.mark.skipif(shutil.which("qpdf") is None, reason="qpdf is not installed")
@pytest.mark.parametrize("document", ["certificate", "record"])
def test_qpdf_finds_no_fault(document: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    path = tmp_path / "document.pdf"
    path.write_bytes(request.getfixturevalue(document))
    process = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True)
    assert process.returncode == 0, process.stdout + process.stderr


# ---------------------------------------------------------------------------------------------- attachments
def test_readings_are_attached_whole(certificate: bytes, record: bytes, content: Certificate) -> None:
    attached = attachments(certificate)["readings.csv"]
    assert attached == attachments(record)["readings.csv"]
    rows = list(csv.DictReader(io.StringIO(attached.decode("utf-8-sig"))))
    taken = [
        (point, attempt, reading)
        for item in content.record.items
        for point in item.points
        for attempt in point.attempts
        for reading in attempt.readings
    ]
    assert len(rows) == len(taken) == 54 * 11 + 4
    for row, (point, attempt, reading) in zip(rows, taken, strict=True):
        assert row["raw"] == reading.raw.replace("\r\n", "\\r\\n")
        assert (row["value"], row["unit"], row["flags"]) == (
            reading.value,
            reading.unit,
            " ".join(reading.flags),
        )
        assert (row["attempt"], row["operator"]) == (str(attempt.number), "张三")
        assert row["counted"] == ("yes" if attempt.number == point.counted else "no")


def test_digest_is_that_of_the_attached_content(record: bytes, content: Certificate) -> None:
    attached = attachments(record)["content.json"]
    assert hashlib.sha256(attached).hexdigest() == content.digest
    assert msgspec.json.decode(attached, type=Certificate) == content
    assert content.digest in words(record)


def test_files_are_declared_as_associated(certificate: bytes) -> None:
    declared = root(certificate)["/AF"]
    assert [entry.get_object()["/AFRelationship"] for entry in declared] == ["/Data", "/Data"]


# --------------------------------------------------------------------------------------------------- record
def test_record_shows_readings_attempts_budgets_and_events(record: bytes, content: Certificate) -> None:
    told = words(record)
    for point in content.record.items[0].points:
        counted = next(a for a in point.attempts if a.number == point.counted)
        for reading in counted.readings:
            if reading.purpose == "reading":
                assert reading.raw.replace("\r\n", "\\r\\n") in told
        assert point.summaries[0].mean.replace("-", "−") in told
    assert "attempt 1, 中断 interrupted" in told
    assert "attempt 2, 完成 done, 计入 counted" in told
    assert "The connection to dmm was lost." in told
    assert "uut MPSMU Force → standard HI" in told
    assert "HP3458A\\r\\n" in told
    assert told.count("loading of the output") == 54 + 9


def test_record_starts_with_the_budget_of_largest_uncertainty_in_each_range(record: bytes) -> None:
    told = words(record)
    section = told[
        told.index("Uncertainty budgets: the point of largest U") : told.index(
            "Results of all points as computed"
        )
    ]
    titles = re.findall(r"(MPSMU|HVSMU) · ([\d.]+) V · ([−+][\d.]+) V", section)
    assert [(module, float(span)) for module, span, _ in titles] == list(RANGES)
    assert [abs(float(point.replace("−", "-"))) for _, _, point in titles] == [
        max(span * 0.1, 0.1) for _, span in RANGES
    ]


# --------------------------------------------------------------------------------------------- hostile text
HOSTILE = "<b>bold</b> {nb} **x** __y__ =cmd|'/C calc'!A1 (paren) \\ &amp; %s {page} Tj ET"


def test_text_from_outside_is_printed_as_it_stands() -> None:
    content = build(customer=Customer(name=HOSTILE, address="line 1\nline 2\r\n\tline 3\x07\u202e end\u200b"))
    for document in (certificate_pdf(content), record_pdf(content)):
        first = pages(document)[0]
        assert HOSTILE in first
        assert "line 1 line 2 line 3 end" in first


def test_hostile_text_in_tables_attachments_and_metadata() -> None:
    content = build()
    results = content.results[0]
    rows = ({**results.rows[0], "module": "=1+1 {nb}"}, *results.rows[1:])
    item = content.record.items[0]
    point = item.points[0]
    attempt = msgspec.structs.replace(
        point.attempts[0], operator="=HYPERLINK(1)", note="</x:xmpmeta> <&> {nb}"
    )
    point = msgspec.structs.replace(point, attempts=(attempt,))
    item = msgspec.structs.replace(item, points=(point, *item.points[1:]))
    content = msgspec.structs.replace(
        content,
        number='X<&>"1',
        results=(msgspec.structs.replace(results, rows=rows),),
        record=msgspec.structs.replace(content.record, items=(item,)),
    )
    document = certificate_pdf(content)
    told = pages(document)
    assert "=1+1 {nb}" in told[1]
    assert all('X<&>"1' in sheet for sheet in told)
    xmp = reader(document).xmp_metadata
    assert xmp is not None
    assert xmp.dc_title is not None
    assert xmp.dc_title["x-default"].endswith('X<&>"1')
    rows_attached = list(
        csv.DictReader(io.StringIO(attachments(document)["readings.csv"].decode("utf-8-sig")))
    )
    assert rows_attached[0]["operator"] == "'=HYPERLINK(1)"
    assert float(rows_attached[1]["value"]) < 0  # a negative number is no formula
    assert "</x:xmpmeta> <&> {nb}" in words(record_pdf(content))


def test_long_texts_wrap_and_move_the_signatures_down() -> None:
    address = "上海市示例区很长很长的晶圆大道八百八十八号" * 15 + " Unbroken" * 3 + "X" * 120
    content = build(
        customer=Customer(name="客户 " * 60, address=address), deviations="偏离说明 deviation. " * 500
    )
    document = certificate_pdf(content)
    told = words(document)
    assert "".join(address.split()) in "".join(told.split())
    assert "授权签字人" in told
    for page in reader(document).pages:
        upright = [piece for piece in pieces(page) if piece.size < 40]  # not the draft mark
        assert max(piece.x for piece in upright) < 190 / 25.4 * 72
        assert min(piece.y for piece in upright) > 12 / 25.4 * 72


def test_many_modules_standards_and_remarks_still_fit() -> None:
    content = build()
    remark = Bilingual("调整前结果。", "Result before adjustment.")
    results = msgspec.structs.replace(content.results[0], remarks=(remark,) * 30)
    crowded = msgspec.structs.replace(content, standards=content.standards * 30, results=(results,))
    sheets = pages(certificate_pdf(crowded))
    assert sum(sheet.count("DCxx2026-01234") for sheet in sheets) == 30
    assert sum(sheet.count("Result before adjustment.") for sheet in sheets) == 30
