"""A residual gas analyzer of the series SRS RGA100, RGA200, RGA300, with an electron multiplier.

Source: see :mod:`~benchtui.virtualbench.servers.rga_words`. Commands are two letters and a parameter, ended by CR;
answers in text end with LF CR, ion currents are four bytes each, little-endian, with no end. What is wrong with a
command is not answered but noted in an error byte. A byte that comes in during a scan stops it.
"""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Final

from benchtui.virtualbench.noise import KeyedNoise
from benchtui.virtualbench.servers.link import Framing
from benchtui.virtualbench.servers.rga_words import (
    BAD_COMMAND,
    BAD_PARAMETER,
    CALIBRATION_SECONDS,
    COMMUNICATION,
    CONFLICT,
    FILAMENT,
    LARGEST,
    LARGEST_PASCALS,
    NOISE_AMPERES,
    PEAK_SEARCH,
    PRESSURE_TOO_HIGH,
    QUANTUM,
    SECONDS_PER_PEAK,
    SECONDS_PER_UNIT,
    Setting,
    settings,
)
from benchtui.virtualbench.spectrum import Spectrum, multiplier_gain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchtui.virtualbench.servers.link import Link
    from benchtui.virtualbench.stand import Stand

FRAMING: Final = Framing(re.compile(rb"\r\n?|\n"), b"\n\r")
BAUD: Final = 28800
SERIAL_NUMBER: Final = "12345"
FIRMWARE: Final = "0.24"


class Fault(Exception):
    """A command that the analyzer does not carry out; *bit* of the byte RS232_ERR."""

    def __init__(self, bit: int) -> None:
        super().__init__(str(bit))
        self.bit = bit


