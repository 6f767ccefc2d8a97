"""What a calibration item is: plan, wiring, observation, evaluation.

A procedure is plain synchronous code that knows roles, never a model name, SQL or a widget. Readings that an
``observe`` takes go through :meth:`Operator.take`, which puts them into the record before anybody sees them; the
:class:`Observation` that ``evaluate`` gets is built from the record, so that the same code serves today's run and a
recalculation years later.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Literal, Protocol, TypeAlias

import msgspec

from benchtui.errors import BadInput, StandardRefused
from benchtui.i18n import N_, Text, text
from benchtui.profiles import Conditions, JobItem, Standard, Uut
from benchtui.quantity import Reading, Waveform
from benchtui.tables import Table
from benchtui.wiring import Wiring

Purpose = Literal["settling", "reading"]


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """A point of the plan. *key* is unique in its item; *setpoint* is decimal text in *unit*; *span* likewise.

    *limit* is the current limit of a voltage source (the voltage limit of a current source), decimal text. *settings*
    are what else is set, by name in base units, such as ``width`` of a pulse or ``frequency`` of a test signal.
    """

    key: str
    module: str
    range: str
    span: str
    setpoint: str
    unit: str
    limit: str
    readings: int
    settings: dict[str, str] = {}


class RoomLimits(msgspec.Struct, frozen=True, kw_only=True):
    """The conditions that a specification asks for: temperature in °C, relative humidity in %."""

    coldest: float
    warmest: float
    dampest: float

    def check(self, conditions: Conditions) -> None:
        """Refuse a room that is outside. Raises ``BadInput``."""
        temperature, humidity = float(conditions.temperature), float(conditions.humidity)
        if self.coldest <= temperature <= self.warmest and humidity <= self.dampest:
            return
        raise BadInput(
            text(
                N_(
                    "The room has {temperature} °C and {humidity} %RH; the specification asks for {coldest} °C to "
                    "{warmest} °C and at most {dampest} %RH."
                ),
                temperature=f"{temperature:g}",
                humidity=f"{humidity:g}",
                coldest=f"{self.coldest:g}",
                warmest=f"{self.warmest:g}",
                dampest=f"{self.dampest:g}",
            ),
            where="conditions",
            hint=text(
                N_(
                    "Wait until the room is back inside, then bring the job in again under a new number; or state the "
                    "deviation in the work order, and it is printed on the certificate."
                )
            ),
        )


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """The temperature around the standards and its standard uncertainty, °C and K."""

    temperature: float = 23.0
    u: float = 0.5


Settings: TypeAlias = dict[str, dict[str, str]]
"""How the instruments of a point are used, by role and name, decimal text: ``{"divider": {"nominal": "500"}}``."""

Earlier: TypeAlias = Mapping[str, Sequence[tuple[Point, "Result"]]]
"""Valid results of items that were measured before in the same job, by item, with their points."""


class Candidate(msgspec.Struct, frozen=True):
    """A standard that may serve: *name* is that of its instrument on the bench."""

    name: str
    standard: Standard


Candidates: TypeAlias = Mapping[str, Sequence[Candidate]]
"""For each role of a standard, those of the bench that fill its row and are in date, in the bench's order."""


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """A point with the standards that were chosen for it.

    Attributes
    ----------
    standards
        Those chosen, by role.
    settings
        How they are used; it is kept with the attempt.
    reason
        Why these, in a sentence for the technician; None where there was no choice.
    earlier
        As in :class:`Observation`.
    """

    point: Point
    standards: dict[str, Candidate] = {}
    settings: Settings = {}
    reason: Text | None = None
    earlier: dict[str, tuple[tuple[Point, Result], ...]] = {}

    def standard(self, role: str) -> Standard:
        """Return the standard in *role*."""
        return self.standards[role].standard


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """What an attempt at a point brought.

    Attributes
    ----------
    readings, waveforms
        The sound ones that count, by role, in the order in which they came.
    settings
        How the instruments were used, as :class:`Setup` says.
    room
        The room as the job has it.
    earlier
        Valid results, in this job, of the items that :attr:`Procedure.needs` names.
    """

    point: Point
    readings: dict[str, tuple[Reading, ...]]
    waveforms: dict[str, tuple[Waveform, ...]] = {}
    settings: Settings = {}
    room: Room = Room()
    earlier: dict[str, tuple[tuple[Point, Result], ...]] = {}


class BudgetLine(msgspec.Struct, frozen=True, kw_only=True):
    """One input of the budget: *u* in *unit*, *contribution* |c|·u in the error's unit, *share* of u_c²."""

    symbol: str
    source: str
    kind: Literal["A", "B"]
    distribution: str
    value: float
    unit: str
    u: float
    dof: float
    c: float
    contribution: float
    share: float


class Second(msgspec.Struct, frozen=True, kw_only=True):
    """A second error at the same point, such as that of what the UUT measured of its own pulse; as in a result."""

    indication: float
    error: float
    u: float
    U: float
    k: float
    nu_eff: float
    probability: float
    budget: tuple[BudgetLine, ...]


