"""Checks of the numbers in a digital calibration certificate; the schema lets lists of different length pass."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from benchtui.certificate.dcc_reading import Finding, found
from benchtui.certificate.dcc_tree import DCC, SI
from benchtui.certificate.dcc_units import is_si_unit
from benchtui.i18n import N_, text

if TYPE_CHECKING:
    from lxml.etree import _Element

_NS = {"dcc": DCC, "si": SI}
_ONE_BLANK = re.compile(r"[^\s]+(?: [^\s]+)*")
_UNCERTAINTIES = {
    "valueExpandedMU", "valueExpandedMUXMLList", "valueStandardMU", "valueStandardMUXMLList", "uncertainty",
    "uncertaintyXMLList", "standardUnc", "standardUncXMLList",
}  # fmt: skip
_FACTORS = {"coverageFactor", "coverageFactorXMLList"}
_PROBABILITIES = {"coverageProbability", "coverageProbabilityXMLList"}
_NUMBERS = {
    "value", "valueXMLList", "intervalMin", "intervalMax", "intervalMinXMLList", "intervalMaxXMLList", "valueReal",
    "valueImag", "valueMagnitude", "valuePhase", "valueRealXMLList", "valueImagXMLList", "valueMagnitudeXMLList",
    "valuePhaseXMLList",
}  # fmt: skip
_UNITS = {"unit", "unitXMLList", "listUnit"}
_ONE_FOR_ALL = {"unitXMLList", "unitPhaseXMLList", "distributionXMLList"}


def check_numbers(root: _Element) -> Iterator[Finding]:
    """Check every list, number and unit below *root*."""
    others = {(unit.text or "").strip() for unit in root.iterfind(".//dcc:nonSIUnit", _NS)}
    for element in root.iter(f"{{{SI}}}*", f"{{{DCC}}}*"):
        space, _, name = element.tag[1:].partition("}")
        if name.endswith("XMLList") and len(element) == 0:
            yield from _format(element, name)
        if space == SI and len(element) == 0:
            yield from _entries(element, name, others)
        elif name in ("realListXMLList", "complexListXMLList"):
            yield from _lengths(element)
        elif element.tag == f"{{{DCC}}}list":
            yield from _columns(element)


def _words(element: _Element) -> list[str]:
    return (element.text or "").split()


def _format(element: _Element, name: str) -> Iterator[Finding]:
    if not _ONE_BLANK.fullmatch(element.text or ""):
        yield found(
            "error", "list-format", element,
            text(N_("The list {name} is empty, or its entries are not parted by one blank each."), name=name),
        )  # fmt: skip


def _entries(element: _Element, name: str, others: set[str]) -> Iterator[Finding]:
    for word in _words(element):
        if name in _UNITS:
            if not is_si_unit(word) and word not in others:
                yield found(
                    "error", "unit", element, text(N_("The unit {unit} is not one of the D-SI."), unit=word)
                )
        elif name in _NUMBERS | _UNCERTAINTIES | _FACTORS | _PROBABILITIES:
            fault = _fault(word, name)
            if fault is not None:
                severity, rule, sentence = fault
                yield found(
                    "error" if severity else "warning", rule, element, text(sentence, name=name, found=word)
                )


def _fault(word: str, name: str) -> tuple[bool, str, str] | None:
    """Return what is wrong with a number: whether it is an error, the rule, the sentence; None if it is sound."""
    try:
        number = Decimal(word)
    except InvalidOperation:
        return True, "number", N_("{found} in {name} is not a number.")
    if number.is_nan():
        return False, "number", N_("{name} holds no number, but {found}.")
    if not number.is_finite():
        return True, "number", N_("{found} in {name} is not a number.")
    if name in _UNCERTAINTIES and number < 0:
        return True, "uncertainty", N_("The uncertainty {found} is negative.")
    if name in _UNCERTAINTIES and number == 0:
        return False, "uncertainty", N_("An uncertainty is 0.")
    if name in _FACTORS and number < 1:
        return True, "coverage-factor", N_("The coverage factor {found} is below 1.")
    if name in _PROBABILITIES and not 0 < number <= 1:
        return True, "coverage-probability", N_("The coverage probability {found} is not between 0 and 1.")
    return None


def _lengths(element: _Element) -> Iterator[Finding]:
    """Check that all lists of one quantity are as long as that of its values; some may have one entry for all."""
    values = next((child for child in element if child.tag.startswith(f"{{{SI}}}value")), None)
    if values is None:
        return
    length = len(_words(values))
    for part in element.iter(f"{{{SI}}}*"):
        name = part.tag.partition("}")[2]
        if part is values or len(part) or not name.endswith("XMLList") or _inside_matrix(part):
            continue
        entries = len(_words(part))
        shared = name in _ONE_FOR_ALL | _UNCERTAINTIES | _FACTORS | _PROBABILITIES
        if entries != length and not (shared and entries == 1):
            yield found(
                "error", "list-length", part,
                text(N_("{name} has {found} entries for {wanted} values."), name=name, found=entries, wanted=length),
            )  # fmt: skip


def _inside_matrix(part: _Element) -> bool:
    parent = part.getparent()
    return parent is not None and parent.tag == f"{{{SI}}}covarianceXMLList"


def _columns(element: _Element) -> Iterator[Finding]:
    """Check that the columns of a table have the same number of rows."""
    lengths = {}
    for quantity in element.iterfind("dcc:quantity", _NS):
        for path in ("si:realListXMLList/si:valueXMLList", "dcc:charsXMLList", "si:complexListXMLList/*[1]"):
            column = quantity.find(path, _NS)
            if column is not None:
                lengths[quantity] = len(_words(column))
    longest = max(lengths.values(), default=0)
    for quantity, length in lengths.items():
        if length != longest:
            yield found(
                "error" if length > 1 else "warning", "table-length", quantity,
                text(N_("A column has {found} entries, another one {wanted}."), found=length, wanted=longest),
            )  # fmt: skip
