"""What all drivers of wired instruments share: connecting, identity, abort, the log of the wire."""

from __future__ import annotations

import re
import threading
from abc import ABC, abstractmethod
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar, TypeVar

from benchtui.errors import Garbled, InstrumentError, Lost, NoReply, WrongInstrument
from benchtui.i18n import N_, text
from benchtui.instruments.dialect import LineDialect
from benchtui.instruments.link import Link, Wire, aborted
from benchtui.instruments.resource import open_transport
from benchtui.instruments.wire_log import WireEntry, WireLog

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchtui.clock import Clock
    from benchtui.instruments.profile import WiredProfile

T = TypeVar("T")
OTHER_IDENTITY_QUERIES = ("*IDN?", "ID?")
"""What instruments commonly answer to; asked only of one that does not answer its own identity query."""
OTHER_IDENTITY_TIMEOUT = 1.0
_QUIET_LIMIT = 3.0


class WiredInstrument(ABC):
    """An instrument at the end of a wire.

    Each :meth:`connect` makes a new link. An aborted instrument stays silent until it is connected again:
    whatever a thread that has not yet heard of the abort still asks for is refused. Only safe-off goes
    through.

    Parameters
    ----------
    name
        The instrument's name on the bench, for messages.
    resource
        VISA resource string.
    profile
        What is known of the model.
    clock
        The bench's clock; it stamps readings and lets settling times pass.

    Raises
    ------
    BadInput
        *resource* is none, or of a kind that is not supported.
    """

    _quiet_seconds: ClassVar[float] = 0.0
    """How long a wire must be quiet before its instrument is first asked: who opens a serial line hears the past."""

    def __init__(self, name: str, resource: str, profile: WiredProfile, clock: Clock) -> None:
        # An address that cannot be used is refused now, not when the run begins.
        open_transport(resource, profile.serial)
        self.name = name
        self.resource = resource
        self._serial = profile.serial
        self._identity_table = profile.identity
        self._model = f"{profile.manufacturer} {profile.model}"
        self._identity_pattern = re.compile(profile.identity.pattern)
        self._clock = clock
        self._dialect = self._frame(profile)
        self._log = WireLog()
        self._link: Link | None = None
        self._identity = ""
        self._stop = threading.Event()

    @property
    def identity(self) -> str:
        """What the instrument answered when it was asked who it is; empty before :meth:`connect`."""
        return self._identity

    def wire_log(self, last: int = 50) -> tuple[WireEntry, ...]:
        """Return the *last* entries of the log of the wire, oldest first."""
        return self._log.last(last)

    def keep_wire_log(self, sink: Callable[[WireEntry], None]) -> None:
        """Hand everything that goes over the wire from now on to *sink* as well; it must not wait."""
        self._log.copy_to(sink)

    def ask_identity(self) -> str:
        """Open the wire, ask who is there, close it again; nothing is made ready. Raises as :meth:`connect`."""
        self.close()
        self._stop.clear()
        self._link = self._new_link()
        try:
            self._link.open()
            return self._link.run(self._identify)
        finally:
            self.close()

    def connect(self) -> None:
        """Open the wire, check the identity, drain errors, bring the instrument into a known quiet state.

        Raises
        ------
        Refused, Lost, NoReply, Garbled, WrongInstrument, InstrumentError, Aborted
        """
        self.close()
        self._stop.clear()
        self._link = link = self._new_link()
        try:
            link.open()
            self._identity = link.run(self._identify)
            link.run(self._make_ready)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the wire. Never raises."""
        if self._link is not None:
            self._link.close()
            self._link = None

    def abort(self) -> None:
        """Make a call that waits in another thread raise ``Aborted`` within 50 ms, and all that follow."""
        self._stop.set()
        if self._link is not None:
            self._link.abort()

    def _frame(self, profile: WiredProfile) -> LineDialect:
        """Return how commands and answers are framed: plain lines, unless a driver knows better."""
        return LineDialect(
            write_terminator=profile.lines.write_terminator,
            read_terminator=profile.lines.read_terminator,
            max_length=profile.lines.max_length,
            timeout=float(profile.lines.timeout),
        )

    def _hush(self, wire: Wire) -> None:  # noqa: B027 - a hook
        """Make an instrument that may be talking stop; it is said before the instrument is asked who it is."""

    @abstractmethod
    def _make_ready(self, wire: Wire) -> None:
        """Bring the identified instrument into a known quiet state."""

    def _restore(self, wire: Wire) -> None:  # noqa: B027 - a hook
        """Set again what a resynchronised instrument may have forgotten."""

    def _run(self, work: Callable[[Wire], T]) -> T:
        return self._connected_link().run(work)

    def _connected_link(self) -> Link:
        if self._link is None:
            raise Lost(
                text(N_("The instrument {name} is not connected."), name=self.name),
                where=self.resource,
                hint=text(N_("Connect it first.")),
            )
        return self._link

    def _new_link(self) -> Link:
        return Link(open_transport(self.resource, self._serial), self._log, self._resynchronise)

    def _wait(self, seconds: float) -> None:
        if seconds > 0 and self._clock.wait(seconds, self._stop):
            raise aborted(self.name)

    def _identify(self, wire: Wire) -> str:
        self._hush(wire)
        if self._quiet_seconds:
            wire.await_silence(self._quiet_seconds, limit=_QUIET_LIMIT)
        for step in self._identity_table.before:
            self._dialect.write(wire, step.send)
        try:
            answer = self._dialect.query(wire, self._identity_table.query)
        except NoReply:
            # A live instrument that does not know this question is the wrong one: its own answer says which.
            answer = self._who_else(wire)
            if not answer:
                raise
        if self._identity_pattern.search(answer) is None:
            self._identity = ""
            raise WrongInstrument(
                text(
                    N_("{found} answers where {expected} was expected."),
                    found=repr(answer),
                    expected=self._model,
                ),
                where=f"{self.name}, {wire.address}",
                hint=text(
                    N_("Check the address in the bench file, and which instrument is plugged in there.")
                ),
            )
        return answer

    def _who_else(self, wire: Wire) -> str:
        """Return the answer of whoever does not know the identity query of this instrument; empty if nobody answers."""
        for question in OTHER_IDENTITY_QUERIES:
            if question != self._identity_table.query:
                with suppress(NoReply, Garbled, InstrumentError):
                    return self._dialect.query(wire, question, OTHER_IDENTITY_TIMEOUT)
        return ""

    def _resynchronise(self, wire: Wire) -> None:
        self._hush(wire)
        for step in self._identity_table.before:
            self._dialect.write(wire, step.send)
        answer = self._dialect.synchronise(wire, self._identity_table.query, self._identity_pattern)
        if answer != self._identity:
            raise WrongInstrument(
                text(
                    N_("{found} answers where {expected} answered before."),
                    found=repr(answer),
                    expected=repr(self._identity),
                ),
                where=f"{self.name}, {wire.address}",
                hint=text(N_("Somebody exchanged the instrument: connect again.")),
            )
        self._restore(wire)
