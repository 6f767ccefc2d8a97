"""Sensitivity of a model to its inputs: complex step, checked against differences of size u.

The contribution ``c·u`` comes from the complex step, ``Im f(x + i·h·u)/h`` with h = 2⁻¹⁰⁰: no subtraction,
hence exact to rounding. It fails silently where a model is not analytic (``abs``, ``real``), so it is
compared with the central difference ``(f(x+u) - f(x-u))/2``. If they differ, a second difference with a small
step tells strong curvature (the complex step is right) from a function that is not analytic (the central
difference is taken).

All evaluations of all points go into two calls of the model: the arrays that it receives have one axis more
than the points, so a model must work element by element and not reduce over an axis.
"""

from __future__ import annotations

import inspect
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from benchtui.errors import BadInput
from benchtui.i18n import N_, text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchtui.calc.distributions import FloatArray
    from benchtui.calc.inputs import Input


_STEP = 2.0**-100
_SMALL = 2.0**-10
_AGREES = 1e-3
_EPSILON = float(np.finfo(np.float64).eps)


class BoundModel:
    """A model with its inputs in the order of its parameters.

    Parameters
    ----------
    model
        Plain vectorised function. If its parameter names are the inputs' symbols, inputs are matched by name;
        otherwise they are passed in the order given.
    inputs
        The inputs.

    Raises
    ------
    BadInput
        No input, two inputs of one symbol, inputs of different lengths, or a number of inputs that the model
        does not take.
    """

    def __init__(self, model: Callable[..., Any], inputs: Sequence[Input]) -> None:
        if not inputs:
            raise BadInput(text(N_("The measurement model has no inputs.")))
        self.model = model
        self.inputs = tuple(inputs)
        symbols = [one.symbol for one in inputs]
        twice = {symbol for symbol in symbols if symbols.count(symbol) > 1}
        if twice:
            raise BadInput(text(N_("Two inputs are called {symbol}."), symbol=min(twice)))
        self._order = _order(model, symbols)
        self.points = _common_points(inputs)
        self.width = self.points or 1

    def __call__(self, columns: Sequence[Any]) -> npt.NDArray[Any]:
        """Evaluate the model for *columns*, one array an input in the order of ``inputs``."""
        with np.errstate(all="ignore"):
            return self.evaluated(columns)

    def evaluated(self, columns: Sequence[Any]) -> npt.NDArray[Any]:
        """Do the same where the caller has already silenced numpy's warnings: that takes longer than a small model."""
        return np.asarray(self.model(*[columns[i] for i in self._order]))


@dataclass(frozen=True, eq=False)
class Sensitivities:
    """First-order look at a model, and what it leaves out; arrays of (inputs, points) or (points,).

    Attributes
    ----------
    y
        Value of the model at the estimates.
    contributions
        c·u with sign.
    kragten
        f(x + u) - f(x), the spreadsheet method of Kragten, Analyst 119 (1994) 2161.
    second_order
        Standard uncertainty that the second-order terms ½·(f_ij·u_i·u_j)² of JCGM 100:2008, 5.1.2, note,
        would add.
    undefined
        True where the model has no finite value one standard uncertainty away from the estimates.
    """

    y: FloatArray
    contributions: FloatArray
    kragten: FloatArray
    second_order: FloatArray
    undefined: npt.NDArray[np.bool_]


def sensitivities(bound: BoundModel) -> Sensitivities:
    """Evaluate the model around its estimates.

    Raises
    ------
    BadInput
        The model gives no finite number at the estimates of some point.
    """
    uncertain = [i for i, one in enumerate(bound.inputs) if np.any(one.u)]
    count, width = len(uncertain), bound.width
    pairs = np.triu_indices(count, 1)
    real = _evaluate(bound, uncertain, _offsets(count, pairs), width)
    if np.iscomplexobj(real):
        raise BadInput(text(N_("The measurement model gives complex numbers for real inputs.")))
    y = real[0]
    if not np.isfinite(y).all():
        raise BadInput(
            text(
                N_("The measurement model gives no finite number at point {n}."),
                n=int(np.argmin(np.isfinite(y))) + 1,
            ),
            hint=text(
                N_("Check the inputs of that point: a division by zero, a logarithm of a negative number?")
            ),
        )
    plus, minus = real[1 : 1 + count], real[1 + count : 1 + 2 * count]
    with np.errstate(all="ignore"):
        central = _difference(plus, minus, y)
        curvature = plus + minus - 2 * y
        mixed = real[1 + 2 * count :] - plus[pairs[0]] - plus[pairs[1]] + y
        step = complex_step(bound, uncertain)
        found = central if step is None else _analytic(bound, uncertain, step, central, y)
        # A difference cannot be smaller than the rounding of the values it is made of.
        noise = 8 * _EPSILON * np.abs(y)
        curvature = np.where(np.abs(curvature) <= noise, 0.0, curvature)
        mixed = np.where(np.abs(mixed) <= noise, 0.0, mixed)
        second = np.sqrt(0.5 * np.square(curvature).sum(axis=0) + np.square(mixed).sum(axis=0))
    undefined = ~np.isfinite(second)
    found = np.where(np.isfinite(found), found, central)
    if not np.isfinite(found).all():
        raise BadInput(
            text(N_("The sensitivity of the model to {symbol} is not a finite number."),
                 symbol=bound.inputs[uncertain[int(np.argmin(np.isfinite(found).all(axis=1)))]].symbol)
        )  # fmt: skip
    return Sensitivities(
        y=y,
        contributions=_spread(found, uncertain, bound),
        kragten=_spread(plus - y, uncertain, bound),
        second_order=second,
        undefined=undefined,
    )


