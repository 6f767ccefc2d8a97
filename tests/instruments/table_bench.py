"""A table-driven instrument and the simulated one behind it, for the tests of each role."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

from tests.instruments.line_server import Handler, LineServer

from benchtui import profiles
from benchtui.instruments.profile import TableProfile, load
from benchtui.instruments.table_driver import TableInstrument
from benchtui.instruments.table_instrument import table_instrument


class BenchClock:
    """A clock of its own whose waits pass at once and are noted."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.waited: list[float] = []

    def now(self) -> float:
        return self.time

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        self.time += seconds
        self.waited.append(seconds)
        return stop.is_set()


def table_profile(name: str) -> TableProfile:
    loaded = load(profiles.find("instruments", name))
    assert isinstance(loaded, TableProfile)
    return loaded


@contextmanager
def on_the_bench(
    name: str | TableProfile, handler: Handler, clock: BenchClock | None = None
) -> Iterator[tuple[TableInstrument, LineServer]]:
    profile = name if isinstance(name, TableProfile) else table_profile(name)
    terminator = profile.lines.read_terminator.encode("ascii")
    with LineServer(handler, terminator) as server:
        instrument = table_instrument("inst", server.resource, profile, clock or BenchClock())
        with closing(instrument):
            yield instrument, server
