"""Sources of DC voltage and current that a table describes, such as calibrators.

A source without modules has the one module ``""``. Whether its output is on is asked after every setting: a
calibrator may go to standby by itself when a value is hazardous, or when a command was wrong.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Literal

from benchtui.errors import BadInput, InstrumentError, InstrumentFailure, Lost, NotSettled
from benchtui.i18n import N_, text
from benchtui.instruments.answers import garbled
from benchtui.instruments.recipes import recipe
from benchtui.instruments.table_driver import TableInstrument, decimal_text
from benchtui.quantity import engineering

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from benchtui.clock import Clock
    from benchtui.instruments.link import Wire
    from benchtui.instruments.profile import SafeOff, TableProfile
    from benchtui.instruments.role_tables import SourceTable
    from benchtui.instruments.safe_off import SafeOffRecipe

Quantity = Literal["voltage", "current"]
_UNITS: dict[Quantity, str] = {"voltage": "V", "current": "A"}
_POLL_INTERVAL = 0.05
_DISCHARGE_INTERVAL = 0.02
# In a safe-off an instrument that hangs must not hold up the steps that follow.
_SAFE_OFF_TIMEOUT = 0.5
_CONFIRM_TIMEOUT = 2.0


class TableSource(TableInstrument):
    """The part of a source that does not depend on the quantity."""

    def __init__(self, name: str, resource: str, profile: TableProfile, clock: Clock) -> None:
        super().__init__(name, resource, profile, clock)
        if profile.safe_off is None:
            raise BadInput(text(N_("A source without [safe-off] is refused.")), where=profile.name)
        self._safe_off: SafeOff = profile.safe_off
        self._limit_volts = profile.limits.volts
        self._sources: dict[Quantity, SourceTable] = {}
        if profile.voltage_source is not None:
            self._sources["voltage"] = profile.voltage_source
        if profile.current_source is not None:
            self._sources["current"] = profile.current_source
        # What the output may carry: entered before the command leaves, cleared when the output is known to be off.
        self._driven: Quantity | None = None

    def compliance(self, module: str) -> bool:
        """Tell whether the output is limiting now, or has switched itself off; then it is not what was set.

        Raises
        ------
        BadInput, Lost, NoReply, Garbled, Aborted
        """
        self._check_module(module)
        driven = self._driven
        if driven is None:
            return False
        table = self._sources[driven]
        if table.limiting is None:
            return not self._run(lambda wire: self._yes(wire, table.operating))
        limiting = table.limiting
        return self._run(lambda wire: self._yes(wire, limiting))

    def zero(self, module: str) -> None:
        """Set the output to zero and leave it connected."""
        self._check_module(module)
        if self._driven is not None:
            table = self._sources[self._driven]
            self._run(lambda wire: self._send(wire, table.zero))

    def safe_off(self) -> None:
        """Carry out the profile's safe-off; every step is tried, the first failure is raised at the end.

        It goes before everything that waits. An instrument that never said who it is hears nothing.
        """
        if not self._identity:
            return
        closed = self._link is None
        link = self._link or self._new_link()
        try:
            try:
                link.run_urgently(self._switch_off)
            except Lost:
                link.run_urgently(self._switch_off)  # the link connects anew first
        finally:
            if closed:
                link.close()

    def safe_off_recipe(self) -> SafeOffRecipe:
        """Return the safe-off for the guardian."""
        self._connected_link()
        return recipe(
            self.resource,
            self._dialect.write_terminator,
            self._safe_off,
            serial=self._serial,
            channels=({},),
        )

    def _make_ready(self, wire: Wire) -> None:
        self._switch_off(wire)  # a former life may have left it on
        super()._make_ready(wire)
        self._driven = None

    def _restore(self, wire: Wire) -> None:
        self._pop_errors(wire)  # it keeps its settings, and an output that is on must not drop unasked

    def _source(self, quantity: Quantity, module: str, value: Decimal, span: Decimal, limit: Decimal) -> None:
        self._check_module(module)
        table = self._sources[quantity]
        unit = _UNITS[quantity]
        fitting = next((s for s in table.spans if span.is_finite() and s >= span), None)
        largest = min(span, self._limit_volts) if unit == "V" and span.is_finite() else span
        if fitting is None or not value.is_finite() or abs(value) > largest:
            raise BadInput(
                text(
                    N_("{value} is beyond the range of {span}."),
                    value=f"{value} {unit}",
                    span=f"{span} {unit}",
                ),
                where=self.name,
                hint=text(N_("Known: {spans}."), spans=", ".join(engineering(s, unit) for s in table.spans)),
            )
        if not limit.is_finite() or limit <= 0:
            raise BadInput(text(N_("The limit must be positive, not {limit}."), limit=limit), where=self.name)
        places = {"value": decimal_text(value), "span": decimal_text(fitting), "limit": decimal_text(limit)}

        def begin(wire: Wire) -> None:
            self._driven = quantity
            self._send(wire, table.set, **places)
            if not self._yes(wire, table.operating):
                self._send(wire, table.operate)

        self._run(begin)
        self._await_settled(table)

    def _await_settled(self, table: SourceTable) -> None:
        """Wait on the bench's clock until the output is at rest and on."""
        deadline = self._clock.now() + float(table.settle_timeout)
        while not self._run(lambda wire: self._yes(wire, table.settled)):
            if self._clock.now() >= deadline:
                raise NotSettled(
                    text(
                        N_("The output of {name} did not settle within {seconds} s."),
                        name=self.name,
                        seconds=table.settle_timeout,
                    ),
                    where=self.resource,
                    hint=text(N_("Check what is connected to it: the load may be too heavy, or oscillate.")),
                )
            self._wait(_POLL_INTERVAL)
        if not self._run(lambda wire: self._yes(wire, table.operating)):
            self._run(self._check_errors)
            raise InstrumentError(
                text(N_("{name} switched its output off by itself."), name=self.name),
                where=self.resource,
                hint=text(N_("Look at its display: overload, or a value that must be confirmed there.")),
            )

    def _check_module(self, module: str) -> None:
        if module:
            raise BadInput(
                text(N_("The module {module} is not fitted."), module=module),
                where=self.name,
                hint=text(N_("{name} has no modules."), name=self.name),
            )

    # --- in the link's thread
    def _switch_off(self, wire: Wire) -> None:
        failures: list[InstrumentFailure] = []

        def attempt(step: Callable[[Wire], None]) -> None:
            try:
                step(wire)
            except InstrumentFailure as error:
                failures.append(error)

        for step in self._safe_off.immediate:
            attempt(self._saying(step.send))
        attempt(self._await_discharge)
        for step in self._safe_off.final:
            attempt(self._saying(step.send))
        attempt(self._confirm_off)
        if not failures:
            self._driven = None
        else:
            raise next((error for error in failures if isinstance(error, Lost)), failures[0])

    def _saying(self, line: str) -> Callable[[Wire], None]:
        return lambda wire: self._dialect.write(wire, line)

    def _await_discharge(self, wire: Wire) -> None:
        discharge = self._safe_off.discharge
        if discharge is None:
            return
        self._settle_dirt(wire)
        pattern = re.compile(discharge.pattern)
        deadline = time.monotonic() + float(discharge.seconds)
        while True:
            answer = self._dialect.query(wire, discharge.query, _SAFE_OFF_TIMEOUT)
            match = pattern.fullmatch(answer)
            if match is None:
                raise garbled(answer, wire.address)
            # Of two answers the first may be the voltage of before.
            volts = float("nan") if wire.discard_stale() else float(match["value"])
            if abs(volts) < discharge.limit:
                return
            if time.monotonic() >= deadline:
                raise NotSettled(
                    text(
                        N_("The output still carries {volts} V, {seconds} s after zero."),
                        volts=f"{volts:.4g}",
                        seconds=discharge.seconds,
                    ),
                    where=self.name,
                    hint=text(
                        N_("Touch nothing; wait, and measure the output before you disconnect anything.")
                    ),
                )
            # Real time, whatever the bench's clock: a safe-off depends on nothing but the wire.
            time.sleep(_DISCHARGE_INTERVAL)

    def _confirm_off(self, wire: Wire) -> None:
        self._settle_dirt(wire)
        confirm = self._safe_off.confirm
        if confirm is not None and not self._yes(wire, confirm, _CONFIRM_TIMEOUT):
            raise InstrumentError(
                text(N_("{name} does not confirm that its output is off."), name=self.name),
                where=wire.address,
                hint=text(N_("Switch it off at its front panel before you touch a lead.")),
            )

    def _settle_dirt(self, wire: Wire) -> None:
        """Read old answers away: one that was asked for before the abort must not pass for the answer now."""
        if wire.dirty:
            self._dialect.synchronise(
                wire, self._identity_table.query, self._identity_pattern, _SAFE_OFF_TIMEOUT
            )


class TableVoltageSource(TableSource):
    """A source of DC voltage that a table describes."""

    def source_voltage(self, module: str, volts: Decimal, *, span: Decimal, current_limit: Decimal) -> None:
        """Put *volts* on the output, in the smallest range that holds *span*; switch it on if it is off.

        A source whose table has no place for *current_limit* keeps its own limit.

        Raises
        ------
        BadInput
            There is no such range, *volts* is beyond it, or *module* is not ``""``.
        NotSettled
            The output did not come to rest.
        InstrumentError, Lost, NoReply, Garbled, Aborted
        """
        self._source("voltage", module, volts, span, current_limit)


class TableCurrentSource(TableSource):
    """A source of DC current that a table describes."""

    def source_current(self, module: str, amperes: Decimal, *, span: Decimal, voltage_limit: Decimal) -> None:
        """Drive *amperes* out of the output, in the smallest range that holds *span*; raises as for voltage.

        A source whose table has no place for *voltage_limit* keeps its own limit.
        """
        self._source("current", module, amperes, span, voltage_limit)
