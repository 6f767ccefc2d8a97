"""Settling by evidence: readings are at rest when their slope can no longer be told from their noise."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from benchtui.calc.type_a import drift
from benchtui.errors import NotSettled
from benchtui.i18n import N_, text
from benchtui.procedures.base import Operator
from benchtui.quantity import Reading

WINDOW = 5
MOST_READINGS = 60
NEGLIGIBLE = 1e-7
"""A movement over the window that is below this fraction of the reading is rest, however regular it is."""


def settle(
    role: str,
    read: Callable[[], Reading],
    operator: Operator,
    check: Callable[[Reading], Reading],
    where: str,
) -> None:
    """Take readings until the last ones show no slope that their scatter does not explain (95 %).

    Parameters
    ----------
    role, read
        As in :meth:`Operator.take`.
    check
        Called with each reading; raises if it is none that may be used.
    where
        The point, for the error message.

    Raises
    ------
    NotSettled
        They still move after ``MOST_READINGS``.
    """
    values: list[float] = []
    note = text(N_("waiting until {n} readings show no drift"), n=WINDOW)
    for _ in range(MOST_READINGS):
        reading = check(operator.take(role, read, "settling", note))
        if "manual" in reading.flags:
            return  # a person reads the display when it is at rest
        values = [*values, reading.value][-WINDOW:]
        if len(values) == WINDOW and at_rest(values):
            return
    raise NotSettled(
        text(
            N_("The reading did not come to rest: it moved by {spread} {unit} over the last {n} readings."),
            spread=f"{max(values) - min(values):.2g}",
            unit=reading.unit,
            n=WINDOW,
        ),
        where=where,
        hint=text(N_("Check the leads and the shield, let the instruments warm up, then repeat the point.")),
    )


def at_rest(values: Sequence[float]) -> bool:
    """Tell whether *values*, in the order in which they were read, have no significant or no relevant slope."""
    slope = drift(values)
    movement = abs(slope.slope) * (len(values) - 1)
    return not slope.significant or movement <= NEGLIGIBLE * max(map(abs, values))
