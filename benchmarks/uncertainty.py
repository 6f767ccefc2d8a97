"""Speed of ``benchtui.calc``: each row a ratio to a peer or to the floor, measured in the same run.

The floor of a Monte Carlo run is the time of drawing its random numbers with the same generator, in blocks of the same
size; both sides use one thread. Floor and run follow each other at once, and the figure is the median of the ratios of
such pairs, so that a busy machine disturbs both sides alike. Other times are the best of several, taken in turns.
"""

from __future__ import annotations

import math
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from benchtui.calc import Arcsine, CurvilinearTrapezoid, Distribution, Input, StudentT, monte_carlo, propagate

POINTS = 300
TRIALS = 1_000_000
BLOCK = 10_000


@dataclass(frozen=True)
class Row:
    """One line of the report."""

    work: str
    measured: str
    target: str
    met: bool
    beside: tuple[str, ...] = ()


def rows() -> Iterator[Row]:
    """Measure one row after the other."""
    yield from first_order()
    yield monte_carlo_current()
    yield monte_carlo_gauge_block()
    yield memory()
    yield import_time()


def best(functions: list[Callable[[], object]], turns: int, repeats: int = 1) -> list[float]:
    """Return the shortest time of each function in seconds; *repeats* calls are timed together."""
    shortest = [math.inf] * len(functions)
    for _ in range(turns):
        for i, function in enumerate(functions):
            start = time.perf_counter()
            for _ in range(repeats):
                function()
            shortest[i] = min(shortest[i], (time.perf_counter() - start) / repeats)
    return shortest


def paired(floor: Callable[[], object], ours: Callable[[], object], turns: int) -> tuple[float, float, float]:
    """Return the median of the ratios ours/floor, and the median of each in seconds."""
    pairs = []
    for _ in range(turns):
        start = time.perf_counter()
        floor()
        between = time.perf_counter()
        ours()
        pairs.append((between - start, time.perf_counter() - between))
    return (
        statistics.median(run / draw for draw, run in pairs),
        statistics.median(draw for draw, _ in pairs),
        statistics.median(run for _, run in pairs),
    )


# ------------------------------------------------------------ first order
VOLTS = np.linspace(0.1, 100, POINTS)
SCATTER = 1e-6 * VOLTS
OFFSETS = (("I_g", 1.7e-15), ("I_0", 2.9e-15), ("D", 1e-15))


def current(V, R, I_g, I_0, D):  # noqa: N803 - the symbols of the equation
    return V / R + I_g + I_0 + D


def first_order() -> Iterator[Row]:
    import GTC
    import uncertainties

    def benchtui() -> None:
        propagate(
            current,
            [
                Input.normal("V", VOLTS, SCATTER, unit="V", source="", dof=9),
                Input.normal("R", 1e12, 1e9, unit="Ω", source="", dof=50),
                *(Input.normal(name, 0.0, u, unit="A", source="") for name, u in OFFSETS),
            ],
        )

    def gtc() -> None:
        for v, u in zip(VOLTS.tolist(), SCATTER.tolist(), strict=True):
            y = current(
                GTC.ureal(v, u, 9), GTC.ureal(1e12, 1e9, 50), *(GTC.ureal(0, part) for _, part in OFFSETS)
            )
            _ = y.x, y.u, y.df

    def peer() -> None:
        for v, u in zip(VOLTS.tolist(), SCATTER.tolist(), strict=True):
            y = current(
                uncertainties.ufloat(v, u), uncertainties.ufloat(1e12, 1e9),
                *(uncertainties.ufloat(0, part) for _, part in OFFSETS),
            )  # fmt: skip
            _ = y.n, y.s

    benchtui()
    ours, theirs, others = best([benchtui, gtc, peer], 10, repeats=5)
    each = 1e6 * ours / POINTS
    beside = (
        f"GTC {1e6 * theirs / POINTS:.0f} µs, uncertainties {1e6 * others / POINTS:.0f} µs a budget",
        "ours with ν_eff, k, U, second order and Kragten; GTC with dof; uncertainties with u alone",
    )
    yield Row(
        "budget with 5 inputs, amortised over 300 points", f"{each:.2f} µs", "≤ 15 µs", each <= 15, beside
    )
    yield Row("300 points with 5 inputs, one call", f"{1e3 * ours:.3f} ms", "≤ 1 ms", ours <= 1e-3)
    yield Row("… GTC over ours", f"{theirs / ours:.0f} ×", "≥ 15 ×", theirs / ours >= 15)


