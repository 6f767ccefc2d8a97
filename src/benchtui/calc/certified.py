"""Certificate of a measurement standard: corrections between its certified points, drift, date.

Corrections are applied: :meth:`Certificate.correction_input` carries the correction as its estimate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchtui.calc.distributions import normal_or_t
from benchtui.calc.inputs import Input
from benchtui.errors import BadInput, StandardRefused
from benchtui.i18n import N_, Text, text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date


@dataclass(frozen=True)
class CertifiedPoint:
    """One row of a certificate.

    Attributes
    ----------
    at
        Indication or nominal value.
    correction
        What is added there to get the conventional true value, in the same unit.
    U, k, dof
        Expanded uncertainty of the correction, its coverage factor, degrees of freedom of U/k.
    """

    at: float
    correction: float
    U: float
    k: float = 2.0
    dof: float = math.inf

    def __post_init__(self) -> None:
        if not (math.isfinite(self.at) and math.isfinite(self.correction)):
            raise BadInput(text(N_("A certified point must be finite.")))
        if not (self.U > 0 and self.k > 0 and self.dof > 0):
            raise BadInput(text(N_("The certified point {at} needs a positive U, k and ν."), at=self.at))

    @property
    def u(self) -> float:
        """Standard uncertainty U/k."""
        return self.U / self.k


@dataclass(frozen=True)
class Correction:
    """A correction *value* with standard uncertainty *u* and degrees of freedom *dof*."""

    value: float
    u: float
    dof: float


@dataclass(frozen=True)
class Override:
    """A person's decision to use a standard outside its term: recorded and printed with the result."""

    person: str
    reason: str

    def __post_init__(self) -> None:
        if not self.person.strip() or not self.reason.strip():
            raise BadInput(text(N_("Using a standard outside its term needs a name and a reason.")))


