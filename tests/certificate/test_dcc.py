"""The digital calibration certificate: what it says, that its numbers are those of the results, that it is sound."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from tests.certificate.pdf_reading import attachments, words
from tests.certificate.sample_certificate import BEIJING, build

from benchtui.certificate import (
    Bilingual,
    Certificate,
    Interval,
    ResultTable,
    ResultValue,
    RowValues,
    Signatory,
    certificate_dcc,
    certificate_pdf,
)
from benchtui.certificate.dcc_check import check_tree
from benchtui.certificate.dcc_schema import validate
from benchtui.certificate.dcc_tree import release
from benchtui.certificate.dcc_units import is_si_unit, shift, si_unit
from benchtui.errors import CertificateError
from benchtui.tables import Column, Table

if TYPE_CHECKING:
    from lxml.etree import _Element

    from benchtui.certificate.wording import Language
    from benchtui.profiles import DccVersion

NS = {"dcc": "https://ptb.de/dcc", "si": "https://ptb.de/si"}
SCHEMA = os.environ.get("BENCHTUI_DCC_SCHEMA", "")
needs_schema = pytest.mark.skipif(not SCHEMA, reason="BENCHTUI_DCC_SCHEMA names no folder with PTB's schemas")


@pytest.fixture(scope="module")
def tree(content: Certificate) -> _Element:
    return etree.fromstring(certificate_dcc(content))


def texts(tree: _Element, path: str) -> list[str]:
    return [element.text or "" for element in tree.iterfind(path, NS)]


def column(tree: _Element, ref_type: str, path: str) -> list[str]:
    """Return a column of the results, over all lists, in their order."""
    found: list[str] = []
    for quantity in tree.iterfind(".//dcc:result/dcc:data/dcc:list/dcc:quantity", NS):
        if ref_type in quantity.get("refType", "").split():
            for element in quantity.iterfind(path, NS):
                found += (element.text or "").split(" ")
    return found


def stated(content: Certificate, key: str) -> list[ResultValue]:
    return [q for row in content.results[0].values for q in row.quantities if q.key == key]


# -------------------------------------------------------------------------------------------------- what it says
def test_every_item_of_clause_7_has_its_element(tree: _Element) -> None:
    core = ".//dcc:coreData/dcc:"
    assert texts(tree, f"{core}uniqueIdentifier") == ["XJ-2026-000123"]
    assert texts(tree, f"{core}receiptDate") == ["2026-11-02"]
    assert (
        texts(tree, f"{core}beginPerformanceDate")
        == texts(tree, f"{core}endPerformanceDate")
        == ["2026-11-10"]
    )
    assert texts(tree, f"{core}issueDate") == ["2026-11-12"]
    assert texts(tree, f"{core}performanceLocation") == ["laboratory"]
    assert texts(tree, f"{core}identifications/dcc:identification/dcc:value") == ["YS-2026-000123"]
    laboratory = texts(tree, ".//dcc:calibrationLaboratory/dcc:contact/dcc:name/dcc:content")
    assert laboratory == ["示例计量研究院", "Example Institute of Metrology"]
    assert texts(tree, ".//dcc:customer/dcc:name/dcc:content") == [
        "示例半导体有限公司 Example Semiconductor Co., Ltd."
    ]
    item = tree.find(".//dcc:items/dcc:item", NS)
    assert item is not None
    assert texts(item, "dcc:model") == ["B1505A"]
    assert texts(item, "dcc:identifications/dcc:identification/dcc:value") == ["JP10K00123", "SPA-07"]
    assert texts(item, "dcc:subItems/dcc:item/dcc:model") == ["B1511B", "B1513B"]
    assert "JJF 2009—2022" in texts(tree, ".//dcc:usedMethod/dcc:norm")
    assert "JJF 2009—2022, 6.5.1" in texts(tree, ".//dcc:usedMethod/dcc:reference")


def test_statements_stand_with_their_names(tree: _Element) -> None:
    told = {
        statement.get("refType"): texts(statement, "dcc:declaration/dcc:content")
        for statement in tree.iterfind(".//dcc:statement", NS)
    }
    assert told["benchtui_deviations"] == ["无偏离", "None"]
    assert told["benchtui_sampling"] == ["不适用", "Not applicable"]
    assert "traceable to the International System of Units" in told["basic_metrologicalTraceability"][1]
    assert "may be copied only in full" in told["benchtui_copying"][1]
    assert "relate only to the item" in told["benchtui_validity"][1]


def test_standards_with_their_certificates(tree: _Element) -> None:
    first, second = tree.findall(".//dcc:measuringEquipment", NS)
    assert texts(first, "dcc:certificate/dcc:referralID") == ["DCxx2026-01234"]
    assert texts(first, "dcc:certificate/dcc:value") == ["3458" * 16]
    assert texts(first, "dcc:certificate/dcc:inValidityRange") == ["true"]
    assert texts(first, "dcc:certificate/dcc:traceable") == ["true"]
    assert "valid until 2027-03-01" in texts(first, "dcc:certificate/dcc:description/dcc:content")[1]
    # Nothing is hashed that was not kept: its certificate is a number among its numbers.
    assert second.find("dcc:certificate", NS) is None
    assert "RHxx2026-00555" in texts(second, "dcc:identifications/dcc:identification/dcc:value")
    result = tree.find(".//dcc:result", NS)
    assert result is not None
    assert result.get("refId", "").split() == ["method1", first.get("id")]


def test_conditions_in_si_units(tree: _Element) -> None:
    told = {
        quantity.get("refType"): (texts(quantity, ".//si:value")[0], texts(quantity, ".//si:unit")[0])
        for quantity in tree.iterfind(".//dcc:influenceCondition/dcc:data/dcc:quantity", NS)
    }
    assert told["basic_temperatureMin"] == ("22.8", "\\degreecelsius")
    assert told["basic_humidityRelativeMax"] == ("0.46", "\\one")
    assert told["benchtui_mainsFrequencyMin"] == ("50.0", "\\hertz")


def test_provenance_names_head_program_and_methods(tree: _Element, content: Certificate) -> None:
    space = "{urn:x-benchtui:provenance:1}"
    origin = tree.find(f".//dcc:comment/{space}provenance", NS)
    assert origin is not None
    assert origin.get("chainHead") == "5f2b" * 16
    assert origin.get("contentSha256") == content.digest
    assert [(m.get("item"), m.get("version")) for m in origin] == [("dc-voltage-output", "1")]
    software = tree.find(".//dcc:dccSoftware/dcc:software", NS)
    assert software is not None
    assert texts(software, "dcc:release") == ["v0.1.0"]
    assert "5f2b" * 16 in texts(software, "dcc:description/dcc:content")[1]


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("benchtui 0.1.0", ("benchtui", "v0.1.0")),
        ("benchtui 1.2.3.dev4+g12ab", ("benchtui", "v1.2.3")),
        ("benchtui", ("benchtui", "v0")),
    ],
)
def test_release_as_readers_want_it(program: str, expected: tuple[str, str]) -> None:
    assert release(program) == expected


def test_a_draft_says_so_to_people_and_to_machines(tree: _Element, content: Certificate) -> None:
    first = tree.find(".//dcc:statement", NS)
    assert first is not None
    assert first.get("refType") == "benchtui_draft"
    assert texts(first, "dcc:valid") == ["false"]
    assert texts(first, "dcc:name/dcc:content") == ["草稿", "DRAFT"]
    assert [f.rule for f in check_tree(tree)] == ["draft"]
    main = [
        texts(person, "dcc:person/dcc:name/dcc:content")
        for person in tree.iterfind(".//dcc:respPerson", NS)
        if texts(person, "dcc:mainSigner") == ["true"]
    ]
    assert main == [["未指定", "not named"]]
    signed = Signatory(
        role="approver",
        name="王五",
        function=Bilingual("授权签字人", "Authorized signatory"),
        signed=datetime(2026, 11, 12, 16, 30, tzinfo=BEIJING),
    )
    approved = msgspec.structs.replace(content, signatories=(*content.signatories[:2], signed))
    final = etree.fromstring(certificate_dcc(approved))
    assert check_tree(final) == []
    assert b"benchtui_draft" not in etree.tostring(final)
    assert "signed 2026-11-12 16:30:00 +08:00" in texts(
        final, ".//dcc:respPerson/dcc:description/dcc:content"
    )


# ----------------------------------------------------------------------------------------------------- numbers
def test_numbers_are_the_decimal_text_of_the_results(tree: _Element, content: Certificate) -> None:
    values = "si:realListXMLList/si:valueXMLList"
    assert column(tree, "basic_nominalValue", values) == [q.value for q in stated(content, "setpoint")]
    assert column(tree, "basic_referenceValue", values) == [q.value for q in stated(content, "standard")]
    errors = stated(content, "error")
    assert len(errors) == 54
    for path, wanted in ((values, "value"), (".//si:valueExpandedMUXMLList", "U")):
        numbers = [Decimal(number) for number in column(tree, "basic_measurementError", path)]
        assert numbers == [Decimal(getattr(q, wanted)) / 100 for q in errors]
    assert column(tree, "basic_measurementError", ".//si:coverageFactorXMLList") == ["2.0"] * 54
    assert column(tree, "basic_measurementError", ".//si:coverageProbabilityXMLList") == ["0.9545"] * 54
    assert column(tree, "benchtui_effectiveDegreesOfFreedom", "dcc:charsXMLList") == ["inf"] * 54


def test_each_range_is_a_table_with_its_index(tree: _Element) -> None:
    lists = tree.findall(".//dcc:result/dcc:data/dcc:list", NS)
    assert len(lists) == 9
    modules = {item.get("id"): texts(item, "dcc:identifications/dcc:identification/dcc:value") for item in
               tree.iterfind(".//dcc:subItems/dcc:item", NS)}  # fmt: skip
    for element in lists:
        assert element.get("refType") == "basic_1IndexTable"
        indices = [q for q in element if "basic_tableIndex0" in q.get("refType", "")]
        assert len(indices) == 1
        points = texts(indices[0], "si:realListXMLList/si:valueXMLList")[0].split(" ")
        assert len(set(points)) == len(points) == 6
        assert texts(element, "dcc:name/dcc:content")[0].split()[0] in modules[element.get("refId")]
        assert texts(element, "dcc:quantity/si:realListXMLList/si:unitXMLList") == [
            "\\volt",
            "\\volt",
            "\\one",
        ]


@settings(deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(-15, 12))
def test_a_shift_is_exact_and_undone_by_its_opposite(number: float, exponent: int) -> None:
    shifted = shift(repr(number), exponent)
    assert Decimal(shifted) == Decimal(repr(number)) * Decimal(10) ** exponent
    assert Decimal(shift(shifted, -exponent)) == Decimal(repr(number))


def test_a_shift_of_nothing_leaves_the_text_as_it_stands() -> None:
    assert shift("1.50e-05", 0) == "1.50e-05"
    assert shift("0.1234567890123456789012345678901234", -2) == "0.001234567890123456789012345678901234"
    for found in ("nan", "inf", "", "1,5", "—"):
        with pytest.raises(ValueError, match=f"^{found}$"):
            shift(found, 0)


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [
        ("V", ("\\volt", 0)), ("%", ("\\one", -2)), ("pA", ("\\ampere", -12)), ("µV/V", ("\\one", -6)),
        ("kΩ", ("\\ohm", 3)), ("mg", ("\\kilogram", -6)),
        ("Pa·m³/s", ("\\pascal\\metre\\tothe{3}\\second\\tothe{-1}", 0)),
    ],
)  # fmt: skip
def test_units_become_coherent_si_units(symbol: str, expected: tuple[str, int]) -> None:
    unit = si_unit(symbol)
    assert unit is not None
    assert (unit.words, unit.exponent) == expected
    assert is_si_unit(unit.words)


@pytest.mark.parametrize(
    "unit", ["pA", "\\picoampere", "", "\\milli", "\\volt ", "volt", "\\tothe{2}", "\\volt\\tothe"]
)
def test_what_is_no_unit_is_not_taken_for_one(unit: str) -> None:
    assert not is_si_unit(unit)


def with_value(content: Certificate, **changes: str) -> Certificate:
    """Return *content* with the first error changed."""
    table = content.results[0]
    row = table.values[0]
    quantities = (*row.quantities[:2], msgspec.structs.replace(row.quantities[2], **changes))
    rows = (msgspec.structs.replace(row, quantities=quantities), *table.values[1:])
    return msgspec.structs.replace(content, results=(msgspec.structs.replace(table, values=rows),))


@pytest.mark.parametrize(
    "changes",
    [{"U": "0"}, {"U": "-0.1"}, {"U": "nan"}, {"U": ""}, {"k": "0.9"}, {"k": ""}, {"probability": "1.1"},
     {"value": "nan"}, {"value": "inf"}, {"value": "over-range"}],
)  # fmt: skip
def test_a_result_without_number_or_uncertainty_is_refused(
    content: Certificate, changes: dict[str, str]
) -> None:
    with pytest.raises(CertificateError) as refused:
        certificate_dcc(with_value(content, **changes))
    assert refused.value.where == "B.6"


def test_a_missing_row_is_refused(content: Certificate) -> None:
    table = msgspec.structs.replace(content.results[0], values=content.results[0].values[1:])
    with pytest.raises(CertificateError):
        certificate_dcc(msgspec.structs.replace(content, results=(table,)))


def test_a_unit_that_nobody_knows_is_refused(content: Certificate) -> None:
    with pytest.raises(CertificateError, match="furlong"):
        certificate_dcc(with_value(content, unit="furlong"))


def judged() -> ResultTable:
    columns = (Column("item", "检查项目", "Check"), Column("verdict", "结果", "Result"))
    return ResultTable(
        table=Table("B.1", "外观及工作正常性检查", "Appearance and function", columns),
        rows=({"item": "外观 appearance", "verdict": "正常 normal"},),
        k="",
        probability="",
        item="appearance",
    )


def two_errors() -> ResultTable:
    """A table of the kind of pulsed current: an error of the output and one of the measurement, U in both."""
    keys = (
        "setpoint",
        "voltage",
        "resistance",
        "standard",
        "error",
        "U",
        "measurement_error",
        "measurement_U",
    )
    numbers = {
        "setpoint": ("10", "A"),
        "voltage": ("0.1", "V"),
        "resistance": ("0.01", "Ω"),
        "standard": ("10.0", "A"),
    }
    errors = [
        ResultValue(
            key="error", value="0.12", unit="%", U="0.05", k="2.13", probability="0.9545", nu_eff="14.2"
        ),
        ResultValue(
            key="measurement_error",
            value="-1e-05",
            unit="A",
            U="3e-06",
            k="2",
            probability="0.95",
            nu_eff="inf",
        ),
    ]
    plain = [ResultValue(key=key, value=value, unit=unit) for key, (value, unit) in numbers.items()]  # type: ignore[arg-type]  # the keys are column keys
    return ResultTable(
        table=Table("B.10", "脉冲电流", "Pulsed current", tuple(Column(key, key, key) for key in keys)),  # type: ignore[arg-type]  # the same
        rows=(dict.fromkeys(keys, "1"),),
        k="2",
        probability="0.95",
        values=(RowValues(module="UHCU", range="20 A", quantities=(*plain, *errors)),),
    )


def other_tables(content: Certificate) -> Certificate:
    return msgspec.structs.replace(
        content, results=(*content.results, judged(), two_errors()), place="客户现场 On site"
    )


def test_other_kinds_of_tables(content: Certificate) -> None:
    tree = etree.fromstring(certificate_dcc(other_tables(content)))
    assert [f for f in check_tree(tree) if f.severity != "note"] == []
    _first, words_only, pulsed = tree.findall(".//dcc:result", NS)
    assert texts(words_only, "dcc:data/dcc:text/dcc:content") == [
        "检查项目：外观 appearance；结果：正常 normal",
        "Check: 外观 appearance; Result: 正常 normal",
    ]
    units = texts(pulsed, "dcc:data/dcc:list/dcc:quantity/si:realListXMLList/si:unitXMLList")
    assert units == ["\\ampere", "\\volt", "\\ohm", "\\ampere", "\\one", "\\ampere"]
    assert texts(pulsed, ".//si:valueExpandedMUXMLList") == ["0.0005", "3e-06"]
    assert texts(pulsed, ".//dcc:charsXMLList") == ["14.2", "inf"]
    assert texts(tree, ".//dcc:performanceLocation") == ["other"]
    assert "客户现场 On site" in texts(tree, ".//dcc:statement/dcc:declaration/dcc:content")


# ------------------------------------------------------------------------------------------- languages, hostility
@pytest.mark.parametrize("language", ["zh", "en"])
def test_one_language_on_request(content: Certificate, language: Language) -> None:
    tree = etree.fromstring(certificate_dcc(content, language))
    assert texts(tree, ".//dcc:usedLangCodeISO639_1") == [language]
    assert texts(tree, ".//dcc:mandatoryLangCodeISO639_1") == [language]
    assert {e.get("lang", language) for e in tree.iterfind(".//dcc:content", NS)} == {language}
    assert check_tree(tree)[0].rule == "draft"


def test_text_from_outside_stays_text(content: Certificate) -> None:
    hostile = "<dcc:x>&bad; ]]> \"'\x00\x1b[2J\ufffe\n  two  "
    item = msgspec.structs.replace(content.item, model=hostile, condition=hostile)
    changed = msgspec.structs.replace(content, item=item, deviations=hostile)
    tree = etree.fromstring(certificate_dcc(changed))
    expected = "<dcc:x>&bad; ]]> \"'[2J two"
    assert texts(tree, ".//dcc:items/dcc:item/dcc:model") == [expected]
    assert expected in texts(tree, ".//dcc:statement/dcc:declaration/dcc:content")
    assert [f for f in check_tree(tree) if f.severity == "error"] == []


def test_a_condition_that_is_no_number_is_refused(content: Certificate) -> None:
    room = msgspec.structs.replace(content.environment, temperature=Interval(low="warm", high="warm"))
    with pytest.raises(CertificateError, match="ambient condition"):
        certificate_dcc(msgspec.structs.replace(content, environment=room))


# ---------------------------------------------------------------------------------------- determinism and the PDF
_HASH = """
import hashlib
from benchtui.certificate import certificate_dcc
from tests.certificate.sample_certificate import build
print(hashlib.sha256(certificate_dcc(build())).hexdigest())
"""


@pytest.mark.parametrize(("seed", "zone"), [("1", "UTC"), ("4242", "Asia/Shanghai")])
def test_same_content_gives_the_same_bytes_in_any_process(content: Certificate, seed: str, zone: str) -> None:
    process = subprocess.run(
        [sys.executable, "-c", _HASH],
        env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert process.stdout.strip() == hashlib.sha256(certificate_dcc(content)).hexdigest()


def test_the_pdf_holds_it_and_prints_its_hash(certificate: bytes, content: Certificate) -> None:
    twin = certificate_dcc(content)
    assert attachments(certificate)["certificate.xml"] == twin
    assert hashlib.sha256(twin).hexdigest() in words(certificate)


def test_the_qr_code_names_its_hash(content: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    import segno

    coded: list[str] = []
    make = segno.make

    def listen(told: str, **options: Any) -> object:
        coded.append(told)
        return make(told, **options)

    monkeypatch.setattr(segno, "make", listen)
    older = certificate_dcc(content, version="3.2.1")
    assert attachments(certificate_pdf(content, dcc=older))["certificate.xml"] == older
    assert coded == [f"XJ-2026-000123 sha256:{hashlib.sha256(older).hexdigest()}"]


# ------------------------------------------------------------------------------------------------ PTB's own schema
@needs_schema
@pytest.mark.parametrize("version", ["3.3.0", "3.2.1"])
@pytest.mark.parametrize("language", ["both", "zh", "en"])
def test_it_is_valid_by_the_schema(version: DccVersion, language: Language, tmp_path: Path) -> None:
    file = tmp_path / "certificate.xml"
    file.write_bytes(certificate_dcc(other_tables(build()), language, version))
    report = validate(file, Path(SCHEMA))
    assert (report.valid, report.schema) == (True, "checked"), report.findings
    assert {f.rule for f in report.findings} <= {"draft", "schematron", "version"}
