"""The virtual bench with calibrator and electrometer connected, and with what people do wrong at it."""

from __future__ import annotations

from decimal import Decimal

import msgspec
from tests.procedures.item_on_bench import ItemBench

from benchtui.instruments import open_instrument
from benchtui.instruments.manual import HandTask
from benchtui.procedures.base import Candidate, Procedure
from benchtui.profiles import BenchInstrument, CertifiedValue, Standard
from benchtui.quantity import Reading, parse_entry
from benchtui.roles import VoltageSource
from benchtui.wiring import Wiring


class LowCurrentBench(ItemBench):
    """The bench of the items up to 10 µA."""

    WIRED = ("uut", "cal", "eme")

    def __init__(self, seed: int = 1) -> None:
        super().__init__(seed)
        self.missing = ""
        self.settings: list[str] = []

    def _mistaken(self, wiring: Wiring) -> Wiring:
        """Leave out the lead that begins or ends at the role :attr:`missing`, the first one."""
        moved = super()._mistaken(wiring)
        found = [c for c in moved.connections if self.missing in (c.start.role, c.end.role)]
        return msgspec.structs.replace(
            moved, connections=tuple(c for c in moved.connections if not self.missing or c != found[0])
        )

    def set_by_hand(self) -> None:
        """Let a person set the calibrator: what is asked for is set on it, and typed."""
        calibrator = self._instruments["cal"]
        assert isinstance(calibrator, VoltageSource)

        def ask(task: HandTask) -> Reading:
            level = parse_entry(str(task.title.args.get("level", "0 V")), "V").value
            calibrator.source_voltage("", level, span=Decimal(220), current_limit=Decimal("0.001"))
            self.settings.append(str(level))
            return Reading(raw=str(level), value=float(level), unit="V", flags=("manual",))

        entry = BenchInstrument(profile="manual-voltage-source", resource="MANUAL")
        self._instruments["cal"] = open_instrument("cal", entry, clock=self._hands, ask=ask)


def only(item: Procedure, bench: ItemBench, *names: str) -> dict[str, list[Candidate]]:
    """Return the candidates of *item* on *bench*, of the resistors only those of *names*."""
    found = bench.candidates(item)
    return {**found, "resistor": [one for one in found["resistor"] if one.name in names]}


def certified_as(standard: Standard, **changed: str) -> Standard:
    """Return *standard* with another certificate."""
    value = msgspec.structs.replace(standard.values[0], **{k: Decimal(v) for k, v in changed.items()})
    return msgspec.structs.replace(standard, values=(value,))


def plain_resistor(standard: Standard, nominal: str, expanded: str) -> Standard:
    """Return *standard* as the worked examples of the specification have it: at its nominal value, and no more."""
    value = CertifiedValue(
        nominal=Decimal(nominal), value=Decimal(nominal), expanded_uncertainty=Decimal(expanded)
    )
    return msgspec.structs.replace(standard, values=(value,))


def plain_source(standard: Standard) -> Standard:
    """Return *standard* as a source with limits of error of ±0.01 % of its value, and nothing else."""
    row = msgspec.structs.replace(
        standard.ranges[1], ppm_of_reading=Decimal(100), ppm_of_range=Decimal(0), floor=Decimal(0)
    )
    return msgspec.structs.replace(standard, ranges=(row,))
