"""What the 3458A makes of what it sees: noise, its hidden error, its resolution, overload; and its samples."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from benchtui.virtualbench.servers.dmm3458a_words import (
    COARSER,
    CONFLICT,
    NOISE,
    OVER_RANGE,
    OVERLOAD,
    RESOLUTION,
    Fault,
    Settings,
    largest,
)

if TYPE_CHECKING:
    from benchtui.virtualbench.limits import Limits
    from benchtui.virtualbench.sampling import Sampler


def indicate_volts(volts: float, noise: float, deviate: float, settings: Settings, limits: Limits) -> float:
    """Return the indication of DC voltage; *noise* is that of the circuit, *deviate* of a standard normal."""
    full_scale = settings.full_scale
    own = NOISE[full_scale] * full_scale / math.sqrt(settings.nplc)
    seen = volts + math.hypot(noise, own) * deviate
    indication = seen + limits.error(full_scale, seen)
    if abs(indication) > largest(full_scale):
        return OVER_RANGE if indication > 0 else -OVER_RANGE
    row = limits.row(full_scale)
    finest = RESOLUTION[full_scale] if row is None else float(row.resolution)
    step = finest * next(k for least, k in COARSER if settings.nplc >= least)
    return round(indication / step) * step


def indicate(
    value: float, own: float, around: float, deviate: float, settings: Settings, limits: Limits
) -> float:
    """Return the indication of current or resistance; *own* is the meter's noise as a part of the range."""
    sigma = math.hypot(own * settings.full_scale / math.sqrt(settings.nplc), around)
    seen = value + sigma * deviate
    indication = seen + limits.error(settings.full_scale, seen)
    if abs(indication) <= settings.full_scale * OVERLOAD:
        return indication
    return OVER_RANGE if indication > 0 else -OVER_RANGE


def arm(sampler: Sampler, settings: Settings) -> None:
    """Let the sampler wait for the level with what is set. Raises ``Fault``: no voltage, no SWEEP, no memory."""
    if settings.function != "DCV" or not settings.interval or settings.memory == "OFF":
        raise Fault(CONFLICT)
    sampler.span, sampler.interval, sampler.count = settings.full_scale, settings.interval, settings.readings
    sampler.level, sampler.rising = settings.level / 100.0 * settings.full_scale, settings.rising
    sampler.arm()
