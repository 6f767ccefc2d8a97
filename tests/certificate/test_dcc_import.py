"""A standard's certificate that arrives as a DCC becomes the profile of a standard, offline, whatever its version."""

from __future__ import annotations

import subprocess
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from tests.acceptance.shell import Shell

from benchtui.certificate.dcc_import import read_standard, standard_profile
from benchtui.errors import BadInput
from benchtui.profiles import Standard, load

RESISTOR = """<?xml version="1.0" encoding="UTF-8"?>
<dcc:digitalCalibrationCertificate xmlns:dcc="https://ptb.de/dcc" xmlns:si="https://ptb.de/si"
  schemaVersion="{version}">
 <dcc:administrativeData>
  <dcc:dccSoftware><dcc:software><dcc:name><dcc:content>x</dcc:content></dcc:name><dcc:release>v1</dcc:release>
  </dcc:software></dcc:dccSoftware>
  <dcc:coreData>
   <dcc:countryCodeISO3166_1>DE</dcc:countryCodeISO3166_1>
   <dcc:usedLangCodeISO639_1>de</dcc:usedLangCodeISO639_1><dcc:usedLangCodeISO639_1>en</dcc:usedLangCodeISO639_1>
   <dcc:mandatoryLangCodeISO639_1>de</dcc:mandatoryLangCodeISO639_1>
   <dcc:uniqueIdentifier>R-77 "a"</dcc:uniqueIdentifier>
   <dcc:beginPerformanceDate>2026-05-11</dcc:beginPerformanceDate>
   <dcc:endPerformanceDate>2026-05-12</dcc:endPerformanceDate>
  </dcc:coreData>
  <dcc:items><dcc:item>
   <dcc:name><dcc:content lang="de">Normalwiderstand</dcc:content><dcc:content lang="en">Standard resistor</dcc:content>
   </dcc:name>
   <dcc:manufacturer><dcc:name><dcc:content>Example Standards</dcc:content></dcc:name></dcc:manufacturer>
   <dcc:model>SR</dcc:model>
   <dcc:identifications>
    <dcc:identification><dcc:issuer>owner</dcc:issuer><dcc:value>77</dcc:value></dcc:identification>
    <dcc:identification><dcc:issuer>manufacturer</dcc:issuer><dcc:value>SR-01</dcc:value></dcc:identification>
   </dcc:identifications>
  </dcc:item></dcc:items>
  <dcc:calibrationLaboratory><dcc:contact>
   <dcc:name><dcc:content lang="de">Labor</dcc:content><dcc:content lang="en">Example Laboratory</dcc:content>
   </dcc:name>
  </dcc:contact></dcc:calibrationLaboratory>
  <dcc:statements>{statement}</dcc:statements>
 </dcc:administrativeData>
 <dcc:measurementResults><dcc:measurementResult>
  <dcc:name><dcc:content>R</dcc:content></dcc:name>
  <dcc:influenceConditions><dcc:influenceCondition refType="basic_temperature"><dcc:data>
   <dcc:quantity refType="basic_temperatureMin"><si:real><si:value>19.9</si:value>
    <si:unit>\\degreecelsius</si:unit></si:real></dcc:quantity>
   <dcc:quantity refType="basic_temperatureMax"><si:real><si:value>20.3</si:value>
    <si:unit>\\degreecelsius</si:unit></si:real></dcc:quantity>
  </dcc:data></dcc:influenceCondition></dcc:influenceConditions>
  <dcc:results><dcc:result><dcc:name><dcc:content>R</dcc:content></dcc:name><dcc:data>{data}</dcc:data></dcc:result>
  </dcc:results>
 </dcc:measurementResult></dcc:measurementResults>
</dcc:digitalCalibrationCertificate>"""
TABLE = """<dcc:list refType="basic_1IndexTable">
 <dcc:quantity refType="basic_nominalValue basic_tableIndex0"><si:realListXMLList>
  <si:valueXMLList>1 10</si:valueXMLList><si:unitXMLList>\\kilo\\ohm</si:unitXMLList></si:realListXMLList>
 </dcc:quantity>
 <dcc:quantity refType="basic_measuredValue"><si:realListXMLList>
  <si:valueXMLList>999.996 10000.12</si:valueXMLList><si:unitXMLList>\\ohm</si:unitXMLList>{uncertainty}
 </si:realListXMLList></dcc:quantity>
</dcc:list>"""
OLD = """<si:expandedUncXMLList><si:uncertaintyXMLList>0.02 0.3</si:uncertaintyXMLList>
 <si:coverageFactorXMLList>2</si:coverageFactorXMLList>
 <si:coverageProbabilityXMLList>0.95</si:coverageProbabilityXMLList></si:expandedUncXMLList>"""
NEW = """<si:measurementUncertaintyUnivariateXMLList><si:expandedMUXMLList>
 <si:valueExpandedMUXMLList>0.02 0.3</si:valueExpandedMUXMLList>
 <si:coverageFactorXMLList>2 2</si:coverageFactorXMLList>
 <si:coverageProbabilityXMLList>0.95</si:coverageProbabilityXMLList>
 </si:expandedMUXMLList></si:measurementUncertaintyUnivariateXMLList>"""
SINGLE = """<dcc:quantity refType="basic_measuredValue"><si:real><si:value>{value}</si:value><si:unit>{unit}</si:unit>
 <si:expandedUnc><si:uncertainty>2e-4</si:uncertainty><si:coverageFactor>2</si:coverageFactor>
 <si:coverageProbability>0.95</si:coverageProbability></si:expandedUnc></si:real></dcc:quantity>"""
YEAR = '<dcc:statement refType="basic_recalibration"><dcc:period>P1Y</dcc:period></dcc:statement>'


