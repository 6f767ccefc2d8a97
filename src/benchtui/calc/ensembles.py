"""Quantities that are read together, set by set: their means are correlated (JCGM 100:2008, H.2)."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchtui.calc.distributions import StudentT
from benchtui.calc.inputs import Input
from benchtui.calc.type_a import checked, mean_and_deviation
from benchtui.errors import BadInput
from benchtui.i18n import N_, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt


@dataclass(frozen=True, eq=False)
class Simultaneous:
    """Inputs from simultaneous readings, ready for :func:`~benchtui.calc.propagate`.

    Attributes
    ----------
    inputs
        The means; each keeps its identity in every budget it enters.
    correlations
        Their correlation coefficients by pairs of symbols.
    ensemble
        Their symbols: they share n-1 degrees of freedom.
    """

    inputs: tuple[Input, ...]
    correlations: dict[tuple[str, str], float]
    ensemble: tuple[str, ...]


def simultaneous(
    readings: Mapping[str, npt.ArrayLike], *, units: Mapping[str, str], source: str
) -> Simultaneous:
    """Make correlated Type A inputs from sets of readings that were taken together.

    Parameters
    ----------
    readings
        Symbol → its readings; the i-th readings of all symbols belong to one set.
    units
        Symbol → unit.
    source
        Where the readings come from; it is also their common identity.

    Raises
    ------
    BadInput
        Lists of different lengths, fewer than two sets, readings that do not scatter.
    """
    series = {symbol: checked(values, 2, symbol) for symbol, values in readings.items()}
    lengths = {values.size for values in series.values()}
    if len(lengths) != 1:
        raise BadInput(text(N_("Readings that were taken together must be equally many.")))
    count = lengths.pop()
    inputs = []
    for symbol, values in series.items():
        mean, s = (float(part) for part in mean_and_deviation(values))
        if s == 0:
            raise BadInput(
                text(N_("All readings of {symbol} are equal, so their scatter is unknown."), symbol=symbol),
                hint=text(N_("State the resolution of the indication.")),
            )
        inputs.append(
            Input(
                symbol=symbol,
                value=mean,
                u=s / count**0.5,
                distribution=StudentT(count - 1),
                dof=count - 1,
                kind="A",
                unit=units[symbol],
                source=source,
                identity=f"{source}: {symbol}",
            )
        )
    correlations = {
        (a, b): float(np.corrcoef(series[a], series[b])[0, 1]) for a, b in itertools.combinations(series, 2)
    }
    return Simultaneous(tuple(inputs), correlations, tuple(series))
