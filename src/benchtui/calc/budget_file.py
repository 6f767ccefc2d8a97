"""A budget written down as TOML: inputs, formulas, correlations.

::

    title = "10 kΩ standard resistor"

    [results.R_X]
    formula = "(R_S + dR_D)*r_C*r"
    unit = "Ω"

    [inputs.R_S]                 # a certificate: U and k, or u; dof where it is stated
    value = 10000.053
    U = 0.005
    k = 2
    [inputs.dR_D]                # limits ±, with a distribution that has some
    value = 0.02
    limits = 0.01
    distribution = "rectangular"
    [inputs.r]                   # readings, with the resolution of the indication
    readings = [1.0000104, 1.0000107, 1.0000106]
    resolution = 1e-7
    [inputs.r_C]                 # an exact number
    value = 1
    exact = true

    [[correlations]]
    between = ["R_S", "dR_D"]
    r = 0.5

Readings that were taken together stand in ``[[simultaneous]]``; ``[coverage]`` and ``[statement]`` choose how k is
found and how the result is rounded.
"""

from __future__ import annotations

import math
import re
import tomllib
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta

from benchtui.calc.coverage import Coverage, Method, Policy
from benchtui.calc.distributions import (
    Arcsine,
    CurvilinearTrapezoid,
    Distribution,
    Exponential,
    Rectangular,
    Trapezoidal,
    Triangular,
    TwoPoint,
    dof_from_reliability,
)
from benchtui.calc.ensembles import simultaneous
from benchtui.calc.expression import Expression, symbol_of
from benchtui.calc.inputs import Input
from benchtui.calc.rounding import Digits, Mode
from benchtui.calc.type_a import Deviation
from benchtui.errors import BadInput, ProfileError
from benchtui.i18n import N_, Text, text

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")
Positive = Annotated[float, Meta(gt=0)]


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    pass


class ResultTable(_Table, frozen=True, kw_only=True):
    """A quantity to be found."""

    formula: str
    unit: str = ""


class RepeatabilityTable(_Table, frozen=True, kw_only=True):
    """A standard deviation known from earlier measurements."""

    s: Positive
    dof: Positive = math.inf


class InputTable(_Table, frozen=True, kw_only=True):
    """One input; exactly one of *exact*, *u*, *U*, *limits* and *readings* says how it is known."""

    value: float | None = None
    unit: str = ""
    source: str = ""
    identity: str = ""
    exact: bool = False
    u: float | None = None
    U: float | None = None
    k: Positive = 2.0
    limits: float | None = None
    distribution: (
        Literal["rectangular", "trapezoidal", "curvilinear-trapezoid", "triangular", "arcsine", "two-point",
                "exponential", "normal"]
        | None
    ) = None  # fmt: skip
    beta: float | None = None
    d: float | None = None
    dof: Positive | None = None
    reliability: Positive | None = None
    readings: list[float] | None = None
    resolution: float = 0.0
    repeatability: RepeatabilityTable | None = None


class SimultaneousTable(_Table, frozen=True, kw_only=True):
    """Readings of several inputs that were taken together, set by set."""

    source: str
    readings: dict[str, list[float]]
    units: dict[str, str] = {}


class CorrelationTable(_Table, frozen=True, kw_only=True):
    """A correlation coefficient of two inputs."""

    between: tuple[str, str]
    r: Annotated[float, Meta(ge=-1, le=1)]


class CoverageTable(_Table, frozen=True, kw_only=True):
    """How the coverage factor is chosen."""

    policy: Policy = "k2"
    level: float = 0.95
    shape_aware: bool = False
    method: Method = "welch-satterthwaite"


class StatementTable(_Table, frozen=True, kw_only=True):
    """How the result is rounded."""

    digits: Digits = 2
    mode: Mode = "up"
    cmc: Positive | None = None


class BudgetFile(_Table, frozen=True, kw_only=True):
    """Everything but the inputs and results, which are read one by one so that an error can name them."""

    title: str
    source: str = ""
    results: dict[str, dict[str, Any]]
    inputs: dict[str, dict[str, Any]] = {}
    simultaneous: list[SimultaneousTable] = []
    correlations: list[CorrelationTable] = []
    ensembles: list[list[str]] = []
    coverage: CoverageTable = CoverageTable()
    statement: StatementTable = StatementTable()


class Problem(msgspec.Struct, frozen=True):
    """What a budget file asks for, ready to be computed."""

    title: str
    source: str
    formulas: dict[str, Expression]
    units: dict[str, str]
    inputs: dict[str, Input]
    correlations: dict[tuple[str, str], float]
    ensembles: tuple[tuple[str, ...], ...]
    coverage: Coverage
    statement: StatementTable


