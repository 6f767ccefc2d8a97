"""Budgets of the documents: independent contributions, coverage factor 2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchtui.calc import Input, propagate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

K = 2.0
"""Coverage factor of every expanded uncertainty in the documents."""


def relative_uncertainty(model: Callable[..., Any], inputs: Sequence[Input]) -> float:
    """Return the combined standard uncertainty of the result of *model*, relative to its estimate."""
    budget = propagate(model, inputs)
    assert isinstance(budget.u, float), "the inputs are those of one point"
    assert isinstance(budget.y, float), "the inputs are those of one point"
    return budget.u / abs(budget.y)


def combined(*parts: float) -> float:
    """Combine independent relative uncertainties whose sensitivity is 1 (JCGM 100:2008, 5.1.6)."""
    inputs = [Input.normal(f"x{i}", 0.0, u, unit="1", source="document") for i, u in enumerate(parts)]
    budget = propagate(_total, inputs)
    assert isinstance(budget.u, float), "the inputs are those of one point"
    return budget.u


def _total(*parts: Any) -> Any:
    return sum(parts)
