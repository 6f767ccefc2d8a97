"""What must be right before a document is made: no item, number or character may be missing."""

from __future__ import annotations

import math
import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import msgspec

from benchtui.certificate import labels
from benchtui.certificate.content import (
    Bilingual,
    Certificate,
    ErrorSeries,
    Interval,
    RecordedReading,
    ResultTable,
)
from benchtui.certificate.fonts import Face, Fonts, characters
from benchtui.certificate.wording import clean, percent, spoken, visible
from benchtui.errors import CertificateError
from benchtui.i18n import N_, Text, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_RIGHT_TO_LEFT = {"R", "AL", "AN"}
_SMALL_FIGURES = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺₀₁₂₃₄₅₆₇₈₉", "0123456789−+0123456789")
_UNCERTAINTY_COLUMNS = ("U", "measurement_U")


def check(content: Certificate, fonts: Fonts) -> None:
    """Check that *content* may be set in *fonts*.

    Raises
    ------
    CertificateError
        An item of JJF 2009 clause 7 is missing, dates contradict each other, a table lacks a cell or an
        uncertainty, or a character cannot be printed. *where* names the part of the content.
    """
    check_content(content)
    _check_characters(content, fonts)


def check_content(content: Certificate) -> None:
    """Check that nothing is missing and nothing contradicts itself, whatever the content is written in.

    Raises
    ------
    CertificateError
        As in :func:`check`, but for the characters.
    """
    _check_required(content)
    _check_dates(content)
    _check_environment(content)
    for results in (*content.results, *(item.results for item in content.record.items)):
        _check_table(results)


# ----------------------------------------------------------------------------------------- clause 7, a to p
def _required(content: Certificate) -> Iterator[tuple[bool, str, Bilingual]]:
    """Yield (present, item of clause 7, what it is called)."""
    laboratory, customer, item = content.laboratory, content.customer, content.item
    kinds = {statement.kind for statement in content.statements if statement.words}
    roles = {person.role for person in content.signatories}
    yield bool(laboratory.name), "b", Bilingual("实验室名称", "laboratory name")
    yield bool(laboratory.address), "b", Bilingual("实验室地址", "laboratory address")
    yield bool(clean(content.number)), "d", labels.CERTIFICATE_NUMBER
    yield bool(clean(content.record.number)), "d", labels.RECORD_NUMBER
    yield bool(clean(customer.name)), "e", Bilingual("客户名称", "customer name")
    yield bool(clean(customer.address)), "e", Bilingual("客户地址", "customer address")
    yield bool(item.name), "f", Bilingual("被校对象名称", "name of the item")
    yield bool(clean(item.manufacturer)), "f", Bilingual("被校对象制造商", "manufacturer of the item")
    yield bool(clean(item.model)), "f", Bilingual("被校对象型号", "model of the item")
    yield (
        bool(clean(item.serial) or clean(item.identification)),
        "f",
        Bilingual("出厂编号", "serial number of the item"),
    )
    yield bool([s for s in content.specifications if clean(s.number) and s.title]), "i", labels.SPECIFICATION
    yield bool(content.standards), "j", labels.STANDARDS
    for standard in content.standards:
        for value, words in (
            (clean(standard.serial), labels.STANDARD_SERIAL),
            (clean(standard.accuracy), labels.ACCURACY),
            (clean(standard.certificate), labels.STANDARD_CERTIFICATE),
        ):
            yield bool(value and standard.name), "j", words
    yield "traceability" in kinds, "j", Bilingual("溯源性声明", "statement of traceability")
    yield bool(content.results) and all(table.rows for table in content.results), "l", labels.RESULTS
    yield "coverage" in kinds, "l", Bilingual("包含因子说明", "sentence on the coverage factor")
    for role in ("operator", "approver"):
        yield role in roles, "n", labels.ROLES[role]
    for person in content.signatories:
        if person.signed is not None:
            yield bool(clean(person.name)), "n", Bilingual("签署人姓名", "name of a person who signed")
        if person.signed is not None and person.role == "approver":
            yield bool(person.function), "n", Bilingual("批准人职务", "function of the approver")
    yield (
        "validity" in kinds,
        "o",
        Bilingual("结果仅对被校对象有效的声明", "statement that the results hold for the item only"),
    )
    yield "copying" in kinds, "p", Bilingual("不得部分复制的声明", "statement on copying")


