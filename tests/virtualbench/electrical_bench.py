"""The bench of all electrical instruments, and what the tests of its circuit and of its clients share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from tests.virtualbench.line_client import BenchInTest

from benchtui.profiles import find

if TYPE_CHECKING:
    from pathlib import Path

    from benchtui.virtualbench.clock import Scale

NO_FLEX_ERROR = '+0,"No Error."'
BARRIERS = {
    "cal": "*OPC?",
    "eme": "*OPC?",
    "counter": "*OPC?",
    "digitizer": "*LANG?",
    "dmm": "ID?",
    "ammeter": "ID?",
}
"""A query of each instrument that is answered at once, after what was sent before it."""


class ElectricalBench(BenchInTest):
    """The shipped bench for semiconductor analyzers, in virtual time, the interlock closed."""

    def __init__(self, scale: Scale = "virtual", *, seed: int = 1, bench: Path | None = None) -> None:
        super().__init__(scale, seed=seed, bench=bench or find("benches", "virtual-semiconductor"))
        self._names = {name: self.connect(name) for name in ("cal", "eme", "digitizer", "counter", "ammeter")}
        self._names |= {"dmm": self.dmm}
        assert self.hands.ask(do="interlock", closed=True)["ok"]

    def __enter__(self) -> Self:
        return self

    def wire(self, *leads: str) -> None:
        """Connect leads such as ``uut.MPSMU.force dmm.hi``; ``uut..common`` has no module."""
        connections = [[_terminal(end) for end in lead.split()] for lead in leads]
        reply = self.hands.ask(do="wire", connections=connections)
        assert reply["ok"], reply

    def say(self, name: str, *lines: str) -> None:
        """Send commands and wait until they are carried out."""
        self._names[name].write(*lines)
        assert self.ask(name, BARRIERS[name])

    def ask(self, name: str, line: str) -> str:
        """Ask an instrument; its answer may end with LF or CR LF."""
        client = self._names[name]
        client.write(line)
        return client._lines.readline().rstrip("\r\n")

    def flex(self, *lines: str) -> None:
        """Send commands to the analyzer, which must accept them all."""
        self.uut.write(*lines)
        assert self.uut.query("ERRX?") == NO_FLEX_ERROR

    def ohms(self, name: str) -> float:
        """Return the hidden true value of a resistor."""
        from benchtui.virtualbench.parts import ResistorPart

        part = self.running.bench.parts[name]
        assert isinstance(part, ResistorPart)
        return part.ohms

    def true(self, module: str, key: str, value: float) -> float:
        """Return the true output for a set value, or the reading for a true value."""
        return self.truth.uut[module][key].true_output(value)


def _terminal(end: str) -> list[str]:
    name, *module, terminal = end.split(".")
    return [name, module[0] if module else "", terminal]
