"""Pulses, test signals and capacitances, from drivers to results: U covers what the virtual bench hides."""

from __future__ import annotations

import pytest

from benchtui.coverage import run


@pytest.mark.slow
@pytest.mark.parametrize(("item", "errors"), [("pulsed-current", 32), ("frequency", 5), ("capacitance", 16)])
def test_u_covers_the_hidden_errors_of_three_truths(item: str, errors: int) -> None:
    found = [deviation for seed in (11, 12, 13) for deviation in run(item, seed)]
    assert len(found) == 3 * errors
    assert sum(deviation.en <= 1 for deviation in found) >= 0.85 * len(found)
    assert max(deviation.en for deviation in found) < 2
