"""Published examples: their inputs, and their printed results with half the last digit as tolerance."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pytest
import scipy.special  # noqa: F401 - its slow first import must not count against the deadline of a property test

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Example:
    """One published example."""

    inputs: dict[str, Any]
    expected: dict[str, dict[str, Any]]

    def check(self, key: str, found: object) -> None:
        """Assert that *found* is the printed figure *key* within its tolerance."""
        cell = self.expected[key]
        deviation = np.abs(np.asarray(found, dtype=float) - np.asarray(cell["value"], dtype=float))
        assert np.all(deviation <= cell["tolerance"] * (1 + 1e-9)), f"{key}: {found} is not {cell['value']}"


@pytest.fixture
def published() -> Callable[[str], Example]:
    """Return a loader of published examples by file name."""

    def load(name: str) -> Example:
        tree = json.loads((HERE / "published" / f"{name}.json").read_text(encoding="utf-8"))
        return Example(tree["inputs"], tree["expected"])

    return load


@pytest.fixture
def reference() -> Callable[[str], npt.NDArray[np.float64]]:
    """Return a loader of NIST StRD data by name; one row a line, comments start with #."""

    def load(name: str) -> npt.NDArray[np.float64]:
        return np.loadtxt(HERE / "reference" / f"{name}.txt")

    return load
