"""Instruments that a person reads: the same checks, the same record, marked ``manual``.

There is a class for each role that a person can play; an instrument is of the classes of its roles and of no other,
so that ``isinstance`` with a role tells the truth. What a person has to do goes out as a :class:`HandTask`, what was
typed comes back as a reading. Sources that a person sets are in :mod:`~benchtui.instruments.manual_source`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from benchtui.errors import BadInput
from benchtui.i18n import N_, Text, text
from benchtui.quantity import Reading, engineering, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchtui.instruments.profile_words import RoomQuantity

OVER_RANGE = Decimal("1.2")
"""How far beyond its full scale a range of a multimeter still reads: nothing larger can have stood on the display."""


class HandTask(msgspec.Struct, frozen=True):
    """What a person is asked to do at an instrument.

    *title* says what is to be read or set, and where; *unit* is that of the number to be typed; *lines* say how.
    """

    title: Text
    unit: str
    lines: tuple[Text, ...] = ()


Ask = Callable[[HandTask], Reading]
"""Has a person carry out a task and returns what was typed, flagged ``manual``."""


class HandSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an instrument without a wire.

    *spans* are the full scales of its ranges by role, in base units and ascending; none are known where a role is
    missing. *channels* are the gauges of a vacuum controller, *quantities* what a room monitor has.
    """

    spans: dict[str, tuple[Decimal, ...]] = {}
    channels: int = 1
    quantities: tuple[RoomQuantity, ...] = ("temperature", "humidity", "pressure")


class ManualInstrument:
    """An instrument without a wire.

    Parameters
    ----------
    name
        The instrument's name on the bench.
    ask
        Has a person do what the instrument needs.
    settings
        What is known of it.
    """

    def __init__(self, name: str, ask: Ask, settings: HandSettings | None = None) -> None:
        self.name = name
        self._ask = ask
        self._settings = settings or HandSettings()
        self._chosen: dict[str, Decimal] = {}
        self._notes: dict[str, tuple[Text, ...]] = {}

    @property
    def identity(self) -> str:
        """The word ``manual``: nobody answers."""
        return "manual"

    def connect(self) -> None:
        """Do nothing: there is no wire."""

    def close(self) -> None:
        """Do nothing: there is no wire."""

    def safe_off(self) -> None:
        """Do nothing: a meter puts nothing out."""

    def abort(self) -> None:
        """Do nothing: who asks the person stops asking."""

    def _prepare(self, role: str, expected: Decimal, unit: str) -> None:
        """Choose the smallest range that holds *expected*, where the ranges are known; the person is told which."""
        spans = self._settings.spans.get(role, ())
        self._chosen.pop(role, None)
        if not spans:
            return
        span = next((span for span in spans if expected.is_finite() and abs(expected) <= span), None)
        if span is None:
            raise BadInput(
                text(
                    N_("{expected} {unit} is beyond the ranges of {name}."),
                    expected=format(expected, "f"),
                    unit=unit,
                    name=self.name,
                ),
                where=self.name,
                hint=text(N_("Its widest range is {span} {unit}."), span=plain(spans[-1]), unit=unit),
            )
        self._chosen[role] = span

    def _read(self, role: str, title: Text, unit: str, lines: Iterable[Text] = ()) -> Reading:
        """Have a person read the instrument; what its range cannot have shown is asked again.

        Raises
        ------
        BadInput
            The reading is in another unit, or not marked as one that a person typed.
        """
        span = self._chosen.get(role)
        words = (*lines, *self._notes.get(role, ()))
        if span is not None:
            words = (text(N_("Range: {span}"), span=engineering(span, unit)), *words)
        task = HandTask(title, unit, words)
        while True:
            reading = self._typed(task)
            if span is None:
                return reading
            if abs(reading.value) <= OVER_RANGE * span:
                return msgspec.structs.replace(reading, span=float(span))
            again = text(
                N_("{typed} is beyond this range: check the range, then read again."), typed=reading.raw
            )
            task = msgspec.structs.replace(task, lines=(again, *words))

    def _typed(self, task: HandTask) -> Reading:
        reading = self._ask(task)
        if reading.unit != task.unit or "manual" not in reading.flags:
            raise BadInput(
                text(
                    N_("This is no number in {unit} typed by a person: {raw}"),
                    unit=task.unit,
                    raw=repr(reading.raw),
                ),
                where=self.name,
                hint=text(N_("Type the reading in {unit}."), unit=task.unit),
            )
        return reading


