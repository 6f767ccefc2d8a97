"""The meters that a table describes: DC voltage, DC current, resistance, null detection, frequency.

A meter with several functions has one of them chosen at a time; asking for a reading of another one is refused,
so that a reading never comes from a function that nobody prepared.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from benchtui.errors import BadInput
from benchtui.i18n import N_, text
from benchtui.instruments.answers import ReadingAnswer
from benchtui.instruments.table_driver import TableInstrument, decimal_text
from benchtui.quantity import engineering

if TYPE_CHECKING:
    from benchtui.clock import Clock
    from benchtui.instruments.link import Wire
    from benchtui.instruments.profile import TableProfile
    from benchtui.instruments.role_tables import CounterTable, FunctionTable, NullDetectorTable
    from benchtui.quantity import Reading


class _Chosen(msgspec.Struct, frozen=True):
    """The function and the range that a meter is set to."""

    function: str
    span: Decimal


class TableMeter(TableInstrument):
    """A meter with functions and fixed ranges."""

    def __init__(self, name: str, resource: str, profile: TableProfile, clock: Clock) -> None:
        super().__init__(name, resource, profile, clock)
        found: tuple[tuple[str, FunctionTable | None, str], ...] = (
            ("voltage", profile.voltmeter, "V"),
            ("current", profile.ammeter, "A"),
            ("null", profile.null_detector, "A"),
            ("resistance", profile.ohmmeter, "Ω"),
        )
        self._functions = {key: (table, ReadingAnswer(table, unit)) for key, table, unit in found if table}
        self._chosen: _Chosen | None = None
        # Another role has left settings behind that the lines of init must put right first.
        self._upset = False

    def _forget(self) -> None:
        super()._forget()
        self._chosen = None
        self._upset = False
        # Until a range is asked for, the widest protects the input; an electrometer's input stays protected.
        if self._functions and self._profile.null_detector is None:
            function, (table, _) = next(iter(self._functions.items()))
            self._chosen = _Chosen(function, table.spans[-1])

    def _configure(self, wire: Wire) -> None:
        super()._configure(wire)
        if self._chosen is not None:
            self._choose(wire, self._chosen)

    def _give_way(self) -> None:
        super()._give_way()
        self._chosen = None
        self._upset = True

    def _choose(self, wire: Wire, chosen: _Chosen) -> None:
        table, _ = self._functions[chosen.function]
        self._send(wire, table.prepare, span=decimal_text(chosen.span))
        self._chosen = chosen

    def _prepare(self, function: str, expected: Decimal) -> None:
        """Choose the smallest range that holds *expected*, and let the input settle."""
        table, answer = self._functions[function]
        spans = table.spans if expected.is_finite() else ()
        span = next((span for span in spans if abs(expected) <= span), None)
        if span is None or (answer.unit == "V" and abs(expected) > self._profile.limits.volts):
            raise BadInput(
                text(
                    N_("{expected} {unit} is beyond the ranges of {name}."),
                    expected=format(expected, "f"),
                    unit=answer.unit,
                    name=self.name,
                ),
                where=self.resource,
                hint=text(
                    N_("Its widest range is {span} {unit}."),
                    span=decimal_text(table.spans[-1]),
                    unit=answer.unit,
                ),
            )
        self._set(_Chosen(function, span))

    def _set(self, chosen: _Chosen) -> None:
        if chosen != self._chosen:
            if self._upset:
                self._give_way()
                self._run(lambda wire: self._send(wire, self._profile.init))
                self._upset = False
            self._run(lambda wire: self._choose(wire, chosen))
            self._wait(float(self._functions[chosen.function][0].settle_seconds))

    def _read(self, function: str) -> Reading:
        if self._chosen is None or self._chosen.function != function:
            self._connected_link()
            raise BadInput(
                text(N_("{name} was not prepared for this reading."), name=self.name),
                where=self.resource,
                hint=text(N_("Prepare the range first.")),
            )
        return self._take(self._functions[function][1], self._chosen.span)


class TableVoltmeter(TableMeter):
    """A DC voltmeter that a table describes."""

    def prepare_voltage(self, expected: Decimal) -> None:
        """Choose the smallest range that holds *expected* volts, and let the input settle.

        Raises
        ------
        BadInput
            *expected* is beyond every range, or beyond what the input bears.
        InstrumentError, Refused, Lost, NoReply, Garbled, Aborted
        """
        self._prepare("voltage", expected)

    def read_voltage(self) -> Reading:
        """Trigger and return one reading in volts; over-range is a flagged NaN with the range's span.

        Raises
        ------
        BadInput, Lost, NoReply, Garbled, Aborted
        """
        return self._read("voltage")


class TableAmmeter(TableMeter):
    """A DC ammeter that a table describes."""

    def prepare_current(self, expected: Decimal) -> None:
        """Choose the smallest range that holds *expected* amperes; raises as for a voltmeter."""
        self._prepare("current", expected)

    def read_current(self) -> Reading:
        """Trigger and return one reading in amperes; over-range is a flagged NaN with the range's span."""
        return self._read("current")


