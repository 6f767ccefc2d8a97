"""The standards that ship: each row of the list of standards is filled, and what is certified makes sense."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from benchtui import profiles
from benchtui.errors import ProfileError
from benchtui.profiles import Standard, load

FOLDER = profiles.root() / "standards"
SHIPPED = {path.stem: load(path, Standard) for path in sorted(FOLDER.glob("*.toml"))}
ROWS = {
    "dc-voltage-source", "dc-voltmeter", "dc-ammeter", "null-detector", "hv-divider", "digitizer",
    "standard-resistor", "hv-resistor", "high-value-resistor", "pulse-shunt", "frequency-counter",
    "standard-capacitor",
}  # fmt: skip
# JJF 2009-2022, 5.2: largest relative uncertainty (k = 2) of the values of each row.
LARGEST = {
    "hv-divider": Decimal("1e-3"), "standard-resistor": Decimal("1e-3"), "hv-resistor": Decimal("1e-3"),
    "pulse-shunt": Decimal("1.5e-3"), "high-value-resistor": Decimal("2e-3"), "standard-capacitor": Decimal("3e-3"),
}  # fmt: skip


def nominals(row: str) -> set[Decimal]:
    return {
        value.nominal for standard in SHIPPED.values() if standard.row == row for value in standard.values
    }


def test_every_row_is_filled() -> None:
    assert {standard.row for standard in SHIPPED.values()} >= ROWS


def test_every_nominal_value_is_there() -> None:
    assert nominals("high-value-resistor") == {Decimal(10) ** n for n in range(7, 13)}
    assert nominals("standard-resistor") == {Decimal(10) ** n for n in range(-2, 5)}
    assert nominals("hv-resistor") == {Decimal(10) ** n for n in (6, 7, 8)}
    assert nominals("hv-divider") == {Decimal(500), Decimal(1000)}
    assert nominals("pulse-shunt") == {Decimal("0.005"), Decimal("0.01"), Decimal("0.1"), Decimal(1)}
    assert nominals("standard-capacitor") == {Decimal(10) ** n for n in range(-12, -6)}


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_a_standard_is_a_meter_or_a_value(name: str) -> None:
    standard = SHIPPED[name]
    assert bool(standard.ranges) != bool(standard.values)
    assert standard.certificate.calibrated < standard.certificate.due
    assert standard.certificate.due > date(2027, 1, 1)
    spans = [entry.span for entry in standard.ranges]
    assert spans == sorted(set(spans))
    for value in standard.values:
        assert abs(value.value / value.nominal - 1) <= LARGEST[standard.row]
        assert value.expanded_uncertainty / value.nominal <= LARGEST[standard.row]
        assert value.standard_uncertainty * value.k == value.expanded_uncertainty


def test_ratings_of_the_high_voltage_standards() -> None:
    ratings = {
        v.nominal: v.voltage_rating for s in SHIPPED.values() if s.row == "hv-resistor" for v in s.values
    }
    assert ratings[Decimal(10) ** 6] >= 1000
    assert ratings[Decimal(10) ** 7] >= 2000
    assert ratings[Decimal(10) ** 8] >= 3000
    assert all(v.voltage_rating >= 5000 for v in SHIPPED["hv-divider"].values)


def test_the_null_detectors_state_their_own_current() -> None:
    for name in ("6517b", "b2987a"):
        smallest = SHIPPED[name].ranges[0]
        assert smallest.input_current == Decimal("3e-15")
        assert smallest.zero_range == Decimal("1e-14")


@pytest.mark.parametrize(
    ("old", "new"),
    [('expanded-uncertainty = "2e9"', 'expanded-uncertainty = "0"'), ('nominal = "1e12"', 'nominal = "-1e12"'),
     ("temperature", "temperatur")],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(tmp_path: Path, old: str, new: str) -> None:
    source = (FOLDER / "high-value-resistor-1t.toml").read_text(encoding="utf-8")
    assert old in source
    path = tmp_path / "wrong.toml"
    path.write_text(source.replace(old, new), encoding="utf-8")
    with pytest.raises(ProfileError):
        load(path, Standard)
