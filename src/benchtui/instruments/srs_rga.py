"""Residual gas analyzers of Stanford Research Systems: RGA100, RGA200, RGA300.

Source: see :mod:`benchtui.instruments.rga_words`. What is refused is refused in silence: each setting is read back.
"""

from __future__ import annotations

import base64
import math
from typing import TYPE_CHECKING, ClassVar

from benchtui.errors import (
    BadInput,
    Garbled,
    InstrumentError,
    InstrumentFailure,
    Lost,
    NoReply,
    OutOfRange,
    Refused,
)
from benchtui.i18n import N_, text
from benchtui.instruments.driver import WiredInstrument
from benchtui.instruments.recipes import addressed
from benchtui.instruments.rga_words import (
    AMPERES,
    ERROR_NAMES,
    POINT_SECONDS,
    SATURATED,
    SCAN_SECONDS,
    STATUS_BITS,
    RgaDialect,
    ion_counts,
)
from benchtui.instruments.safe_off import SafeOffRecipe
from benchtui.quantity import Reading, Waveform, plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchtui.clock import Clock
    from benchtui.instruments.link import Wire
    from benchtui.instruments.profile import RgaProfile, SafeOff, WiredProfile
    from benchtui.instruments.profile_words import Step

PASCALS_PER_TORR = 101325 / 760
"""Definition of the torr."""
_HARDWARE_TIMEOUT = 30.0
# In a safe-off an instrument that hangs must not hold up the steps that follow.
_SAFE_OFF_TIMEOUT = 0.5
# Not 1 and 3: a filament error stays until the filament is on, that of a missing multiplier for ever.
_FATAL_BITS = (0, 4, 5, 6)
_FILAMENT_BIT = 1
_POINTS = range(10, 26)


