"""Random numbers for the inputs of a model, with the correlations that they have.

Sources: JCGM 101:2008, 6.4; for correlated quantities JCGM 102:2011, 6.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchtui.calc.budget import at
from benchtui.calc.correlation import Correlations, Ensembles, correlation_matrix, families
from benchtui.calc.distributions import Exponential, Normal, StudentT
from benchtui.errors import BadInput
from benchtui.i18n import N_, text

if TYPE_CHECKING:
    from benchtui.calc.distributions import FloatArray
    from benchtui.calc.inputs import Input


class Sampler:
    """Knows how the uncertain inputs are drawn: alone, or together with those they are correlated with.

    The same random numbers serve every point: only their scale differs from point to point.

    Parameters
    ----------
    inputs, correlations, ensembles
        As in :func:`~benchtui.calc.propagate`.

    Raises
    ------
    BadInput
        Correlated inputs whose joint distribution is not known: neither all normal or Student's t, nor one
        and the same quantity.
    """

    def __init__(
        self, inputs: tuple[Input, ...], correlations: Correlations | None, ensembles: Ensembles
    ) -> None:
        self._inputs = inputs
        matrix = correlation_matrix(inputs, correlations)
        self._groups: list[Group] = []
        for group in families(inputs, matrix, ensembles):
            members = [i for i in group if np.any(inputs[i].u)]
            if members:
                block = np.eye(len(members)) if matrix is None else matrix[np.ix_(members, members)]
                self._groups.append((members, _recipe([inputs[i] for i in members], block)))

    @property
    def has_variance(self) -> bool:
        """False if an input follows Student's t with ν ≤ 2, whose standard deviation does not exist."""
        return all(np.isfinite(one.distribution.spread) for one in self._inputs)

    def stream(self, seed: int, block: int) -> Stream:
        """Return a fresh stream of blocks of *block* trials."""
        return Stream(self._inputs, self._groups, seed, block)


class Stream:
    """Blocks of random numbers, one after the other, in memory that is used again for each block."""

    def __init__(self, inputs: tuple[Input, ...], groups: list[Group], seed: int, block: int) -> None:
        self._generator = np.random.Generator(np.random.SFC64(seed))
        self._inputs = inputs
        self._groups = groups
        self._raw = {i: np.empty(block) for members, _ in groups for i in members}
        # With one point the raw numbers are not needed again, so that they are scaled where they stand.
        single = all(one.points is None for one in inputs)
        self._scaled = self._raw if single else {i: np.empty(block) for i in self._raw}
        self._plans: dict[int, list[tuple[int | None, float, float]]] = {}
        self._count = 0

    def advance(self, count: int) -> None:
        """Draw the next *count* trials."""
        self._count = count
        for members, recipe in self._groups:
            recipe.fill(self._generator, [self._raw[i][:count] for i in members])

    def columns(self, point: int) -> list[float | FloatArray]:
        """Return the values of the inputs at *point*; they are valid until the next call.

        Where no input is given point by point, it is called once after each :meth:`advance`.
        """
        columns: list[float | FloatArray] = []
        for i, factor, offset in self._plan(point):
            if i is None:
                columns.append(offset)
                continue
            scaled = self._scaled[i][: self._count]
            np.multiply(self._raw[i][: self._count], factor, out=scaled)
            if offset:
                scaled += offset
            columns.append(scaled)
        return columns

    def _plan(self, point: int) -> list[tuple[int | None, float, float]]:
        """Return for each input at *point* its random numbers and the line that scales them; an exact one has none."""
        if point not in self._plans:
            plan: list[tuple[int | None, float, float]] = []
            for i, one in enumerate(self._inputs):
                value, u = at(one.value, point), at(one.u, point)
                slope, intercept = one.distribution.line
                plan.append((i, slope * u, intercept * u + value) if i in self._raw else (None, 0.0, value))
            self._plans[point] = plan
        return self._plans[point]


class _Single:
    """One quantity, in one or several inputs that are the same up to the sign."""

    def __init__(self, one: Input, signs: list[int]) -> None:
        self._shape = one.distribution
        self._signs = signs

    def fill(self, generator: np.random.Generator, raws: list[FloatArray]) -> None:
        first = raws[0]
        self._shape.fill(generator, first)
        slope, intercept = self._shape.line
        for other, sign in zip(raws[1:], self._signs[1:], strict=True):
            if sign > 0:
                other[:] = first
            else:
                # The mirror image of ε = slope·raw + intercept, in the units of raw.
                np.subtract(-2 * intercept / slope, first, out=other)


class _Joint:
    """Several normal or t quantities; those with one number of degrees of freedom share its χ²."""

    def __init__(self, members: list[Input], matrix: FloatArray) -> None:
        eigenvalues, vectors = np.linalg.eigh(matrix)
        self._root = vectors * np.sqrt(np.maximum(eigenvalues, 0.0))
        shapes = [one.distribution for one in members]
        self._dofs = [shape.dof if isinstance(shape, StudentT) else None for shape in shapes]
        self._common = len(set(self._dofs)) == 1

    def fill(self, generator: np.random.Generator, raws: list[FloatArray]) -> None:
        count = raws[0].size
        drawn = self._root @ generator.standard_normal((len(self._dofs), count))
        scale: FloatArray | None = None
        for raw, normal, dof in zip(raws, drawn, self._dofs, strict=True):
            if dof is None:
                raw[:] = normal
                continue
            if scale is None or not self._common:
                scale = np.sqrt(generator.chisquare(dof, count) / dof)
            np.divide(normal, scale, out=raw)


Group = tuple[list[int], _Single | _Joint]


def _recipe(members: list[Input], matrix: FloatArray) -> _Single | _Joint:
    first = members[0]
    if len(members) == 1:
        return _Single(first, [1])
    gaussian = all(isinstance(one.distribution, Normal | StudentT) for one in members)
    same = all(one.distribution == first.distribution for one in members)
    if same and np.all(np.abs(matrix) == 1):
        signs = [1 if r > 0 else -1 for r in matrix[0]]
        if min(signs) > 0 or not isinstance(first.distribution, Exponential):
            return _Single(first, signs)
    if not gaussian:
        names = ", ".join(one.symbol for one in members)
        raise BadInput(
            text(N_("There is no joint distribution for {names}."), names=names),
            hint=text(
                N_("Correlated inputs must be normal or Student's t, or one quantity of one distribution.")
            ),
        )
    return _Joint(members, matrix)
