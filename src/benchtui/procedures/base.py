"""What a calibration item is: plan, wiring, observation, evaluation.

A procedure is plain synchronous code that knows roles, never a model name, SQL or a widget. Readings that an
``observe`` takes go through :meth:`Operator.take`, which puts them into the record before anybody sees them; the
:class:`Observation` that ``evaluate`` gets is built from the record, so that the same code serves today's run and a
recalculation years later.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import ClassVar, Literal, Protocol

import msgspec

from benchtui.i18n import Text
from benchtui.profiles import JobItem, Standard, Uut
from benchtui.quantity import Reading
from benchtui.tables import Table
from benchtui.wiring import Wiring

Purpose = Literal["settling", "reading"]


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """A point of the plan. *key* is unique in its item; *setpoint* is decimal text in *unit*; *span* likewise.

    *limit* is the current limit of a voltage source (the voltage limit of a current source), decimal text.
    """

    key: str
    module: str
    range: str
    span: str
    setpoint: str
    unit: str
    limit: str
    readings: int


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """What an attempt at a point brought: the sound readings that count, by role, in the order in which they came."""

    point: Point
    readings: dict[str, tuple[Reading, ...]]


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


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """The result at a point: full precision, in base units; *error*, *u* and *U* in *error_unit*.

    *statement* holds the cells of the table's columns that are printed, rounded as the certificate rounds them.
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


class Operator(Protocol):
    """The facade that a running procedure talks to; a console, a terminal in plain mode or the hands answer."""

    def take(
        self, role: str, read: Callable[[], Reading], purpose: Purpose, note: Text | None = None
    ) -> Reading:
        """Take one reading for *role*: call *read*, commit it to the record, show it, return it."""

    def wait(self, seconds: float) -> None:
        """Let *seconds* pass on the bench's clock. Raises ``Aborted`` as soon as the run is stopped."""

    def confirm(self, title: Text, *lines: Text) -> bool:
        """Ask yes or no."""

    def enter(self, title: Text, unit: str, *lines: Text) -> Reading:
        """Ask a person for a reading; what cannot be understood is asked again."""


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
    version: ClassVar[str]
    """Version of the method: it changes when ``evaluate`` would give other numbers for the same observation."""

    @abstractmethod
    def plan(self, uut: Uut, item: JobItem) -> list[Point]:
        """Return the points in the order in which they are measured."""

    @abstractmethod
    def wiring(self, point: Point) -> Wiring:
        """Return what must be connected for *point*."""

    @abstractmethod
    def observe(self, point: Point, bench: Mapping[str, object], operator: Operator) -> None:
        """Take the readings of *point*: the only part that touches instruments. *bench* maps roles to instruments."""

    @abstractmethod
    def evaluate(self, observation: Observation, standards: Mapping[str, Standard], uut: Uut) -> Result:
        """Compute the result from the record alone: pure, no clock, no instrument."""

    def check_standard(self, role: str, standard: Standard, point: Point) -> None:  # noqa: B027 - a hook
        """Refuse a *standard* that does not meet its row at *point*. Raises ``StandardRefused``."""
