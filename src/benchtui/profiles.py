"""TOML files that technicians edit: benches, instruments, standards, units under test, jobs, the laboratory.

A file is read into frozen structs; what does not fit is refused with file, line, key, what was found and what is
allowed (:class:`~benchtui.errors.ProfileError`). Numbers that are printed or sent are decimal text.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias, TypeVar, get_type_hints

import msgspec
from msgspec import Meta

from benchtui import typed
from benchtui.errors import ProfileError
from benchtui.i18n import N_, text

T = TypeVar("T")
Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$")]
Positive = Annotated[Decimal, Meta(description="greater than 0")]
DccVersion: TypeAlias = Literal["3.3.0", "3.2.1"]
NotNegative = Annotated[Decimal, Meta(description="0 or greater")]


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """Base of everything that is read from TOML: unknown keys are refused, keys are written with hyphens."""

    def __post_init__(self) -> None:
        # msgspec limits int and float, not Decimal. It turns a ValueError from here into its ValidationError.
        for field, limit in _limited_fields(type(self)):
            value = getattr(self, field)
            if not (value.is_finite() and (value > 0 or (value == 0 and limit == NotNegative))):
                allowed = limit.__metadata__[0].description
                raise ValueError(f"{field.replace('_', '-')} must be {allowed}, found {value}")


@cache
def _limited_fields(kind: type) -> tuple[tuple[str, Any], ...]:
    hints = get_type_hints(kind, include_extras=True)
    return tuple((field, hint) for field, hint in hints.items() if hint in (Positive, NotNegative))


# ------------------------------------------------------------------------------------------------------------- bench
class BenchInstrument(Profile, frozen=True, kw_only=True):
    """One instrument on a bench. *profile* names ``profiles/instruments``, *standard* ``profiles/standards``."""

    profile: str
    resource: str
    standard: str = ""


class Virtual(Profile, frozen=True, kw_only=True):
    """The virtual bench behind the addresses: the control socket of its hands.

    *uut* names the profile in ``profiles/uut`` of what stands there as the unit under test; empty: the one of the same
    name as the profile of its instrument.
    """

    control: str
    uut: str = ""


class Bench(Profile, frozen=True, kw_only=True):
    """What stands on the bench and where it is reached. The unit under test is the instrument named ``uut``."""

    name: str
    instruments: dict[Name, BenchInstrument]
    virtual: Virtual | None = None


# --------------------------------------------------------------------------------------------------------- standards
class SpecificationRange(Profile, frozen=True, kw_only=True):
    """Limits of error of a meter or a source in one range: ppm of reading + ppm of range + floor, added linearly.

    Attributes
    ----------
    span, floor, resolution
        In the unit of the standard.
    input_resistance, burden_resistance
        Of a voltmeter, and of an ammeter, in ohms; 0 where they do not apply.
    input_current, zero_range
        Of a null detector: largest current out of its input, and range of its zero over three minutes, in amperes.
    fastest
        Sample rate of a digitizer, in 1/s.
    """

    span: Positive
    ppm_of_reading: NotNegative
    ppm_of_range: NotNegative
    floor: NotNegative = Decimal(0)
    resolution: Positive
    input_resistance: NotNegative = Decimal(0)
    burden_resistance: NotNegative = Decimal(0)
    input_current: NotNegative = Decimal(0)
    zero_range: NotNegative = Decimal(0)
    fastest: NotNegative = Decimal(0)


class CertifiedValue(Profile, frozen=True, kw_only=True):
    """What a certificate states of a passive standard: a resistance, a ratio, a capacitance.

    Attributes
    ----------
    nominal
        What it is called by, in the unit of the standard.
    value
        The certified value, in the same unit, at *temperature* and, where it matters, at *frequency*.
    expanded_uncertainty, k
        Of the value, in the same unit, with its coverage factor.
    frequency, temperature
        In hertz, 0 for DC; in °C.
    ppm_per_kelvin, ppm_per_volt
        How the value changes with temperature and with the voltage across it, with their sign.
    voltage_rating, current_rating, power_rating, bandwidth
        What it bears, in volts, amperes and watts, and up to which frequency in hertz the value holds; 0 where
        nothing is stated.
    output_resistance
        What the tap of a divider shows to a voltmeter, in ohms: the low arm with the high arm beside it.
    """

    nominal: Positive
    value: Positive
    expanded_uncertainty: Positive
    k: Positive = Decimal(2)
    frequency: NotNegative = Decimal(0)
    temperature: Decimal = Decimal(23)
    ppm_per_kelvin: Decimal = Decimal(0)
    ppm_per_volt: Decimal = Decimal(0)
    voltage_rating: NotNegative = Decimal(0)
    current_rating: NotNegative = Decimal(0)
    power_rating: NotNegative = Decimal(0)
    bandwidth: NotNegative = Decimal(0)
    output_resistance: NotNegative = Decimal(0)

    @property
    def standard_uncertainty(self) -> Decimal:
        """The standard uncertainty of the value, in its unit."""
        return self.expanded_uncertainty / self.k


class StandardCertificate(Profile, frozen=True, kw_only=True):
    """The certificate that makes a standard traceable."""

    number: str
    issuer: str
    calibrated: date
    due: date


class Standard(Profile, frozen=True, kw_only=True):
    """A measurement standard that the laboratory owns.

    *row* is the row of the specification's list of standards that it may fill, such as ``dc-voltmeter``. The limits in
    *ranges* hold for the state confirmed by the certificate; *unit* is the unit of spans, floors and resolutions. A
    passive standard has *values* instead: one for each terminal pair, ratio or frequency that is certified.
    """

    name: str
    name_zh: str = ""
    manufacturer: str
    model: str
    serial: str
    row: str
    unit: str
    accuracy: str
    certificate: StandardCertificate
    ranges: tuple[SpecificationRange, ...] = ()
    values: tuple[CertifiedValue, ...] = ()


# --------------------------------------------------------------------------------------------------- unit under test
class ModuleRange(Profile, frozen=True, kw_only=True):
    """A range of a module: *name* as the record prints it (``20 V``), *span* in base units.

    *current_limit* is programmed while the module sources voltage, *voltage_limit* while it drives a current.
    *largest* is the largest value that can be set or measured where that is less than the span; 0: the span.
    Of a pulsed current: *longest_pulse* in seconds, and *duty*, the part of the time that pulses may take.
    """

    name: str
    span: Positive
    current_limit: Positive = Decimal("0.001")
    output_resistance: NotNegative = Decimal(0)
    voltage_limit: Positive = Decimal(2)
    largest: NotNegative = Decimal(0)
    longest_pulse: Positive = Decimal("0.001")
    duty: Positive = Decimal("0.001")

    @property
    def reach(self) -> Decimal:
        """The largest value that can be set or measured."""
        return self.largest or self.span


class Module(Profile, frozen=True, kw_only=True):
    """A module of the unit under test, such as a medium-power source/measure unit.

    What a module lacks is empty. *frequencies* are test signals by their frequency in hertz, *capacitances* the
    nominal values in farads at which its capacitance measurement is calibrated.
    """

    name: Name
    model: str
    title: str = ""
    voltage_output: tuple[ModuleRange, ...] = ()
    voltage_measurement: tuple[ModuleRange, ...] = ()
    current_output: tuple[ModuleRange, ...] = ()
    current_measurement: tuple[ModuleRange, ...] = ()
    pulsed_current: tuple[ModuleRange, ...] = ()
    frequencies: tuple[ModuleRange, ...] = ()
    capacitances: tuple[ModuleRange, ...] = ()


class Uut(Profile, frozen=True, kw_only=True):
    """A type of unit under test: what can be calibrated on it."""

    name: str
    name_zh: str = ""
    manufacturer: str
    model: str
    modules: tuple[Module, ...]


# ---------------------------------------------------------------------------------------------------------------- job
class Customer(Profile, frozen=True, kw_only=True):
    """Who ordered the calibration."""

    name: str
    address: str = ""
    contact: str = ""


class JobUut(Profile, frozen=True, kw_only=True):
    """The individual unit under test: *profile* names ``profiles/uut``."""

    profile: str
    serial: str
    identification: str = ""
    condition: str = ""
    received: date | None = None


class Conditions(Profile, frozen=True, kw_only=True):
    """The room at the time of the job, as read from the laboratory's instruments."""

    temperature: Decimal
    humidity: Decimal
    temperature_u: NotNegative = Decimal("0.5")
    humidity_u: NotNegative = Decimal(3)
    mains_voltage: Decimal | None = None
    mains_frequency: Decimal | None = None


