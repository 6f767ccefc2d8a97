"""Blocks of samples, read strictly and fast: text numbers, and IEEE 488.2 blocks of doubles.

Source: IEEE Std 488.2-1992, 8.7.9 (definite) and 8.7.10 (indefinite length arbitrary block response data).
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import msgspec

from benchtui.instruments.answers import garbled

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_NUMBER_OCTETS = b"0123456789+-.eE ,\r\n"
_SEPARATORS = re.compile(rb"[,\r\n]+")
REAL64 = 8
"""Bytes of a sample in a block of doubles."""


class Samples(msgspec.Struct, frozen=True):
    """Samples in the order of time, NaN where over range; *flags* say so."""

    values: tuple[float, ...]
    flags: tuple[str, ...] = ()


def parse_text(block: bytes, count: int, over_range: float, where: str) -> Samples:
    """Read *count* numbers separated by commas or line ends.

    Raises
    ------
    Garbled
        Something else is in *block*, or another count of numbers.
    """
    if block.translate(None, _NUMBER_OCTETS):
        raise garbled(_start(block), where)
    separated = block.strip(b" \r\n")
    parts = _SEPARATORS.split(separated) if b"\n" in separated else separated.split(b",")
    if len(parts) != count:
        raise garbled(_start(block), where)
    try:
        values = tuple(map(float, parts))
    except ValueError as error:
        raise garbled(_start(block), where) from error
    return _checked(values, over_range)


def parse_real64(block: bytes, count: int, over_range: float, where: str) -> Samples:
    """Read *count* little-endian doubles.

    Raises
    ------
    Garbled
        *block* has another length, or holds NaN or infinity.
    """
    import numpy as np

    if len(block) != REAL64 * count:
        raise garbled(_start(block), where)
    values = np.frombuffer(block, "<f8")
    if not np.isfinite(values).all():
        raise garbled(_start(block), where)
    return _marked(values, over_range)


def _checked(values: tuple[float, ...], over_range: float) -> Samples:
    if not values or max(map(abs, values)) < over_range:
        return Samples(values)
    return Samples(
        tuple(math.nan if abs(value) >= over_range else value for value in values), ("over-range",)
    )


def _marked(values: NDArray[np.float64], over_range: float) -> Samples:
    import numpy as np

    over = np.abs(values) >= over_range
    if not over.any():
        return Samples(tuple(values.tolist()))
    return Samples(tuple(np.where(over, math.nan, values).tolist()), ("over-range",))


def _start(block: bytes) -> str:
    return block[:80].decode("latin-1")
