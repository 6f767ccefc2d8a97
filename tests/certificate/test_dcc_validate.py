"""Checking a certificate that somebody else wrote: what is against a rule is found, what is hostile is not read."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lxml import etree
from tests.acceptance.shell import Shell

from benchtui.certificate import Certificate, certificate_dcc
from benchtui.certificate.dcc_check import check_tree
from benchtui.certificate.dcc_reading import LARGEST
from benchtui.certificate.dcc_schema import validate
from benchtui.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.etree import _Element

NS = {"dcc": "https://ptb.de/dcc", "si": "https://ptb.de/si"}
DCC = "{https://ptb.de/dcc}"
SCHEMA = os.environ.get("BENCHTUI_DCC_SCHEMA", "")
needs_schema = pytest.mark.skipif(not SCHEMA, reason="BENCHTUI_DCC_SCHEMA names no folder with PTB's schemas")
FIRST_ERROR = ".//dcc:quantity[@refType='basic_measurementError']//si:"


@pytest.fixture(scope="module")
def sound(content: Certificate) -> bytes:
    return certificate_dcc(content)


@pytest.fixture
def file(tmp_path: Path, sound: bytes) -> Path:
    path = tmp_path / "sound.xml"
    path.write_bytes(sound)
    return path


def put(path: str, words: str) -> Callable[[_Element], None]:
    def change(root: _Element) -> None:
        element = root.find(path, NS)
        assert element is not None, path
        element.text = words

    return change


def drop(path: str) -> Callable[[_Element], None]:
    def change(root: _Element) -> None:
        element = root.find(path, NS)
        assert element is not None, path
        parent = element.getparent()
        assert parent is not None
        parent.remove(element)

    return change


def mark(path: str, attribute: str, value: str) -> Callable[[_Element], None]:
    def change(root: _Element) -> None:
        element = root.find(path, NS)
        assert element is not None, path
        element.set(attribute, value)

    return change


FAULTS: dict[str, tuple[str, str, Callable[[_Element], None]]] = {
    "U list too short": ("error", "list-length", put(f"{FIRST_ERROR}valueExpandedMUXMLList", "0.1 0.2")),
    "k list too short": ("error", "list-length", put(f"{FIRST_ERROR}coverageFactorXMLList", "2 2 2")),
    "column too short": ("error", "table-length", put(".//si:valueXMLList", "1 2")),
    "line end in a list": ("error", "list-format", put(f"{FIRST_ERROR}valueXMLList", "1\n2 3 4 5 6")),
    "two blanks in a list": ("error", "list-format", put(f"{FIRST_ERROR}valueXMLList", "1  2 3 4 5 6")),
    "empty list": ("error", "list-format", put(f"{FIRST_ERROR}unitXMLList", "")),
    "no number": ("error", "number", put(f"{FIRST_ERROR}valueXMLList", "1 2 3 4 5 1,6")),
    "infinite": ("error", "number", put(f"{FIRST_ERROR}valueXMLList", "1 2 3 4 5 INF")),
    "NaN": ("warning", "number", put(f"{FIRST_ERROR}valueXMLList", "1 2 3 4 5 NaN")),
    "negative U": ("error", "uncertainty", put(f"{FIRST_ERROR}valueExpandedMUXMLList", "1 2 3 4 5 -6")),
    "U of 0": ("warning", "uncertainty", put(f"{FIRST_ERROR}valueExpandedMUXMLList", "1 2 3 4 5 0")),
    "k below 1": ("error", "coverage-factor", put(f"{FIRST_ERROR}coverageFactorXMLList", "0.5")),
    "p above 1": ("error", "coverage-probability", put(f"{FIRST_ERROR}coverageProbabilityXMLList", "95")),
    "unit outside the D-SI": ("error", "unit", put(f"{FIRST_ERROR}unitXMLList", "pA")),
    "unit of a condition": ("error", "unit", put(".//si:real/si:unit", "°C")),
    "dates": ("error", "date", put(".//dcc:endPerformanceDate", "2026-11-01")),
    "no date": ("error", "date", put(".//dcc:beginPerformanceDate", "soon")),
    "release": ("error", "release", put(".//dcc:release", "0.1.0")),
    "country": ("error", "country", put(".//dcc:countryCodeISO3166_1", "XX")),
    "language code": ("error", "language", put(".//dcc:usedLangCodeISO639_1", "xx")),
    "language twice": ("error", "language", put(".//dcc:usedLangCodeISO639_1", "en")),
    "language missing": ("error", "language", drop(".//dcc:item/dcc:name/dcc:content[@lang='en']")),
    "language not declared": ("error", "language", mark(".//dcc:item/dcc:name/dcc:content", "lang", "fr")),
    "binding language": ("error", "language", put(".//dcc:mandatoryLangCodeISO639_1", "de")),
    "blanks": ("warning", "blanks", put(".//dcc:item/dcc:name/dcc:content", " x ")),
    "dangling reference": ("error", "reference", mark(".//dcc:result", "refId", "method1 nowhere")),
    "reference to nothing": ("warning", "reference", mark(".//dcc:result", "id", "alone")),
    "blanks in references": (
        "error",
        "list-format",
        mark(".//dcc:result", "refType", "benchtui_a  benchtui_b"),
    ),
    "reference type": ("warning", "reference-type", mark(".//dcc:result", "refType", "nobody_x")),
    "no methods": ("error", "ring", drop(".//dcc:usedMethods")),
    "no software": ("warning", "ring", drop(".//dcc:usedSoftware")),
    "no conditions": ("error", "ring", drop(".//dcc:influenceConditions")),
    "old version": ("warning", "version", mark(".", "schemaVersion", "3.1.2")),
}


def test_the_sound_one_is_sound(sound: bytes) -> None:
    assert [f.rule for f in check_tree(etree.fromstring(sound))] == ["draft"]


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_found(sound: bytes, name: str) -> None:
    severity, rule, change = FAULTS[name]
    root = etree.fromstring(sound)
    change(root)
    found = {(finding.severity, finding.rule) for finding in check_tree(root)}
    assert (severity, rule) in found


def test_a_relative_uncertainty_wants_an_expanded_one(sound: bytes) -> None:
    root = etree.fromstring(sound)
    quantity = root.find(".//dcc:quantity[@refType='basic_referenceValue']", NS)
    assert quantity is not None
    etree.SubElement(quantity, f"{DCC}relativeUncertainty")
    assert "relative-uncertainty" in {f.rule for f in check_tree(root)}


def test_a_unit_outside_the_si_wants_its_definition(sound: bytes) -> None:
    root = etree.fromstring(sound)
    statement = root.find(".//dcc:statement", NS)
    assert statement is not None
    etree.SubElement(statement, f"{DCC}nonSIUnit").text = "|mmHg"
    assert "unit" in {f.rule for f in check_tree(root)}


def test_a_signature_is_said_to_be_unchecked(sound: bytes) -> None:
    root = etree.fromstring(sound)
    etree.SubElement(root, "{http://www.w3.org/2000/09/xmldsig#}Signature")
    assert ("warning", "signature") in {(f.severity, f.rule) for f in check_tree(root)}


def test_another_root_is_no_certificate() -> None:
    (finding,) = check_tree(etree.fromstring(b"<html/>"))
    assert (finding.severity, finding.rule) == ("error", "root")


# ------------------------------------------------------------------------------------------------------- hostility
ENTITY = b'<!DOCTYPE x [<!ENTITY e SYSTEM "%s">]>'
BOMB = b"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>%s]>" % b"".join(
    b"<!ENTITY %c '%s'>" % (c, b"&%c;" % (c - 1) * 10) for c in range(ord("b"), ord("k"))
)


@pytest.mark.parametrize("kind", ["entity", "bomb"])
def test_a_document_type_is_refused_and_nothing_of_it_is_read(
    tmp_path: Path, sound: bytes, kind: str
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("top secret")
    prologue, entity = (ENTITY % bytes(secret), b"&e;") if kind == "entity" else (BOMB, b"&j;")
    declaration, rest = sound.split(b"\n", 1)
    hostile = tmp_path / "hostile.xml"
    hostile.write_bytes(declaration + prologue + rest.replace(b"XJ-2026-000123", entity))
    with pytest.raises(BadInput, match="document type") as refused:
        validate(hostile)
    assert "top secret" not in str(refused.value)


def test_a_file_that_is_too_large_is_not_parsed(tmp_path: Path) -> None:
    large = tmp_path / "large.xml"
    with large.open("wb") as file:
        file.write(b"<x>")
        file.truncate(LARGEST + 1)
    with pytest.raises(BadInput, match="larger than"):
        validate(large)


@pytest.mark.parametrize("body", [b"", b"%PDF-1.7", b"\x89PNG\r\n", b"number,value\n1,2\n"])
def test_what_is_no_xml_is_bad_input(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "x.xml"
    path.write_bytes(body)
    with pytest.raises(BadInput, match="not an XML file"):
        validate(path)


def test_a_file_cut_off_is_reported_with_its_line(tmp_path: Path, sound: bytes) -> None:
    path = tmp_path / "cut.xml"
    path.write_bytes(sound[: len(sound) // 2])
    report = validate(path)
    assert not report.valid
    assert report.findings[0].rule == "xml"
    assert report.findings[0].line > 100


# ------------------------------------------------------------------------------------- schema, Schematron, command line
SMALL_SCHEMA = b"""<?xml version="1.0"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="https://ptb.de/dcc" version="3.3.0">
 <xs:element name="digitalCalibrationCertificate"><xs:complexType><xs:sequence>
  <xs:any processContents="skip" maxOccurs="2"/>
 </xs:sequence><xs:anyAttribute processContents="skip"/></xs:complexType></xs:element>
