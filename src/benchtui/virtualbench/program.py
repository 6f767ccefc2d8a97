"""The program: puts a bench together, serves it until it is told to stop."""

from __future__ import annotations

import re
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Final

import msgspec

from benchtui.errors import BadInput, BenchtuiError
from benchtui.i18n import N_, text
from benchtui.platforms import termination_signals
from benchtui.profiles import Bench, BenchInstrument, Standard, Uut, find, load
from benchtui.virtualbench.bench import VirtualBench
from benchtui.virtualbench.clock import BenchClock, parse_scale
from benchtui.virtualbench.faults import Faults
from benchtui.virtualbench.hands import Hands
from benchtui.virtualbench.hidden import Declared
from benchtui.virtualbench.mechanics import Pan
from benchtui.virtualbench.modules import FITTINGS, SLOTS
from benchtui.virtualbench.passives import PASSIVE, passive_part
from benchtui.virtualbench.registry import INSTRUMENTS, METER, Entry
from benchtui.virtualbench.room import ROOM, Room
from benchtui.virtualbench.servers.dmm3458a_words import FULL_SCALES
from benchtui.virtualbench.servers.line_server import LineServer
from benchtui.virtualbench.servers.pty_server import SERIAL, PtyServer
from benchtui.virtualbench.stand import Stand
from benchtui.virtualbench.truth import Truth, draw, read, to_toml
from benchtui.virtualbench.vacuum import VACUUM, Chamber

if TYPE_CHECKING:
    from pathlib import Path

    from benchtui.virtualbench.stand import FrontEnd

LOOPBACK: Final = ("127.0.0.1", "localhost")
IDLE_LOOK: Final = 0.2
"""Seconds between two looks at whether anybody is still connected."""
NO_UUT: Final = Uut(name="", manufacturer="", model="", modules=())
"""The unit under test of a bench that has no analyzer."""


class Assembly:
    """A bench file, read: what stands on the bench, and where each instrument listens.

    Parameters
    ----------
    path
        The bench file; None for the one that ships with the program.

    Raises
    ------
    ProfileError, BadInput
        The file does not fit, describes a real bench, or an instrument that cannot be simulated.
    """

    def __init__(self, path: Path | None) -> None:
        path = path or find("benches", "virtual")
        self.bench = load(path, Bench)
        if self.bench.virtual is None:
            raise BadInput(
                text(N_("This file describes a real bench.")),
                where=str(path),
                hint=text(
                    N_("A virtual bench has a table [virtual] with the address of its control socket.")
                ),
            )
        instruments = self.bench.instruments
        self.passive = [name for name, i in instruments.items() if i.resource.strip().upper() == PASSIVE]
        self.entries = {
            name: _entry(name, i, path) for name, i in instruments.items() if name not in self.passive
        }
        for name, entry in self.entries.items():
            _check_address(name, instruments[name].resource, entry)
        self.uut = NO_UUT
        if "uut" in self.entries and self.entries["uut"].modular:
            fitted = self.bench.virtual.uut or self.bench.instruments["uut"].profile
            self.uut = load(find("uut", fitted, path.parent), Uut)
        self.standards = {
            name: load(find("standards", instrument.standard, path.parent), Standard)
            for name, instrument in self.bench.instruments.items()
            if instrument.standard or instrument.profile == METER
        }
        self._check_simulated(path)
        self.control = _address(self.bench.virtual.control)

    def _check_simulated(self, path: Path) -> None:
        """Refuse modules and meter ranges that the simulation has no numbers for."""
        for module in self.uut.modules:
            fitting = FITTINGS.get(module.name)
            if fitting is None or fitting.model != module.model:
                raise BadInput(
                    text(N_("The virtual analyzer cannot have the module {name}."), name=module.name),
                    where=str(path),
                    hint=text(N_("It can have: {known}."), known=", ".join(FITTINGS)),
                )
        for name, standard in self.meters().items():
            if standard.unit == "V" and tuple(float(r.span) for r in standard.ranges) != FULL_SCALES:
                raise BadInput(
                    text(N_("The ranges of the standard {name} are not those of a 3458A."), name=name),
                    where=str(path),
                )

    def meters(self) -> dict[str, Standard]:
        """Return the standards that are a 3458A."""
        return {n: s for n, s in self.standards.items() if self.bench.instruments[n].profile == METER}

    def declared(self) -> dict[str, Declared]:
        """Return the sections of the truth file that instruments and surroundings declare themselves."""
        sections = {f"standards.{name}": entry.hidden for name, entry in self.entries.items() if entry.hidden}
        return {"vacuum": VACUUM, "room": ROOM, **sections}

    def truth(self, seed: int, path: Path | None) -> Truth:
        """Return the hidden truth of *seed*, with the values that the file *path* names."""
        own = {name for name, entry in self.entries.items() if entry.hidden}
        with_ranges = {n: s for n, s in self.standards.items() if n not in own}
        drawn = draw(seed, self.uut, with_ranges, self.declared())
        return drawn if path is None else read(path, drawn)


