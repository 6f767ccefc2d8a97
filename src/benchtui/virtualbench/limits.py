"""The limits of error of a standard, and how much of them it really errs by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchtui.virtualbench.truth import meter_error, range_name

if TYPE_CHECKING:
    from benchtui.profiles import SpecificationRange, Standard
    from benchtui.virtualbench.bench import VirtualBench
    from benchtui.virtualbench.stand import Stand


class Limits:
    """The hidden errors of the standard *name* on *bench*, for values in *unit*.

    A standard errs in the quantity that its profile has limits for; in another unit, and without a profile, it is
    right.
    """

    def __init__(self, bench: VirtualBench, name: str, standard: Standard | None, unit: str) -> None:
        self._unit = unit
        self._standard = standard if standard is not None and standard.unit == unit else None
        self._ranges = () if self._standard is None else self._standard.ranges
        self._parts = bench.truth.standards.get(name, {})

    @classmethod
    def of(cls, stand: Stand, unit: str) -> Limits:
        """Return the errors of what stands there."""
        return cls(stand.bench, stand.name, stand.standard, unit)

    def row(self, span: float) -> SpecificationRange | None:
        """Return the limits of the range with full scale *span*, or of the next larger one."""
        fitting = [r for r in self._ranges if float(r.span) >= span * (1.0 - 1e-9)]
        return min(fitting, key=lambda r: r.span, default=None)

    def part(self, span: float) -> float:
        """Return the part of its limit, -1 … 1, by which it errs in the range that holds *span*."""
        row = self.row(span)
        return 0.0 if row is None else self._parts[range_name(row.span, self._unit)].error

    def error(self, span: float, value: float) -> float:
        """Return the error of an indication or an output of *value* in the range with full scale *span*."""
        row = self.row(span)
        if row is None or self._standard is None:
            return 0.0
        return meter_error(self._standard, row.span, self.part(span), value)

    def offset(self, span: float) -> float:
        """Return the current out of its input: its part of the largest one."""
        row = self.row(span)
        return 0.0 if row is None else self.part(span) * float(row.input_current)
