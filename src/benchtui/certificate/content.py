"""What a certificate and its record say, independent of how it is printed (PDF) or exchanged (DCC).

Numbers that are printed travel as decimal text, already rounded where the table prints them rounded; floats
appear only in :class:`ErrorSeries` and :class:`RecordedWaveform`, which are drawn and never read off. Every string
is data: no markup is understood.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Literal

import msgspec

from benchtui.i18n import Text
from benchtui.tables import ColumnKey, Table

SignatoryRole = Literal["operator", "checker", "approver"]
StatementKind = Literal["traceability", "coverage", "validity", "copying", "remark"]
AttemptState = Literal["done", "interrupted", "failed"]
Purpose = Literal["settling", "reading"]


class Bilingual(msgspec.Struct, frozen=True):
    """The same words in Chinese and in English; where one is missing the other stands for it."""

    zh: str = ""
    en: str = ""

    def __bool__(self) -> bool:
        return bool(self.zh.strip() or self.en.strip())


class _Content(msgspec.Struct, frozen=True, kw_only=True):
    pass


# ----------------------------------------------------------------------------------- who, for whom, of what
class Laboratory(_Content, frozen=True, kw_only=True):
    """The laboratory that issues (JJF 2009 clause 7 b).

    *country* is the ISO 3166-1 code of its country, *code* the number under which it is accredited.
    """

    name: Bilingual
    address: Bilingual
    contact: str = ""
    country: str = "CN"
    code: str = ""


class Customer(_Content, frozen=True, kw_only=True):
    """Who ordered the calibration (clause 7 e), as the customer writes it."""

    name: str
    address: str
    contact: str = ""


class ItemModule(_Content, frozen=True, kw_only=True):
    """A module of the item calibrated, such as ``MPSMU`` (B1511B)."""

    name: str
    model: str
    title: str = ""


class CalibrationItem(_Content, frozen=True, kw_only=True):
    """The item calibrated (clause 7 f); *identification* is the customer's own number for it."""

    name: Bilingual
    manufacturer: str
    model: str
    serial: str
    identification: str = ""
    condition: str = ""
    modules: tuple[ItemModule, ...] = ()


class Specification(_Content, frozen=True, kw_only=True):
    """A technical specification that was followed (clause 7 i), such as JJF 2009—2022."""

    number: str
    title: Bilingual


class MeasurementStandard(_Content, frozen=True, kw_only=True):
    """A measurement standard used (clause 7 j); *accuracy*: its uncertainty or limits of error as stated.

    *snapshot* is the SHA-256 of its data in the record, as the results were computed with it.
    """

    name: Bilingual
    manufacturer: str
    model: str
    serial: str
    accuracy: str
    certificate: str
    issuer: str
    due: date
    snapshot: str = ""


class Interval(_Content, frozen=True, kw_only=True):
    """The span of an influence quantity during the work, decimal text; *u* is the U of a reading."""

    low: str
    high: str
    u: str = ""


class Environment(_Content, frozen=True, kw_only=True):
    """The conditions during the work (clause 7 k): °C, %RH; mains in V and Hz where they were measured."""

    temperature: Interval
    humidity: Interval
    mains_voltage: Interval | None = None
    mains_frequency: Interval | None = None


# -------------------------------------------------------------------------------------------------- results
class ErrorSeries(_Content, frozen=True, kw_only=True):
    """Errors with their expanded uncertainties in one range, for the figure.

    *setpoints* in *unit*; *errors* and *U* in *error_unit* (``%`` or a unit of the quantity); all of one
    length.
    """

    module: str
    range: str
    unit: str
    error_unit: str
    setpoints: tuple[float, ...]
    errors: tuple[float, ...]
    U: tuple[float, ...]


class ResultValue(_Content, frozen=True, kw_only=True):
    """The number behind a cell, for machines: decimal text in *unit*, as computed, not rounded for the table.

    *key* is the column. A value with an uncertainty has *U* in its unit, *k*, *probability* and *nu_eff* (``inf``
    where there is no end to them); the others leave them empty.
    """

    key: ColumnKey
    value: str
    unit: str
    U: str = ""
    k: str = ""
    probability: str = ""
    nu_eff: str = ""


class RowValues(_Content, frozen=True, kw_only=True):
    """The numbers behind one row of a table, with the module and the range that they belong to."""

    module: str
    range: str
    quantities: tuple[ResultValue, ...]


class ResultTable(_Content, frozen=True, kw_only=True):
    """A table of results (clause 7 l).

    *rows* hold cells by column key, ready to print. *k* and *probability* are decimal text (``2``, ``0.95``), empty
    where nothing was measured (:attr:`uncertain`).
    *remarks* stand under the table: before or after adjustment, outside providers, values of the customer.
    *values* are the numbers behind the rows, one for each; none where the table holds only words. *item* is the id of
    the calibration item, *standards* the certificate numbers of the standards that served.
    """

    table: Table
    rows: tuple[dict[str, str], ...]
    k: str
    probability: str
    series: tuple[ErrorSeries, ...] = ()
    remarks: tuple[Bilingual, ...] = ()
    values: tuple[RowValues, ...] = ()
    item: str = ""
    standards: tuple[str, ...] = ()

    @property
    def uncertain(self) -> bool:
        """True if the table holds measured values, which have an uncertainty."""
        return any(column.key in ("U", "measurement_U") for column in self.table.columns)


class Statement(_Content, frozen=True, kw_only=True):
    """A sentence of the certificate; *kind*: what it is for (``validity``: clause 7 o; ``copying``: p)."""

    kind: StatementKind
    words: Bilingual


class Signatory(_Content, frozen=True, kw_only=True):
    """A person who answers for the certificate (clause 7 n); *signed* is None until the person has signed."""

    role: SignatoryRole
    name: str
    function: Bilingual = Bilingual()
    signed: datetime | None = None


