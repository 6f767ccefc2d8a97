"""Formulas of measurement models, as text: parsed against a whitelist and never evaluated as program code.

Grammar: numbers, symbols, ``+ - * / **``, parentheses, and the functions of :data:`FUNCTIONS`; ``pi`` is the number.
"""

from __future__ import annotations

import ast
import inspect
import math
import unicodedata
from typing import TYPE_CHECKING, Any

import numpy as np

from benchtui.errors import BadInput
from benchtui.i18n import N_, Text, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Node = Callable[[Mapping[str, Any]], Any]

FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "sqrt": np.sqrt,
    "exp": np.exp,
    "log": np.log,
    "log10": np.log10,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "abs": np.abs,
}
CONSTANTS = {"pi": math.pi}
LONGEST = 2000
"""Characters that a formula may have."""

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.Pow: np.power,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {ast.UAdd: np.positive, ast.USub: np.negative}


class Expression:
    """A formula that can be called like a vectorised function, with real or complex arrays.

    Parameters
    ----------
    formula
        The text, such as ``"V/R + I_g"``.

    Attributes
    ----------
    formula
        The text as given.
    symbols
        The symbols in the order in which they first appear; arguments are passed in this order or by name.

    Raises
    ------
    BadInput
        Anything outside the grammar; *where* is the formula, the sentence names what was found.
    """

    def __init__(self, formula: str) -> None:
        self.formula = formula
        self._found: list[str] = []
        if len(formula) > LONGEST:
            raise self._refusal(text(N_("The formula is longer than {n} characters."), n=LONGEST))
        try:
            tree = ast.parse(formula.strip(), mode="eval")
            self._call = self._build(tree.body)
        except SyntaxError as error:
            raise self._refusal(
                text(N_("The formula cannot be read at character {n}."), n=error.offset or 1)
            ) from error
        except (RecursionError, MemoryError, ValueError) as error:
            raise self._refusal(
                text(N_("The formula is nested too deeply or holds a strange character."))
            ) from error
        self.symbols = tuple(self._found)
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        self.__signature__ = inspect.Signature([inspect.Parameter(name, kind) for name in self.symbols])

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Evaluate the formula element by element."""
        values = self.__signature__.bind(*arguments, **named).arguments
        return self._call({name: np.asarray(value) for name, value in values.items()})

    def __repr__(self) -> str:
        return f"Expression({self.formula!r})"

    def _build(self, node: ast.expr) -> Node:
        match node:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                # As a float: a tower of integer powers would otherwise be computed digit by digit.
                number = float(value)
                return lambda _: number
            case ast.Name(id=name):
                return self._symbol(name)
            case ast.UnaryOp(op=sign, operand=operand) if type(sign) in _UNARY:
                return _applied(_UNARY[type(sign)], self._build(operand))
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _BINARY:
                return _joined(_BINARY[type(operator)], self._build(left), self._build(right))
            case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in FUNCTIONS:
                return _applied(FUNCTIONS[name], self._build(argument))
        raise self._misfit(node)

    def _symbol(self, name: str) -> Node:
        if name in FUNCTIONS:
            raise self._refusal(
                text(N_("{name} is a function: it needs one argument in parentheses."), name=name)
            )
        if name in CONSTANTS:
            number = CONSTANTS[name]
            return lambda _: number
        if name not in self._found:
            self._found.append(name)
        return lambda values: values[name]

    def _misfit(self, node: ast.expr) -> BadInput:
        found = ast.unparse(node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitXor):
            return self._refusal(text(N_("A power is written with two stars: x**2.")))
        if isinstance(node, ast.Call):
            return self._refusal(text(N_("There is no function {found} with these arguments."), found=found))
        return self._refusal(text(N_("A formula cannot hold {found}."), found=found))

    def _refusal(self, what: Text) -> BadInput:
        shown = self.formula if len(self.formula) <= 80 else self.formula[:79] + "…"
        hint = text(
            N_("Use numbers, symbols, + - * / **, parentheses, pi and {functions}."),
            functions=", ".join(FUNCTIONS),
        )
        return BadInput(what, where=repr(shown), hint=hint)


def symbol_of(name: str) -> str:
    """Return *name* as a formula knows it (Unicode NFKC, as in the grammar of symbols).

    Raises
    ------
    BadInput
        It is no symbol: letters, digits and underscores, not starting with a digit, and not the name of a function.
    """
    normal = unicodedata.normalize("NFKC", name)
    if not normal.isidentifier() or normal in FUNCTIONS or normal in CONSTANTS:
        raise BadInput(
            text(N_("{name} cannot be a symbol of a formula."), name=repr(name)),
            hint=text(N_("Use letters, digits and underscores, such as V_m; not the name of a function.")),
        )
    return normal


def _applied(function: Callable[[Any], Any], inner: Node) -> Node:
    return lambda values: function(inner(values))


def _joined(function: Callable[[Any, Any], Any], left: Node, right: Node) -> Node:
    return lambda values: function(left(values), right(values))
