from __future__ import annotations

import math
from datetime import date

import pytest

from benchtui.calc import (
    Certificate,
    CertifiedPoint,
    HistoryPoint,
    Normal,
    Override,
    StudentT,
    predict_from_history,
    propagate,
)
from benchtui.errors import BadInput, StandardRefused

POINTS = (CertifiedPoint(10, 0.4, 0.2), CertifiedPoint(0, 0.0, 0.1), CertifiedPoint(20, 1.0, 0.4, dof=12))
CERTIFICATE = Certificate("V-17", date(2026, 1, 10), date(2027, 1, 9), POINTS)


def test_at_a_certified_point_nothing_is_added() -> None:
    found = CERTIFICATE.correction(10)
    assert (found.value, found.u, found.dof) == (0.4, 0.1, math.inf)
    assert CERTIFICATE.correction(20).dof == 12


def test_between_points_the_line_and_its_bend() -> None:
    # Through (0, 0), (10, 0.4), (20, 1.0) goes 0.03·x + 0.001·x²: at 5 it lies 0.025 below the chord.
    found = CERTIFICATE.correction(5)
    assert found.value == pytest.approx(0.2)
    assert found.u == pytest.approx(math.hypot(0.075, 0.025 / math.sqrt(3)))
    assert CERTIFICATE.correction(15).dof == 12


def test_two_points_alone_may_miss_half_their_step() -> None:
    two = Certificate("V-18", date(2026, 1, 1), date(2027, 1, 1), POINTS[:2])
    assert two.correction(5).u == pytest.approx(math.hypot(0.075, 0.2 / math.sqrt(3)))


@pytest.mark.parametrize("at", [-0.1, 20.1, math.nan])
def test_nothing_is_extrapolated(at: float) -> None:
    with pytest.raises(BadInput, match="V-17"):
        CERTIFICATE.correction(at)


def test_the_correction_is_applied_and_not_only_budgeted() -> None:
    one = CERTIFICATE.correction_input("d_cal", 10, unit="V")
    assert (one.distribution, one.source) == (Normal(), "V-17")
    assert propagate(lambda d_cal: 10 + d_cal, [one]).y == 10.4
    assert CERTIFICATE.correction_input("d_cal", 20, unit="V").distribution == StudentT(12)


def test_an_expired_certificate_is_refused() -> None:
    assert CERTIFICATE.check_date(date(2027, 1, 9)) is None
    with pytest.raises(StandardRefused, match=r"V-17 .*2027-01-09.*2027-01-10"):
        CERTIFICATE.check_date(date(2027, 1, 10))
    with pytest.raises(StandardRefused):
        CERTIFICATE.check_date(date(2026, 1, 9))


def test_a_named_person_may_override_with_a_reason_that_is_printed() -> None:
    remark = CERTIFICATE.check_date(date(2027, 2, 1), Override("Li Na", "checked against V-03 today"))
    assert "Li Na: checked against V-03 today" in str(remark)
    with pytest.raises(BadInput, match="reason"):
        Override("Li Na", " ")


@pytest.mark.parametrize("points", [(), (CertifiedPoint(1, 0, 1), CertifiedPoint(1, 1, 1))])
def test_a_certificate_needs_different_points(points: tuple[CertifiedPoint, ...]) -> None:
    with pytest.raises(BadInput, match="V-19"):
        Certificate("V-19", date(2026, 1, 1), date(2027, 1, 1), points)


def test_a_certificate_cannot_be_due_before_it_was_issued() -> None:
    with pytest.raises(BadInput, match="due before"):
        Certificate("V-20", date(2026, 1, 2), date(2026, 1, 1), POINTS)


@pytest.mark.parametrize(
    "arguments", [(1, 0, 0), (1, 0, -1), (1, 0, 1, 0), (math.nan, 0, 1), (1, math.inf, 1), (1, 0, 1, 2, 0)]
)
def test_impossible_points_are_refused(arguments: tuple[float, ...]) -> None:
    with pytest.raises(BadInput):
        CertifiedPoint(*arguments)


def history(*values: float, u: float = 0.1) -> list[HistoryPoint]:
    return [HistoryPoint(date(2020 + i, 1, 1), value, u) for i, value in enumerate(values)]


def test_one_calibration_tells_no_drift() -> None:
    assert predict_from_history(history(5.0), date(2030, 1, 1)).value == 5.0


def test_drift_is_carried_on_with_growing_uncertainty() -> None:
    past = history(5.0, 5.1, 5.2, 5.3)
    near, far = (predict_from_history(past, date(year, 1, 1)) for year in (2024, 2030))
    assert near.value == pytest.approx(5.4, abs=1e-3)
    assert far.value == pytest.approx(6.0, abs=1e-3)
    assert near.u < far.u
    # For equal u and equal steps the textbook gives u²·(1/n + (x - x̄)²/Sxx), here with x in years.
    assert near.u == pytest.approx(0.1 * math.sqrt(1 / 4 + 2.5**2 / 5), rel=1e-3)
    assert near.dof == math.inf


def test_scatter_beyond_the_stated_uncertainty_enlarges_it() -> None:
    calm = predict_from_history(history(5.0, 5.1, 5.2, 5.3), date(2024, 1, 1))
    wild = predict_from_history(history(5.0, 6.1, 4.2, 5.3), date(2024, 1, 1))
    assert wild.u > 3 * calm.u
    assert wild.dof == 2


def test_an_unusable_history_is_refused() -> None:
    with pytest.raises(BadInput, match="different days"):
        predict_from_history([], date(2024, 1, 1))
    with pytest.raises(BadInput, match="different days"):
        predict_from_history([history(1.0)[0]] * 2, date(2024, 1, 1))
    with pytest.raises(BadInput, match="positive uncertainty"):
        predict_from_history(history(1.0, 2.0, u=0), date(2024, 1, 1))
