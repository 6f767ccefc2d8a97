"""Measuring voltage and current at the output of an analyzer's modules, in fixed ranges.

Source: Keysight B1500A/B1505A Programming Guide, ``TV``, ``TI``; a negative range code fixes the range, so that
the range under test is the one that measures.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from benchtui.instruments.b1500_mainframe import B1500Mainframe
from benchtui.instruments.flex_ranges import current_code, voltage_code
from benchtui.quantity import Reading

if TYPE_CHECKING:
    from benchtui.instruments.flex import Quantity, Spot
    from benchtui.instruments.link import Wire

_UNITS: dict[Quantity, str] = {"V": "V", "I": "A"}
_SPOT_TIMEOUT = 30.0
_SMALL_CURRENT = Decimal("1e-8")
_PATIENT_CYCLES = 10
"""Up to the range 10 nA a longer integration brings the noise down; a safe-off may wait for it, little is on then."""


class B1500Measure(B1500Mainframe):
    """An analyzer whose modules measure."""

    def measure_voltage(self, module: str, *, span: Decimal) -> Reading:
        """Return the voltage at the output of *module*, measured in the fixed range *span*.

        Over-range is a flagged NaN; ``compliance``, ``oscillation`` and the like are flags beside the value.

        Raises
        ------
        BadInput
            The module is not fitted, there is no such range.
        Lost, NoReply, Garbled, Aborted
        """
        return self._measure(module, "V", voltage_code(span, f"{self.name} {module}"), span)

    def measure_current(self, module: str, *, span: Decimal) -> Reading:
        """Return the current out of *module*, measured in the fixed range *span*; as for voltage."""
        return self._measure(module, "I", current_code(span, f"{self.name} {module}"), span)

    def _measure(self, module: str, quantity: Quantity, code: int, span: Decimal) -> Reading:
        channel = self._channel(module)
        query = f"T{quantity} {channel},{-code}"

        patient = quantity == "I" and span <= _SMALL_CURRENT

        def work(wire: Wire) -> Spot:
            if patient:
                self._integrate(wire, _PATIENT_CYCLES)
            try:
                spot = self._spot(wire, query, channel, quantity, _SPOT_TIMEOUT)
            finally:
                if patient:
                    self._integrate(wire)
            self._check_errors(wire)  # its answer could not come next, had an older reading been in the way
            return spot

        t0 = self._clock.now()
        spot = self._run(work)
        return Reading(spot.raw, spot.value, _UNITS[quantity], spot.flags, t0, self._clock.now(), float(span))
