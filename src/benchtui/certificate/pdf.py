"""Certificate and record as PDF/A-3U: the same content gives the same bytes, any day, in any process."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from benchtui.certificate import attachments, fonts, labels
from benchtui.certificate.check import check
from benchtui.certificate.dcc import DCC_FILE, certificate_dcc
from benchtui.certificate.wording import Language, clean, joined

if TYPE_CHECKING:
    from pathlib import Path

    from benchtui.certificate.content import Bilingual, Certificate
    from benchtui.certificate.layout.sheet import Sheet


def certificate_pdf(
    content: Certificate, language: Language = "both", *, font: Path | None = None, dcc: bytes | None = None
) -> bytes:
    """Set the calibration certificate (JJF 2009 clause 7, ISO/IEC 17025 7.8.2 and 7.8.4).

    Parameters
    ----------
    language
        ``both`` sets Chinese first with English beside or below it.
    font
        Font file from the setting ``[certificate] font``; None: the packaged fonts, else those of the system.
    dcc
        The digital certificate that is attached, and whose SHA-256 the QR code names; None: one is written.

    Raises
    ------
    CertificateError
        The content must not be issued as it stands, or no suitable font is found.
    """
    from benchtui.certificate.certificate_pages import set_certificate

    twin = certificate_dcc(content, language) if dcc is None else dcc
    with _open(content, language, font, labels.CERTIFICATE_NUMBER, content.number) as sheet:
        set_certificate(sheet, content, hashlib.sha256(twin).hexdigest())
        _attach(sheet, content, DCC_FILE, "application/xml", twin)
        _attach(sheet, content, attachments.READINGS_FILE, "text/csv", attachments.readings_csv(content))
        return _finish(sheet, content, labels.CERTIFICATE, content.number)


def record_pdf(content: Certificate, language: Language = "both", *, font: Path | None = None) -> bytes:
    """Set the original record (原始记录): readings, attempts, wirings, instruments, budgets, events.

    Parameters and errors are those of :func:`certificate_pdf`.
    """
    from benchtui.certificate.record_pages import set_record

    with _open(content, language, font, labels.RECORD_NUMBER, content.record.number) as sheet:
        set_record(sheet, content)
        _attach(sheet, content, attachments.READINGS_FILE, "text/csv", attachments.readings_csv(content))
        _attach(
            sheet, content, attachments.CONTENT_FILE, "application/json", attachments.content_json(content)
        )
        return _finish(sheet, content, labels.RECORD, content.record.number)


def _open(
    content: Certificate, language: Language, font: Path | None, label: Bilingual, number: str
) -> Sheet:
    from benchtui.certificate.layout.sheet import Sheet

    faces = fonts.find(font)
    check(content, faces)
    running = joined(content.laboratory.name, language, " · ")
    foot = f"{joined(label, language)} {clean(number)}"
    return Sheet(faces, language, running, foot, draft=content.draft)


def _attach(sheet: Sheet, content: Certificate, name: str, kind: str, body: bytes) -> None:
    sheet.pdf.embed_file(
        bytes=body,
        basename=name,
        mime_type=kind,
        associated_file_relationship="Data",
        desc=f"{clean(content.record.number)} {name}",
        creation_date=content.issued,
        modification_date=content.issued,
        compress=True,
    )


def _finish(sheet: Sheet, content: Certificate, title: Bilingual, number: str) -> bytes:
    sheet.number_pages()
    pdf = sheet.pdf
    heading = f"{joined(title, sheet.language)} {clean(number)}"
    author = joined(content.laboratory.name, sheet.language)
    program = clean(content.provenance.program)
    pdf.set_creation_date(content.issued)
    pdf.set_lang("en" if sheet.language == "en" else "zh-CN")
    pdf.set_title(heading)
    pdf.set_author(author)
    pdf.set_creator(program)
    # The metadata that fpdf2 writes by itself carries the time of day; these carry the time of issue.
    pdf.set_producer("fpdf2")
    pdf.set_xmp_metadata(_metadata(heading, author, program, content))
    return bytes(pdf.output())


def _metadata(title: str, author: str, program: str, content: Certificate) -> str:
    when = content.issued.isoformat(timespec="seconds")
    quoted = escape(program, {'"': "&quot;"})
    return f"""<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
    xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
    xmp:CreatorTool="{quoted}" xmp:CreateDate="{when}" xmp:ModifyDate="{when}" xmp:MetadataDate="{when}"
    pdf:Producer="fpdf2" pdfaid:part="3" pdfaid:conformance="U">
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title>
   <dc:creator><rdf:Seq><rdf:li>{escape(author)}</rdf:li></rdf:Seq></dc:creator>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>"""