@dataclass(frozen=True)
class Certificate:
    """A calibration certificate: its *number*, when it was *calibrated*, when it is *due*, its *points*.

    Raises
    ------
    BadInput
        No point, two points at one value, or a due date before the calibration.
    """

    number: str
    calibrated: date
    due: date
    points: tuple[CertifiedPoint, ...]

    def __post_init__(self) -> None:
        places = [point.at for point in self.points]
        if not places or len(set(places)) < len(places):
            raise BadInput(
                text(N_("Certificate {number} needs points at different values."), number=self.number)
            )
        if self.due < self.calibrated:
            raise BadInput(text(N_("Certificate {number} is due before it was issued."), number=self.number))
        object.__setattr__(self, "points", tuple(sorted(self.points, key=lambda point: point.at)))

    def check_date(self, on: date, override: Override | None = None) -> Text | None:
        """Refuse the standard on a day outside the term of its certificate.

        Parameters
        ----------
        on
            Day of use.
        override
            A person who uses it all the same, and why.

        Returns
        -------
        Text or None
            The remark to record and print if it was overridden.

        Raises
        ------
        StandardRefused
            The certificate is expired, or later than *on*, and nobody took the responsibility.
        """
        if self.calibrated <= on <= self.due:
            return None
        if override is None:
            raise StandardRefused(
                text(
                    N_("Certificate {number} holds from {start} to {end}, not on {day}."),
                    number=self.number,
                    start=self.calibrated.isoformat(),
                    end=self.due.isoformat(),
                    day=on.isoformat(),
                ),
                hint=text(N_("Have the standard calibrated, or choose another one.")),
            )
        return text(
            N_("Certificate {number} (due {end}) was used on {day} on the decision of {person}: {reason}"),
            number=self.number,
            end=self.due.isoformat(),
            day=on.isoformat(),
            person=override.person,
            reason=override.reason,
        )

    def correction(self, at: float) -> Correction:
        """Return the correction at *at*, interpolated between the neighbouring points.

        Notes
        -----
        The uncertainties of neighbours are taken as fully correlated (they come from one set of references),
        so u is interpolated like the value. What the straight line may miss is added as a rectangular
        contribution: the bend through the third-nearest point; with two points alone, up to half the step
        between them. At a certified point nothing is added.

        Raises
        ------
        BadInput
            *at* lies outside the certified points: nothing is extrapolated.
        """
        first, last = self.points[0], self.points[-1]
        if not first.at <= at <= last.at:
            raise BadInput(
                text(N_("Certificate {number} has no points around {at}."), number=self.number, at=at),
                hint=text(N_("It is certified from {low} to {high}."), low=first.at, high=last.at),
            )
        upper = next(i for i, point in enumerate(self.points) if point.at >= at)
        right = self.points[upper]
        if right.at == at:
            return Correction(right.correction, right.u, right.dof)
        left = self.points[upper - 1]
        w = (at - left.at) / (right.at - left.at)
        value = (1 - w) * left.correction + w * right.correction
        certified = (1 - w) * left.u + w * right.u
        missed = self._bend(upper, at) / math.sqrt(3)
        return Correction(value, math.hypot(certified, missed), min(left.dof, right.dof))

    def correction_input(self, symbol: str, at: float, *, unit: str) -> Input:
        """Return the correction at *at* as an input whose identity is the certificate."""
        found = self.correction(at)
        return Input(
            symbol=symbol,
            value=found.value,
            u=found.u,
            distribution=normal_or_t(found.dof),
            dof=found.dof,
            unit=unit,
            source=self.number,
            identity=f"certificate {self.number}",
        )

    def _bend(self, upper: int, at: float) -> float:
        """How far the curve may lie from the straight line between the points upper-1 and upper."""
        left, right = self.points[upper - 1], self.points[upper]
        others = [point for point in self.points if point not in {left, right}]
        if not others:
            w = (at - left.at) / (right.at - left.at)
            return 2 * w * (1 - w) * abs(right.correction - left.correction)
        third = min(others, key=lambda point: abs(point.at - at))
        slope = (right.correction - left.correction) / (right.at - left.at)
        line = left.correction + slope * (third.at - left.at)
        quadratic = (third.correction - line) / ((third.at - left.at) * (third.at - right.at))
        return abs(quadratic * (at - left.at) * (at - right.at))


@dataclass(frozen=True)
class HistoryPoint:
    """Value of a standard at one of its calibrations, with standard uncertainty *u*."""

    on: date
    value: float
    u: float


def predict_from_history(history: Sequence[HistoryPoint], on: date) -> Correction:
    """Predict the value of a standard *on* a day, by a weighted line through its calibrations.

    A single calibration gives its own value and no drift. From three on, the line's scatter enlarges the
    uncertainty where it exceeds what the certificates state; the degrees of freedom are then n-2.

    Raises
    ------
    BadInput
        No calibration, two on one day, or an uncertainty that is not positive.
    """
    if not history or len({point.on for point in history}) < len(history):
        raise BadInput(text(N_("A history needs calibrations on different days.")))
    if not all(point.u > 0 for point in history):
        raise BadInput(text(N_("Each calibration of a history needs a positive uncertainty.")))
    if len(history) == 1:
        return Correction(history[0].value, history[0].u, math.inf)
    days = np.array([float(point.on.toordinal() - on.toordinal()) for point in history])
    values = np.array([point.value for point in history])
    weights = np.array([1 / point.u**2 for point in history])
    middle = float(weights @ days / weights.sum())
    x = days - middle
    square = float(weights @ x**2)
    mean = float(weights @ values / weights.sum())
    slope = float((weights * x) @ (values - mean)) / square
    # On the day itself days = 0, so x = -middle.
    predicted = mean - slope * middle
    u = math.sqrt(1 / float(weights.sum()) + middle**2 / square)
    nu = len(history) - 2
    if nu:
        chi2 = float(weights @ np.square(values - mean - slope * x))
        if chi2 > nu:
            return Correction(predicted, u * math.sqrt(chi2 / nu), nu)
    return Correction(predicted, u, math.inf)
