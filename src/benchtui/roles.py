"""Roles that an instrument can play at a bench: what procedures ask for and drivers provide.

Procedures and instruments are neighbours that do not know each other; this is all they share. Values are decimals
in base units, so that a set value keeps the digits of the plan all the way to the wire.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol, runtime_checkable

from benchtui.quantity import Reading, Waveform


@runtime_checkable
class Instrument(Protocol):
    """What every instrument on a bench can do."""

    @property
    def identity(self) -> str:
        """What the instrument answered when it was asked who it is; empty before :meth:`connect`."""

    def connect(self) -> None:
        """Open the wire, check the identity, drain errors, bring the instrument into a known quiet state.

        Raises
        ------
        Refused, Lost, NoReply, Garbled, WrongInstrument, InstrumentError
        """

    def close(self) -> None:
        """Close the wire. Never raises."""

    def safe_off(self) -> None:
        """Switch every output off: zero, measured discharge below 30 V, open. Passive instruments do nothing.

        Every step is tried even if one fails; the first failure is raised at the end.
        """

    def abort(self) -> None:
        """Make a call that is waiting in another thread raise ``Aborted`` within 50 ms."""


@runtime_checkable
class VoltageSource(Protocol):
    """A source of DC voltage with named modules."""

    def source_voltage(self, module: str, volts: Decimal, *, span: Decimal, current_limit: Decimal) -> None:
        """Put *volts* on the output of *module*, in the range with full scale *span*; switch it on if it is off.

        Raises
        ------
        InstrumentError, Interlock, BadInput
            *module* is not fitted, *volts* is beyond *span*, the instrument refuses.
        """

    def compliance(self, module: str) -> bool:
        """Tell whether *module* is limiting its current now; then the voltage is not the one set."""

    def zero(self, module: str) -> None:
        """Set the output of *module* to 0 V and leave it connected."""


@runtime_checkable
class Voltmeter(Protocol):
    """A meter of DC voltage."""

    def prepare_voltage(self, expected: Decimal) -> None:
        """Choose the range for a reading near *expected* volts and the integration time for calibration."""

    def read_voltage(self) -> Reading:
        """Trigger and return one reading in volts; over-range is a flagged NaN with the range's span."""


@runtime_checkable
class CurrentSource(Protocol):
    """A source of DC current with named modules; a source without modules has the one module ``""``."""

    def source_current(self, module: str, amperes: Decimal, *, span: Decimal, voltage_limit: Decimal) -> None:
        """Drive *amperes* out of *module*, in the range with full scale *span*; switch it on if it is off.

        Raises
        ------
        InstrumentError, Interlock, BadInput
            As for :meth:`VoltageSource.source_voltage`.
        """

    def compliance(self, module: str) -> bool:
        """Tell whether *module* is limiting its voltage now; then the current is not the one set."""

    def zero(self, module: str) -> None:
        """Set the output of *module* to zero and leave it connected."""


@runtime_checkable
class MeasureUnit(Protocol):
    """The measuring side of a source/measure unit: it reads at its own output."""

    def measure_voltage(self, module: str, *, span: Decimal) -> Reading:
        """Return the voltage at the output of *module*, measured in the fixed range *span*."""

    def measure_current(self, module: str, *, span: Decimal) -> Reading:
        """Return the current out of *module*, measured in the fixed range *span*."""


@runtime_checkable
class PulseSource(Protocol):
    """A source of single current pulses that measures its own pulse."""

    def prepare_pulse(
        self, module: str, amperes: Decimal, *, span: Decimal, width: Decimal, voltage_limit: Decimal
    ) -> None:
        """Set a pulse of *amperes* and *width* seconds; nothing flows yet."""

    def fire(self, module: str) -> Reading:
        """Fire one pulse and return the current that the source itself measured on it."""


@runtime_checkable
class Ammeter(Protocol):
    """A meter of DC current."""

    def prepare_current(self, expected: Decimal) -> None:
        """Choose the range for a reading near *expected* amperes."""

    def read_current(self) -> Reading:
        """Trigger and return one reading in amperes; over-range is a flagged NaN with the range's span."""


