from __future__ import annotations

import math

import numpy as np
import pytest

from benchtui.calc import Normal, Rectangular, Specification, TemperatureCoefficient, range_for
from benchtui.errors import BadInput

TEN = Specification(4, 0.05, 10.0, floor=1e-7)


def test_parts_are_added_linearly() -> None:
    assert TEN.limit(5.0) == pytest.approx(20e-6 + 0.5e-6 + 0.1e-6)
    assert TEN.limit(-5.0) == TEN.limit(5.0)
    assert TEN.limit(np.array([-5.0, 0.0])) == pytest.approx([20.6e-6, 0.6e-6])


def test_temperature_counts_outside_its_band_only() -> None:
    spec = Specification(4, 0.05, 10.0, temperature=TemperatureCoefficient(0.5, 0.01, reference=23, band=1))
    inside = spec.limit(10.0)
    assert spec.limit(10.0, 23.9) == spec.limit(10.0, 22.1) == inside
    assert spec.limit(10.0, 28) == pytest.approx(inside + 4 * (5e-6 + 0.1e-6))
    assert spec.limit(10.0, 18) == pytest.approx(spec.limit(10.0, 28))


def test_the_error_within_the_limits_is_rectangular_or_normal_with_a_stated_level() -> None:
    plain = TEN.error_input("d", 5.0, unit="V", source="manual", identity="dmm")
    assert (plain.distribution, plain.value, plain.identity) == (Rectangular(), 0.0, "dmm")
    assert plain.u == pytest.approx(20.6e-6 / math.sqrt(3))
    stated = Specification(4, 0.05, 10.0, floor=1e-7, level=0.95).error_input(
        "d", 5.0, unit="V", source="manual"
    )
    assert stated.distribution == Normal()
    assert stated.u == pytest.approx(20.6e-6 / 1.959964, rel=1e-6)


def test_the_range_is_chosen_by_the_reading_and_the_age() -> None:
    ranges = [
        Specification(p, 1, span, days=d)
        for span in (100.0, 1.0, 10.0)
        for p, d in ((2, 1), (5, 90), (8, 365))
    ]
    assert range_for(ranges, 0.5).span == 1
    assert range_for(ranges, -1.1).span == 10
    assert range_for(ranges, 1.1, overrange=1.2).span == 1
    assert [range_for(ranges, 5, age_days=age).ppm_of_reading for age in (0, 1, 2, 90, 91)] == [2, 2, 5, 5, 8]
    with pytest.raises(BadInput, match=r"No range holds the reading 101"):
        range_for(ranges, 101)
    with pytest.raises(BadInput, match="366 days"):
        range_for(ranges, 5, age_days=366)


@pytest.mark.parametrize(
    "arguments",
    [
        (-1, 0, 1),
        (0, -1, 1),
        (0, 0, 0),
        (0, 0, -1),
        (math.nan, 0, 1),
        (0, 0, math.inf),
        (0, 0, 1, -1),
        (0, 0, 1, 0, 1.0),
    ],
)
def test_impossible_specifications_are_refused(arguments: tuple[float, ...]) -> None:
    with pytest.raises(BadInput):
        Specification(*arguments)  # type: ignore[arg-type]  # wrong on purpose