def _check_required(content: Certificate) -> None:
    missing = [
        f"{words.en} {words.zh} ({item})" for present, item, words in _required(content) if not present
    ]
    if missing:
        raise CertificateError(
            text(N_("The certificate lacks: {missing}."), missing=", ".join(dict.fromkeys(missing))),
            where=clean(content.number),
            hint=text(
                N_("The letters are items of JJF 2009, clause 7. Complete the job or the laboratory profile.")
            ),
        )


# ------------------------------------------------------------------------------------------- dates, numbers
def _check_dates(content: Certificate) -> None:
    if content.issued.tzinfo is None:
        raise CertificateError(text(N_("The time of issue has no offset from UTC.")), where="issued")
    order = [d for d in (content.received, content.calibrated_from, content.calibrated_to) if d is not None]
    if sorted(order) != order or content.issued.date() < content.calibrated_to:
        raise CertificateError(
            text(N_("The dates of receipt, calibration and issue are not in this order.")),
            where=", ".join(d.isoformat() for d in (*order, content.issued.date())),
            hint=text(N_("Check the date of receipt in the job and the clock of this computer.")),
        )
    for standard in content.standards:
        if standard.due < content.calibrated_to:
            raise CertificateError(
                text(
                    N_("The certificate of the standard {serial} ended on {due}."),
                    serial=clean(standard.serial),
                    due=standard.due,
                ),
                where=clean(standard.certificate),
                hint=text(
                    N_("No result of an expired standard is certified. Calibrate it, then repeat the work.")
                ),
            )


def _check_environment(content: Certificate) -> None:
    spans = {name: getattr(content.environment, name) for name in content.environment.__struct_fields__}
    for name, span in spans.items():
        if isinstance(span, Interval) and not _ascending(span):
            raise CertificateError(
                text(
                    N_("The ambient condition is not a range of numbers: {low} to {high}."),
                    low=span.low,
                    high=span.high,
                ),
                where=f"environment.{name}",
            )


def _ascending(span: Interval) -> bool:
    try:
        low, high, u = float(span.low), float(span.high), float(span.u or 0)
    except ValueError:
        return False
    return math.isfinite(high - low) and low <= high and u >= 0


def _check_table(results: ResultTable) -> None:
    where = f"{results.table.id}"
    keys = [column.key for column in results.table.columns]
    for number, row in enumerate(results.rows, 1):
        lacking = [key for key in keys if not clean(row.get(key, ""))]
        if lacking:
            raise CertificateError(
                text(N_("Row {row} of the table lacks: {cells}."), row=number, cells=", ".join(lacking)),
                where=where,
                hint=text(
                    N_("Every result is stated with its uncertainty; repeat the point if it has none.")
                ),
            )
        for key in (k for k in _UNCERTAINTY_COLUMNS if k in keys):
            if not re.search("[1-9]", row[key]):
                raise CertificateError(
                    text(
                        N_("Row {row} of the table states no uncertainty: {cell}."),
                        row=number,
                        cell=clean(row[key]),
                    ),
                    where=where,
                )
    if not results.uncertain:
        return
    try:
        sound = float(results.k) > 0 and 0 < float(percent(results.probability)) < 100
    except (ValueError, ArithmeticError):
        sound = False
    if not sound:
        raise CertificateError(
            text(
                N_("The table has no coverage factor or no coverage probability: k = {k}, p = {p}."),
                k=results.k,
                p=results.probability,
            ),
            where=where,
        )
    for series in results.series:
        _check_series(series, where)
    if results.values:
        _check_values(results, where)


