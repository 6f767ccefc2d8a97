"""The search for the null, on a straight line with noise: how many adjustments it takes, and how it fails."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pytest

from benchtui.errors import NotSettled, OutOfRange, WrongInstrument
from benchtui.procedures.semiconductor.null_search import (
    MOST_ADJUSTMENTS,
    Respond,
    Unbalance,
    find_null,
    look_into,
)
from benchtui.profiles import Standard, find, load
from benchtui.quantity import NBSP

STEP = Decimal("1e-7")
LIMIT = Decimal(120)


@pytest.fixture
def resistor() -> Standard:
    return load(find("standards", "high-value-resistor-1t"), Standard)


def to_step(volts: float) -> Decimal:
    return (Decimal(repr(volts)) / STEP).to_integral_value() * STEP


class Line:
    """A detector that reads ``gain·(I + V/R) + noise``."""

    def __init__(
        self,
        amperes: float,
        ohms: float,
        *,
        gain: float = 1.0,
        noise: float = 0.0,
        u: float = 0.0,
        seed: int = 0,
    ) -> None:
        self.settings: list[float] = []
        self._amperes, self._ohms, self._gain = amperes, ohms, gain
        self._noise, self._u = noise, u or noise
        self._chance = np.random.default_rng(seed)

    def __call__(self, volts: Decimal) -> Unbalance:
        self.settings.append(float(volts))
        left = self._gain * (self._amperes + float(volts) / self._ohms)
        return Unbalance(left + self._noise * float(self._chance.standard_normal()), self._u)


def null_of(
    respond: Respond, start: str, ohms: float, floor: float, step: Callable[[float], Decimal] = to_step
) -> float:
    return float(
        find_null(respond, Decimal(start), ohms, settable=step, floor=floor, limit=LIMIT, where="point")
    )


@pytest.mark.parametrize("error", [0.06, -0.06])
@pytest.mark.parametrize("gain", [0.98, 1.02])
def test_six_percent_at_1_picoampere_are_nulled_in_noise(error: float, gain: float) -> None:
    for seed in range(200):
        line = Line(1e-12 * (1 + error), 1.0004e12, gain=gain, noise=3e-15, seed=seed)
        volts = null_of(line, "-1", 1e12, 2e-18)
        assert len(line.settings) - 1 <= MOST_ADJUSTMENTS
        # Within two standard uncertainties of the detector's reading, and the noise of that.
        assert abs(1e-12 * (1 + error) + volts / 1.0004e12) < 6 * 3e-15


def test_without_noise_the_secant_needs_three_adjustments() -> None:
    line = Line(5e-9 * 1.05, 1e10 * 1.0003, gain=1.02)
    volts = null_of(line, "-50", 1e10, 2e-6 * 5e-9)
    assert len(line.settings) - 1 <= 3
    assert 5e-9 * 1.05 + volts / (1e10 * 1.0003) == pytest.approx(0.0, abs=1.1e-14)


def test_a_current_that_is_right_already_is_left_alone() -> None:
    line = Line(1e-12, 1e12, noise=1e-16, seed=3)
    assert null_of(line, "-1", 1e12, 5e-15) == -1.0
    assert line.settings == [-1.0]


def test_the_search_ends_at_the_finest_step_of_the_source() -> None:
    line = Line(1.00037e-9, 1e10)
    volts = null_of(line, "-10", 1e10, 0.0, lambda wanted: Decimal(repr(round(wanted, 3))))
    assert volts == -10.004
    assert line.settings == [-10.0, -10.004]


def test_no_step_leaves_the_two_settings_that_the_null_lies_between() -> None:
    # The detector jumps: the slope between the first two settings is useless, the third would be far away.
    left = {-10.0: 5e-10, -15.0: -4e-10}

    def respond(volts: Decimal) -> Unbalance:
        seen.append(float(volts))
        return Unbalance(left.get(float(volts), 1e-10 + (float(volts) + 12.0) * 1e-10), 1e-14)

    seen: list[float] = []
    volts = null_of(respond, "-10", 1e10, 2e-14)
    assert volts == pytest.approx(-13.0, abs=1e-3)
    assert all(-15.0 <= one <= -10.0 for one in seen)


def test_a_null_beyond_the_reach_of_the_source_is_said() -> None:
    with pytest.raises(OutOfRange) as found:
        null_of(Line(1.4e-6, 1e8), "-100", 1e8, 1e-12)
    assert "140" in str(found.value.what)
    assert found.value.where == "point"


def test_a_restless_detector_has_no_null() -> None:
    line = Line(1e-12, 1e12, noise=3e-13, u=1e-15, seed=1)
    with pytest.raises(NotSettled) as found:
        null_of(line, "-1", 1e12, 0.0)
    assert len(line.settings) == MOST_ADJUSTMENTS + 1
    assert "guard" in str(found.value.hint)


# ----------------------------------------------------------------------------------------- what may be wrong
def look(line: Line, resistor: Standard) -> None:
    look_into(line, Decimal(-1), amperes=1e-12, resistor=resistor, module="HRSMU", where="point")


@pytest.mark.parametrize(("ohms", "fitting"), [(1e11, f"100{NBSP}GΩ"), (1e10, f"10{NBSP}GΩ")])
def test_a_resistor_of_another_decade_is_named(resistor: Standard, ohms: float, fitting: str) -> None:
    with pytest.raises(WrongInstrument) as found:
        look(Line(1e-12, ohms, noise=1e-16), resistor)
    assert fitting in str(found.value.hint)


def test_a_source_that_changes_nothing_is_said(resistor: Standard) -> None:
    with pytest.raises(OutOfRange) as found:
        look(Line(1e-12, 1e18, noise=3e-15), resistor)
    assert "source" in str(found.value.what)
    assert resistor.name in str(found.value.hint)


def test_a_source_with_exchanged_leads_is_said(resistor: Standard) -> None:
    with pytest.raises(OutOfRange) as found:
        look(Line(1e-12, -1e12, noise=1e-16), resistor)
    assert "exchanged" in str(found.value.hint)


def test_a_current_that_does_not_arrive_is_said(resistor: Standard) -> None:
    with pytest.raises(OutOfRange) as found:
        look(Line(1e-14, 1e12, noise=1e-16), resistor)
    assert "HRSMU" in str(found.value.what)


def test_a_unit_that_is_far_off_is_no_mistake(resistor: Standard) -> None:
    look(Line(1.5e-12, 1e12, noise=1e-16), resistor)
