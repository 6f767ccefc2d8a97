"""Instruments with a serial line, as much of each as its driver needs."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.instruments.pty_server import Send


class GaugeController:
    """A TPG 362: acknowledges, and answers after ENQ; streams until the first character."""

    def __init__(self) -> None:
        self.identity = "TPG362,PTG28290,44990000,010300,010100"
        self.answers = {"PR1": "0,+1.2340E-05", "PR2": "4,+0.0000E+00"}
        self.unit = "0"
        self.hung = False
        self.streaming = True
        self._received = b""
        self._due = "0000"

    def __call__(self, chunk: bytes, send: Send) -> None:
        if self.hung:
            return
        if self.streaming:
            self.streaming = False
            send(b"0,+9.9990E+02,5,+2.0000E-02\r\n")
        for octet in chunk:
            if octet == 0x03:
                self._received = b""
            elif octet == 0x05:
                send(self._due.encode("latin-1") + b"\r\n")
            elif octet == 0x0D:
                command, self._received = self._received.decode("latin-1"), b""
                send(b"\x06\r\n" if self._carry_out(command) else b"\x15\r\n")
            else:
                self._received += bytes([octet])

    def _carry_out(self, command: str) -> bool:
        mnemonic, _, argument = command.partition(",")
        if mnemonic == ("AYT" if self.identity.startswith("TPG36") else "PNR"):
            self._due = self.identity
        elif mnemonic == "UNI":
            self.unit = argument or self.unit
            self._due = self.unit
        elif command in self.answers:
            self._due = self.answers[command]
        else:
            self._due = "0001"
            return False
        return True


class MksController:
    """An MKS 937B."""

    def __init__(self) -> None:
        self.answers = {
            "SN?": "2109871234",
            "PR1?": "1.23E-07",
            "PR2?": "OFF",
            "PR3?": "LO<E-11",
            "PR4?": "WHAT",
        }
        self.unit = "TORR"
        self.address = "253"

    def answer(self, line: str) -> bytes | None:
        match = re.fullmatch(r"@(\d{3})(.*)", line)
        if match is None or match[1] != self.address:
            return None
        command = match[2]
        if command.startswith("U!"):
            self.unit = command[2:]
            return self._frame("ACK", self.unit)
        body = self.unit if command == "U?" else self.answers.get(command)
        return self._frame("NAK", "160") if body is None else self._frame("ACK", body)

    def _frame(self, kind: str, body: str) -> bytes:
        return f"@{self.address}{kind}{body};FF".encode("latin-1")


class GasAnalyzer:
    """An RGA200: answers hardware commands and queries, refuses in silence."""

    def __init__(self) -> None:
        self.settings = {"NF": 4, "MI": 1, "MF": 200, "SA": 10}
        self.multiplier = True
        self.emission = 0.0
        self.high_voltage = 0
        self.error = 0
        self.status = 0
        self.total = 20_000  # counts of 1e-16 A
        self.currents = {28: 1_000_000, 18: -5}
        self.hung = False
        self.silent: set[str] = set()
        self.heard: list[str] = []

    def answer(self, line: str) -> bytes | None:
        self.heard.append(line)
        if self.hung or not line or line in self.silent:
            return None
        name, parameter = line[:2], line[2:]
        if name in self.settings:
            return self._setting(name, parameter)
        match name:
            case "ID":
                return b"SRSRGA200VER0.24SN12345\n\r"
            case "MO":
                return b"1\n\r" if self.multiplier else b"0\n\r"
            case "EC":
                error, self.error = self.error, 0
                return f"{error}\n\r".encode()
            case "ER" | "EF" | "EM" | "EQ" | "ED" | "EP":
                return f"{self.status}\n\r".encode()
            case "ST":
                return b"0.0200\n\r"
            case "HV":
                if not self.multiplier:
                    return self._refuse()
                self.high_voltage = int(parameter)
                return self._status()
            case "FL":
                if parameter == "?":
                    return f"{self.emission:.2f}\n\r".encode()
                self.emission = float(parameter)
                return self._status()
            case "TP":
                return struct.pack("<i", self.total) if parameter == "?" else None
            case "MR":
                mass = int(parameter)
                return struct.pack("<i", self.currents.get(mass, 0)) if mass else None
            case "SC":
                points = (self.settings["MF"] - self.settings["MI"]) * self.settings["SA"] + 1
                first = self.settings["MI"] * self.settings["SA"]
                counts = [*range(first, first + points), self.total]
                return struct.pack(f"<{points + 1}i", *counts)
        return self._refuse()

    def _setting(self, name: str, parameter: str) -> bytes | None:
        if parameter == "?":
            return f"{self.settings[name]}\n\r".encode()
        value = int(parameter)
        first = value if name == "MI" else self.settings["MI"]
        last = value if name == "MF" else self.settings["MF"]
        if first > last or (name == "NF" and value > 7):
            return self._refuse()
        self.settings[name] = value
        return None

    def _status(self) -> bytes:
        return f"{self.status}\n\r".encode()

    def _refuse(self) -> bytes | None:
        self.error |= 1
        return None


class Balance:
    """A balance; ``weights`` are the answers to ``SI`` in their order, the last one for ever."""

    def __init__(self) -> None:
        self.weights = ["S S    100.00012 g"]
        self.answers: dict[str, list[str]] = {
            "@": ['I4 A "B123456789"'],
            "I2": ['I2 A "XPR10002S 10100.00 g"'],
            "Z": ["Z A"],
            "C3": ["C3 B", "C3 A"],
        }

    def answer(self, line: str) -> bytes | None:
        if line == "SI":
            weight = self.weights.pop(0) if len(self.weights) > 1 else self.weights[0]
            return f"{weight}\r\n".encode("latin-1")
        return "".join(f"{each}\r\n" for each in self.answers.get(line, ["ES"])).encode("latin-1")


class Transmitter:
    """A PTU300 that streams until it is told to stop."""

    def __init__(self) -> None:
        self.values = "1013.250  23.450  45.120"
        self.units = {"UNIT P hPa": "P units       : hPa", "UNIT M": "Output units   : metric"}
        self.running = True

    def answer(self, line: str) -> bytes | None:
        if line == "S":
            self.running = False
            return b"1013.3 23.4 45.1\r\n"  # a line of the stream that was on its way
        if self.running:
            return None
        if line == "?":
            return b"PTU300 / 1.07\r\nSerial number  : D1234567\r\nOutput format  : ...\r\nModule 2       : None\r\n"
        if line.startswith("FORM "):
            return f"Output format  : {line[5:].replace('#', chr(92))}\r\n".encode()
        if line == "SEND":
            return f"{self.values}\r\n".encode("latin-1")
        return f"{self.units.get(line, 'Unknown command')}\r\n".encode()