class ManualVoltmeter(ManualInstrument):
    """A DC voltmeter whose display a person reads and types."""

    def prepare_voltage(self, expected: Decimal) -> None:
        """Choose the range, where the ranges are known. Raises ``BadInput`` if *expected* volts are beyond them."""
        self._prepare("voltmeter", expected, "V")

    def read_voltage(self) -> Reading:
        """Ask for one reading in volts. Raises ``BadInput`` if no person typed it in volts."""
        title = text(N_("Read the voltage on {name} when it is at rest, and type it in V"), name=self.name)
        return self._read("voltmeter", title, "V")


class ManualAmmeter(ManualInstrument):
    """A DC ammeter that a person reads."""

    def prepare_current(self, expected: Decimal) -> None:
        """Choose the range, where the ranges are known. Raises ``BadInput`` if *expected* amperes are beyond them."""
        self._prepare("ammeter", expected, "A")

    def read_current(self) -> Reading:
        """Ask for one reading in amperes; raises as for a voltmeter."""
        title = text(N_("Read the current on {name} when it is at rest, and type it in A"), name=self.name)
        return self._read("ammeter", title, "A")


class ManualNullDetector(ManualInstrument):
    """A null detector that a person sets and reads."""

    def prepare_null(self, span: Decimal) -> None:
        """Note that the range *span* amperes is to be chosen and the input connected; it is said with the reading.

        Raises
        ------
        BadInput
            The ranges are known, and this is none of them.
        """
        spans = self._settings.spans.get("null_detector", ())
        if spans and span not in spans:
            raise BadInput(
                text(N_("{name} has no range of {span}."), name=self.name, span=engineering(span, "A")),
                where=self.name,
                hint=text(N_("Known: {spans}."), spans=", ".join(engineering(s, "A") for s in spans)),
            )
        self._chosen["null_detector"] = span

    def protect(self) -> None:
        """Forget the range: the wiring that follows tells the person to take the input off."""
        self._chosen.pop("null_detector", None)

    def read_null(self) -> Reading:
        """Ask for one reading in amperes. Raises ``BadInput`` if no range was prepared, else as for a voltmeter."""
        if "null_detector" not in self._chosen:
            raise BadInput(
                text(N_("{name} was not prepared for this reading."), name=self.name),
                where=self.name,
                hint=text(N_("Prepare the range first.")),
            )
        title = text(
            N_("Switch zero check off at {name}, read the current when it is at rest, and type it in A"),
            name=self.name,
        )
        return self._read("null_detector", title, "A")


class ManualOhmmeter(ManualInstrument):
    """An ohmmeter that a person reads."""

    def prepare_resistance(self, expected: Decimal) -> None:
        """Choose the range, where the ranges are known. Raises ``BadInput`` if *expected* ohms are beyond them."""
        self._prepare("ohmmeter", expected, "Ω")

    def read_resistance(self) -> Reading:
        """Ask for one reading in ohms; raises as for a voltmeter."""
        title = text(
            N_("Read the resistance on {name} when it is at rest (four-wire if it can), and type it in Ω"),
            name=self.name,
        )
        return self._read("ohmmeter", title, "Ω")


class ManualCounter(ManualInstrument):
    """A frequency counter that a person reads."""

    def prepare_frequency(self, expected: Decimal, *, gate: Decimal) -> None:
        """Note signal and *gate* time in seconds; they are said with the reading. Raises as for a voltmeter."""
        self._prepare("counter", expected, "Hz")
        self._notes["counter"] = (
            text(
                N_("About {expected}; gate time {gate}"),
                expected=engineering(expected, "Hz"),
                gate=engineering(gate, "s"),
            ),
        )

    def read_frequency(self) -> Reading:
        """Ask for one reading in hertz; raises as for a voltmeter."""
        title = text(N_("Read the frequency on {name}, and type it in Hz"), name=self.name)
        return self._read("counter", title, "Hz")


