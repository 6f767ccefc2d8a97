"""The digital certificate from outside: issued with the PDFs, kept in the record, its numbers those of the results."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree
from tests.acceptance.shell import BENCH, JOB, Shell, environment, kill, processes_of, wait_until
from tests.certificate.pdf_reading import attachments

NS = {"dcc": "https://ptb.de/dcc", "si": "https://ptb.de/si"}
SCHEMA = os.environ.get("BENCHTUI_DCC_SCHEMA", "")
LABORATORY = """\
name = "Example Laboratory"
address = "1 Example Road, Example"
approver-function = "Head"
country = "DE"
code = "D-K-00000-00-00"
dcc-version = "3.2.1"
"""


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """A workspace with a short job that has been measured on the virtual bench."""
    home = tmp_path_factory.mktemp("home")
    (home / "runtime").mkdir(mode=0o700)
    shell = Shell(home, environment(home))
    try:
        ready = home / "ready.json"
        shell.start("bench", "serve", "--seed", "3", "--ready-file", ready, "--time-scale", "virtual")
        wait_until(ready.exists, "the virtual bench is ready")
        (home / "bench.toml").write_text(BENCH.format(**json.loads(ready.read_text())))
        item = '[[items]]\nid = "dc-voltage-output"\nmodules = ["HVSMU"]\nreadings = 3\n'
        (home / "job.toml").write_text(JOB.format(number="J-1", items=item))
        done = shell.run("run", "job.toml", "--bench", "bench.toml", "--workspace", "w", "--headless")
        assert done.returncode == 0, done.stderr
        yield shell
    finally:
        for child in shell.children:
            child.kill()
            child.wait()
        for pid in processes_of(home):
            kill(pid)


def numbers(tree: etree._Element, ref_type: str, path: str) -> list[Decimal]:
    found = []
    for quantity in tree.iterfind(".//dcc:result/dcc:data/dcc:list/dcc:quantity", NS):
        if ref_type in quantity.get("refType", "").split():
            found += [Decimal(word) for word in quantity.findtext(path, "", NS).split(" ")]
    return found


def test_it_is_issued_kept_and_true(measured: Shell) -> None:
    done = measured.run("certificate", "J-1", "--workspace", "w", "--out", "out")
    assert done.returncode == 0, done.stderr
    file = measured.home / "out" / "certificate.xml"
    assert str(file) in done.stdout
    body = file.read_bytes()
    assert attachments((measured.home / "out" / "certificate.pdf").read_bytes())["certificate.xml"] == body
    with sqlite3.connect(measured.home / "w" / "records.sqlite") as connection:
        kept = connection.execute(
            "SELECT content FROM certificate_file WHERE name = 'certificate.xml'"
        ).fetchall()
    connection.close()
    assert kept == [(body,)]

    tree = etree.fromstring(body)
    rows = measured.run("results", "J-1", "--workspace", "w", "--json")
    results = json.loads(rows.stdout)
    assert len(results) == 18
    values = "si:realListXMLList/si:valueXMLList"
    assert numbers(tree, "basic_nominalValue", values) == [Decimal(r["setpoint"]) for r in results]
    assert numbers(tree, "basic_referenceValue", values) == [Decimal(r["standard"]) for r in results]
    assert numbers(tree, "basic_measurementError", values) == [Decimal(r["error"]) / 100 for r in results]
    expanded = "si:realListXMLList//si:valueExpandedMUXMLList"
    assert numbers(tree, "basic_measurementError", expanded) == [Decimal(r["U"]) / 100 for r in results]
    factors = "si:realListXMLList//si:coverageFactorXMLList"
    assert numbers(tree, "basic_measurementError", factors) == [Decimal(r["k"]) for r in results]

    checked = measured.run("dcc", "validate", file, *(["--schema", SCHEMA] if SCHEMA else []))
    assert checked.returncode == 0, checked.stdout


def test_version_and_laboratory_are_settings(measured: Shell, tmp_path: Path) -> None:
    (measured.home / "w" / "lab.toml").write_text(LABORATORY)
    done = measured.run("certificate", "J-1", "--workspace", "w", "--lang", "en", "--out", tmp_path / "older")
    assert done.returncode == 0, done.stderr
    tree = etree.fromstring((tmp_path / "older" / "certificate.xml").read_bytes())
    assert tree.get("schemaVersion") == "3.2.1"
    assert tree.findtext(".//dcc:countryCodeISO3166_1", "", NS) == "DE"
    assert tree.findtext(".//dcc:calibrationLaboratoryCode", "", NS) == "D-K-00000-00-00"
    assert tree.findtext(".//dcc:usedLangCodeISO639_1", "", NS) == "en"
    assert tree.find(".//si:expandedUncXMLList/si:uncertaintyXMLList", NS) is not None
