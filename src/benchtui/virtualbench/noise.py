"""Random numbers that can be drawn again.

Every stream has a key: the seed and what the number is for. The hidden truth draws each of its values under
the value's own name, so that adding one does not change the others. An instrument's noise is keyed by the
seed and everything that a technician would have to set up again to repeat the point: the leads, the outputs
(module, range, set value, on or off), the meter's range and integration time. The stream begins anew whenever
one of these changes, and advances with every reading. So a point that is measured again from the beginning,
because the program was killed half-way, gives exactly the readings that it would have given, and an
interrupted run can be compared with an uninterrupted one, digit by digit. (In virtual time; in real time a
reading that is taken before the circuit has settled depends on the moment.)
"""

from __future__ import annotations

import hashlib

import numpy as np


def stream(*key: object) -> np.random.Generator:
    """Return the stream of random numbers under *key*; equal keys give equal streams, on every machine."""
    digest = hashlib.sha256(repr(key).encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "little")))


def uniform(half_width: float, *key: object) -> float:
    """Draw one number from ±*half_width* under *key*."""
    return float(stream(*key).uniform(-half_width, half_width))


def normal(deviation: float, *key: object) -> float:
    """Draw one number under *key*, normal around 0 with a standard *deviation*."""
    return deviation * float(stream(*key).standard_normal())


class KeyedNoise:
    """Normal deviates that begin anew when the key changes.

    Parameters
    ----------
    purpose
        First parts of every key: the seed, and whose noise it is.
    """

    def __init__(self, *purpose: object) -> None:
        self._purpose = purpose
        self._key: tuple[object, ...] = ()
        self._revision = -1
        self._stream = stream(*purpose)

    def deviate(self, key: tuple[object, ...], revision: int) -> float:
        """Return the next standard normal deviate of the stream under *key*.

        *revision* counts the changes of settings: a setting that went away and came back between two readings
        begins the stream anew although the key is the same.
        """
        if (key, revision) != (self._key, self._revision):
            self._key, self._revision = key, revision
            self._stream = stream(*self._purpose, *key)
        return float(self._stream.standard_normal())