class MethodVersion(_Content, frozen=True, kw_only=True):
    """The version of a calibration item's method with which the results were computed."""

    item: str
    version: str


class Provenance(_Content, frozen=True, kw_only=True):
    """Where the results come from: the record's database, the head of its hash chain, the program."""

    database: str
    chain_head: str
    program: str
    methods: tuple[MethodVersion, ...] = ()


# --------------------------------------------------------------------------------------------------- record
class RecordedReading(_Content, frozen=True, kw_only=True):
    """One reading: *raw* as it came, *value* as decimal text in *unit*; empty where it is no number."""

    role: str
    raw: str
    value: str
    unit: str
    at: datetime
    purpose: Purpose = "reading"
    flags: tuple[str, ...] = ()


class Attempt(_Content, frozen=True, kw_only=True):
    """One attempt at a point, complete or not; nothing that was tried is left out."""

    number: int
    state: AttemptState
    started: datetime
    ended: datetime
    operator: str
    readings: tuple[RecordedReading, ...] = ()
    note: str | Text = ""


class RecordedWaveform(_Content, frozen=True, kw_only=True):
    """A waveform of the attempt that counts, thinned for drawing: *values* at even steps from *start* to *end*.

    *values* are in *unit*, the others in *step_unit*. It is number *number* of the *count* of its *role*, and had so
    many *samples*. *averaged* is the part of it that the result was computed from.
    """

    role: str
    number: int
    count: int
    samples: int
    unit: str
    step_unit: str
    start: float
    end: float
    values: tuple[float, ...]
    averaged: tuple[float, float] | None = None


class ReadingSummary(_Content, frozen=True, kw_only=True):
    """Number of readings of a role that count, their mean and experimental standard deviation, in *unit*."""

    role: str
    n: int
    mean: str
    s: str
    unit: str


class BudgetLine(_Content, frozen=True, kw_only=True):
    """One input of the budget, ready to print; *contribution* is |c|·u in the unit of the error."""

    symbol: str
    source: str | Text
    kind: Literal["A", "B"]
    distribution: str
    value: str
    u: str
    sensitivity: str
    contribution: str
    dof: str
    share: str


class PointRecord(_Content, frozen=True, kw_only=True):
    """All about one point: attempts, the readings that count, the result in full and its budget.

    *setpoint* is ready to print; *standard* is in *unit*; *error*, *u* and *U* are decimal text in
    *error_unit*, as computed (not rounded for the table). *counted* is the number of the attempt that gave
    the result.
    """

    key: str
    module: str
    range: str
    setpoint: str
    unit: str
    standard: str
    error: str
    error_unit: str
    u: str
    U: str
    k: str
    nu_eff: str
    probability: str
    counted: int
    attempts: tuple[Attempt, ...]
    summaries: tuple[ReadingSummary, ...]
    budget: tuple[BudgetLine, ...]
    alarms: tuple[str | Text, ...] = ()
    waveforms: tuple[RecordedWaveform, ...] = ()


class WiringRecord(_Content, frozen=True, kw_only=True):
    """A wiring that the operator confirmed: *figure* of the specification, leads as pairs of terminals."""

    figure: str
    leads: tuple[tuple[str, str], ...]
    confirmed: datetime
    operator: str


class ItemRecord(_Content, frozen=True, kw_only=True):
    """A calibration item in the record: its table A.x and what lies behind each row of it."""

    id: str
    title: Bilingual
    specification: str
    clause: str
    results: ResultTable
    wirings: tuple[WiringRecord, ...]
    points: tuple[PointRecord, ...]


class InstrumentRecord(_Content, frozen=True, kw_only=True):
    """An instrument as met on the wire: *identity* is its own answer, *driver* the profile in use."""

    role: str
    name: Bilingual
    manufacturer: str
    model: str
    serial: str
    identity: str
    driver: str
    address: str


class RecordEvent(_Content, frozen=True, kw_only=True):
    """Something that happened beside the readings: an interruption, a correction, a deviation."""

    at: datetime
    who: str
    what: str | Text


class Record(_Content, frozen=True, kw_only=True):
    """The original record (原始记录): a document of its own with its own *number*."""

    number: str
    operator: str
    started: datetime
    ended: datetime
    instruments: tuple[InstrumentRecord, ...]
    items: tuple[ItemRecord, ...]
    events: tuple[RecordEvent, ...] = ()


# ---------------------------------------------------------------------------------------------- certificate
class Certificate(_Content, frozen=True, kw_only=True):
    """Everything that a certificate and its record say.

    *number* is unique (clause 7 d). *place* is the place of calibration if it is not the laboratory (c),
    *received* the date of receipt where it matters (g), *sampling* (h) and *deviations* (m) are empty where
    there are none. *issued* carries its offset from UTC; it also dates the file, so that the same content
    gives the same bytes.
    """

    number: str
    laboratory: Laboratory
    customer: Customer
    item: CalibrationItem
    calibrated_from: date
    calibrated_to: date
    issued: datetime
    specifications: tuple[Specification, ...]
    standards: tuple[MeasurementStandard, ...]
    environment: Environment
    results: tuple[ResultTable, ...]
    statements: tuple[Statement, ...]
    signatories: tuple[Signatory, ...]
    provenance: Provenance
    record: Record
    place: str = ""
    received: date | None = None
    sampling: str = ""
    deviations: str = ""

    @property
    def draft(self) -> bool:
        """True until a person whose role is to approve has signed."""
        return not any(s.role == "approver" and s.signed is not None for s in self.signatories)

    @property
    def digest(self) -> str:
        """SHA-256 (hexadecimal) of the content in its canonical JSON form: what the QR code names."""
        return hashlib.sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()
