"""What the record holds, as frozen structs: rows that come back from queries and the few that go in.

Every number that is printed is decimal text, every time an ISO 8601 text in UTC with microseconds
(:func:`~benchtui.records.canonical.stamp`). ``seq`` is the place of a row in the journal; it serves as the
row's identity everywhere.
"""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec

from benchtui.i18n import Text
from benchtui.quantity import Reading, Waveform

EndState = Literal["done", "interrupted", "failed"]
AttemptState = Literal["open", "done", "interrupted", "failed"]
PointState = Literal["todo", "open", "done", "interrupted", "failed"]
ReadingPurpose = Literal["settling", "reading"]
Language = Literal["zh", "en", "both"]


class Head(msgspec.Struct, frozen=True):
    """The last entry of the journal: its number and its hash. An empty journal has ``Head(0, 64 zeros)``."""

    seq: int
    hash: str


class PlannedPoint(Protocol):
    """A point as a procedure plans it: ``procedures.base.Point``, or any struct with at least these."""

    @property
    def key(self) -> str:
        """Name of the point, unique in its item."""

    @property
    def module(self) -> str:
        """Module of the unit under test."""

    @property
    def range(self) -> str:
        """Range as the record prints it, such as ``20 V``."""

    @property
    def span(self) -> str:
        """Full scale of the range in *unit*, decimal text."""

    @property
    def setpoint(self) -> str:
        """Set value in *unit*, decimal text."""

    @property
    def unit(self) -> str:
        """Unit of *span* and *setpoint*."""

    @property
    def readings(self) -> int:
        """Readings that count, after settling."""


class InstrumentUsed(msgspec.Struct, frozen=True, kw_only=True):
    """An instrument as it stood on the bench: what it answered, where, which serial, read by which driver.

    *settings* say how it was used where that is not in the readings, such as the tap of a divider.
    """

    identity: str
    resource: str
    serial: str = ""
    driver: str = ""
    settings: dict[str, str] = {}


class JobRow(msgspec.Struct, frozen=True, kw_only=True):
    """A work order. *source* is the job file as it was read, *body* the same parsed, as canonical JSON."""

    seq: int
    number: str
    customer: str
    uut: str
    source: str
    body: str
    created: str


