"""What a budget has to say about itself before anybody trusts it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from benchtui.i18n import N_, Text, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchtui.calc.distributions import FloatArray
    from benchtui.calc.inputs import Input

SECOND_ORDER_LIMIT = 0.1
"""Second-order terms above this part of u_c raise an alarm."""


class AlarmCode(StrEnum):
    """Kinds of alarm."""

    ZERO_UNCERTAINTY = "zero-uncertainty"
    """u_c = 0 although the inputs are uncertain."""
    ZERO_SENSITIVITY = "zero-sensitivity"
    """All sensitivities are zero (JCGM 101:2008, 9.4): the first order says nothing."""
    NON_LINEAR = "non-linear"
    """Second-order terms exceed 10 % of u_c (JCGM 100:2008, 5.1.2, note)."""
    UNDEFINED = "undefined"
    """The model has no finite value one standard uncertainty away from the estimates."""
    FEW_READINGS = "few-readings"
    """A Type A input rests on at most three readings."""
    CORRELATED_DOF = "correlated-dof"
    """Correlated inputs have different degrees of freedom: ν_eff is not defined."""


@dataclass(frozen=True)
class Alarm:
    """One alarm: *code*, a sentence, and the points (from 0) where it holds; empty: at all points."""

    code: AlarmCode
    text: Text
    points: tuple[int, ...] = ()


def zero_alarms(inputs: Sequence[Input], contributions: FloatArray, u: FloatArray) -> list[Alarm]:
    """Alarms of a vanishing uncertainty."""
    if not any(np.any(one.u) for one in inputs):
        return []
    insensitive = ~np.any(contributions, axis=0)
    found = []
    if insensitive.any():
        found.append(Alarm(AlarmCode.ZERO_SENSITIVITY, text(N_(
            "The result does not react to any input at this point; take the uncertainty from Monte Carlo.")),
            _places(insensitive)))  # fmt: skip
    cancelled = (u == 0) & ~insensitive
    if cancelled.any():
        found.append(Alarm(AlarmCode.ZERO_UNCERTAINTY, text(N_(
            "The combined uncertainty is 0 although the inputs are uncertain; check the correlations.")),
            _places(cancelled)))  # fmt: skip
    return found


def second_order_alarms(
    second_order: FloatArray, undefined: npt.NDArray[np.bool_], u: FloatArray
) -> list[Alarm]:
    """Alarms of a model that bends within one standard uncertainty."""
    found = []
    bent = ~undefined & (second_order > SECOND_ORDER_LIMIT * u)
    if bent.any():
        found.append(Alarm(AlarmCode.NON_LINEAR, text(N_(
            "Second-order terms exceed 10 % of the combined uncertainty; compare with Monte Carlo.")),
            _places(bent)))  # fmt: skip
    if undefined.any():
        found.append(Alarm(AlarmCode.UNDEFINED, text(N_(
            "The model has no value one standard uncertainty away from the estimates; use Monte Carlo.")),
            _places(undefined)))  # fmt: skip
    return found


def few_readings_alarms(inputs: Sequence[Input]) -> list[Alarm]:
    """Alarms of Type A inputs with n ≤ 3."""
    return [
        Alarm(AlarmCode.FEW_READINGS, text(N_(
            "{symbol} rests on {n} readings; its standard deviation is hardly known."),
            symbol=one.symbol, n=f"{one.dof + 1:.0f}"))
        for one in inputs
        if one.kind == "A" and one.dof <= 2
    ]  # fmt: skip


def correlated_dof_alarm(symbols: Sequence[str]) -> Alarm:
    """Alarm of correlated inputs whose degrees of freedom differ."""
    return Alarm(AlarmCode.CORRELATED_DOF, text(N_(
        "{symbols} are correlated but differ in degrees of freedom; take the interval from Monte Carlo."),
        symbols=", ".join(symbols)))  # fmt: skip


def _places(mask: npt.NDArray[np.bool_]) -> tuple[int, ...]:
    return () if mask.all() else tuple(int(i) for i in np.flatnonzero(mask))
