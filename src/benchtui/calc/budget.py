"""An uncertainty budget: the result of first-order propagation, for one point or for many at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from benchtui.calc.coverage import Basis, Coverage, coverage_sentence

if TYPE_CHECKING:
    from benchtui.calc.alarms import Alarm
    from benchtui.calc.distributions import FloatArray
    from benchtui.calc.inputs import Input, Values
    from benchtui.i18n import Text


@dataclass(frozen=True)
class BudgetRow:
    """One input in a budget.

    Attributes
    ----------
    symbol, value, u, unit, source, kind, dof
        As in :class:`~benchtui.calc.Input`.
    distribution
        Name of the shape, a message id.
    c
        Sensitivity ∂f/∂x, in the unit of the result over *unit*; 0 for an exact input.
    contribution
        |c|·u, in the unit of the result.
    share
        Part of u_c²; the parts add up to 1. With correlations a part may be negative.
    kragten
        f(x + u) - f(x): what the result really does when the input moves by u.
    """

    symbol: str
    value: float
    u: float
    distribution: str
    dof: float
    kind: Literal["A", "B"]
    c: float
    contribution: float
    share: float
    unit: str
    source: str
    kragten: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Budget:
    """Estimate and uncertainty of a result. Quantities are floats for one point, 1-D arrays for several.

    Attributes
    ----------
    y, u
        Estimate and combined standard uncertainty u_c.
    nu_eff
        Effective degrees of freedom (Welch-Satterthwaite, not truncated).
    k, probability, U
        Coverage factor, the coverage probability that it gives, and U = k·u.
    second_order
        What the second-order terms would add in quadrature to *u* (JCGM 100:2008, 5.1.2, note).
    inputs, contributions, kragten
        The inputs; their c·u with sign and f(x + u) - f(x), of shape (inputs, points).
    correlation
        Correlation matrix of the inputs, or None.
    coverage
        The policy that was used.
    basis
        What k rests on, one a point.
    alarms
        What has to be looked at before the result is trusted.
    """

    y: Values
    u: Values
    nu_eff: Values
    k: Values
    probability: Values
    U: Values
    second_order: Values
    inputs: tuple[Input, ...]
    contributions: FloatArray
    kragten: FloatArray
    correlation: FloatArray | None
    coverage: Coverage
    basis: tuple[Basis, ...]
    alarms: tuple[Alarm, ...]

    @property
    def points(self) -> int:
        """Number of points."""
        return len(self.basis)

    def rows(self, i: int | None = None) -> list[BudgetRow]:
        """Return the rows at point *i*, the largest contribution first; a single point need not be named.

        Raises
        ------
        IndexError
            There is no such point, or there are several and none was named.
        """
        point = self._point(i)
        contributions = self.contributions[:, point]
        shares = self._shares(point)
        rows = []
        for one, contribution, share, kragten in zip(
            self.inputs, contributions, shares, self.kragten[:, point], strict=True
        ):
            u = at(one.u, point)
            rows.append(
                BudgetRow(
                    symbol=one.symbol,
                    value=at(one.value, point),
                    u=u,
                    distribution=one.distribution.name,
                    dof=one.dof,
                    kind=one.kind,
                    c=float(contribution / u) if u else 0.0,
                    contribution=abs(float(contribution)),
                    share=float(share),
                    unit=one.unit,
                    source=one.source,
                    kragten=float(kragten),
                )
            )
        return sorted(rows, key=lambda row: row.contribution, reverse=True)

    def alarms_at(self, i: int) -> tuple[Alarm, ...]:
        """Return the alarms that hold at point *i*."""
        return tuple(alarm for alarm in self.alarms if not alarm.points or i in alarm.points)

    def coverage_sentence(self, i: int | None = None) -> Text:
        """Return the sentence of a certificate that says what k and probability were used at point *i*."""
        point = self._point(i)
        return coverage_sentence(
            self.basis[point], at(self.k, point), at(self.nu_eff, point), at(self.probability, point)
        )

    def _point(self, i: int | None) -> int:
        if i is None:
            if self.points > 1:
                raise IndexError("a budget of several points needs the number of one")
            return 0
        return range(self.points)[i]

    def _shares(self, point: int) -> FloatArray:
        z = self.contributions[:, point]
        weighted = z if self.correlation is None else self.correlation @ z
        variance = float(z @ weighted)
        return z * weighted / variance if variance > 0 else np.zeros_like(z)


def at(values: Values, point: int) -> float:
    """Return the value at *point* of something that is either the same at all points or given for each."""
    return float(values[point]) if isinstance(values, np.ndarray) else values
