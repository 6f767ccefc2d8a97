"""The mainframe of the Keysight B1500A and B1505A: modules, channels, errors, and switching off.

Source: Keysight B1500A/B1505A Programming Guide, command reference. A channel is the slot number of its
module. ``DZ`` sets 0 V and keeps the switches, ``CL`` opens them; errors wait in a queue that ``ERRX?`` pops
one by one.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from benchtui.errors import (
    BadInput,
    Garbled,
    InstrumentError,
    InstrumentFailure,
    Interlock,
    Lost,
    NoReply,
    NotSettled,
    Refused,
)
from benchtui.i18n import N_, text
from benchtui.instruments import flex
from benchtui.instruments.driver import WiredInstrument
from benchtui.instruments.flex_ranges import ModuleKind, kind_of_module
from benchtui.instruments.recipes import fill, recipe
from benchtui.quantity import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from benchtui.clock import Clock
    from benchtui.instruments.link import Wire
    from benchtui.instruments.profile import B1500Profile, SafeOff
    from benchtui.instruments.profile_words import Step
    from benchtui.instruments.safe_off import SafeOffRecipe

_ERROR_DEPTH = 64
_RESET_TIMEOUT = 20.0
# In a safe-off an instrument that hangs must not hold up the steps that follow.
_SAFE_OFF_TIMEOUT = 0.5
_POLL_INTERVAL = 0.02
_LINE_CYCLES = 1
"""Integration of the high-speed converter that every module has (``AIT``), in power line cycles.

