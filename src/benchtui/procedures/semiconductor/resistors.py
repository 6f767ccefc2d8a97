"""Resistors as standards: what they bear, how good they must be, and how a wrong one is found out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import TypeVar

from benchtui.errors import StandardRefused, WrongInstrument
from benchtui.i18n import N_, text
from benchtui.procedures.base import Setup
from benchtui.procedures.semiconductor.evaluation import stated
from benchtui.profiles import CertifiedValue, Standard
from benchtui.quantity import engineering, to_decimal

T = TypeVar("T")

STANDARD_ACCURACY = Decimal("0.001")
"""JJF 2009—2022, 5.2.5, 5.2.7 and 5.2.8: divider, standard resistors and high-voltage resistors, ±0.1 %."""
ANOTHER = 3.0
"""A resistance that is off by this factor is that of another resistor: they come in decades."""


def rounded(value: float) -> Decimal:
    """Return *value* to four digits, for a sentence."""
    return to_decimal(f"{value:.4g}")


def only_value(standard: Standard, role: str) -> CertifiedValue:
    """Return the certified resistance of a resistor, which has one. Raises ``StandardRefused``."""
    if len(standard.values) == 1:
        return standard.values[0]
    raise StandardRefused(
        text(
            N_("{name} should have one certified value; its profile has {found}."),
            name=standard.name,
            found=len(standard.values),
        ),
        where=role,
        hint=text(N_("Give each resistor a profile of its own, with one [[values]] from its certificate.")),
    )


def certified_cell(value: CertifiedValue) -> str:
    """Return the certified resistance as a table prints it, with the digits that its uncertainty leaves."""
    return stated(float(value.value), float(value.expanded_uncertainty), "Ω").removeprefix("+")


def check_certified(standard: Standard, value: CertifiedValue, role: str) -> None:
    """Refuse a certified value with more than ±0.1 % of uncertainty. Raises ``StandardRefused``."""
    relative = value.expanded_uncertainty / value.value
    if relative > STANDARD_ACCURACY:
        raise StandardRefused(
            text(
                N_("{name} is certified to {found} %; the specification asks for {asked} %."),
                name=standard.name,
                found=f"{float(100 * relative):.2g}",
                asked=f"{float(100 * STANDARD_ACCURACY):.2g}",
            ),
            where=role,
            hint=text(N_("Choose a better standard for this point.")),
        )


def check_rating(
    standard: Standard, value: CertifiedValue, role: str, *, volts: Decimal, amperes: Decimal
) -> None:
    """Refuse a standard that does not bear *volts* across it or *amperes* through it. Raises ``StandardRefused``.

    A rating of 0 is one that its profile does not state; it is not checked.
    """
    for found, rating, unit in (
        (abs(volts), value.voltage_rating, "V"),
        (abs(amperes), value.current_rating, "A"),
        (abs(volts * amperes), value.power_rating, "W"),
    ):
        if 0 < rating < found:
            raise StandardRefused(
                text(
                    N_("{name} bears {rating}; at this point it would get {found}."),
                    name=standard.name,
                    rating=engineering(rating, unit),
                    found=engineering(rounded(float(found)), unit),
                ),
                where=role,
                hint=text(N_("Choose a standard with a higher rating, or another value.")),
            )


def check_connected(standard: Standard, nominal: Decimal, seen: float, where: str) -> None:
    """Find out a resistor that is not the one that was chosen, by the resistance *seen* in ohms.

    Raises
    ------
    WrongInstrument
        What was read fits another resistor; the sentence names its decade.
    """
    ratio = abs(seen) / float(nominal)
    if math.isfinite(ratio) and 1 / ANOTHER < ratio < ANOTHER:
        return
    decade = Decimal(1).scaleb(round(math.log10(abs(seen)))) if seen and math.isfinite(seen) else None
    raise WrongInstrument(
        text(
            N_("{name} is not what is connected: the readings fit a resistance of {seen}."),
            name=standard.name,
            seen=engineering(rounded(seen), "Ω") if decade else "∞",
        ),
        where=where,
        hint=text(
            N_("Perhaps {fitting} is there instead. Connect the one that the drawing names, then repeat."),
            fitting=engineering(decade, "Ω") if decade else "∞",
        ),
    )


def smallest(
    tries: Iterable[T], setup: Callable[[T], tuple[float, Setup]], prefer: Callable[[T], bool] | None = None
) -> Setup:
    """Return the setup with the smallest u_c.

    Parameters
    ----------
    tries
        What may be taken.
    setup
        Gives u_c and the setup; raises ``StandardRefused`` if it cannot be taken.
    prefer
        Tells which are to be taken as long as there is one.

    Raises
    ------
    StandardRefused
        None can be taken; the first one's reason is given.
    """
    found: list[tuple[bool, float, Setup]] = []
    refusals = []
    for one in tries:
        try:
            u, made = setup(one)
        except StandardRefused as refused:
            refusals.append(refused)
        else:
            found.append((prefer is not None and not prefer(one), u, made))
    if not found:
        raise refusals[0]
    return min(found, key=lambda entry: entry[:2])[2]
