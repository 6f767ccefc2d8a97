"""What work on a wire may do with its bytes: send, receive to an end, make sure that nothing else is under way."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from benchtui.errors import Aborted, BenchtuiError, Garbled, NoReply
from benchtui.i18n import N_, text
from benchtui.instruments.transport import SLICE

if TYPE_CHECKING:
    from benchtui.instruments.link import Link, Request

_SEND_TIMEOUT = 2.0


class Wire:
    """What work in the link's thread may do with the bytes; valid only while that work runs."""

    def __init__(self, link: Link, request: Request[Any]) -> None:
        self._link = link
        self._request = request
        self._answered = False

    @property
    def address(self) -> str:
        """The address as a technician reads it."""
        return self._link.address

    @property
    def dirty(self) -> bool:
        """True if an answer to an earlier question may still come."""
        return self._link.dirty

    @property
    def doubtful(self) -> bool:
        """True if the question that resynchronises was asked before, and its answer may come twice."""
        return self._link.unsynchronised > 1

    def send(self, frame: bytes) -> None:
        """Send all of *frame*.

        Raises
        ------
        Lost, Aborted
        NoReply
            The instrument takes no more bytes.
        """
        self._check()
        deadline: float | None = None
        rest = frame
        while rest:
            try:
                taken = self._link.transport.send(rest, SLICE)
                if not taken:
                    self._check()
                    now = time.monotonic()
                    deadline = deadline or now + _SEND_TIMEOUT - SLICE
                    if now >= deadline:
                        raise NoReply(
                            text(N_("The instrument takes no more bytes.")),
                            where=self.address,
                            hint=text(N_("It hangs: switch it off and on, then connect again.")),
                        )
            except BenchtuiError:
                self._link.torn = len(rest) < len(frame)
                raise
            self._link.log.add("out", rest[:taken])
            rest = rest[taken:]

    def receive_until(
        self, terminator: bytes, *, limit: int, timeout: float, pause: float | None = None
    ) -> bytes:
        """Return the bytes up to *terminator*, without it.

        Parameters
        ----------
        terminator
            The bytes that end a reply.
        limit
            Largest length in bytes of a reply that is believed.
        timeout
            Longest time in seconds until the reply is complete.
        pause
            Longest silence in seconds within a reply that has begun.

        Raises
        ------
        NoReply
            It was not complete in time.
        Garbled
            It is longer than *limit*.
        Lost, Aborted
        """
        try:
            return self._receive_line(terminator, limit, timeout, timeout if pause is None else pause)
        except (NoReply, Garbled, Aborted):
            self._link.dirty = True
            raise

    def receive_exactly(self, count: int, timeout: float) -> bytes:
        """Return *count* bytes, whatever they are.

        Raises
        ------
        NoReply
            They were not all there in time.
        Lost, Aborted
        """
        deadline = time.monotonic() + timeout
        buffer = self._link.buffer
        try:
            while len(buffer) < count:
                self._receive_more(deadline, timeout)
        except (NoReply, Aborted):
            self._link.dirty = True
            raise
        block = bytes(buffer[:count])
        del buffer[:count]
        self._answered = True
        return block

    def await_silence(self, seconds: float, *, limit: float) -> None:
        """Throw away, and log, what comes, until nothing came for *seconds*; after *limit* seconds go on regardless.

        Raises
        ------
        Lost, Aborted
        """
        deadline = time.monotonic() + limit
        self._take_surplus()
        quiet_since = time.monotonic()
        while (now := time.monotonic()) < min(quiet_since + seconds, deadline):
            self._check()
            chunk = self._link.transport.receive(min(quiet_since + seconds - now, SLICE))
            if chunk:
                self._link.log.add("stale", chunk)
                quiet_since = time.monotonic()

    def expect_silence(self, seconds: float = 0.0) -> None:
        """Make sure that nothing follows the answers of this work, for so many *seconds*.

        Raises
        ------
        Garbled
            Something does: an answer that was taken for that of the last question may be an older one.
        Lost, Aborted
        """
        deadline = time.monotonic() + seconds
        self.discard_stale()
        while (left := deadline - time.monotonic()) > 0:
            self._check()
            self._link.buffer += self._link.transport.receive(min(left, SLICE))
            self.discard_stale()

    def _receive_more(self, deadline: float, timeout: float) -> None:
        self._check()
        left = deadline - time.monotonic()
        if left <= 0:
            raise self._no_reply(timeout, bytes(self._link.buffer))
        chunk = self._link.transport.receive(min(left, SLICE))
        self._link.log.add("in", chunk)
        self._link.buffer += chunk

    def _receive_line(self, terminator: bytes, limit: int, timeout: float, pause: float) -> bytes:
        end_of_all = deadline = time.monotonic() + timeout
        buffer = self._link.buffer
        seen = 0
        while (end := buffer.find(terminator)) < 0 and len(buffer) <= limit:
            if len(buffer) > seen:
                seen, timeout = len(buffer), min(timeout, pause)
                deadline = min(end_of_all, time.monotonic() + pause)
            self._receive_more(deadline, timeout)
        if end < 0 or end > limit:
            start = bytes(buffer[:80]).decode("latin-1")
            buffer.clear()
            raise Garbled(
                text(N_("The answer does not end after {limit} bytes."), limit=limit),
                raw=start,
                where=self.address,
                hint=text(N_("Check that the profile names the right terminators for this instrument.")),
            )
        line = bytes(buffer[:end])
        del buffer[: end + len(terminator)]
        self._answered = True
        return line

    def discard_stale(self) -> bool:
        """Throw away, and log, what came without being asked for; tell whether there was anything.

        Raises
        ------
        Garbled
            It came after an answer of the same work, and nobody knew of an answer that was still to come: what was
            taken for that answer may be an older one. A safe-off is never held up by this.
        """
        surplus = self._take_surplus()
        if surplus and self._answered and not self._request.urgent and not self._link.dirty:
            self._link.dirty = True
            raise Garbled(
                text(N_("More came than was asked for: {surplus}"), surplus=repr(surplus[:80])[1:]),
                raw=surplus.decode("latin-1"),
                where=self.address,
                hint=text(N_("What was read may be an older answer. Try again; look at the wire log.")),
            )
        return bool(surplus)

    def _take_surplus(self) -> bytes:
        surplus = bytes(self._link.buffer) + self._link.transport.flush()
        self._link.buffer.clear()
        self._link.log.add("stale", surplus)
        return surplus

    def settled(self) -> None:
        """Say that no older answer can come any more: the one just read belongs to the last question."""
        self._link.dirty = False

    def _check(self) -> None:
        if self._request.stopped:
            raise aborted(self.address)

    def _no_reply(self, timeout: float, partial: bytes) -> NoReply:
        seconds = f"{timeout:g}"
        what = (
            text(
                N_("Only a part of the answer came within {seconds} s: {part}"),
                seconds=seconds,
                part=repr(partial[:80])[1:],
            )
            if partial
            else text(N_("No answer came within {seconds} s."), seconds=seconds)
        )
        return NoReply(
            what,
            where=self.address,
            hint=text(N_("Check that the instrument is ready, not in local, not busy.")),
        )


def aborted(where: str) -> Aborted:
    """Return the error of work that a person, or a safe-off, stopped."""
    return Aborted(text(N_("Stopped.")), where=where)
