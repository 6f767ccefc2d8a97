"""Capacitance with the multi-frequency unit of an analyzer, and its test signal for a frequency counter.

Source: Keysight B1500A/B1505A Programming Guide, ``IMP``, ``FC``, ``ACV``, ``TC``, ``CLCORR``, ``CORRL``,
``CORR?``, ``CORRST``. Corrections are measured at the frequencies of a list; another list makes them invalid.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from benchtui.errors import BadInput, Garbled, InstrumentError
from benchtui.i18n import N_, Text, text
from benchtui.instruments import flex
from benchtui.instruments.b1500_mainframe import B1500Mainframe
from benchtui.quantity import Reading, engineering, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchtui.clock import Clock
    from benchtui.instruments.link import Wire
    from benchtui.instruments.profile import B1500Profile

LOWEST, HIGHEST = Decimal(1000), Decimal(5_000_000)
"""Test frequencies in hertz."""
STRONGEST = Decimal("0.25")
"""Largest test level in volts rms."""
_CORRECTIONS = {"open": 1, "short": 2}
_CORRECTION_TIMEOUT = 90.0
_MEASUREMENT_TIMEOUT = 30.0
_ANSWERS = {"0": "", "1": "failed", "2": "aborted"}


class _Signal(msgspec.Struct, frozen=True):
    """The test signal that is on."""

    frequency: Decimal
    level: Decimal


class _Corrections(msgspec.Struct, frozen=True):
    """The list of correction frequencies, and when each correction was taken on the bench's clock."""

    frequencies: tuple[Decimal, ...] = ()
    taken: dict[str, float] = {}