class Rga:
    """The front end of an analyzer up to *highest_mass* u."""

    def __init__(self, stand: Stand, highest_mass: int) -> None:
        self._stand = stand
        self._clock = stand.bench.clock
        self._hidden = stand.hidden[""]
        self._noise = KeyedNoise(stand.bench.truth.seed, "ion current noise", stand.name)
        self._identity = f"SRSRGA{highest_mass}VER{FIRMWARE}SN{SERIAL_NUMBER}"
        self._lock = threading.Lock()
        self._settings = settings(highest_mass)
        self._values = {name: setting.default for name, setting in self._settings.items()}
        self._standby()
        self._total_wanted = True
        self._communication = 0
        self._filament = 0
        self._revision = 0
        self._turns = 0
        self._commands: dict[str, Callable[[str, Link], None]] = {
            "ID": lambda p, link: self._tell(p, link, self._identity),
            "ER": lambda p, link: self._tell(p, link, str(self._status())),
            "EC": self._ec,
            "EF": lambda p, link: self._tell(p, link, str(self._filament)),
            "MO": lambda p, link: self._tell(p, link, "1"),
            "AP": lambda p, link: self._tell(p, link, str(len(self._masses()))),
            "HP": lambda p, link: self._tell(p, link, str(len(self._whole_masses()))),
            "IN": self._in,
            "CA": self._calibrate,
            "CL": self._calibrate,
            "TP": self._tp,
            "MR": self._mr,
            "SC": lambda p, link: self._scan(p, link, self._analog),
            "HS": lambda p, link: self._scan(p, link, self._histogram),
        }
        for quiet in ("EM", "EQ", "ED", "EP"):
            self._commands[quiet] = lambda p, link: self._tell(p, link, "0")

    # --- the wire
    def handle(self, line: str, link: Link) -> None:
        """Carry out one command."""
        if not line.strip():
            return
        try:
            self._one(line.strip().upper(), link)
        except Fault as fault:
            self._communication |= fault.bit

    def _one(self, command: str, link: Link) -> None:
        name, parameter = command[:2], command[2:]
        if name in self._commands:
            self._commands[name](parameter, link)
        elif name in self._settings:
            self._set(name, self._settings[name], parameter, link)
        else:
            raise Fault(BAD_COMMAND)

    def refuse(self, link: Link) -> None:  # noqa: ARG002 - a bad command is not answered
        """Note a bad command."""
        self._communication |= BAD_COMMAND

    def _tell(self, parameter: str, link: Link, answer: str) -> None:
        if parameter != "?":
            raise Fault(BAD_PARAMETER)
        link.send(answer)

    def _ec(self, parameter: str, link: Link) -> None:
        self._tell(parameter, link, str(self._communication))
        self._communication = 0

    def _status(self) -> int:
        return COMMUNICATION * bool(self._communication) + FILAMENT * bool(self._filament)

    # --- settings
    def _set(self, name: str, setting: Setting, parameter: str, link: Link) -> None:
        if parameter == "?":
            link.send(f"{self._values[name]:.{setting.decimals}f}")
            return
        value = setting.default if parameter == "*" else _number(parameter)
        if not setting.lowest <= value <= setting.highest or (name == "HV" and 0 < value < 10):
            raise Fault(BAD_PARAMETER)
        limits = {"MI": (1.0, self._values["MF"]), "MF": (self._values["MI"], setting.highest)}
        low, high = limits.get(name, (value, value))
        if not low <= value <= high:
            raise Fault(CONFLICT)
        self._clock.sleep(setting.seconds, lambda: link.peek() is None)
        with self._lock:
            self._values[name] = value if setting.decimals else round(value)
            self._revision += 1
        if name == "FL":
            self._filament = 0
            self._protect()
        if setting.answers:
            link.send(str(self._status()))

    def _standby(self) -> None:
        self._values["FL"] = self._values["HV"] = 0.0

    def _protect(self) -> None:
        """Switch the emission off where the pressure is too high for the filament."""
        total = sum(self._stand.chamber.partial_pressures().values())
        if self._values["FL"] > 0.0 and total > LARGEST_PASCALS:
            self._values["FL"] = 0.0
            self._filament |= PRESSURE_TOO_HIGH

    def _in(self, parameter: str, link: Link) -> None:
        if parameter not in ("0", "1", "2"):
            raise Fault(BAD_PARAMETER)
        self._communication = 0
        if parameter == "1":
            kept = {"FL": self._values["FL"], "HV": self._values["HV"]}
            self._values = {name: setting.default for name, setting in self._settings.items()} | kept
        if parameter == "2":
            self._standby()
        link.send(str(self._status()))

    def _calibrate(self, parameter: str, link: Link) -> None:
        if parameter:
            raise Fault(BAD_PARAMETER)
        self._clock.sleep(CALIBRATION_SECONDS, lambda: link.peek() is None)
        link.send(str(self._status()))

    # --- measuring
    def _tp(self, parameter: str, link: Link) -> None:
        match parameter:
            case "0" | "1":
                self._total_wanted = parameter == "1"
            case "?":
                link.send_bytes(self._total(self._look(self._turn())))
            case _:
                raise Fault(BAD_PARAMETER)

    def _mr(self, parameter: str, link: Link) -> None:
        mass = _number(parameter)
        if mass == 0.0:
            return
        if mass != round(mass) or not 1 <= mass <= self._settings["MF"].highest:
            raise Fault(BAD_PARAMETER)
        if not self._stopped(SECONDS_PER_PEAK, link):
            link.send_bytes(self._peak(self._look(self._turn()), mass))

    def _scan(self, parameter: str, link: Link, scan: Callable[[Link, int], Iterator[bytes | None]]) -> None:
        """Scan so many times, without a number until a byte comes in."""
        count = _number(parameter) if parameter else 0.0
        if count != round(count) or not 0 <= count <= 255:
            raise Fault(BAD_PARAMETER)
        done = 0
        while count == 0 or done < count:
            turn = self._turn()
            for piece in scan(link, turn):
                if piece is None:
                    return
                link.send_bytes(piece)
            link.send_bytes(self._total(self._look(turn)))
            done += 1

    def _analog(self, link: Link, turn: int) -> Iterator[bytes | None]:
        masses, step = self._masses(), int(self._values["SA"])
        for first in range(0, len(masses), step):
            if self._stopped(SECONDS_PER_UNIT, link):
                yield None
                return
            spectrum = self._look(turn)
            yield b"".join(self._current(spectrum.at(mass)) for mass in masses[first : first + step])

    def _histogram(self, link: Link, turn: int) -> Iterator[bytes | None]:
        for mass in self._whole_masses():
            if self._stopped(SECONDS_PER_PEAK, link):
                yield None
                return
            yield self._peak(self._look(turn), mass)

    def _masses(self) -> list[float]:
        first, last, step = (int(self._values[name]) for name in ("MI", "MF", "SA"))
        return [first + point / step for point in range((last - first) * step + 1)]

    def _whole_masses(self) -> range:
        return range(int(self._values["MI"]), int(self._values["MF"]) + 1)

    def _stopped(self, seconds: tuple[float, ...], link: Link) -> bool:
        """Let the time of a measurement pass; True if a byte came in or the client left."""
        return self._clock.sleep(seconds[int(self._values["NF"])], lambda: link.peek() != b"")

    def _turn(self) -> int:
        """Return which way a pressure that never settles is off in this measurement; 0 if it is at rest."""
        if not self._stand.faults.take("never-settling"):
            return 0
        self._turns += 1
        return 1 if self._turns % 2 else -1

    def _look(self, turn: int) -> Spectrum:
        self._protect()
        return Spectrum(self._stand.chamber, self._hidden, self._values["FL"], turn)

    def _peak(self, spectrum: Spectrum, mass: float) -> bytes:
        return max(
            (self._current(spectrum.at(mass + offset)) for offset in PEAK_SEARCH),
            key=lambda octets: int.from_bytes(octets, "little", signed=True),
        )

    def _total(self, spectrum: Spectrum) -> bytes:
        """Return the total ion current; 0 if it is not wanted or the multiplier is on."""
        if not self._total_wanted or self._values["HV"]:
            return bytes(4)
        return self._octets(spectrum.total + self._baseline())

    def _current(self, amperes: float) -> bytes:
        volts = self._values["HV"]
        gain = multiplier_gain(volts, self._hidden) if volts else 1.0
        return self._octets(amperes * gain + self._baseline())

    def _baseline(self) -> float:
        with self._lock:
            key = (*self._stand.chamber.noise_key(), *sorted(self._values.items()))
            revision = self._stand.chamber.revision + self._revision
            return NOISE_AMPERES[int(self._values["NF"])] * self._noise.deviate(key, revision)

    @staticmethod
    def _octets(amperes: float) -> bytes:
        count = max(-LARGEST, min(LARGEST, round(amperes / QUANTUM)))
        return count.to_bytes(4, "little", signed=True)


def _number(parameter: str) -> float:
    """Read a number. Raises ``Fault``."""
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)(E[+-]?\d+)?", parameter):
        raise Fault(BAD_PARAMETER)
    return float(parameter)
