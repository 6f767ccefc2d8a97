"""The measurement results of a digital calibration certificate: methods, standards, conditions, tables."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from benchtui.certificate import dcc_words
from benchtui.certificate.content import Bilingual, Interval, ResultTable, ResultValue, RowValues
from benchtui.certificate.dcc_tree import plain, release
from benchtui.certificate.wording import clean, day, fill, interval

if TYPE_CHECKING:
    from lxml.etree import _Element

    from benchtui.certificate.content import Certificate, MeasurementStandard
    from benchtui.certificate.dcc_tree import Writer

_INDEX_KEYS = ("setpoint", "indication")


def add_results(writer: Writer, root: _Element, content: Certificate) -> None:
    """Add the ring of measurement results to *root*."""
    element = writer.add(writer.add(root, "measurementResults"), "measurementResult", refId="item1")
    writer.words(element, "name", dcc_words.RESULTS)
    methods = _methods(writer, element, content)
    _software(writer, element, content)
    standards = _standards(writer, element, content)
    _conditions(writer, element, content)
    results = writer.add(element, "results")
    for table in content.results:
        references = [methods[table.item]] if table.item in methods else []
        references += [standards[number] for number in table.standards if number in standards]
        _result(writer, results, content, table, " ".join(references))


def module_ids(content: Certificate) -> dict[str, str]:
    """Return an id for each module of the item that has results: an id that nothing refers to must not stand there."""
    measured = {row.module for table in content.results for row in table.values}
    names = dict.fromkeys(module.name for module in content.item.modules if module.name in measured)
    return {name: f"module{number}" for number, name in enumerate(names, 1)}


def _methods(writer: Writer, parent: _Element, content: Certificate) -> dict[str, str]:
    """Add the specifications and the methods of the items; return the id of each item's method."""
    element = writer.add(parent, "usedMethods")
    for specification in content.specifications:
        method = writer.add(element, "usedMethod", refType="basic_calibrationMethod")
        writer.words(method, "name", specification.title)
        writer.add(method, "norm", specification.number)
    printed = {table.item for table in content.results}
    versions = {method.item: method.version for method in content.provenance.methods}
    ids = {}
    for number, item in enumerate((i for i in content.record.items if i.id in printed), 1):
        ids[item.id] = f"method{number}"
        method = writer.add(
            element, "usedMethod", refType="basic_calibrationMethod benchtui_item", id=ids[item.id]
        )
        writer.words(method, "name", item.title)
        version = fill(dcc_words.METHOD_VERSION, version=versions.get(item.id, "—"))
        writer.words(method, "description", version)
        writer.add_if(method, "norm", item.specification)
        writer.add_if(method, "reference", f"{item.specification}, {item.clause}")
    coverage = [statement.words for statement in content.statements if statement.kind == "coverage"]
    method = writer.add(element, "usedMethod", refType="basic_methodMeasurementUncertainty")
    writer.words(method, "name", dcc_words.UNCERTAINTY_METHOD)
    if coverage:
        writer.words(method, "description", coverage[0])
    writer.add(method, "norm", "JJF 1059.1")
    writer.add(method, "norm", "JCGM 100:2008")
    return ids


def _software(writer: Writer, parent: _Element, content: Certificate) -> None:
    name, version = release(content.provenance.program)
    reference = "software1" if writer.modern else ""
    element = writer.add(writer.add(parent, "usedSoftware"), "software", refId=reference)
    writer.words(element, "name", name)
    writer.add(element, "release", version)
    writer.add(element, "type", "application")


def _standards(writer: Writer, parent: _Element, content: Certificate) -> dict[str, str]:
    """Add the measurement standards; return the ids of those that a table names, by certificate number."""
    named = {number for table in content.results for number in table.standards}
    ids: dict[str, str] = {}
    element = writer.add(parent, "measuringEquipments")
    for number, standard in enumerate(content.standards, 1):
        own = ""
        if standard.certificate in named and standard.certificate not in ids:
            own = ids[standard.certificate] = f"standard{number}"
        equipment = writer.add(element, "measuringEquipment", refType="basic_normalUsed", id=own)
        writer.words(equipment, "name", standard.name)
        if standard.snapshot:
            _certificate(writer, equipment, standard, content)
        if plain(standard.manufacturer):
            writer.words(writer.add(equipment, "manufacturer"), "name", standard.manufacturer)
        writer.add_if(equipment, "model", standard.model)
        numbers = writer.add(equipment, "identifications")
        writer.identification(
            numbers, "manufacturer", standard.serial, dcc_words.SERIAL, "basic_serialNumber"
        )
        if not standard.snapshot:
            name = dcc_words.CERTIFICATE
            writer.identification(numbers, "other", standard.certificate, name, "benchtui_certificateNumber")
    return ids


def _certificate(
    writer: Writer, parent: _Element, standard: MeasurementStandard, content: Certificate
) -> None:
    element = writer.add(parent, "certificate")
    writer.words(element, "referral", dcc_words.CERTIFICATE)
    writer.add(element, "referralID", standard.certificate)
    writer.add(element, "procedure", "SHA-256")
    writer.add(element, "value", standard.snapshot)
    facts = {
        "issuer": clean(standard.issuer),
        "due": day(standard.due),
        "accuracy": clean(standard.accuracy),
    }
    writer.words(element, "description", fill(dcc_words.HASH_OF_SNAPSHOT, **facts))
    writer.add(element, "inValidityRange", "true" if content.calibrated_to <= standard.due else "false")
    writer.add(element, "traceable", "true")


