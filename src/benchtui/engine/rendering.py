"""``python -m benchtui.engine.rendering OUT LANGUAGE DCC``: reads a certificate's content from stdin, writes its files.

A process of its own, because laying out a PDF keeps Python busy for seconds, and the engine must never be slow to stop.
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from benchtui import messages, platforms
from benchtui.certificate import DCC_FILE, Certificate, certificate_dcc, certificate_pdf, record_pdf
from benchtui.engine.failures import failure_event
from benchtui.errors import BadInput, BenchtuiError
from benchtui.i18n import N_, text
from benchtui.profiles import DccVersion

CERTIFICATE = "certificate.pdf"
RECORD = "record.pdf"


def main() -> int:
    """Render; a failure goes to stdout as an event."""
    platforms.unblock(platforms.termination_signals())
    out = Path(sys.argv[1])
    language = msgspec.convert(sys.argv[2], messages.Language)
    version = msgspec.convert(sys.argv[3], DccVersion)
    content = msgspec.json.decode(sys.stdin.buffer.read(), type=Certificate)
    try:
        twin = certificate_dcc(content, language, version)
        rendered = {
            CERTIFICATE: certificate_pdf(content, language, dcc=twin),
            RECORD: record_pdf(content, language),
            DCC_FILE: twin,
        }
        for name, body in rendered.items():
            (out / f".{name}.part").write_bytes(body)
        for name in rendered:
            (out / f".{name}.part").replace(out / name)
    except BenchtuiError as error:
        return _report(error)
    except OSError as error:
        return _report(
            BadInput(
                text(N_("The file cannot be written: {reason}."), reason=error.strerror),
                where=str(out),
                hint=text(N_("Choose another folder with --out.")),
            )
        )
    return 0


def _report(error: BenchtuiError) -> int:
    sys.stdout.buffer.write(messages.encode(failure_event(error)))
    return 1


if __name__ == "__main__":
    sys.exit(main())