def read_budget(source: str, name: str = "budget") -> Problem:
    """Read a budget from TOML text.

    Parameters
    ----------
    source
        The text.
    name
        What errors call it, such as the file's name.

    Raises
    ------
    ProfileError
        The text is not TOML, or something in it does not fit; *where* is ``name:line``, the sentence names the key,
        what was found and what is allowed.
    """
    return _Reader(source, name).problem()


class _Reader:
    def __init__(self, source: str, name: str) -> None:
        self._lines = source.splitlines()
        self._name = name
        try:
            self._tree = tomllib.loads(source)
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"at line (\d+)", str(error))
            line = int(found[1]) if found else max(len(self._lines), 1)
            reason = re.sub(r" \(at .*\)", "", str(error))
            raise ProfileError(
                text(N_("This is not valid TOML: {reason}."), reason=reason),
                where=f"{name}:{line}",
                hint=text(N_("The text may be cut off, or a quotation mark or bracket may be missing.")),
            ) from error

    def problem(self) -> Problem:
        file = self._convert(self._tree, BudgetFile)
        formulas = {key: self._formula(key, table) for key, table in file.results.items()}
        if not formulas:
            raise self._error(("results",), text(N_("A budget needs at least one result with a formula.")))
        inputs = {key: self._input(key, table) for key, table in file.inputs.items()}
        correlations: dict[tuple[str, str], float] = {}
        ensembles = [tuple(one) for one in file.ensembles]
        for table in file.simultaneous:
            sets = self._simultaneous(table)
            for one in sets.inputs:
                if one.symbol in inputs:
                    raise self._error(
                        ("simultaneous",), text(N_("Input {symbol} is given twice."), symbol=one.symbol)
                    )
                inputs[one.symbol] = one
            correlations |= sets.correlations
            ensembles.append(sets.ensemble)
        correlations |= {pair.between: pair.r for pair in file.correlations}
        self._check_symbols(formulas, inputs, [*correlations, *ensembles])
        try:
            asked = file.coverage
            coverage = Coverage(asked.policy, asked.level, asked.shape_aware, asked.method)
        except BadInput as error:
            raise self._error(("coverage", "level"), error.what, error.hint) from error
        return Problem(
            title=file.title,
            source=file.source,
            formulas={key: formula for key, (formula, _) in formulas.items()},
            units={key: unit for key, (_, unit) in formulas.items()},
            inputs=inputs,
            correlations=correlations,
            ensembles=tuple(ensembles),
            coverage=coverage,
            statement=file.statement,
        )

    def _formula(self, key: str, tree: dict[str, Any]) -> tuple[Expression, str]:
        table = self._convert(tree, ResultTable, "results", key)
        try:
            return Expression(table.formula), table.unit
        except BadInput as error:
            raise self._error(("results", key, "formula"), error.what, error.hint) from error

    def _input(self, key: str, tree: dict[str, Any]) -> Input:
        table = self._convert(tree, InputTable, "inputs", key)
        try:
            return make_input(symbol_of(key), table)
        except BadInput as error:
            raise self._error(("inputs", key), error.what, error.hint) from error

    def _simultaneous(self, table: SimultaneousTable) -> Any:
        units = {symbol: table.units.get(symbol, "") for symbol in table.readings}
        try:
            return simultaneous(table.readings, units=units, source=table.source)
        except BadInput as error:
            raise self._error(("simultaneous",), error.what, error.hint) from error

    def _check_symbols(
        self,
        formulas: dict[str, tuple[Expression, str]],
        inputs: dict[str, Input],
        groups: Sequence[tuple[str, ...]],
    ) -> None:
        used: set[str] = set()
        for key, (formula, _) in formulas.items():
            for symbol in formula.symbols:
                if symbol not in inputs:
                    raise self._error(
                        ("results", key, "formula"),
                        text(
                            N_("The formula of {key} uses {symbol}, which is no input."),
                            key=key,
                            symbol=symbol,
                        ),
                        text(N_("The inputs are {names}."), names=", ".join(inputs) or "—"),
                    )
            used.update(formula.symbols)
        for symbol in inputs:
            if symbol not in used:
                raise self._error(
                    ("inputs", symbol), text(N_("No formula uses input {symbol}."), symbol=symbol)
                )
        for group in groups:
            for symbol in group:
                if symbol not in inputs:
                    raise self._error(
                        ("correlations",),
                        text(N_("A correlation names {symbol}, which is no input."), symbol=symbol),
                    )

    def _convert(self, tree: object, kind: type[T], *place: str) -> T:
        try:
            return msgspec.convert(tree, kind)
        except msgspec.ValidationError as error:
            reason, _, path = str(error).partition(" - at `")
            inner = [
                part
                for part in re.split(r"[.\[\]`$]+", path)
                if part and part != "..." and not part.isdigit()
            ]
            unknown = re.search(r"field `([^`]+)`", reason)
            keys = (*place, *inner, *([unknown[1]] if unknown else []))
            shown = ".".join((*place, *inner)) or self._name
            raise self._error(
                keys,
                text(N_("{key}: {reason}."), key=shown, reason=reason),
                text(N_("The keys allowed are {keys}."), keys=", ".join(_keys(kind))) if unknown else "",
            ) from error

    def _error(self, keys: Sequence[str], what: Text | str, hint: Text | str = "") -> ProfileError:
        return ProfileError(what, where=f"{self._name}:{self._line(keys)}", hint=hint)

    def _line(self, keys: Sequence[str]) -> int:
        """Return the line that holds *keys*; the parser keeps no positions, so the text is searched."""
        place = 0
        for depth in range(1, len(keys) + 1):
            name = re.escape(keys[depth - 1])
            path = r"\s*\.\s*".join(rf"[\"']?{re.escape(key)}[\"']?" for key in keys[:depth])
            wanted = re.compile(rf"\s*\[+\s*{path}\s*[\].]|\s*(?:[\w\"']+\s*\.\s*)*[\"']?{name}[\"']?\s*=")
            place = next((i for i in range(place, len(self._lines)) if wanted.match(self._lines[i])), place)
        return place + 1


