"""Fixtures that every folder of tests may use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.acceptance.shell import Shell, environment, kill, processes_of


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """A user at a shell in an empty home; every process that was started there ends with the test."""
    (tmp_path / "runtime").mkdir(mode=0o700)
    user = Shell(tmp_path, environment(tmp_path))
    yield user
    for child in user.children:
        child.kill()
        child.wait()
    for pid in processes_of(tmp_path):
        kill(pid)