</xs:schema>"""
SCHEMATRON = b"""<sch:schema xmlns:sch="http://purl.oclc.org/dsdl/schematron"%s>
 <sch:ns uri="https://ptb.de/dcc" prefix="dcc"/>
 <sch:pattern><sch:rule context="dcc:coreData">
  <sch:assert test="dcc:receiptDate = '1999-01-01'" role="%s">Not received in 1999.</sch:assert>
 </sch:rule></sch:pattern>
</sch:schema>"""


@pytest.fixture
def schemas(tmp_path: Path) -> Path:
    folder = tmp_path / "schemas" / "dcc" / "v3.3.0"
    folder.mkdir(parents=True)
    (folder / "dcc.xsd").write_bytes(SMALL_SCHEMA)
    return tmp_path / "schemas"


def test_the_schema_of_the_right_version_is_found_and_used(file: Path, schemas: Path) -> None:
    report = validate(file, schemas)
    assert report.schema == "checked"
    assert [(f.severity, f.rule) for f in report.findings] == [("error", "schema"), ("note", "draft")]
    assert "dcc:comment" in str(report.findings[0].what)


def test_a_folder_without_the_version_says_which_it_has(file: Path, schemas: Path) -> None:
    (schemas / "dcc" / "v3.3.0" / "dcc.xsd").write_bytes(SMALL_SCHEMA.replace(b"3.3.0", b"3.1.1"))
    with pytest.raises(BadInput, match=r"no DCC schema of version 3\.3\.0.*3\.1\.1"):
        validate(file, schemas)


def importing(schemas: Path) -> None:
    """Let the schema import another one from an address in a network, as PTB's do."""
    fetching = b'<xs:import namespace="urn:other" schemaLocation="http://127.0.0.1:9/v2/x.xsd"/> <xs:element'
    uses = b'<xs:any processContents="skip" maxOccurs="9"/>'
    also = b'<xs:element name="o" xmlns:o="urn:other" type="o:word"/></xs:schema>'
    changed = SMALL_SCHEMA.replace(b" <xs:element", fetching, 1).replace(b"</xs:schema>", also)
    changed = changed.replace(b'<xs:any processContents="skip" maxOccurs="2"/>', uses)
    (schemas / "dcc" / "v3.3.0" / "dcc.xsd").write_bytes(changed)


