"""JJF 2009—2022, equations (12) to (16): by hand, and against the circuits that they stand for."""

from __future__ import annotations

import math

import pytest

from benchtui.calc import Input, propagate
from benchtui.calc.equations.jjf2009_impedance import (
    capacitance_at_point,
    capacitance_error,
    corrected_indication,
    frequency_error,
)
from benchtui.calc.equations.jjf2009_pulse import pulse_current, pulse_measurement_error, pulse_setting_error

ZERO = (0.0, 0.0, 0.0, 0.0)


def test_equations_12_to_14_with_300_a_over_10_milliohms() -> None:
    assert pulse_current(2.99985, *ZERO, 0.01, 0.0) == pytest.approx(299.985, rel=1e-14)
    assert pulse_setting_error(300.0, 2.99985, *ZERO, 0.01, 0.0) == pytest.approx(5.00025e-5, rel=1e-6)
    assert pulse_measurement_error(299.97, 0.015, 2.99985, *ZERO, 0.01, 0.0) == pytest.approx(0.0, abs=1e-12)
    warm = pulse_current(2.99985, *ZERO, 0.01, 1e-4)
    assert warm == pytest.approx(299.985 / 1.0001, rel=1e-14)


def test_every_correction_of_the_voltage_counts_alike() -> None:
    moved = {
        pulse_current(3.0, 1e-3, 0.0, 0.0, 0.0, 0.01, 0.0),
        pulse_current(3.0, 0.0, 1e-3, 0.0, 0.0, 0.01, 0.0),
        pulse_current(3.0, 0.0, 0.0, 1e-3, 0.0, 0.01, 0.0),
        pulse_current(3.0, 0.0, 0.0, 0.0, 1e-3, 0.01, 0.0),
    }
    assert len(moved) == 1
    assert moved.pop() == pytest.approx(300.1)


def test_example_c5_has_the_recomputed_uncertainty() -> None:
    inputs = [
        Input.constant("I_set", 300.0, unit="A"),
        Input.normal("V_top", 2.9998497, 2.9998497 * 4.82e-6, unit="V", source="table C.9"),
        Input.rectangular("dV_spec", 0.0, 0.007 * 2.9998497, unit="V", source="digitizer"),
        Input.constant("dV_res", 0.0, unit="V"),
        Input.constant("dV_flat", 0.0, unit="V"),
        Input.constant("dV_L", 0.0, unit="V"),
        Input.rectangular("R", 0.01, 1.5e-5, unit="Ω", source="shunt"),
        Input.constant("dR", 0.0, unit="1"),
    ]
    budget = propagate(pulse_setting_error, inputs)
    assert budget.u == pytest.approx(0.00413, rel=2e-3)
    assert pytest.approx(0.0083, rel=5e-3) == budget.U


def test_equation_15() -> None:
    assert frequency_error(1e6, 999_990.0, 0.0, 0.0) == pytest.approx(1.00001e-5, rel=1e-6)
    assert frequency_error(1e6, 999_990.0, 10.0, 0.0) == pytest.approx(0.0, abs=1e-15)


def test_equation_16() -> None:
    assert capacitance_at_point(1e-11, 5e-6) == pytest.approx(1.000005e-11, rel=1e-14)
    error = capacitance_error(10.00102e-12, 0.0, 0.0, 0.0, 2 * math.pi * 1e6, 10e-12, 0.0)
    assert error == pytest.approx(1.02e-4, rel=1e-9)


@pytest.mark.parametrize("hertz", [1e5, 1e6, 5e6])
def test_what_open_and_short_still_had_is_given_back(hertz: float) -> None:
    """A capacitor is measured as a unit does it that was corrected with an imperfect open and an imperfect short."""
    omega = 2 * math.pi * hertz
    farads, left, henries = 1e-9, 5e-17, 1e-9
    stray, lead = 1.5e-13, 0.1 + 1j * omega * 2e-8
    short = lead + 1j * omega * henries

    def measured(siemens: complex) -> complex:
        return 1 / (lead + 1 / siemens) + 1j * omega * stray

    def shown(siemens: complex) -> complex:
        seen = 1 / (1 / measured(siemens) - short)
        return seen - 1 / (1 / measured(1j * omega * left) - short)

    read = shown(1j * omega * farads).imag / omega
    corrected = corrected_indication(read, 0.0, left, henries, omega)
    assert abs(corrected / farads - 1) < 1e-5
    if hertz == 5e6:
        assert abs(read / farads - 1) > 9e-4, "without it the short would be seen"
