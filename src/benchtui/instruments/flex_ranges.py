"""Range codes of the FLEX command language, and which kinds of modules there are.

Source: Keysight B1500A/B1505A Programming Guide, edition 11, tables of voltage and current ranges; a positive
code is a limited automatic range, a negative one a fixed measurement range.
"""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING

from benchtui.errors import BadInput
from benchtui.i18n import N_, text
from benchtui.quantity import engineering

if TYPE_CHECKING:
    from collections.abc import Mapping

VOLTAGE_RANGE_CODES: dict[Decimal, int] = {
    Decimal("0.2"): 2,
    Decimal("0.5"): 5,
    Decimal(2): 20,
    Decimal(5): 50,
    Decimal(20): 200,
    Decimal(40): 400,
    Decimal(100): 1000,
    Decimal(200): 2000,
    Decimal(500): 5000,
    Decimal(1500): 15000,
    Decimal(3000): 30000,
    Decimal(10000): 103,
}
"""Full scale in volts -> code of the range. A value within the span stays in that range."""

CURRENT_RANGE_CODES: dict[Decimal, int] = {
    **{Decimal(1).scaleb(code - 20): code for code in range(8, 21)},
    Decimal(2): 21,
    Decimal(20): 22,
    Decimal(40): 23,
    Decimal(500): 26,
    Decimal(2000): 28,
}
"""Full scale in amperes -> code of the range: 1 pA is 8, 1 A is 20."""


class ModuleKind(Enum):
    """What a module can do, as far as switching it off is concerned."""

    SOURCE_MEASURE = "source/measure unit"
    EXPANDER = "expander or selector that works in pulses only"
    CAPACITANCE = "capacitance measurement unit"
    GENERATOR = "pulse or waveform generator"


_KINDS: dict[str, ModuleKind] = {
    "B1520": ModuleKind.CAPACITANCE,
    "B1525": ModuleKind.GENERATOR,
    "B1530": ModuleKind.GENERATOR,
    "N1265": ModuleKind.EXPANDER,
    "N1266": ModuleKind.EXPANDER,
    "N1268": ModuleKind.EXPANDER,
}


def kind_of_module(model: str) -> ModuleKind:
    """Return the kind of the module *model*, such as ``B1511B``; what is not known otherwise measures itself."""
    return next(
        (kind for start, kind in _KINDS.items() if model.startswith(start)), ModuleKind.SOURCE_MEASURE
    )


def voltage_code(span: Decimal, where: str) -> int:
    """Return the code of the voltage range with full scale *span*. Raises ``BadInput``."""
    return _code(VOLTAGE_RANGE_CODES, span, "V", where)


def current_code(span: Decimal, where: str) -> int:
    """Return the code of the current range with full scale *span*. Raises ``BadInput``."""
    return _code(CURRENT_RANGE_CODES, span, "A", where)


def _code(codes: Mapping[Decimal, int], span: Decimal, unit: str, where: str) -> int:
    if span not in codes:
        raise BadInput(
            text(N_("There is no range of {span}."), span=f"{span:f} {unit}" if span.is_finite() else span),
            where=where,
            hint=text(N_("Known: {spans}."), spans=", ".join(engineering(known, unit) for known in codes)),
        )
    return codes[span]
