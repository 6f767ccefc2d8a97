"""What can be wrong with a module of the unit under test, and where its modules sit.

The hidden errors of a module are kept under one key each: the name of the range for an output, and
``measure.``, ``pulse.`` or ``pulse-measure.`` before it for what the module measures and pulses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from benchtui.profiles import Module, ModuleRange

_V = TypeVar("_V")

GAIN_ERROR: Final = 1e-3
"""Half-width of the gain errors of a voltage output: within the class of JJF 2009—2022, ±(0.05 … 0.2) %."""
OFFSET: Final = 5e-4
"""Half-width of its offsets, as a part of the range."""
FUNCTIONS: Final = ("measure", "pulse", "pulse-measure")
"""Tables of a truth file inside the table of a module; the outputs stand in the table itself."""


@dataclass(frozen=True)
class Fitting:
    """How a module is fitted: its model, its slot, and the first-order lag of its output stage in seconds."""

    model: str
    slot: int
    lag: float


FITTINGS: Final[Mapping[str, Fitting]] = {
    "HPSMU": Fitting("B1510A", 1, 1e-3),
    "HRSMU": Fitting("B1517A", 2, 1e-3),
    "MPSMU": Fitting("B1511B", 3, 1e-3),
    "HCSMU": Fitting("B1512A", 4, 1e-3),
    "HVSMU": Fitting("B1513B", 6, 3e-3),
    "UHCU": Fitting("N1265A", 8, 1e-3),
    "MFCMU": Fitting("B1520A", 9, 1e-3),
}
"""The modules that the virtual analyzer can have, by the name that the profile of the unit under test uses."""
SLOTS: Final = {name: fitting.slot for name, fitting in FITTINGS.items()}
LAG: Final = {fitting.model: fitting.lag for fitting in FITTINGS.values()}
CAPACITANCE_MODEL: Final = "B1520A"
"""The module that has no force terminal but a high and a low one."""


@dataclass(frozen=True)
class Width:
    """Half-widths from which a range's errors are drawn: relative, and in the unit of the range."""

    gain_error: float
    offset: float


def module_widths(module: Module) -> dict[str, Width]:
    """Return the half-widths of all errors of *module* by key, within the classes of JJF 2009—2022, 4."""
    widths = {r.name: _of(r, GAIN_ERROR, OFFSET) for r in module.voltage_output}
    widths |= {r.name: _current(r) for r in module.current_output}
    widths |= {r.name: Width(5e-5, 0.0) for r in module.frequencies}
    widths |= {f"measure.{r.name}": _of(r, 2e-4, 1e-4) for r in module.voltage_measurement}
    widths |= {f"measure.{r.name}": _current(r) for r in module.current_measurement}
    widths |= {f"measure.{r.name}": _of(r, 3e-3, 5e-4) for r in module.capacitances}
    widths |= {f"pulse.{r.name}": _of(r, 5e-3, 1e-3) for r in module.pulsed_current}
    return widths | {f"pulse-measure.{r.name}": _of(r, 5e-3, 1e-3) for r in module.pulsed_current}


def _of(range_: ModuleRange, gain_error: float, offset: float) -> Width:
    return Width(gain_error, offset * float(range_.span))


def _current(range_: ModuleRange) -> Width:
    """Return half-widths that grow towards the small currents: ±0.05 % above 10 µA, ±6 % at 1 pA."""
    if range_.span > Decimal("1e-5"):
        return _of(range_, 3e-4, 1e-4)
    if range_.span > Decimal("1e-9"):
        return _of(range_, 1e-3, 1e-3)
    return _of(range_, 1e-2, 5e-3)


def function_of(key: str) -> str:
    """Return the function that a *key* of a module's errors begins with; empty for an output."""
    return next((f for f in FUNCTIONS if key.startswith(f"{f}.")), "")


def by_function(
    table: Mapping[str, _V | Mapping[str, _V | dict[str, _V]]],
) -> dict[str, dict[str, _V | dict[str, _V]]]:
    """Split the table of a module in a truth file: its outputs under ``""``, and each of FUNCTIONS."""
    split: dict[str, dict[str, _V | dict[str, _V]]] = {"": {}, **{f: {} for f in FUNCTIONS}}
    for name, lines in table.items():
        if name in FUNCTIONS and isinstance(lines, Mapping):
            split[name] = dict(lines)
        else:
            split[""][name] = lines  # type: ignore[assignment]  # a table of an output holds values only
    return split


def nested(errors: Mapping[str, _V]) -> dict[str, _V | dict[str, _V]]:
    """Return the errors of a module as a truth file has them: outputs by range, tables of the other functions."""
    tables: dict[str, _V | dict[str, _V]] = {}
    for key, error in errors.items():
        function = function_of(key)
        if not function:
            tables[key] = error
            continue
        table = tables.setdefault(function, {})
        assert isinstance(table, dict), "no range is called like a function"
        table[key.removeprefix(f"{function}.")] = error
    return tables