def _conditions(writer: Writer, parent: _Element, content: Certificate) -> None:
    environment = content.environment
    element = writer.add(parent, "influenceConditions")
    for ref_type, name, span, unit in (
        ("basic_temperature", dcc_words.TEMPERATURE, environment.temperature, "°C"),
        ("basic_humidityRelative", dcc_words.HUMIDITY, environment.humidity, "%"),
        ("benchtui_mainsVoltage", dcc_words.MAINS_VOLTAGE, environment.mains_voltage, "V"),
        ("benchtui_mainsFrequency", dcc_words.MAINS_FREQUENCY, environment.mains_frequency, "Hz"),
    ):
        if span is not None:
            _condition(writer, element, ref_type, name, span, unit)


def _condition(
    writer: Writer, parent: _Element, ref_type: str, name: Bilingual, span: Interval, unit: str
) -> None:
    element = writer.add(parent, "influenceCondition", refType=ref_type)
    writer.words(element, "name", name)
    # The uncertainty of the room's instruments is known without its coverage factor: it stands here in words.
    writer.words(element, "description", interval(span, unit))
    ends = writer.add(element, "data")
    for value, end, words in ((span.low, "Min", dcc_words.MINIMUM), (span.high, "Max", dcc_words.MAXIMUM)):
        quantity = writer.add(ends, "quantity", refType=ref_type + end)
        writer.words(quantity, "name", words)
        writer.real(quantity, value, unit)


# --------------------------------------------------------------------------------------------------------- tables
def _result(
    writer: Writer, parent: _Element, content: Certificate, table: ResultTable, references: str
) -> None:
    element = writer.add(parent, "result", refId=references, refType=_table_type(content, table))
    title = Bilingual(f"表 {table.table.id} {table.table.zh}", f"Table {table.table.id} {table.table.en}")
    writer.words(element, "name", title)
    remarks = tuple(remark for remark in table.remarks if remark)
    if remarks:
        told = Bilingual(" ".join(r.zh or r.en for r in remarks), " ".join(r.en or r.zh for r in remarks))
        writer.words(element, "description", told)
    numbers = writer.add(element, "data")
    if not any(row.quantities for row in table.values):
        for row in table.rows:
            writer.words(numbers, "text", _told(table, row))
        return
    modules = module_ids(content)
    for (module, span, _columns), rows in groupby(table.values, key=_alike):
        reference = modules.get(module, "") if writer.modern else ""
        _list(writer, numbers, table, f"{module} {span}", reference, list(rows))


def _table_type(content: Certificate, table: ResultTable) -> str:
    """Return a reference type such as ``benchtui_jjf2009_B6``: specification and table."""
    specification = next((i.specification for i in content.record.items if i.id == table.item), "")
    number = re.match(r"[A-Za-z]+[ /]*\d+", specification)
    words = (re.sub(r"[^a-z0-9]", "", number[0].lower()) if number else "", re.sub(r"\W", "", table.table.id))
    return "_".join(("benchtui", *filter(None, words)))


def _told(table: ResultTable, row: dict[str, str]) -> Bilingual:
    cells = [(column, clean(row.get(column.key, ""))) for column in table.table.columns]
    return Bilingual(
        "；".join(f"{column.zh}：{cell}" for column, cell in cells),
        "; ".join(f"{column.en}: {cell}" for column, cell in cells),
    )


def _alike(row: RowValues) -> tuple[str, str, tuple[tuple[str, str, bool], ...]]:
    """Return what rows of one list have in common: module, range, and columns with their units."""
    return row.module, row.range, tuple((q.key, q.unit, bool(q.U)) for q in row.quantities)


def _list(
    writer: Writer, parent: _Element, table: ResultTable, name: str, reference: str, rows: list[RowValues]
) -> None:
    """Add the rows of one range as a table with one index: the set value, else the indication, else the first."""
    element = writer.add(parent, "list", refId=reference, refType="basic_1IndexTable")
    if plain(name):
        writer.words(element, "name", name)
    titles = {column.key: Bilingual(column.zh, column.en) for column in table.table.columns}
    columns = [[row.quantities[n] for row in rows] for n in range(len(rows[0].quantities))]
    keys = [column[0].key for column in columns]
    index = next((key for key in _INDEX_KEYS if key in keys), keys[0])
    for key, column in zip(keys, columns, strict=True):
        kind = dcc_words.QUANTITIES.get(key, f"benchtui_{key}")
        ref_type = f"basic_tableIndex0 {kind}" if key == index else kind
        _quantity(writer, element, ref_type, titles[key], column)


def _quantity(
    writer: Writer, parent: _Element, ref_type: str, name: Bilingual, column: list[ResultValue]
) -> None:
    element = writer.add(parent, "quantity", refType=ref_type)
    writer.words(element, "name", name)
    writer.real_list(element, column)
    if any(entry.nu_eff for entry in column):
        freedom = writer.add(parent, "quantity", refType="benchtui_effectiveDegreesOfFreedom")
        writer.words(freedom, "name", dcc_words.DEGREES_OF_FREEDOM)
        writer.strings(freedom, [entry.nu_eff or "—" for entry in column])
