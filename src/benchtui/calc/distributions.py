"""Probability distributions of inputs, scaled to their standard uncertainty.

A distribution here is a *shape*: an input is ``value + u · ε`` with ε drawn from the shape. Every shape has
mean 0 and, except Student's t, standard deviation 1. For t the scale is s/√n itself, so that ε has the
standard deviation √(ν/(ν-2)) that JCGM 101:2008, 6.4.9.7 asks for (the scaled *and* shifted t).

Sources: JCGM 100:2008, 4.3; JCGM 101:2008, Table 1 and 6.4; JJF 1059.1-2012, Table 3.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from benchtui.errors import BadInput
from benchtui.i18n import N_, text

FloatArray = npt.NDArray[np.float64]

_HALF = np.array(0.5)
_SINE = tuple(
    np.array(coefficient)
    for coefficient in (
        -2.113362735205297e-05, 4.659870158043378e-04, -7.3703643265304155e-03, 8.214587881631043e-02,
        -5.99264528825224e-01, 2.5501640398618677, -5.1677127800497855, 3.1415926535897927,
    )
)  # fmt: skip
"""Odd polynomial sin(π·x) = x·P(x²) for |x| ≤ ½, Chebyshev interpolation in x²: wrong by less than 5·10⁻¹⁶.

Highest power first; arrays without axes, since numpy converts a Python number anew at each operation.
"""


@dataclass(frozen=True)
class Distribution(ABC):
    """A shape with mean 0. ``name`` is a message id in the words of a budget table."""

    name: ClassVar[str]

    @property
    def divisor(self) -> float:
        """Half-width divided by standard uncertainty; infinite where the shape has no half-width."""
        return math.inf

    @property
    def spread(self) -> float:
        """Standard deviation of ε: 1, except for Student's t; infinite where the shape has none."""
        return 1.0

    @property
    def line(self) -> tuple[float, float]:
        """Slope and intercept that make ε of the raw values of :meth:`raw`."""
        return 1.0, 0.0

    @abstractmethod
    def raw(self, generator: np.random.Generator, room: FloatArray) -> FloatArray:
        """Draw as many random values as *room* (1-D) holds, in the units that are cheapest to draw.

        They are returned, and lie in *room* unless numpy hands out an array of its own.
        """

    def draw(self, generator: np.random.Generator, count: int) -> FloatArray:
        """Draw *count* values of ε."""
        epsilon = self.raw(generator, np.empty(count))
        slope, intercept = self.line
        epsilon *= slope
        epsilon += intercept
        return epsilon


@dataclass(frozen=True)
class Exact(Distribution):
    """No uncertainty, on purpose: a set value, a defined constant."""

    name: ClassVar[str] = N_("exact")

    def raw(self, generator: np.random.Generator, room: FloatArray) -> FloatArray:  # noqa: ARG002 - nothing is random
        """Return zeros."""
        room.fill(0.0)
        return room


@dataclass(frozen=True)
class Normal(Distribution):
    """Normal (Gaussian) distribution."""

    name: ClassVar[str] = N_("normal")

    def raw(self, generator: np.random.Generator, room: FloatArray) -> FloatArray:
        """Return ε itself."""
        return generator.standard_normal(out=room)


@dataclass(frozen=True)
class StudentT(Distribution):
    """Student's t with *dof* degrees of freedom: the mean of few readings, or a certificate that states ν.

    Source: JCGM 101:2008, 6.4.9.
    """

    dof: float
    name: ClassVar[str] = N_("Student's t")

    def __post_init__(self) -> None:
        if not 0 < self.dof < math.inf:
            raise BadInput(
                text(
                    N_("Student's t needs positive finite degrees of freedom, not {found}."),
                    found=self.dof,
                )
            )

    @property
    def spread(self) -> float:
        """√(ν/(ν-2)); infinite for ν ≤ 2, where the distribution has no variance."""
        return math.sqrt(self.dof / (self.dof - 2)) if self.dof > 2 else math.inf

    def raw(self, generator: np.random.Generator, room: FloatArray) -> FloatArray:
        """Return ε itself."""
        return generator.standard_t(self.dof, room.size)


def normal_or_t(dof: float) -> Distribution:
    """Return the shape of a quantity whose u has *dof* degrees of freedom: normal where they are infinite, else t."""
    return Normal() if math.isinf(dof) else StudentT(dof)


@dataclass(frozen=True)
class Rectangular(Distribution):
    """Rectangular distribution: only limits ±a are known; u = a/√3."""

    name: ClassVar[str] = N_("rectangular")

    @property
    def divisor(self) -> float:
        """√3."""
        return math.sqrt(3)

    @property
    def line(self) -> tuple[float, float]:
        """From 0 … 1 to -√3 … √3."""
        return 2 * math.sqrt(3), -math.sqrt(3)

    def raw(self, generator: np.random.Generator, room: FloatArray) -> FloatArray:
        """Return values in 0 … 1."""
        return generator.random(out=room)


