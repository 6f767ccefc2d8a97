"""Correlation: between the inputs of a model, and between results that share inputs.

Sources: JCGM 100:2008, 5.2, F.1.2 and H.2; JCGM 102:2011, 6.2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from benchtui.errors import BadInput
from benchtui.i18n import N_, text

if TYPE_CHECKING:
    from benchtui.calc.distributions import FloatArray
    from benchtui.calc.inputs import Input

Correlations = Mapping[tuple[str, str], float]
"""Correlation coefficients by pairs of symbols; the order in a pair does not matter."""

Ensembles = Sequence[Sequence[str]]
"""Groups of symbols of inputs that were measured together and so share one number of degrees of freedom."""

_ROUNDING = 1e-9


def correlation_matrix(inputs: Sequence[Input], correlations: Correlations | None) -> FloatArray | None:
    """Return the correlation matrix of *inputs*, or None if they are uncorrelated.

    Inputs of the same identity are the same quantity: their coefficient is 1.

    Raises
    ------
    BadInput
        A symbol that no input has, a coefficient outside -1 … 1, a matrix that is not positive semi-definite.
    """
    symbols = [one.symbol for one in inputs]
    matrix = np.eye(len(symbols))
    for i, one in enumerate(inputs):
        for j in range(i):
            if one.identity and one.identity == inputs[j].identity:
                matrix[i, j] = matrix[j, i] = 1.0
    for (first, second), r in (correlations or {}).items():
        for symbol in (first, second):
            if symbol not in symbols:
                raise BadInput(
                    text(N_("A correlation names {symbol}, which is no input."), symbol=symbol),
                    hint=text(N_("The inputs are {names}."), names=", ".join(symbols)),
                )
        if first == second or not -1 <= r <= 1:
            raise BadInput(
                text(N_("The correlation of {first} and {second} is {r}; it must lie between -1 and 1."),
                     first=first, second=second, r=r)
            )  # fmt: skip
        i, j = symbols.index(first), symbols.index(second)
        matrix[i, j] = matrix[j, i] = r
    if not np.any(matrix - np.eye(len(symbols))):
        return None
    if float(np.linalg.eigvalsh(matrix)[0]) < -_ROUNDING:
        involved = [symbols[i] for i in np.flatnonzero(np.count_nonzero(matrix, axis=0) > 1)]
        raise BadInput(
            text(N_("The correlations of {names} contradict each other."), names=", ".join(involved)),
            hint=text(N_("The correlation matrix must not have a negative eigenvalue.")),
        )
    return matrix


def families(inputs: Sequence[Input], matrix: FloatArray | None, ensembles: Ensembles) -> list[list[int]]:
    """Group the inputs (by index) that hang together by correlation or because they were measured together.

    Raises
    ------
    BadInput
        An ensemble that names no input, or whose members have different degrees of freedom.
    """
    symbols = [one.symbol for one in inputs]
    head = list(range(len(symbols)))

    def top(i: int) -> int:
        while head[i] != i:
            i = head[i]
        return i

    for ensemble in ensembles:
        unknown = [symbol for symbol in ensemble if symbol not in symbols]
        if unknown:
            raise BadInput(text(N_("An ensemble names {symbol}, which is no input."), symbol=unknown[0]))
        members = [symbols.index(symbol) for symbol in ensemble]
        if len({inputs[i].dof for i in members}) > 1:
            raise BadInput(
                text(N_("{names} were measured together but have different degrees of freedom."),
                     names=", ".join(ensemble))
            )  # fmt: skip
        for i in members[1:]:
            head[top(i)] = top(members[0])
    if matrix is not None:
        for i, j in zip(*np.nonzero(np.triu(matrix, 1)), strict=True):
            head[top(int(j))] = top(int(i))
    groups: dict[int, list[int]] = {}
    for i in range(len(symbols)):
        groups.setdefault(top(i), []).append(i)
    return list(groups.values())
