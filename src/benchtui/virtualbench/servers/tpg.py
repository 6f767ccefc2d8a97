"""Pfeiffer gauge controllers TPG 262, 361, 362 and 366: mnemonics with ACK, NAK and ENQ.

Source: Pfeiffer BG 5510 BEN (TPG 361, 362), BG 5511 BEN (TPG 366), BG 805 196 BE (TPG 262), chapter "Communication
protocol". The host sends a mnemonic; the controller acknowledges it and hands the data over when it is asked by ENQ.
After NAK, ENQ fetches the error word. From power-up until the first character comes, it sends all readings each second.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from benchtui.virtualbench.servers.link import Framing
from benchtui.virtualbench.vacuum import COLD_CATHODE, DIAPHRAGM, Gauge, GaugeType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from benchtui.virtualbench.hidden import Declared
    from benchtui.virtualbench.servers.link import Link
    from benchtui.virtualbench.stand import Stand

ENQ: Final = "\x05"
ETX: Final = "\x03"
ACK: Final = "\x06"
NAK: Final = "\x15"
FRAMING: Final = Framing(re.compile(rb"(?P<alone>[\x05\x03])|\r\n?|\n"))
BAUD: Final = 9600
STREAM_SECONDS: Final = 1.0

PARAMETER: Final = "0010"
SYNTAX: Final = "0001"
NO_ERROR: Final = "0000"
"""Error words: inadmissible parameter, syntax error, none."""
STATUS: Final = {"ok": 0, "under": 1, "over": 2}
SENSOR_OFF: Final = 4
NO_SENSOR: Final = 5
PASCALS: Final = {0: 100.0, 1: 101325.0 / 760.0, 2: 1.0, 3: 101.325 / 760.0, 4: 100.0}
"""Pascals in the unit of each code: mbar, Torr, Pa; the 36x also micron and hPa."""
FIRMWARE: Final = "010300"
OLDER_FIRMWARE: Final = "302-510-D"
HEADS: Final[Mapping[str, GaugeType]] = {"PKR": COLD_CATHODE, "CMR": DIAPHRAGM}
EMPTY: Final = "noSEn"


@dataclass(frozen=True)
class Model:
    """A controller: its name, the gauges on its channels, and whether it is of the series 36x."""

    name: str
    gauges: tuple[str, ...]
    ethernet: bool = True

    def declared(self) -> Declared:
        """Return the hidden errors of its gauges."""
        return {
            f"gauge {number}": HEADS[head].declared()
            for number, head in enumerate(self.gauges, 1)
            if head != EMPTY
        }


TPG262: Final = Model("TPG262", ("PKR", "CMR"), ethernet=False)
TPG361: Final = Model("TPG361", ("PKR",))
TPG362: Final = Model("TPG362", ("PKR", "CMR"))
TPG366: Final = Model("TPG366", ("PKR", "CMR", "PKR", "CMR", EMPTY, EMPTY))


class Refusal(Exception):
    """A mnemonic that the controller refuses; the argument is its error word."""


class Tpg:
    """The front end of a controller."""

    def __init__(self, stand: Stand, model: Model) -> None:
        self._model = model
        self._clock = stand.bench.clock
        self._lock = threading.Lock()
        self._gauges = _gauges(stand, model, "gauge noise")
        # What is streamed depends on when somebody comes; it must not use up the noise of what is asked for.
        self._streamed = _gauges(stand, model, "streamed gauge noise")
        self._on = [True] * len(model.gauges)
        self._unit = 0
        self._answer = ""
        self._error = NO_ERROR
        self._asked = False
        self._mnemonics: dict[str, Callable[[list[str]], str]] = {
            "PRX": self._prx,
            "UNI": self._uni,
            "SEN": self._sen,
            "TID": lambda _: ",".join(model.gauges),
            "ERR": self._err,
            "PNR": lambda _: FIRMWARE if model.ethernet else OLDER_FIRMWARE,
        }
        for channel in range(len(model.gauges)):
            self._mnemonics[f"PR{channel + 1}"] = partial(self._pr, channel)
        if model.ethernet:
            self._mnemonics["AYT"] = lambda _: f"{model.name},PTG28290,44990000,{FIRMWARE},010100"

    def connected(self, link: Link) -> None:
        """Stream, if nobody has sent anything since power-up."""
        if not self._asked:
            link.repeat(STREAM_SECONDS, self._stream, self._clock, until_input=True)

    def handle(self, line: str, link: Link) -> None:
        """Take a mnemonic, or the ENQ that fetches its data."""
        self._asked = True
        if line == ENQ:
            link.send(self._answer)
        elif line.strip() and line != ETX:
            link.send(self._take(line))

    def refuse(self, link: Link) -> None:
        """Answer as to a syntax error."""
        self._answer = self._error = SYNTAX
        link.send(NAK)

    def _take(self, line: str) -> str:
        mnemonic, *parameters = line.strip().upper().split(",")
        with self._lock:
            try:
                self._answer = self._mnemonics.get(mnemonic, self._unknown)(parameters)
            except Refusal as refusal:
                self._answer = self._error = str(refusal)
                return NAK
            return ACK

    @staticmethod
    def _unknown(_parameters: list[str]) -> str:
        raise Refusal(SYNTAX)

    def _pr(self, channel: int, _parameters: list[str]) -> str:
        return self._reading(self._gauges, channel)

    def _prx(self, _parameters: list[str]) -> str:
        return ",".join(self._reading(self._gauges, c) for c in range(len(self._gauges)))

    def _stream(self) -> str:
        with self._lock:
            return ",".join(self._reading(self._streamed, c) for c in range(len(self._streamed)))

    def _reading(self, gauges: list[Gauge | None], channel: int) -> str:
        gauge = gauges[channel]
        status, pascals = NO_SENSOR, 0.0
        if gauge is not None and self._on[channel]:
            state, pascals = gauge.read()
            status = STATUS[state]
        elif gauge is not None:
            status = SENSOR_OFF
        return f"{status},{pascals / PASCALS[self._unit]:+.4E}"

    def _uni(self, parameters: list[str]) -> str:
        if parameters:
            units = [str(code) for code in PASCALS if code <= 2 or self._model.ethernet]
            if len(parameters) != 1 or parameters[0] not in units:
                raise Refusal(PARAMETER)
            self._unit = int(parameters[0])
        return str(self._unit)

    def _sen(self, parameters: list[str]) -> str:
        if parameters:
            if len(parameters) != len(self._gauges) or not set(parameters) <= {"0", "1", "2"}:
                raise Refusal(PARAMETER)
            for channel, wanted in enumerate(parameters):
                if wanted != "0" and self._switched(channel):
                    self._on[channel] = wanted == "2"
        states = (1 + on if self._switched(c) else 0 for c, on in enumerate(self._on))
        return ",".join(str(state) for state in states)

    def _switched(self, channel: int) -> bool:
        """Tell whether a gauge can be switched off; one that does not ionize cannot."""
        gauge = self._gauges[channel]
        return gauge is not None and gauge.kind.ionizes

    def _err(self, _parameters: list[str]) -> str:
        word, self._error = self._error, NO_ERROR
        return word


def _gauges(stand: Stand, model: Model, purpose: str) -> list[Gauge | None]:
    seed = stand.bench.truth.seed
    return [
        None
        if head == EMPTY
        else Gauge(
            HEADS[head],
            stand.chamber,
            stand.hidden[f"gauge {number}"],
            stand.faults,
            seed,
            purpose,
            stand.name,
            number,
        )
        for number, head in enumerate(model.gauges, 1)
    ]