def certificate(
    folder: Path, data: str, *, version: str = "3.3.0", statement: str = YEAR, name: str = "resistor.xml"
) -> Path:
    path = folder / name
    path.write_text(RESISTOR.format(version=version, statement=statement, data=data), encoding="utf-8")
    return path


@pytest.mark.parametrize("version", ["3.1.1", "3.1.2", "3.2.0", "3.2.1", "3.3.0"])
def test_a_resistor_becomes_a_profile_that_loads(tmp_path: Path, version: str) -> None:
    table = TABLE.format(uncertainty=NEW if version == "3.3.0" else OLD)
    path = certificate(tmp_path, table, version=version)
    printed = standard_profile(read_standard(path), path.name)
    assert "# FILL IN row" in printed
    profile = tmp_path / "resistor.toml"
    profile.write_text(printed.replace("# FILL IN row = ", 'row = "standard-resistor"'), encoding="utf-8")
    standard = load(profile, Standard)
    assert (standard.name, standard.name_zh, standard.serial) == ("Standard resistor", "", "SR-01")
    assert (standard.certificate.number, standard.certificate.issuer) == ('R-77 "a"', "Example Laboratory")
    assert (str(standard.certificate.calibrated), str(standard.certificate.due)) == (
        "2026-05-12",
        "2027-05-11",
    )
    assert standard.unit == "Ω"
    first, second = standard.values
    assert (first.nominal, first.value) == (Decimal(1000), Decimal("999.996"))
    assert (second.nominal, second.value) == (Decimal(10_000), Decimal("10000.12"))
    stated = (second.expanded_uncertainty, second.k, second.temperature)
    assert stated == (Decimal("0.3"), Decimal(2), Decimal("20.1"))


def test_the_digits_of_the_certificate_are_kept(tmp_path: Path) -> None:
    path = certificate(tmp_path, SINGLE.format(value="1.00000120", unit="\\kilo\\ohm"))
    (point,) = read_standard(path).points
    assert (point.value, point.U, point.unit) == ("1000.00120", "0.2", "Ω")


def test_what_is_not_stated_is_left_to_a_person(tmp_path: Path) -> None:
    path = certificate(tmp_path, SINGLE.format(value="5", unit="\\ohm"), statement="")
    printed = standard_profile(read_standard(path), path.name)
    assert "# FILL IN due" in printed
    assert "due" not in tomllib.loads(printed)["certificate"]


@pytest.mark.parametrize(
    ("statement", "due"),
    [
        (YEAR.replace("P1Y", "P18M"), "2027-11-11"),
        (YEAR.replace("P1Y", "P365D"), "2027-05-11"),
        (YEAR.replace("<dcc:period>P1Y</dcc:period>", "<dcc:date>2028-01-31</dcc:date>"), "2028-01-31"),
        (YEAR.replace("P1Y", "P99999Y"), "None"),
        (YEAR.replace("P1Y", "soon"), "None"),
        (YEAR.replace("basic_recalibration", "basic_other"), "None"),
    ],
)
def test_due_as_the_certificate_states_it(tmp_path: Path, statement: str, due: str) -> None:
    path = certificate(tmp_path, SINGLE.format(value="5", unit="\\ohm"), statement=statement)
    assert str(read_standard(path).due) == due


def test_errors_of_indication_stand_as_comments(tmp_path: Path) -> None:
    table = TABLE.format(uncertainty=NEW).replace("basic_measuredValue", "basic_measurementError")
    path = certificate(tmp_path, table.replace("999.996 10000.12", "-0.01 0.02"))
    printed = standard_profile(read_standard(path), path.name)
    assert "values" not in tomllib.loads(printed)
    assert "# at 1000 Ω: error -0.01 Ω, U = 0.02 Ω, k = 2" in printed


@pytest.mark.parametrize(
    "uncertainty",
    ["", NEW.replace("0.02 0.3", "0.02 0.3 0.4"), NEW.replace("0.3", "-0.3"), NEW.replace("2 2", "2 0.5")],
)
def test_numbers_that_cannot_be_used_are_refused(tmp_path: Path, uncertainty: str) -> None:
    with pytest.raises(BadInput):
        read_standard(certificate(tmp_path, TABLE.format(uncertainty=uncertainty)))


def test_hostile_names_stay_data(tmp_path: Path) -> None:
    path = certificate(tmp_path, SINGLE.format(value="5", unit="\\ohm"))
    hostile = 'x"\n[certificate]\nnumber = "y'
    path.write_text(
        path.read_text().replace("Standard resistor<", f"{hostile}<").replace('R-77 "a"', hostile)
    )
    parsed = tomllib.loads(standard_profile(read_standard(path), "a\nb = 1\n.xml"))
    assert parsed["name"] == 'x" [certificate] number = "y'
    assert "b" not in parsed


@pytest.mark.parametrize(
    "body", [b"<html/>", b"<a>", b"%PDF-1.7", b"<!DOCTYPE x [<!ENTITY e 'e'>]><x>&e;</x>"]
)
def test_what_is_no_certificate_is_refused(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "x.xml"
    path.write_bytes(body)
    with pytest.raises(BadInput):
        read_standard(path)


def test_the_command_prints_nothing_but_the_profile(shell: Shell) -> None:
    certificate(shell.home, SINGLE.format(value="5", unit="\\ohm"))
    done: subprocess.CompletedProcess[str] = shell.run("dcc", "import", "resistor.xml")
    assert done.returncode == 0, done.stderr
    assert tomllib.loads(done.stdout)["values"] == [
        {"nominal": "5", "value": "5", "expanded-uncertainty": "0.0002", "k": "2", "temperature": "20.1"}
    ]
    assert "profile check" in done.stderr
