"""Digitizers that a table describes: set up, armed, and read out in one block."""

from __future__ import annotations

import base64
import re
import time
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import msgspec

from benchtui.errors import BadInput, Garbled, NoReply
from benchtui.i18n import N_, Text, text
from benchtui.instruments.answers import garbled
from benchtui.instruments.link import aborted
from benchtui.instruments.recipes import fill
from benchtui.instruments.table_driver import TableInstrument, decimal_text
from benchtui.instruments.waveform_blocks import REAL64, Samples, parse_real64, parse_text
from benchtui.quantity import Waveform, engineering

if TYPE_CHECKING:
    from benchtui.clock import Clock
    from benchtui.instruments.link import Wire
    from benchtui.instruments.profile import TableProfile
    from benchtui.instruments.role_tables import DigitizerTable

_LONGEST_NUMBER = 32
_POLL_INTERVAL = 0.05
_ARM_SECONDS = 0.1
"""Real seconds that an instrument gets to take in that it is armed, where it cannot be asked."""
_DIGITS = Decimal("1e-12")


class _Capture(msgspec.Struct, frozen=True):
    """What a digitizer is set up for; *interval* in seconds."""

    span: Decimal
    interval: Decimal
    samples: int
    before: int
    armed: bool = False


class TableDigitizer(TableInstrument):
    """A digitizer that a table describes."""

    def __init__(self, name: str, resource: str, profile: TableProfile, clock: Clock) -> None:
        super().__init__(name, resource, profile, clock)
        assert profile.digitizer is not None, "the class is chosen by the profile's tables"
        self._digitizer: DigitizerTable = profile.digitizer
        self._capture: _Capture | None = None

    def prepare_waveform(
        self, *, span: Decimal, rate: Decimal, samples: int, before: int, level: Decimal
    ) -> None:
        """Set range, sample rate (1/s), number of samples with *before* of them before the trigger, trigger level (V).

        The slope follows the sign of *level*. The range is the smallest that holds *span*.

        Raises
        ------
        BadInput
            The digitizer cannot do that.
        InstrumentError, Lost, NoReply, Garbled, Aborted
        """
        table = self._digitizer
        fitting = next((s for s in table.spans if span.is_finite() and s >= span), None)
        if fitting is None or not level.is_finite() or abs(level) > fitting:
            raise self._cannot(
                text(
                    N_("A range of {span} with the trigger at {level} V is beyond {name}."),
                    span=f"{span} V",
                    level=level,
                    name=self.name,
                ),
            )
        if not rate.is_finite() or not 0 < rate <= table.fastest or not 1 <= samples <= table.most_samples:
            raise self._cannot(
                text(
                    N_("{samples} samples at {rate} are beyond {name}."),
                    samples=samples,
                    rate=f"{rate}/s",
                    name=self.name,
                )
            )
        if not 0 <= before < samples or (before and not table.pre_trigger):
            raise self._cannot(
                text(
                    N_("{name} cannot keep {before} samples before the trigger."),
                    name=self.name,
                    before=before,
                )
            )
        interval = 1 / rate
        places = {
            "span": decimal_text(fitting),
            "rate": decimal_text(rate),
            "interval": decimal_text(interval.quantize(_DIGITS)),
            "aperture": decimal_text((interval * table.aperture_share).quantize(_DIGITS)),
            "samples": str(samples),
            "before": str(before),
            "before-percent": str(round(100 * before / samples)),
            "level": decimal_text(level),
            "level-percent": decimal_text((100 * level / fitting).quantize(Decimal(1))),
            "slope": table.slopes[0 if level >= 0 else 1],
        }
        self._give_way()
        self._run(lambda wire: self._send(wire, table.prepare, **places))
        if "{before-percent}" in "".join(step.send for step in table.prepare):
            before = round(Decimal(places["before-percent"]) * samples / 100)
        self._capture = _Capture(fitting, interval, samples, before)

    def arm(self) -> None:
        """Wait for the trigger from now on; returns once the instrument is armed.

        Raises
        ------
        BadInput
            Nothing was prepared.
        InstrumentError, Lost, NoReply, Garbled, Aborted
        """
        capture = self._prepared()
        table = self._digitizer
        if table.complete is None:
            # An error query would wait behind the trigger: it is asked after the waveform. So nothing tells when the
            # instrument is armed; what triggers it must not come before that.
            self._run(lambda wire: self._say(wire, tuple(step.send for step in table.arm)))
            if self._stop.wait(_ARM_SECONDS):
                raise aborted(self.name)
        else:
            self._run(lambda wire: self._send(wire, table.arm))
        self._capture = msgspec.structs.replace(capture, armed=True)

    def read_waveform(self) -> Waveform:
        """Return what was caught.

        Raises
        ------
        NoReply
            No trigger came in time.
        BadInput
            It was not armed.
        InstrumentError, Lost, Garbled, Aborted
        """
        capture = self._prepared()
        if not capture.armed:
            raise self._cannot(text(N_("{name} was not armed."), name=self.name))
        table = self._digitizer
        self._capture = None  # after a failure it must be prepared anew
        t0 = self._clock.now()
        self._await_complete()
        octets, samples, interval = self._run(lambda wire: self._read_out(wire, capture))
        self._capture = msgspec.structs.replace(capture, armed=False)
        raw = octets if table.block.form == "ascii" else base64.b64encode(octets)
        return Waveform(
            raw=raw.decode("ascii"),
            values=samples.values,
            unit="V",
            start=-capture.before * interval,
            step=interval,
            step_unit="s",
            t0=t0,
            t1=self._clock.now(),
            span=float(capture.span),
            flags=samples.flags,
        )

    def _forget(self) -> None:
        super()._forget()
        self._capture = None

    def _give_way(self) -> None:
        super()._give_way()
        self._capture = None

    def _restore(self, wire: Wire) -> None:
        super()._restore(wire)
        self._capture = None  # the lines of init reset it; a waveform is never caught with settings half made

    def _prepared(self) -> _Capture:
        if self._capture is None:
            self._connected_link()
            raise self._cannot(text(N_("{name} was not prepared for this reading."), name=self.name))
        return self._capture

    def _cannot(self, what: Text) -> BadInput:
        return BadInput(
            what,
            where=self.resource,
            hint=text(
                N_("Its ranges end at {span}, its rate at {rate}."),
                span=engineering(self._digitizer.spans[-1], "V"),
                rate=f"{decimal_text(self._digitizer.fastest)}/s",
            ),
        )

    def _await_complete(self) -> None:
        complete = self._digitizer.complete
        if complete is None:
            return
        timeout = float(self._digitizer.timeout)
        deadline = self._clock.now() + timeout
        while not self._run(lambda wire: self._yes(wire, complete)):
            if self._clock.now() >= deadline:
                raise NoReply(
                    text(N_("No trigger came within {seconds} s."), seconds=f"{timeout:g}"),
                    where=self.resource,
                    hint=text(N_("Check leads, trigger level and polarity.")),
                )
            self._wait(_POLL_INTERVAL)

    # --- in the link's thread
    def _say(self, wire: Wire, lines: tuple[str, ...]) -> None:
        for line in lines:
            self._dialect.write(wire, line)

    def _read_out(self, wire: Wire, capture: _Capture) -> tuple[bytes, Samples, float]:
        table, block = self._digitizer, self._digitizer.block
        wire.discard_stale()
        self._dialect.write(wire, fill(block.read.send, {"samples": str(capture.samples)}))
        if block.form == "ascii":
            octets = self._receive_text(wire, capture.samples)
            samples = parse_text(octets, capture.samples, float(block.over_range), wire.address)
        else:
            octets = self._receive_block(wire, capture.samples)
            samples = parse_real64(octets, capture.samples, float(block.over_range), wire.address)
        if block.latest_first:
            samples = msgspec.structs.replace(samples, values=samples.values[::-1])
        interval = capture.interval
        if table.interval is not None:
            interval = self._interval(wire)
        self._check_errors(wire)
        return octets, samples, float(interval)

    def _interval(self, wire: Wire) -> Decimal:
        table = self._digitizer.interval
        assert table is not None, "the caller has looked"
        answer = self._dialect.query(wire, table.query)
        match = re.fullmatch(table.reply, answer)
        try:
            number = Decimal(match["value"]) if match is not None else Decimal("NaN")
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or number <= 0:
            raise garbled(answer, wire.address)
        return number

    def _receive_text(self, wire: Wire, count: int) -> bytes:
        """Return the numbers as they came: one line, or as many lines as it takes."""
        terminator = self._dialect.read_terminator.encode("ascii")
        timeout = float(self._digitizer.timeout)
        deadline = time.monotonic() + timeout
        lines: list[bytes] = []
        seen = 0
        while seen < count:
            line = wire.receive_until(
                terminator,
                limit=count * _LONGEST_NUMBER,
                timeout=max(deadline - time.monotonic(), 0.0),
                pause=self._dialect.timeout,
            )
            lines.append(line)
            seen += line.count(b",") + 1
        return b"\n".join(lines)

    def _receive_block(self, wire: Wire, count: int) -> bytes:
        """Return the payload of an IEEE 488.2 block of *count* doubles."""
        timeout = float(self._digitizer.timeout)
        head = wire.receive_exactly(2, timeout)
        digits = head[1:2]
        if head[:1] != b"#" or not digits.isdigit():
            raise self._no_block(wire, head)
        length = REAL64 * count
        if digits != b"0":
            announced = wire.receive_exactly(int(digits), timeout)
            if not announced.isdigit() or int(announced) != length:
                raise self._no_block(wire, head + announced)
        octets = wire.receive_exactly(length, timeout)
        terminator = self._dialect.read_terminator.encode("ascii")
        end = wire.receive_exactly(len(terminator), timeout)
        if end != terminator:
            raise self._no_block(wire, end)
        return octets

    def _no_block(self, wire: Wire, octets: bytes) -> Garbled:
        return garbled(octets.decode("latin-1"), wire.address)
