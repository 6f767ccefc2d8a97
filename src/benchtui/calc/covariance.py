"""Covariance of results that share inputs, such as the same standard (JCGM 100:2008, 5.2.2 and F.1.2.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchtui.errors import BadInput
from benchtui.i18n import N_, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchtui.calc.budget import Budget
    from benchtui.calc.distributions import FloatArray
    from benchtui.calc.inputs import Input


@dataclass(frozen=True, eq=False)
class Results:
    """Several results: *values* and their *covariance* matrix, in the order of budgets and points."""

    values: FloatArray
    covariance: FloatArray

    @property
    def correlation(self) -> FloatArray:
        """Correlation matrix; 0 beside a result without uncertainty."""
        u = np.sqrt(np.diag(self.covariance))
        scale = np.outer(u, u)
        matrix = np.divide(self.covariance, scale, out=np.zeros_like(scale), where=scale > 0)
        np.fill_diagonal(matrix, 1.0)
        return np.asarray(matrix, dtype=np.float64)


def covariance_of_results(budgets: Sequence[Budget]) -> Results:
    """Return the covariance matrix of all points of all *budgets*.

    Two results are correlated through an input if it has the same identity in both, or is the very same
    :class:`~benchtui.calc.Input` of a single value, and through inputs that a budget states to be correlated.
    Inputs given point by point without an identity belong to their points alone.

    Raises
    ------
    BadInput
        There is no budget.
    """
    if not budgets:
        raise BadInput(text(N_("There are no results to correlate.")))
    columns: dict[object, int] = {}
    rows: list[dict[int, float]] = []
    links: dict[tuple[int, int], float] = {}
    for budget in budgets:
        for point in range(budget.points):
            places = [columns.setdefault(_key(one, budget, point), len(columns)) for one in budget.inputs]
            row: dict[int, float] = {}
            for place, z in zip(places, budget.contributions[:, point], strict=True):
                row[place] = row.get(place, 0.0) + float(z)
            rows.append(row)
            if budget.correlation is not None:
                for i, j in zip(*np.nonzero(budget.correlation), strict=True):
                    if places[i] != places[j]:
                        links[places[i], places[j]] = float(budget.correlation[i, j])
    weights = np.zeros((len(rows), len(columns)))
    for number, row in enumerate(rows):
        weights[number, list(row)] = list(row.values())
    correlation = np.eye(len(columns))
    for (i, j), r in links.items():
        correlation[i, j] = r
    values = np.concatenate([np.atleast_1d(budget.y) for budget in budgets])
    return Results(values, weights @ correlation @ weights.T)


def _key(one: Input, budget: Budget, point: int) -> object:
    """Return what makes two inputs the same quantity."""
    if one.identity:
        return one.identity
    if one.points is None:
        return id(one)
    return (id(budget), id(one), point)
