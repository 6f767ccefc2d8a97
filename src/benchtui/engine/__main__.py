"""``python -m benchtui.engine --workspace DIR [--bench FILE]``: the engine process; faces start it when none runs."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchtui import messages, platforms
from benchtui.errors import BenchtuiError

if TYPE_CHECKING:
    from benchtui.engine.conductor import Conductor
    from benchtui.engine.server import Server

LOCK = "engine.lock"
EXIT_GRACE = 2.0
IDLE_EXIT = 60.0
"""Seconds after which an engine ends that has neither a face nor a run; the next face starts a new one."""
_log = logging.getLogger("benchtui.engine")


class _Relay:
    """The faces as the conductor sees them; conductor and server each need the other."""

    server: Server

    def publish(self, event: messages.Event) -> None:
        """Send *event* to every face."""
        self.server.publish(event)


def main() -> int:
    """Run the engine until it is shut down; return the exit status."""
    parser = argparse.ArgumentParser(prog="benchtui.engine")
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--bench", type=Path)
    options = parser.parse_args()
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr
    )
    # Before any thread exists, so that all inherit it: a handler would not run while a thread hangs in a call. That
    # means before numpy is imported, too: a thread of its linear algebra would take the signal, and end the process.
    signals = platforms.termination_signals()
    platforms.block(signals)
    lock = platforms.Lock(options.workspace / LOCK)
    if not lock.acquire():
        print(f"another engine has this workspace: {lock.holder()}", file=sys.stderr)  # noqa: T201 - read from the log by the client
        return platforms.HELD_BY_ANOTHER
    try:
        conductor, server = _start(options.workspace, options.bench)
    except BenchtuiError as error:
        _log.info("the engine cannot start", exc_info=True)
        print(error, file=sys.stderr)  # noqa: T201 - read from the log by the client
        return error.exit_status
    threading.Thread(target=_watch_signals, args=(signals, conductor), daemon=True, name="signals").start()
    server.start()
    _attend(conductor, server)
    # Outputs first: the faces hear how they go off, and only then lose the engine.
    conductor.shut_down("asked to end")
    server.close()
    lock.release()
    return 0


def _start(workspace: Path, bench: Path | None) -> tuple[Conductor, Server]:
    from benchtui.engine.conductor import Conductor
    from benchtui.engine.server import Server

    relay = _Relay()
    conductor = Conductor(workspace, bench, relay)
    relay.server = Server(platforms.endpoint(workspace), conductor)
    return conductor, relay.server


def _attend(conductor: Conductor, server: Server) -> None:
    """Return when the engine was told to end, or nobody has wanted anything of it for a while."""
    busy = time.monotonic()
    while not conductor.ended.wait(1.0):
        if conductor.running or server.faces():
            busy = time.monotonic()
        elif time.monotonic() - busy > IDLE_EXIT:
            _log.info("nobody is attached and nothing runs: exit")
            return


def _watch_signals(signals: set[signal.Signals], conductor: Conductor) -> None:
    number = platforms.wait_signal(signals)
    _log.info("signal %s: outputs off, then exit", number)
    conductor.ended.set()
    time.sleep(EXIT_GRACE)
    # Something hangs; the guardian sees our end and switches off what is still armed.
    os._exit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
