"""An MKS 937B gauge controller: addressed messages between ``@`` and ``;FF``, no line ends.

Source: commands, words and NAK codes as PyMeasure's driver ``mksinst`` and the ESS protocol file of the 937B use them.
A message for another address is not answered. In the slots are a cold cathode (channel 1), a Pirani (3) and a
capacitance manometer of 1000 Torr (5).
"""

from __future__ import annotations

import math
import re
import threading
from functools import partial
from typing import TYPE_CHECKING, Final

from benchtui.virtualbench.servers.link import Framing
from benchtui.virtualbench.vacuum import COLD_CATHODE, PIRANI, Gauge, GaugeType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from benchtui.virtualbench.hidden import Declared
    from benchtui.virtualbench.servers.link import Link
    from benchtui.virtualbench.stand import Stand

ADDRESS: Final = "253"
FRAMING: Final = Framing(re.compile(rb";FF"), b";FF")
BAUD: Final = 9600
MODULES: Final = "CC,PR,CM"
SERIAL_NUMBER: Final = "0310212345"
UNKNOWN: Final = "NAK160"
NOT_IONIZING: Final = "NAK152"
PASCALS: Final = {"TORR": 101325.0 / 760.0, "mBAR": 100.0, "PASCAL": 1.0, "MICRON": 101.325 / 760.0}
"""Pascals in each unit."""
MANOMETER: Final = GaugeType(-1e3, 1e5, 1e-4, 0.5, ionizes=False, gain_error=2.5e-3, zero=5.0)
"""A capacitance manometer of 1000 Torr full scale."""
HEADS: Final[Mapping[int, GaugeType]] = {1: COLD_CATHODE, 3: PIRANI, 5: MANOMETER}
DECLARED: Final[Declared] = {f"gauge {channel}": head.declared() for channel, head in HEADS.items()}


class Refusal(Exception):
    """A message that is refused; the argument is the NAK code."""


class Mks937b:
    """The front end of a controller."""

    def __init__(self, stand: Stand) -> None:
        self._lock = threading.Lock()
        self._gauges = {
            channel: Gauge(
                head,
                stand.chamber,
                stand.hidden[f"gauge {channel}"],
                stand.faults,
                stand.bench.truth.seed,
                "gauge noise",
                stand.name,
                channel,
            )
            for channel, head in HEADS.items()
        }
        self._on = dict.fromkeys(HEADS, True)
        self._unit = "TORR"
        self._queries: dict[str, Callable[[], str]] = {
            "PRZ": lambda: " ".join(self._pressure(channel) for channel in range(1, 7)),
            "PC1": self._combined,
            "U": lambda: self._unit,
            "SN": lambda: SERIAL_NUMBER,
            "MT": lambda: MODULES,
        }
        for channel in range(1, 7):
            self._queries[f"PR{channel}"] = partial(self._pressure, channel)
            self._queries[f"CP{channel}"] = partial(self._power, channel)
            self._queries[f"T{channel}"] = partial(self._ionizing, channel)

    def handle(self, line: str, link: Link) -> None:
        """Answer one message, if it is for this controller."""
        match = re.fullmatch(r"\s*@(\d{3})([A-Z]+\d*)([?!])(.*)", line)
        if match is None or match[1] != ADDRESS:
            return
        _, command, kind, argument = match.groups()
        with self._lock:
            try:
                answer = "ACK" + (self._ask(command) if kind == "?" else self._set(command, argument))
            except Refusal as refusal:
                answer = str(refusal)
        link.send(f"@{ADDRESS}{answer}")

    def refuse(self, link: Link) -> None:
        """Answer as to an unknown message."""
        link.send(f"@{ADDRESS}{UNKNOWN}")

    def _ask(self, command: str) -> str:
        if command not in self._queries:
            raise Refusal(UNKNOWN)
        return self._queries[command]()

    def _set(self, command: str, argument: str) -> str:
        if command == "U":
            unit = next((u for u in PASCALS if u.upper() == argument.upper()), None)
            if unit is None:
                raise Refusal(UNKNOWN)
            self._unit = unit
            return unit
        channel = int(command[2:]) if re.fullmatch(r"CP[1-6]", command) else 0
        if channel not in self._gauges or argument.upper() not in ("ON", "OFF"):
            raise Refusal(UNKNOWN)
        self._on[channel] = argument.upper() == "ON"
        return argument.upper()

    def _power(self, channel: int) -> str:
        return "ON" if self._on.get(channel) else "OFF"

    def _pressure(self, channel: int) -> str:
        gauge = self._gauges.get(channel)
        if gauge is None:
            return "NOGAUGE"
        if not self._on[channel]:
            return "OFF"
        state, pascals = gauge.read()
        value = pascals / PASCALS[self._unit]
        if state == "under":
            return f"LO<E{math.floor(math.log10(value)):+03d}"
        return "ATM" if state == "over" else f"{value:.2E}"

    def _combined(self) -> str:
        """Return the reading of the cold cathode, or of the Pirani where that is switched off or too low."""
        pressure = self._pressure(1)
        return pressure if re.match(r"[-\d]", pressure) else self._pressure(3)

    def _ionizing(self, channel: int) -> str:
        gauge = self._gauges.get(channel)
        if gauge is None or not gauge.kind.ionizes:
            raise Refusal(NOT_IONIZING)
        return "G" if self._on[channel] else "O"
