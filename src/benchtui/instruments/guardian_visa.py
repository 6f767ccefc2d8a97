"""The guardian of the sources that only VISA reaches: GPIB, USB-TMC, VXI-11, HiSLIP.

It does what :mod:`benchtui.instruments.guardian_process` does, over a VISA session of its own. It is a process apart,
started when the first such source is armed, so that a VISA library that fails takes no other guardian with it. All that
takes time is done before a source is armed: the library is found when the process starts, and the session is open when
the source is acknowledged. An instrument that gives no second session while the engine has one is armed without: the
session is opened when the engine's is gone.

When the engine has ended, the device is cleared first: that ends a query that hangs, and it finds out a session that
broke in the meantime, which is then opened anew. HiSLIP takes a message without a hand-shake, and PyVISA-py waits 0.1 s
within a clear: there the zero is said before the clear as well as after it. No lock is asked for, ever.

Answers are fetched one at a time: to ask again before the answer was read is an error on a bus that follows
IEEE 488.2 (6.3.2, "interrupted"), and a HiSLIP client throws the older answer away (IVI-6.1, table 4).

Run as a module, with the arguments of :mod:`benchtui.instruments.guardian_process`.
"""

from __future__ import annotations

import json
import math
import re
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from benchtui.errors import BenchtuiError
from benchtui.i18n import Text
from benchtui.instruments import guardian_process
from benchtui.instruments.guardian_process import Prepared, Requests, SafeOff
from benchtui.instruments.resource import kind_of, open_transport
from benchtui.instruments.visa import Occupied, VisaTransport, find_library

if TYPE_CHECKING:
    from collections.abc import Iterator

OPEN_PATIENCE = 5.0
CLEAR_TRIES = 2
CLEAR = "(device clear)"


class VisaWire:
    """A session with an instrument. Whatever a VISA library raises becomes an ``OSError``."""

    def __init__(self, transport: VisaTransport) -> None:
        self._transport = transport
        with _as_os_error():
            transport.open(OPEN_PATIENCE)

    def clear(self) -> None:
        """Clear the device."""
        with _as_os_error():
            self._transport.clear()

    def send(self, frame: bytes) -> None:
        """Send *frame* as one message."""
        with _as_os_error():
            self._transport.send(frame, guardian_process.SEND_PATIENCE)

    def receive(self, timeout: float) -> bytes:
        """Return the message that came within *timeout* seconds, nothing if none came."""
        with _as_os_error():
            return self._transport.receive(timeout)

    def close(self) -> None:
        """Close the session."""
        self._transport.close()


@contextmanager
def _as_os_error() -> Iterator[None]:
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        raise OSError(str(getattr(error, "what", "")) or str(error) or type(error).__name__) from error


class VisaSafeOff(SafeOff):
    """Carries out one recipe over VISA."""

    wire: VisaWire | None

    def address(self) -> str:
        """Return the resource string."""
        return str(self.recipe["visa"])

    def prepare(self, requests: Requests) -> None:
        """Open the session, in a thread of its own: what is armed already must not wait for it."""
        threading.Thread(target=self._prepare, args=(requests,), daemon=True).start()

    def _prepare(self, requests: Requests) -> None:
        try:
            find_library(self.address())
            self.wire = VisaWire(self._transport())
        except Exception as error:  # noqa: BLE001 - whatever it is, the source must stay off
            cause = error.__cause__ if isinstance(error.__cause__, BenchtuiError) else error
            # The engine has the only session, and leaves it when it ends.
            failure = "" if isinstance(cause, Occupied) else _refusal(cause)
        else:
            failure = ""
        requests.put(Prepared(self, failure))

    def _transport(self) -> VisaTransport:
        transport = open_transport(self.address())
        assert isinstance(transport, VisaTransport), "the engine sends other kinds to the other guardian"
        return transport

    def open(self) -> VisaWire:
        """Return a new session with the instrument."""
        return VisaWire(self._transport())

    def connect(self) -> VisaWire:
        """Return the session, opened if need be."""
        wire = super().connect()
        assert isinstance(wire, VisaWire), "it comes from open()"
        return wire

    def interrupt(self) -> None:
        """Clear the device; a session that broke is opened anew once."""
        if kind_of(self.address()) == "TCPIP HiSLIP" and self.wire is not None:
            self._say_early(self.wire)
        failure = ""
        for _ in range(CLEAR_TRIES):
            try:
                self.connect().clear()
            except OSError as error:
                failure = str(error)
                self.disconnect()
            else:
                self.note(CLEAR)
                return
        self.note(CLEAR, failure, failed=True)

    def _say_early(self, wire: VisaWire) -> None:
        for line in self.recipe["immediate"]:
            try:
                wire.send(line.encode("ascii") + self.terminator)
            except OSError as error:
                self.note(line, str(error), failed=True)
                return
            self.note(line)

    def await_discharge(self) -> bool:
        """Measure, one channel after the other, until every one that is on is discharged."""
        deadline = time.monotonic() + self.recipe["seconds"]
        channels, silent = self._channels()
        for step in channels:
            pattern = re.compile(step["pattern"])
            while (volts := self._measure(step["query"], pattern, silent)) >= self.recipe["limit"]:
                if time.monotonic() >= deadline:
                    return False
                time.sleep(guardian_process.POLL_INTERVAL)
            if math.isnan(volts):
                return False
        return True

    def _channels(self) -> tuple[list[dict[str, str]], float]:
        """Return the channels to measure, and the voltage to believe of one that does not answer.

        They are those whose switches are closed: 0 V is not believed of one of them, its answer came too late. If the
        switches cannot be asked for they are all, and who does not answer is off.
        """
        channels: list[dict[str, str]] = self.recipe["discharge"]
        question = self.recipe["switches"]
        if not (channels and question):
            return channels, 0.0
        self.connect().send(question.encode("ascii") + self.terminator)
        answer = next(iter(self.answers(1)), "")
        self.note(question, answer)
        if not answer:
            return channels, 0.0
        return [step for step in channels if re.fullmatch(step["closed"], answer)], math.inf

    def _measure(self, query: str, pattern: re.Pattern[str], silent: float) -> float:
        """Return the magnitude of a channel's voltage, *silent* if it alone gives no answer, NaN if nobody does."""
        self.connect().send(query.encode("ascii") + self.terminator)
        asked, lines = query, self.answers(1)
        barrier = self.recipe["barrier"]
        if barrier and not any(map(pattern.fullmatch, lines)):
            # A channel that is off says nothing; an instrument that hangs does not answer the barrier either.
            self.connect().send(barrier["query"].encode("ascii") + self.terminator)
            asked, lines = f"{query}; {barrier['query']}", lines + self.answers(2, barrier["pattern"])
        self.note(asked, "; ".join(lines))
        for line in lines:
            if match := pattern.fullmatch(line):
                return abs(float(match["value"]))
        answered = barrier and any(re.fullmatch(barrier["pattern"], line) for line in lines)
        return silent if answered else math.nan


def _refusal(error: BaseException) -> str:
    """Return what went wrong as the engine reads it, a text that can still be translated."""
    what = getattr(error, "what", "") or str(error) or type(error).__name__
    return json.dumps({"what": msgspec.to_builtins(what if isinstance(what, Text) else Text(str(what)))})


if __name__ == "__main__":
    guardian_process.main(sys.argv[1], int(sys.argv[2]), VisaSafeOff)
