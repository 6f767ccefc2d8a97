"""A stand-in for the engine: arms the guardian, switches a voltage on, says so, waits for its end.

Arguments: resource of the analyzer, guardian's log, module, volts, span; ``fork`` to leave a child that holds the
guardian's pipe open.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from decimal import Decimal
from pathlib import Path

from benchtui.clock import WallClock
from benchtui.instruments import open_instrument
from benchtui.instruments.b1500 import B1500
from benchtui.instruments.guardian import Guardian
from benchtui.profiles import BenchInstrument


def main(resource: str, log: str, module: str, volts: str, span: str, *extra: str) -> None:
    # Whoever started the tests in the background may have had these ignored.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    guardian = Guardian(Path(log))
    guardian.start()
    entry = BenchInstrument(profile="keysight-b1505a", resource=resource)
    modules = {"MPSMU": "B1511B", "HVSMU": "B1513B"}
    uut = open_instrument("uut", entry, clock=WallClock(), modules=modules)
    assert isinstance(uut, B1500)
    uut.connect()
    guardian.arm("uut", uut.safe_off_recipe())
    uut.source_voltage(module, Decimal(volts), span=Decimal(span), current_limit=Decimal("0.001"))
    child = os.fork() if "fork" in extra else 0
    if not (child == 0 and "fork" in extra):
        sys.stdout.write(f"{guardian.pid} {child}\n")
        sys.stdout.flush()
    time.sleep(60)


if __name__ == "__main__":
    main(*sys.argv[1:])
