"""Reading a digital calibration certificate that somebody else wrote: offline, without entities, of limited size."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

import msgspec
from lxml import etree

from benchtui.certificate.dcc_tree import DCC, SI, XSI
from benchtui.errors import BadInput
from benchtui.i18n import N_, Text, text

if TYPE_CHECKING:
    from lxml.etree import _Element

LARGEST = 64 * 1024 * 1024
"""Bytes of the largest file that is read; a certificate with its PDF inside has a few million."""

Severity: TypeAlias = Literal["error", "warning", "note"]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something about a certificate: *rule* names what it goes against, *line* is 0 where it has none."""

    severity: Severity
    rule: str
    what: Text
    line: int = 0
    element: str = ""


def found(severity: Severity, rule: str, element: _Element, what: Text) -> Finding:
    """Return a finding at *element*."""
    path = element.getroottree().getpath(element)
    line = cast("int | None", element.sourceline)
    return Finding(severity=severity, rule=rule, what=what, line=line or 0, element=path.removeprefix("/"))


def read_bytes(path: Path) -> bytes:
    """Return the bytes of the XML file *path*.

    Raises
    ------
    BadInput
        It cannot be read, is too large, or is not XML at all.
    """
    try:
        with path.open("rb") as file:
            body = file.read(LARGEST + 1)
    except OSError as error:
        raise BadInput(
            text(N_("The file cannot be read: {reason}."), reason=error.strerror or error),
            where=str(path),
            hint=text(N_("Check path and name.")),
        ) from error
    if len(body) > LARGEST:
        raise BadInput(
            text(N_("The file is larger than {size} MB."), size=LARGEST // 2**20),
            where=str(path),
            hint=text(N_("Is it a certificate?")),
        )
    start = body[:64].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if not start.startswith(b"<"):
        raise BadInput(
            text(N_("This is not an XML file.")),
            where=str(path),
            hint=text(N_("Is it a certificate?")),
        )
    return body


def parse(body: bytes) -> _Element:
    """Parse *body*; entities are not replaced, and nothing but *body* is opened.

    Raises
    ------
    lxml.etree.XMLSyntaxError
        It is not well formed.
    BadInput
        It declares a document type: a certificate needs none, and one can be made to eat all memory.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        if b"<!DOCTYPE" in body:  # the parser has its own limits for entities, and words of its own for them
            raise _has_document_type() from error
        raise
    if cast("Any", root.getroottree().docinfo).doctype:
        raise _has_document_type()
    return root


def _has_document_type() -> BadInput:
    return BadInput(
        text(N_("The file declares a document type; a certificate has none.")),
        where="<!DOCTYPE>",
        hint=text(N_("Such a file is not read. Ask its sender for one without.")),
    )


def load(path: Path) -> _Element:
    """Return the root of the digital calibration certificate in *path*.

    Raises
    ------
    BadInput
        The file cannot be read, is not well formed, or is no digital calibration certificate.
    """
    try:
        root = parse(read_bytes(path))
    except etree.XMLSyntaxError as error:
        raise BadInput(
            text(N_("The file is not well formed: {reason}."), reason=error.msg),
            where=f"{path}:{error.lineno}",
            hint=text(N_("The file may be cut off; ask its sender for it again.")),
        ) from error
    if root.tag != f"{{{DCC}}}digitalCalibrationCertificate":
        raise BadInput(
            text(N_("This is no digital calibration certificate; its root is {root}."), root=short(root.tag)),
            where=str(path),
            hint=text(N_("Is it a certificate?")),
        )
    return root


def short(name: str) -> str:
    """Return *name* with the prefixes in use instead of namespaces: ``dcc:result``."""
    for space, prefix in ((DCC, "dcc:"), (SI, "si:"), (XSI, "xsi:")):
        name = name.replace(f"{{{space}}}", prefix)
    return name


def words_of(parent: _Element, path: str, language: str = "en", *, only: bool = False) -> str:
    """Return the text at *path* below *parent* in *language*, else in the first one that is there, unless *only*."""
    contents = parent.findall(f"{path}/dcc:content", {"dcc": DCC})
    chosen = [c for c in contents if c.get("lang") == language] or ([] if only else contents)
    return " ".join((chosen[0].text or "").split()) if chosen else ""