class SrsRga(WiredInstrument):
    """A quadrupole residual gas analyzer, used with its Faraday cup.

    Parameters
    ----------
    name, resource, clock
        As for every wired instrument.
    profile
        The profile; its safe-off is what is sent, and what the guardian is told.
    """

    _dialect: RgaDialect
    _quiet_seconds: ClassVar[float] = 0.1

    def __init__(self, name: str, resource: str, profile: RgaProfile, clock: Clock) -> None:
        super().__init__(name, resource, profile, clock)
        if profile.safe_off is None:
            raise BadInput(text(N_("A source without [safe-off] is refused.")), where=profile.name)
        self._safe_off: SafeOff = profile.safe_off
        self._table = profile
        self._largest_mass = profile.largest_mass
        self._has_multiplier = False
        self._emitting = False

    # --- role: mass spectrometer
    def switch_filament(self, on: bool) -> None:
        """Switch the electron emission on or off.

        The analyzer knows no pressure before its filament glows, and protects it by itself. So it is switched on,
        the pressure is taken from the total ion current, and above the limit of the profile it is switched off again.

        Raises
        ------
        OutOfRange
            The pressure is too high; the emission is off.
        InstrumentError
            The analyzer reports an error; the emission is off.
        Lost, NoReply, Garbled, Aborted
        """
        self._run(self._switch_on if on else self._emission_off)

    def read_ion_current(self, mass: int) -> Reading:
        """Return the ion current at *mass* (u) in amperes: the top of the peak, by the analyzer's own peak lock.

        Raises
        ------
        BadInput
            The analyzer does not reach *mass*.
        InstrumentError, Lost, NoReply, Garbled, Aborted
        """
        self._check_masses(mass, mass)
        timeout = self._dialect.timeout + 3 * POINT_SECONDS[self._table.noise_floor]
        t0 = self._clock.now()
        command = f"MR{mass}"

        def work(wire: Wire) -> bytes:
            word = self._dialect.block(wire, command, 1, timeout)
            self._check_after(wire)
            return word

        block = self._measure(command, work)
        (count,) = ion_counts(block)
        value, flags = _amperes(count)
        return Reading(block.decode("latin-1"), value, "A", flags, t0, self._clock.now())

    def scan(self, first: int, last: int, *, points_per_mass: int) -> Waveform:
        """Return the analog spectrum from *first* to *last* u; ``step`` is in u, values in amperes.

        Raises
        ------
        BadInput
            The analyzer does not reach the masses, or does not take so many points.
        InstrumentError, Lost, NoReply, Garbled, Aborted
        """
        self._check_masses(first, last)
        if points_per_mass not in _POINTS:
            raise BadInput(
                text(
                    N_("The analyzer takes {least} to {most} points for each u."),
                    least=_POINTS[0],
                    most=_POINTS[-1],
                ),
                where=f"{self.name}, {points_per_mass}",
            )
        points = (last - first) * points_per_mass + 1
        seconds = max(last - first, 1) * SCAN_SECONDS[self._table.noise_floor]
        timeout = self._dialect.timeout + 2 * seconds

        def work(wire: Wire) -> bytes:
            self._set_masses(wire, first, last)
            self._set(wire, "SA", points_per_mass)
            words = self._dialect.block(wire, "SC1", points + 1, timeout)
            self._check_after(wire)
            return words

        t0 = self._clock.now()
        block = self._measure("SC1", work)
        currents = [
            _amperes(count) for count in ion_counts(block)[:points]
        ]  # after them, the total ion current
        return Waveform(
            raw=base64.b64encode(block).decode("ascii"),
            values=tuple(value for value, _ in currents),
            unit="A",
            start=float(first),
            step=1.0 / points_per_mass,
            step_unit="u",
            t0=t0,
            t1=self._clock.now(),
            flags=tuple(sorted({flag for _, flags in currents for flag in flags})),
        )

    # --- safe-off
    def safe_off(self) -> None:
        """Multiplier, filament and radio frequency off; every step is tried, the first failure raised at the end.

        It goes before everything that waits, and needs nothing but the wire. An analyzer that never said who it is
        hears nothing.
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
        """Return the safe-off, for the guardian."""
        self._connected_link()
        immediate = self._immediate()
        made = SafeOffRecipe(
            terminator=self._dialect.write_terminator,
            reply_terminator=self._dialect.read_terminator,
            immediate=("", *immediate),  # an empty line stops a scan
            answered=immediate,
            final=(*(step.send for step in self._safe_off.final), "FL?"),
        )
        return addressed(made, self.resource, self._serial)

    def _immediate(self) -> tuple[str, ...]:
        # An analyzer without a multiplier does not answer to it, and the filament must not wait for that.
        return tuple(
            step.send
            for step in self._safe_off.immediate
            if self._has_multiplier or not step.send.startswith("HV")
        )

    def _switch_off(self, wire: Wire) -> None:
        self._emitting = False
        failures: list[InstrumentFailure] = []

        def attempt(step: Callable[[Wire], object]) -> None:
            try:
                step(wire)
            except InstrumentFailure as error:
                failures.append(error)

        attempt(self._dialect.interrupt)
        for command in self._immediate():
            attempt(self._answered(command))
        for step in self._safe_off.final:
            attempt(self._unanswered(step))
        if wire.dirty or failures:
            # Answers were late, or drowned in a scan: what counts is what the analyzer says in the end.
            failures[:] = [error for error in failures if isinstance(error, (Lost, Refused))]
            attempt(self._synchronise)
        attempt(self._confirm_off)
        if failures:
            # A lost connection above all: then it is worth a second try on a new one.
            raise next((error for error in failures if isinstance(error, Lost)), failures[0])

    def _answered(self, command: str) -> Callable[[Wire], object]:
        return lambda wire: self._dialect.byte(wire, command, _SAFE_OFF_TIMEOUT)

    def _unanswered(self, step: Step) -> Callable[[Wire], object]:
        return lambda wire: self._dialect.say(wire, step.send)

    def _synchronise(self, wire: Wire, timeout: float | None = None) -> None:
        question = self._identity_table.query
        self._dialect.synchronise(wire, question, self._identity_pattern, timeout)

    def _confirm_off(self, wire: Wire) -> None:
        if self._dialect.number(wire, "FL?") != 0:
            raise InstrumentError(
                text(N_("The filament still glows.")),
                where=f"{self.name}, {wire.address}",
                hint=text(N_("Switch the analyzer off at its supply.")),
            )

    # --- in the link's thread
    def _frame(self, profile: WiredProfile) -> RgaDialect:
        lines = profile.lines
        return RgaDialect(
            write_terminator=lines.write_terminator,
            read_terminator=lines.read_terminator,
            max_length=lines.max_length,
            timeout=float(lines.timeout),
        )

    def _hush(self, wire: Wire) -> None:
        self._dialect.interrupt(wire)

    def _make_ready(self, wire: Wire) -> None:
        self._emitting = False
        self._dialect.byte(wire, "EC?")  # errors of a former life are not ours
        self._has_multiplier = self._dialect.byte(wire, "MO?") == 1
        for command in self._immediate():
            self._dialect.byte(wire, command, _HARDWARE_TIMEOUT)
        for step in self._safe_off.final:
            self._dialect.say(wire, step.send)
        self._confirm_off(wire)
        self._set(wire, "NF", self._table.noise_floor)
        self._dialect.say(wire, "TP1")
        self._check_status(wire, self._dialect.byte(wire, "ER?"), _FATAL_BITS)

    def _switch_on(self, wire: Wire) -> None:
        filament = self._table.filament
        try:
            command = f"FL{plain(filament.emission)}"
            self._check_status(wire, self._dialect.byte(wire, command, _HARDWARE_TIMEOUT), tuple(STATUS_BITS))
            pressure = self._pressure(wire)
        except InstrumentFailure:
            self._emission_off(wire)
            raise
        self._emitting = pressure <= filament.limit
        if not self._emitting:
            self._emission_off(wire)
            raise OutOfRange(
                text(
                    N_("{pressure} Pa is too much for the filament; it is off again."),
                    pressure=f"{pressure:.2g}",
                ),
                where=self.name,
                hint=text(N_("Pump to below {limit} Pa first."), limit=plain(filament.limit)),
            )

    def _emission_off(self, wire: Wire) -> None:
        self._emitting = False
        self._dialect.say(wire, "FL0")  # before anything is made of what else may be on the wire
        self._synchronise(wire, _HARDWARE_TIMEOUT)
        self._confirm_off(wire)

    def _pressure(self, wire: Wire) -> float:
        """Return the pascals that the total ion current stands for."""
        (count,) = ion_counts(self._dialect.block(wire, "TP?", 1, self._dialect.timeout))
        milliamperes_per_torr = self._dialect.number(wire, "ST?")
        if milliamperes_per_torr <= 0:
            raise Garbled(
                text(N_("A sensitivity of {value} cannot be."), value=milliamperes_per_torr),
                where=f"{self.name}, {wire.address}",
                hint=text(N_("Set the sensitivity of the analyzer for total pressure (ST).")),
            )
        return count * AMPERES / (milliamperes_per_torr * 1e-3) * PASCALS_PER_TORR

    def _set(self, wire: Wire, setting: str, value: int) -> None:
        """Set what is not answered, and read it back."""
        self._dialect.say(wire, f"{setting}{value}")
        if self._dialect.number(wire, f"{setting}?") != value:
            raise self._refused(self._dialect.byte(wire, "EC?"), f"{setting}{value}")

    def _set_masses(self, wire: Wire, first: int, last: int) -> None:
        # Never a first mass above the last one: the analyzer refuses that.
        if last >= self._dialect.number(wire, "MI?"):
            self._set(wire, "MF", last)
            self._set(wire, "MI", first)
        else:
            self._set(wire, "MI", first)
            self._set(wire, "MF", last)

    def _measure(self, command: str, work: Callable[[Wire], bytes]) -> bytes:
        try:
            return self._run(work)
        except NoReply as silence:
            try:
                code = self._run(lambda wire: self._dialect.byte(wire, "EC?"))
            except InstrumentFailure:
                raise silence from None
            if code:
                raise self._refused(code, command) from silence
            raise

    def _check_after(self, wire: Wire) -> None:
        """Make sure that what was read are the ion currents of now.

        The words have neither head nor end. Had an older answer, or an echo, been before them, the rest of them would
        now stand before the status; and a filament that went out meanwhile makes them worthless.
        """
        bits = (*_FATAL_BITS, _FILAMENT_BIT) if self._emitting else _FATAL_BITS
        self._check_status(wire, self._dialect.byte(wire, "ER?"), bits)

    def _check_masses(self, first: int, last: int) -> None:
        if not 1 <= first <= last <= self._largest_mass:
            raise BadInput(
                text(N_("The analyzer does not go from {first} u to {last} u."), first=first, last=last),
                where=self.name,
                hint=text(N_("It reaches from 1 u to {largest} u."), largest=self._largest_mass),
            )

    def _check_status(self, wire: Wire, status: int, bits: tuple[int, ...]) -> None:
        queries = [STATUS_BITS[bit] for bit in bits if status >> bit & 1]
        if not queries:
            return
        words = ", ".join(f"{ERROR_NAMES[query]} {self._dialect.byte(wire, query)}" for query in queries)
        raise InstrumentError(
            text(N_("The instrument reports error {code}: {words}"), code=status, words=words),
            code=str(status),
            text=words,
            where=f"{self.name}, {wire.address}",
            hint=text(N_("A filament error most often means that the pressure is too high, or a leak.")),
        )

    def _refused(self, code: int, command: str) -> InstrumentError:
        return InstrumentError(
            text(
                N_("The analyzer did not take {command}; its error byte is {code}."),
                command=command,
                code=code,
            ),
            code=str(code),
            where=self.name,
            hint=text(N_("The wire log shows what was sent; the manual lists the bits of RS232_ERR.")),
        )


def _amperes(count: int) -> tuple[float, tuple[str, ...]]:
    return (math.nan, ("over-range",)) if count in SATURATED else (count * AMPERES, ())
