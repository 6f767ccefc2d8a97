"""Analysis of variance of readings taken in groups, such as days (JCGM 100:2008, H.5)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchtui.calc.type_a import checked, mean_and_deviation
from benchtui.errors import BadInput
from benchtui.i18n import N_, text

if TYPE_CHECKING:
    import numpy.typing as npt


@dataclass(frozen=True)
class GroupVariance:
    """Balanced one-way analysis of variance.

    Attributes
    ----------
    mean
        Grand mean.
    s_of_means, s_within, s_between
        Standard deviation of the group means; of single readings within a group, pooled; between groups after
        the scatter within them is taken out (0 where none is left).
    f, f_critical
        Ratio of variances, and the value that it exceeds by chance in 5 % of all cases.
    significant
        Whether the groups differ.
    u, dof
        Standard uncertainty of the grand mean and its degrees of freedom: from the group means if they
        differ, from all readings pooled otherwise (JCGM 100:2008, H.5.2.4 and H.5.2.5).
    """

    mean: float
    s_of_means: float
    s_within: float
    s_between: float
    f: float
    f_critical: float
    significant: bool
    u: float
    dof: float


def one_way(
    means: npt.ArrayLike, deviations: npt.ArrayLike, count: int, level: float = 0.95
) -> GroupVariance:
    """Analyse groups of *count* readings each, given their means and standard deviations.

    Raises
    ------
    BadInput
        Fewer than two groups or readings a group, or lists of different lengths.
    """
    from scipy.special import fdtri  # imported when first needed: 0.3 s

    group_means = checked(means, 2)
    group_s = checked(deviations, 2)
    if group_means.shape != group_s.shape or group_means.ndim != 1 or count < 2:
        raise BadInput(
            text(N_("Each group needs a mean and a standard deviation from at least two readings."))
        )
    groups = group_means.size
    grand, s_of_means = (float(part) for part in mean_and_deviation(group_means))
    variance_within = float(np.mean(np.square(group_s)))
    if not variance_within > 0:
        raise BadInput(text(N_("The readings within the groups do not scatter at all.")))
    variance_of_groups = count * s_of_means**2
    dof_groups, dof_within = groups - 1, groups * (count - 1)
    f = variance_of_groups / variance_within
    critical = float(fdtri(dof_groups, dof_within, level))
    significant = f > critical
    if significant:
        u, dof = s_of_means / math.sqrt(groups), dof_groups
    else:
        dof = groups * count - 1
        pooled = (dof_groups * variance_of_groups + dof_within * variance_within) / dof
        u = math.sqrt(pooled / (groups * count))
    return GroupVariance(
        mean=grand,
        s_of_means=s_of_means,
        s_within=math.sqrt(variance_within),
        s_between=math.sqrt(max(variance_of_groups - variance_within, 0.0) / count),
        f=f,
        f_critical=critical,
        significant=significant,
        u=u,
        dof=dof,
    )
