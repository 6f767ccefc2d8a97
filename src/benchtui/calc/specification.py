"""Limits of error of an instrument, as its maker or its certificate states them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchtui.calc.inputs import Input
from benchtui.errors import BadInput
from benchtui.i18n import N_, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchtui.calc.inputs import Values


@dataclass(frozen=True)
class TemperatureCoefficient:
    """What a specification adds for each kelvin outside *reference* ± *band*, °C."""

    ppm_of_reading: float
    ppm_of_range: float = 0.0
    reference: float = 23.0
    band: float = 5.0

    def kelvins(self, temperature: float) -> float:
        """Return how far *temperature*, °C, lies outside the band."""
        return max(abs(temperature - self.reference) - self.band, 0.0)


@dataclass(frozen=True)
class Specification:
    """Limits of error in one range: ppm of reading + ppm of range + floor, added linearly.

    Attributes
    ----------
    ppm_of_reading, ppm_of_range
        Parts per million of the magnitude of the reading and of *span*.
    span
        Full scale of the range, in the unit of the reading.
    floor
        Constant part in the unit of the reading.
    level
        Probability with which the maker says that the limits hold, such as 0.99; the distribution is then
        normal. None: the limits hold, and nothing more is known (rectangular).
    temperature
        What is added outside the band of temperature; None: nothing is stated, nothing is added.
    days
        Time since calibration for which the limits hold.

    Raises
    ------
    BadInput
        Negative parts, a full scale that is not positive, a level outside 0 … 1.
    """

    ppm_of_reading: float
    ppm_of_range: float
    span: float
    floor: float = 0.0
    level: float | None = None
    temperature: TemperatureCoefficient | None = None
    days: float = math.inf

    def __post_init__(self) -> None:
        parts = (self.ppm_of_reading, self.ppm_of_range, self.floor)
        if not all(math.isfinite(part) and part >= 0 for part in parts):
            raise BadInput(text(N_("The parts of a specification must be finite and not negative.")))
        if not 0 < self.span < math.inf:
            raise BadInput(text(N_("A range must have a positive full scale, not {found}."), found=self.span))
        if self.level is not None and not 0 < self.level < 1:
            raise BadInput(
                text(N_("A confidence level lies between 0 and 1, not {found}."), found=self.level)
            )

    def limit(self, reading: Values, temperature: float | None = None) -> Values:
        """Return the limit of error, ±, at *reading* and at an ambient *temperature* in °C.

        Without a temperature the instrument is taken to be inside its band.
        """
        relative, constant = self.ppm_of_reading * 1e-6, self.ppm_of_range * 1e-6 * self.span + self.floor
        if temperature is not None and self.temperature is not None:
            kelvins = self.temperature.kelvins(temperature)
            relative += kelvins * self.temperature.ppm_of_reading * 1e-6
            constant += kelvins * self.temperature.ppm_of_range * 1e-6 * self.span
        if isinstance(reading, np.ndarray):
            return np.abs(reading) * relative + constant
        return abs(reading) * relative + constant

    def error_input(
        self,
        symbol: str,
        reading: Values,
        *,
        unit: str,
        source: str,
        identity: str = "",
        temperature: float | None = None,
    ) -> Input:
        """Return the unknown error within the limits at *reading* as an input with the estimate 0.

        Rectangular, or normal with limit/k where the maker states a confidence level.
        """
        limit = self.limit(reading, temperature)
        if self.level is None:
            return Input.rectangular(symbol, 0.0, limit, unit=unit, source=source, identity=identity)
        from scipy.special import ndtri  # imported when first needed: 0.3 s

        k = float(ndtri((1 + self.level) / 2))
        return Input.expanded(symbol, 0.0, limit, k, unit=unit, source=source, identity=identity)

    def covers(self, reading: float, overrange: float = 1.0) -> bool:
        """Tell whether *reading* lies inside the range, which reaches to *overrange* times its full scale."""
        return abs(reading) <= self.span * overrange


def range_for(
    specifications: Sequence[Specification], reading: float, *, overrange: float = 1.0, age_days: float = 0.0
) -> Specification:
    """Return the specification of the smallest range that holds *reading*, for the time since calibration.

    Parameters
    ----------
    specifications
        Ranges; a range may occur several times with different ``days``.
    reading
        The reading.
    overrange
        Part of the full scale to which a range reaches, such as 1.2.
    age_days
        Days since the calibration.

    Raises
    ------
    BadInput
        No range is large enough, or no specification holds that long after the calibration.
    """
    fitting = [one for one in specifications if one.covers(reading, overrange)]
    if not fitting:
        raise BadInput(
            text(N_("No range holds the reading {reading}."), reading=reading),
            hint=text(
                N_("The full scales are {spans}."), spans=", ".join(f"{s.span:g}" for s in specifications)
            ),
        )
    valid = [one for one in fitting if age_days <= one.days]
    if not valid:
        raise BadInput(
            text(N_("No specification holds {days} days after the calibration."), days=f"{age_days:g}"),
            hint=text(N_("Calibrate the standard, or use the longer term of its specification.")),
        )
    return min(valid, key=lambda one: (one.span, one.days))
