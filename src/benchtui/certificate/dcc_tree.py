"""Building blocks of a digital calibration certificate: elements, texts in the declared languages, quantities."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from lxml import etree

from benchtui.certificate.dcc_units import shift, si_unit
from benchtui.certificate.wording import Language, clean
from benchtui.errors import CertificateError
from benchtui.i18n import N_, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.etree import _Element

    from benchtui.certificate.content import Bilingual, ResultValue
    from benchtui.profiles import DccVersion

DCC = "https://ptb.de/dcc"
SI = "https://ptb.de/si"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
_RELEASE = re.compile(r"\d{1,3}(?:\.\d{1,3}){0,3}")
_NOT_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")


def plain(outside: str) -> str:
    """Return *outside* text as one line that XML can hold, without blanks around it."""
    return _NOT_XML.sub("", clean(outside)).strip()


def release(program: str) -> tuple[str, str]:
    """Return name and release of *program*, ``benchtui 0.1.0``, in the form that DCC readers want: ``v0.1.0``."""
    name, _, version = plain(program).partition(" ")
    match = _RELEASE.match(version)
    return name or "benchtui", f"v{match[0] if match else '0'}"


class Writer:
    """Writes elements for one version of the DCC and one choice of languages."""

    def __init__(self, version: DccVersion, language: Language) -> None:
        self.version = version
        self.languages = ("zh", "en") if language == "both" else (language,)

    @property
    def modern(self) -> bool:
        """True for DCC 3.3 with D-SI 2.2: sub-items, references between software, newer words for uncertainties."""
        return self.version == "3.3.0"

    def add(self, parent: _Element, tag: str, words: str | None = None, **attributes: str) -> _Element:
        """Add an element of the DCC namespace; empty attributes are left out."""
        kept = {name: value for name, value in attributes.items() if value}
        element = etree.SubElement(parent, f"{{{DCC}}}{tag}", kept)
        if words is not None:
            element.text = plain(words)
        return element

    def add_if(self, parent: _Element, tag: str, words: str) -> None:
        """Add an element unless *words* are empty: the schema refuses empty strings."""
        if plain(words):
            self.add(parent, tag, words)

    def words(self, parent: _Element, tag: str, words: Bilingual | str, **attributes: str) -> _Element:
        """Add a text with one content for each language; a plain string is in no language that is known."""
        element = self.add(parent, tag, **attributes)
        if isinstance(words, str):
            self.add(element, "content", words)
            return element
        for language in self.languages:
            first, second = (words.zh, words.en) if language == "zh" else (words.en, words.zh)
            self.add(element, "content", plain(first) or plain(second), lang=language)
        return element

    def identification(
        self,
        parent: _Element,
        issuer: Literal["manufacturer", "calibrationLaboratory", "customer", "other"],
        value: str,
        name: Bilingual,
        ref_type: str = "",
    ) -> None:
        """Add a number or name by which something is known."""
        element = self.add(parent, "identification", refType=ref_type)
        self.add(element, "issuer", issuer)
        self.add(element, "value", value)
        self.words(element, "name", name)

    # ------------------------------------------------------------------------------------------------ quantities
    def real(self, parent: _Element, value: str, symbol: str) -> None:
        """Add one number with its unit."""
        element = etree.SubElement(parent, f"{{{SI}}}real")
        words, exponent = _unit(symbol)
        etree.SubElement(element, f"{{{SI}}}value").text = _number(value, exponent)
        etree.SubElement(element, f"{{{SI}}}unit").text = words

    def real_list(self, parent: _Element, column: Sequence[ResultValue]) -> None:
        """Add a column of numbers in one unit, with U, k and p of each where they have an uncertainty."""
        words, exponent = _unit(column[0].unit)
        element = etree.SubElement(parent, f"{{{SI}}}realListXMLList")
        _si_list(element, "valueXMLList", [_number(entry.value, exponent) for entry in column])
        _si_list(element, "unitXMLList", [words])
        if not any(entry.U for entry in column):
            return
        if self.modern:
            outer = etree.SubElement(element, f"{{{SI}}}measurementUncertaintyUnivariateXMLList")
            uncertainty = etree.SubElement(outer, f"{{{SI}}}expandedMUXMLList")
            tag = "valueExpandedMUXMLList"
        else:
            uncertainty = etree.SubElement(element, f"{{{SI}}}expandedUncXMLList")
            tag = "uncertaintyXMLList"
        _si_list(uncertainty, tag, [_number(entry.U, exponent) for entry in column])
        _si_list(uncertainty, "coverageFactorXMLList", [_fixed(entry.k) for entry in column])
        _si_list(uncertainty, "coverageProbabilityXMLList", [_fixed(entry.probability) for entry in column])

    def strings(self, parent: _Element, entries: Sequence[str]) -> None:
        """Add a list of words; blanks inside a word become underlines, since blanks part the words."""
        words = (re.sub(r"\s+", "_", plain(entry)) for entry in entries)
        self.add(parent, "charsXMLList").text = " ".join(words)


def _si_list(parent: _Element, tag: str, entries: Sequence[str]) -> None:
    etree.SubElement(parent, f"{{{SI}}}{tag}").text = " ".join(entries)


def _unit(symbol: str) -> tuple[str, int]:
    unit = si_unit(symbol)
    if unit is None:
        raise CertificateError(
            text(N_("The unit {unit} has no name in the digital certificate (D-SI)."), unit=symbol),
            where="certificate.xml",
            hint=text(
                N_("Report the unit; the program must learn it before this certificate can be issued.")
            ),
        )
    return unit.words, unit.exponent


def _number(decimal_text: str, exponent: int = 0) -> str:
    try:
        return shift(decimal_text, exponent)
    except ValueError as error:
        raise CertificateError(
            text(N_("This is no number for the digital certificate: {found}."), found=decimal_text or "—"),
            where="certificate.xml",
            hint=text(N_("Every result is stated with its uncertainty; repeat the point if it has none.")),
        ) from error


def _fixed(decimal_text: str) -> str:
    """Return decimal text without an exponent: D-SI knows none in k and p."""
    return format(Decimal(_number(decimal_text)), "f")
