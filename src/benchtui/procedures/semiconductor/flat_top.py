"""The flat top of a digitized pulse: found by evidence, or the point stops with a sentence that helps."""

from __future__ import annotations

from collections.abc import Sequence

from benchtui.calc.flat_top import FlatTop, flat_top
from benchtui.errors import BadInput, NotSettled, OutOfRange
from benchtui.i18n import N_, text
from benchtui.quantity import Waveform

HEAD_PERCENT = 30
"""Percent of the width of a pulse that are sampled before it begins, and again after it has ended."""


def top_of(waveform: Waveform, resolution: float, where: str) -> FlatTop:
    """Return the flat top of the pulse in *waveform*; *resolution* is the step of its samples in volts.

    Raises
    ------
    OutOfRange
        Samples are over range.
    NotSettled
        There is no whole pulse, or its top is not flat.
    """
    if "over-range" in waveform.flags:
        raise OutOfRange(
            text(N_("The pulse goes beyond the range of the digitizer.")),
            where=where,
            hint=text(N_("Check that the shunt of the drawing is connected, at its potential terminals.")),
        )
    try:
        return flat_top(waveform.values, resolution)
    except BadInput as error:
        raise NotSettled(error.what, where=where, hint=error.hint) from error


def slope_limit(tops: Sequence[FlatTop], step: float) -> float:
    """Return by how much the top may still change, in its unit a second: slope and what its noise hides (95 %).

    *step* is the time between two samples in seconds.
    """
    return max(abs(top.slope) + 2 * top.u_slope for top in tops) / step


def unevenness(tops: Sequence[FlatTop]) -> float:
    """Return by how much the worst of *tops* is uneven beyond its noise, in volts; 0 where noise explains it."""
    return max((top.unevenness for top in tops if not top.quiet), default=0.0)
