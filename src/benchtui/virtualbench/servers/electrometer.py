"""What the electrometers of different makers have in common on the wire: ranges, aperture, a reading."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchtui.virtualbench.electrometer import ElectrometerPart
from benchtui.virtualbench.limits import Limits
from benchtui.virtualbench.servers.scpi import (
    OVER_RANGE,
    Arguments,
    Fault,
    ScpiInstrument,
    number_of,
    switch_of,
)

if TYPE_CHECKING:
    from benchtui.virtualbench.servers.link import Link
    from benchtui.virtualbench.stand import Stand

LINE_HERTZ: Final = 50.0
INTERLOCK_VOLTS: Final = 21.0
"""Above it the source needs the interlock closed."""


class ElectrometerServer(ScpiInstrument):
    """Settings and readings.

    Parameters
    ----------
    stand
        Its place on the bench.
    identity
        Its answer to ``*IDN?``.
    spans
        Its current ranges, smallest first.
    source_ranges
        Full scale in volts and current limit in amperes of its source.
    no_error
        What its error queue says when it is empty.
    """

    def __init__(
        self,
        stand: Stand,
        identity: str,
        spans: tuple[float, ...],
        source_ranges: tuple[tuple[float, float], ...],
        no_error: str,
    ) -> None:
        super().__init__(identity, no_error)
        self._bench = stand.bench
        self._part = ElectrometerPart(stand.name, stand.bench, Limits.of(stand, "A"), spans)
        self._source_ranges = source_ranges
        self._source_range = source_ranges[0][0]
        self._source_auto = True
        self._auto = True
        self._cycles = 1.0
        self._resets = 0
        stand.bench.add(self._part)

    def reset(self) -> None:
        """Go back to the settings of ``*RST``: input open, source off."""
        self._resets += 1
        part = self._part
        with self._bench.lock:
            part.quantity, part.span, part.connected = "I", part.spans[-1], False
            part.source_on, part.source_volts = False, 0.0
            self._bench.settings_changed()
        self._source_range, self._source_auto = self._source_ranges[0][0], True
        self._auto, self._cycles = True, 1.0

    # --- settings
    def set_quantity(self, quantity: str) -> None:
        """Choose ``I`` or ``V``."""
        with self._bench.lock:
            self._part.quantity = quantity
            self._bench.settings_changed()

    def set_connected(self, connected: bool) -> None:
        """Connect the input, or let zero check disconnect it."""
        with self._bench.lock:
            self._part.connected = connected
            self._bench.settings_changed()

    def set_range(self, arguments: Arguments) -> None:
        """Fix the smallest range that holds the number given."""
        wanted = number_of(arguments, -self._part.spans[-1], self._part.spans[-1])
        self._auto = False
        self._put_span(next(s for s in self._part.spans if s >= abs(wanted) * (1.0 - 1e-9)))

    def set_auto(self, arguments: Arguments) -> None:
        """Let the range be chosen at each reading, or keep the one that is."""
        self._auto = switch_of(arguments)

    def set_cycles(self, arguments: Arguments) -> None:
        """Set the aperture in power line cycles."""
        self._cycles = number_of(arguments, 0.001, 100.0)

    def _put_span(self, span: float) -> None:
        if span != self._part.span:
            with self._bench.lock:
                self._part.span = span
                self._bench.settings_changed()

    # --- the source
    def set_source_range(self, arguments: Arguments) -> None:
        """Fix the smallest range of the source that holds the number given."""
        wanted = abs(number_of(arguments, -1010.0, 1010.0))
        fitting = [span for span, _ in self._source_ranges if span >= wanted * 0.99]
        self._source_auto, self._source_range = False, min(fitting, default=self._source_ranges[-1][0])

    def set_source(self, arguments: Arguments) -> None:
        """Set the voltage of the source. Raises ``Fault`` beyond its range, and with an open interlock."""
        largest = self._source_ranges[-1][0]
        volts = number_of(arguments, -largest, largest)
        if self._source_auto:
            self._source_range = next(span for span, _ in self._source_ranges if span >= abs(volts))
        if abs(volts) > self._source_range:
            raise Fault(-222)
        self._allow(volts, on=self._part.source_on)
        limit = dict(self._source_ranges)[self._source_range]
        with self._bench.lock:
            self._part.source_volts, self._part.source_limit = volts, limit
            self._bench.settings_changed()

    def set_output(self, arguments: Arguments) -> None:
        """Switch the source on or off."""
        on = switch_of(arguments)
        self._allow(self._part.source_volts, on=on)
        with self._bench.lock:
            self._part.source_on = on
            self._bench.settings_changed()

    def _allow(self, volts: float, *, on: bool) -> None:
        if on and abs(volts) > INTERLOCK_VOLTS and not self._bench.interlock_closed:
            raise Fault(-221)

    # --- readings
    def aperture(self, link: Link) -> tuple[int, int] | None:
        """Let the aperture pass; return its ends, or None if the client left or the instrument was reset."""
        resets = self._resets
        since = self._bench.clock.ticks()
        seconds = self._cycles / LINE_HERTZ
        if self._bench.clock.sleep(seconds, lambda: self._resets != resets or link.peek() is None):
            return None
        return since, self._bench.clock.ticks()

    def read_amperes(self, link: Link) -> float | None:
        """Return one reading in amperes, ``OVER_RANGE`` beyond the range; None if it was given up."""
        if self._auto and self._part.connected:
            now = self._bench.clock.ticks()
            for _ in self._part.spans:  # the burden voltage changes with the range
                fitting = self._part.fitting(self._part.amperes(now, now, 1.0))
                if fitting == self._part.span:
                    break
                self._put_span(fitting)
        ends = self.aperture(link)
        if ends is None:
            return None
        amperes = self._part.amperes(*ends, self._cycles)
        if abs(amperes) > 1.05 * self._part.span:
            return OVER_RANGE if amperes > 0 else -OVER_RANGE
        return amperes

    def read_volts(self, link: Link) -> float | None:
        """Return one reading in volts; None if it was given up."""
        ends = self.aperture(link)
        return None if ends is None else self._part.volts(*ends)
