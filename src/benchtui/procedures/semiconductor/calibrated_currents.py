"""The current that the unit under test really drives, from what the same job has found of its current output.

JJF 2009—2022, 6.6.2 takes the current of the unit under test as a standard: it is one only because it was calibrated
before (6.3.1, 6.3.2), at the same module, in the same range and polarity.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal

import msgspec

from benchtui.calc import Input
from benchtui.calc.equations.jjf2009_voltage import deviation_of_current, share_between
from benchtui.procedures.base import Earlier, Point, Result

OUTPUTS = ("dc-current-output-low", "dc-current-output-high")
"""The items that calibrate a current output."""
STANDARDS = "standards of the current's calibration"
"""Identity of what they put into its results: the same at neighbouring currents, so fully correlated."""
SMALLEST_BEND = 1e-7
"""Part of the current below which no bend between calibrated currents is told from a straight line."""


class Calibrated(msgspec.Struct, frozen=True):
    """A set value, A, and how it was calibrated: in the range of the full scale *span*.

    *below* and *above* are the calibrated currents beside it, the same if it was calibrated itself; *bend* is how far
    the deviation may lie off the straight line between them, A, 0 if it was calibrated itself.
    """

    current: Decimal
    span: Decimal
    range: str
    below: tuple[Point, Result]
    above: tuple[Point, Result]
    bend: float

    @property
    def exact(self) -> bool:
        """Whether this very current was calibrated."""
        return self.below[0].key == self.above[0].key


def calibrations(earlier: Earlier, module: str, current: Decimal) -> list[Calibrated]:
    """Return how *current* of *module* was calibrated: one entry for each range whose points reach around it."""
    ranges: dict[str, list[tuple[Point, Result]]] = {}
    for item in OUTPUTS:
        for point, outcome in earlier.get(item, ()):
            if point.module == module and (Decimal(point.setpoint) > 0) == (current > 0):
                ranges.setdefault(point.range, []).append((point, outcome))
    found = []
    for name, results in ranges.items():
        results.sort(key=lambda entry: abs(Decimal(entry[0].setpoint)))
        below = [entry for entry in results if abs(Decimal(entry[0].setpoint)) <= abs(current)]
        above = [entry for entry in results if abs(Decimal(entry[0].setpoint)) >= abs(current)]
        if below and above:
            low, high = below[-1], above[0]
            span = Decimal(low[0].span)
            found.append(
                Calibrated(current, span, name, low, high, _bend(float(current), low, high, results))
            )
    return found


def _bend(
    current: float,
    below: tuple[Point, Result],
    above: tuple[Point, Result],
    results: Sequence[tuple[Point, Result]],
) -> float:
    """Return how far the deviation may be off the straight line between *below* and *above*, A.

    That is the next term of Newton's interpolation, from the nearest third current of the range; without one, half
    of what the deviation changes between the two.
    """
    if below[0].key == above[0].key:
        return 0.0
    (x0, d0), (x1, d1) = _deviation(below), _deviation(above)
    others = [_deviation(entry) for entry in results if entry[0].key not in (below[0].key, above[0].key)]
    slope = (d1 - d0) / (x1 - x0)
    if others:
        x2, d2 = min(others, key=lambda entry: abs(entry[0] - current))
        term = ((d2 - d1) / (x2 - x1) - slope) / (x2 - x0)
        off = abs(term * (current - x0) * (current - x1))
    else:
        off = abs(d1 - d0) / 2
    return max(off, SMALLEST_BEND * abs(current))


def _deviation(calibrated: tuple[Point, Result]) -> tuple[float, float]:
    """Return set value and deviation, A."""
    set_value = float(Decimal(calibrated[0].setpoint))
    return set_value, float(deviation_of_current(set_value, calibrated[1].error / 100))


def current_inputs(calibrated: Calibrated) -> list[Input]:
    """Return the inputs of the forced current, in the order of the parameters of ``forced_current``."""
    low, high = (float(Decimal(entry[0].setpoint)) for entry in (calibrated.below, calibrated.above))
    current = float(calibrated.current)
    if calibrated.exact:
        bend = Input.constant("dI_int", 0.0, unit="A", source="this current was calibrated itself")
    else:
        bend = Input.rectangular(
            "dI_int", 0.0, calibrated.bend, unit="A", source="interpolation between calibrated currents"
        )
    return [
        Input.constant("I_set", current, unit="A"),
        Input.constant("w", share_between(current, low, high), unit="1"),
        Input.constant("I_1", low, unit="A"),
        *_error("1", calibrated.below),
        Input.constant("I_2", high, unit="A"),
        *_error("2", calibrated.above),
        bend,
    ]


def _error(number: str, calibrated: tuple[Point, Result]) -> tuple[Input, Input]:
    """Return the error of a calibrated current, a ratio, in two parts: its own scatter, and its standards."""
    point, outcome = calibrated
    own = [line for line in outcome.budget if line.kind == "A" and line.u > 0]
    u_own = math.hypot(*(line.contribution / 100 for line in own))
    u_standards = math.sqrt(max((outcome.u / 100) ** 2 - u_own**2, 0.0))
    source = f"calibration of {point.key}"
    value = outcome.error / 100
    return (
        Input.normal(
            f"e_{number}",
            value,
            u_own,
            unit="1",
            source=f"{source}, readings",
            dof=min(line.dof for line in own),
        )
        if u_own
        else Input.constant(f"e_{number}", value, unit="1", source=source),
        Input.normal(
            f"s_{number}", 0.0, u_standards, unit="1", source=f"{source}, standards", identity=STANDARDS
        )
        if u_standards
        else Input.constant(f"s_{number}", 0.0, unit="1", source=source),
    )
