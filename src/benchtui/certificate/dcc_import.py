"""A standard's certificate that arrives as a DCC: what it states, as the profile of a standard.

Versions 3.1 to 3.3 are read, and only what such a certificate states is taken over; what it does not state is left for
a person to fill in.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import tomlkit

from benchtui.certificate.dcc_check import check_tree
from benchtui.certificate.dcc_reading import load, words_of
from benchtui.certificate.dcc_tree import DCC, SI, plain
from benchtui.certificate.dcc_units import program_unit, shift
from benchtui.errors import BadInput
from benchtui.i18n import N_, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

_NS = {"dcc": DCC, "si": SI}
_FATAL = {"number", "uncertainty", "coverage-factor", "list-length", "list-format", "table-length", "unit"}
"""Rules whose breach makes the numbers of a certificate useless."""
_EXPANDED = ("valueExpandedMUXMLList", "uncertaintyXMLList", "valueExpandedMU", "uncertainty")
_STANDARD = ("valueStandardMUXMLList", "valueStandardMU", "standardUncXMLList", "standardUnc")
_AGAINST = ("basic_nominalValue", "basic_tableIndex0", "basic_referenceValue", "basic_measuredValue")
_FACTORS = ("coverageFactorXMLList", "coverageFactor")
_PERIOD = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?")


class Column(msgspec.Struct, frozen=True):
    """A column of a table, or a single number: decimal text in *unit*; *U* and *k* are empty where none is stated."""

    ref_types: frozenset[str]
    unit: str
    values: tuple[str, ...]
    U: tuple[str, ...] = ()
    k: tuple[str, ...] = ()


class CertifiedPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A point of the certificate, decimal text; *value* with *U* and *k* in *unit*, *frequency* in hertz or empty.

    *error* is true where the value is an error of indication at *nominal*, which is in *nominal_unit*.
    """

    nominal: str
    nominal_unit: str
    value: str
    unit: str
    U: str
    k: str
    frequency: str = ""
    error: bool = False

    @property
    def certified(self) -> bool:
        """True if the point is the value of a passive standard, such as a resistance, and can stand in its profile."""
        return (
            not self.error
            and self.unit == self.nominal_unit
            and Decimal(self.value) > 0 < Decimal(self.nominal)
        )


class StandardStated(msgspec.Struct, frozen=True, kw_only=True):
    """What a certificate states of a standard; empty, or None, where it states nothing."""

    name: str
    name_zh: str
    manufacturer: str
    model: str
    serial: str
    number: str
    issuer: str
    calibrated: date
    due: date | None
    temperature: str
    points: tuple[CertifiedPoint, ...]
    draft: bool = False


def read_standard(path: Path) -> StandardStated:
    """Read the certificate of a standard.

    Raises
    ------
    BadInput
        The file is no digital calibration certificate that can be used, or states no point with an uncertainty.
    """
    root = load(path)
    findings = check_tree(root)
    faults = [f for f in findings if f.severity == "error" and f.rule in _FATAL]
    if faults:
        raise BadInput(
            text(N_("The numbers of the certificate cannot be used: {fault}"), fault=faults[0].what),
            where=f"{path}:{faults[0].line}",
            hint=text(N_("Ask the laboratory for a certificate that is right: benchtui dcc validate")),
        )
    points = tuple(_points(root))
    if not points:
        raise BadInput(
            text(N_("The certificate states no value with an uncertainty.")),
            where=str(path),
            hint=text(N_("Type the profile of the standard by hand.")),
        )
    item = root.find(".//dcc:items/dcc:item", _NS)
    owner = item if item is not None else root
    calibrated = _day(root, ".//dcc:coreData/dcc:endPerformanceDate", path)
    return StandardStated(
        name=words_of(owner, "dcc:name"),
        name_zh=words_of(owner, "dcc:name", "zh", only=True),
        manufacturer=words_of(owner, "dcc:manufacturer/dcc:name"),
        model=_told(owner, "dcc:model"),
        serial=_serial(owner),
        number=_told(root, ".//dcc:coreData/dcc:uniqueIdentifier"),
        issuer=words_of(root, ".//dcc:calibrationLaboratory/dcc:contact/dcc:name"),
        calibrated=calibrated,
        due=_due(root, calibrated),
        temperature=_temperature(root),
        points=points,
        draft=any(f.rule == "draft" for f in findings),
    )


# --------------------------------------------------------------------------------------------------------- who and when
def _told(parent: _Element, path: str) -> str:
    return " ".join((parent.findtext(path, "", _NS) or "").split())