class RunningBench:
    """The bench with its sockets open and its serial lines plugged in.

    Parameters
    ----------
    assembly
        What stands on it.
    truth
        Its hidden errors.
    clock
        Its time.

    Raises
    ------
    BadInput
        A port is taken.
    """

    def __init__(self, assembly: Assembly, truth: Truth, clock: BenchClock) -> None:
        self.bench = VirtualBench(clock, truth, assembly.uut, SLOTS, assembly.meters())
        self.chamber = Chamber(clock, truth.hidden["vacuum"][""])
        self.room = Room(truth.hidden["room"][""])
        self.pans = {name: Pan(clock) for name in assembly.entries}
        self.faults = {name: Faults(entry.faults) for name, entry in assembly.entries.items()}
        self.servers: dict[str, LineServer | PtyServer] = {}
        self.passive = assembly.passive
        for name in assembly.passive:
            errors = truth.standards.get(name, {})
            part = passive_part(name, assembly.standards.get(name), errors, self.room.air.temperature)
            self.bench.add(part)
        try:
            for name, entry in assembly.entries.items():
                listing = assembly.bench.instruments[name]
                stand = Stand(
                    name=name,
                    listing=listing,
                    standard=assembly.standards.get(name),
                    hidden=truth.hidden.get(f"standards.{name}", {}),
                    faults=self.faults[name],
                    bench=self.bench,
                    chamber=self.chamber,
                    room=self.room,
                    pan=self.pans[name],
                )
                self.servers[name] = _server(entry, entry.make(stand), self.faults[name], listing.resource)
            hands = Hands(self.bench, self.chamber, self.room, self.pans, self.faults)
            self.servers["control"] = _listen(hands, assembly.control)
        except BadInput:
            self.close()
            raise
        for server in self.servers.values():
            server.start()

    def resources(self) -> dict[str, str]:
        """Return the VISA resource string of every instrument, and of the control socket as ``control``."""
        wired = {name: server.resource for name, server in self.servers.items()}
        return wired | dict.fromkeys(self.passive, PASSIVE)

    def idle(self) -> float:
        """Return for how many seconds nobody has been connected."""
        times = [server.idle_since() for server in self.servers.values()]
        since = [t for t in times if t is not None]
        return time.monotonic() - max(since) if len(since) == len(times) else 0.0

    def close(self) -> None:
        """Close all sockets and take the serial lines away."""
        for server in self.servers.values():
            server.close()


def _entry(name: str, instrument: BenchInstrument, path: Path) -> Entry:
    """Return the virtual instrument for a line of the bench file."""
    entry = INSTRUMENTS.get(instrument.profile)
    if entry is not None and (name == "uut" or not entry.modular):
        return entry
    modular = ", ".join(profile for profile, known in INSTRUMENTS.items() if known.modular)
    raise BadInput(
        text(N_("The virtual bench has no {profile} as {name}."), profile=instrument.profile, name=name),
        where=str(path),
        hint=text(
            N_("It has: {known}. Only as uut: {modular}."), known=", ".join(INSTRUMENTS), modular=modular
        ),
    )


