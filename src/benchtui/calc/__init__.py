"""Measurement uncertainty: numbers in, numbers out; no files, no clock, no state.

Sources: JCGM 100:2008 (GUM), JCGM 101:2008 (Monte Carlo), JCGM 106:2012 (conformity), JJF 1059.1-2012, EA-4/02 M:2022,
ILAC-P14:09/2020, ISO/TS 28037:2010. Fits are in :mod:`benchtui.calc.fits`, measurement equations in
:mod:`benchtui.calc.equations`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from benchtui.calc import equations
from benchtui.calc.alarms import Alarm, AlarmCode
from benchtui.calc.budget import Budget, BudgetRow
from benchtui.calc.coverage import K2_FROM, Coverage
from benchtui.calc.distributions import (
    Arcsine,
    CurvilinearTrapezoid,
    Distribution,
    Exact,
    Exponential,
    Normal,
    Rectangular,
    StudentT,
    Trapezoidal,
    Triangular,
    TwoPoint,
    dof_from_reliability,
)
from benchtui.calc.ensembles import Simultaneous, simultaneous
from benchtui.calc.equations import jjf2009
from benchtui.calc.inputs import Input
from benchtui.calc.propagation import propagate
from benchtui.calc.rounding import Statement, round_to_uncertainty, round_uncertainty, statement
from benchtui.calc.type_a import (
    Deviation,
    Examination,
    examine,
    pooled_deviation,
    range_deviation,
    standard_deviation,
)

if TYPE_CHECKING:
    from benchtui.calc.certified import (
        Certificate,
        CertifiedPoint,
        Correction,
        HistoryPoint,
        Override,
        predict_from_history,
    )
    from benchtui.calc.conformity import (
        Decision,
        DecisionRule,
        GlobalRisk,
        Prior,
        Tolerance,
        Verdict,
        conformance_probability,
        decide,
        global_risk,
        guard_factor,
    )
    from benchtui.calc.covariance import Results, covariance_of_results
    from benchtui.calc.expression import Expression
    from benchtui.calc.report import BudgetReport, budget_report
    from benchtui.calc.second_order import second_order_uncertainty
    from benchtui.calc.simulation import MonteCarlo, monte_carlo
    from benchtui.calc.specification import Specification, TemperatureCoefficient, range_for
    from benchtui.calc.validation import Agreement, PointValidation, validate

_LATER = {
    "Agreement": "benchtui.calc.validation",
    "BudgetReport": "benchtui.calc.report",
    "Certificate": "benchtui.calc.certified",
    "CertifiedPoint": "benchtui.calc.certified",
    "Correction": "benchtui.calc.certified",
    "Decision": "benchtui.calc.conformity",
    "DecisionRule": "benchtui.calc.conformity",
    "Expression": "benchtui.calc.expression",
    "GlobalRisk": "benchtui.calc.conformity",
    "HistoryPoint": "benchtui.calc.certified",
    "MonteCarlo": "benchtui.calc.simulation",
    "Override": "benchtui.calc.certified",
    "PointValidation": "benchtui.calc.validation",
    "Prior": "benchtui.calc.conformity",
    "Results": "benchtui.calc.covariance",
    "Specification": "benchtui.calc.specification",
    "TemperatureCoefficient": "benchtui.calc.specification",
    "Tolerance": "benchtui.calc.conformity",
    "Verdict": "benchtui.calc.conformity",
    "budget_report": "benchtui.calc.report",
    "conformance_probability": "benchtui.calc.conformity",
    "covariance_of_results": "benchtui.calc.covariance",
    "decide": "benchtui.calc.conformity",
    "global_risk": "benchtui.calc.conformity",
    "guard_factor": "benchtui.calc.conformity",
    "monte_carlo": "benchtui.calc.simulation",
    "predict_from_history": "benchtui.calc.certified",
    "range_for": "benchtui.calc.specification",
    "second_order_uncertainty": "benchtui.calc.second_order",
    "validate": "benchtui.calc.validation",
}
"""Names that the first budget does not need; their modules are imported when they are first used."""

__all__ = [
    "K2_FROM",
    "Agreement",
    "Alarm",
    "AlarmCode",
    "Arcsine",
    "Budget",
    "BudgetReport",
    "BudgetRow",
    "Certificate",
    "CertifiedPoint",
    "Correction",
    "Coverage",
    "CurvilinearTrapezoid",
    "Decision",
    "DecisionRule",
    "Deviation",
    "Distribution",
    "Exact",
    "Examination",
    "Exponential",
    "Expression",
    "GlobalRisk",
    "HistoryPoint",
    "Input",
    "MonteCarlo",
    "Normal",
    "Override",
    "PointValidation",
    "Prior",
    "Rectangular",
    "Results",
    "Simultaneous",
    "Specification",
    "Statement",
    "StudentT",
    "TemperatureCoefficient",
    "Tolerance",
    "Trapezoidal",
    "Triangular",
    "TwoPoint",
    "Verdict",
    "budget_report",
    "conformance_probability",
    "covariance_of_results",
    "decide",
    "dof_from_reliability",
    "equations",
    "examine",
    "global_risk",
    "guard_factor",
    "jjf2009",
    "monte_carlo",
    "pooled_deviation",
    "predict_from_history",
    "propagate",
    "range_deviation",
    "range_for",
    "round_to_uncertainty",
    "round_uncertainty",
    "second_order_uncertainty",
    "simultaneous",
    "standard_deviation",
    "statement",
    "validate",
]


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LATER[name]), name)