def _order(model: Callable[..., Any], symbols: list[str]) -> list[int]:
    parameters = inspect.signature(model).parameters.values()
    placed = [p for p in parameters if p.kind in {p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD}]
    named = [p.name for p in placed]
    required = sum(p.default is p.empty for p in placed)
    most = math.inf if any(p.kind is p.VAR_POSITIONAL for p in parameters) else len(named)
    if not required <= len(symbols) <= most:
        raise BadInput(
            text(
                N_("The measurement model takes {n} inputs but {m} are given."), n=len(named), m=len(symbols)
            ),
            hint=text(N_("It takes {names}."), names=", ".join(named)),
        )
    if sorted(named[: len(symbols)]) == sorted(symbols):
        return [symbols.index(name) for name in named[: len(symbols)]]
    return list(range(len(symbols)))


def _common_points(inputs: Sequence[Input]) -> int | None:
    lengths = {one.points: one.symbol for one in inputs if one.points is not None}
    if len(lengths) > 1:
        (n, first), (m, second), *_ = lengths.items()
        raise BadInput(
            text(
                N_("Input {first} has {n} points but input {second} has {m}."),
                first=first,
                n=n,
                second=second,
                m=m,
            )
        )
    return next(iter(lengths), None)


def _offsets(count: int, pairs: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]) -> FloatArray:
    """Rows of offsets in units of u: none; +u each; -u each; +u of two at a time."""
    rows = np.zeros((1 + 2 * count + len(pairs[0]), count))
    one = np.arange(count)
    rows[1 + one, one] = 1.0
    rows[1 + count + one, one] = -1.0
    two = 1 + 2 * count + np.arange(len(pairs[0]))
    rows[two, pairs[0]] = 1.0
    rows[two, pairs[1]] = 1.0
    return rows


def _evaluate(
    bound: BoundModel, uncertain: list[int], offsets: npt.NDArray[Any], width: int
) -> npt.NDArray[Any]:
    columns: list[Any] = [one.value for one in bound.inputs]
    for column, i in enumerate(uncertain):
        one = bound.inputs[i]
        columns[i] = one.value + offsets[:, column, np.newaxis] * one.u
    result = bound(columns)
    return np.broadcast_to(result, (len(offsets), width))


def complex_step(
    bound: BoundModel, uncertain: list[int], base: FloatArray | float = 0.0
) -> FloatArray | None:
    """Contributions c·u by complex step, or None if the model does not take complex numbers.

    Parameters
    ----------
    bound
        The model.
    uncertain
        Numbers of the inputs whose contributions are wanted.
    base
        Where: offsets from the estimates in units of u, one row a contribution, one column an input.
    """
    try:
        result = _evaluate(bound, uncertain, base + np.eye(len(uncertain)) * (1j * _STEP), bound.width)
    except (TypeError, np.exceptions.ComplexWarning):
        return None
    return np.where(np.isnan(result), np.nan, np.imag(result) / _STEP)


def _analytic(
    bound: BoundModel, uncertain: list[int], step: FloatArray, central: FloatArray, y: FloatArray
) -> FloatArray:
    """Return *step*, but *central* where the model turns out not to be analytic."""
    magnitude = np.abs(y)
    differs = np.abs(step - central) > _AGREES * np.abs(central) + 8 * _EPSILON * magnitude
    if not differs.any():
        return step
    count = len(uncertain)
    offsets = np.concatenate([np.eye(count), -np.eye(count)]) * _SMALL
    real = _evaluate(bound, uncertain, offsets, step.shape[1])
    small = _difference(real[:count], real[count:], y) / _SMALL
    differs &= np.abs(step - small) > _AGREES * np.abs(small) + 8 * _EPSILON * magnitude / _SMALL
    return np.where(differs, central, step)


def _difference(plus: FloatArray, minus: FloatArray, y: FloatArray) -> FloatArray:
    """Central difference, or the one-sided one where the model ends on the other side."""
    central = (plus - minus) / 2
    central = np.where(np.isfinite(central), central, plus - y)
    return np.where(np.isfinite(central), central, y - minus)


def _spread(found: FloatArray, uncertain: list[int], bound: BoundModel) -> FloatArray:
    """Put the rows of the uncertain inputs among zero rows for the exact ones."""
    table = np.zeros((len(bound.inputs), bound.width))
    table[uncertain] = found
    return table