class ManualCapacitanceMeter(ManualInstrument):
    """A capacitance meter that a person sets, corrects and reads."""

    def __init__(self, name: str, ask: Ask, settings: HandSettings | None = None) -> None:
        super().__init__(name, ask, settings)
        self._corrected: dict[str, tuple[tuple[Decimal, ...], float]] = {}

    def prepare_capacitance(self, module: str, *, frequency: Decimal, level: Decimal) -> None:
        """Note the test signal, *frequency* in hertz and *level* in volts rms; it is said with the reading."""
        signal = text(
            N_("Test signal: {frequency}, {level} rms; parallel equivalent circuit"),
            frequency=engineering(frequency, "Hz"),
            level=engineering(level, "V"),
        )
        self._notes["capacitance_meter"] = (signal, *_module(module))

    def correct(self, module: str, *, standard: str, frequencies: Sequence[Decimal] = ()) -> None:
        """Have a person take the correction with the terminals ``open`` or ``short``, and type what is left of it."""
        title = (
            text(
                N_("Terminals open: take the open correction at {name}, then type in F what it shows"),
                name=self.name,
            )
            if standard == "open"
            else text(
                N_("Terminals shorted: take the short correction at {name}, then type in F what it shows"),
                name=self.name,
            )
        )
        lines = self._notes.get("capacitance_meter", _module(module))
        if frequencies:
            listed = ", ".join(engineering(frequency, "Hz") for frequency in frequencies)
            lines = (*lines, text(N_("At these frequencies: {frequencies}"), frequencies=listed))
        self._typed(HandTask(title, "F", lines))
        self._corrected[standard] = (tuple(frequencies), time.monotonic())

    def clear_corrections(self, module: str) -> None:  # noqa: ARG002 - a person has one meter before him
        """Forget that corrections were taken."""
        self._corrected.clear()

    def correction_age(self, module: str, *, frequency: Decimal) -> float:  # noqa: ARG002 - as above
        """Return the seconds since open and short were both taken at *frequency*; infinite if they were not."""
        taken = [at for known, at in self._corrected.values() if not known or frequency in known]
        return time.monotonic() - min(taken) if len(taken) == 2 else math.inf

    def read_capacitance(self, module: str) -> Reading:  # noqa: ARG002 - said when it was prepared
        """Ask for one reading in farads; raises as for a voltmeter."""
        title = text(
            N_("Read the capacitance on {name} when it is at rest, and type it in F"), name=self.name
        )
        return self._read("capacitance_meter", title, "F")


class ManualPressureGauge(ManualInstrument):
    """A vacuum gauge, or a controller with several, that a person reads."""

    def read_pressure(self, channel: int) -> Reading:
        """Ask for the pressure at *channel* (from 1) in pascals. Raises ``BadInput`` if there is no such gauge."""
        if not 1 <= channel <= self._settings.channels:
            raise BadInput(
                text(N_("There is no gauge {channel}."), channel=channel),
                where=self.name,
                hint=text(N_("Gauges are numbered 1 to {last}."), last=self._settings.channels),
            )
        title = text(
            N_("Read the pressure at gauge {channel} of {name}, and type it in Pa"),
            channel=channel,
            name=self.name,
        )
        return self._read(
            "pressure_gauge", title, "Pa", (text(N_("1 mbar is 100 Pa; 1 Torr is 133.322 Pa.")),)
        )


class ManualBalance(ManualInstrument):
    """A balance that a person reads."""

    def read_mass(self) -> Reading:
        """Ask for one stable reading in kilograms; raises as for a voltmeter."""
        title = text(
            N_("Read the balance {name} when its value is stable, and type it in kg"), name=self.name
        )
        return self._read("balance", title, "kg")

    def zero_balance(self) -> None:
        """Have a person unload the balance and set it to zero, and type what it shows then."""
        title = text(
            N_("Unload the balance {name}, set it to zero, then type in kg what it shows"), name=self.name
        )
        self._typed(HandTask(title, "kg"))


class ManualRoomMonitor(ManualInstrument):
    """A thermometer, hygrometer and barometer that a person reads."""

    def read_room(self) -> dict[str, Reading]:
        """Ask for ``temperature`` (°C), ``humidity`` (%RH) and ``pressure`` (Pa), as far as the monitor has them."""
        return {
            quantity: self._read("room_monitor", text(_ROOM[quantity][0], name=self.name), _ROOM[quantity][1])
            for quantity in self._settings.quantities
        }


_ROOM: dict[RoomQuantity, tuple[str, str]] = {
    "temperature": (N_("Read the temperature of the room on {name}, and type it in °C"), "°C"),
    "humidity": (N_("Read the relative humidity of the room on {name}, and type it in %RH"), "%RH"),
    "pressure": (N_("Read the air pressure of the room on {name}, and type it in Pa"), "Pa"),
}


def _module(module: str) -> tuple[Text, ...]:
    return (text(N_("Module {module}"), module=module),) if module else ()
