"""Second-order propagation: the full formula of the note to JCGM 100:2008, 5.1.2.

``u² = Σ (f_i·u_i)² + Σ_i Σ_j (½·f_ij² + f_i·f_ijj)·u_i²·u_j²`` for independent, symmetric inputs. Every
budget carries the quick form of the first part of the extra terms; this is the exact one, to validate a model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from benchtui.calc.sensitivity import BoundModel, complex_step, sensitivities
from benchtui.errors import BadInput
from benchtui.i18n import N_, text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchtui.calc.inputs import Input, Values

_STEP = 2.0**-4
"""Step in units of u: small enough for the differences to be derivatives, large enough for their rounding."""


def second_order_uncertainty(model: Callable[..., Any], inputs: Sequence[Input]) -> Values:
    """Return u_c with the second-order terms, for independent inputs with symmetric distributions.

    Raises
    ------
    BadInput
        The model is not analytic (it takes no complex numbers), or the formula gives a negative variance: the
        model is too far from quadratic, and only Monte Carlo serves.
    """
    bound = BoundModel(model, inputs)
    first = sensitivities(bound).contributions
    uncertain = [i for i, one in enumerate(bound.inputs) if np.any(one.u)]
    slopes = {
        sign: [_slopes(bound, uncertain, j, sign * _STEP) for j in range(len(uncertain))] for sign in (1, -1)
    }
    variance = np.square(first).sum(axis=0)
    for column in range(len(uncertain)):
        plus, minus = slopes[1][column], slopes[-1][column]
        second = (plus - minus) / (2 * _STEP)
        third = (plus + minus - 2 * first[uncertain]) / _STEP**2
        variance += (0.5 * np.square(second) + first[uncertain] * third).sum(axis=0)
    if (variance < 0).any():
        raise BadInput(
            text(N_("The second-order formula gives a negative variance for this model.")),
            hint=text(N_("Take the uncertainty from Monte Carlo.")),
        )
    u = np.sqrt(variance)
    return float(u[0]) if bound.points is None else u


def _slopes(bound: BoundModel, uncertain: list[int], moved: int, offset: float) -> Any:
    """Contributions c·u of all inputs where input *moved* is *offset*·u off its estimate."""
    base = np.zeros((len(uncertain), len(uncertain)))
    base[:, moved] = offset
    found = complex_step(bound, uncertain, base)
    if found is None:
        raise BadInput(
            text(N_("The measurement model takes no complex numbers, so it has no exact derivatives."))
        )
    return found
