"""What a shunt and a digitizer must be good for to measure a pulse, and how a wrong shunt is found out."""

from __future__ import annotations

import math
from decimal import ROUND_UP, Decimal

from benchtui.errors import StandardRefused, WrongInstrument
from benchtui.i18n import N_, text
from benchtui.procedures.base import Point, Setup
from benchtui.procedures.semiconductor.evaluation import limit_at
from benchtui.procedures.semiconductor.resistors import rounded
from benchtui.profiles import CertifiedValue, ModuleRange, SpecificationRange, Standard
from benchtui.quantity import engineering, to_decimal

DIGITIZER_VOLTS = (Decimal("0.1"), Decimal(20))
DIGITIZER_MPE = 0.007
DIGITIZER_RATE = Decimal(1_000_000)
"""JJF 2009—2022, 5.2.6: digitizer, ±(0.1 … 20) V, MPE ±0.7 %, 1 MHz. 6.7 is content with 5·10⁴ samples a second, of
which a pulse of 250 µs would leave four in its middle third."""
SHUNT_ACCURACY = Decimal("0.0015")
SHUNT_POWER = Decimal(10)
SHUNT_BANDWIDTH = Decimal(10_000)
"""JJF 2009—2022, 5.2.9: pulse shunt, ±0.15 %, at least 10 W, at least 10 kHz."""

HEADROOM = Decimal("1.15")
"""How much of the flat top the range of the digitizer must hold: overshoot, and an error of the unit under test."""
SHUNT_SHARE = Decimal("0.5")
"""Part of the voltage limit of the source that the shunt may take; the rest is for leads, their loop, contacts."""
MEAN_POWER_SHARE = Decimal("0.1")
"""Part of its power rating that a shunt gets on the average: it stays at the temperature of the room."""
SETTLING_TIMES = Decimal(7)
"""Time constants of a shunt after which its voltage follows a step to 0.1 %; its pulse must be much longer."""
NEAR = 2.0
"""Factor by which the voltage may differ from the expected one before another shunt must be suspected."""


def time_constant(value: CertifiedValue) -> float:
    """Return inductance over resistance of a shunt in seconds, from its bandwidth; 0 where none is stated."""
    return 1 / (2 * math.pi * float(value.bandwidth)) if value.bandwidth else 0.0


def pause(point: Point, value: CertifiedValue, span: ModuleRange) -> Decimal:
    """Return the seconds between two pulses that source and shunt need: by duty, and by mean power."""
    width = Decimal(point.settings["width"])
    pauses = [width / span.duty]
    if value.power_rating:
        pauses.append(
            Decimal(point.setpoint) ** 2 * value.nominal * width / (MEAN_POWER_SHARE * value.power_rating)
        )
    return max(pauses).quantize(Decimal("0.01"), ROUND_UP)


def _refused(standard: Standard, role: str, found: str, asked: str) -> StandardRefused:
    return StandardRefused(
        text(
            N_("{name}: {found}; the specification asks for {asked}."),
            name=standard.name,
            found=found,
            asked=asked,
        ),
        where=role,
        hint=text(N_("Choose another standard for this point, or correct its profile.")),
    )


def pulse_resistance(shunt: Standard, point: Point) -> CertifiedValue:
    """Return the resistance of *shunt*, if it meets its row and bears the pulse; raises ``StandardRefused``."""
    amperes, width = abs(Decimal(point.setpoint)), Decimal(point.settings["width"])
    if not shunt.values:
        raise _refused(shunt, "shunt", "-", engineering(SHUNT_POWER, "W"))
    value = shunt.values[0]
    relative = value.expanded_uncertainty / value.nominal
    if relative > SHUNT_ACCURACY:
        raise _refused(shunt, "shunt", f"{100 * relative:.2g} %", f"±{100 * SHUNT_ACCURACY:.2g} %")
    for found, least, unit in (
        (value.power_rating, SHUNT_POWER, "W"),
        (value.bandwidth, SHUNT_BANDWIDTH, "Hz"),
    ):
        if found < least:
            raise _refused(shunt, "shunt", engineering(found, unit), f"≥ {engineering(least, unit)}")
    volts = amperes * value.nominal
    limits = [(amperes, value.current_rating, "A"), (volts, SHUNT_SHARE * Decimal(point.limit), "V")]
    for found, most, unit in limits:
        if 0 < most < found:
            raise StandardRefused(
                text(
                    N_("{name} would get {found}; it, or the source that drives it, is good for {most}."),
                    name=shunt.name,
                    found=engineering(rounded(float(found)), unit),
                    most=engineering(rounded(float(most)), unit),
                ),
                where="shunt",
                hint=text(N_("Choose a shunt of lower resistance and higher rating.")),
            )
    if SETTLING_TIMES * to_decimal(time_constant(value)) > width / 4:
        raise StandardRefused(
            text(
                N_("{name} with its bandwidth of {bandwidth} does not settle in a pulse of {width}."),
                name=shunt.name,
                bandwidth=engineering(value.bandwidth, "Hz"),
                width=engineering(width, "s"),
            ),
            where="shunt",
            hint=text(N_("Choose a shunt of less inductance, or a wider pulse.")),
        )
    return value


def digitizer_range(digitizer: Standard, volts: Decimal) -> SpecificationRange:
    """Return the smallest range of *digitizer* that holds a pulse of *volts*, if it meets its row there.

    Raises
    ------
    StandardRefused
    """
    low, high = DIGITIZER_VOLTS
    if not low <= volts <= high:
        raise StandardRefused(
            text(
                N_("The pulse would be {volts} over this shunt; the digitizer is for {low} to {high}."),
                volts=engineering(rounded(float(volts)), "V"),
                low=engineering(low, "V"),
                high=engineering(high, "V"),
            ),
            where="shunt",
            hint=text(N_("Choose a shunt of another resistance.")),
        )
    row = next(
        (row for row in sorted(digitizer.ranges, key=lambda r: r.span) if row.span >= volts * HEADROOM), None
    )
    if row is None:
        raise _refused(digitizer, "digitizer", "-", engineering(volts * HEADROOM, "V"))
    if row.fastest < DIGITIZER_RATE:
        raise _refused(
            digitizer,
            "digitizer",
            f"{engineering(row.fastest, 'Hz')}",
            f"≥ {engineering(DIGITIZER_RATE, 'Hz')}",
        )
    relative = limit_at(row, float(volts)) / float(volts)
    if relative > DIGITIZER_MPE:
        raise _refused(digitizer, "digitizer", f"±{100 * relative:.2g} %", f"±{100 * DIGITIZER_MPE:.2g} %")
    return row


def check_shunt(setup: Setup, level: float, expected: float, where: str) -> None:
    """Find out another shunt than the one chosen by its voltage. Raises ``WrongInstrument``."""
    if 1 / NEAR < level / expected < NEAR:
        return
    seen = level / expected * float(setup.settings["shunt"]["nominal"])
    raise WrongInstrument(
        text(
            N_("The pulse is {seen} high where {expected} was expected: {shunt} is not what is connected."),
            seen=engineering(rounded(level), "V"),
            expected=engineering(rounded(expected), "V"),
            shunt=setup.standard("shunt").name,
        ),
        where=where,
        hint=text(
            N_("It would fit a resistance of {seen}. Connect the shunt that the drawing names."),
            seen=engineering(rounded(seen), "Ω"),
        ),
    )
