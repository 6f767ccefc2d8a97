from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pytest

from benchtui.calc import Coverage, Input, StudentT, propagate
from benchtui.calc.anova import one_way
from benchtui.calc.type_a import (
    Deviation,
    allan_deviation,
    autocorrelation,
    drift,
    examine,
    grubbs,
    grubbs_critical,
    mean_and_deviation,
    pooled_deviation,
    range_deviation,
    standard_deviation,
)
from benchtui.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable

Array = npt.NDArray[np.float64]


def numacc(base: float) -> list[float]:
    """NIST StRD NumAcc3 and NumAcc4: base + 0.2, then 500 pairs of + 0.1, + 0.3; s = 0.1."""
    return [base + 0.2] + [base + 0.1, base + 0.3] * 500


def test_nist_1900_e2_mean_and_interval(published: Callable[[str], Any]) -> None:
    example = published("nist1900_e2_temperature")
    one = Input.from_readings("t", example.inputs["t_C"], unit="°C", source="22 days")
    example.check("mean", one.value)
    example.check("u", one.u)
    example.check("s", standard_deviation(example.inputs["t_C"]).s)
    budget = propagate(lambda t: t, [one], coverage=Coverage("gum95"))
    example.check("lo95", budget.y - np.asarray(budget.U))
    example.check("hi95", budget.y + np.asarray(budget.U))
    assert (one.dof, one.distribution, one.kind) == (21, StudentT(21), "A")


def test_jjf_1059_range_method(published: Callable[[str], Any]) -> None:
    example = published("jjf1059_range_method")
    found = [range_deviation([0.0] * (n - 1) + [1.0]) for n in example.inputs["n"]]
    example.check("C", [1 / one.s for one in found])
    example.check("nu", [one.dof for one in found])


@pytest.mark.parametrize("n", [1, 10])
def test_range_method_refuses_other_numbers_of_readings(n: int) -> None:
    with pytest.raises(BadInput, match=str(n)):
        range_deviation(np.arange(n))


@pytest.mark.parametrize(("base", "digits"), [(1e6, 1e-9), (1e7, 1e-8)])
def test_trap_strd_numacc_has_a_float64_floor(base: float, digits: float) -> None:
    # The readings are only known to half a bit: 1e7 + 0.1 is off by up to 9e-10, which is the floor.
    mean, s = mean_and_deviation(np.array(numacc(base)))
    assert mean == pytest.approx(base + 0.2, rel=1e-15)
    assert s == pytest.approx(0.1, abs=digits)


def test_trap_a_sum_of_squares_variance_loses_all_digits() -> None:
    series = np.array(numacc(1e7))
    naive = (np.square(series).sum() - series.size * series.mean() ** 2) / (series.size - 1)
    assert abs(math.sqrt(max(naive, 0)) - 0.1) > 1e-3
    assert standard_deviation(series).s == pytest.approx(0.1, abs=1e-8)


def test_strd_lew_and_its_autocorrelation(
    published: Callable[[str], Any], reference: Callable[[str], Array]
) -> None:
    lew = reference("lew")
    published("nist_handbook_lew_autocorrelation").check("r", autocorrelation(lew, 9))
    mean, s = mean_and_deviation(lew)
    assert mean == pytest.approx(-177.435, rel=1e-15)
    assert s == pytest.approx(277.332168044316, rel=1e-14)
    assert autocorrelation(lew)[1] == pytest.approx(-0.307304800605679, rel=1e-13)


def test_correlated_readings_are_remarked(reference: Callable[[str], Array]) -> None:
    remarks = [str(remark) for remark in examine(reference("lew")).remarks]
    assert any("correlated" in remark for remark in remarks)


def test_gum_h5_analysis_of_variance(published: Callable[[str], Any]) -> None:
    example = published("gum_h5_anova_zener")
    found = one_way(example.inputs["day_means_V"], example.inputs["day_sd_V"], example.inputs["K"])
    example.check("mean", found.mean)
    example.check("s_day_means", found.s_of_means)
    example.check("s_within_pooled", found.s_within)
    example.check("s_between", found.s_between)
    example.check("F", found.f)
    example.check("F95_crit_9_40", found.f_critical)
    example.check("u_mean", found.u)
    assert found.significant
    assert found.dof == 9
    strict = one_way(example.inputs["day_means_V"], example.inputs["day_sd_V"], 5, level=0.975)
    example.check("F975_crit_9_40", strict.f_critical)
    assert not strict.significant
    assert strict.dof == 49
    assert strict.u == pytest.approx(13e-6, abs=0.5e-6)  # H.5.2.5: 13 µV where the days do not differ


def test_pooled_deviation_weighs_by_degrees_of_freedom() -> None:
    assert pooled_deviation([Deviation(3, 1), Deviation(1, 3)]) == Deviation(math.sqrt(3), 4)
    with pytest.raises(BadInput, match="pool"):
        pooled_deviation([])