@dataclass(frozen=True)
class Trapezoidal(Distribution):
    """Symmetric trapezoid: base ±a, top ±βa; β = 1 is rectangular, β = 0 triangular. u = a·√((1+β²)/6)."""

    beta: float
    name: ClassVar[str] = N_("trapezoidal")

    def __post_init__(self) -> None:
        if not 0 <= self.beta <= 1:
            raise BadInput(
                text(
                    N_("The ratio of top to base of a trapezoid lies between 0 and 1, not {found}."),
                    found=self.beta,
                )
            )

    @property
    def divisor(self) -> float:
        """√(6/(1+β²))."""
        return math.sqrt(6 / (1 + self.beta**2))

    @property
    def line(self) -> tuple[float, float]:
        """From 0 … 2 to -a … a."""
        return self.divisor, -self.divisor

    def raw(self, generator: np.random.Generator, room: FloatArray) -> FloatArray:
        """Return the sum of two rectangular values of widths 1 ± β (JCGM 101:2008, 6.4.4.4)."""
        generator.random(out=room)
        room *= 1 + self.beta
        room += (1 - self.beta) * generator.random(room.size)
        return room


@dataclass(frozen=True)
class CurvilinearTrapezoid(Distribution):
    """Rectangular with inexact limits: half-width a·(1 ± d), *d* relative to a. u = a·√(1/3 + d²/9).

    Source: JCGM 101:2008, 6.4.3.
    """

    d: float
    name: ClassVar[str] = N_("curvilinear trapezoid")

    def __post_init__(self) -> None:
        if not 0 <= self.d <= 1:
            raise BadInput(
                text(
                    N_("The inexactness of limits lies between 0 and 1 of the half-width, not {found}."),
                    found=self.d,
                )
            )

    @property
    def divisor(self) -> float:
        """1/√(1/3 + d²/9)."""
        return 1 / math.sqrt(1 / 3 + self.d**2 / 9)

    @property
    def line(self) -> tuple[float, float]:
        """From half-widths 1 ± d, halved, to a·(1 ± d)."""
        return 2 * self.divisor, 0.0

    def raw(self, generator: np.random.Generator, room: FloatArray) -> FloatArray:
        """Return values by JCGM 101:2008, 6.4.3.4, two random numbers each."""
        generator.random(out=room)
        room -= _HALF
        half_width = generator.random(room.size)
        half_width *= 2 * self.d
        half_width += 1 - self.d
        room *= half_width
        return room


@dataclass(frozen=True)
class Triangular(Distribution):
    """Symmetric triangle of base ±a; u = a/√6."""

    name: ClassVar[str] = N_("triangular")

    @property
    def divisor(self) -> float:
        """√6."""
        return math.sqrt(6)

    @property
    def line(self) -> tuple[float, float]:
        """From 0 … 2 to -√6 … √6."""
        return math.sqrt(6), -math.sqrt(6)

    def raw(self, generator: np.random.Generator, room: FloatArray) -> FloatArray:
        """Return the sum of two values in 0 … 1."""
        generator.random(out=room)
        room += generator.random(room.size)
        return room


@dataclass(frozen=True)
class Arcsine(Distribution):
    """Arcsine (U-shaped) distribution of a cyclic variation ±a; u = a/√2. Source: JCGM 101:2008, 6.4.6."""

    name: ClassVar[str] = N_("arcsine")

    @property
    def divisor(self) -> float:
        """√2."""
        return math.sqrt(2)

    @property
    def line(self) -> tuple[float, float]:
        """From -1 … 1 to -√2 … √2."""
        return math.sqrt(2), 0.0

    def raw(self, generator: np.random.Generator, room: FloatArray) -> FloatArray:
        """Return sin(π·x), x uniform in -½ … ½, by a polynomial: half the time of numpy's sine, and as exact."""
        generator.random(out=room)
        room -= _HALF
        square = room * room
        sine = square * _SINE[0]
        for coefficient in _SINE[1:-1]:
            sine += coefficient
            sine *= square
        sine += _SINE[-1]
        room *= sine
        return room


@dataclass(frozen=True)
class TwoPoint(Distribution):
    """Either +a or -a with equal probability (两点分布); u = a. Source: JJF 1059.1-2012, Table 3."""

    name: ClassVar[str] = N_("two-point")

    @property
    def divisor(self) -> float:
        """1."""
        return 1.0

    @property
    def line(self) -> tuple[float, float]:
        """From 0, 1 to -1, 1."""
        return 2.0, -1.0

    def raw(self, generator: np.random.Generator, room: FloatArray) -> FloatArray:
        """Return 0 or 1."""
        generator.random(out=room)
        return np.round(room, out=room)


@dataclass(frozen=True)
class Exponential(Distribution):
    """Exponential: a quantity that cannot be negative and of which only the mean is known; u equals the mean.

    Source: JCGM 101:2008, 6.4.10.
    """

    name: ClassVar[str] = N_("exponential")

    @property
    def line(self) -> tuple[float, float]:
        """From mean 1 to mean 0."""
        return 1.0, -1.0

    def raw(self, generator: np.random.Generator, room: FloatArray) -> FloatArray:
        """Return values of mean 1."""
        return generator.standard_exponential(out=room)


def dof_from_reliability(relative_uncertainty_of_u: float) -> float:
    """Degrees of freedom of a Type B u that is itself known to *relative_uncertainty_of_u* (0.25 → 8).

    Source: JCGM 100:2008, G.4.2, equation (G.3): ν = ½·(Δu/u)⁻².

    Raises
    ------
    BadInput
        Zero or negative.
    """
    if not relative_uncertainty_of_u > 0:
        raise BadInput(
            text(
                N_("The relative uncertainty of u must be positive, not {found}."),
                found=relative_uncertainty_of_u,
            )
        )
    return 0.5 / relative_uncertainty_of_u**2