class JobPoint(Profile, frozen=True, kw_only=True):
    """A point that the work order asks for: *setpoint* in the base unit; *settings* as the item's points have them."""

    module: str
    range: str
    setpoint: Decimal
    settings: dict[str, str] = {}


class JobItem(Profile, frozen=True, kw_only=True):
    """A calibration item of the job.

    *readings* a point; *modules* and *ranges* restrict the plan, empty means all; *points* take the place of the
    plan, in their order.
    """

    id: str
    readings: Annotated[int, Meta(ge=3, le=1000)] = 10
    modules: tuple[str, ...] = ()
    ranges: tuple[str, ...] = ()
    points: tuple[JobPoint, ...] = ()


class Job(Profile, frozen=True, kw_only=True):
    """A work order."""

    number: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    customer: Customer
    uut: JobUut
    conditions: Conditions
    operator: str
    items: tuple[JobItem, ...]
    place: str = ""
    deviations: str = ""


# --------------------------------------------------------------------------------------------------------- laboratory
class Laboratory(Profile, frozen=True, kw_only=True):
    """What the certificate says of the laboratory.

    Attributes
    ----------
    country, code
        ISO 3166-1 code of its country, and the number under which it is accredited: for the digital certificate.
    dcc_version
        Version of the digital certificate's schema.
    """

    name: str
    name_zh: str = ""
    address: str
    address_zh: str = ""
    contact: str = ""
    checker: str = ""
    approver: str = ""
    approver_function: str = ""
    approver_function_zh: str = ""
    country: Annotated[str, Meta(pattern="^[A-Z]{2}$")] = "CN"
    code: str = ""
    dcc_version: DccVersion = "3.3.0"


