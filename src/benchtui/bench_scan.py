"""What is there: serial ports, addresses of bench files and whether they answer, GPIB and USB, on request the network.

Nothing is made ready and nothing is reset: a configured instrument is asked who it is and no more, and not even that
while a run uses its bench.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

import msgspec

from benchtui import platforms, profiles
from benchtui.client import EngineClient
from benchtui.clock import WallClock
from benchtui.errors import BenchtuiError
from benchtui.i18n import N_, Text, render, text
from benchtui.instruments import discovery, open_instrument
from benchtui.instruments.driver import WiredInstrument
from benchtui.instruments.resource import kind_of, serial_port

State = Literal["answers", "fails", "busy", "no-wire"]
_AT_ONCE = 8


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """An instrument of a bench file, and what was found at its address.

    *state* is ``answers`` (then *identity* says who), ``fails`` (then *error* says why), ``busy`` if another process
    uses it, or ``no-wire``.
    """

    file: str
    name: str
    profile: str
    resource: str
    state: State
    identity: str = ""
    error: BenchtuiError | None = None
    users: str = ""


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """All that a scan found; *network* is None if the network was not searched."""

    ports: tuple[discovery.SerialPort, ...]
    addresses: tuple[Address, ...]
    visa: discovery.VisaFindings
    network: discovery.VisaFindings | None
    notes: tuple[Text, ...]


def survey(folders: Iterable[Path], *, network: bool) -> Survey:
    """Look at this computer, at the bench files in *folders*, and with *network* at the networks it is in."""
    places = list(dict.fromkeys(folder.resolve() for folder in folders if folder.is_dir()))
    benches, notes = _benches(places)
    return Survey(
        ports=discovery.serial_ports(),
        addresses=_ask_all(benches, places),
        visa=discovery.visa_resources(),
        network=discovery.visa_resources(discovery.NETWORK_KINDS) if network else None,
        notes=tuple(notes),
    )


def _benches(folders: Iterable[Path]) -> tuple[dict[Path, profiles.Bench], list[Text]]:
    """Return the bench files at the top of *folders*, each once, and what is to be said of those that do not fit."""
    found: dict[Path, profiles.Bench] = {}
    notes: list[Text] = []
    for path in sorted({path.resolve() for folder in folders for path in folder.glob("*.toml")}):
        try:
            if "instruments" in tomllib.loads(path.read_text(encoding="utf-8")):
                found[path] = profiles.load(path, profiles.Bench)
        except (OSError, ValueError):
            continue  # not one that could be told from a job or a profile
        except BenchtuiError as error:
            notes.append(text("{where}: {what}", where=error.where, what=error.what))
    return found, notes


class _Found(msgspec.Struct):
    """An address on its way: with its driver, as long as there is something to ask."""

    address: Address
    instrument: WiredInstrument | None = None


def _ask_all(benches: dict[Path, profiles.Bench], folders: Iterable[Path]) -> tuple[Address, ...]:
    busy = dict(_in_use(benches, folders))
    # One after the other: the first reading of a profile must not meet another one in a second thread.
    found = [
        _open(path, name, entry, busy)
        for path, bench in benches.items()
        for name, entry in bench.instruments.items()
    ]
    by_place: dict[str, list[_Found]] = {}
    for one in found:
        by_place.setdefault(one.address.resource, []).append(one)
    with ThreadPoolExecutor(_AT_ONCE, "scan") as pool:
        # Of one address at a time: two questions at once would disturb each other.
        for asked in [pool.submit(_ask_each, place) for place in by_place.values()]:
            asked.result()
    return tuple(one.address for one in found)


def _ask_each(place: Iterable[_Found]) -> None:
    for one in place:
        one.address = _ask(one)


def _in_use(benches: dict[Path, profiles.Bench], folders: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """Yield the addresses that a run uses, with the run; what is at them must not be spoken to by anybody else."""
    for folder in folders:
        try:
            connection = platforms.dial(platforms.endpoint(folder))
        except OSError:
            continue  # no engine
        try:
            client = EngineClient(connection, control=False)
        except BenchtuiError:
            running, used = render(text(N_("an engine of another version"))), ""
        else:
            client.leave()
            running, used = client.welcome.running_job, client.welcome.bench_file
        for path, bench in benches.items():
            if running and used in ("", str(path)):
                yield from ((entry.resource, running) for entry in bench.instruments.values())


def _open(file: Path, name: str, entry: profiles.BenchInstrument, busy: dict[str, str]) -> _Found:
    """Make the driver of an instrument that may be asked; it is not connected yet."""
    address = Address(
        file=str(file), name=name, profile=entry.profile, resource=entry.resource, state="no-wire"
    )
    try:
        instrument = open_instrument(name, entry, clock=WallClock(), ask=_nobody, beside=file.parent)
        if not isinstance(instrument, WiredInstrument):
            return _Found(address)
        users = busy.get(entry.resource) or _port_users(entry.resource)
    except BenchtuiError as error:
        return _Found(msgspec.structs.replace(address, state="fails", error=error))
    if users:
        return _Found(msgspec.structs.replace(address, state="busy", users=users))
    return _Found(address, instrument)


def _ask(one: _Found) -> Address:
    if one.instrument is None:
        return one.address
    try:
        return msgspec.structs.replace(one.address, state="answers", identity=one.instrument.ask_identity())
    except BenchtuiError as error:
        return msgspec.structs.replace(one.address, state="fails", error=error)


def _nobody(_task: object) -> Any:
    raise BenchtuiError(text(N_("An instrument that a person reads is not asked.")))


def _port_users(resource: str) -> str:
    """Return who has the serial port at *resource* open; empty if nobody, or if it is no serial port."""
    if kind_of(resource) != "serial line":
        return ""
    port = discovery.serial_port(serial_port(resource))
    return users_text(port)


def users_text(port: discovery.SerialPort) -> str:
    """Return the processes that use *port* in words, such as ``4242 (minicom)``; empty if it is free."""
    words = [f"{user.pid} ({user.program})" if user.program else str(user.pid) for user in port.users]
    return ", ".join(words) or ("?" if port.locked else "")


# ---------------------------------------------------------------------------------------------------------- as printed
def as_json(found: Survey) -> dict[str, object]:
    """Return *found* for ``--json``."""
    return {
        "serial": [
            {
                "device": port.device, "resource": port.resource, "description": port.description,
                "hwid": port.hwid, "free": port.free, "locked": port.locked,
                "users": [msgspec.structs.asdict(user) for user in port.users],
            }
            for port in found.ports
        ],
        "addresses": [
            {
                "file": address.file, "instrument": address.name, "profile": address.profile,
                "resource": address.resource, "state": address.state, "identity": address.identity,
                "users": address.users, "error": str(address.error or ""),
            }
            for address in found.addresses
        ],
        "visa": list(found.visa.resources),
        "network": None if found.network is None else list(found.network.resources),
        "notes": [str(note) for note in _notes(found)],
    }  # fmt: skip


def _notes(found: Survey) -> tuple[Text, ...]:
    return (*found.notes, *found.visa.notes, *(found.network.notes if found.network else ()))


def as_text(found: Survey) -> str:
    """Return *found* as lines for a person."""
    return "\n".join(_lines(found))


def _lines(found: Survey) -> Iterator[str]:
    yield render(text(N_("Serial ports")))
    yield from map(_port_line, found.ports)
    if not found.ports:
        yield _nothing()
    yield render(text(N_("Addresses of the bench files")))
    for address in found.addresses:
        yield from _address_lines(address)
    if not found.addresses:
        yield _nothing()
    yield render(text(N_("GPIB and USB")))
    yield from (f"  {resource}" for resource in found.visa.resources)
    if not found.visa.resources:
        yield _nothing()
    yield render(text(N_("Network")))
    if found.network is None:
        yield f"  {render(text(N_('not searched; --network does, by broadcasts')))}"
    elif not found.network.resources:
        yield _nothing()
    else:
        yield from (f"  {resource}" for resource in found.network.resources)
    for note in _notes(found):
        yield f"! {render(note)}"


def _nothing() -> str:
    return f"  {render(text(N_('nothing found')))}"


def _port_line(port: discovery.SerialPort) -> str:
    words = [port.device, port.resource, port.description, port.hwid]
    if not port.free:
        words.append(render(text(N_("in use by {users}"), users=users_text(port))))
    return "  " + "  ".join(word for word in words if word)


def _address_lines(address: Address) -> Iterator[str]:
    mark = {"answers": "✓", "fails": "✗", "busy": "▶", "no-wire": "·"}[address.state]
    words = [mark, address.name, address.resource, address.identity]
    if address.state == "busy":
        words.append(render(text(N_("in use by {users}"), users=address.users)))
    if address.state == "no-wire":
        words.append(render(text(N_("no wire, not asked"))))
    yield "  ".join(["", *(word for word in words if word), f"({Path(address.file).name})"])
    if address.error is not None:
        yield f"    {render(address.error.what)}"
