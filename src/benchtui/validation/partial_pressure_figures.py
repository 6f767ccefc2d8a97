"""The review of partial-pressure calibration: its printed figures, from the conditions printed beside them."""

from __future__ import annotations

from functools import partial

from benchtui.calc.equations import partial_pressure
from benchtui.validation.check import Check

DOCUMENT = "000"

_CONDUCTANCE = 1e-10  # m³/s, standard conductance element (Yoshida, 2012)

CHECKS: tuple[Check, ...] = tuple(
    Check(
        document=DOCUMENT,
        place="Conductance element (Yoshida)",
        quantity=f"throughput at {upstream:g} Pa",
        printed=printed,
        unit="Pa·m³/s",
        recompute=partial(partial_pressure.throughput, _CONDUCTANCE, upstream),
        why="C·p with C = 1e-10 m³/s into vacuum.",
    )
    for upstream, printed in ((1e2, "1e-8"), (1e4, "1e-6"))
)
"""Every printed figure of the review that the conditions beside it allow to recompute."""
