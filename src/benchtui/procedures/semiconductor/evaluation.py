"""From readings and standards to inputs of the measurement equation, and from its budget to a result.

What the items of JJF 2009—2022 have in common: a standard's specification gives a rectangle (C.1.3.1: a/√3), a
certificate's U with its k a normal distribution (C.1.3.2: U/k), readings a Type A evaluation of their mean.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal

from benchtui.calc import Budget, Input, Specification, round_to_uncertainty, round_uncertainty
from benchtui.errors import OutOfRange, StandardRefused
from benchtui.i18n import N_, text
from benchtui.procedures.base import BudgetLine, Point, Procedure, Result, Room, Second
from benchtui.profiles import CertifiedValue, SpecificationRange, Standard
from benchtui.quantity import MINUS, NBSP, PREFIXES, Reading, engineering, plain, to_decimal

OVERRANGE = Decimal("1.05")
"""Part of its full scale to which a range is used where the instrument did not say in which range it read."""
BESIDE_SPAN = 0.999
"""Full scales that differ by less are the same: an instrument may tell its own in binary."""


def sound(reading: Reading, where: str, what: str) -> Reading:
    """Return *reading* if it is a number; *what* names the instrument in the message. Raises ``OutOfRange``."""
    if not reading.sound:
        raise OutOfRange(
            text(
                N_("The {instrument} gave no number: {flags}."),
                instrument=what,
                flags=", ".join(reading.flags) or reading.raw,
            ),
            where=where,
            hint=text(N_("Check the wiring and the range, then repeat the point.")),
        )
    return reading


def named(standard: Standard) -> str:
    """Return how a budget calls *standard*."""
    return f"{standard.model} {standard.serial}"


# -------------------------------------------------------------------------------- standards that have a specification
def row_at(standard: Standard, value: float, role: str, span: float = 0.0) -> SpecificationRange:
    """Return the row of the specification that holds at *value*: of the range *span* if that is known.

    Raises
    ------
    StandardRefused
        The specification does not reach so far.
    """
    for row in sorted(standard.ranges, key=lambda candidate: candidate.span):
        if span and float(row.span) >= span * BESIDE_SPAN:
            return row
        if not span and float(row.span * OVERRANGE) >= abs(value):
            return row
    raise StandardRefused(
        text(
            N_("{name} has no specification at {value}."),
            name=standard.name,
            value=engineering(to_decimal(f"{value:.6g}"), standard.unit),
        ),
        where=role,
        hint=text(N_("Choose a standard that covers this point, or complete its profile.")),
    )


def row_read(standard: Standard, readings: Sequence[Reading], role: str) -> SpecificationRange:
    """Return the row of the specification that holds for *readings*: by the range they were read in, else by value."""
    largest = max(readings, key=lambda reading: abs(reading.value))
    return row_at(standard, largest.value, role, max(reading.span for reading in readings))


def limit_at(row: SpecificationRange, value: float) -> float:
    """Return the limit of error of a meter or a source at *value* in the range *row*, in its unit."""
    specification = Specification(
        ppm_of_reading=float(row.ppm_of_reading),
        ppm_of_range=float(row.ppm_of_range),
        span=float(row.span),
        floor=float(row.floor),
    )
    return float(specification.limit(value))


def check_accuracy(standard: Standard, value: Decimal, mpe: float, role: str) -> SpecificationRange:
    """Refuse a *standard* whose limit of error at *value* is beyond *mpe*, a ratio; return the row that holds.

    Raises
    ------
    StandardRefused
        It has no specification there, or one that is too wide.
    """
    row = row_at(standard, float(value), role)
    relative = limit_at(row, float(value)) / abs(float(value))
    if relative > mpe:
        raise StandardRefused(
            text(
                N_("{name} is specified to {found} % at {value}; the specification asks for ±{asked} %."),
                name=standard.name,
                found=f"{100 * relative:.2g}",
                value=engineering(abs(value), standard.unit),
                asked=f"{100 * mpe:.2g}",
            ),
            where=role,
            hint=text(N_("Choose a better standard for this point.")),
        )
    return row


def indication(
    symbol: str, readings: Sequence[Reading], source: str, *, resolution: float, unit: str
) -> Input:
    """Return the mean of *readings* as an input, Type A (JCGM 100, 4.2)."""
    return Input.from_readings(
        symbol,
        [reading.value for reading in readings],
        unit=unit,
        source=f"{source}, {len(readings)} readings",
        resolution=resolution,
    )


def specified(symbol: str, standard: Standard, row: SpecificationRange, value: float) -> Input:
    """Return the unknown error of *standard* within its limits at *value*: estimate 0, rectangular (C.1.3.1)."""
    source = f"{named(standard)}, certificate {standard.certificate.number}"
    return Input.rectangular(symbol, 0.0, limit_at(row, value), unit=standard.unit, source=source)


def resolved(symbol: str, source: str, step: float, unit: str) -> Input:
    """Return what rounding to the digital *step* hides: estimate 0, rectangular of half a step (JCGM 100, F.2.2.1)."""
    return Input.rectangular(symbol, 0.0, step / 2, unit=unit, source=f"{source}, resolution")


# -------------------------------------------------------------------------------- standards that have certified values
def certified_value(
    standard: Standard, nominal: str, role: str, frequency: Decimal | None = None
) -> CertifiedValue:
    """Return the value of *standard* that is called *nominal*, at *frequency* where it has several.

    Raises
    ------
    StandardRefused
        Its certificate does not state it.
    """
    for value in standard.values:
        if value.nominal == Decimal(nominal) and frequency in (None, value.frequency):
            return value
    raise StandardRefused(
        text(N_("The certificate of {name} does not state {nominal}."), name=standard.name, nominal=nominal),
        where=role,
        hint=text(N_("Complete its profile from the certificate, or choose another standard.")),
    )


def certified(
    symbol: str, standard: Standard, value: CertifiedValue, room: Room, volts: float = 0.0
) -> tuple[Input, Input]:
    """Return a certified *value* as two inputs: the value where it was certified, and what changes it here.

    The change is known from the coefficients of temperature and voltage and is corrected; the temperature of the room
    is known to *room.u*, so its part is uncertain. ``value·(1 + change)`` is the value at the point.

    Parameters
    ----------
    symbol
        Of the value; that of the change begins with ``d``.
    volts
        Voltage across it.
    """
    source = f"{named(standard)}, certificate {standard.certificate.number}"
    base = Input.expanded(
        symbol,
        float(value.value),
        float(value.expanded_uncertainty),
        float(value.k),
        unit=standard.unit,
        source=source,
    )
    per_kelvin, per_volt = float(value.ppm_per_kelvin) * 1e-6, float(value.ppm_per_volt) * 1e-6
    shift = per_kelvin * (room.temperature - float(value.temperature)) + per_volt * abs(volts)
    u = abs(per_kelvin) * room.u
    words = f"{named(standard)}, {value.ppm_per_kelvin} ppm/K and {value.ppm_per_volt} ppm/V"
    if u == 0:
        return base, Input.constant(f"d{symbol}", shift, unit="1", source=words)
    return base, Input.normal(f"d{symbol}", shift, u, unit="1", source=words)


# -------------------------------------------------------------------------------------------------------- the result
def budget_lines(budget: Budget) -> tuple[BudgetLine, ...]:
    """Return the lines of the budget of a ratio, in percent, the largest contribution first."""
    return tuple(
        BudgetLine(
            symbol=row.symbol, source=row.source, kind=row.kind, distribution=row.distribution,
            value=float(row.value), unit=row.unit, u=float(row.u), dof=float(row.dof), c=100.0 * float(row.c),
            contribution=100.0 * float(row.contribution), share=float(row.share),
        )
        for row in budget.rows()
    )  # fmt: skip


def result(
    procedure: Procedure,
    point: Point,
    error: Budget,
    standard: Budget,
    *,
    indicated: float | None = None,
    cells: dict[str, str] | None = None,
    parts: dict[str, tuple[float, str]] | None = None,
    second: tuple[float, Budget] | None = None,
) -> Result:
    """Return the result of a point.

    Parameters
    ----------
    error
        Budget of the relative error, a ratio.
    standard
        Budget of the standard value, in the unit of the point.
    indicated
        What the UUT measured; None where the set value is what is calibrated.
    cells
        Cells of the item's own columns, ready to print; a measured value is added here.
    parts
        What the standard value was made of.
    second
        A second indication, and the budget of its relative error (:class:`~benchtui.procedures.base.Second`).
    """
    statement = {
        "module": point.module,
        "range": point.range.replace(" ", NBSP),
        "setpoint": engineering(to_decimal(point.setpoint), point.unit, sign=True),
        "standard": stated(float(standard.y), float(standard.U), point.unit),
        **percent_cells("error", "U", error),
    }
    read, of_it = (indicated, error) if second is None else second
    if read is not None:
        statement["indication"] = stated(read, float(of_it.U) * abs(float(standard.y)), point.unit)
    if second is not None:
        statement |= percent_cells("measurement_error", "measurement_U", second[1])
    return Result(
        point=point.key,
        setpoint=point.setpoint,
        indication=repr(read) if read is not None else point.setpoint,
        standard=float(standard.y),
        unit=point.unit,
        error=100.0 * float(error.y),
        error_unit="%",
        u=100.0 * float(error.u),
        U=100.0 * float(error.U),
        k=float(error.k),
        nu_eff=float(error.nu_eff),
        probability=float(error.probability),
        statement=statement | (cells or {}),
        budget=budget_lines(error),
        alarms=tuple(alarm.text for alarm in error.alarms),
        method=f"{procedure.id}/{procedure.version}",
        parts=parts or {},
        second=None if second is None else _second(*second),
    )


def _second(indicated: float, error: Budget) -> Second:
    return Second(
        indication=indicated,
        error=100.0 * float(error.y),
        u=100.0 * float(error.u),
        U=100.0 * float(error.U),
        k=float(error.k),
        nu_eff=float(error.nu_eff),
        probability=float(error.probability),
        budget=budget_lines(error),
    )


def percent_cells(error_key: str, u_key: str, error: Budget) -> dict[str, str]:
    """Return the cells of a relative error and its U in percent: U up to two digits, the error to match."""
    shown = round_uncertainty(100.0 * float(error.U), mode="up")
    value = round_to_uncertainty(100.0 * float(error.y), shown)
    return {error_key: f"{signed(value)}{NBSP}%", u_key: f"{plain(shown)}{NBSP}%"}


def stated(value: float, expanded: float, unit: str) -> str:
    """Return *value* to the digits that its expanded uncertainty leaves, with an SI prefix: ``+1.0005 pA``."""
    shown = round_to_uncertainty(value, round_uncertainty(expanded, mode="up"))
    exponent = _exponent(value, unit)
    prefix = next(p for p, e in PREFIXES.items() if e == exponent and p != "u")
    return f"{signed(shown.scaleb(-exponent))}{NBSP}{prefix}{unit}"


def _exponent(value: float, unit: str) -> int:
    """Return the power of ten of the prefix for *value*; volts from 1 V to 10 kV stay volts."""
    if value == 0:
        return 0
    exponent = math.floor(math.log10(abs(value))) // 3 * 3
    if unit == "V" and 0 < exponent <= 3:
        return 0
    return max(-15, min(12, exponent))


def signed(number: Decimal) -> str:
    """Return *number* with a true minus or an explicit plus."""
    body = plain(abs(number))
    return f"{MINUS}{body}" if number < 0 else f"+{body}"
