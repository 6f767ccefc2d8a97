"""The digital calibration certificate (PTB DCC 3.3.0 with D-SI 2.2.1, or 3.2.1): the certificate for machines.

It is made from the same content as the PDF, and the same content gives the same bytes. Numbers are those computed, in
coherent SI units, not those rounded for the page.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from benchtui.certificate import dcc_words, labels
from benchtui.certificate.check import check_content
from benchtui.certificate.dcc_check import check_tree
from benchtui.certificate.dcc_results import add_results, module_ids
from benchtui.certificate.dcc_tree import DCC, SI, XSI, Writer, plain, release
from benchtui.certificate.wording import day, fill, moment
from benchtui.errors import CertificateError
from benchtui.i18n import N_, text

if TYPE_CHECKING:
    from lxml.etree import _Element

    from benchtui.certificate.content import Bilingual, CalibrationItem, Certificate, Signatory
    from benchtui.certificate.wording import Language
    from benchtui.profiles import DccVersion

DCC_FILE = "certificate.xml"
_E_MAIL = re.compile(r"[^\s@,;·<>()]+@[^\s@,;·<>()]+\.[^\s@,;·<>()]+")


def certificate_dcc(
    content: Certificate, language: Language = "both", version: DccVersion = "3.3.0"
) -> bytes:
    """Write the digital calibration certificate.

    Parameters
    ----------
    language
        Languages of its texts; with ``both`` the Chinese ones are binding.
    version
        Version of the DCC schema.

    Raises
    ------
    CertificateError
        The content must not be issued as it stands, a unit has no D-SI name, or the tree fails the program's own
        checks.
    """
    check_content(content)
    writer = Writer(version, language)
    root = etree.Element(f"{{{DCC}}}digitalCalibrationCertificate", nsmap={"dcc": DCC, "si": SI, "xsi": XSI})
    root.set("schemaVersion", version)
    root.set(f"{{{XSI}}}schemaLocation", f"{DCC} {DCC}/v{version}/dcc.xsd")
    administrative = writer.add(root, "administrativeData")
    _software(writer, administrative, content)
    _reference_types(writer, administrative)
    _core_data(writer, administrative, content)
    _item(writer, writer.add(administrative, "items"), content.item, module_ids(content))
    _laboratory(writer, administrative, content)
    _persons(writer, administrative, content)
    _customer(writer, administrative, content)
    _statements(writer, administrative, content)
    add_results(writer, root, content)
    _provenance(writer, root, content)
    faults = [finding for finding in check_tree(root) if finding.severity == "error"]
    if faults:
        raise CertificateError(
            text(N_("The digital certificate is not sound: {fault}"), fault=faults[0].what),
            where=faults[0].element,
            hint=text(N_("This is a fault of the program. Keep the record and report it.")),
        )
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


# ------------------------------------------------------------------------------------------- administrative data
def _software(writer: Writer, parent: _Element, content: Certificate) -> None:
    origin = content.provenance
    name, version = release(origin.program)
    software = writer.add(
        writer.add(parent, "dccSoftware"), "software", id="software1" if writer.modern else ""
    )
    writer.words(software, "name", name)
    writer.add(software, "release", version)
    writer.add(software, "type", "application")
    writer.words(
        software,
        "description",
        fill(
            dcc_words.RECORD_OF_RESULTS,
            program=origin.program,
            database=origin.database,
            head=origin.chain_head,
            digest=content.digest,
        ),
    )


def _reference_types(writer: Writer, parent: _Element) -> None:
    definition = writer.add(writer.add(parent, "refTypeDefinitions"), "refTypeDefinition")
    writer.words(definition, "name", dcc_words.REF_TYPES)
    writer.words(definition, "description", dcc_words.REF_TYPES_DESCRIPTION)
    writer.add(definition, "namespace", dcc_words.REF_TYPE_NAMESPACE)
    writer.add(definition, "link", dcc_words.REF_TYPE_LINK)


def _core_data(writer: Writer, parent: _Element, content: Certificate) -> None:
    core = writer.add(parent, "coreData")
    writer.add(core, "countryCodeISO3166_1", content.laboratory.country)
    for language in writer.languages:
        writer.add(core, "usedLangCodeISO639_1", language)
    writer.add(core, "mandatoryLangCodeISO639_1", writer.languages[0])
    writer.add(core, "uniqueIdentifier", content.number)
    writer.identification(
        writer.add(core, "identifications"),
        "calibrationLaboratory",
        content.record.number,
        dcc_words.RECORD_NUMBER,
        "benchtui_recordNumber",
    )
    if content.received is not None:
        writer.add(core, "receiptDate", day(content.received))
    writer.add(core, "beginPerformanceDate", day(content.calibrated_from))
    writer.add(core, "endPerformanceDate", day(content.calibrated_to))
    writer.add(core, "performanceLocation", "other" if plain(content.place) else "laboratory")
    writer.add(core, "issueDate", day(content.issued))


def _item(writer: Writer, parent: _Element, item: CalibrationItem, ids: dict[str, str]) -> None:
    element = writer.add(parent, "item", id="item1")
    writer.words(element, "name", item.name)
    told = [plain(item.condition)]
    if not writer.modern:  # 3.2.1 knows no items inside items
        told += [
            f"{plain(module.name)} ({plain(module.model)}) {plain(module.title)}" for module in item.modules
        ]
    description = "; ".join(filter(None, told))
    if description:
        writer.words(element, "description", description)
    writer.words(writer.add(element, "manufacturer"), "name", item.manufacturer)
    writer.add_if(element, "model", item.model)
    numbers = writer.add(element, "identifications")
    if plain(item.serial):
        writer.identification(numbers, "manufacturer", item.serial, dcc_words.SERIAL, "basic_serialNumber")
    if plain(item.identification):
        name = dcc_words.CUSTOMER_IDENTIFICATION
        writer.identification(
            numbers, "customer", item.identification, name, "benchtui_customerIdentification"
        )
    if item.modules and writer.modern:
        inner = writer.add(element, "subItems")
        for module in item.modules:
            part = writer.add(inner, "item", refType="benchtui_module", id=ids.get(module.name, ""))
            writer.words(part, "name", plain(module.title) or plain(module.name))
            writer.add_if(part, "model", module.model)
            writer.identification(
                writer.add(part, "identifications"),
                "other",
                module.name,
                dcc_words.MODULE,
                "benchtui_moduleName",
            )


def _laboratory(writer: Writer, parent: _Element, content: Certificate) -> None:
    laboratory = content.laboratory
    element = writer.add(parent, "calibrationLaboratory")
    writer.add_if(element, "calibrationLaboratoryCode", laboratory.code)
    contact = _contact(writer, element, "contact", laboratory.name, laboratory.contact)
    location = writer.add(contact, "location")
    writer.add(location, "countryCode", laboratory.country)
    writer.words(location, "further", laboratory.address)
    if plain(laboratory.contact):
        writer.words(location, "further", laboratory.contact)


def _customer(writer: Writer, parent: _Element, content: Certificate) -> None:
    customer = content.customer
    element = _contact(writer, parent, "customer", customer.name, customer.contact)
    location = writer.add(element, "location")
    writer.words(location, "further", customer.address)
    if plain(customer.contact):
        writer.words(location, "further", customer.contact)


def _contact(writer: Writer, parent: _Element, tag: str, name: Bilingual | str, contact: str) -> _Element:
    element = writer.add(parent, tag)
    writer.words(element, "name", name)
    mail = _E_MAIL.search(plain(contact))
    writer.add_if(element, "eMail", mail[0] if mail else "")
    return element


def _persons(writer: Writer, parent: _Element, content: Certificate) -> None:
    element = writer.add(parent, "respPersons")
    for signatory in content.signatories:
        if plain(signatory.name) or signatory.role == "approver":
            _person(writer, element, signatory)


def _person(writer: Writer, parent: _Element, signatory: Signatory) -> None:
    element = writer.add(parent, "respPerson", refType=f"benchtui_{signatory.role}")
    person = writer.add(element, "person")
    writer.words(person, "name", plain(signatory.name) or labels.NOT_NAMED)
    signed = (
        labels.NOT_SIGNED
        if signatory.signed is None
        else fill(dcc_words.SIGNED, when=moment(signatory.signed))
    )
    description = writer.add(element, "description")
    if signatory.function:
        writer.words(description, "name", signatory.function)
    for language in writer.languages:
        writer.add(description, "content", signed.zh if language == "zh" else signed.en, lang=language)
    writer.add(element, "role", signatory.role)
    writer.add(element, "mainSigner", "true" if signatory.role == "approver" else "false")


def _statements(writer: Writer, parent: _Element, content: Certificate) -> None:
    element = writer.add(parent, "statements")

    def statement(ref_type: str, name: Bilingual, words: Bilingual | str) -> _Element:
        added = writer.add(element, "statement", refType=ref_type)
        writer.words(added, "name", name)
        if ref_type == "basic_metrologicalTraceability":
            writer.add(added, "traceable", "true")
        writer.words(added, "declaration", words)
        return added

    if content.draft:
        # First of all, and with a word that a machine understands.
        writer.add(statement("benchtui_draft", dcc_words.DRAFT, dcc_words.NOT_APPROVED), "valid", "false")
    for told in content.statements:
        ref_type, name = dcc_words.STATEMENTS[told.kind]
        statement(ref_type, name, told.words)
    statement("benchtui_sampling", dcc_words.SAMPLING, plain(content.sampling) or labels.NOT_APPLICABLE)
    statement("benchtui_deviations", dcc_words.DEVIATIONS, plain(content.deviations) or labels.NO_DEVIATIONS)
    if plain(content.place):
        statement("benchtui_place", dcc_words.PLACE, content.place)


def _provenance(writer: Writer, root: _Element, content: Certificate) -> None:
    """Say once more, for machines, where the results come from: in the comment, where any XML may stand."""
    space = dcc_words.PROVENANCE_NAMESPACE
    origin = content.provenance
    comment = writer.add(root, "comment")
    facts = {
        "status": "draft" if content.draft else "approved",
        "program": plain(origin.program),
        "database": plain(origin.database),
        "chainHead": plain(origin.chain_head),
        "contentSha256": content.digest,
    }
    element = etree.SubElement(comment, f"{{{space}}}provenance", facts, nsmap={"bt": space})
    for method in origin.methods:
        etree.SubElement(
            element, f"{{{space}}}method", {"item": plain(method.item), "version": plain(method.version)}
        )
