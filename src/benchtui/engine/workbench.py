"""The bench of a workspace: opens the instruments that an item needs, guards its sources, switches them off."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path

import msgspec

from benchtui import messages
from benchtui.clock import Clock, WallClock
from benchtui.engine.failures import unexpected
from benchtui.engine.guarding import GuardedSource
from benchtui.engine.hands import Hands
from benchtui.errors import Aborted, BadInput, BenchtuiError, StandardRefused
from benchtui.i18n import N_, text
from benchtui.instruments import open_instrument
from benchtui.instruments.driver import WiredInstrument
from benchtui.instruments.guardian import Guardian
from benchtui.instruments.manual import Ask, HandTask
from benchtui.instruments.manual_source import ManualSource
from benchtui.instruments.safe_off import Guarded
from benchtui.instruments.wire_file import WireRecorder
from benchtui.procedures.base import Candidate, Procedure, Setup
from benchtui.profiles import Bench, Standard, Uut, find, load
from benchtui.quantity import Reading, engineering
from benchtui.roles import Instrument
from benchtui.wiring import Wiring

_log = logging.getLogger(__name__)


class Seat(msgspec.Struct, frozen=True):
    """Who fills a role: the instrument's name on the bench and its profile, and its standard's if it is one."""

    name: str
    profile: str
    instrument: Instrument
    resource: str
    standard: Standard | None = None


class Workbench:
    """The bench of a workspace.

    Parameters
    ----------
    path
        The bench file.
    guardian
        The child process that switches off when the engine dies.
    show_outputs
        Called whenever the state of the sources changes, before a source is switched on; what it raises keeps it off.
    wires
        Keeps what goes over the wires.
    """

    def __init__(
        self,
        path: Path,
        guardian: Guardian,
        show_outputs: Callable[[messages.Outputs], None],
        wires: WireRecorder | None = None,
    ) -> None:
        self.path = path
        self._wires = wires
        self.profile = load(path, Bench)
        self.hands = self._find_hands()
        self._guardian = guardian
        self._show_outputs = show_outputs
        self._seats: dict[str, Seat] = {}
        # Sources, by name, whose outputs were not found off since they were armed. One that could not be switched
        # off stays here after its run, for the next try.
        self._may_be_on: dict[str, Seat] = {}
        self._switching = threading.Lock()
        self.ask: Ask | None = None
        """Has a person read, or set, an instrument without a wire; set for each attempt."""

    @property
    def virtual(self) -> bool:
        """True if the virtual bench stands behind the addresses."""
        return self.profile.virtual is not None

    @property
    def clock(self) -> Clock:
        """The bench's clock."""
        return self.hands or WallClock()

    @property
    def connected(self) -> bool:
        """True if there is an instrument to switch off."""
        return bool(self._seats or self._may_be_on)

    def _find_hands(self) -> Hands | None:
        return Hands(self.profile.virtual.control) if self.profile.virtual else None

    def _read_again(self) -> None:
        """Take the bench file as it is now: it may have been corrected, or a virtual bench started anew."""
        self.profile = load(self.path, Bench)
        if self.hands is not None:
            self.hands.close()
            self.hands = None
        self.hands = self._find_hands()

    def candidates(self, procedure: Procedure, today: date) -> dict[str, list[Candidate]]:
        """Return the standards of the bench that fill the rows of *procedure* and are in date on *today*, by role.

        Raises
        ------
        StandardRefused
            A row has none; if only because a certificate expired, this is said.
        """
        self._read_again()
        owned = {
            name: load(find("standards", entry.standard, self.path.parent), Standard)
            for name, entry in self.profile.instruments.items()
            if entry.standard
        }
        found: dict[str, list[Candidate]] = {}
        for role, row in procedure.rows.items():
            filling = [Candidate(name, standard) for name, standard in owned.items() if standard.row == row]
            found[role] = [c for c in filling if c.standard.certificate.due >= today]
            if not filling:
                raise StandardRefused(
                    text(N_("The bench has no standard for the row {row}."), row=row),
                    where=str(self.path),
                    hint=text(N_('Give an instrument of the bench a standard of this row: standard = "…"')),
                )
            if not found[role]:
                raise StandardRefused(
                    text(
                        N_("The certificate of {name} expired on {date}."),
                        name=filling[0].standard.name,
                        date=filling[0].standard.certificate.due,
                    ),
                    where=filling[0].name,
                    hint=text(
                        N_("Use a standard with a valid certificate, or enter the new one in its profile.")
                    ),
                )
        return found

    def occupy(
        self, procedure: Procedure, uut: Uut, setups: Iterable[Setup], stopped: threading.Event
    ) -> None:
        """Open the instruments that *setups* need and check who they are; give up when *stopped* is set.

        Raises
        ------
        InstrumentFailure
            An instrument is not there, is another one, or reports an error.
        BadInput
            The bench has no instrument for a role, or one that cannot play it.
        Aborted
        """
        for left in list(self._may_be_on.values()):
            if isinstance(left.instrument, ManualSource):  # nobody but a person can switch it off
                left.instrument.confirm_off()
        needed = {self._uut(): "uut"}
        needed |= {chosen.name: role for setup in setups for role, chosen in setup.standards.items()}
        for role in procedure.roles:
            if role != "uut" and role not in procedure.rows:
                needed[self._named(role)] = role
        for name, role in needed.items():
            self._open(name, role, procedure.roles[role], uut)
            # An abort that came before the wire was there has not been heard.
            if stopped.is_set():
                raise Aborted(text(N_("The run was stopped.")))

    def _open(self, name: str, role: str, kind: type, uut: Uut) -> None:
        entry = self.profile.instruments[name]
        standard = (
            load(find("standards", entry.standard, self.path.parent), Standard) if entry.standard else None
        )
        modules = {module.name: module.model for module in uut.modules} if role == "uut" else {}
        instrument = open_instrument(
            name, entry, clock=self.clock, modules=modules, ask=self._ask, beside=self.path.parent
        )
        self._seats[name] = seat = Seat(name, entry.profile, instrument, entry.resource, standard)
        if self._wires is not None and isinstance(instrument, WiredInstrument):
            instrument.keep_wire_log(self._wires.sink(name))
        instrument.connect()
        if name in self._may_be_on:
            self._may_be_on[name] = seat
        if not isinstance(instrument, kind):
            raise BadInput(
                text(N_("{name} cannot do what the item asks of it: {role}."), name=name, role=kind.__name__),
                where=str(self.path),
                hint=text(N_("Give the bench an instrument with this ability.")),
            )

    def seated(self, procedure: Procedure, setup: Setup) -> dict[str, Seat]:
        """Return who plays each role at the point of *setup*."""
        return {
            role: self._seats[
                "uut"
                if role == "uut"
                else setup.standards[role].name
                if role in setup.standards
                else self._named(role)
            ]
            for role in procedure.roles
        }

    def _ask(self, task: HandTask) -> Reading:
        assert self.ask is not None, "an attempt is under way when an instrument is read"
        return self.ask(task)

    def _uut(self) -> str:
        if "uut" in self.profile.instruments:
            return "uut"
        raise BadInput(
            text(N_("The bench has no instrument named uut.")),
            where=str(self.path),
            hint=text(N_("Name the unit under test: [instruments.uut]")),
        )

    def _named(self, role: str) -> str:
        """Return the name of what plays a *role* that no row of the specification is for: the role's own."""
        if role in self.profile.instruments:
            return role
        raise BadInput(
            text(N_("The bench has no instrument named {role}."), role=role),
            where=str(self.path),
            hint=text(N_("Put it on the bench: [instruments.{role}]"), role=role),
        )

    def roles(self, seats: Mapping[str, Seat]) -> dict[str, object]:
        """Return what a procedure works with: role -> instrument, sources guarded."""
        playing: dict[str, object] = {}
        for role, seat in seats.items():
            instrument = seat.instrument
            if isinstance(instrument, Guarded | ManualSource):
                playing[role] = GuardedSource(instrument, self._armer(seat), self._show)
            else:
                playing[role] = instrument
        return playing

    def _armer(self, seat: Seat) -> Callable[[], None]:
        def arm() -> None:
            # Each time anew: a guardian that has died is found out before the next voltage, not after the last.
            if isinstance(seat.instrument, Guarded):
                self._guardian.arm(seat.name, seat.instrument.safe_off_recipe())
            self._may_be_on[seat.name] = seat

        return arm

    def _show(self, module: str, level: Decimal, unit: str, hazard: bool) -> None:
        words = " ".join(word for word in (module, engineering(level, unit, sign=True)) if word)
        self._show_outputs(messages.Outputs(on=True, level=words, hazard=hazard))

    def connect_leads(self, wiring: Wiring, seats: Mapping[str, Seat]) -> None:
        """On a virtual bench: connect the leads as the operator has confirmed. A person did it on a real one."""
        if self.hands is not None:
            self.hands.connect(wiring, {role: seat.name for role, seat in seats.items()})

    def abort(self) -> None:
        """Make every call that waits on a wire raise ``Aborted``."""
        for seat in list(self._seats.values()):
            seat.instrument.abort()

    def safe_off(self) -> BenchtuiError | None:
        """Switch every output off, also of a source that an earlier run left on; try all, return the first failure."""
        with self._switching:
            seats = {seat.name: seat for seat in list(self._seats.values())} | self._may_be_on
            # All at once: one that hangs must not keep the others on.
            with ThreadPoolExecutor(max(len(seats), 1), "safe-off") as pool:
                ended = list(pool.map(self._switch_off, seats.values()))
            failures = [failure for failure in ended if failure is not None]
            if not self._may_be_on:
                self._show_outputs(messages.Outputs(on=False))
        return failures[0] if failures else None

    def _switch_off(self, seat: Seat) -> BenchtuiError | None:
        try:
            self._try_off(seat)
        except BenchtuiError as error:
            failure = error
        except Exception as error:  # noqa: BLE001 - whatever it is, the other sources must go off too
            _log.exception("safe-off of %s failed", seat.name)
            failure = unexpected(error)
        else:
            return self._disarm(seat)
        self._may_be_on[seat.name] = seat
        return failure

    def _try_off(self, seat: Seat) -> None:
        try:
            seat.instrument.safe_off()
        except BenchtuiError:
            if seat in self._seats.values():
                raise
            # Its run is over. A new connection begins by asking what is on, and switches that off.
            seat.instrument.connect()
            seat.instrument.safe_off()
            seat.instrument.close()

    def _disarm(self, seat: Seat) -> BenchtuiError | None:
        if self._may_be_on.get(seat.name) is seat:
            del self._may_be_on[seat.name]
            try:
                self._guardian.disarm(seat.name)
            except BenchtuiError as error:
                return error  # the source is off, but the next one will not be switched on
        return None

    def leave(self) -> None:
        """Close all wires. Outputs must be off already; a source that could not be switched off is remembered."""
        with self._switching:
            for seat in self._seats.values():
                seat.instrument.close()
            self._seats.clear()

    def close(self) -> None:
        """Let the bench go."""
        self.leave()
        if self._wires is not None:
            self._wires.close()
        if self.hands is not None:
            self.hands.close()