def _check_values(results: ResultTable, where: str) -> None:
    """Check the numbers for machines: one set a row, uncertainties above 0 with their coverage factor."""
    stated = [value for row in results.values for value in row.quantities if value.U or value.k]
    sound = len(results.values) == len(results.rows) and bool(stated) == any(
        column.key in _UNCERTAINTY_COLUMNS for column in results.table.columns
    )
    try:
        numbers = [Decimal(value.value) for row in results.values for value in row.quantities]
        sound &= all(number.is_finite() for number in numbers) and all(
            0 < Decimal(v.U) < math.inf and 1 <= Decimal(v.k) < math.inf and 0 < Decimal(v.probability) <= 1
            for v in stated
        )
    except InvalidOperation:
        sound = False
    if not sound:
        raise CertificateError(
            text(N_("The numbers behind the table are not complete.")),
            where=where,
            hint=text(N_("Every result is stated with its uncertainty; repeat the point if it has none.")),
        )


def _check_series(series: ErrorSeries, where: str) -> None:
    numbers = (*series.setpoints, *series.errors, *series.U)
    same = len(series.setpoints) == len(series.errors) == len(series.U) > 0
    if not same or not all(map(math.isfinite, numbers)) or min(series.U) <= 0:
        raise CertificateError(
            text(
                N_("The figure of {module}, {range}, lacks points or uncertainties."),
                module=series.module,
                range=series.range,
            ),
            where=where,
        )


# ----------------------------------------------------------------------------------------------- characters
def _check_characters(content: Certificate, fonts: Fonts) -> None:
    _check_strings(_strings(content, ""), fonts.body)
    titles = [("laboratory.name", content.laboratory.name)]
    for results in (*content.results, *(item.results for item in content.record.items)):
        titles += [(results.table.id, Bilingual(results.table.zh, results.table.en))]
    titles += [(name, words) for name, words in vars(labels).items() if isinstance(words, Bilingual)]
    _check_strings(((where, f"{words.zh}{words.en}") for where, words in titles), fonts.title)


def _check_strings(strings: Iterable[tuple[str, str]], face: Face) -> None:
    known = characters(face)
    for where, words in strings:
        for character in clean(words).translate(_SMALL_FIGURES):
            if unicodedata.bidirectional(character) in _RIGHT_TO_LEFT:
                raise CertificateError(
                    text(
                        N_("The character U+{code} belongs to a script that runs from right to left."),
                        code=f"{ord(character):04X}",
                    ),
                    where=where,
                    hint=text(N_("Write it in Chinese or Latin letters.")),
                )
            if ord(character) not in known:
                raise CertificateError(
                    text(
                        N_("The character U+{code} ({name}) is not in the font {font}."),
                        code=f"{ord(character):04X}",
                        name=unicodedata.name(character, "?"),
                        font=face.path.name,
                    ),
                    where=where,
                    hint=text(N_("Write it differently, or set [certificate] font to a font that has it.")),
                )


def _strings(part: object, where: str) -> Iterator[tuple[str, str]]:
    """Yield every string of *part* that can be printed, with the way to it."""
    if isinstance(part, str):
        yield where, part
    elif isinstance(part, Text):
        yield where, spoken(part, "both")
    elif isinstance(part, RecordedReading):
        yield from _strings((visible(part.raw), part.value, part.unit, part.role, part.flags), where)
    elif isinstance(part, msgspec.Struct):
        for name in part.__struct_fields__:
            yield from _strings(getattr(part, name), f"{where}.{name}".lstrip("."))
    elif isinstance(part, dict):
        for key, value in part.items():
            yield from _strings(value, f"{where}[{key}]")
    elif isinstance(part, tuple):
        for number, value in enumerate(part):
            yield from _strings(value, f"{where}[{number}]")
