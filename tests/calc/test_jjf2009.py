"""JJF 2009-2022: equation (8), and the example budgets of Annex C recomputed."""

from __future__ import annotations

import math

import numpy as np
import pytest

from benchtui.calc import Input, jjf2009, propagate, standard_deviation

READINGS = {
    "C.1": ([1.0004, 1.0003, 1.0004, 1.0005, 1.0008, 1.0005, 1.0007, 1.0003, 1.0003, 1.0006], 1.00048, 1.75035e-4),
    "C.3": ([1.0012, 1.0015, 1.0008, 1.0005, 1.0006, 1.0008, 1.0010, 1.0013, 1.0004, 1.0006], 1.00087, 3.680094e-4),
    "C.5": ([999.978, 999.981, 999.979, 999.980, 999.980, 999.978, 999.981, 999.98, 999.981, 999.980], 999.9798,
            1.135315e-6),
    "C.7": ([200.0030, 200.0031, 200.0030, 200.0029, 200.0028, 200.0032, 200.0029, 200.0030, 200.0031, 200.0033],
            200.00303, 7.47206e-7),
    "C.9": ([299.9850, 299.9865, 299.9859, 299.9855, 299.9852, 299.9830, 299.9822, 299.9844, 299.9852, 299.9868],
            299.98497, 4.820594e-6),
    "C.11": ([10.0010, 10.0008, 10.0009, 10.0012, 10.0010, 10.0011, 10.0009, 10.0010, 10.0012, 10.0011], 10.00102,
             1.316427e-5),
}  # fmt: skip

# Relative standard uncertainties of the six examples, with the scatter of their own readings; u_c and U (k = 2).
BUDGETS = {
    "C.1": ([1e-4 / math.sqrt(3), 1e-3, 3e-3 / math.sqrt(3), 5e-3 / math.sqrt(3)], 3.51672e-3, 7.03344e-3),
    "C.3": ([1e-4 / math.sqrt(3), 1e-3], 1.067129e-3, 2.134258e-3),
    "C.5": ([1e-4 / math.sqrt(3), 1e-3 / math.sqrt(3)], 5.80231e-4, 1.160462e-3),
    "C.7": ([2.5e-4 / math.sqrt(3), 1e-3 / math.sqrt(3)], 5.95120e-4, 1.190239e-3),
    "C.9": ([7e-3 / math.sqrt(3), 1.5e-3 / math.sqrt(3)], 4.133202e-3, 8.266403e-3),
    "C.11": ([2.5e-4], 2.503464e-4, 5.006927e-4),
}


@pytest.mark.parametrize("table", READINGS)
def test_repeatability_recomputed_from_the_printed_readings(table: str) -> None:
    readings, mean, relative = READINGS[table]
    assert np.mean(readings) == pytest.approx(mean, rel=1e-9)
    assert standard_deviation(readings).s / mean == pytest.approx(relative, rel=2e-6)


@pytest.mark.parametrize("table", BUDGETS)
def test_example_budgets_recomputed(table: str) -> None:
    parts, u_c, expanded = BUDGETS[table]
    inputs = [
        Input.normal(f"x{i}", 0, u, unit="1", source="") for i, u in enumerate([*parts, READINGS[table][2]])
    ]
    budget = propagate(lambda *x: sum(x), inputs)
    assert budget.u == pytest.approx(u_c, rel=1e-5)
    assert budget.k == pytest.approx(2, rel=1e-15)
    assert pytest.approx(expanded, rel=1e-5) == budget.U


def test_equation_8_with_the_printed_example() -> None:
    assert jjf2009.relative_error(1000.0, 999.9798) == pytest.approx(2.0200408e-5, rel=1e-7)


def test_corrections_and_loading_of_the_standard_voltage() -> None:
    plain = jjf2009.standard_voltage(10.0, 0.0, 0.0, 0.0, 0.0, 1e10)
    corrected = jjf2009.standard_voltage(10.0, 1e-5, 2e-6, 3e-6, 0.0, 1e10)
    loaded = jjf2009.standard_voltage(10.0, 0.0, 0.0, 0.0, 100.0, 1e7)
    assert plain == 10
    assert corrected == pytest.approx(10.000015, rel=1e-15)
    assert loaded == pytest.approx(10.0001, rel=1e-12)
    error = jjf2009.dc_voltage_output_error(10.0, 10.0, 0.0, 0.0, 0.0, 100.0, 1e7)
    assert error == pytest.approx(-1e-5, rel=1e-4)


def test_the_budget_of_a_voltage_point_says_what_counts() -> None:
    v = np.array([-18.0, 2.0, 18.0])
    readings = v[:, np.newaxis] * (1 + 1e-7 * np.arange(-4.5, 5))
    inputs = [
        Input.constant("v_set", v, unit="V"),
        Input.from_readings("v_meter", readings, unit="V", source="10 readings"),
        Input.rectangular(
            "d_cal", 0.0, np.abs(v) * 8e-6 + 1e-6, unit="V", source="specification", identity="dmm"
        ),
        Input.rectangular("d_resolution", 0.0, 5e-7, unit="V", source="resolution 1 µV"),
        Input.rectangular("d_emf", 0.0, 1e-6, unit="V", source="leads"),
        Input.constant("r_output", 0.0, unit="Ω"),
        Input.constant("r_input", 1e7, unit="Ω"),
    ]
    budget = propagate(jjf2009.dc_voltage_output_error, inputs)
    assert np.asarray(budget.y) == pytest.approx(0, abs=1e-12)
    row = budget.rows(2)[0]
    assert row.symbol == "d_cal"
    assert row.c == pytest.approx(-1 / 18, rel=1e-6)
    assert row.contribution == pytest.approx((18 * 8e-6 + 1e-6) / math.sqrt(3) / 18, rel=1e-6)
    # The sensitivity of the set value, which is exact, is not needed; all of u_c comes from the standard voltage.
    assert sum(part.share for part in budget.rows(2)) == pytest.approx(1)
    assert np.asarray(budget.k) == pytest.approx(2)
    assert budget.alarms == ()
