"""Coverage factors: k = 2, Student's t, and the shapes that a dominating contribution imposes.

Sources: JCGM 100:2008, 6.3, G.3, G.4, G.6; JJF 1059.1-2012, 4.5; EA-4/02 M:2022, Annex E, S9 and S10. The
method of Welch (1947) for few readings is in :mod:`benchtui.calc.welch`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from benchtui.calc.distributions import Distribution, FloatArray, Rectangular, Trapezoidal, Triangular
from benchtui.calc.welch import WELCH_BELOW, welch_factor
from benchtui.errors import BadInput
from benchtui.i18n import N_, Text, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

TWO_SIGMA = math.erf(math.sqrt(2))
"""Probability within ±2 standard deviations of a normal distribution, 0.954 499 7 (written 95.45 %)."""

K2_FROM = 61
"""Degrees of freedom from which k = 2 gives at least 95 %: t₉₅(60) = 2.0003, t₉₅(61) = 1.9996."""

DOMINANCE = 0.3
"""A contribution dominates if the others combined are not more than 0.3 of it (EA-4/02 M:2022, S9.14)."""

_STUDENT: dict[str, float] = {"k2": TWO_SIGMA, "gum95": 0.95, "ea9545": TWO_SIGMA}

Policy = Literal["k2", "gum95", "ea9545", "student"]
Method = Literal["welch-satterthwaite", "welch"]
Basis = Literal["k2", "student", "welch", "rectangular", "trapezoidal"]


@dataclass(frozen=True)
class Coverage:
    """How the coverage factor is chosen.

    Attributes
    ----------
    policy
        ``k2``: k = 2 where ν_eff ≥ 61, so that U covers at least 95 % (JJF 2009—2022 prints "U (k=2)"); below
        that, Student's t at 95.45 %.
        ``gum95``: Student's t at 95 % (JCGM 100:2008, G.6; JJF 1059.1-2012, 4.5.3).
        ``ea9545``: Student's t at 95.45 % (EA-4/02, Annex E; ILAC-P14).
        ``student``: Student's t at *level*.
    level
        Coverage probability for the policy ``student``, such as 0.99.
    shape_aware
        Use the k of a rectangle or trapezoid where one or two limits dominate the budget (k = 1.65 … 1.90).
    method
        What Student's t becomes where readings stand beside known uncertainties. ``welch-satterthwaite``:
        t with ν_eff, as JCGM 100:2008, G.4, and JJF 1059.1 prescribe. ``welch``: the factor of Welch (1947), with
        which the interval covers as stated for few readings too (:mod:`benchtui.calc.welch`); with readings
        alone, or many, it is the same. The inputs of finite ν count as one part, with the ν that
        Welch-Satterthwaite gives them, truncated.
    """

    policy: Policy = "k2"
    level: float = 0.95
    shape_aware: bool = False
    method: Method = "welch-satterthwaite"

    def __post_init__(self) -> None:
        if not 0 < self.level < 1:
            raise BadInput(
                text(N_("A coverage probability lies between 0 and 1, not {found}."), found=self.level)
            )
        if self.policy not in {*_STUDENT, "student"}:
            raise BadInput(text(N_("There is no coverage policy {found}."), found=self.policy),
                           hint=text(N_("Choose k2, gum95, ea9545 or student.")))  # fmt: skip
        if self.method not in {"welch-satterthwaite", "welch"}:
            raise BadInput(text(N_("There is no method {found} for the coverage factor."), found=self.method),
                           hint=text(N_("Choose welch-satterthwaite or welch.")))  # fmt: skip

    @property
    def student_level(self) -> float:
        """Coverage probability at which Student's t is read."""
        return _STUDENT.get(self.policy, self.level)

    @property
    def shape_level(self) -> float:
        """Coverage probability for a rectangle or trapezoid: 95 % under ``k2``, else that of Student's t."""
        return 0.95 if self.policy == "k2" else self.student_level

    def factors(self, nu_eff: FloatArray, share: FloatArray) -> tuple[FloatArray, FloatArray, list[Basis]]:
        """Return k, the coverage probability that it gives, and what it rests on, for each point.

        Parameters
        ----------
        nu_eff
            Effective degrees of freedom (1-D).
        share
            Part of u_c² that has finite degrees of freedom (1-D).
        """
        nu = truncated(nu_eff)
        level = self.student_level
        k = np.full(nu.shape, 2.0)
        probability = np.full(nu.shape, level)
        few = nu < K2_FROM if self.policy == "k2" else np.ones(nu.shape, dtype=bool)
        if few.any():
            k[few] = student_factor(level, nu[few])
        basis: list[Basis] = ["student" if one else "k2" for one in few.tolist()]
        if self.method == "welch":
            self._apply_welch(nu_eff, share, few, k, basis)
        many = ~few & np.isfinite(nu)
        if many.any():
            from scipy.special import stdtr  # imported when first needed: 0.3 s

            probability[many] = 1 - 2 * stdtr(nu[many], -2.0)
        return k, probability, basis

    def _apply_welch(
        self,
        nu_eff: FloatArray,
        share: FloatArray,
        few: npt.NDArray[np.bool_],
        k: FloatArray,
        basis: list[Basis],
    ) -> None:
        """Replace k, in place, at the *few* points where few readings stand beside known uncertainties."""
        finite = np.isfinite(nu_eff)
        # ν_eff = ν/share² for a part with ν beside one that is known.
        nu = truncated(np.where(finite, nu_eff, 0.0) * np.square(share))
        places = np.flatnonzero(few & finite & (share < 1) & (nu < WELCH_BELOW))
        for one in np.unique(nu[places]).tolist():
            these = places[nu[places] == one]
            k[these] = welch_factor(self.student_level, int(one), share[these])
        for place in places.tolist():
            basis[place] = "welch"


