"""A budget file, computed: first order with Monte Carlo beside, as a printed table or as JSON."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from benchtui.calc.budget import Budget
from benchtui.calc.budget_file import Problem, read_budget
from benchtui.calc.covariance import covariance_of_results
from benchtui.calc.propagation import propagate
from benchtui.calc.rounding import Statement, statement
from benchtui.calc.simulation import MonteCarlo, monte_carlo
from benchtui.calc.validation import Agreement, PointValidation, validate
from benchtui.errors import BadInput, ProfileError
from benchtui.i18n import N_, Text, _, render, text

if TYPE_CHECKING:
    from benchtui.calc.distributions import FloatArray

_COLUMNS = (
    N_("symbol"), N_("value"), N_("u"), N_("unit"), N_("distribution"), N_("type"), N_("ν"), N_("c"), N_("|c|·u"),
    N_("share"),
)  # fmt: skip
_LEFT = {0, 3, 4}


@dataclass(frozen=True, eq=False)
class ResultReport:
    """One result: its *formula*, first-order *budget*, rounded *statement* and what Monte Carlo says.

    *statement* is None where the uncertainty is 0; *drawn* and *verdict* are None where Monte Carlo was not asked for
    or, with the reason in *remark*, not possible.
    """

    name: str
    formula: str
    unit: str
    budget: Budget
    statement: Statement | None
    drawn: MonteCarlo | None = None
    verdict: PointValidation | None = None
    remark: Text | None = None

    @property
    def interval(self) -> tuple[float, float, Literal["first-order", "monte-carlo"]]:
        """Coverage interval to be used, and where it comes from: Monte Carlo where the first order is not valid."""
        if (
            self.drawn is not None
            and self.verdict is not None
            and self.verdict.agreement is not Agreement.VALID
        ):
            return float(self.drawn.low), float(self.drawn.high), "monte-carlo"
        y, expanded = float(self.budget.y), float(self.budget.U)
        return y - expanded, y + expanded, "first-order"


@dataclass(frozen=True, eq=False)
class BudgetReport:
    """All results of a budget file, and their *correlation* matrix."""

    title: str
    source: str
    results: tuple[ResultReport, ...]
    correlation: FloatArray

    def table(self) -> str:
        """Return the report as plain text in the language in use."""
        blocks = [[_printable(line) for line in (self.title, self.source) if line]]
        blocks += [_result_lines(one) for one in self.results]
        if len(self.results) > 1:
            names = [one.name for one in self.results]
            rows = [["", *names]]
            rows += [
                [name, *(f"{r:.3f}" for r in row)] for name, row in zip(names, self.correlation, strict=True)
            ]
            blocks.append([_("Correlation of the results"), *_columns(rows, {0})])
        return "\n\n".join("\n".join(lines) for lines in blocks) + "\n"

    def as_json(self) -> dict[str, Any]:
        """Return the report for JSON; full precision, an infinite number of degrees of freedom is null."""
        return {
            "title": self.title,
            "source": self.source,
            "results": [_result_json(one) for one in self.results],
            "correlation": self.correlation.tolist(),
        }


def budget_report(path_or_text: Path | str, *, monte_carlo: bool = True, seed: int = 1) -> BudgetReport:
    """Compute a budget file.

    Parameters
    ----------
    path_or_text
        A :class:`~pathlib.Path` to the file, or its text.
    monte_carlo
        Put Monte Carlo and the verdict of JCGM 101:2008, clause 8, beside.
    seed
        Seed of its random numbers.

    Raises
    ------
    ProfileError
        The file cannot be read or does not fit; *where* is ``file:line``.
    BadInput
        The model cannot be evaluated with these inputs.
    """
    if isinstance(path_or_text, Path):
        try:
            problem = read_budget(path_or_text.read_text(encoding="utf-8"), str(path_or_text))
        except (OSError, UnicodeDecodeError) as error:
            raise ProfileError(
                text(
                    N_("The file cannot be read: {reason}."), reason=getattr(error, "strerror", None) or error
                ),
                where=str(path_or_text),
                hint=text(N_("Check the path, and that the file is UTF-8 text.")),
            ) from error
    else:
        problem = read_budget(path_or_text)
    results = tuple(_result(problem, name, with_trials=monte_carlo, seed=seed) for name in problem.formulas)
    correlation = covariance_of_results([one.budget for one in results]).correlation
    return BudgetReport(problem.title, problem.source, results, correlation)


def _result(problem: Problem, name: str, *, with_trials: bool, seed: int) -> ResultReport:
    formula = problem.formulas[name]
    inputs = [problem.inputs[symbol] for symbol in formula.symbols]
    known = set(formula.symbols)
    correlations = {pair: r for pair, r in problem.correlations.items() if known.issuperset(pair)}
    ensembles = [group for group in ([s for s in one if s in known] for one in problem.ensembles) if group]
    budget = propagate(
        formula, inputs, coverage=problem.coverage, correlations=correlations, ensembles=ensembles
    )
    rules = problem.statement
    expanded = float(budget.U)
    stated = (
        statement(float(budget.y), expanded, digits=rules.digits, mode=rules.mode, cmc=rules.cmc)
        if expanded
        else None
    )
    drawn, verdict, remark = None, None, None
    if with_trials:
        digits = 1 if rules.digits == 1 else 2
        try:
            drawn = monte_carlo(
                formula, inputs, probability=float(budget.probability), digits=digits, seed=seed,
                correlations=correlations, ensembles=ensembles,
            )  # fmt: skip
            verdict = validate(
                formula,
                inputs,
                budget,
                digits=digits,
                seed=seed,
                correlations=correlations,
                ensembles=ensembles,
            )[0]
        except BadInput as error:
            drawn, remark = None, text(N_("No Monte Carlo: {reason}"), reason=error.what)
    return ResultReport(name, formula.formula, problem.units[name], budget, stated, drawn, verdict, remark)


def _result_lines(one: ResultReport) -> list[str]:
    budget = one.budget
    rows = [[_(column) for column in _COLUMNS]]
    rows += [
        [
            row.symbol, _figure(row.value, 10), _figure(row.u), _printable(row.unit), _(row.distribution), row.kind,
            _infinity(row.dof), _figure(row.c), _figure(row.contribution), f"{100 * row.share:.1f} %",
        ]
        for row in budget.rows()
    ]  # fmt: skip
    lines = [f"{one.name} = {one.formula}", *_columns(rows, _LEFT)]
    unit = f" {_printable(one.unit)}" if one.unit else ""
    y, u, expanded = (_figure(float(part), n) for part, n in ((budget.y, 12), (budget.u, 4), (budget.U, 4)))
    lines.append(
        f"{one.name} = {y}{unit}   u = {u}{unit}   ν_eff = {_infinity(float(budget.nu_eff))}   "
        f"k = {float(budget.k):.3f}   U = {expanded}{unit}"
    )
    if one.statement:
        lines.append(f"{one.name} = ({one.statement.y_text} ± {one.statement.U_text}){unit}")
    lines.append(render(budget.coverage_sentence()))
    if one.drawn and one.verdict:
        lines.append(
            render(
                text(
                    N_("Monte Carlo ({n} trials): mean {y}, u = {u}, {percent} % between {low} and {high}."),
                    n=one.drawn.trials,
                    y=_figure(float(one.drawn.y), 10),
                    u=_figure(float(one.drawn.u)),
                    percent=f"{100 * float(one.drawn.probability):.4g}",
                    low=_figure(float(one.drawn.low), 10),
                    high=_figure(float(one.drawn.high), 10),
                )
            )
        )
        lines.append(render(one.verdict.sentence()))
    if one.remark:
        lines.append(render(one.remark))
    return lines + ["! " + render(alarm.text) for alarm in budget.alarms]


def _result_json(one: ResultReport) -> dict[str, Any]:
    budget = one.budget
    return {
        "name": one.name,
        "formula": one.formula,
        "unit": one.unit,
        "y": budget.y,
        "u": budget.u,
        "nu_eff": _finite(float(budget.nu_eff)),
        "k": budget.k,
        "U": budget.U,
        "probability": budget.probability,
        "second_order": _finite(float(budget.second_order)),
        "statement": {"y": one.statement.y_text, "U": one.statement.U_text} if one.statement else None,
        "interval": dict(zip(("low", "high", "from"), one.interval, strict=True)),
        "coverage": str(budget.coverage_sentence()),
        "rows": [
            {
                "symbol": row.symbol, "value": row.value, "u": row.u, "unit": row.unit,
                "distribution": row.distribution, "type": row.kind, "dof": _finite(row.dof), "c": row.c,
                "contribution": row.contribution, "share": row.share, "kragten": _finite(row.kragten),
                "source": row.source,
            }
            for row in budget.rows()
        ],
        "alarms": [{"code": str(alarm.code), "text": str(alarm.text)} for alarm in budget.alarms],
        "monte_carlo": None if one.drawn is None or one.verdict is None else {
            "y": one.drawn.y, "u": _finite(float(one.drawn.u)), "low": one.drawn.low, "high": one.drawn.high,
            "trials": one.drawn.trials, "settled": one.drawn.settled, "clause8": str(one.verdict.agreement),
        },
        "remark": str(one.remark) if one.remark else None,
    }  # fmt: skip


def _figure(number: float, digits: int = 4) -> str:
    """Text with significant *digits*; an exponent only where plain digits would be hard to read."""
    shown = f"{number:.{digits}g}"
    return format(Decimal(shown), "f") if 1e-5 <= abs(number) < 1e7 else shown


def _printable(words: str) -> str:
    """Text of a person for the terminal: what would move its cursor or colour it is made visible."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in words)


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


def _infinity(dof: float) -> str:
    return "∞" if math.isinf(dof) else f"{dof:.4g}"


def _columns(rows: list[list[str]], left: set[int]) -> list[str]:
    widths = [max(_width(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = []
        for i, (cell, width) in enumerate(zip(row, widths, strict=True)):
            space = " " * (width - _width(cell))
            cells.append(cell + space if i in left else space + cell)
        lines.append("  ".join(cells).rstrip())
    return lines


def _width(cell: str) -> int:
    """Columns of a terminal that *cell* takes: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in cell)