# ------------------------------------------------------------ Monte Carlo
def floor_of(distributions: list[Distribution]) -> Callable[[], None]:
    """Return a function that draws the random numbers of *distributions*, and nothing else."""
    room = np.empty(BLOCK)

    def draw() -> None:
        generator = np.random.Generator(np.random.SFC64(1))
        for _ in range(TRIALS // BLOCK):
            for shape in distributions:
                if isinstance(shape, StudentT):
                    generator.standard_t(shape.dof, BLOCK)
                elif shape.name == "normal":
                    generator.standard_normal(out=room)
                else:
                    generator.random(out=room)
                    if isinstance(shape, CurvilinearTrapezoid):
                        generator.random(out=room)

    return draw


def current_inputs() -> list[Input]:
    """JJF 2009—2022, C.1: source within limits, certified resistor, null detector within limits, ten readings."""
    return [
        Input.rectangular("V", 1.0, 1e-4, unit="V", source="MPE of the source"),
        Input.normal("R", 1e12, 1e9, unit="Ω", source="certificate"),
        Input.rectangular("I_g", 0.0, 3e-15, unit="A", source="null detector"),
        Input.normal("D", 0.0, 1.75e-16, unit="A", source="ten readings", dof=9),
    ]


def monte_carlo_current() -> Row:
    inputs = current_inputs()

    def run() -> None:
        monte_carlo(lambda V, R, I_g, D: V / R + I_g + D, inputs, trials=TRIALS)  # noqa: N803 - symbols

    # Without Student's t the numbers are drawn three times as fast, while the rest takes as long.
    quick = [*inputs[:3], Input.normal("D", 0.0, 1.75e-16, unit="A", source="many readings")]

    def quick_run() -> None:
        monte_carlo(lambda V, R, I_g, D: V / R + I_g + D, quick, trials=TRIALS)  # noqa: N803 - symbols

    ratio, floor, ours = paired(floor_of([one.distribution for one in inputs]), run, 41)
    without, *_ = paired(floor_of([one.distribution for one in quick]), quick_run, 21)
    return Row(
        "10⁶ trials of I = V/R + I_g + Δ, symmetric interval",
        f"{ratio:.2f} × floor", "≤ 1.3 × floor", ratio <= 1.3,
        (f"{1e3 * ours:.1f} ms, of which drawing {1e3 * floor:.1f} ms (rectangular, normal, rectangular, t₉)",
         f"with a normal Δ, which is drawn faster: {without:.2f} × floor"),
    )  # fmt: skip


def gauge_block_inputs() -> list[Input]:
    """JCGM 101:2008, Table 10."""
    return [
        Input.normal("ls", 50_000_623.0, 25.0, unit="nm", source="", dof=18),
        Input.normal("d0", 215.0, 6.0, unit="nm", source="", dof=24),
        Input.normal("d1", 0.0, 4.0, unit="nm", source="", dof=5),
        Input.normal("d2", 0.0, 7.0, unit="nm", source="", dof=8),
        Input.rectangular("a", 11.5e-6, 2e-6, unit="1/K", source=""),
        Input.normal("t0", -0.1, 0.2, unit="K", source=""),
        Input.limits("t1", 0.0, 0.5, Arcsine(), unit="K", source=""),
        Input.limits("da", 0.0, 1e-6, CurvilinearTrapezoid(0.1), unit="1/K", source=""),
        Input.limits("dt", 0.0, 0.05, CurvilinearTrapezoid(0.5), unit="K", source=""),
    ]


def monte_carlo_gauge_block() -> Row:
    inputs = gauge_block_inputs()

    def run(probability: float = 0.95) -> None:
        monte_carlo(
            lambda ls, d0, d1, d2, a, t0, t1, da, dt: ls + d0 + d1 + d2 - ls * (da * (t0 + t1) + a * dt),
            inputs, trials=TRIALS, probability=probability, interval="shortest",
        )  # fmt: skip

    draw = floor_of([one.distribution for one in inputs])
    ratio, floor, ours = paired(draw, run, 21)
    printed, *_ = paired(draw, lambda: run(0.99), 11)
    return Row(
        "10⁶ trials of the JCGM 101 gauge block, shortest 95 % interval",
        f"{ratio:.2f} × floor", "≤ 1.2 × floor", ratio <= 1.2,
        (f"{1e3 * ours:.1f} ms, of which drawing {1e3 * floor:.1f} ms",
         f"shortest 99 % interval, as in Table 11: {printed:.2f} × floor"),
    )  # fmt: skip


# ------------------------------------------------------------ memory and import
MEMORY = """
import resource
from benchmarks.uncertainty import current_inputs, monte_carlo
monte_carlo(lambda V, R, I_g, D: V / R + I_g + D, current_inputs(), trials=100_000_000, interval="shortest")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def memory() -> Row:
    kibibytes = int(
        subprocess.run([sys.executable, "-c", MEMORY], check=True, capture_output=True, text=True).stdout
    )
    peak = kibibytes / 2**20
    return Row("peak memory of 10⁸ trials, shortest interval", f"{peak:.2f} GiB", "< 1 GiB", peak < 1)


def import_time() -> Row:
    def start(code: str) -> Callable[[], object]:
        return lambda: subprocess.run([sys.executable, "-c", code], check=True)

    bare, numpy_alone, ours = best([start("pass"), start("import numpy"), start("import benchtui.calc")], 10)
    above = 1e3 * (ours - bare)
    return Row(
        "import benchtui.calc, above bare Python", f"{above:.0f} ms", "≤ 120 ms", above <= 120,
        (f"bare Python {1e3 * bare:.0f} ms; numpy takes {1e3 * (numpy_alone - bare):.0f} ms of it",),
    )  # fmt: skip
