"""A digitizer's converter: it waits for a level, keeps samples from before it, and sees pulses as they were."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import numpy as np

from benchtui.virtualbench.clock import NANO
from benchtui.virtualbench.noise import stream
from benchtui.virtualbench.solved import voltage
from benchtui.virtualbench.truth import KNEE

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from benchtui.virtualbench.bench import VirtualBench
    from benchtui.virtualbench.limits import Limits
    from benchtui.virtualbench.parts import Terminal
    from benchtui.virtualbench.pulse import Pulse

LOOK: Final = 0.005
"""Seconds of real time between two looks for a trigger."""
SEARCH: Final = 4096
"""Moments of a pulse at which the level is looked for."""
NOISE: Final = 3e-6
"""Noise of one sample, as a part of the range."""
BITS: Final = 18
BEYOND: Final = 1.2
"""Part of the range up to which samples are numbers."""


class Sampler:
    """The converter of the instrument *name* between two terminals.

    Parameters
    ----------
    bench, name
        The bench, and the instrument's name on it.
    hi, lo
        Its input.
    limits
        Its errors in volts.
    over_range
        What stands for a sample beyond the range.
    """

    def __init__(
        self, bench: VirtualBench, name: str, hi: Terminal, lo: Terminal, limits: Limits, over_range: float
    ) -> None:
        self._bench = bench
        self._name = name
        self._look = voltage(hi, lo)
        self._hi, self._lo = hi, lo
        self._limits = limits
        self._over_range = over_range
        self.span = 10.0
        self.interval = 1e-3
        self.count = 1
        self.before = 0
        self.level: float | None = None
        self.rising = True
        self._armed: int | None = None
        self._caught: NDArray[np.float64] | None = None
        self._series = 0

    def arm(self) -> None:
        """Wait for the trigger from now on; what was caught before is gone."""
        self._armed, self._caught = self._bench.clock.ticks(), None

    def disarm(self) -> None:
        """Do not wait any more; nothing is caught."""
        self._armed = self._caught = None

    @property
    def idle(self) -> bool:
        """Whether nothing is waited for."""
        return self._armed is None

    def done(self) -> bool:
        """Tell at once whether nothing is waited for any more."""
        return self._catch(None)

    def wait(self, given_up: Callable[[], bool]) -> NDArray[np.float64] | None:
        """Return what was caught, as soon as it is; None if *given_up* said so, or it was never armed."""
        while self._armed is not None and not self._catch(given_up):
            if given_up():
                return None
            time.sleep(LOOK)
        return self._caught

    def _catch(self, given_up: Callable[[], bool] | None) -> bool:
        """Take the samples if the trigger has come; without *given_up* only if their time is over already."""
        bench, armed = self._bench, self._armed
        if armed is None:
            return True
        found = None if self.level is None else self._trigger(armed)
        if self.level is not None and found is None:
            return False
        begin, crossed = (armed, 0.0) if found is None else (found[0].ticks, found[1])
        left = crossed + (self.count - self.before) * self.interval - (bench.clock.ticks() - begin) / NANO
        if left > 0.0 and (given_up is None or bench.clock.sleep(left, given_up)):
            return False
        if found is None:
            now = bench.clock.ticks()
            seen = np.full(self.count, bench.mean_voltage(self._hi, self._lo, now, now))
        else:
            moments = (np.arange(self.count, dtype=np.float64) - self.before) * self.interval
            seen = found[0].course(self._look, crossed + moments)
        self._caught, self._armed = self._converted(seen), None
        return True

    def _trigger(self, armed: int) -> tuple[Pulse, float] | None:
        """Return the first pulse since *armed* that crosses the level, and when after its begin it does."""
        assert self.level is not None, "the caller has looked"
        for pulse in list(self._bench.pulses):
            if pulse.end < armed:
                continue
            moments = np.arange(SEARCH, dtype=np.float64) * ((pulse.end - pulse.ticks) / NANO / SEARCH)
            seen = pulse.course(self._look, moments)
            above = seen >= self.level if self.rising else seen <= self.level
            crossings = np.flatnonzero(~above[:-1] & above[1:])
            if crossings.size:
                return pulse, float(moments[crossings[0] + 1])
        return None

    def _converted(self, seen: NDArray[np.float64]) -> NDArray[np.float64]:
        bench, span = self._bench, self.span
        self._series += 1
        with bench.lock:
            key = (bench.noise_key(), bench.revision, self._series, span, self.interval)
        noise = stream(bench.truth.seed, "samples", self._name, *key).standard_normal(seen.size)
        # The error is made of straight lines that meet at these voltages.
        knees = [part * span for part in (-BEYOND, -KNEE, 0.0, KNEE, BEYOND)]
        errors = np.interp(seen, knees, [self._limits.error(span, volts) for volts in knees])
        indicated = seen + errors + NOISE * span * noise
        step = 2.0 * BEYOND * span / 2**BITS
        indicated = np.round(indicated / step) * step
        return np.where(np.abs(indicated) > BEYOND * span, np.sign(indicated) * self._over_range, indicated)
