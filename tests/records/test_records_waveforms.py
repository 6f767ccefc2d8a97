"""Waveforms come back bit for bit, and only while an attempt is open do they go in."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from benchtui.errors import RecordsError
from benchtui.quantity import Waveform
from benchtui.records import Archive, verify

if TYPE_CHECKING:
    from pathlib import Path

    from tests.records.conftest import Work

CAUGHT = Waveform(
    raw="#18AAAAAAAA",
    values=(0.1 + 0.2, -5e-324, 1.7976931348623157e308, math.nan),
    unit="V",
    start=-1.25e-5,
    step=1e-6 / 3,
    step_unit="s",
    t0=1.5,
    t1=1.75,
    span=10.0,
    flags=("over-range",),
)


def test_a_waveform_comes_back_bit_for_bit(work: Work, path: Path) -> None:
    attempt = work.begin().id
    work.store.add_waveform(at=work.now(), attempt=attempt, role="digitizer", waveform=CAUGHT)
    with Archive.open(path) as archive:
        (row,) = archive.waveforms(attempt)
    again = row.waveform()
    assert row.role == "digitizer"
    assert again.values[:3] == CAUGHT.values[:3]
    assert math.isnan(again.values[3])
    assert (again.raw, again.start, again.step, again.flags) == (
        CAUGHT.raw,
        CAUGHT.start,
        CAUGHT.step,
        CAUGHT.flags,
    )
    assert verify(path).ok


def test_nothing_is_added_to_an_attempt_that_has_ended(work: Work) -> None:
    attempt = work.measure()
    with pytest.raises(RecordsError):
        work.store.add_waveform(at=work.now(), attempt=attempt, role="digitizer", waveform=CAUGHT)
