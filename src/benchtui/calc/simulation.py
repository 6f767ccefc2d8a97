"""Propagation of distributions by a Monte Carlo method (JCGM 101:2008).

Trials come in blocks of 10 000 (7.9.4: the larger of that and 100/(1-p)), so that all arrays stay in the
processor's cache and memory does not grow with the number of trials. A seed gives one result for ever.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import numpy.typing as npt

from benchtui.calc.draws import Sampler
from benchtui.calc.rounding import last_digit
from benchtui.calc.sensitivity import BoundModel
from benchtui.calc.tails import Kind, Tails, TailsTooThinError, interval_of
from benchtui.errors import BadInput
from benchtui.i18n import N_, text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchtui.calc.correlation import Correlations, Ensembles
    from benchtui.calc.distributions import FloatArray
    from benchtui.calc.inputs import Input, Values

LEAST_BLOCKS = 10
"""Blocks before an adaptive run may stop: with two, a small scatter between them is often chance."""
MOST_TRIALS = 10_000_000
BLOCK = 10_000
"""Trials a block: large enough for numpy, small enough for the cache, and for OpenBLAS to stay on one thread."""
_TAIL_MEMORY = 256 * 2**20
_MARGIN = 6.0


@dataclass(frozen=True, eq=False, kw_only=True)
class MonteCarlo:
    """Result of a Monte Carlo run; floats for one point, 1-D arrays for several.

    Attributes
    ----------
    y, u
        Mean and standard deviation of the model's values; u is infinite where an input follows Student's t
        with ν ≤ 2 (at most three readings), for then no standard deviation exists.
    low, high
        Ends of the coverage interval.
    probability, interval
        Its probability and its kind.
    trials
        Number of trials.
    settled
        Whether y, u, low and high have become stable to the tolerance asked for (JCGM 101:2008, 7.9.4); True
        for a fixed number of trials.
    """

    y: Values
    u: Values
    low: Values
    high: Values
    probability: Values
    interval: Kind
    trials: int | npt.NDArray[np.int64]
    settled: bool | npt.NDArray[np.bool_]


class Room:
    """Arrays of one *block*, lent to all points in turn: they are what keeps memory flat and the cache warm."""

    def __init__(self, block: int) -> None:
        # Taken and given back at once, untouched: it teaches glibc to keep freed memory up to twice this
        # size, where it would otherwise return and fetch the model's intermediate results at every block (a
        # third of the time).
        np.empty(2_000_000)
        self.residuals = np.empty(block)
        self.magnitudes = np.empty(block)
        self.ones = np.ones(block)


class PointRun:
    """Everything that is kept of one point's trials.

    Parameters
    ----------
    point
        Number of the point, from 0.
    level, kind
        Coverage interval that is wanted.
    margin
        How many values beyond the expected tails are kept, see :class:`~benchtui.calc.tails.Tails`.
    """

    def __init__(self, point: int, level: float, kind: Kind, margin: float) -> None:
        self.point = point
        self.level = level
        self.trials = 0
        self.blocks = 0
        self.block_mean = np.zeros(4)
        """Means over the blocks of y, u, low and high."""
        self._kind: Kind = kind
        self._margin = margin
        self._block_square = np.zeros(4)
        self._first = 0.0
        self._second = 0.0
        self._tails: Tails | None = None

    @property
    def tails(self) -> Tails:
        """Smallest and largest values; there are some after the first block."""
        assert self._tails is not None, "a run has at least one block"
        return self._tails

    def add(self, values: FloatArray, room: Room, *, by_block: bool) -> None:
        """Take in the *values* of one block; *by_block* also keeps its own y, u, low, high."""
        if self._tails is None:
            self._tails = Tails(values, self.level, self._kind, self._margin)
        n = values.size
        residuals = room.residuals[:n]
        # Sums are those of differences from a value in the middle: no digits are lost to what all have in
        # common.
        np.subtract(values, self._tails.middle, out=residuals)
        first, second = float(residuals @ room.ones[:n]), float(residuals @ residuals)
        if not math.isfinite(second):
            self._refuse(values)
        self._first += first
        self._second += second
        self.trials += n
        self._tails.add(residuals, room.magnitudes[:n])
        if by_block:
            low, high = interval_of(values, self.level, self._kind)
            s = math.sqrt(max(second - first**2 / n, 0.0) / (n - 1))
            found = np.array([self._tails.center + first / n, s, low, high])
            self.blocks += 1
            step = found - self.block_mean
            self.block_mean += step / self.blocks
            self._block_square += step * (found - self.block_mean)

    def _refuse(self, values: FloatArray) -> NoReturn:
        raise BadInput(
            text(
                N_("The measurement model gives no finite number in {n} of {m} trials at point {i}."),
                n=int(np.count_nonzero(~np.isfinite(values))),
                m=values.size,
                i=self.point + 1,
            ),
            hint=text(N_("Some drawn inputs lie outside its domain; check their distributions.")),
        )

    @property
    def y(self) -> float:
        """Mean of all trials."""
        return self.tails.center + self._first / self.trials

    @property
    def u(self) -> float:
        """Standard deviation of all trials."""
        return math.sqrt(max(self._second - self._first**2 / self.trials, 0.0) / (self.trials - 1))

    @property
    def scatter(self) -> FloatArray:
        """Standard deviations of y, u, low and high, from the scatter of the blocks (JCGM 101:2008, 7.9.4 f)."""
        found: FloatArray = np.sqrt(self._block_square / (self.blocks - 1) / self.blocks)
        return found


def monte_carlo(
    model: Callable[..., Any],
    inputs: Sequence[Input],
    *,
    trials: int | None = None,
    probability: float = 0.95,
    interval: Kind = "symmetric",
    digits: int = 2,
    seed: int = 1,
    correlations: Correlations | None = None,
    ensembles: Ensembles = (),
    most_trials: int = MOST_TRIALS,
) -> MonteCarlo:
    """Propagate the distributions of *inputs* through *model*.

    Parameters
    ----------
    model, inputs, correlations, ensembles
        As in :func:`~benchtui.calc.propagate`.
    trials
        Number of trials; None: adaptive, until y, u and the ends of the interval are stable to half the last
        of *digits* significant digits of u (JCGM 101:2008, 7.9).
    probability, interval
        Coverage probability, and kind of the interval.
    seed
        Seed of the random numbers; the points share them.
    most_trials
        Where an adaptive run ends in any case; ``settled`` then tells.

    Raises
    ------
    BadInput
        As :func:`~benchtui.calc.propagate`; also fewer than two trials, a probability outside 0 … 1, and a
        model that is not defined for some of the drawn values.
    """
    _check_run(trials, probability, interval, most_trials)
    bound = BoundModel(model, inputs)
    levels = np.full(bound.width, probability)

    def stable(run: PointRun) -> bool:
        return run.blocks >= LEAST_BLOCKS and is_stable(run, digits, sampler.has_variance)

    sampler = Sampler(bound.inputs, correlations, ensembles)
    runs = simulate(bound, sampler, levels, interval, seed, trials, None if trials else stable, most_trials)
    ends = [run.tails.interval() for run in runs]
    y, low, high = (
        np.array([run.y for run in runs]), np.array([e[0] for e in ends]), np.array([e[1] for e in ends])
    )  # fmt: skip
    u = np.array([run.u if sampler.has_variance else math.inf for run in runs])
    counts = np.array([run.trials for run in runs])
    settled = np.array([trials is not None or stable(run) for run in runs])
    if bound.points is None:
        return MonteCarlo(y=float(y[0]), u=float(u[0]), low=float(low[0]), high=float(high[0]),
                          probability=probability, interval=interval, trials=int(counts[0]),
                          settled=bool(settled[0]))  # fmt: skip
    return MonteCarlo(y=y, u=u, low=low, high=high, probability=levels, interval=interval, trials=counts,
                      settled=settled)  # fmt: skip


def is_stable(run: PointRun, digits: int, has_variance: bool, part: float = 1.0) -> bool:
    """Tell whether twice the scatter of y, u, low and high is within *part* of the numerical tolerance."""
    scatter = run.scatter
    if not has_variance:
        scatter = scatter[[0, 2, 3]]
    u = run.u
    return u == 0 or bool(2 * float(scatter.max()) <= part * numerical_tolerance(u, digits))


def numerical_tolerance(u: float, digits: int) -> float:
    """δ = ½·10^l for u = c·10^l stated with *digits* significant digits (JCGM 101:2008, 7.9.2).

    The decade is that of the *rounded* u: 0.0996 is stated as 0.10, hence δ = 0.005.
    """
    if digits not in {1, 2}:
        raise BadInput(
            text(N_("An uncertainty is stated with one or two digits, not {found}."), found=digits)
        )
    return 0.5 * float(last_digit(u, 1 if digits == 1 else 2))


def simulate(
    bound: BoundModel,
    sampler: Sampler,
    levels: FloatArray,
    kind: Kind,
    seed: int,
    trials: int | None,
    finished: Callable[[PointRun], bool] | None,
    most_trials: int,
) -> list[PointRun]:
    """Run the trials of all points and return what is kept of each.

    The points go through in groups that share their random numbers and are small enough for the memory of
    their tails. *finished* tells when an adaptive run may stop; None: after *trials*.
    """
    most = trials or most_trials
    kept = most * 8 * 2 * (1 - float(levels.min())) * 2
    group = max(1, int(_TAIL_MEMORY / kept))
    runs: list[PointRun] = []
    for start in range(0, bound.width, group):
        points = range(start, min(start + group, bound.width))
        margin = _MARGIN
        while True:
            part = [PointRun(i, float(levels[i]), kind, margin) for i in points]
            _run_group(bound, sampler, part, seed, most, finished)
            try:
                for run in part:
                    run.tails.interval()
            except TailsTooThinError:
                margin = 4 * abs(margin)
                continue
            break
        runs += part
    return runs


def _run_group(
    bound: BoundModel,
    sampler: Sampler,
    runs: list[PointRun],
    seed: int,
    most: int,
    finished: Callable[[PointRun], bool] | None,
) -> None:
    block = max(BLOCK, *(math.ceil(100 / (1 - run.level)) for run in runs))
    stream = sampler.stream(seed, block)
    room = Room(block)
    active = runs
    done = 0
    with np.errstate(all="ignore"):
        while active and done < most:
            count = min(block, most - done)
            stream.advance(count)
            for run in active:
                values = bound.evaluated(stream.columns(run.point))
                if values.shape != (count,):
                    values = np.broadcast_to(values, (count,))
                run.add(values, room, by_block=finished is not None)
            done += count
            if finished is not None:
                active = [run for run in active if not finished(run)]


def _check_run(trials: int | None, probability: float, interval: Kind, most_trials: int) -> None:
    if (trials is not None and trials < 2) or most_trials < 2:
        raise BadInput(
            text(
                N_("A Monte Carlo run needs at least two trials, not {n}."),
                n=most_trials if trials is None else trials,
            )
        )
    if not 0 < probability < 1:
        raise BadInput(
            text(N_("A coverage probability lies between 0 and 1, not {found}."), found=probability)
        )
    if interval not in {"symmetric", "shortest"}:
        raise BadInput(
            text(N_("There is no kind of coverage interval {found}."), found=interval),
            hint=text(N_("Choose symmetric or shortest.")),
        )
