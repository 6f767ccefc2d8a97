"""The program's own checks of a digital calibration certificate.

They hold what PTB's Schematron asks for, which is written for XSLT 2 and cannot be run here, and what schema and
Schematron both let pass: lists of different length, units that are none, line ends in lists.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from benchtui.certificate.dcc_lists import check_numbers
from benchtui.certificate.dcc_reading import Finding, Severity, found, short
from benchtui.certificate.dcc_tree import DCC, SI
from benchtui.i18n import N_, text

if TYPE_CHECKING:
    from lxml.etree import _Element

ROOT = f"{{{DCC}}}digitalCalibrationCertificate"
NEWEST = "3.3.0"
_NS = {"dcc": DCC, "si": SI}
_RELEASE = re.compile(r"[a-zA-Z] ?(?:[0-9]{1,3}\.){0,3}[0-9]{1,3}")
_ONE_BLANK = re.compile(r"[^\s]+(?: [^\s]+)*")
_REF_TYPE_NAMESPACES = {"basic", "gp", "math"}
"""Namespaces of reference types that PTB defines for all certificates."""
_RINGS: dict[str, Severity] = {
    "usedMethods": "error",
    "usedSoftware": "warning",
    "influenceConditions": "error",
}
"""What has to be stated of every result, and how bad it is if it is not."""
_LANGUAGES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en "
    "eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv "
    "ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne "
    "ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st "
    "su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
"""ISO 639-1."""
_COUNTRIES = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA "
    "CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA "
    "GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP "
    "KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS "
    "MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS "
    "RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW "
    "TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW"
)
"""ISO 3166-1 alpha-2."""


def check_tree(root: _Element) -> list[Finding]:
    """Return what the program's own checks find, in the order of the rules; an empty list is a sound certificate."""
    if root.tag != ROOT:
        return [
            found(
                "error", "root", root,
                text(N_("This is no digital calibration certificate; its root is {root}."), root=short(root.tag)),
            )
        ]  # fmt: skip
    return [
        *_status(root),
        *_languages(root),
        *_contents(root),
        *_references(root),
        *_reference_types(root),
        *_core(root),
        *_rings(root),
        *_relative(root),
        *check_numbers(root),
    ]


def _told(element: _Element) -> str:
    return (element.text or "").strip()


def _status(root: _Element) -> Iterator[Finding]:
    version = root.get("schemaVersion", "")
    if version != NEWEST:
        yield found(
            "warning", "version", root,
            text(N_("The schema version is {version}; the newest is {newest}."), version=version, newest=NEWEST),
        )  # fmt: skip
    for statement in root.iterfind(".//dcc:statement", _NS):
        if "benchtui_draft" in statement.get("refType", "").split():
            yield found("note", "draft", statement, text(N_("It is a draft: nobody has approved it yet.")))
    for signature in root.iterfind(".//{http://www.w3.org/2000/09/xmldsig#}Signature"):
        yield found(
            "warning", "signature", signature, text(N_("It is signed; the signature was not checked."))
        )


# ---------------------------------------------------------------------------------------------------------- languages
def _languages(root: _Element) -> Iterator[Finding]:
    used = root.findall(".//dcc:usedLangCodeISO639_1", _NS)
    binding = root.findall(".//dcc:mandatoryLangCodeISO639_1", _NS)
    counted = Counter(map(_told, used))
    for element in (*used, *binding):
        if _told(element) not in _LANGUAGES.split():
            sentence = N_("{code} is not the code of a language (ISO 639-1).")
            yield found("error", "language", element, text(sentence, code=_told(element)))
    for element in used:
        if counted[_told(element)] > 1:
            sentence = N_("The language {code} is declared twice.")
            yield found("error", "language", element, text(sentence, code=_told(element)))
    for element in binding:
        if _told(element) not in counted:
            sentence = N_("The language {code} is not declared.")
            yield found("error", "language", element, text(sentence, code=_told(element)))


def _contents(root: _Element) -> Iterator[Finding]:
    declared = {_told(element) for element in root.iterfind(".//dcc:usedLangCodeISO639_1", _NS)}
    groups: dict[_Element, Counter[str]] = {}
    for content in root.iterfind(".//dcc:content", _NS):
        parent = content.getparent()
        assert parent is not None
        if (content.text or "") != _told(content):
            yield found("warning", "blanks", content, text(N_("A text begins or ends with blanks.")))
        if "lang" in content.attrib:
            groups.setdefault(parent, Counter())[content.get("lang", "")] += 1
        elif not _may_lack_language(parent):
            yield found("warning", "language", content, text(N_("A text does not say its language.")))
    for group, languages in groups.items():
        for code in sorted(languages):
            if code not in declared:
                sentence = N_("The language {code} is not declared.")
                yield found("error", "language", group, text(sentence, code=code))
            if languages[code] > 1:
                sentence = N_("There are two texts in the language {code}.")
                yield found("error", "language", group, text(sentence, code=code))
        for code in sorted(declared - set(languages)):
            sentence = N_("The text in the language {code} is missing.")
            yield found("error", "language", group, text(sentence, code=code))


def _may_lack_language(parent: _Element) -> bool:
    """Tell whether a text in *parent* may be in no language: names, and what stands beside a name."""
    above = parent.getparent()
    return above is None or any(
        above.find(f"dcc:{tag}", _NS) is not None for tag in ("name", "further", "referral")
    )


