"""Commands for digital calibration certificates: check one, take one over into a standard's profile."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchtui.cli_options import JSON
from benchtui.i18n import _, render

if TYPE_CHECKING:
    from benchtui.certificate.dcc_reading import Finding
    from benchtui.certificate.dcc_schema import Report


@click.group()
def dcc() -> None:
    """Look after digital calibration certificates (DCC)."""


@dcc.command("validate")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--schema",
    envvar="BENCHTUI_DCC_SCHEMA",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder with PTB's schemas; without it only the program's own checks are made.",
)
@JSON
def validate_dcc(file: Path, schema: Path | None, as_json: bool) -> None:
    """Check the digital calibration certificate FILE; nothing is fetched from a network."""
    from benchtui.certificate.dcc_schema import validate

    report = validate(file, schema)
    if as_json:
        click.echo(json.dumps(_as_json(report), ensure_ascii=False, indent=1))
    else:
        for finding in report.findings:
            click.echo(_line(finding))
        click.echo(_verdict(report))
    if report.schema == "not checked":
        click.echo(_("The schema was not looked at; name its folder with --schema."), err=True)
    sys.exit(0 if report.valid else 1)


def _line(finding: Finding) -> str:
    mark = {"error": "✗", "warning": "!", "note": "·"}[finding.severity]
    line = f"{_('line')} {finding.line}: " if finding.line else ""
    place = f"\n    {finding.element}" if finding.element else ""
    return f"{mark} {line}{render(finding.what)}{place}"


def _verdict(report: Report) -> str:
    count = sum(finding.severity == "error" for finding in report.findings)
    if report.valid:
        return f"✓ {report.file}  DCC {report.version}  {_('valid')}"
    return f"✗ {report.file}  DCC {report.version}  {_('errors')}: {count}"


def _as_json(report: Report) -> dict[str, object]:
    return {
        "file": report.file,
        "version": report.version,
        "valid": report.valid,
        "schema": report.schema,
        "schematron": report.schematron,
        "findings": [
            {
                "severity": finding.severity,
                "rule": finding.rule,
                "line": finding.line,
                "element": finding.element,
                "what": render(finding.what),
            }
            for finding in report.findings
        ],
    }


@dcc.command("import")
@click.argument("file", type=click.Path(path_type=Path))
def import_dcc(file: Path) -> None:
    """Print the profile of a standard (TOML) with what its digital calibration certificate FILE states."""
    from benchtui.certificate.dcc_import import read_standard, standard_profile

    stated = read_standard(file)
    click.echo(standard_profile(stated, file.name), nl=False)
    if stated.draft:
        click.echo(_("It is a draft: nobody has approved it yet."), err=True)
    click.echo(_("Fill in what the certificate does not state, then: benchtui profile check FILE"), err=True)
