"""Issuing: from the record to certificate and record as PDF, and the digital certificate, stored with their hashes."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from benchtui import messages
from benchtui.certificate import DCC_FILE
from benchtui.engine.composition import compose
from benchtui.engine.failures import failure_error
from benchtui.engine.ledger import Ledger
from benchtui.engine.rendering import CERTIFICATE, RECORD
from benchtui.errors import BadInput, CertificateError
from benchtui.i18n import N_, text
from benchtui.profiles import Laboratory, load, root

RENDERING_TIMEOUT = 120.0
LABORATORY = "lab.toml"


def issue(
    ledger: Ledger, workspace: Path, job: str, language: messages.Language, out: Path
) -> messages.Issued:
    """Compose certificate, record and digital twin of *job*, render them to *out*, keep their bytes in the record.

    Raises
    ------
    CertificateError
        The job has no results, something that a certificate must say is missing, or a glyph is.
    BadInput
        *out* cannot be written.
    """
    own = workspace / LABORATORY
    laboratory = load(own if own.is_file() else root() / LABORATORY, Laboratory)
    now = datetime.now(UTC).replace(microsecond=0)
    head = ledger.head()
    content = compose(ledger, job, laboratory, head, now)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(
            text(N_("The folder cannot be written: {reason}."), reason=error.strerror),
            where=str(out),
            hint=text(N_("Choose another folder with --out.")),
        ) from error
    arguments = (str(out.resolve()), language, laboratory.dcc_version)
    try:
        process = subprocess.run(  # noqa: S603 - our own module, no shell
            [sys.executable, "-m", "benchtui.engine.rendering", *arguments],
            input=msgspec.json.encode(content),
            capture_output=True,
            timeout=RENDERING_TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise CertificateError(
            text(N_("The certificate could not be rendered in {seconds} s."), seconds=RENDERING_TIMEOUT),
            hint=text(N_("Try again when the machine is less busy.")),
        ) from error
    if process.returncode:
        if process.stdout:
            event = messages.decode_event(process.stdout)
            if isinstance(event, messages.Failure):
                raise failure_error(event)
        sys.stderr.buffer.write(process.stderr)
        raise CertificateError(
            text(N_("The certificate could not be rendered.")),
            hint=text(N_("The details are in the engine's log.")),
        )
    files = {name: (out / name).read_bytes() for name in (CERTIFICATE, RECORD, DCC_FILE)}
    ledger.keep_certificate(content.number, job, language, head, files)
    return messages.Issued(
        job=job,
        number=content.number,
        certificate=str(out / CERTIFICATE),
        record=str(out / RECORD),
        dcc=str(out / DCC_FILE),
        draft=content.draft,
    )
