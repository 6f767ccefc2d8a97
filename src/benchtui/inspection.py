"""Looking before working: who answers on a bench, and which profiles are sound."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from benchtui import profiles
from benchtui.bench_log import workspace_of
from benchtui.clock import WallClock
from benchtui.errors import BenchtuiError, ProfileError
from benchtui.i18n import N_, Text, text
from benchtui.instruments import open_instrument
from benchtui.instruments.driver import WiredInstrument
from benchtui.instruments.profile import load as load_instrument
from benchtui.instruments.wire_file import FOLDER, WireRecorder
from benchtui.instruments.wire_log import WireEntry
from benchtui.roles import Instrument

_AT_ONCE = 32


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What was found at one line of a bench file.

    *round_trip* is the time in seconds between the last question and its answer, None where none was asked;
    *certificate* says until when the standard's certificate holds, empty for what is no standard; *error* is what
    failed, None if nothing did.
    """

    name: str
    resource: str
    identity: str = ""
    round_trip: float | None = None
    certificate: str = ""
    expired: bool = False
    error: BenchtuiError | None = None

    @property
    def sound(self) -> bool:
        """True if the instrument can be used."""
        return self.error is None and not self.expired


def inspect_bench(path: Path, today: date) -> list[Found]:
    """Connect to the instruments of the bench file at *path*; the wire logs of its workspace tell.

    All at once, because one that is not there is waited for; those on a GPIB board one after the other, because they
    share its lines.

    Raises
    ------
    ProfileError
        The bench file does not fit.
    """
    bench = profiles.load(path, profiles.Bench)
    uut = _modules(path.parent)
    with closing(WireRecorder(workspace_of(path) / FOLDER)) as recorder:
        queues: dict[str, list[str]] = {}
        for name, entry in bench.instruments.items():
            queues.setdefault(_board(entry.resource) or name, []).append(name)
        sinks = {name: recorder.sink(name) for name in bench.instruments}

        def inspect(names: list[str]) -> list[Found]:
            return [
                _inspect(name, bench.instruments[name], path.parent, uut, today, sinks[name])
                for name in names
            ]

        with ThreadPoolExecutor(min(len(queues), _AT_ONCE) or 1, "inspect") as pool:
            found = {each.name: each for part in pool.map(inspect, queues.values()) for each in part}
        return [found[name] for name in bench.instruments]


def _board(resource: str) -> str:
    """Return the GPIB board that *resource* is on, empty for one with a wire of its own."""
    board, _, rest = resource.strip().upper().partition("::")
    return board if board.startswith("GPIB") and rest else ""


def _modules(beside: Path) -> dict[str, dict[str, str]]:
    """Return module name -> model of every type of unit under test, by profile name."""
    found = {}
    for folder in (profiles.root() / "uut", beside / "uut"):
        for path in folder.glob("*.toml"):
            uut = profiles.load(path, profiles.Uut)
            found[path.stem] = {module.name: module.model for module in uut.modules}
    return found


def _inspect(
    name: str,
    entry: profiles.BenchInstrument,
    beside: Path,
    uut: dict[str, dict[str, str]],
    today: date,
    sink: Callable[[WireEntry], None],
) -> Found:
    found = Found(name=name, resource=entry.resource)
    instrument: Instrument | None = None
    try:
        if entry.standard:
            path = profiles.find("standards", entry.standard, beside)
            due = profiles.load(path, profiles.Standard).certificate.due
            found = msgspec.structs.replace(found, certificate=due.isoformat(), expired=due < today)
        instrument = open_instrument(
            name, entry, clock=WallClock(), modules=uut.get(entry.profile, {}), ask=_nobody, beside=beside
        )
        if isinstance(instrument, WiredInstrument):
            instrument.keep_wire_log(sink)
        instrument.connect()
        return msgspec.structs.replace(
            found, identity=instrument.identity, round_trip=_round_trip(instrument)
        )
    except BenchtuiError as error:
        return msgspec.structs.replace(found, error=error)
    finally:
        if instrument is not None:
            instrument.close()


def _nobody(_task: object) -> Any:
    raise BenchtuiError(text(N_("An instrument that a person reads is not asked.")))


def _round_trip(instrument: Instrument) -> float | None:
    """Return the time between the last question and its answer, from the log of the wire."""
    asked = None
    answered = None
    for entry in getattr(instrument, "wire_log", list)():
        if entry.direction == "out":
            asked = entry.time
        elif entry.direction == "in" and asked is not None:
            answered, asked = entry.time - asked, None
    return answered


_KINDS: tuple[tuple[str, type], ...] = (
    ("instruments", profiles.Bench),
    ("modules", profiles.Uut),
    ("certificate", profiles.Standard),
    ("items", profiles.Job),
    ("address", profiles.Laboratory),
)
"""A key that only one kind of file has at its top, and the kind."""


def inspect_profile(path: Path) -> Text:
    """Check a TOML file of whatever kind; return what it is.

    Raises
    ------
    ProfileError
        It does not fit, or cannot be told from its keys.
    """
    try:
        keys = set(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        keys = {"instruments"}  # the loader says what is wrong with it
    if "driver" in keys:
        return text(N_("instrument: {name}"), name=load_instrument(path).name)
    for key, kind in _KINDS:
        if key in keys:
            profiles.load(path, kind)
            return text(N_("{kind}: sound"), kind=kind.__name__)
    raise ProfileError(
        text(N_("It cannot be told what this file describes.")),
        where=str(path),
        hint=text(N_("Compare with a profile that ships with the program.")),
    )