def test_a_schema_that_would_fetch_its_imports_is_refused(file: Path, schemas: Path) -> None:
    importing(schemas)
    with pytest.raises(BadInput, match="cannot be used"):
        validate(file, schemas)


def test_an_import_from_a_network_is_answered_from_the_folder(file: Path, schemas: Path) -> None:
    importing(schemas)
    for version in ("1", "2"):
        body = b'<xs:simpleType name="word"><xs:restriction base="xs:string"/></xs:simpleType>' * (
            version == "2"
        )
        (schemas / f"other-{version}.xsd").write_bytes(
            b'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:other" version="%s">'
            b"%s</xs:schema>" % (version.encode(), body)
        )
    assert validate(file, schemas).schema == "checked"


def test_a_hint_of_the_sender_is_not_followed(tmp_path: Path, sound: bytes, schemas: Path) -> None:
    """A schemaLocation may name any file or host; were it followed, this one would declare what is used."""
    own = tmp_path / "own.xsd"
    own.write_bytes(SMALL_SCHEMA.replace(b"https://ptb.de/dcc", b"urn:own"))
    told = sound.replace(b"https://ptb.de/dcc/v3.3.0/dcc.xsd", f"urn:own {own.as_uri()}".encode())
    lax = SMALL_SCHEMA.replace(b'"skip" maxOccurs="2"', b'"lax" maxOccurs="9"')
    (schemas / "dcc" / "v3.3.0" / "dcc.xsd").write_bytes(lax)
    foreign = b'<o:digitalCalibrationCertificate xmlns:o="urn:own"/></dcc:comment>'
    path = tmp_path / "hint.xml"
    path.write_bytes(told.replace(b"</dcc:comment>", foreign))
    assert [f.rule for f in validate(path, schemas).findings] == ["draft"]