class JobCounts(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the list of jobs.

    *results* counts the points that have a valid result; *updated* is the time of the last entry; *trouble*
    counts the points without a valid result whose last attempt failed or was interrupted.
    """

    number: str
    customer: str
    uut: str
    created: str
    updated: str
    items: int
    points: int
    results: int
    trouble: int


class ItemRow(msgspec.Struct, frozen=True, kw_only=True):
    """The head of an item's plan: the method's version and the tables it prints."""

    seq: int
    job: str
    item: str
    method: str
    tables: tuple[str, ...]
    created: str


class PointRow(msgspec.Struct, frozen=True, kw_only=True):
    """A point of a plan. *position* counts from 1 in the order of measurement.

    *body* is the whole point as the procedure planned it, canonical JSON, also what has no column here.
    """

    seq: int
    job: str
    item: str
    position: int
    key: str
    module: str
    range: str
    span: str
    setpoint: str
    unit: str
    readings: int
    body: str


class Attempt(msgspec.Struct, frozen=True):
    """An attempt just begun: *id* is its ``seq``, *number* counts the attempts at the point from 1."""

    id: int
    number: int


class AttemptRow(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt at a point. *wiring* is canonical JSON of a ``Wiring``; *ended* is empty while open."""

    seq: int
    job: str
    item: str
    point: str
    number: int
    wiring: str
    operator: str
    program: str
    instruments: dict[str, InstrumentUsed]
    started: str
    state: AttemptState
    reason: str = ""
    ended: str = ""


class ReadingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A reading as it was committed at *at*.

    *value*, *span*, *t0*, *t1* are the shortest decimal texts that give the same binary numbers back;
    *value* is ``nan`` where *flags* say that there is none. *t0* and *t1* are seconds since the epoch on the
    bench's clock.
    """

    seq: int
    attempt: int
    role: str
    purpose: ReadingPurpose
    raw: str
    value: str
    unit: str
    flags: tuple[str, ...]
    span: str
    t0: str
    t1: str
    at: str

    def reading(self) -> Reading:
        """Return the reading as it came from the wire, bit for bit."""
        return Reading(
            raw=self.raw,
            value=float(self.value),
            unit=self.unit,
            flags=self.flags,
            t0=float(self.t0),
            t1=float(self.t1),
            span=float(self.span),
        )


class WaveformRow(msgspec.Struct, frozen=True, kw_only=True):
    """A waveform as it was committed at *at*; numbers as in :class:`ReadingRow`, samples that are none as text."""

    seq: int
    attempt: int
    role: str
    raw: str
    samples: tuple[float | str, ...]
    unit: str
    start: str
    step: str
    step_unit: str
    flags: tuple[str, ...]
    span: str
    t0: str
    t1: str
    at: str

    def waveform(self) -> Waveform:
        """Return the waveform as it came from the wire, bit for bit."""
        return Waveform(
            raw=self.raw,
            values=tuple(map(float, self.samples)),
            unit=self.unit,
            start=float(self.start),
            step=float(self.step),
            step_unit=self.step_unit,
            t0=float(self.t0),
            t1=float(self.t1),
            span=float(self.span),
            flags=self.flags,
        )


class WirePiece(msgspec.Struct, frozen=True, kw_only=True):
    r"""Bytes that went over the wire of an *instrument*, which played *role*, before an attempt failed.

    *direction* is ``out`` for what the program said, ``in`` for what the instrument said, ``stale`` for what was
    thrown away because nobody had asked for it. *length* is how many bytes there were; *octets* are the first of them,
    as printable ASCII (``*IDN?\n``, ``\x06``). *moment* is a time as a :func:`~benchtui.records.canonical.stamp`.
    """

    role: str
    instrument: str
    moment: str
    direction: Literal["out", "in", "stale"]
    length: int
    octets: str


class WirePieceRow(WirePiece, frozen=True, kw_only=True):
    """A piece of a conversation as it was committed at *at* with the end of its attempt."""

    seq: int
    attempt: int
    at: str


class ResultRow(msgspec.Struct, frozen=True, kw_only=True):
    """A result. *body* is canonical JSON at full precision, *method* the version that computed it."""

    seq: int
    attempt: int
    method: str
    body: str
    at: str


class PointResult(msgspec.Struct, frozen=True, kw_only=True):
    """A point with what the record knows of it.

    *result* is the newest result of the newest attempt that was done, None if there is none. *state* is
    ``done`` if there is a result, else the state of the last attempt, else ``todo``. *attempts* counts all
    attempts; *attempt* is the one that gave the result, else the last one, else None.
    """

    point: PointRow
    state: PointState
    attempts: int
    attempt: AttemptRow | None
    result: ResultRow | None


class StandardRow(msgspec.Struct, frozen=True, kw_only=True):
    """A snapshot of a standard's profile: canonical JSON and its SHA-256, kept once for each content."""

    seq: int
    name: str
    serial: str
    body: str
    sha256: str
    at: str


class StandardUse(msgspec.Struct, frozen=True, kw_only=True):
    """A snapshot of a standard that served an item in a role."""

    item: str
    role: str
    standard: StandardRow


class EnvironmentRow(msgspec.Struct, frozen=True, kw_only=True):
    """The conditions in the room, decimal text in °C, %RH, V, Hz; empty if not recorded."""

    seq: int
    job: str
    temperature: str
    temperature_u: str
    humidity: str
    humidity_u: str
    mains_voltage: str
    mains_frequency: str
    at: str


class EventRow(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened, such as ``wiring-confirmed``: *body* is canonical JSON, *job* may be empty."""

    seq: int
    job: str
    kind: str
    body: str
    actor: str
    at: str


class CertificateFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of an issued certificate and the SHA-256 of its bytes."""

    seq: int
    name: str
    sha256: str
    size: int


class CertificateRow(msgspec.Struct, frozen=True, kw_only=True):
    """An issued certificate. *head* is the journal's head printed on it, *supersedes* the one it amends."""

    seq: int
    number: str
    job: str
    language: Language
    head: Head
    supersedes: str
    reason: str
    files: tuple[CertificateFile, ...]
    issued: str


class Recall(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate that rests on a standard; *first_use* and *last_use* are attempts inside the period."""

    certificate: str
    issued: str
    job: str
    customer: str
    uut: str
    first_use: str
    last_use: str


class JournalEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the journal as it is stored; *body* is the canonical JSON of the row that it carries."""

    seq: int
    at: str
    actor: str
    kind: str
    body: str
    prev: str
    hash: str


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """What :func:`~benchtui.records.verification.verify` found. *entries* counts the journal's entries."""

    entries: int
    head: Head
    problems: tuple[Text, ...] = ()

    @property
    def ok(self) -> bool:
        """True if nothing is wrong."""
        return not self.problems