@runtime_checkable
class NullDetector(Protocol):
    """A detector of very small currents, with an input that can be shorted out (zero check)."""

    def prepare_null(self, span: Decimal) -> None:
        """Choose the fixed range *span* amperes and connect the input."""

    def protect(self) -> None:
        """Disconnect or short the input, before leads are moved."""

    def read_null(self) -> Reading:
        """Trigger and return one reading in amperes."""


@runtime_checkable
class Ohmmeter(Protocol):
    """A meter of resistance."""

    def prepare_resistance(self, expected: Decimal) -> None:
        """Choose the range for a reading near *expected* ohms, four-terminal where the meter can."""

    def read_resistance(self) -> Reading:
        """Trigger and return one reading in ohms."""


@runtime_checkable
class Digitizer(Protocol):
    """A sampling voltmeter that catches one event."""

    def prepare_waveform(
        self, *, span: Decimal, rate: Decimal, samples: int, before: int, level: Decimal
    ) -> None:
        """Set range, sample rate (1/s), number of samples with *before* of them before the trigger, trigger level (V).

        The slope follows the sign of *level*.
        """

    def arm(self) -> None:
        """Wait for the trigger from now on; returns at once."""

    def read_waveform(self) -> Waveform:
        """Return what was caught. Raises ``NoReply`` if no trigger came in time."""


@runtime_checkable
class FrequencyCounter(Protocol):
    """A counter."""

    def prepare_frequency(self, expected: Decimal, *, gate: Decimal) -> None:
        """Set input and *gate* time in seconds for a signal near *expected* hertz."""

    def read_frequency(self) -> Reading:
        """Trigger and return one reading in hertz."""


@runtime_checkable
class CapacitanceMeter(Protocol):
    """A capacitance meter, such as the multi-frequency unit of an analyzer."""

    def prepare_capacitance(self, module: str, *, frequency: Decimal, level: Decimal) -> None:
        """Set test *frequency* (Hz) and *level* (V rms); the signal is on from now on."""

    def correct(self, module: str, *, standard: str, frequencies: Sequence[Decimal] = ()) -> None:
        """Take the correction with the terminals ``open`` or ``short`` at *frequencies*; if empty, at the one set.

        From then on readings at these frequencies are corrected. Other frequencies than those of the correction before
        make that one invalid.
        """

    def clear_corrections(self, module: str) -> None:
        """Forget the corrections: readings are what the terminals and leads make of them."""

    def correction_age(self, module: str, *, frequency: Decimal) -> float:
        """Return the seconds since open and short were both taken at *frequency*; infinite if they were not."""

    def read_capacitance(self, module: str) -> Reading:
        """Trigger and return one reading in farads (parallel equivalent circuit)."""


@runtime_checkable
class SelfTest(Protocol):
    """An instrument that tests itself."""

    def self_test(self) -> Reading:
        """Run the test, with nothing connected; return the answer, unit ``1``: 0 if nothing failed."""


@runtime_checkable
class PressureGauge(Protocol):
    """A vacuum gauge, or a controller with several."""

    def read_pressure(self, channel: int) -> Reading:
        """Return the pressure at *channel* (from 1) in pascals; a gauge that is off or over range is a flagged NaN."""


@runtime_checkable
class MassSpectrometer(Protocol):
    """A quadrupole residual gas analyzer."""

    def switch_filament(self, on: bool) -> None:
        """Switch the electron emission on or off. On only under vacuum: the driver refuses above its limit."""

    def read_ion_current(self, mass: int) -> Reading:
        """Return the ion current at *mass* (u) in amperes."""

    def scan(self, first: int, last: int, *, points_per_mass: int) -> Waveform:
        """Return the analog spectrum from *first* to *last* u; ``step`` is in u, values in amperes."""


@runtime_checkable
class Balance(Protocol):
    """A balance."""

    def read_mass(self) -> Reading:
        """Return a stable reading in kilograms."""

    def zero_balance(self) -> None:
        """Set the balance to zero, unloaded."""


@runtime_checkable
class RoomMonitor(Protocol):
    """Temperature, humidity and pressure of the room."""

    def read_room(self) -> dict[str, Reading]:
        """Return readings by ``temperature`` (°C), ``humidity`` (%RH) and ``pressure`` (Pa), as far as it has them."""