def _serial(item: _Element) -> str:
    numbers = item.findall("dcc:identifications/dcc:identification", _NS)
    named = [n for n in numbers if "basic_serialNumber" in n.get("refType", "").split()]
    made = [n for n in numbers if _told(n, "dcc:issuer") == "manufacturer"]
    chosen = [*named, *made, *numbers]
    return _told(chosen[0], "dcc:value") if chosen else ""


def _day(root: _Element, path: str, file: Path) -> date:
    try:
        return date.fromisoformat(_told(root, path)[:10])
    except ValueError as error:
        raise BadInput(
            text(N_("The certificate states no date of calibration.")),
            where=str(file),
            hint=text(N_("Type the profile of the standard by hand.")),
        ) from error


def _due(root: _Element, calibrated: date) -> date | None:
    """Return the day until which the certificate may be used, if the certificate itself states one."""
    for statement in root.iterfind(".//dcc:statements/dcc:statement", _NS):
        if not re.search("recalibration|validity", statement.get("refType", ""), re.IGNORECASE):
            continue
        try:
            if stated := _told(statement, "dcc:date"):
                return date.fromisoformat(stated[:10])
            if period := _PERIOD.fullmatch(_told(statement, "dcc:period")):
                return _after(calibrated, *(int(part or 0) for part in period.groups()))
        except (ValueError, OverflowError):
            continue
    return None


