"""A writer to be killed: appends readings without end and says the ``seq`` of each after it is committed."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from benchtui.quantity import Reading
from benchtui.records import Store, stamp
from benchtui.wiring import Wiring

store = Store.open(Path(sys.argv[1]), actor="engine")
store.interrupt_open_attempts(at=stamp(1.0), reason="killed")
attempt = store.begin_attempt(
    at=stamp(2.0),
    job="J-1",
    item="dc",
    point="low",
    wiring=Wiring("k", "6", ()),
    operator="张三",
    program="0.1.0",
    instruments={},
    standards={},
)
count = 0
while True:
    count += 1
    seq = store.add_reading(
        at=stamp(3.0),
        attempt=attempt.id,
        role="standard",
        purpose="reading",
        reading=Reading(f"{count}\r\n", float(count), "V"),
    )
    os.write(1, f"{seq} {attempt.id} {count}\n".encode())
