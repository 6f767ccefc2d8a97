"""The surroundings of the console's tests: a plain environment, English, pictures in the folder snapshots."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pytest_textual_snapshot import SVGImageExtension

from benchtui import i18n
from benchtui.screens import marks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syrupy.assertion import SnapshotAssertion
    from syrupy.location import PyTestLocation

PICTURES = Path(__file__).resolve().parents[2] / "snapshots"


class Picture(SVGImageExtension):  # type: ignore[misc]  # the plugin has no types
    """An SVG in the folder ``snapshots`` at the top."""

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        return str(PICTURES / test_location.basename)


@pytest.fixture
def pictures(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(Picture)


@pytest.fixture(autouse=True)
def plain_surroundings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in list(os.environ):
        if name in ("NO_COLOR", "COLORTERM", "ESCDELAY") or name.startswith("TEXTUAL"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("TERM", "xterm-256color")
    yield
    i18n.use("en")
    marks.use("unicode")
