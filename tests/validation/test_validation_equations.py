"""The equations of the documents against published values and against each other."""

from __future__ import annotations

import math

import numpy as np
import pytest

from benchtui.calc.equations import jjf2009_annex_c, joule, molecular_flow, partial_pressure, water

NITROGEN = 0.0280134


@pytest.mark.parametrize(
    ("temperature", "pressure", "density"),
    [(273.16, 611.657, 0.00485426), (373.1243, 101325.0, 0.597586), (647.096, 22.064e6, 322.0)],
)
def test_saturation_reproduces_the_check_values_of_the_release(
    temperature: float, pressure: float, density: float
) -> None:
    assert water.saturation_pressure(temperature) == pytest.approx(pressure, rel=1e-6)
    assert water.saturated_vapour_density(temperature) == pytest.approx(density, rel=1e-6)


def test_saturated_vapour_at_150_degrees_is_no_ideal_gas() -> None:
    assert water.saturation_pressure(423.15) == pytest.approx(476165, rel=2e-4)
    assert water.saturated_compressibility(423.15) == pytest.approx(0.9569, abs=2e-4)
    assert water.saturated_compressibility(np.array([273.16])) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("ratio", "transmission", "tolerance"),
    [(0.1, 0.952399, 3e-5), (1, 0.671984, 3e-5), (5, 0.310525, 4e-5), (10, 0.190942, 3e-4), (50, 0.048476, 7e-4)],
)  # fmt: skip
def test_transmission_of_a_tube_against_the_integral_equation(
    ratio: float, transmission: float, tolerance: float
) -> None:
    assert molecular_flow.tube_transmission(ratio) == pytest.approx(transmission, rel=tolerance)


def test_a_long_tube_approaches_its_limit() -> None:
    assert molecular_flow.tube_transmission(1e4) == pytest.approx(8 / 3e4, rel=1e-3)


@pytest.mark.parametrize(
    ("molar_mass", "per_area"),
    [(NITROGEN, 118.28), (2.01588e-3, 440.9), (water.MOLAR_MASS, 147.5), (0.039948, 99.05)],
)
def test_mean_speed_by_the_conductance_of_an_aperture(molar_mass: float, per_area: float) -> None:
    assert molecular_flow.mean_speed(296.15, molar_mass) / 4 == pytest.approx(per_area, rel=5e-4)


def test_conductance_of_the_orifice_for_lunar_soil() -> None:
    conductance = molecular_flow.tube_conductance(20e-6, 4e-3, 296.15, NITROGEN)
    assert conductance == pytest.approx(2.438e-10, rel=2e-3)
    for_water = molecular_flow.conductance_for(conductance, NITROGEN, water.MOLAR_MASS)
    assert for_water == pytest.approx(molecular_flow.tube_conductance(20e-6, 4e-3, 296.15, water.MOLAR_MASS))


def test_free_path_and_flow_of_water() -> None:
    path = molecular_flow.mean_free_path(9.65e-6, np.array([1.0, 2000.0]), 296.15, water.MOLAR_MASS)
    assert path / 20e-6 == pytest.approx([223.568, 0.111784], rel=2e-4)
    assert molecular_flow.amount_flow(1e-9, 5.0, 296.15) == pytest.approx(2.0305985994e-12, rel=1e-9)


def test_water_of_a_sample_and_of_a_generator() -> None:
    released = water.released_fraction(np.array([90.0, 2000.0]), 21.5e-6, 273.15, 200e-6, 0.25)
    assert released == pytest.approx([0.010232820e-2, 0.227396001e-2], rel=1e-6)
    assert water.burnt_hydrogen_fraction(420e-6) == pytest.approx(420.0882e-6, rel=1e-6)
    assert water.burnt_hydrogen_fraction(420e-6, 0.5) == pytest.approx(420.0882e-6 / 2, rel=1e-6)
    assert water.power_law_flow(1e-12, 0.390, 1.07) == pytest.approx(5.637215106e-14, rel=1e-9)


def test_conductance_modulation_finds_the_pumping_speed() -> None:
    rise_open, rise_closed = 3.846153846153846e-06, 2.8846153846153845e-05
    speed = partial_pressure.modulated_pumping_speed(rise_open, rise_closed, 0.02)
    assert speed == pytest.approx(0.13, rel=1e-12)
    assert partial_pressure.throughput_gate_open(rise_open, speed) == pytest.approx(5e-7, rel=1e-12)
    assert partial_pressure.throughput_gate_closed(rise_closed, 0.02, speed) == pytest.approx(5e-7, rel=1e-12)


def test_pressure_divider_and_throughput() -> None:
    assert partial_pressure.divider_ratio(0.1, 0.001) == pytest.approx(101)
    assert partial_pressure.throughput(1e-10, 1e4, 1e2) == pytest.approx(0.99e-6)


def test_planck_constant_of_the_electrical_units() -> None:
    h90 = joule.conventional_planck_constant(483597.9e9, 25812.807)
    exact = joule.conventional_planck_constant(483597848416983.6, 25812.807459304513)
    assert h90 == pytest.approx(6.626068854361325e-34, rel=1e-12)
    assert exact == pytest.approx(6.62607015e-34, rel=1e-12)
    assert exact / h90 - 1 == pytest.approx(1.9553655e-7, rel=1e-6)


def test_energy_balance_of_the_joule_balance() -> None:
    assert joule.measured_ratio(5.0 * 0.015, 9.0 * 0.0083, 1.0, 1.0) == pytest.approx(1, abs=5e-3)
    assert joule.parasitic_work(2.5e-3, 17e-6, 5.0, 0.015) == pytest.approx(0.5666666667e-6, rel=1e-9)
    assert joule.field_change(-1e-3, 2e-3) == pytest.approx(-2e-6)
    assert joule.buoyancy_mass(0.5, 1.2, 8000.0) == pytest.approx(75e-6)


def test_models_of_annex_c_give_the_nominal_values() -> None:
    assert jjf2009_annex_c.nulled_current(1.0, 1e12, 3e-15, -1e-15, 1e-16) == pytest.approx(1.0021e-12)
    assert jjf2009_annex_c.current_through(3.0, 0.01, 1.0) == pytest.approx(301)
    assert jjf2009_annex_c.divided_voltage(2.0, 500.0, -1.0) == pytest.approx(999)
    assert jjf2009_annex_c.voltage_across(0.2e-3, 1e6, 0.5) == pytest.approx(200.5)
    assert jjf2009_annex_c.standard_capacitance(10e-12, 1e-12) == pytest.approx(11e-12)
    assert math.isclose(jjf2009_annex_c.current_through(np.array([2.0]), 4.0, 0.0)[0], 0.5)
