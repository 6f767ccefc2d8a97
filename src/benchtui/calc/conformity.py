"""Conformity with a tolerance, by a decision rule that is chosen before measuring and printed.

Sources: JCGM 106:2012, clauses 7 to 9; ILAC-G8:09/2019, 4.2; M. Dobbert, "A guard-band strategy for managing
false-accept risk" (2008); D. Deaver, "Guardbanding and the world of ISO Guide 25" (1994).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from benchtui.errors import BadInput
from benchtui.i18n import N_, Text, text


@dataclass(frozen=True)
class Tolerance:
    """Interval of permissible values; a side that is infinite does not limit."""

    lower: float = -math.inf
    upper: float = math.inf

    def __post_init__(self) -> None:
        if not self.lower < self.upper or (math.isinf(self.lower) and math.isinf(self.upper)):
            raise BadInput(
                text(
                    N_("The tolerance from {low} to {high} is no interval."), low=self.lower, high=self.upper
                )
            )

    @property
    def middle(self) -> float:
        """Value that lies deepest inside: the middle, or the open end."""
        if math.isinf(self.lower):
            return -math.inf
        return math.inf if math.isinf(self.upper) else (self.lower + self.upper) / 2


@dataclass(frozen=True)
class Prior:
    """What is known before the measurement: normal with *mean* and standard deviation *sd*."""

    mean: float
    sd: float

    def __post_init__(self) -> None:
        if not 0 < self.sd < math.inf:
            raise BadInput(
                text(N_("A prior needs a positive standard deviation, not {found}."), found=self.sd)
            )


class Verdict(StrEnum):
    """ILAC-G8:09/2019, 4.2.2 and 4.2.3."""

    PASS = "pass"  # noqa: S105 - a verdict
    CONDITIONAL_PASS = "conditional pass"  # noqa: S105 - a verdict
    CONDITIONAL_FAIL = "conditional fail"
    FAIL = "fail"


@dataclass(frozen=True)
class DecisionRule:
    """A decision rule.

    Attributes
    ----------
    kind
        ``simple``: acceptance limits = tolerance limits. ``guard-band``: they lie w = *multiple*·U inside.
        ``target-risk``: they lie where the probability of a value outside the tolerance reaches *risk*.
    multiple
        r of w = r·U; 1 is the rule of ILAC-G8 with a risk below 2.5 %.
    risk
        Largest accepted probability of a false accept, for ``target-risk``.
    binary
        True: pass or fail. False: between the acceptance and the tolerance limit a pass is conditional, and
        outside the tolerance but within w a fail is conditional.
    prior
        Knowledge about the property before measuring, which enters all probabilities.
    """

    kind: Literal["simple", "guard-band", "target-risk"]
    multiple: float = 1.0
    risk: float = 0.025
    binary: bool = True
    prior: Prior | None = None

    def __post_init__(self) -> None:
        if self.kind not in {"simple", "guard-band", "target-risk"}:
            raise BadInput(text(N_("There is no decision rule {found}."), found=self.kind))
        if not (self.multiple >= 0 and 0 < self.risk < 1):
            raise BadInput(text(N_("A guard band is not negative, and a target risk lies between 0 and 1.")))

    def sentence(self) -> Text:
        """Return the rule as it is printed with the verdicts."""
        if self.kind == "simple":
            return text(N_("Decision rule: simple acceptance, the result itself lies within the tolerance."))
        if self.kind == "guard-band":
            return text(
                N_("Decision rule: guard band w = {r}·U inside the tolerance (ILAC-G8)."),
                r=f"{self.multiple:g}",
            )
        return text(
            N_("Decision rule: the probability of a value outside the tolerance is at most {risk} %."),
            risk=f"{100 * self.risk:g}",
        )


@dataclass(frozen=True)
class Decision:
    """A verdict and what it rests on.

    Attributes
    ----------
    verdict
        The verdict.
    lower, upper
        Acceptance limits.
    false_accept, false_reject
        Probability, given this result, that the value lies outside (after a pass) or inside (after a fail)
        the tolerance; 0 for the other verdict.
    tur
        Test uncertainty ratio: half the tolerance over U; infinite for a one-sided tolerance.
    """

    verdict: Verdict
    lower: float
    upper: float
    false_accept: float
    false_reject: float
    tur: float


def conformance_probability(y: float, u: float, tolerance: Tolerance, prior: Prior | None = None) -> float:
    """Probability that the value lies within the tolerance, given a result *y* with normal uncertainty *u*.

    JCGM 106:2012, 7.1 and 7.3; with *prior* the posterior of 7.2.2 takes the place of N(y, u²).

    Raises
    ------
    BadInput
        u is not positive.
    """
    if not 0 < u < math.inf or not math.isfinite(y):
        raise BadInput(text(N_("A conformity decision needs a finite result with a positive uncertainty.")))
    if prior is not None:
        weight = prior.sd**2 / (prior.sd**2 + u**2)
        y, u = weight * y + (1 - weight) * prior.mean, u * math.sqrt(weight)
    above = 0.5 * math.erfc((tolerance.upper - y) / (u * math.sqrt(2)))
    below = 0.5 * math.erfc((y - tolerance.lower) / (u * math.sqrt(2)))
    return 1.0 - above - below


def decide(y: float, u: float, U: float, tolerance: Tolerance, rule: DecisionRule) -> Decision:  # noqa: N803 - symbol
    """Decide on conformity by *rule*.

    Parameters
    ----------
    y, u, U
        Result, standard and expanded uncertainty.
    tolerance
        Permissible values.
    rule
        The rule agreed before the measurement.

    Raises
    ------
    BadInput
        u or U is not positive, or y is not finite.
    """
    inside = conformance_probability(y, u, tolerance, rule.prior)
    if not 0 < U < math.inf:
        raise BadInput(text(N_("A conformity decision needs a positive expanded uncertainty.")))
    lower, upper = _acceptance_limits(u, U, tolerance, rule)
    if lower <= y <= upper:
        verdict = Verdict.PASS
    elif rule.binary:
        verdict = Verdict.FAIL
    elif tolerance.lower <= y <= tolerance.upper:
        verdict = Verdict.CONDITIONAL_PASS
    elif 2 * tolerance.lower - lower <= y <= 2 * tolerance.upper - upper:
        verdict = Verdict.CONDITIONAL_FAIL
    else:
        verdict = Verdict.FAIL
    accepted = verdict in {Verdict.PASS, Verdict.CONDITIONAL_PASS}
    return Decision(
        verdict=verdict,
        lower=lower,
        upper=upper,
        false_accept=1 - inside if accepted else 0.0,
        false_reject=0.0 if accepted else inside,
        tur=(tolerance.upper - tolerance.lower) / (2 * U),
    )


def _acceptance_limits(
    u: float, expanded: float, tolerance: Tolerance, rule: DecisionRule
) -> tuple[float, float]:
    if rule.kind == "simple":
        return tolerance.lower, tolerance.upper
    if rule.kind == "guard-band":
        w = rule.multiple * expanded
        return tolerance.lower + w, tolerance.upper - w
    return _risk_limit(u, tolerance, rule, -1), _risk_limit(u, tolerance, rule, +1)


def _risk_limit(u: float, tolerance: Tolerance, rule: DecisionRule, side: int) -> float:
    """Find the limit on one *side* for a target risk by bisection; beyond the other one: nothing passes."""
    edge = tolerance.upper if side > 0 else tolerance.lower
    if math.isinf(edge):
        return edge
    spread = u if rule.prior is None else max(u, rule.prior.sd, u**2 / rule.prior.sd)
    deep = tolerance.middle if math.isfinite(tolerance.middle) else edge - side * 50 * spread
    if 1 - conformance_probability(deep, u, tolerance, rule.prior) > rule.risk:
        return -side * math.inf
    shallow = edge + side * 50 * spread
    for _ in range(100):
        trial = (deep + shallow) / 2
        if 1 - conformance_probability(trial, u, tolerance, rule.prior) <= rule.risk:
            deep = trial
        else:
            shallow = trial
    return deep


@dataclass(frozen=True)
class GlobalRisk:
    """Risks over a population of items: probability of a *false_accept* and of a *false_reject*."""

    false_accept: float
    false_reject: float


def global_risk(limit: float, prior_sd: float, u: float, guard_factor: float = 1.0) -> GlobalRisk:
    """Risks for items spread as N(0, prior_sd²), tolerance ±limit, acceptance ±guard_factor·limit.

    Source: JCGM 106:2012, 9.5.

    Raises
    ------
    BadInput
        A limit, spread, uncertainty or factor that is not positive.
    """
    from scipy.integrate import quad  # imported when first needed

    if not all(0 < part < math.inf for part in (limit, prior_sd, u, guard_factor)):
        raise BadInput(text(N_("Global risk needs positive limits, spread and uncertainty.")))
    accept = guard_factor * limit

    def accepted(value: float) -> float:
        root = u * math.sqrt(2)
        return 0.5 * (math.erf((accept - value) / root) + math.erf((accept + value) / root))

    def density(value: float) -> float:
        return math.exp(-0.5 * (value / prior_sd) ** 2) / (prior_sd * math.sqrt(2 * math.pi))

    far = limit + 40 * max(prior_sd, u)
    near = [limit + 8 * min(prior_sd, u)]
    false_accept = 2 * quad(lambda x: density(x) * accepted(x), limit, far, points=near, limit=200)[0]
    within = [max(limit - 8 * u, 0.0)]
    false_reject = 2 * quad(lambda x: density(x) * (1 - accepted(x)), 0, limit, points=within, limit=200)[0]
    return GlobalRisk(false_accept, false_reject)


GuardStrategy = Literal["rss", "test95", "rp10", "dobbert"]


def guard_factor(tur: float, strategy: GuardStrategy) -> float:
    """Return acceptance limit over tolerance limit, from the test uncertainty ratio alone.

    ``rss``: √(1 - 1/TUR²); ``test95``: 1 - 1/TUR; ``rp10``: 1.25 - 1/TUR, at most 1 (NCSL RP-10);
    ``dobbert``: 1 - M/TUR with M = 1.04 - exp(0.38·ln TUR - 0.54), which keeps the global false-accept risk
    below 2 % whatever the prior (ANSI/NCSL Z540.3, method 6).

    Raises
    ------
    BadInput
        A ratio of 1 or less, or an unknown strategy.
    """
    if not tur > 1:
        raise BadInput(
            text(N_("A guard band needs a test uncertainty ratio above 1, not {found}."), found=tur)
        )
    if strategy == "rss":
        return math.sqrt(1 - 1 / tur**2)
    if strategy == "test95":
        return 1 - 1 / tur
    if strategy == "rp10":
        return min(1.25 - 1 / tur, 1.0)
    if strategy == "dobbert":
        return min(1 - (1.04 - math.exp(0.38 * math.log(tur) - 0.54)) / tur, 1.0)
    raise BadInput(text(N_("There is no guard-band strategy {found}."), found=strategy))
