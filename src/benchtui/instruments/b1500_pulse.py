"""Single current pulses from an analyzer's high-current modules, measured by the module itself.

Source: Keysight B1500A/B1505A Programming Guide, "Pulsed spot measurements", ``MM``, ``CMM``, ``PI``, ``PT``, ``RI``,
``AIT``, ``XE``. The pulse rises from a base of zero and returns to it; the module measures in its flat part.
"""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from benchtui.errors import BadInput, NoReply
from benchtui.i18n import N_, text
from benchtui.instruments.b1500_sources import B1500Sources
from benchtui.instruments.flex_ranges import current_code
from benchtui.quantity import Reading, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchtui.clock import Clock
    from benchtui.instruments.link import Wire
    from benchtui.instruments.profile import B1500Profile

SHORTEST = Decimal("0.00005")
LONGEST = Decimal(2)
"""Widths in seconds that ``PT`` takes for a high-current module."""
PAUSE = Decimal("0.1")
"""Period of the pulse in seconds, beyond its width: how long the module rests before the next one."""
_APERTURES = Decimal("0.25")
_APERTURE_STEP = Decimal("0.000002")
_LONGEST_APERTURE = Decimal("0.02")
_FIRE_TIMEOUT = 5.0


class _Pulse(msgspec.Struct, frozen=True):
    """A pulse that is set; nothing flows yet."""

    span: Decimal
    seconds: Decimal


class B1500Pulse(B1500Sources):
    """An analyzer whose modules fire current pulses."""

    def __init__(
        self, name: str, resource: str, profile: B1500Profile, clock: Clock, modules: Mapping[str, str]
    ) -> None:
        super().__init__(name, resource, profile, clock, modules)
        self._pulses: dict[int, _Pulse] = {}

    def prepare_pulse(
        self, module: str, amperes: Decimal, *, span: Decimal, width: Decimal, voltage_limit: Decimal
    ) -> None:
        """Set a pulse of *amperes* and *width* seconds; nothing flows yet.

        The output is switched on, at zero. The module's own reading takes a quarter of the width.

        Raises
        ------
        BadInput
            The module is not fitted, there is no such range, a value is beyond it.
        Interlock, InstrumentError, Lost, NoReply, Garbled, Aborted
        """
        channel = self._channel(module)
        where = f"{self.name} {module}"
        code = current_code(span, where)
        if not amperes.is_finite() or abs(amperes) > span:
            raise BadInput(
                text(
                    N_("{amperes} A is beyond the {span} A range."), amperes=plain(amperes), span=plain(span)
                ),
                where=where,
                hint=text(N_("Correct the plan of the unit under test.")),
            )
        if not width.is_finite() or not SHORTEST <= width <= LONGEST:
            raise BadInput(
                text(N_("A pulse of {width} s cannot be set."), width=plain(width)),
                where=where,
                hint=text(N_("Pulses last {shortest} s to {longest} s."), shortest=SHORTEST, longest=LONGEST),
            )
        self._check_voltage_limit(voltage_limit, where)
        aperture = min(width * _APERTURES, _LONGEST_APERTURE) // _APERTURE_STEP * _APERTURE_STEP
        period = width + PAUSE
        lines = (
            f"MM 3,{channel}",
            f"CMM {channel},1",  # measure the current; by itself a current source measures its voltage
            f"RI {channel},{-code}",
            f"AIT 2,3,{_brief(aperture)}",
            f"PT 0,{_brief(width)},{_brief(period)}",
            f"PI {channel},{code},0,{plain(amperes)},{plain(voltage_limit)}",
        )

        def work(wire: Wire) -> None:
            self._pulses.pop(channel, None)
            self._close_switch(wire, channel)
            for line in lines:
                self._dialect.write(wire, line)
            self._forced[channel] = "I"
            self._check_errors(wire)
            self._pulses.clear()  # the analyzer has one pulse source at a time
            self._pulses[channel] = _Pulse(span, period)

        self._run(work)

    def fire(self, module: str) -> Reading:
        """Fire one pulse and return the current that the module itself measured on it.

        Raises
        ------
        BadInput
            No pulse was prepared on *module*.
        Interlock, InstrumentError, Lost, NoReply, Garbled, Aborted
        """
        channel = self._channel(module)
        pulse = self._pulses.get(channel)
        if pulse is None:
            raise BadInput(
                text(N_("No pulse was prepared on {module}."), module=module),
                where=self.name,
                hint=text(N_("Prepare the pulse first.")),
            )

        def work(wire: Wire) -> tuple[str, float, tuple[str, ...]]:
            try:
                spot = self._spot(wire, "XE", channel, "I", float(pulse.seconds) + _FIRE_TIMEOUT)
            except NoReply:
                # The analyzer sends nothing at all if it refuses; its reason says more than the silence.
                with suppress(NoReply):
                    self._check_errors(wire)
                raise
            self._check_errors(wire)
            return spot.raw, spot.value, spot.flags

        t0 = self._clock.now()
        raw, value, flags = self._run(work)
        return Reading(raw, value, "A", flags, t0, self._clock.now(), float(pulse.span))

    def _make_ready(self, wire: Wire) -> None:
        self._pulses.clear()
        super()._make_ready(wire)


def _brief(number: Decimal) -> str:
    return plain(number.normalize())
