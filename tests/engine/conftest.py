"""An engine of its own for each test, at a virtual bench, both in their own processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from tests.acceptance.shell import Shell
from tests.engine.stand import Stand


@pytest.fixture
def stand(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Stand]]:
    """Set up a virtual bench at a time scale, with a work order and a bench file beside it."""
    for name, value in shell.env.items():
        monkeypatch.setenv(name, value)
    stands: list[Stand] = []

    def at(scale: str) -> Stand:
        stands.append(Stand(shell, scale))
        return stands[-1]

    yield at
    for made in stands:
        made.close()
