"""Sourcing DC voltage and current with the modules of an analyzer.

Source: Keysight B1500A/B1505A Programming Guide, ``CN``, ``DV``, ``DI``, ``DZ``, ``TI``, ``TV``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchtui.errors import BadInput, OutOfRange
from benchtui.i18n import N_, text
from benchtui.instruments.b1500_mainframe import B1500Mainframe
from benchtui.instruments.flex_ranges import current_code, voltage_code
from benchtui.quantity import plain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from benchtui.clock import Clock
    from benchtui.instruments.flex import Quantity
    from benchtui.instruments.link import Wire
    from benchtui.instruments.profile import B1500Profile


class B1500Sources(B1500Mainframe):
    """An analyzer whose modules source voltage and current."""

    def __init__(
        self, name: str, resource: str, profile: B1500Profile, clock: Clock, modules: Mapping[str, str]
    ) -> None:
        super().__init__(name, resource, profile, clock, modules)
        self._forced: dict[int, Quantity] = {}

    def source_voltage(self, module: str, volts: Decimal, *, span: Decimal, current_limit: Decimal) -> None:
        """Put *volts* on the output of *module* in the range *span*; switch the output on if it is off.

        Raises
        ------
        BadInput
            The module is not fitted, there is no such range, *volts* is beyond it.
        Interlock
            The instrument refuses because its safety interlock is open.
        InstrumentError, Lost, NoReply, Garbled, Aborted
        """
        channel = self._channel(module)
        where = f"{self.name} {module}"
        code = voltage_code(span, where)
        if not volts.is_finite() or abs(volts) > min(span, self._volts_limit):
            raise BadInput(
                text(N_("{volts} V is beyond the {span} V range."), volts=plain(volts), span=plain(span)),
                where=where,
                hint=text(N_("Correct the plan of the unit under test.")),
            )
        if not current_limit.is_finite() or current_limit <= 0:
            raise BadInput(
                text(
                    N_("The current limit must be positive, not {amperes} A."), amperes=plain(current_limit)
                ),
                where=where,
            )
        self._force(channel, "V", f"DV {channel},{code},{plain(volts)},{plain(current_limit)}")

    def source_current(self, module: str, amperes: Decimal, *, span: Decimal, voltage_limit: Decimal) -> None:
        """Drive *amperes* out of *module* in the range *span*; switch the output on if it is off.

        Raises
        ------
        BadInput
            The module is not fitted, there is no such range, *amperes* or *voltage_limit* is beyond it.
        Interlock
            The instrument refuses because its safety interlock is open.
        InstrumentError, Lost, NoReply, Garbled, Aborted
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
        self._check_voltage_limit(voltage_limit, where)
        self._force(channel, "I", f"DI {channel},{code},{plain(amperes)},{plain(voltage_limit)}")

    def compliance(self, module: str) -> bool:
        """Tell whether *module* limits now, by a spot measurement of what it does not force.

        Raises
        ------
        OutOfRange
            The module oscillates: its output is not what was set.
        BadInput, Lost, NoReply, Garbled, Aborted
        """
        channel = self._channel(module)
        limited: Quantity = "V" if self._forced.get(channel) == "I" else "I"

        def work(wire: Wire) -> tuple[str, ...]:
            spot = self._spot(wire, f"T{limited} {channel}", channel, limited)
            self._check_errors(wire)  # its answer could not come next, had an older one been in the way
            return spot.flags

        flags = self._run(work)
        if "oscillation" in flags:
            raise OutOfRange(
                text(N_("The output of {module} oscillates."), module=module),
                where=self.name,
                hint=text(N_("Check guard and shield of the leads.")),
            )
        return "compliance" in flags

    def zero(self, module: str) -> None:
        """Set the output of *module* to zero and leave it connected."""
        channel = self._channel(module)

        def work(wire: Wire) -> None:
            self._dialect.write(wire, f"DZ {channel}")
            self._check_errors(wire)

        if channel in self._on:
            self._run(work)

    def _check_voltage_limit(self, volts: Decimal, where: str) -> None:
        if not volts.is_finite() or not 0 < volts <= self._volts_limit:
            raise BadInput(
                text(
                    N_("The voltage limit must be positive and not above {limit} V, not {volts} V."),
                    limit=plain(self._volts_limit),
                    volts=plain(volts),
                ),
                where=where,
            )

    def _force(self, channel: int, quantity: Quantity, command: str) -> None:
        def work(wire: Wire) -> None:
            self._close_switch(wire, channel)
            self._dialect.write(wire, command)
            self._forced[channel] = quantity
            self._check_errors(wire)

        self._run(work)
