"""Comparison of the first order with Monte Carlo at every point (JCGM 101:2008, clause 8)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from benchtui.calc.budget import Budget, at
from benchtui.calc.draws import Sampler
from benchtui.calc.sensitivity import BoundModel
from benchtui.calc.simulation import (
    LEAST_BLOCKS,
    MOST_TRIALS,
    PointRun,
    is_stable,
    numerical_tolerance,
    simulate,
)
from benchtui.i18n import N_, Text, text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchtui.calc.correlation import Correlations, Ensembles
    from benchtui.calc.inputs import Input

_SURE = 3.0
"""A comparison is decided once it lies this many standard deviations of the numerical noise from the tolerance."""


class Agreement(StrEnum):
    """Verdict of clause 8."""

    VALID = "valid"
    NOT_VALID = "not-valid"
    OPEN = "open"
    """The trials allowed do not decide; treat it as not valid."""


@dataclass(frozen=True)
class PointValidation:
    """Verdict of clause 8 at one point.

    Attributes
    ----------
    agreement
        The verdict.
    low, high, y, u
        Monte Carlo: ends of the probabilistically symmetric coverage interval, mean, standard deviation.
    d_low, d_high
        Distances from the ends y - U and y + U of the first order.
    tolerance
        δ from the stated digits of u_c.
    trials
        Number of trials.
    """

    agreement: Agreement
    low: float
    high: float
    y: float
    u: float
    d_low: float
    d_high: float
    tolerance: float
    trials: int

    def sentence(self) -> Text:
        """Return the verdict as a sentence."""
        if self.agreement is Agreement.VALID:
            return text(N_("First order valid (JCGM 101, clause 8, {n} trials)."), n=self.trials)
        if self.agreement is Agreement.NOT_VALID:
            return text(
                N_("First order not valid (JCGM 101, clause 8, {n} trials): Monte Carlo interval used."),
                n=self.trials,
            )
        return text(
            N_("Clause 8 of JCGM 101 is undecided after {n} trials: Monte Carlo interval used."),
            n=self.trials,
        )


def validate(
    model: Callable[..., Any],
    inputs: Sequence[Input],
    budget: Budget,
    *,
    digits: int = 2,
    seed: int = 1,
    correlations: Correlations | None = None,
    ensembles: Ensembles = (),
    most_trials: int = MOST_TRIALS,
) -> list[PointValidation]:
    """Compare the intervals y ± U of *budget* with Monte Carlo at the same coverage probability, point by point.

    Parameters
    ----------
    model, inputs, correlations, ensembles
        What *budget* was made of.
    budget
        The first-order result.
    digits
        Significant digits in which u is stated.
    seed, most_trials
        As in :func:`~benchtui.calc.monte_carlo`.

    Notes
    -----
    8.2 asks for a Monte Carlo result that is stable to δ/5. A point stops earlier once both distances lie
    clearly (by three standard deviations of the numerical noise) on one side of δ.
    """
    bound = BoundModel(model, inputs)
    sampler = Sampler(bound.inputs, correlations, ensembles)
    levels = np.array([at(budget.probability, i) for i in range(bound.width)])

    def distances(run: PointRun) -> tuple[float, float]:
        y, expanded = at(budget.y, run.point), at(budget.U, run.point)
        _, _, low, high = run.block_mean
        return abs(y - expanded - low), abs(y + expanded - high)

    def judged(run: PointRun) -> Agreement:
        u = at(budget.u, run.point)
        if u == 0:
            return Agreement.NOT_VALID if run.u > 0 else Agreement.VALID
        delta = numerical_tolerance(u, digits)
        _, _, noise_low, noise_high = _SURE * run.scatter
        (d_low, d_high) = distances(run)
        if d_low - noise_low > delta or d_high - noise_high > delta:
            return Agreement.NOT_VALID
        if d_low + noise_low <= delta and d_high + noise_high <= delta:
            return Agreement.VALID
        if is_stable(run, digits, sampler.has_variance, part=0.2):
            return Agreement.VALID if max(d_low, d_high) <= delta else Agreement.NOT_VALID
        return Agreement.OPEN

    def finished(run: PointRun) -> bool:
        return run.blocks >= LEAST_BLOCKS and judged(run) is not Agreement.OPEN

    results = []
    for run in simulate(bound, sampler, levels, "symmetric", seed, None, finished, most_trials):
        low, high = run.tails.interval()
        y, u, expanded = (at(values, run.point) for values in (budget.y, budget.u, budget.U))
        results.append(
            PointValidation(
                agreement=judged(run) if run.blocks > 1 else Agreement.OPEN,
                low=low,
                high=high,
                y=run.y,
                u=run.u if sampler.has_variance else math.inf,
                d_low=abs(y - expanded - low),
                d_high=abs(y + expanded - high),
                tolerance=numerical_tolerance(u, digits) if u else 0.0,
                trials=run.trials,
            )
        )
    return results