# ------------------------------------------------------------------------------------------------------------- reading
def root() -> Path:
    """Return the folder ``profiles`` that ships with the program (in a checkout: the one at its top)."""
    shipped = Path(str(files("benchtui"))) / "profiles"
    return shipped if shipped.is_dir() else Path(__file__).resolve().parents[2] / "profiles"


def find(
    kind: Literal["instruments", "standards", "uut", "benches"], name: str, beside: Path | None = None
) -> Path:
    """Find the profile *name* of a *kind*: a path, a file beside *beside*, or one that ships with the program.

    Raises
    ------
    ProfileError
        No such file; the hint lists the names that exist.
    """
    if name.endswith(".toml"):
        places = [(beside or Path()) / name, Path(name)]
    else:
        places = [*([beside / kind / f"{name}.toml"] if beside else []), root() / kind / f"{name}.toml"]
    for place in places:
        if place.is_file():
            return place
    known = ", ".join(sorted(p.stem for p in (root() / kind).glob("*.toml")))
    raise ProfileError(
        text(N_("There is no profile {name}."), name=name),
        where=str(places[0]),
        hint=text(
            N_("Known in {kind}: {known}. A path that ends in .toml is also accepted."),
            kind=kind,
            known=known,
        ),
    )


def load(path: Path, kind: type[T]) -> T:
    """Read the TOML file *path* into a struct of *kind*.

    Raises
    ------
    ProfileError
        The file is missing, is not TOML, or does not fit; *where* is ``file:line``.
    """
    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ProfileError(
            text(N_("The file cannot be read: {reason}."), reason=getattr(error, "strerror", None) or error),
            where=str(path),
            hint=text(N_("Check the path, and that the file is UTF-8 text.")),
        ) from error
    try:
        # Fractions stay decimal text: a binary float would change digits that are printed.
        tree = tomllib.loads(source, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        line = _line_of_decode_error(str(error), source)
        raise ProfileError(
            text(N_("This is not valid TOML: {reason}."), reason=re.sub(r" \(at .*\)", "", str(error))),
            where=f"{path}:{line}",
            hint=text(N_("The file may be cut off; compare its last lines with a profile that works.")),
        ) from error
    return convert(tree, kind, path, source)


def convert(tree: dict[str, Any], kind: type[T], path: Path, source: str) -> T:
    """Turn a parsed TOML *tree* into *kind*; *source* is searched for the line that an error names."""
    try:
        return typed.convert(tree, kind, _decimal)
    except msgspec.ValidationError as error:
        reason, _, where = str(error).partition(" - at `")
        keys = where.rstrip("`").removeprefix("$").lstrip(".")
        raise ProfileError(
            text(N_("{key}: {reason}."), key=keys or N_("top of the file"), reason=reason),
            where=f"{path}:{_line_of_key(source, keys, reason)}",
            hint=text(N_("Compare with a profile of the same kind that ships with the program.")),
        ) from error


def _decimal(kind: type, value: object) -> Any:
    if kind is Decimal and isinstance(value, (int, str)):
        return Decimal(value)
    raise NotImplementedError


def _line_of_decode_error(message: str, source: str) -> int:
    match = re.search(r"at line (\d+)", message)
    return int(match[1]) if match else source.count("\n") + 1


def _line_of_key(source: str, keys: str, reason: str) -> int:
    """Return the line that most likely holds *keys*, such as ``instruments[...].resource`` or ``ranges[1].span``.

    The TOML parsers at hand keep no positions, so the key is searched for in the text: the array index picks the
    n-th header of its table. It is a help for the eye, not a promise.
    """
    unknown = re.search(r"unknown field `([^`]+)`", reason)
    parts = [p for p in re.split(r"\.", keys) if p]
    if unknown:
        parts.append(unknown[1])
    lines = source.splitlines()
    start = 0
    for part in parts:
        name, _, index = part.partition("[")
        position = int(index.rstrip("]")) if index.rstrip("]").isdigit() else 0
        wanted = re.compile(rf"^\s*(\[+[^\]]*\b{re.escape(name)}[\"']?\]+|[\"']?{re.escape(name)}[\"']?\s*=)")
        hits = [i for i in range(start, len(lines)) if wanted.match(lines[i])]
        if part == parts[-1]:
            hits = [i for i in hits if _holds(lines[i], reason)] or hits
        if hits:
            start = hits[min(position, len(hits) - 1)]
    return start + 1


def _holds(line: str, reason: str) -> bool:
    """Tell whether the value on *line* is of the kind that *reason* complains of: ``Expected `str`, got `int```."""
    got = re.search(r"got `(\w+)`", reason)
    kinds = {"int": int, "str": str, "bool": bool, "float": float, "array": list, "object": dict}
    try:
        value = next(iter(tomllib.loads(line).values()))
    except (tomllib.TOMLDecodeError, StopIteration):
        return True  # the value goes on over several lines
    return got is None or type(value) is kinds.get(got[1], type(value))
