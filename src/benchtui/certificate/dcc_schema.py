"""Validating a digital calibration certificate: PTB's schema from a folder, a Schematron, the program's own checks.

The schemas are not part of the program (PTB, LGPL-3.0): the folder holds them as PTB publishes them, with imports that
lead to files beside them. Nothing is fetched from a network.
"""

from __future__ import annotations

import re
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

import msgspec
from lxml import etree

from benchtui.certificate.dcc_check import ROOT, check_tree
from benchtui.certificate.dcc_reading import Finding, found, parse, read_bytes, short
from benchtui.certificate.dcc_tree import DCC, XSI
from benchtui.errors import BadInput
from benchtui.i18n import N_, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

XS = "http://www.w3.org/2001/XMLSchema"
SVRL = "http://purl.oclc.org/dsdl/svrl"
_PLACES = ("*.{}", "*/*.{}", "*/*/*.{}", "*/*/*/*.{}")
"""How deep below the folder schemas are looked for."""

Checked: TypeAlias = Literal["checked", "not checked"]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What is found in a certificate. It is *valid* if nothing found is an error."""

    file: str
    version: str
    schema: Checked
    schematron: Checked
    findings: tuple[Finding, ...]

    @property
    def valid(self) -> bool:
        """True unless something is against a rule."""
        return not any(finding.severity == "error" for finding in self.findings)


def validate(path: Path, schemas: Path | None = None) -> Report:
    """Check the certificate in *path* against the schema of its version in the folder *schemas*.

    Without *schemas* only the program's own checks are made.

    Raises
    ------
    BadInput
        The file cannot be read or is not XML; the folder does not hold a schema of its version that can be used.
    """
    body = read_bytes(path)
    try:
        root = parse(body)
    except etree.XMLSyntaxError as error:
        broken = Finding(
            severity="error",
            rule="xml",
            what=text(N_("The file is not well formed: {reason}."), reason=error.msg),
            line=error.lineno or 0,
        )
        return _report(path, "", [broken])
    version = root.get("schemaVersion", "")
    findings = check_tree(root)
    schema: Checked = "not checked"
    schematron: Checked = "not checked"
    if schemas is not None and root.tag == ROOT:
        findings = [*_against_schema(root, _schema(schemas, version)), *findings]
        schema = "checked"
        for rules in sorted(_files(schemas, "sch")):
            told, schematron = _against_schematron(root, rules)
            findings += told
    return _report(path, version, findings, schema, schematron)


def _report(
    path: Path,
    version: str,
    findings: list[Finding],
    schema: Checked = "not checked",
    schematron: Checked = "not checked",
) -> Report:
    return Report(
        file=str(path), version=version, schema=schema, schematron=schematron, findings=tuple(findings)
    )


# ------------------------------------------------------------------------------------------------------------- schema
def _files(folder: Path, ending: str) -> Iterator[Path]:
    for place in _PLACES:
        yield from folder.glob(place.format(ending))


class _Local(etree.Resolver):
    """Answers imports of addresses in a network with the files of the folder; others are opened where they lie."""

    def __init__(self, files: dict[str, Path]) -> None:
        super().__init__()
        self._files = files

    def resolve(  # type: ignore[override] # lxml passes its context; the stubs do not know it
        self,
        system_url: str,
        public_id: str,  # noqa: ARG002 - lxml's signature
        context: object,
    ) -> Any:
        """Return the file that stands for *system_url*, if there is one."""
        path = self._files.get(system_url)
        return None if path is None else cast("Any", self).resolve_filename(str(path), context)


def _schema(folder: Path, version: str) -> etree.XMLSchema:
    """Return the schema of *version* from *folder*."""
    quiet = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False)
    trees = {}
    for path in sorted(_files(folder, "xsd")):
        try:
            root = etree.parse(str(path), quiet).getroot()
        except (OSError, etree.XMLSyntaxError):
            continue
        if root.tag == f"{{{XS}}}schema":
            trees[path] = root
    ours = {
        path: root.get("version", "?") for path, root in trees.items() if root.get("targetNamespace") == DCC
    }
    for path, found_version in ours.items():
        if found_version == version:
            parser = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False)
            cast("Any", parser).resolvers.add(_Local(_stand_ins(trees)))
            try:
                return etree.XMLSchema(etree.parse(str(path), parser))
            except etree.XMLSchemaParseError as error:
                raise BadInput(
                    text(N_("The schema cannot be used: {reason}"), reason=short(str(error))),
                    where=str(path),
                    hint=text(
                        N_(
                            "Put the schemas that it imports into the folder; nothing is fetched from a network."
                        )
                    ),
                ) from error
    raise BadInput(
        text(N_("The folder holds no DCC schema of version {version}."), version=version or "—"),
        where=str(folder),
        hint=text(
            N_("Versions found: {known}. Put PTB's dcc.xsd of that version there."),
            known=", ".join(sorted(set(ours.values()))) or "—",
        ),
    )


def _stand_ins(trees: dict[Path, _Element]) -> dict[str, Path]:
    """Return, for each address in a network that a schema imports, the file of that namespace (and version)."""
    files = {}
    for root in trees.values():
        for imported in root.iterfind(f"{{{XS}}}import"):
            address = imported.get("schemaLocation", "")
            same = [
                p for p, tree in trees.items() if tree.get("targetNamespace") == imported.get("namespace")
            ]
            named = [p for p in same if f"v{trees[p].get('version')}" in address]
            if "://" in address and same:
                files[address] = (named or same)[0]
    return files


def _against_schema(root: _Element, schema: etree.XMLSchema) -> list[Finding]:
    copy = deepcopy(root)
    for element in copy.iter("*"):
        # The parser would follow these to files and hosts of the sender's choice.
        for hint in (f"{{{XSI}}}schemaLocation", f"{{{XSI}}}noNamespaceSchemaLocation"):
            element.attrib.pop(hint, "")
    schema.validate(copy)
    log = cast("Any", schema.error_log)
    return [
        Finding(
            severity="error",
            rule="schema",
            what=text("{message}", message=short(entry.message)),
            line=entry.line,
            element=(entry.path or "").removeprefix("/"),
        )
        for entry in log
    ]


# --------------------------------------------------------------------------------------------------------- schematron
def _against_schematron(root: _Element, path: Path) -> tuple[list[Finding], Checked]:
    """Run the Schematron in *path* if it is written for XSLT 1, the only one that libxslt knows."""
    from lxml import isoschematron  # type: ignore[attr-defined] # lxml-stubs lack it

    rules = etree.parse(str(path), etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False))
    binding = rules.getroot().get("queryBinding", "xslt")
    if binding != "xslt":
        sentence = N_(
            "The Schematron {file} is written for {binding} and cannot be run here; the program's own checks hold its "
            "rules."
        )
        return [
            found("note", "schematron", root, text(sentence, file=path.name, binding=binding))
        ], "not checked"
    schematron = isoschematron.Schematron(rules, store_report=True)
    schematron.validate(root.getroottree())
    report = cast("Any", schematron.validation_report)
    findings = []
    for kind in ("failed-assert", "successful-report"):
        for told in report.iter(f"{{{SVRL}}}{kind}"):
            sentence = " ".join("".join(told.itertext()).split())
            role = told.get("role", "error")
            findings.append(
                Finding(
                    severity="note"
                    if role.startswith("info")
                    else "warning"
                    if role.startswith("warn")
                    else "error",
                    rule="schematron",
                    what=text("{message}", message=sentence),
                    element=re.sub(r"\*:|\[namespace-uri\(\)='[^']*'\]", "", told.get("location", "")),
                )
            )
    return findings, "checked"
