"""A stand-in for the engine with a gas analyzer: arms the guardian, switches the filament on, waits for its end.

Arguments: resource of the analyzer, guardian's log.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from benchtui.clock import WallClock
from benchtui.instruments import open_instrument
from benchtui.instruments.guardian import Guardian
from benchtui.instruments.srs_rga import SrsRga
from benchtui.profiles import BenchInstrument


def main(resource: str, log: str) -> None:
    guardian = Guardian(Path(log))
    guardian.start()
    entry = BenchInstrument(profile="srs-rga200", resource=resource)
    analyzer = open_instrument("rga", entry, clock=WallClock())
    assert isinstance(analyzer, SrsRga)
    analyzer.connect()
    guardian.arm("rga", analyzer.safe_off_recipe())
    analyzer.switch_filament(on=True)
    sys.stdout.write("on\n")
    sys.stdout.flush()
    time.sleep(60)


if __name__ == "__main__":
    main(*sys.argv[1:])
