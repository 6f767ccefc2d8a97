"""Speed of reading what instruments send: blocks of samples and the reply to a sweep, in megabytes a second."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Iterator

from benchmarks.uncertainty import Row, best
from benchtui.instruments.flex_sweep import parse_sweep
from benchtui.instruments.waveform_blocks import parse_real64, parse_text

SAMPLES = 500_000
SWEEP_POINTS = 10_001
TARGET = 50.0
"""Megabytes a second: faster than a gigabit network brings them under load."""
OVER_RANGE = 9.9e37


def rows() -> Iterator[Row]:
    """Measure one row after the other."""
    draw = random.Random(1)
    volts = [draw.uniform(-10, 10) for _ in range(SAMPLES)]
    doubles = struct.pack(f"<{SAMPLES}d", *volts)
    numbers = ",".join(f"{value:+.8E}" for value in volts).encode("ascii")
    sweep = ",".join(
        f"NAI{draw.uniform(-1, 1) * 1e-9:+.6E},WBV{step / SWEEP_POINTS:+.6E}" for step in range(SWEEP_POINTS)
    ).encode("ascii")
    yield _row(
        f"{SAMPLES} samples as doubles", doubles, lambda: parse_real64(doubles, SAMPLES, OVER_RANGE, "")
    )
    yield _row(f"{SAMPLES} samples as text", numbers, lambda: parse_text(numbers, SAMPLES, OVER_RANGE, ""))
    yield _row(f"sweep of {SWEEP_POINTS} points, with its source", sweep, lambda: parse_sweep(sweep, 2))


def _row(work: str, block: bytes, parse: Callable[[], object]) -> Row:
    (seconds,) = best([parse], turns=10)
    speed = len(block) / seconds / 1e6
    return Row(work, f"{speed:.0f} MB/s", f">= {TARGET:.0f} MB/s", speed >= TARGET)
