"""The fault matrix: what the document says is so, and no fault of the wire ends in a wrong number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tools.fault_matrix import DOCUMENT, ROWS, WRONG, Cell, Row, again, everything, matrix, page

from benchtui.errors import ProfileError
from benchtui.profiles import find
from benchtui.virtualbench.faults import KINDS
from benchtui.virtualbench.registry import INSTRUMENTS

if TYPE_CHECKING:
    from collections.abc import Mapping

BUSY = 30.0
"""Seconds by which a reading may be late on a machine that is busy; the tool looks closer."""


def documented() -> Mapping[tuple[str, str, str], str]:
    """Return the cells of both tables by instrument, reading and fault."""
    found: dict[tuple[str, str, str], str] = {}
    kinds: list[str] = []
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        words = [word.strip() for word in line.strip("|").split(" | ")]
        if words[0] == "instrument":
            kinds = words[2:] if not words[1] else []  # the table of times is another one
        elif words[0].startswith("`") and kinds:
            found |= {
                (words[0].strip("`"), words[1], kind): text
                for kind, text in zip(kinds, words[2:], strict=True)
            }
    return found


def has_a_profile(name: str) -> bool:
    try:
        return find("instruments", name).exists()
    except ProfileError:
        return False


def chosen(profile: str, reading: str) -> Row:
    return next(row for row in ROWS if (row.profile, row.reading) == (profile, reading))


def test_every_instrument_and_every_fault_is_in_the_document() -> None:
    cells = documented()
    told = {(row.profile, row.reading, kind) for row in ROWS for kind in KINDS}
    assert told <= set(cells)
    assert {profile for profile in INSTRUMENTS if has_a_profile(profile)} == {row.profile for row in ROWS}
    assert not any(WRONG in text for text in cells.values())


@pytest.mark.parametrize(
    "place",
    [("keysight-3458a", "voltage"), ("keysight-b1505a", "voltage"), ("srs-rga200", "ion current"),
     ("mettler-mt-sics", "mass"), ("pfeiffer-tpg362", "pressure")],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["stale", "echo", "duplicate"])
def test_an_older_answer_is_no_reading(place: tuple[str, str], kind: str) -> None:
    (cell,) = matrix([(chosen(*place), next(each for each in KINDS if each == kind), False)])
    assert cell.outcomes, "something was struck"
    assert not list(cell.complaints)
    assert cell.text == documented()[(*place, kind)]


@pytest.mark.slow
def test_the_document_is_what_is_measured() -> None:
    cells = matrix(everything())
    assert not [line for cell in cells for line in cell.complaints if WRONG.lower() in line]
    before = documented()

    def strange(cell: Cell) -> bool:
        late = any(outcome.seconds > cell.row.longest + BUSY for outcome in cell.outcomes)
        documented = before.get((cell.row.profile, cell.doing, cell.kind))
        return late or cell.text != documented or bool(list(cell.complaints))

    for _ in range(
        3
    ):  # the machine may be busy: what is not as it should be is measured again, a few at a time
        cells = again(cells, strange)
    assert not [line for cell in cells for line in cell.complaints]
    assert page(cells) == DOCUMENT.read_text(encoding="utf-8")
