"""However an instrument hangs, an abort reaches it: zero volts come over the wire, each time."""

from __future__ import annotations

import pytest
from benchmarks.safety import abort_on_a_hung_analyzer


@pytest.mark.parametrize("tries", [5, pytest.param(200, marks=pytest.mark.slow)])
def test_an_abort_on_a_hung_analyzer_reaches_the_wire_each_time(tries: int) -> None:
    assert len(abort_on_a_hung_analyzer(tries).seconds) == tries