class B1500Capacitance(B1500Mainframe):
    """An analyzer with a multi-frequency capacitance unit."""

    def __init__(
        self, name: str, resource: str, profile: B1500Profile, clock: Clock, modules: Mapping[str, str]
    ) -> None:
        super().__init__(name, resource, profile, clock, modules)
        self._signals: dict[int, _Signal] = {}
        self._corrections: dict[int, _Corrections] = {}

    def prepare_capacitance(self, module: str, *, frequency: Decimal, level: Decimal) -> None:
        """Set test *frequency* (Hz) and *level* (V rms); the signal is on from now on.

        Raises
        ------
        BadInput
            The module is not fitted, or cannot make that signal.
        InstrumentError, Lost, NoReply, Garbled, Aborted
        """
        channel = self._channel(module)
        if not frequency.is_finite() or not LOWEST <= frequency <= HIGHEST:
            raise self._beyond(
                module, text(N_("A test signal of {frequency} Hz is beyond the unit."), frequency=frequency)
            )
        if not level.is_finite() or not 0 < level <= STRONGEST:
            raise self._beyond(module, text(N_("A test level of {level} V is beyond the unit."), level=level))

        def work(wire: Wire) -> None:
            self._close_switch(wire, channel)
            for line in ("IMP 100", f"FC {channel},{_brief(frequency)}", f"ACV {channel},{_brief(level)}"):
                self._dialect.write(wire, line)
            self._check_errors(wire)
            self._signals[channel] = _Signal(frequency, level)

        self._run(work)

    def correct(self, module: str, *, standard: str, frequencies: Sequence[Decimal] = ()) -> None:
        """Take the correction with the terminals ``open`` or ``short`` at *frequencies*; if empty, at the one set.

        Raises
        ------
        BadInput
            Another *standard*, or no signal was prepared.
        InstrumentError
            The unit could not take the correction.
        Lost, NoReply, Garbled, Aborted
        """
        channel = self._channel(module)
        signal = self._signal(module, channel)
        kind = _CORRECTIONS.get(standard)
        if kind is None:
            raise BadInput(
                text(N_("There is no correction {standard}."), standard=standard),
                where=f"{self.name} {module}",
                hint=text(N_("Known: {known}."), known=", ".join(_CORRECTIONS)),
            )
        wanted = tuple(frequencies) or (signal.frequency,)

        def work(wire: Wire) -> None:
            if not set(wanted) <= set(self._corrected(channel).frequencies):
                # A new list makes the corrections that were taken invalid: only when a frequency is new.
                self._corrections.pop(channel, None)
                self._dialect.write(wire, f"CLCORR {channel},1")
                for frequency in wanted:
                    self._dialect.write(wire, f"CORRL {channel},{_brief(frequency)}")
                self._check_errors(wire)
                self._corrections[channel] = _Corrections(wanted)
            corrections = self._corrected(channel)
            seconds = _CORRECTION_TIMEOUT * len(corrections.frequencies)
            answer = self._dialect.query(wire, f"CORR? {channel},{kind}", seconds)
            self._judge(answer, standard, wire)
            self._dialect.write(wire, f"CORRST {channel},{kind},1")
            self._check_errors(wire)
            taken = {**corrections.taken, standard: self._clock.now()}
            self._corrections[channel] = _Corrections(corrections.frequencies, taken)

        self._run(work)

    def clear_corrections(self, module: str) -> None:
        """Forget the corrections: readings are what the terminals and leads make of them.

        Raises
        ------
        BadInput, InstrumentError, Lost, NoReply, Garbled, Aborted
        """
        channel = self._channel(module)

        def work(wire: Wire) -> None:
            self._corrections.pop(channel, None)
            self._dialect.write(wire, f"CLCORR {channel},1")
            self._check_errors(wire)

        self._run(work)

    def correction_age(self, module: str, *, frequency: Decimal) -> float:
        """Return the seconds since open and short were both taken at *frequency*; infinite if they were not."""
        corrections = self._corrected(self._channel(module))
        if frequency not in corrections.frequencies or set(corrections.taken) != set(_CORRECTIONS):
            return math.inf
        return self._clock.now() - min(corrections.taken.values())

    def read_capacitance(self, module: str) -> Reading:
        """Trigger and return one reading in farads (parallel equivalent circuit).

        An unbalanced bridge, a saturated amplifier and over-range are flagged NaN.

        Raises
        ------
        BadInput
            No signal was prepared.
        Lost, NoReply, Garbled, Aborted
        """
        channel = self._channel(module)
        self._signal(module, channel)

        def work(wire: Wire) -> tuple[str, flex.Spot]:
            raw = self._dialect.query(wire, f"TC {channel},0", _MEASUREMENT_TIMEOUT)
            capacitance, _ = flex.parse_pair(raw)
            if capacitance.channel != channel:
                raise Garbled(
                    text(
                        N_("{query} was answered for another channel or quantity: {answer}"),
                        query=f"TC {channel}",
                        answer=raw,
                    ),
                    raw=raw,
                    where=f"{self.name}, {wire.address}",
                    hint=text(N_("Try again; if it comes back, look at the wire log.")),
                )
            # An older reading in the way would be followed by the new one, not by this answer.
            self._check_errors(wire)
            return raw, capacitance

        t0 = self._clock.now()
        raw, capacitance = self._run(work)
        return Reading(raw, capacitance.value, "F", capacitance.flags, t0, self._clock.now())

    def _corrected(self, channel: int) -> _Corrections:
        return self._corrections.get(channel, _Corrections())

    def _signal(self, module: str, channel: int) -> _Signal:
        signal = self._signals.get(channel)
        if signal is None:
            raise BadInput(
                text(N_("No test signal was prepared on {module}."), module=module),
                where=self.name,
                hint=text(N_("Set frequency and level first.")),
            )
        return signal

    def _beyond(self, module: str, what: Text) -> BadInput:
        return BadInput(
            what,
            where=f"{self.name} {module}",
            hint=text(
                N_("It makes {lowest} to {highest}, up to {strongest} rms."),
                lowest=engineering(LOWEST, "Hz"),
                highest=engineering(HIGHEST, "Hz"),
                strongest=engineering(STRONGEST, "V"),
            ),
        )

    def _judge(self, answer: str, standard: str, wire: Wire) -> None:
        word = _ANSWERS.get(answer)
        if word is None:
            raise Garbled(
                text(N_("This is no answer of a FLEX instrument: {answer}"), answer=repr(answer[:80])),
                raw=answer,
                where=f"{self.name}, {wire.address}",
                hint=text(N_("Try again; if it comes back, look at the wire log.")),
            )
        if word:
            self._check_errors(wire)
            raise InstrumentError(
                text(N_("The {standard} correction {word}."), standard=standard, word=word),
                code=answer,
                text=word,
                where=self.name,
                hint=text(N_("Check that the terminals are {standard}, then repeat it."), standard=standard),
            )

    def _make_ready(self, wire: Wire) -> None:
        self._signals.clear()
        self._corrections.clear()
        super()._make_ready(wire)


def _brief(number: Decimal) -> str:
    return plain(number.normalize())