@pytest.mark.parametrize(("role", "valid"), [(b"error", False), (b"warning", True)])
def test_a_schematron_for_xslt_1_is_run(file: Path, schemas: Path, role: bytes, valid: bool) -> None:
    lax = SMALL_SCHEMA.replace(b'"skip" maxOccurs="2"', b'"skip" maxOccurs="9"')
    (schemas / "dcc" / "v3.3.0" / "dcc.xsd").write_bytes(lax)
    (schemas / "rules.sch").write_bytes(SCHEMATRON % (b"", role))
    report = validate(file, schemas)
    assert report.schematron == "checked"
    assert report.valid is valid
    assert [str(f.what) for f in report.findings if f.rule == "schematron"] == ["Not received in 1999."]


def test_a_schematron_for_xslt_2_is_named_but_not_run(file: Path, schemas: Path) -> None:
    (schemas / "rules.sch").write_bytes(SCHEMATRON % (b' queryBinding="xslt2"', b"error"))
    report = validate(file, schemas)
    assert report.schematron == "not checked"
    (finding,) = [f for f in report.findings if f.rule == "schematron"]
    assert finding.severity == "note"
    assert "xslt2" in str(finding.what)


def test_the_command_says_what_is_wrong_and_where(shell: Shell, sound: bytes) -> None:
    (shell.home / "sound.xml").write_bytes(sound)
    (shell.home / "wrong.xml").write_bytes(sound.replace(b"\\one", b"pA"))
    (shell.home / "binary.xml").write_bytes(b"\0\1\2")
    done = shell.run("dcc", "validate", "sound.xml")
    assert (done.returncode, "✓ sound.xml  DCC 3.3.0" in done.stdout) == (0, True), done
    assert "draft" in done.stdout
    assert "--schema" in done.stderr
    wrong = shell.run("dcc", "validate", "wrong.xml", "--json")
    verdict = json.loads(wrong.stdout)
    assert (wrong.returncode, verdict["valid"], verdict["schema"]) == (1, False, "not checked")
    assert {"error"} == {f["severity"] for f in verdict["findings"] if f["rule"] == "unit"}
    for name in ("binary.xml", "missing.xml"):
        refused = shell.run("dcc", "validate", name)
        assert refused.returncode == 2
        assert name in refused.stderr
        assert "Traceback" not in refused.stderr


@needs_schema
def test_ptbs_schematron_is_named_but_not_run(file: Path) -> None:
    report = validate(file, Path(SCHEMA))
    assert (report.valid, report.schema, report.schematron) == (True, "checked", "not checked")