class TableOhmmeter(TableMeter):
    """An ohmmeter that a table describes."""

    def prepare_resistance(self, expected: Decimal) -> None:
        """Choose the smallest range that holds *expected* ohms; raises as for a voltmeter."""
        self._prepare("resistance", expected)

    def read_resistance(self) -> Reading:
        """Trigger and return one reading in ohms; over-range is a flagged NaN with the range's span."""
        return self._read("resistance")


class TableNullDetector(TableMeter):
    """A null detector that a table describes; its input is protected until a range is prepared."""

    def __init__(self, name: str, resource: str, profile: TableProfile, clock: Clock) -> None:
        super().__init__(name, resource, profile, clock)
        assert profile.null_detector is not None, "the class is chosen by the profile's tables"
        self._null: NullDetectorTable = profile.null_detector

    def prepare_null(self, span: Decimal) -> None:
        """Choose the fixed range *span* amperes and connect the input.

        Raises
        ------
        BadInput
            There is no such range.
        Interlock, InstrumentError, Refused, Lost, NoReply, Garbled, Aborted
        """
        if span not in self._null.spans:
            raise BadInput(
                text(N_("{name} has no range of {span}."), name=self.name, span=engineering(span, "A")),
                where=self.resource,
                hint=text(
                    N_("Known: {spans}."), spans=", ".join(engineering(s, "A") for s in self._null.spans)
                ),
            )
        self._run(self._check_interlock)
        self._set(_Chosen("null", span))

    def protect(self) -> None:
        """Disconnect or short the input, before leads are moved."""
        self._run(self._shield)

    def read_null(self) -> Reading:
        """Trigger and return one reading in amperes; raises as for a voltmeter."""
        return self._read("null")

    def _configure(self, wire: Wire) -> None:
        super()._configure(wire)
        if self._chosen is None:
            self._shield(wire)

    def _shield(self, wire: Wire) -> None:
        self._chosen = None  # whatever comes of it, the next reading needs a prepared range
        self._send(wire, self._null.protect)


class TableCounter(TableInstrument):
    """A frequency counter that a table describes."""

    def __init__(self, name: str, resource: str, profile: TableProfile, clock: Clock) -> None:
        super().__init__(name, resource, profile, clock)
        assert profile.counter is not None, "the class is chosen by the profile's tables"
        self._counter: CounterTable = profile.counter
        self._frequency = ReadingAnswer(profile.counter, "Hz")
        self._signal: tuple[Decimal, Decimal] | None = None

    def prepare_frequency(self, expected: Decimal, *, gate: Decimal) -> None:
        """Set input and *gate* time in seconds for a signal near *expected* hertz.

        Raises
        ------
        BadInput
            The frequency or the gate time is beyond the counter.
        InstrumentError, Refused, Lost, NoReply, Garbled, Aborted
        """
        table = self._counter
        if not (
            expected.is_finite() and gate.is_finite() and table.lowest <= expected <= table.highest
            and 0 < gate <= table.longest_gate
        ):  # fmt: skip
            raise BadInput(
                text(
                    N_("{frequency} with a gate of {gate} s is beyond {name}."),
                    frequency=engineering(expected, "Hz") if expected.is_finite() else expected,
                    gate=gate,
                    name=self.name,
                ),
                where=self.resource,
                hint=text(
                    N_("It counts {lowest} to {highest}."),
                    lowest=engineering(table.lowest, "Hz"),
                    highest=engineering(table.highest, "Hz"),
                ),
            )
        if self._signal != (expected, gate):
            self._run(lambda wire: self._tune(wire, expected, gate))

    def read_frequency(self) -> Reading:
        """Trigger and return one reading in hertz.

        Raises
        ------
        BadInput
            It was not prepared.
        Lost, NoReply, Garbled, Aborted
        """
        if self._signal is None:
            self._connected_link()
            raise BadInput(
                text(N_("{name} was not prepared for this reading."), name=self.name),
                where=self.resource,
                hint=text(N_("Prepare the range first.")),
            )
        return self._take(self._frequency, Decimal(0), extra=float(self._signal[1]))

    def _forget(self) -> None:
        super()._forget()
        self._signal = None

    def _configure(self, wire: Wire) -> None:
        super()._configure(wire)
        if self._signal is not None:
            self._tune(wire, *self._signal)

    def _tune(self, wire: Wire, expected: Decimal, gate: Decimal) -> None:
        self._send(
            wire, self._counter.prepare, expected=decimal_text(expected), gate=decimal_text(gate)
        )  # fmt: skip
        self._signal = (expected, gate)