def test_a_known_repeatability_serves_a_single_reading() -> None:
    one = Input.from_readings("d", [215.0], unit="nm", source="x", repeatability=Deviation(13, 24))
    assert (one.u, one.dof) == (13, 24)
    five = Input.from_readings("d", [215.0] * 5, unit="nm", source="x", repeatability=Deviation(13, 24))
    assert five.u == pytest.approx(5.8, abs=0.05)  # GUM H.1.3.2


def test_grubbs_flags_and_deletes_nothing() -> None:
    readings = [10.1, 10.2, 10.0, 10.1, 10.15, 10.05, 13.0, 10.1, 9.95, 10.12, 8.5, 10.03]
    before = list(readings)
    assert grubbs(readings) == (6, 10)
    assert readings == before
    assert grubbs([1.0, 2.0]) == ()
    assert grubbs([5.0] * 6) == ()


@pytest.mark.parametrize(("n", "critical"), [(3, 1.155), (6, 1.887), (10, 2.290), (20, 2.709)])
def test_grubbs_critical_values_of_the_published_table(n: int, critical: float) -> None:
    # F. E. Grubbs and G. Beck, Technometrics 14 (1972) 847: two-sided, 5 %
    assert grubbs_critical(n) == pytest.approx(critical, abs=1e-3)


def test_allan_deviation_of_white_noise_falls_with_the_root_and_of_a_ramp_rises() -> None:
    noise = np.random.default_rng(3).standard_normal(100_000)
    assert allan_deviation(noise) == pytest.approx(1, rel=0.02)
    assert allan_deviation(noise, 100) == pytest.approx(0.1, rel=0.1)
    assert allan_deviation(np.arange(100.0), 10) == pytest.approx(10 / math.sqrt(2), rel=1e-9)


def test_allan_deviation_needs_enough_readings() -> None:
    with pytest.raises(BadInput, match="at least 21"):
        allan_deviation(np.arange(20.0), 10)


def test_drift_is_found_and_noise_is_not_called_drift() -> None:
    noise = np.random.default_rng(7).standard_normal(50)
    steady, moving = drift(noise), drift(noise + 0.2 * np.arange(50))
    assert not steady.significant
    assert moving.significant
    assert moving.slope == pytest.approx(steady.slope + 0.2, rel=1e-12)
    in_seconds = drift(noise + 0.2 * np.arange(50), 10 * np.arange(50))
    assert in_seconds.slope == pytest.approx(moving.slope / 10)


def test_drift_refuses_times_that_do_not_match() -> None:
    with pytest.raises(BadInput, match="times"):
        drift([1.0, 2.0, 3.0], [0, 1, 2, 3])
    with pytest.raises(BadInput, match="times"):
        drift([1.0, 2.0, 3.0], [5, 5, 5])


def test_equal_readings_give_resolution_over_root_12_and_never_0() -> None:
    one = Input.from_readings("v", [10.001] * 10, unit="V", source="x", resolution=1e-3)
    assert one.u == pytest.approx(1e-3 / math.sqrt(12))
    assert one.dof == math.inf
    with pytest.raises(BadInput, match="v are equal"):
        Input.from_readings("v", [10.001] * 10, unit="V", source="x")


def test_a_table_of_readings_is_one_row_a_point() -> None:
    table = np.array([[1.0, 1.2, 1.1], [5.0, 5.0, 5.0]])
    one = Input.from_readings("v", table, unit="V", source="x", resolution=0.1)
    assert isinstance(one.u, np.ndarray)
    assert one.u == pytest.approx([0.1 / math.sqrt(3), 0.1 / math.sqrt(12)])
    assert one.value == pytest.approx([1.1, 5.0])


def test_an_examination_remarks_what_departs_from_independence() -> None:
    seen = examine([10.0, 10.0, 10.0], resolution=0.1)
    assert seen.u == pytest.approx(0.1 / math.sqrt(12))
    assert "equal" in str(seen.remarks[0])
    assert "hardly" in str(examine([1.0, 2.0, 1.5]).remarks[0])
    assert any("drift" in str(remark) for remark in examine(np.arange(20) + 0.01).remarks)
    assert any("Reading 7" in str(r) for r in examine([1.0, 1.1, 0.9, 1, 1.05, 0.95, 9]).remarks)
    calm = examine([10.1, 9.9, 10.05, 9.95, 10.02, 10.1, 9.9, 9.97])
    assert (calm.remarks, calm.outliers, calm.n, calm.dof) == ((), (), 8, 7)
    assert examine([4.2]).dof == math.inf


@pytest.mark.parametrize("bad", [[], [[]], 5.0])
def test_no_readings_is_an_error_that_names_the_input(bad: object) -> None:
    with pytest.raises(BadInput, match="v_meter"):
        Input.from_readings("v_meter", bad, unit="V", source="x")  # type: ignore[arg-type]  # wrong on purpose


@pytest.mark.parametrize("bad", [[1.0], [1.0, math.nan], [1.0, math.inf], [[[1.0, 2.0]]]])
def test_unusable_readings_are_an_error_that_names_the_input(bad: list[float]) -> None:
    with pytest.raises(BadInput, match="v_meter"):
        Input.from_readings("v_meter", bad, unit="V", source="x")
