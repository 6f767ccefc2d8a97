"""First-order propagation of uncertainty through a measurement model (JCGM 100:2008, clause 5 and G.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from benchtui.calc.alarms import (
    Alarm,
    correlated_dof_alarm,
    few_readings_alarms,
    second_order_alarms,
    zero_alarms,
)
from benchtui.calc.budget import Budget
from benchtui.calc.correlation import Correlations, Ensembles, correlation_matrix, families
from benchtui.calc.coverage import K2_FROM, Basis, Coverage, dominating_shape, trapezoid_factor
from benchtui.calc.sensitivity import BoundModel, sensitivities

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchtui.calc.distributions import FloatArray
    from benchtui.calc.inputs import Input, Values

_DEFAULT = Coverage()


def propagate(
    model: Callable[..., Any],
    inputs: Sequence[Input],
    *,
    coverage: Coverage = _DEFAULT,
    correlations: Correlations | None = None,
    ensembles: Ensembles = (),
) -> Budget:
    """Propagate the uncertainties of *inputs* through *model* to first order, at all points in one go.

    Parameters
    ----------
    model
        Plain vectorised function of the inputs, matched by parameter name if the names are the symbols, else
        by position. It works element by element: it may receive arrays with an axis more than the points
        have.
    inputs
        The inputs; those given as arrays have one element a point.
    coverage
        How k is chosen.
    correlations
        Correlation coefficients by pairs of symbols. Inputs of the same identity are so by themselves.
    ensembles
        Groups of symbols that were measured together, so that they share one number of degrees of freedom: in
        the Welch-Satterthwaite formula such a group is one term (JCGM 100:2008, H.2: ν = 4).

    Returns
    -------
    Budget
        Floats if all inputs are floats, 1-D arrays otherwise.

    Raises
    ------
    BadInput
        Inputs that do not fit the model or each other, correlations that contradict each other, a model
        without a finite value.
    """
    bound = BoundModel(model, inputs)
    matrix = correlation_matrix(bound.inputs, correlations)
    look = sensitivities(bound)
    z = look.contributions
    variance = np.square(z).sum(axis=0) if matrix is None else np.maximum(_quadratic(z, matrix), 0.0)
    u = np.sqrt(variance)
    alarms = [
        *zero_alarms(bound.inputs, z, u),
        *second_order_alarms(look.second_order, look.undefined, u),
        *few_readings_alarms(bound.inputs),
    ]
    nu_eff, share, dof_alarms = _effective_dof(
        bound.inputs, z, variance, matrix, families(bound.inputs, matrix, ensembles)
    )
    k, probability, basis = coverage.factors(nu_eff, share)
    if coverage.shape_aware and matrix is None:
        _apply_shapes(coverage, bound.inputs, z, u, nu_eff, k, probability, basis)
    single = bound.points is None
    return Budget(
        y=_settle(look.y, single),
        u=_settle(u, single),
        nu_eff=_settle(nu_eff, single),
        k=_settle(k, single),
        probability=_settle(probability, single),
        U=_settle(k * u, single),
        second_order=_settle(look.second_order, single),
        inputs=bound.inputs,
        contributions=z,
        kragten=look.kragten,
        correlation=matrix,
        coverage=coverage,
        basis=tuple(basis),
        alarms=(*alarms, *dof_alarms),
    )


def _quadratic(z: FloatArray, matrix: FloatArray) -> FloatArray:
    result: FloatArray = (z * (matrix @ z)).sum(axis=0)
    return result


def _effective_dof(
    inputs: tuple[Input, ...],
    z: FloatArray,
    variance: FloatArray,
    matrix: FloatArray | None,
    groups: list[list[int]],
) -> tuple[FloatArray, FloatArray, list[Alarm]]:
    """Welch-Satterthwaite over independent groups (JCGM 100:2008, G.4.1): ν_eff = u⁴ / Σ u_g⁴/ν_g.

    Returned with the part of the variance that has finite degrees of freedom, and with alarms.
    """
    alarms = []
    total = np.zeros(z.shape[1])
    unsure = np.zeros(z.shape[1])
    for group in groups:
        dofs = {inputs[i].dof for i in group if z[i].any()}
        nu = min(dofs, default=np.inf)
        if len(dofs) > 1:
            alarms.append(correlated_dof_alarm([inputs[i].symbol for i in group]))
        if not np.isfinite(nu):
            continue
        part = z[group]
        square = np.square(part[0]) if len(group) == 1 else _group_variance(part, matrix, group)
        total += np.square(square) / nu
        unsure += square
    nu_eff = np.full(total.shape, np.inf)
    np.divide(np.square(variance), total, out=nu_eff, where=total > 0)
    share = np.zeros(total.shape)
    np.divide(unsure, variance, out=share, where=variance > 0)
    return nu_eff, np.minimum(share, 1.0), alarms


def _group_variance(part: FloatArray, matrix: FloatArray | None, group: list[int]) -> FloatArray:
    if matrix is None:
        result: FloatArray = np.square(part).sum(axis=0)
        return result
    return np.maximum(_quadratic(part, matrix[np.ix_(group, group)]), 0.0)


def _apply_shapes(
    coverage: Coverage,
    inputs: tuple[Input, ...],
    z: FloatArray,
    u: FloatArray,
    nu_eff: FloatArray,
    k: FloatArray,
    probability: FloatArray,
    basis: list[Basis],
) -> None:
    """Replace k, in place, at the points where a rectangle or trapezoid dominates."""
    distributions = [one.distribution for one in inputs]
    for point in np.flatnonzero((u > 0) & (nu_eff >= K2_FROM)):
        beta = dominating_shape(distributions, np.abs(z[:, point]), float(u[point]))
        if beta is not None:
            k[point] = trapezoid_factor(beta, coverage.shape_level)
            probability[point] = coverage.shape_level
            basis[point] = "rectangular" if beta == 1 else "trapezoidal"


def _settle(values: FloatArray, single: bool) -> Values:
    return float(values[0]) if single else values