def _after(start: date, years: int, months: int, days: int) -> date:
    """Return the last day of a period that begins with *start*: 12 May for a year is 11 May."""
    count = start.month - 1 + months + 12 * years
    year, month = start.year + count // 12, count % 12 + 1
    first = date(year, month, 1).toordinal()
    last = date(year + month // 12, month % 12 + 1, 1).toordinal() - 1
    return date.fromordinal(min(first + start.day - 1, last) + days - 1)


def _temperature(root: _Element) -> str:
    """Return the temperature of the calibration in °C: the value, or the middle of its limits; empty if not stated."""
    degrees = []
    for condition in root.iterfind(".//dcc:influenceCondition", _NS):
        if "basic_temperature" in condition.get("refType", "").split():
            for column in (
                _column(quantity) for quantity in condition.iterfind("dcc:data/dcc:quantity", _NS)
            ):
                if column is not None and column.unit == "°C":
                    degrees += [Decimal(value) for value in column.values]
    try:
        return str((min(degrees) + max(degrees)) / 2) if degrees else ""
    except ArithmeticError:
        return ""


# -------------------------------------------------------------------------------------------------------------- points
def _points(root: _Element) -> Iterator[CertifiedPoint]:
    for data in root.iterfind(".//dcc:results/dcc:result/dcc:data", _NS):
        yield from _rows([_column(quantity) for quantity in data.iterfind("dcc:quantity", _NS)])
        for table in data.iter(f"{{{DCC}}}list"):
            yield from _rows([_column(quantity) for quantity in table.iterfind("dcc:quantity", _NS)])


def _rows(found: list[Column | None]) -> Iterator[CertifiedPoint]:
    """Yield the points of a table: each column with an uncertainty, against the nominal or set value of its row."""
    columns = [column for column in found if column is not None]
    named = (_first(columns, ref_type) for ref_type in _AGAINST)
    nominal = next((column for column in named if column is not None), None)
    frequency = next((c for c in columns if c.unit == "Hz" and not c.U), None)
    for column in columns:
        if not column.U:
            continue
        for n, (value, expanded, factor) in enumerate(zip(column.values, column.U, column.k, strict=True)):
            usable = nominal is not None and nominal is not column and nominal.unit != "Hz"
            against = nominal if usable and nominal is not None and n < len(nominal.values) else None
            yield CertifiedPoint(
                nominal=against.values[n] if against else value,
                nominal_unit=against.unit if against else column.unit,
                value=value,
                unit=column.unit,
                U=expanded,
                k=factor,
                frequency=frequency.values[min(n, len(frequency.values) - 1)]
                if frequency is not None and column.unit != "Hz"
                else "",
                error=any("rror" in ref_type for ref_type in column.ref_types),
            )


def _first(columns: list[Column], ref_type: str) -> Column | None:
    return next((column for column in columns if ref_type in column.ref_types), None)


def _column(quantity: _Element) -> Column | None:
    """Return the numbers of a quantity in the program's unit; None where it has none that the program knows."""
    inner = next(
        (e for tag in ("realListXMLList", "real") if (e := quantity.find(f"si:{tag}", _NS)) is not None), None
    )
    if inner is None:
        return None
    unit = program_unit(_told(inner, "si:unitXMLList") or _told(inner, "si:unit"))
    if unit is None:
        return None
    values = (_told(inner, "si:valueXMLList") or _told(inner, "si:value")).split()
    expanded, factors = _uncertainty(inner, len(values))
    if expanded and not len(expanded) == len(factors) == len(values):
        return None
    try:
        return Column(
            ref_types=frozenset(quantity.get("refType", "").split()),
            unit=unit.words,
            values=tuple(_written(value, unit.exponent) for value in values),
            U=tuple(_written(value, unit.exponent) for value in expanded),
            k=tuple(factors),
        )
    except (ValueError, InvalidOperation):
        return None


def _written(number: str, exponent: int) -> str:
    """Return a number in the program's unit as people write it, without an exponent unless it would be very long."""
    value = Decimal(shift(number, exponent))
    return format(value, "f") if abs(value.adjusted()) < 20 else str(value)


def _uncertainty(inner: _Element, length: int) -> tuple[list[str], list[str]]:
    """Return expanded uncertainties and coverage factors, one for each value; a standard uncertainty has k = 1."""
    expanded = _list(inner, _EXPANDED)
    factors = _list(inner, _FACTORS)
    if not expanded:
        expanded = _list(inner, _STANDARD)
        factors = ["1"] * bool(expanded)
    if not expanded or not factors:
        return [], []
    return _stretched(expanded, length), _stretched(factors, length)


def _list(inner: _Element, tags: tuple[str, ...]) -> list[str]:
    for tag in tags:
        element = inner.find(f".//si:{tag}", _NS)
        if element is not None:
            return (element.text or "").split()
    return []


def _stretched(entries: list[str], length: int) -> list[str]:
    return entries * length if len(entries) == 1 else entries


# ---------------------------------------------------------------------------------------------------------------- TOML
def standard_profile(stated: StandardStated, source: str) -> str:
    """Return the profile of a standard (TOML) with what was *stated*; what is missing stands there as a comment."""
    document = tomlkit.document()
    document.add(
        tomlkit.comment(plain(f"From the digital calibration certificate {stated.number}, file {source}."))
    )
    document.add(tomlkit.comment("Lines that begin with '# FILL IN' are not in the certificate."))
    certified = [point for point in stated.points if point.certified]
    facts = {
        "name": stated.name,
        "name-zh": stated.name_zh,
        "manufacturer": stated.manufacturer,
        "model": stated.model,
        "serial": stated.serial,
        "row": "",
        "unit": next((point.nominal_unit for point in (*certified, *stated.points)), ""),
        "accuracy": _accuracy(stated),
    }
    _fill(document, facts)
    certificate = tomlkit.table()
    _fill(certificate, {"number": stated.number, "issuer": stated.issuer})
    certificate.add("calibrated", stated.calibrated)
    if stated.due is not None:
        certificate.add("due", stated.due)
    else:
        certificate.add(tomlkit.comment("FILL IN due = "))
    document.add("certificate", certificate)
    values = tomlkit.aot()
    for point in certified:
        line = tomlkit.table()
        _fill(
            line,
            {"nominal": point.nominal, "value": point.value, "expanded-uncertainty": point.U, "k": point.k},
        )
        for key, number in (("frequency", point.frequency), ("temperature", stated.temperature)):
            if number:
                line.add(key, number)
        values.append(line)
    if certified:
        document.add("values", values)
    others = [point for point in stated.points if not point.certified]
    if others:
        document.add(tomlkit.nl())
        document.add(
            tomlkit.comment("Points that a profile has no place for; its ranges come from the specification.")
        )
        for point in others:
            document.add(tomlkit.comment(_comment(point)))
    return tomlkit.dumps(document)


def _fill(table: tomlkit.TOMLDocument | tomlkit.items.Table, facts: dict[str, str]) -> None:
    for key, value in facts.items():
        if plain(value):
            table.add(key, plain(value))
        elif key != "name-zh":
            table.add(tomlkit.comment(f"FILL IN {key} = "))


def _accuracy(stated: StandardStated) -> str:
    if len(stated.points) == 1:
        point = stated.points[0]
        return f"U = {point.U} {point.unit} (k = {point.k})"
    return f"{stated.number}, {len(stated.points)} points"


def _comment(point: CertifiedPoint) -> str:
    kind = "error" if point.error else "value"
    return (
        f"at {point.nominal} {point.nominal_unit}: {kind} {point.value} {point.unit}, U = {point.U} {point.unit}, "
        f"k = {point.k}"
    )
