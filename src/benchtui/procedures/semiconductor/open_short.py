"""Open and short correction of a capacitance unit: once for all frequencies, recorded, and again when it is old."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from benchtui.errors import NotSettled, WrongInstrument
from benchtui.i18n import N_, text
from benchtui.procedures.base import Operator, Point
from benchtui.procedures.semiconductor.resistors import rounded
from benchtui.quantity import Reading, engineering
from benchtui.roles import CapacitanceMeter

OPEN_FARADS = 1e-16
"""Most that is left between open coaxial terminals that shield each other."""
SHORT_HENRIES = 2e-9
"""Most that a short circuit has: a bridge of a few millimetres, about 1 nH for each of them."""
STALE = 4 * 3600.0
"""Age in seconds from which on a correction is taken again: by then leads and unit have another temperature."""
STRAY = 5e-12
"""Most that open terminals with their leads show before the correction, F: more is a capacitor."""
NOT_SHORTED = 2e-7
"""Capacitances up to this are no short circuit, which shows a negative or a much larger one."""
LEFT = 2e-15
"""Most that open terminals may show after their correction, F."""

Wired = Callable[[str], None]
"""Has the thing that plays a role connected, and the test signal set."""


def correct(
    unit: CapacitanceMeter,
    point: Point,
    frequency: Decimal,
    frequencies: Sequence[Decimal],
    wired: Wired,
    operator: Operator,
) -> None:
    """Take both corrections at *frequencies*, unless they were taken at *frequency* a short while ago.

    What open and short show before their correction is recorded under the roles ``open`` and ``short``, and so is what
    the open shows after it.

    Raises
    ------
    WrongInstrument
        The terminals are not open, or not shorted.
    NotSettled
        The correction does not hold.
    """
    if unit.correction_age(point.module, frequency=frequency) < STALE:
        return
    unit.clear_corrections(point.module)
    for standard, fitting in (("open", _is_open), ("short", _is_short)):
        wired(standard)
        before = _read(unit, point, standard, operator)
        if not fitting(before):
            raise WrongInstrument(
                text(
                    N_("The terminals are not {standard}: {found}."),
                    standard=standard,
                    found=engineering(rounded(before.value), "F"),
                ),
                where=point.key,
                hint=text(N_("Connect the {standard} as drawn, then repeat the point."), standard=standard),
            )
        unit.correct(point.module, standard=standard, frequencies=frequencies)
        if standard == "open":
            after = _read(unit, point, standard, operator)
            if after.sound and abs(after.value) > LEFT:
                raise NotSettled(
                    text(
                        N_("The open correction does not hold: the open terminals still show {found}."),
                        found=engineering(rounded(after.value), "F"),
                    ),
                    where=point.key,
                    hint=text(
                        N_("Fasten the leads, keep hands away, let the unit warm up, then repeat the point.")
                    ),
                )


def _read(unit: CapacitanceMeter, point: Point, standard: str, operator: Operator) -> Reading:
    return operator.take(standard, lambda: unit.read_capacitance(point.module), "reading")


def _is_open(reading: Reading) -> bool:
    return not reading.sound or abs(reading.value) <= STRAY


def _is_short(reading: Reading) -> bool:
    return not (reading.sound and 0 < reading.value <= NOT_SHORTED)
