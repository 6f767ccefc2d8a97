"""A Vaisala PTU300 transmitter of air pressure, temperature and humidity.

Source: Vaisala M210855EN, "List of serial commands" and "Getting the measurement message"; wording of the replies as
the driver ``ptu300`` of MSL-Equipment reads them. In the RUN mode it sends a message each second and takes nothing but
``S``.
"""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Final

from benchtui.virtualbench.hidden import HiddenValue
from benchtui.virtualbench.noise import KeyedNoise
from benchtui.virtualbench.servers.link import Framing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from benchtui.virtualbench.hidden import Declared
    from benchtui.virtualbench.servers.link import Link
    from benchtui.virtualbench.stand import Stand

FRAMING: Final = Framing(re.compile(rb"\r\n?|\n"))
BAUD: Final = 4800
INTERVAL: Final = 1.0
INFO: Final = (
    "PTU300 / 5.16",
    "Serial number  : G3110001",
    "Batch number   : G2510002",
    "Adjust date    : 2024-05-17",
    "Adjust info    : ---",
    "Date           : 2000-01-01",
    "Time           : 00:00:00",
    "Serial mode    : STOP",
    "Baud P D S     : 4800 E 7 1",
    "Output interval: 1 s",
    "Address        : 0",
    "Module 1       : BARO-1",
    "Module 2       : HUMI-1",
)
SERIAL_NUMBER: Final = "G3110001"
HECTOPASCAL: Final = "hPa"
PASCALS: Final = {
    "hPa": 100.0, "mbar": 100.0, "Pa": 1.0, "kPa": 1000.0, "bara": 1e5, "mmHg": 133.322387415, "torr": 101325.0 / 760.0,
    "inHg": 3386.388640341, "psia": 6894.757293168,
}  # fmt: skip
"""Pascals in each unit of pressure."""
FIRST_FORMAT: Final = '4.2 "P=" P " " U4 3.2 "T=" T " " U4 "RH=" RH " " U4 #r #n'
TOKEN: Final = re.compile(
    r'"(?P<quoted>[^"]*)"|(?P<escape>[#\\][rnt])|(?P<number>\d+\.\d+)|(?P<word>[A-Za-z]+\d*)|\s+'
)
ESCAPES: Final = {"r": "\r", "n": "\n", "t": "\t"}
NOISE: Final = {"P": 3.0, "T": 0.01, "RH": 0.05}
"""Standard deviation of a single message: Pa, °C, %."""
DECLARED: Final[Declared] = {
    "": {
        "pressure_error": HiddenValue(15.0, "indication - true air pressure, in Pa"),
        "temperature_error": HiddenValue(0.2, "indication - true air temperature, in °C"),
        "humidity_error": HiddenValue(1.0, "indication - true relative humidity, in %"),
    }
}


class Ptu300:
    """The front end of a transmitter."""

    def __init__(self, stand: Stand) -> None:
        self._room = stand.room
        self._hidden: Mapping[str, float] = stand.hidden[""]
        self._clock = stand.bench.clock
        seed = stand.bench.truth.seed
        self._lock = threading.Lock()
        self._noise = {q: KeyedNoise(seed, "transmitter noise", stand.name, q) for q in NOISE}
        self._streamed = {q: KeyedNoise(seed, "streamed transmitter noise", stand.name, q) for q in NOISE}
        self._faults = stand.faults
        self._turns = 0
        self._format = FIRST_FORMAT
        self._unit = HECTOPASCAL
        self._metric = True
        self._running = False

    def connected(self, link: Link) -> None:
        """Go on streaming in the RUN mode."""
        if self._running:
            self._run(link)

    def handle(self, line: str, link: Link) -> None:
        """Carry out one command."""
        words = line.split()
        command = words[0].upper() if words else ""
        rest = line.strip()[len(command) :].strip()
        if self._running and command != "S":
            return
        match command:
            case "":
                return
            case "?":
                for text in INFO:
                    link.send(text)
            case "ERRS":
                link.send("No errors")
            case "SEND":
                link.send_bytes(self._message(self._noise).encode("latin-1"))
            case "R":
                self._running = True
                self._run(link)
            case "S":
                self._running = False
                link.stop_repeating()
            case "FORM":
                link.send(self._form(rest))
            case "UNIT":
                link.send(self._units(rest))
            case _:
                self.refuse(link)

    def refuse(self, link: Link) -> None:
        """Answer as to an unknown command."""
        link.send("Unknown command.")

    def _run(self, link: Link) -> None:
        link.repeat(INTERVAL, lambda: self._message(self._streamed).removesuffix("\r\n"), self._clock)

    def _form(self, format_: str) -> str:
        if format_ in ("", "?"):
            return f"Output format  : {self._format.replace('#', chr(92))}"
        if "".join(match[0] for match in TOKEN.finditer(format_)) != format_:
            return "Invalid format."
        self._format = format_
        return "OK"

    def _units(self, setting: str) -> str:
        quantity, _, unit = setting.partition(" ")
        match quantity.upper():
            case "M" | "N" | "":
                self._metric = quantity.upper() != "N" if quantity else self._metric
                return f"Output units   : {'metric' if self._metric else 'non metric'}"
            case "P" if unit in PASCALS:
                self._unit = unit
                return f"P units        : {unit}"
        return "Invalid unit."

    def _message(self, noise: Mapping[str, KeyedNoise]) -> str:
        with self._lock:
            return "".join(self._pieces(self._indications(noise)))

    def _pieces(self, indications: Mapping[str, float]) -> Iterator[str]:
        whole, decimals, quantity = 4, 2, "P"
        units = {"P": self._unit, "T": "'C" if self._metric else "'F", "RH": "%RH"}
        for match in TOKEN.finditer(self._format):
            if match["quoted"] is not None:
                yield match["quoted"]
            elif match["escape"]:
                yield ESCAPES[match["escape"][1]]
            elif match["number"]:
                whole, decimals = (int(part) for part in match["number"].split("."))
            elif (word := (match["word"] or "").upper()) in indications:
                quantity = word
                yield f"{indications[word]:{whole + 1 + decimals}.{decimals}f}"
            elif re.fullmatch(r"U\d*", word):
                yield units[quantity].ljust(int(word[1:] or 0))
            elif word == "SN":
                yield SERIAL_NUMBER
            elif word == "ERR":
                yield "0000"

    def _indications(self, noise: Mapping[str, KeyedNoise]) -> dict[str, float]:
        """Return P, T and RH in the units that are set."""
        air, hidden = self._room.air, self._hidden
        unrest = 0.0
        if self._faults.take("never-settling"):
            self._turns += 1
            unrest = float((-1) ** self._turns)
        key = (air.pressure, air.temperature, air.humidity)
        deviates = {q: NOISE[q] * noise[q].deviate(key, self._room.revision) for q in NOISE}
        pascals = air.pressure + hidden["pressure_error"] + deviates["P"] + 200.0 * unrest
        celsius = air.temperature + hidden["temperature_error"] + deviates["T"] + 2.0 * unrest
        humidity = air.humidity + hidden["humidity_error"] + deviates["RH"] + 5.0 * unrest
        return {
            "P": pascals / PASCALS[self._unit],
            "T": celsius if self._metric else celsius * 1.8 + 32.0,
            "RH": min(max(humidity, 0.0), 100.0),
        }
