"""Looking for the null: a source of voltage is adjusted until a detector shows that two currents cancel.

The current of the source is a straight line over its voltage, I = V/R with a resistance that is known to parts in a
thousand. So the search begins as Newton's, with 1/R as the slope; as soon as two settings lie far enough apart for
the detector to tell, their own slope is taken (the secant), which the detector's error of reading does not matter
to; and once the null lies between two settings, no step leaves them (regula falsi).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal

import msgspec

from benchtui.errors import NotSettled, OutOfRange
from benchtui.i18n import N_, text
from benchtui.procedures.semiconductor.resistors import check_connected, rounded
from benchtui.profiles import Standard
from benchtui.quantity import engineering

MOST_ADJUSTMENTS = 12
TELLING = 10.0
"""Standard uncertainties by which two readings must differ before their slope is trusted."""
PLAUSIBLE = 1.5
"""Factor by which a measured slope may differ from 1/R; beyond it, noise or a jump has spoilt it."""
WITHIN = 2.0
"""Standard uncertainties of the detector's reading within which it counts as null."""
FAR = 0.3
"""Part of the current by which two currents of the expected size may differ at first; beyond it something is wrong."""
NOTHING = 0.05
"""Part of what is expected below which nothing arrives."""


class Unbalance(msgspec.Struct, frozen=True):
    """What is left at a setting: the mean reading of the detector less its zero, in amperes, known to *u*."""

    amperes: float
    u: float


Respond = Callable[[Decimal], Unbalance]
"""Sets the source to a voltage, waits for rest and returns what is left."""


def find_null(
    respond: Respond,
    start: Decimal,
    ohms: float,
    *,
    settable: Callable[[float], Decimal],
    floor: float,
    limit: Decimal,
    where: str,
) -> Decimal:
    """Return the setting at which the detector shows null within its noise; the last call was with it.

    Parameters
    ----------
    respond
        Its reading grows with the voltage.
    start
        First setting, in volts.
    ohms
        Resistance between source and detector.
    settable
        Gives the voltage nearest to a number that the source can be set to.
    floor
        Amperes below which a null is good enough, however quiet the detector is: what is left is corrected.
    limit
        Largest magnitude that the source may be set to.
    where
        The point, for the error message.

    Raises
    ------
    OutOfRange
        The null lies beyond *limit*.
    NotSettled
        It was not found in ``MOST_ADJUSTMENTS``.
    """
    volts, slope = start, 1.0 / ohms
    before: tuple[float, Unbalance] | None = None
    low, high = (
        (-math.inf, 0.0),
        (math.inf, 0.0),
    )  # settings with too little and too much, and what was left there
    left = respond(volts)
    for _ in range(MOST_ADJUSTMENTS):
        if abs(left.amperes) <= max(WITHIN * left.u, floor):
            return volts
        here = float(volts)
        if before is not None:
            slope = _slope(before, (here, left), 1.0 / ohms) or slope
        if left.amperes < 0:
            low = (here, left.amperes)
        else:
            high = (here, left.amperes)
        before = (here, left)
        wanted = here - left.amperes / slope
        if not low[0] < wanted < high[0]:
            # Both are settings by now: a step over the other one has noise or a jump behind it.
            wanted = low[0] - low[1] * (high[0] - low[0]) / (high[1] - low[1])
        if abs(wanted) > limit:
            raise _out_of_reach(wanted, limit, where)
        nearest = settable(wanted)
        if nearest == volts:
            return volts  # the source has no finer step
        volts = nearest
        left = respond(volts)
    if abs(left.amperes) <= max(WITHIN * left.u, floor):
        return volts
    raise NotSettled(
        text(
            N_("No null after {n} adjustments: {left} are left at {volts}."),
            n=MOST_ADJUSTMENTS,
            left=engineering(rounded(left.amperes), "A"),
            volts=engineering(rounded(float(volts)), "V"),
        ),
        where=where,
        hint=text(
            N_(
                "The null detector is not at rest: check guard and shield, keep the leads still, let it warm up."
            )
        ),
    )


def _slope(first: tuple[float, Unbalance], second: tuple[float, Unbalance], expected: float) -> float | None:
    """Return amperes per volt between two settings; None if noise does not let it be told, or it is no slope."""
    change = second[1].amperes - first[1].amperes
    if abs(change) < TELLING * math.hypot(first[1].u, second[1].u) or second[0] == first[0]:
        return None
    slope = change / (second[0] - first[0])
    return slope if 1 / PLAUSIBLE < slope / expected < PLAUSIBLE else None


def _out_of_reach(wanted: float, limit: Decimal, where: str) -> OutOfRange:
    return OutOfRange(
        text(
            N_("The null would need {volts}; the source is used up to {limit}."),
            volts=engineering(rounded(wanted), "V"),
            limit=engineering(limit, "V"),
        ),
        where=where,
        hint=text(
            N_(
                "The current is larger than its set value allows: check range and set value, or take a smaller one."
            )
        ),
    )


def look_into(
    respond: Respond, start: Decimal, *, amperes: float, resistor: Standard, module: str, where: str
) -> None:
    """Find out why so much is left at the first setting: halve the voltage and see what the detector makes of it.

    Returns if source and resistor do what they should and the unit under test is merely far off.

    Parameters
    ----------
    respond
        As for :func:`find_null`, with a range of the detector that holds whatever comes.
    start
        First setting, in volts.
    amperes
        Current that the unit under test should give.
    resistor
        The one that was chosen.
    module, where
        For the error messages.

    Raises
    ------
    OutOfRange
        No current comes from the source, or none from the unit under test; the source is connected the other way.
    WrongInstrument
        Another resistor is connected; the hint names the decade that fits.
    """
    nominal = resistor.values[0].nominal
    half = start / 2
    less, whole = respond(half), respond(start)
    change, u = whole.amperes - less.amperes, math.hypot(less.u, whole.u)
    if abs(change) <= TELLING * u:
        raise OutOfRange(
            text(N_("The null detector does not see the source: its voltage changes nothing.")),
            where=where,
            hint=text(
                N_("Look for an open lead at {name} or at the source, or a resistor that is far too large."),
                name=resistor.name,
            ),
        )
    siemens = change / float(start - half)
    if siemens < 0:
        raise OutOfRange(
            text(N_("The source drives its current the wrong way.")),
            where=where,
            hint=text(N_("HI and LO of the source are exchanged: connect them as drawn.")),
        )
    check_connected(resistor, nominal, 1.0 / siemens, where)
    current = whole.amperes - siemens * float(start)
    if abs(current) < NOTHING * abs(amperes):
        raise OutOfRange(
            text(N_("No current of {module} arrives at the null detector."), module=module),
            where=where,
            hint=text(N_("Look for an open lead between its force terminal and the null detector.")),
        )