def make_input(symbol: str, table: InputTable) -> Input:
    """Make the input that *table* describes.

    Raises
    ------
    BadInput
        None or several of exact, u, U, limits, readings; a key that does not go with them.
    """
    ways = {"exact": table.exact or None, "u": table.u, "U": table.U, "limits": table.limits,
            "readings": table.readings}  # fmt: skip
    way = [key for key, found in ways.items() if found is not None]
    if len(way) != 1:
        raise BadInput(
            text(N_("Input {symbol} must be known in one way, not in {n}."), symbol=symbol, n=len(way)),
            hint=text(N_("Give one of exact, u, U with k, limits with a distribution, or readings.")),
        )
    common: dict[str, Any] = {"unit": table.unit, "source": table.source}
    if table.readings is not None:
        known = table.repeatability
        return Input.from_readings(
            symbol,
            table.readings,
            resolution=table.resolution,
            repeatability=Deviation(known.s, known.dof) if known else None,
            identity=table.identity,
            **common,
        )
    if table.value is None:
        raise BadInput(text(N_("Input {symbol} has no value."), symbol=symbol))
    if table.exact:
        return Input.constant(symbol, table.value, **common)
    dof = table.dof or (dof_from_reliability(table.reliability) if table.reliability else math.inf)
    common |= {"dof": dof, "identity": table.identity}
    if table.limits is not None:
        return Input.limits(symbol, table.value, table.limits, _shape(symbol, table), **common)
    if table.U is not None:
        return Input.expanded(symbol, table.value, table.U, table.k, **common)
    if table.u is None or table.distribution in {None, "normal"}:
        return Input.normal(symbol, table.value, table.u or 0.0, **common)
    return Input(symbol=symbol, value=table.value, u=table.u, distribution=_shape(symbol, table), **common)


def _shape(symbol: str, table: InputTable) -> Distribution:
    plain: dict[str | None, type[Distribution]] = {
        None: Rectangular, "rectangular": Rectangular, "triangular": Triangular, "arcsine": Arcsine,
        "two-point": TwoPoint, "exponential": Exponential,
    }  # fmt: skip
    if table.distribution in plain:
        return plain[table.distribution]()
    if table.distribution == "trapezoidal" and table.beta is not None:
        return Trapezoidal(table.beta)
    if table.distribution == "curvilinear-trapezoid" and table.d is not None:
        return CurvilinearTrapezoid(table.d)
    raise BadInput(
        text(N_("The distribution of input {symbol} is not complete."), symbol=symbol),
        hint=text(
            N_("A trapezoid needs beta, a curvilinear trapezoid needs d; limits do not go with normal.")
        ),
    )


def _keys(kind: type[Any]) -> list[str]:
    return [field.encode_name for field in msgspec.structs.fields(kind)]