# --------------------------------------------------------------------------------------------------------- references
def _references(root: _Element) -> Iterator[Finding]:
    named = {element.get("id", ""): element for element in root.iter("*") if "id" in element.attrib}
    wanted: set[str] = set()
    for element in root.iter("*"):
        for attribute in ("refId", "refType"):
            value = element.get(attribute)
            if value is not None and not _ONE_BLANK.fullmatch(value):
                sentence = N_("The entries of {name} are not parted by one blank each.")
                yield found("error", "list-format", element, text(sentence, name=attribute))
        for reference in element.get("refId", "").split():
            wanted.add(reference)
            if reference not in named:
                sentence = N_("It refers to {id}, which does not exist.")
                yield found("error", "reference", element, text(sentence, id=reference))
    for name, element in named.items():
        if name not in wanted:
            yield found("warning", "reference", element, text(N_("Nothing refers to {id}."), id=name))


def _reference_types(root: _Element) -> Iterator[Finding]:
    defined = {_told(element) for element in root.iterfind(".//dcc:refTypeDefinition/dcc:namespace", _NS)}
    unknown: dict[str, _Element] = {}
    for element in root.iter("*"):
        for ref_type in element.get("refType", "").split():
            space = ref_type.partition("_")[0]
            if space not in defined | _REF_TYPE_NAMESPACES:
                unknown.setdefault(space, element)
    for space, element in unknown.items():
        sentence = N_("The namespace {name} of a reference type is not defined.")
        yield found("warning", "reference-type", element, text(sentence, name=space))


# ---------------------------------------------------------------------------------------------- dates, codes, methods
def _core(root: _Element) -> Iterator[Finding]:
    days: list[date] = []
    for tag in ("receiptDate", "beginPerformanceDate", "endPerformanceDate", "issueDate"):
        element = root.find(f".//dcc:coreData/dcc:{tag}", _NS)
        if element is None:
            continue
        try:
            day = date.fromisoformat(_told(element)[:10])
        except ValueError:
            yield found("error", "date", element, text(N_("{found} is not a date."), found=_told(element)))
            continue
        if days and day < days[-1]:
            # Only the order of begin and end is a rule of PTB's; a receipt may be noted late.
            sentence = N_("The dates of receipt, calibration and issue are not in this order.")
            yield found(
                "error" if tag == "endPerformanceDate" else "warning", "date", element, text(sentence)
            )
        days.append(day)
    for element in root.iterfind(".//dcc:release", _NS):
        if not _RELEASE.fullmatch(element.text or ""):
            sentence = N_("The release {found} does not look like v1.2.3.")
            yield found("error", "release", element, text(sentence, found=_told(element)))
    for element in root.iterfind(".//dcc:countryCodeISO3166_1", _NS):
        if _told(element) not in _COUNTRIES.split():
            sentence = N_("{code} is not the code of a country (ISO 3166-1).")
            yield found("error", "country", element, text(sentence, code=_told(element)))


def _rings(root: _Element) -> Iterator[Finding]:
    """Check that methods, software and conditions of every result are stated, for all or for each quantity."""
    for result in root.iterfind(".//dcc:measurementResults/dcc:measurementResult", _NS):
        for ring, severity in _RINGS.items():
            above = result.getparent()
            if result.find(f"dcc:{ring}", _NS) is not None:
                continue
            if above is not None and above.find(f"dcc:{ring}", _NS) is not None:
                continue
            if not all(_states(quantity, ring, result) for quantity in _measured(result)):
                sentence = N_("The results do not state their {ring}.")
                yield found(severity, "ring", result, text(sentence, ring=ring))


def _measured(result: _Element) -> Iterator[_Element]:
    """Yield the quantities that are results, not those of conditions or of what is told about a result."""
    yield from result.iterfind("dcc:results/dcc:result/dcc:data/dcc:quantity", _NS)
    for table in result.iterfind("dcc:results//dcc:list", _NS):
        if not any(above.tag == f"{{{DCC}}}metaData" for above in table.iterancestors()):
            yield from table.iterfind("dcc:quantity", _NS)


def _states(quantity: _Element, ring: str, result: _Element) -> bool:
    element: _Element | None = quantity
    while element is not None and element is not result:
        if element.find(f"dcc:{ring}", _NS) is not None:
            return True
        element = element.getparent()
    return False


def _relative(root: _Element) -> Iterator[Finding]:
    """Check that a relative uncertainty has an expanded one beside it, and units outside the SI their definition."""
    for relative in root.iterfind(".//dcc:quantity/dcc:relativeUncertainty", _NS):
        quantity = relative.getparent()
        expanded = ("si:expandedUncXMLList", "si:expandedUnc", "si:expandedMUXMLList", "si:expandedMU")
        if quantity is not None and not any(quantity.find(f".//{tag}", _NS) is not None for tag in expanded):
            sentence = N_("A relative uncertainty stands without the expanded uncertainty.")
            yield found("error", "relative-uncertainty", relative, text(sentence))
    for unit in root.iterfind(".//dcc:nonSIUnit", _NS):
        above = unit.getparent()
        if above is not None and above.find("dcc:nonSIDefinition", _NS) is None:
            sentence = N_("The unit {unit} outside the SI is not defined.")
            yield found("error", "unit", unit, text(sentence, unit=_told(unit)))