def truncated(nu_eff: FloatArray) -> FloatArray:
    """Degrees of freedom for the table of t: the next lower integer (JCGM 100:2008, G.4.2), at least 1.

    0.005 is forgiven, so that the 18.9987 of the example in G.4.1, which is printed as 19.0, counts as 19.
    """
    return np.maximum(np.floor(nu_eff + 0.005), 1.0)


def student_factor(level: float, nu: FloatArray) -> FloatArray:
    """Two-sided quantile t_p(ν) of Student's t at probability *level*; the normal one where ν is infinite."""
    from scipy.special import ndtri, stdtrit  # imported when first needed: 0.3 s

    values, places = np.unique(nu, return_inverse=True)
    tail = (1 + level) / 2
    finite = np.isfinite(values)
    t = np.full(values.shape, float(ndtri(tail)))
    t[finite] = stdtrit(values[finite], tail)
    return t[places]


def trapezoid_factor(beta: float, level: float) -> float:
    """Coverage factor of a symmetric trapezoid with top/base ratio *beta*: 1.65 … 1.90 at 95 %.

    Source: EA-4/02 M:2022, S10.13: rectangle (β = 1) 0.95·√3 = 1.65; β = 0.33 gives 1.83.
    """
    divisor = Trapezoidal(beta).divisor
    if level < 2 * beta / (1 + beta):  # the interval ends under the flat top
        return divisor * level * (1 + beta) / 2
    return divisor * (1 - math.sqrt((1 - level) * (1 - beta**2)))


def dominating_shape(
    distributions: Sequence[Distribution], contributions: FloatArray, u: float
) -> float | None:
    """Return the top/base ratio β of the trapezoid that dominates a budget, or None.

    Parameters
    ----------
    distributions
        One an input.
    contributions
        Their |c·u|, 1-D, uncorrelated.
    u
        Combined standard uncertainty.

    Notes
    -----
    Either the largest contribution alone dominates (rectangle, trapezoid, triangle), or the two largest
    together and both are rectangular: their convolution is a trapezoid with β = (a₁ - a₂)/(a₁ + a₂) (EA-4/02
    M:2022, S10.13).
    """
    order = np.argsort(contributions)[::-1]
    largest = contributions[order[0]]
    first = distributions[order[0]]
    if _dominates(largest, u):
        if isinstance(first, Rectangular):
            return 1.0
        if isinstance(first, Trapezoidal):
            return first.beta
        return 0.0 if isinstance(first, Triangular) else None
    if len(order) > 1 and isinstance(first, Rectangular) and isinstance(distributions[order[1]], Rectangular):
        second = contributions[order[1]]
        if _dominates(math.hypot(largest, second), u):
            return float((largest - second) / (largest + second))
    return None


def _dominates(part: float, u: float) -> bool:
    return part > 0 and math.sqrt(max(u**2 - part**2, 0.0)) <= DOMINANCE * part


_SENTENCES: dict[str, str] = {
    "k2": N_("U = k·u with the coverage factor k = 2; ±U covers the value with a probability of about 95 %."),
    "normal": N_("U = k·u with k = {k}, which gives {percent} % coverage for a normal distribution."),
    "student": N_(
        "U = k·u with k = {k}, which gives {percent} % coverage for Student's t with ν_eff = {nu}."
    ),
    "welch": N_(
        "U = k·u with k = {k} (Welch 1947: few readings beside known uncertainties); the coverage is {percent} %."
    ),
    "rectangular": N_(
        "U = k·u with k = {k}: a rectangular distribution dominates; the coverage is {percent} %."
    ),
    "trapezoidal": N_(
        "U = k·u with k = {k}: a trapezoidal distribution dominates; the coverage is {percent} %."
    ),
}


def coverage_sentence(basis: Basis, k: float, nu_eff: float, probability: float) -> Text:
    """Put the coverage that was used into the sentence of a certificate."""
    normal = basis == "student" and math.isinf(nu_eff)
    return text(
        _SENTENCES["normal" if normal else basis],
        k=f"{k:.2f}",
        percent=f"{100 * probability:.4g}",
        nu=f"{truncated(np.array([nu_eff]))[0]:.0f}",
    )
