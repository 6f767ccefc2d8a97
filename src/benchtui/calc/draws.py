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
        self._room = {i: np.empty(block) for members, _ in groups for i in members}
        # With one point the raw numbers are not needed again, so that they are scaled where they stand.
        single = all(one.points is None for one in inputs)
        self._scaled = None if single else {i: np.empty(block) for i in self._room}
        self._raw: dict[int, FloatArray] = {}
        self._cut: list[list[FloatArray]] = []
        self._count = 0
        self._plans: dict[int, Plan] = {}

    def advance(self, count: int) -> None:
        """Draw the next *count* trials."""
        if count != self._count:
            self._count = count
            self._cut = [[self._room[i][:count] for i in members] for members, _ in self._groups]
        for (members, recipe), rooms in zip(self._groups, self._cut, strict=True):
            for i, raw in zip(members, recipe.draw(self._generator, rooms), strict=True):
                self._raw[i] = raw

    def columns(self, point: int) -> list[float | FloatArray]:
        """Return the values of the inputs at *point*; they are valid until the next call.

        Where no input is given point by point, it is called once after each :meth:`advance`.
        """
        plan = self._plans.get(point)
        if plan is None:
            plan = self._plans[point] = self._plan(point)
        values, lines = plan
        columns = values.copy()
        for i, factor, offset in lines:
            raw = self._raw[i]
            scaled = raw if self._scaled is None else self._scaled[i][: raw.size]
            np.multiply(raw, factor, scaled)
            if offset is not None:
                np.add(scaled, offset, scaled)
            columns[i] = scaled
        return columns

    def _plan(self, point: int) -> Plan:
        values: list[float | FloatArray] = [at(one.value, point) for one in self._inputs]
        lines: list[Line] = []
        for i in self._room:
            one = self._inputs[i]
            u = at(one.u, point)
            slope, intercept = one.distribution.line
            offset = intercept * u + at(one.value, point)
            lines.append((i, np.array(slope * u), np.array(offset) if offset else None))
        return values, lines


class _Single:
    """One quantity, in one or several inputs that are the same up to the sign."""

    def __init__(self, one: Input, signs: list[int]) -> None:
        self._shape = one.distribution
        self._signs = signs

    def draw(self, generator: np.random.Generator, rooms: list[FloatArray]) -> list[FloatArray]:
        first = self._shape.raw(generator, rooms[0])
        if len(rooms) == 1:
            return [first]
        slope, intercept = self._shape.line
        for other, sign in zip(rooms[1:], self._signs[1:], strict=True):
            if sign > 0:
                other[:] = first
            else:
                # The mirror image of ε = slope·raw + intercept, in the units of raw.
                np.subtract(-2 * intercept / slope, first, out=other)
        return [first, *rooms[1:]]


class _Joint:
    """Several normal or t quantities; those with one number of degrees of freedom share its χ²."""

    def __init__(self, members: list[Input], matrix: FloatArray) -> None:
        eigenvalues, vectors = np.linalg.eigh(matrix)
        self._root = vectors * np.sqrt(np.maximum(eigenvalues, 0.0))
        shapes = [one.distribution for one in members]
        self._dofs = [shape.dof if isinstance(shape, StudentT) else None for shape in shapes]
        self._common = len(set(self._dofs)) == 1

    def draw(self, generator: np.random.Generator, rooms: list[FloatArray]) -> list[FloatArray]:
        count = rooms[0].size
        drawn = self._root @ generator.standard_normal((len(self._dofs), count))
        scale: FloatArray | None = None
        for room, normal, dof in zip(rooms, drawn, self._dofs, strict=True):
            if dof is None:
                room[:] = normal
                continue
            if scale is None or not self._common:
                scale = np.sqrt(generator.chisquare(dof, count) / dof)
            np.divide(normal, scale, out=room)
        return rooms


Group = tuple[list[int], _Single | _Joint]
Line = tuple[int, "FloatArray", "FloatArray | None"]
"""Number of an input, and the factor and the offset that scale its raw numbers at one point; arrays without
axes, since numpy converts a Python number anew at each operation."""
Plan = tuple["list[float | FloatArray]", list[Line]]
"""Values of all inputs at one point, and the lines of those that are drawn."""


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