As it is after ``*RST``, 20 µs, its noise is a large part of the uncertainty of what a module measures. One cycle brings
mains hum to nothing; more would keep a safe-off waiting that comes in the middle of a measurement.
"""


class B1500Mainframe(WiredInstrument):
    """An analyzer without what its modules can do; each ability is a class over this one.

    Parameters
    ----------
    name, resource, clock
        As for every wired instrument.
    profile
        The profile; its safe-off is what is sent, and what the guardian is told.
    modules
        Module name of the unit under test -> model that fills it, such as ``{"MPSMU": "B1511B"}``. Of several
        modules of a model the first name gets the lowest slot.
    """

    def __init__(
        self, name: str, resource: str, profile: B1500Profile, clock: Clock, modules: Mapping[str, str]
    ) -> None:
        super().__init__(name, resource, profile, clock)
        if profile.safe_off is None:
            raise BadInput(text(N_("A source without [safe-off] is refused.")), where=profile.name)
        self._safe_off: SafeOff = profile.safe_off
        self._volts_limit = profile.limits.volts
        self._models = dict(modules)
        self._fitted: dict[int, str] = {}
        self._channels: dict[str, int] = {}
        # Channels that may be on: entered before the command leaves, struck out when the instrument has
        # confirmed.
        self._on: set[int] = set()

    def interlock_open(self) -> bool:
        """Tell whether the open interlock has kept a voltage back since the last reset.

        The analyzer has no question for the state of the circuit itself: bit 3 of its status byte is set when
        an output or a compliance above the threshold is asked for while the circuit is open (Programming
        Guide, "Status byte").

        Raises
        ------
        Lost, NoReply, Garbled, Aborted
        """
        return bool(self._run(lambda wire: flex.parse_status(self._dialect.query(wire, "*STB?"))) & 8)

    @property
    def fitted(self) -> Mapping[int, str]:
        """Slot number -> model of all modules found at :meth:`connect`."""
        return dict(self._fitted)

    # --- safe-off
    def safe_off(self) -> None:
        """Zero, measured discharge below 30 V, open; every step is tried.

        The first failure is raised at the end.

        It goes before everything that waits, and needs nothing but the wire. An analyzer that never said who
        it is hears nothing.
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
        """Return the safe-off of all modules that may be switched on, for the guardian."""
        if not self._channels:
            raise Lost(
                text(N_("The instrument {name} is not connected."), name=self.name),
                where=self.resource,
                hint=text(N_("Connect it first.")),
            )
        return recipe(
            self.resource,
            self._dialect.write_terminator,
            self._safe_off,
            serial=self._serial,
            channels=[
                places(channel)
                for channel in sorted(self._channels.values())
                if self._measures_itself(channel)
            ],
            last=("ERRX?",),
        )

    def _switch_off(self, wire: Wire) -> None:
        failures: list[InstrumentFailure] = []

        def attempt(step: Callable[[Wire], None]) -> None:
            try:
                step(wire)
            except InstrumentFailure as error:
                failures.append(error)

        for step in self._safe_off.immediate:
            attempt(self._saying(step))
        attempt(self._await_discharge)
        for step in self._safe_off.final:
            attempt(self._saying(step))
        attempt(lambda wire: self._check_errors(wire, _SAFE_OFF_TIMEOUT))
        if not any(isinstance(error, (NoReply, Lost, Refused, Garbled)) for error in failures):
            self._on.clear()  # it took the last command and answered after it
        if failures:
            # A lost connection above all: then it is worth a second try on a new one.
            raise next((error for error in failures if isinstance(error, Lost)), failures[0])

    def _saying(self, step: Step) -> Callable[[Wire], None]:
        return lambda wire: self._dialect.write(wire, step.send)

    def _await_discharge(self, wire: Wire) -> None:
        discharge = self._safe_off.discharge
        if discharge is None:
            return
        if wire.dirty:
            # A voltage that was asked for before the abort must not pass for the discharged one. On the same
            # connection: opening it anew could throw away the line that has just left.
            self._dialect.synchronise(
                wire, self._identity_table.query, self._identity_pattern, _SAFE_OFF_TIMEOUT
            )
            # An earlier try may have opened switches without an answer; an open channel would not answer either.
            closed = self._dialect.query(wire, "*LRN? 0", _SAFE_OFF_TIMEOUT)
            self._on.intersection_update(flex.parse_switches(closed))
        waiting = [channel for channel in sorted(self._on) if self._measures_itself(channel)]
        deadline = time.monotonic() + float(discharge.seconds)
        volts = float("nan")
        while waiting:
            channel = waiting[0]
            volts = self._spot(
                wire, fill(discharge.query, places(channel)), channel, "V", _SAFE_OFF_TIMEOUT
            ).value
            if wire.discard_stale():
                volts = float("nan")  # what came first may be the voltage of before
            if abs(volts) < discharge.limit:
                waiting.pop(0)
            elif time.monotonic() >= deadline:
                raise NotSettled(
                    text(
                        N_("The output in slot {slot} still carries {volts} V, {seconds} s after zero."),
                        slot=channel,
                        volts=f"{volts:.4g}",
                        seconds=plain(discharge.seconds),
                    ),
                    where=self.name,
                    hint=text(
                        N_("Touch nothing; wait, and measure the output before you disconnect anything.")
                    ),
                )
            else:
                # Real time, whatever the bench's clock: a safe-off depends on nothing but the wire.
                time.sleep(_POLL_INTERVAL)

    # --- connecting
    def _make_ready(self, wire: Wire) -> None:
        self._pop_errors(wire)  # errors of a former life are not ours
        self._fitted = flex.parse_modules(self._dialect.query(wire, "UNT?"))
        self._channels = self._assign(self._fitted)
        self._on = set(flex.parse_switches(self._dialect.query(wire, "*LRN? 0")))
        if self._on:
            self._switch_off(wire)
        self._dialect.write(wire, "*RST")
        self._dialect.query(wire, "*OPC?", _RESET_TIMEOUT)
        self._dialect.write(wire, "FMT 1,0")
        self._integrate(wire)
        self._check_errors(wire)

    def _assign(self, fitted: Mapping[int, str]) -> dict[str, int]:
        free = sorted(fitted)
        channels: dict[str, int] = {}
        for module, model in self._models.items():
            slot = next((slot for slot in free if fitted[slot] == model), None)
            if slot is not None:
                free.remove(slot)
                channels[module] = slot
        return channels

    def _channel(self, module: str) -> int:
        if module not in self._channels:
            self._connected_link()
            raise BadInput(
                text(N_("The module {module} is not fitted."), module=module),
                where=self.name,
                hint=text(
                    N_("Expected a {model}; found: {fitted}."),
                    model=self._models.get(module, "?"),
                    fitted=", ".join(f"{model} ({slot})" for slot, model in self._fitted.items()) or "-",
                ),
            )
        return self._channels[module]

    def _measures_itself(self, channel: int) -> bool:
        """Tell whether the voltage at the output of *channel* can be asked for with ``TV``.

        Capacitance units, generators and expanders have no voltmeter; ``DZ`` and ``CL`` go for them as well.
        """
        return kind_of_module(self._fitted.get(channel, "")) is ModuleKind.SOURCE_MEASURE

    # --- in the link's thread
    def _integrate(self, wire: Wire, cycles: int = _LINE_CYCLES) -> None:
        self._dialect.write(wire, f"AIT 0,2,{cycles}")

    def _close_switch(self, wire: Wire, channel: int) -> None:
        if channel not in self._on:
            self._on.add(channel)
            self._dialect.write(wire, f"CN {channel}")

    def _spot(
        self, wire: Wire, query: str, channel: int, quantity: str, timeout: float | None = None
    ) -> flex.Spot:
        spot = flex.parse_spot(self._dialect.query(wire, query, timeout))
        if (spot.channel, spot.quantity) != (channel, quantity):
            raise Garbled(
                text(
                    N_("{query} was answered for another channel or quantity: {answer}"),
                    query=query,
                    answer=spot.raw,
                ),
                raw=spot.raw,
                where=f"{self.name}, {wire.address}",
                hint=text(N_("Try again; if it comes back, look at the wire log.")),
            )
        return spot

    def _pop_errors(self, wire: Wire, timeout: float | None = None) -> list[flex.FlexError]:
        """Drain the error queue; return the errors, oldest first."""
        errors: list[flex.FlexError] = []
        while len(errors) < _ERROR_DEPTH:
            error = flex.parse_error(self._dialect.query(wire, "ERRX?", timeout))
            if error.code == 0:
                break
            errors.append(error)
        return errors

    def _check_errors(self, wire: Wire, timeout: float | None = None) -> None:
        errors = self._pop_errors(wire, timeout)
        if not errors:
            return
        interlock = next((error for error in errors if error.concerns_interlock), None)
        if interlock is not None:
            raise Interlock(
                text(N_("The safety interlock is open: {words}"), words=interlock.words),
                where=self.name,
                hint=text(N_("Close the fixture, check the interlock cable, then repeat the point.")),
            )
        raise InstrumentError(
            text(
                N_("The instrument reports error {code}: {words}"), code=errors[0].code, words=errors[0].words
            ),
            code=str(errors[0].code),
            text=errors[0].words,
            where=self.name,
            hint=text(N_("Outputs are switched off; look the error up in the programming guide.")),
        )


def places(channel: int) -> dict[str, str]:
    """Return what stands in the places of the profile's safe-off for *channel*."""
    return {"channel": str(channel), "letter": flex.channel_letter(channel)}
