"""JJF 2009—2022, Annex C: the six worked examples, from their readings and the limits they state."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from benchtui.calc import Input, standard_deviation
from benchtui.calc.equations import jjf2009_annex_c as models
from benchtui.validation.budgets import K, relative_uncertainty
from benchtui.validation.check import UNITS, Check, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

DOCUMENT = "003"


@dataclass(frozen=True)
class Repeatability:
    """Ten readings of a table, in its unit, and the printed mean and relative standard deviation, in percent."""

    table: str
    unit: str
    readings: tuple[float, ...]
    mean: str
    deviation: str

    def estimate(self) -> float:
        """Return the mean of the readings, in SI units."""
        return float(np.mean(self.readings)) * UNITS[self.unit]

    def relative_deviation(self) -> float:
        """Return the experimental standard deviation of one reading over the mean."""
        return standard_deviation(self.readings).s / float(np.mean(self.readings))

    def printed_deviation(self) -> float:
        """Return the relative standard deviation as it is printed."""
        return float(self.deviation) * UNITS["%"]


C1 = Repeatability(
    "C.1", "pA",
    (1.0004, 1.0003, 1.0004, 1.0005, 1.0008, 1.0005, 1.0007, 1.0003, 1.0003, 1.0006),
    "1.00048", "0.018",
)  # fmt: skip
C3 = Repeatability(
    "C.3", "pA",
    (1.0012, 1.0015, 1.0008, 1.0005, 1.0006, 1.0008, 1.0010, 1.0013, 1.0004, 1.0006),
    "1.00087", "0.037",
)  # fmt: skip
C5 = Repeatability(
    "C.5", "V",
    (999.978, 999.981, 999.979, 999.980, 999.980, 999.978, 999.981, 999.98, 999.981, 999.980),
    "999.9798", "0.1",
)  # fmt: skip
C7 = Repeatability(
    "C.7", "V",
    (200.0030, 200.0031, 200.0030, 200.0029, 200.0028, 200.0032, 200.0029, 200.0030, 200.0031, 200.0033),
    "200.00303", "0.015",
)  # fmt: skip
C9 = Repeatability(
    "C.9", "A",
    (299.9850, 299.9865, 299.9859, 299.9855, 299.9852, 299.9830, 299.9822, 299.9844, 299.9852, 299.9868),
    "299.98497", "0.0014",
)  # fmt: skip
C11 = Repeatability(
    "C.11", "pF",
    (10.0010, 10.0008, 10.0009, 10.0012, 10.0010, 10.0011, 10.0009, 10.0010, 10.0012, 10.0011),
    "10.0012", "0.013",
)  # fmt: skip

# Limits and certificates of the standards (Annex C, 5.2). Each budget takes the relative deviation of its readings.
_SOURCE = 0.01e-2  # MPE of the DC voltage source and of the voltmeter
_TERAOHM = 0.2e-2  # U, k = 2, of the resistor of 1 TΩ
_BIAS = 3e-15  # A, input current of the null detector on its 20 pA range
_ZERO = 5e-15  # A, half of the 10 fA within which its zero stays
_DIVIDER = 0.1e-2  # MPE of the high-voltage divider, and of the high-voltage resistor
_CURRENT = 50e-9  # A, MPE of the current source at 0.2 mA
_DIGITIZER = 0.7e-2  # MPE
_SHUNT = 0.15e-2  # MPE of the pulse shunt
_CAPACITOR = 5e-4  # U, k = 2, of 10 pF at 1 MHz


def _limits(symbol: str, value: float, relative: float, unit: str) -> Input:
    return Input.rectangular(symbol, value, abs(value) * relative, unit=unit, source="MPE")


def _certificate(symbol: str, value: float, relative: float, unit: str) -> Input:
    return Input.expanded(symbol, value, abs(value) * relative, K, unit=unit, source="certificate")


def _scatter(nominal: float, s: float, unit: str) -> Input:
    return Input.normal("delta", 0.0, nominal * s, unit=unit, source="readings")


def current_output(s: float) -> float:
    """Relative u_c of the output of 1 pA: C.1."""
    return relative_uncertainty(
        models.nulled_current,
        [
            _limits("v", 1.0, _SOURCE, "V"),
            _certificate("r", 1e12, _TERAOHM, "Ω"),
            Input.rectangular("i_bias", 0.0, _BIAS, unit="A", source="null detector"),
            Input.rectangular("i_zero", 0.0, _ZERO, unit="A", source="null detector"),
            _scatter(1e-12, s, "A"),
        ],
    )


def current_measurement(s: float) -> float:
    """Relative u_c of the measurement of 1 pA: C.2."""
    return relative_uncertainty(
        models.current_through,
        [_limits("v", 1.0, _SOURCE, "V"), _certificate("r", 1e12, _TERAOHM, "Ω"), _scatter(1e-12, s, "A")],
    )


def voltage_output(s: float) -> float:
    """Relative u_c of the output of 1000 V over the divider 500:1: C.3."""
    return relative_uncertainty(
        models.divided_voltage,
        [_limits("v", 2.0, _SOURCE, "V"), _limits("k", 500.0, _DIVIDER, "1"), _scatter(1000.0, s, "V")],
    )


def voltage_measurement(s: float) -> float:
    """Relative u_c of the measurement of 200 V over 1 MΩ: C.4."""
    current = Input.rectangular("i", 0.2e-3, _CURRENT, unit="A", source="MPE")
    return relative_uncertainty(
        models.voltage_across, [current, _limits("r", 1e6, _DIVIDER, "Ω"), _scatter(200.0, s, "V")]
    )


def pulsed_current(s: float) -> float:
    """Relative u_c of the pulse of 300 A over 0.01 Ω: C.5."""
    return relative_uncertainty(
        models.current_through,
        [_limits("v", 3.0, _DIGITIZER, "V"), _limits("r", 0.01, _SHUNT, "Ω"), _scatter(300.0, s, "A")],
    )


def capacitance(s: float) -> float:
    """Relative u_c of 10 pF at 1 MHz: C.6."""
    return relative_uncertainty(
        models.standard_capacitance,
        [_certificate("c", 10e-12, _CAPACITOR, "F"), _scatter(10e-12, s, "F")],
    )


_DEVIATION_ERRATA = {"C.5": "E003-01", "C.7": "E003-02", "C.9": "E003-03", "C.11": "E003-04"}


def _tables() -> tuple[Check, ...]:
    checks = []
    for one in (C1, C3, C5, C7, C9, C11):
        place = f"Table {one.table}"
        slip = one is C11
        checks.append(
            Check(
                document=DOCUMENT,
                place=place,
                quantity="mean",
                printed=one.mean,
                unit=one.unit,
                recompute=one.estimate,
                claim=Verdict.MISPRINT if slip else Verdict.AGREES,
                why="A digit 0 was lost in print." if slip else "Mean of the ten readings.",
                erratum="E003-05" if slip else "",
            )
        )
        erratum = _DEVIATION_ERRATA.get(one.table, "")
        absolute = f"{standard_deviation(one.readings).s:.2g} {one.unit}"
        checks.append(
            Check(
                document=DOCUMENT,
                place=place,
                quantity="relative standard deviation s/x̄",
                printed=one.deviation,
                unit="%",
                recompute=one.relative_deviation,
                claim=Verdict.MISPRINT if erratum else Verdict.AGREES,
                why=f"s itself, {absolute}, is printed as if it had been divided by the mean."
                if erratum
                else "Standard deviation of the ten readings over their mean.",
                erratum=erratum,
            )
        )
    return tuple(checks)


def _components() -> tuple[Check, ...]:
    root = math.sqrt(3)
    return (
        Check(
            document=DOCUMENT, place="C.4, table C.8", quantity="u(I)", printed="1.5e-4", unit="1",
            recompute=lambda: _CURRENT / 0.2e-3 / root, claim=Verdict.MISPRINT, erratum="E003-07",
            why="50 nA at 0.2 mA, rectangular; the result of the budget survives.",
        ),
        Check(
            document=DOCUMENT, place="C.5, table C.10", quantity="u(U)", printed="0.4", unit="%",
            recompute=lambda: _DIGITIZER / root, why="0.7 %/√3.",
        ),
        Check(
            document=DOCUMENT, place="C.5, table C.10", quantity="u(R)", printed="0.09", unit="%",
            recompute=lambda: _SHUNT / root, why="0.15 %/√3.",
        ),
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Result:
    """Printed relative u_c and U of an example.

    Where *wrong* gives a reason, the figure is claimed to be a misprint; *remark* goes with figures that agree.
    """

    section: str
    equations: tuple[str, str]
    table: Repeatability
    u: Callable[[float], float]
    printed: tuple[str, str]
    unit: str
    wrong: tuple[str, str] = ("", "")
    remark: str = ""
    erratum: str = ""

    def checks(self) -> tuple[Check, ...]:
        """Return u_c and U from the readings."""
        why = f"Propagated through the model, s from the readings of table {self.table.table}.{self.remark}"
        return tuple(
            Check(
                document=DOCUMENT,
                place=f"{self.section}, equation ({equation})",
                quantity=name,
                printed=printed,
                unit=self.unit,
                recompute=partial(self._expanded, factor, self.table.relative_deviation),
                claim=Verdict.MISPRINT if wrong else Verdict.AGREES,
                why=wrong or why,
                erratum=self.erratum,
            )
            for name, factor, equation, printed, wrong in zip(
                ("u_c", "U (k=2)"),
                (1.0, K),
                self.equations,
                self.printed,
                self.wrong,
                strict=True,
            )
        )

    def checks_of_printed_s(self) -> tuple[Check, ...]:
        """Return u_c and U from the printed s, which is not that of the readings."""
        return tuple(
            replace(
                check,
                quantity=f"{check.quantity}, with the printed s",
                recompute=partial(self._expanded, factor, self.table.printed_deviation),
                claim=Verdict.AGREES,
                why=f"With the s that table {self.table.table} prints: the step to the result is right.",
                erratum="",
            )
            for check, factor in zip(self.checks(), (1.0, K), strict=True)
        )

    def _expanded(self, factor: float, deviation: Callable[[], float]) -> float:
        return factor * self.u(deviation())


_INHERITED = "Follows only from the misprinted s of table {table}."

_OUTPUT = _Result(
    section="C.1", equations=("C.3", "C.4"), table=C1, u=current_output, printed=("0.35", "0.7"), unit="%"
)
_MEASUREMENT = _Result(
    section="C.2", equations=("C.7", "C.8"), table=C3, u=current_measurement, printed=("0.1", "0.2"), unit="%"
)
_VOLTAGE = _Result(
    section="C.3", equations=("C.11", "C.12"), table=C5, u=voltage_output, printed=("0.1", "0.2"), unit="%",
    wrong=("", _INHERITED.format(table="C.5")), remark=" It agrees only because one digit is printed.",
    erratum="E003-06",
)  # fmt: skip
_MEASURED_VOLTAGE = _Result(
    section="C.4", equations=("C.15", "C.16"), table=C7, u=voltage_measurement, printed=("0.06", "0.12"), unit="%",
    remark=" The misprinted s and u(I) hardly count.", erratum="E003-07",
)  # fmt: skip
_PULSE = _Result(
    section="C.5", equations=("C.19", "C.20"), table=C9, u=pulsed_current, printed=("0.2", "0.4"), unit="%",
    wrong=("The root sum of squares was taken wrongly: u(U) alone is twice the printed u_c.", "Twice the wrong u_c."),
    erratum="E003-08",
)  # fmt: skip
_CAPACITANCE = _Result(
    section="C.6", equations=("C.21", "C.22"), table=C11, u=capacitance, printed=("2.8e-4", "5.6e-4"), unit="1",
    wrong=(_INHERITED.format(table="C.11"),) * 2, erratum="E003-09",
)  # fmt: skip

CHECKS: tuple[Check, ...] = (
    *_tables(),
    *_components(),
    *_OUTPUT.checks(),
    *_MEASUREMENT.checks(),
    *_VOLTAGE.checks(),
    *_VOLTAGE.checks_of_printed_s(),
    *_MEASURED_VOLTAGE.checks(),
    *_MEASURED_VOLTAGE.checks_of_printed_s(),
    *_PULSE.checks(),
    *_CAPACITANCE.checks(),
    *_CAPACITANCE.checks_of_printed_s(),
)
"""Every printed figure of Annex C that its own inputs allow to recompute."""