def _server(entry: Entry, front: FrontEnd, faults: Faults, resource: str) -> LineServer | PtyServer:
    """Put an instrument on its wire."""
    if not resource.upper().startswith(SERIAL):
        return _listen(front, _address(resource), entry, faults)
    return PtyServer(front, framing=entry.framing, baud=entry.baud, faults=faults, identity=entry.identity)


def _listen(
    front: FrontEnd, address: tuple[str, int], entry: Entry | None = None, faults: Faults | None = None
) -> LineServer:
    host, port = address
    try:
        if entry is None:
            return LineServer(front, host=host, port=port)
        return LineServer(
            front, host=host, port=port, framing=entry.framing, faults=faults, identity=entry.identity
        )
    except OSError as error:
        raise BadInput(
            text(N_("The port cannot be opened: {reason}."), reason=error.strerror or error),
            where=f"{host}:{port}",
            hint=text(N_("Port 0 takes any free one.")),
        ) from error


def serve(
    *,
    bench: Path | None = None,
    truth: Path | None = None,
    seed: int = 0,
    ready_file: Path | None = None,
    time_scale: str = "1",
    print_truth: bool = False,
    idle_exit: float | None = None,
) -> int:
    """Serve a virtual bench until a signal ends it, or nobody has been connected for *idle_exit* seconds.

    Parameters
    ----------
    bench, truth
        Bench file and truth file; None: the bench that ships with the program, everything drawn from *seed*.
    seed
        Of the hidden truth, the noise and the thermal EMF.
    ready_file
        Where the addresses are written as JSON once the bench listens; they are printed on stdout too.
    time_scale
        A factor, or ``virtual``.
    print_truth
        Only print the truth as TOML.
    idle_exit
        Real seconds; None: never.

    Returns
    -------
    int
        Exit status 0.

    Raises
    ------
    BadInput, ProfileError
        A file or a value that cannot be used.
    """
    assembly = Assembly(bench)
    hidden = assembly.truth(seed, truth)
    if print_truth:
        sys.stdout.write(to_toml(hidden, assembly.declared()))
        return 0
    clock = BenchClock(parse_scale(time_scale))
    stop = threading.Event()
    previous = {s: signal.signal(s, lambda *_: stop.set()) for s in termination_signals()}
    try:
        running = RunningBench(assembly, hidden, clock)
        try:
            announcement = msgspec.json.encode(running.resources()).decode()
            if ready_file is not None:
                _write_at_once(ready_file, announcement)
            sys.stdout.write(announcement + "\n")
            sys.stdout.flush()
            while not stop.wait(IDLE_LOOK):
                if idle_exit is not None and running.idle() > idle_exit:
                    break
        finally:
            running.close()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    return 0


def _check_address(name: str, resource: str, entry: Entry) -> None:
    """Refuse an address that the virtual bench cannot give to the instrument."""
    if not resource.upper().startswith(SERIAL):
        _address(resource)
    elif not entry.baud:
        raise BadInput(
            text(N_("The virtual {name} has no serial line."), name=name),
            where=resource,
            hint=text(N_("Write TCPIP::127.0.0.1::0::SOCKET; it listens on this computer only.")),
        )


def _address(resource: str) -> tuple[str, int]:
    match = re.fullmatch(r"TCPIP\d*::(?P<host>[^:]+)::(?P<port>\d{1,5})::SOCKET", resource)
    if match is None or match["host"] not in LOOPBACK or int(match["port"]) > 65535:
        raise BadInput(
            text(N_("The virtual bench cannot listen at this address.")),
            where=resource,
            hint=text(N_("Write TCPIP::127.0.0.1::0::SOCKET; it listens on this computer only.")),
        )
    return match["host"], int(match["port"])


def _write_at_once(path: Path, announcement: str) -> None:
    """Write so that a reader finds the whole file or none."""
    draft = path.with_name(f".{path.name}.{time.monotonic_ns()}")
    try:
        draft.write_text(announcement + "\n", encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise BenchtuiError(
            text(N_("The ready file cannot be written: {reason}."), reason=error.strerror or error),
            where=str(path),
        ) from error