class Result(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The result at a point: full precision, in base units; *error*, *u* and *U* in *error_unit*.

    *statement* holds the cells of the table's columns that are printed, rounded as the certificate rounds them.
    *parts* are what the standard value was made of, name -> value and unit, such as ``{"resistance": (1e12, "Ω")}``.
    """

    point: str
    setpoint: str
    indication: str
    standard: float
    unit: str
    error: float
    error_unit: str
    u: float
    U: float
    k: float
    nu_eff: float
    probability: float
    statement: dict[str, str]
    budget: tuple[BudgetLine, ...]
    alarms: tuple[Text, ...] = ()
    method: str = ""
    parts: dict[str, tuple[float, str]] = {}
    second: Second | None = None


class Verdict(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What a person found at a point where nothing is measured: *normal* or not, with a *remark*."""

    point: str
    normal: bool
    remark: str
    statement: dict[str, str]
    method: str = ""


Outcome: TypeAlias = Result | Verdict
"""What a point may end with."""


class Operator(Protocol):
    """The facade that a running procedure talks to; a console, a terminal in plain mode or the hands answer."""

    def take(
        self, role: str, read: Callable[[], Reading], purpose: Purpose, note: Text | None = None
    ) -> Reading:
        """Take one reading for *role*: call *read*, commit it to the record, show it, return it."""

    def take_waveform(self, role: str, read: Callable[[], Waveform]) -> Waveform:
        """Take one waveform for *role*: call *read*, commit it to the record, show it, return it."""

    def wait(self, seconds: float, why: Text | None = None) -> None:
        """Let *seconds* pass on the bench's clock; *why* and the time that is left are shown.

        Raises ``Aborted`` as soon as the run is stopped.
        """

    def connect(self, wiring: Wiring) -> None:
        """Have the leads connected as in *wiring*, with every output off; nothing is asked if they are already.

        Raises ``Aborted`` if the wiring is not confirmed.
        """

    def confirm(self, title: Text, *lines: Text) -> bool:
        """Ask yes or no."""

    def enter(self, title: Text, unit: str, *lines: Text) -> Reading:
        """Ask a person for a reading; what cannot be understood is asked again."""

    def judge(self, title: Text, *lines: Text) -> Reading:
        """Ask a person whether something is normal: 1 or 0, unit ``1``; *raw* holds the remark, if there is one."""


class Procedure(ABC):
    """Base of all calibration items; a subclass's docstring names the item, its scope, clause and equation."""

    id: ClassVar[str]
    title: ClassVar[Text]
    clause: ClassVar[str]
    specification: ClassVar[str]
    roles: ClassVar[Mapping[str, type]]
    rows: ClassVar[Mapping[str, str]]
    """Role -> row of the specification's list of standards that the role needs, such as ``dc-voltmeter``."""
    record_table: ClassVar[Table]
    certificate_table: ClassVar[Table]
    room: ClassVar[RoomLimits] = RoomLimits(coldest=18.0, warmest=28.0, dampest=80.0)
    """What its specification asks of the room; JJF 2009—2022, 5.1: (23 ± 5) °C, at most 80 %RH."""
    connects: ClassVar[bool] = False
    """Whether ``observe`` has the leads connected itself, because it needs more than one wiring."""
    needs: ClassVar[tuple[str, ...]] = ()
    """Items whose results in the same job ``choose`` and ``evaluate`` work with."""
    version: ClassVar[str]
    """Version of the method: it changes when ``evaluate`` would give other numbers for the same observation."""

    @abstractmethod
    def plan(self, uut: Uut, item: JobItem) -> list[Point]:
        """Return the points in the order in which they are measured."""

    def choose(self, point: Point, candidates: Candidates, uut: Uut, earlier: Earlier) -> Setup:  # noqa: ARG002 - a hook
        """Choose the standards for *point*: here the first ones that meet their rows.

        A procedure that can choose takes those that make U smallest and says why. The choice is made before
        anything is connected.

        Raises
        ------
        StandardRefused
            None of a role's candidates meets its row at *point*; the first one's reason is given.
        """
        chosen = {role: self._first_fit(role, found, point) for role, found in candidates.items()}
        return Setup(point=point, standards=chosen)

    def _first_fit(self, role: str, found: Sequence[Candidate], point: Point) -> Candidate:
        refusals = []
        for candidate in found:
            try:
                self.check_standard(role, candidate.standard, point)
            except StandardRefused as refused:
                refusals.append(refused)
            else:
                return candidate
        raise refusals[0]

    @abstractmethod
    def wiring(self, setup: Setup) -> Wiring:
        """Return what must be connected for the point of *setup*."""

    @abstractmethod
    def observe(self, setup: Setup, bench: Mapping[str, object], operator: Operator) -> None:
        """Take the readings of a point: the only part that touches instruments. *bench* maps roles to instruments."""

    @abstractmethod
    def evaluate(self, observation: Observation, standards: Mapping[str, Standard], uut: Uut) -> Outcome:
        """Compute the result from the record alone: pure, no clock, no instrument."""

    def check_standard(self, role: str, standard: Standard, point: Point) -> None:  # noqa: B027 - a hook
        """Refuse a *standard* that does not meet its row at *point*. Raises ``StandardRefused``."""
