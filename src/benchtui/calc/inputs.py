"""Inputs of a measurement model: what is known about each quantity, and from where."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from benchtui.calc.distributions import Distribution, Exact, FloatArray, Rectangular, StudentT, normal_or_t
from benchtui.calc.type_a import Deviation, checked, mean_and_deviation
from benchtui.errors import BadInput
from benchtui.i18n import N_, text

if TYPE_CHECKING:
    import numpy.typing as npt

Values = float | FloatArray
"""A float, or a 1-D array with one element a point."""

_SQRT12 = math.sqrt(12)


@dataclass(frozen=True, eq=False, kw_only=True)
class Input:
    """One input quantity of a measurement model.

    Attributes
    ----------
    symbol
        Name in the model, such as ``v_meter``.
    value, u
        Best estimate and standard uncertainty in *unit*: floats, or 1-D arrays with one element a point.
    distribution
        Shape of what is known about the quantity.
    dof
        Degrees of freedom of *u*; infinite if u is taken as known exactly.
    kind
        ``A``: evaluated from the readings at hand; ``B``: by any other means.
    unit, source
        Unit symbol, and where the numbers come from (certificate number, specification, readings).
    identity
        Inputs of the same non-empty identity are the same quantity, also in other budgets and at other
        points: their errors are one and the same, scaled by each one's u (correlation 1).

    Raises
    ------
    BadInput
        A value or u that is not finite, a negative u, u = 0 without :meth:`constant`, shapes that differ.
    """

    symbol: str
    value: Values
    u: Values
    distribution: Distribution
    dof: float = math.inf
    kind: Literal["A", "B"] = "B"
    unit: str = ""
    source: str = ""
    identity: str = ""

    def __post_init__(self) -> None:
        value = _values(self.symbol, self.value)
        u = _values(self.symbol, self.u)
        object.__setattr__(self, "value", value)
        object.__setattr__(self, "u", u)
        if np.ndim(value) and np.ndim(u) and np.shape(value) != np.shape(u):
            raise BadInput(
                text(N_("Input {symbol} has values for {n} points but uncertainties for {m}."),
                     symbol=self.symbol, n=np.size(value), m=np.size(u))
            )  # fmt: skip
        smallest = u if isinstance(u, float) else float(u.min())
        if smallest < 0:
            raise BadInput(
                text(N_("Input {symbol} has a negative uncertainty, {u}."), symbol=self.symbol, u=smallest),
                hint=text(N_("An uncertainty is a magnitude: enter it without sign.")),
            )
        exact = isinstance(self.distribution, Exact)
        if smallest == 0 and not exact:
            raise BadInput(
                text(N_("Input {symbol} has the uncertainty 0."), symbol=self.symbol),
                hint=text(N_("State the resolution or a limit, or declare the input a constant.")),
            )
        if exact and np.any(u):
            raise BadInput(
                text(N_("Input {symbol} is declared exact but has an uncertainty."), symbol=self.symbol)
            )
        _check_dof(self.symbol, self.dof)

    @property
    def points(self) -> int | None:
        """Number of points, or None if the input is the same at every point."""
        if isinstance(self.value, np.ndarray):
            return self.value.size
        return self.u.size if isinstance(self.u, np.ndarray) else None

    @classmethod
    def from_readings(
        cls,
        symbol: str,
        readings: npt.ArrayLike,
        *,
        unit: str,
        source: str,
        resolution: float = 0.0,
        repeatability: Deviation | None = None,
        identity: str = "",
    ) -> Input:
        """Type A input from repeated readings: their mean, s/√n, n-1 degrees of freedom.

        Parameters
        ----------
        symbol, unit, source, identity
            As in :class:`Input`.
        readings
            1-D, n readings of one point; or 2-D, one row of n readings a point.
        resolution
            Smallest step of the indication. Where all readings are equal they say nothing but that the
            scatter is smaller than the step: u is then resolution/√12 with infinite degrees of freedom.
        repeatability
            Standard deviation of one reading known from earlier measurements of the same kind (pooled, or by
            the range method). It replaces that of the readings at hand: u = s/√n with the degrees of freedom
            of s, and a single reading is enough.

        Raises
        ------
        BadInput
            No reading, a single one, one that is not finite, or all equal while *resolution* is 0.

        Notes
        -----
        JCGM 100:2008, 4.2. The row of a 2-D table that holds equal readings gets resolution/√12; the degrees
        of freedom of the whole input stay n-1, which only makes the coverage factor larger.
        """
        table = checked(readings, 1 if repeatability else 2, symbol)
        if table.ndim > 2:
            raise BadInput(text(N_("Input {symbol} has no table of readings by points."), symbol=symbol))
        count = table.shape[-1]
        if repeatability is not None:
            u = np.full(table.shape[:-1], repeatability.s / math.sqrt(count))
            return cls(
                symbol=symbol,
                value=_unwrap(table.mean(axis=-1)),
                u=_unwrap(u),
                distribution=normal_or_t(repeatability.dof),
                dof=repeatability.dof,
                kind="A",
                unit=unit,
                source=source,
                identity=identity,
            )
        mean, deviation = mean_and_deviation(table)
        equal = np.all(table == table[..., :1], axis=-1)
        if np.any(equal) and not resolution > 0:
            raise BadInput(
                text(N_("All readings of {symbol} are equal, so their scatter is unknown."), symbol=symbol),
                hint=text(N_("State the resolution of the indication.")),
            )
        u = np.where(equal, resolution / _SQRT12, deviation / math.sqrt(count))
        same = bool(np.all(equal))
        return cls(
            symbol=symbol,
            value=_unwrap(mean),
            u=_unwrap(u),
            distribution=Rectangular() if same else StudentT(count - 1),
            dof=math.inf if same else count - 1,
            kind="A",
            unit=unit,
            source=source,
            identity=identity,
        )

    @classmethod
    def limits(
        cls,
        symbol: str,
        value: Values,
        half_width: Values,
        distribution: Distribution,
        *,
        unit: str,
        source: str,
        dof: float = math.inf,
        identity: str = "",
    ) -> Input:
        """Type B input from limits ±*half_width* and a *distribution* that has a half-width.

        Raises
        ------
        BadInput
            The distribution has no half-width (normal, t), or the limits are no positive finite number.
        """
        if not math.isfinite(distribution.divisor):
            raise BadInput(
                text(N_("Input {symbol} is given by limits, which a {name} distribution does not have."),
                     symbol=symbol, name=distribution.name),
                hint=text(N_("Choose a rectangular, trapezoidal, triangular or arcsine distribution.")),
            )  # fmt: skip
        u = np.asarray(half_width, dtype=np.float64) / distribution.divisor
        return cls(symbol=symbol, value=value, u=_unwrap(u), distribution=distribution, dof=dof, unit=unit,
                   source=source, identity=identity)  # fmt: skip

    @classmethod
    def rectangular(
        cls,
        symbol: str,
        value: Values,
        half_width: Values,
        *,
        unit: str,
        source: str,
        dof: float = math.inf,
        identity: str = "",
    ) -> Input:
        """Type B input of which only limits ±*half_width* are known: u = a/√3 (JCGM 100:2008, 4.3.7)."""
        return cls.limits(
            symbol, value, half_width, Rectangular(), unit=unit, source=source, dof=dof, identity=identity
        )

    @classmethod
    def normal(
        cls,
        symbol: str,
        value: Values,
        u: Values,
        *,
        unit: str,
        source: str,
        dof: float = math.inf,
        identity: str = "",
    ) -> Input:
        """Type B input with standard uncertainty *u*; with finite *dof* its distribution is Student's t.

        JCGM 101:2008, 6.4.9.7 asks for the t distribution where a source states u with its degrees of
        freedom.
        """
        _check_dof(symbol, dof)
        return cls(symbol=symbol, value=value, u=u, distribution=normal_or_t(dof), dof=dof, unit=unit, source=source,
                   identity=identity)  # fmt: skip

    @classmethod
    def expanded(
        cls,
        symbol: str,
        value: Values,
        U: Values,  # noqa: N803 - the field's symbol
        k: float,
        *,
        unit: str,
        source: str,
        dof: float = math.inf,
        identity: str = "",
    ) -> Input:
        """Type B input from a certificate: expanded uncertainty *U* with its coverage factor *k*; u = U/k.

        Raises
        ------
        BadInput
            k is not positive.
        """
        if not k > 0:
            raise BadInput(
                text(
                    N_("Input {symbol} has the coverage factor {k}; it must be positive."), symbol=symbol, k=k
                )
            )
        u = _unwrap(np.asarray(U, dtype=np.float64) / k)
        return cls.normal(symbol, value, u, unit=unit, source=source, dof=dof, identity=identity)

    @classmethod
    def constant(cls, symbol: str, value: Values, *, unit: str, source: str = "") -> Input:
        """Exact number such as a set value: u = 0 on purpose."""
        return cls(symbol=symbol, value=value, u=0.0, distribution=Exact(), unit=unit, source=source)

    def renamed(self, symbol: str) -> Input:
        """Return the same quantity under another *symbol*; it keeps its identity."""
        return replace(self, symbol=symbol)


def _check_dof(symbol: str, dof: float) -> None:
    if not dof > 0:
        raise BadInput(
            text(
                N_("Input {symbol} has {found} degrees of freedom; they must be positive."),
                symbol=symbol,
                found=dof,
            )
        )


def _values(symbol: str, given: Values) -> Values:
    array = np.asarray(given, dtype=np.float64)
    if array.ndim > 1 or array.size == 0:
        raise BadInput(
            text(N_("Input {symbol} must be one number, or one number a point."), symbol=symbol),
            hint=text(N_("Its shape is {shape}."), shape=array.shape),
        )
    if not np.isfinite(array).all():
        raise BadInput(
            text(N_("Input {symbol} is not a finite number."), symbol=symbol),
            hint=text(N_("A reading that is over range or missing cannot be used.")),
        )
    return _unwrap(array)


def _unwrap(array: FloatArray | np.float64) -> Values:
    return array if isinstance(array, np.ndarray) and array.ndim else float(array)
