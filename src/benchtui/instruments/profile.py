"""Instrument profiles: what the program must know of a model, as TOML that a technician can read and correct.

``driver`` chooses the kind: ``table`` is described by its profile alone, ``manual`` is read by a person, the
others need code beside them. Each command names the document that it was taken from (``source``).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias, cast

import msgspec
from msgspec import Meta

from benchtui import profiles
from benchtui.errors import ProfileError
from benchtui.instruments.profile_words import Check, Command, Pattern, RoomQuantity, Source, Step
from benchtui.instruments.role_tables import (
    CounterTable,
    DigitizerTable,
    FunctionTable,
    NullDetectorTable,
    SourceTable,
)
from benchtui.profiles import Positive, Profile

if TYPE_CHECKING:
    from pathlib import Path


class Lines(Profile, frozen=True, kw_only=True):
    """The framing of lines: terminators, length in bytes and time in seconds that an answer may take."""

    write_terminator: Annotated[str, Meta(pattern=r"^[\x00-\x7f]+$")] = "\r\n"
    read_terminator: Annotated[str, Meta(pattern=r"^[\x00-\x7f]+$")] = "\r\n"
    max_length: Annotated[int, Meta(ge=1, le=1_000_000)] = 4096
    timeout: Positive = Decimal(5)


class SerialLine(Profile, frozen=True, kw_only=True):
    """The settings of a serial line; they take effect when the resource is one (``ASRL…``)."""

    baud: Annotated[int, Meta(ge=50, le=4_000_000)]
    source: Source
    data_bits: Literal[5, 6, 7, 8] = 8
    parity: Literal["none", "even", "odd"] = "none"
    stop_bits: Literal[1, 2] = 1
    flow: Literal["none", "rts-cts", "xon-xoff"] = "none"


class Identity(Profile, frozen=True, kw_only=True):
    """How the model says who it is. *before* is sent first: what the instrument needs to answer at all."""

    query: Command
    pattern: Pattern
    source: Source
    before: tuple[Step, ...] = ()


class ErrorQueue(Profile, frozen=True, kw_only=True):
    """How errors are read: *none* matches "no error"; *pattern* has the groups ``code`` and ``text``."""

    query: Command
    none: Pattern
    pattern: Pattern
    source: Source
    depth: Annotated[int, Meta(ge=1, le=1000)] = 32


class Barrier(Profile, frozen=True, kw_only=True):
    """A *query* that is answered once all commands before it are carried out."""

    query: Command
    pattern: Pattern
    source: Source


class Switches(Profile, frozen=True, kw_only=True):
    """A *query* for the switches that are closed; its answer matches *pattern* if ``{channel}`` is among them."""

    query: Command
    pattern: Pattern
    source: Source


class Discharge(Profile, frozen=True, kw_only=True):
    """The measurement that proves an output to be discharged.

    *query* is asked for every channel, *pattern* reads the volts from its group ``value``; ``{channel}`` and
    ``{letter}`` are filled in. The output counts as discharged below *limit* volts; after *seconds* it is
    opened whatever the measurement says. Channels that are off do not answer; the *barrier* tells when no
    answer can be missing any more, and *switches* which channels need not be asked.
    """

    query: Command
    pattern: Pattern
    source: Source
    barrier: Barrier | None = None
    switches: Switches | None = None
    limit: Positive = Decimal(30)
    seconds: Positive = Decimal(2)


class SafeOff(Profile, frozen=True, kw_only=True):
    """How every output is switched off: *immediate* at once, the *discharge* awaited, then *final*.

    *confirm* is asked at the end and must say yes: for a source that cannot measure its own output, such as a
    calibrator, which opens and discharges it by itself.
    """

    immediate: Annotated[tuple[Step, ...], Meta(min_length=1)]
    final: Annotated[tuple[Step, ...], Meta(min_length=1)]
    discharge: Discharge | None = None
    confirm: Check | None = None


class Limits(Profile, frozen=True, kw_only=True):
    """The largest magnitude in volts that the instrument puts out, or bears at its input."""

    volts: Positive


class Confirmed(Profile, frozen=True, kw_only=True):
    """One command line, and the *pattern* that its answer must match."""

    send: Command
    pattern: Pattern
    source: Source


class _Named(Profile, frozen=True, kw_only=True, tag_field="driver"):
    """Who made what, and whether it can put energy out (``source``), measures (``meter``) or only is there."""

    name: str
    manufacturer: str
    model: str
    kind: Literal["source", "meter", "passive"]
    name_zh: str = ""


class WiredProfile(_Named, frozen=True, kw_only=True):
    """An instrument at the end of a wire."""

    lines: Lines
    identity: Identity
    serial: SerialLine | None = None
    safe_off: SafeOff | None = None


class ElectricalProfile(WiredProfile, frozen=True, kw_only=True):
    """An instrument with terminals, at which there is or may be a voltage."""

    limits: Limits


class TableProfile(ElectricalProfile, frozen=True, kw_only=True, tag="table"):
    """An instrument that a table describes wholly; each role that it can play is a table of its own.

    *interlock* says yes if a safety interlock is open.
    """

    errors: ErrorQueue
    init: tuple[Step, ...]
    interlock: Check | None = None
    voltmeter: FunctionTable | None = None
    ammeter: FunctionTable | None = None
    ohmmeter: FunctionTable | None = None
    null_detector: NullDetectorTable | None = None
    counter: CounterTable | None = None
    digitizer: DigitizerTable | None = None
    voltage_source: SourceTable | None = None
    current_source: SourceTable | None = None


class B1500Profile(ElectricalProfile, frozen=True, kw_only=True, tag="b1500"):
    """An analyzer that speaks FLEX; see :mod:`benchtui.instruments.b1500`."""


class GaugeController(WiredProfile, frozen=True, kw_only=True):
    """A controller of vacuum gauges.

    Attributes
    ----------
    channels
        How many gauges it has.
    pascal
        The command that makes it report in pascals.
    unit, pascal_code
        The query for the unit, and its answer when the unit is the pascal.
    read
        The query for the pressure at ``{channel}``.
    """

    channels: Annotated[int, Meta(ge=1, le=6)]
    pascal: Step
    unit: Step
    pascal_code: str
    read: Step


class TpgProfile(GaugeController, frozen=True, kw_only=True, tag="pfeiffer-tpg"):
    """A controller with the ACK/ENQ handshake; see :mod:`benchtui.instruments.tpg`."""


class Mks937Profile(GaugeController, frozen=True, kw_only=True, tag="mks-937"):
    """A controller that speaks in ``@253…;FF``; see :mod:`benchtui.instruments.mks937`.

    *address* is its own on the line. *words* maps each pattern of what may stand in place of a number,
    such as ``OFF``, to the flag of the reading.
    """

    address: Annotated[int, Meta(ge=1, le=253)]
    words: dict[str, str]


class Filament(Profile, frozen=True, kw_only=True):
    """The emission in milliamperes, and the pressure in pascals above which it is switched off again."""

    emission: Positive
    limit: Positive
    source: Source


class RgaProfile(WiredProfile, frozen=True, kw_only=True, tag="srs-rga"):
    """A residual gas analyzer of Stanford Research Systems; see :mod:`benchtui.instruments.srs_rga`.

    *largest_mass* in u; *noise_floor* is its setting ``NF``, 0 (slow and quiet) to 7 (fast).
    """

    largest_mass: Literal[100, 200, 300]
    noise_floor: Annotated[int, Meta(ge=0, le=7)]
    filament: Filament


class SicsProfile(WiredProfile, frozen=True, kw_only=True, tag="mt-sics"):
    """A balance that speaks MT-SICS; see :mod:`benchtui.instruments.mt_sics`.

    *stable_timeout* and *adjust_timeout* are the longest times in seconds for a stable value and for an
    internal adjustment.
    """

    stable_timeout: Positive
    adjust_timeout: Positive


class PtuProfile(WiredProfile, frozen=True, kw_only=True, tag="vaisala-ptu"):
    """A transmitter of pressure, temperature and humidity; see :mod:`benchtui.instruments.ptu300`.

    *stop* ends its stream of values; *init* are commands with the answers that must come. *read* asks for the
    values, *reply* has the groups ``pressure`` (hPa), ``temperature`` (°C) and ``humidity`` (%RH).
    """

    stop: Step
    init: tuple[Confirmed, ...]
    read: Step
    reply: Pattern


ManualRole: TypeAlias = Literal[
    "voltmeter", "ammeter", "null-detector", "ohmmeter", "counter", "capacitance-meter", "pressure-gauge", "balance",
    "room-monitor", "voltage-source", "current-source",
]  # fmt: skip


class ManualProfile(_Named, frozen=True, kw_only=True, tag="manual"):
    """An instrument that a person reads or sets.

    Attributes
    ----------
    roles
        What it is.
    spans
        The full scales of its ranges by role, in base units and ascending. The person is told which one to choose,
        and what it cannot have shown is asked again; without them neither is done.
    channels
        How many gauges a vacuum controller has.
    quantities
        What a room monitor has.
    """

    roles: Annotated[tuple[ManualRole, ...], Meta(min_length=1)] = ("voltmeter",)
    spans: dict[ManualRole, Annotated[tuple[Decimal, ...], Meta(min_length=1)]] = msgspec.field(
        default_factory=dict
    )
    channels: Annotated[int, Meta(ge=1, le=12)] = 1
    quantities: Annotated[tuple[RoomQuantity, ...], Meta(min_length=1)] = (
        "temperature",
        "humidity",
        "pressure",
    )


class PassiveProfile(_Named, frozen=True, kw_only=True, tag="passive"):
    """A thing without a wire: a resistor, a divider, a capacitor. What it is worth is in its standard's profile."""


InstrumentProfile: TypeAlias = (
    TableProfile
    | B1500Profile
    | TpgProfile
    | Mks937Profile
    | RgaProfile
    | SicsProfile
    | PtuProfile
    | ManualProfile
    | PassiveProfile
)


def load(path: Path) -> InstrumentProfile:
    """Read and check the instrument profile *path*.

    Raises
    ------
    ProfileError
        It cannot be read, does not fit, or :mod:`~benchtui.instruments.profile_lint` refuses it.
    """
    from benchtui.instruments.profile_lint import lint

    profile = profiles.load(path, cast("type[InstrumentProfile]", InstrumentProfile))
    for finding in lint(profile):
        raise ProfileError(finding.what, where=f"{path}:{finding.line(path)}", hint=finding.hint)
    return profile
