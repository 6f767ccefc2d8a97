"""Instruments for the tests: as much of each as its driver needs, with the answers of its manual."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable

from tests.instruments.line_server import Reply


class Scpi:
    """An instrument with an identity, an error queue and settings that are remembered as they were sent."""

    IDENTITY = ""
    ERROR_QUERY = "SYST:ERR?"
    NO_ERROR = '0,"No error"'

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.settings: dict[str, str] = {}
        self.answers: dict[str, Callable[[], str]] = {"*IDN?": lambda: self.IDENTITY}

    def __call__(self, line: str, reply: Reply) -> None:
        if line == self.ERROR_QUERY:
            reply(self.errors.pop(0) if self.errors else self.NO_ERROR)
        elif line in self.answers:
            reply(self.answers[line]())
        else:
            header, _, value = line.partition(" ")
            self.settings[header] = value
            self.set(header, value)

    def set(self, header: str, value: str) -> None:
        """Carry out a command beyond remembering it."""


class Electrometer6517(Scpi):
    """The number carries four letters; while the input is shorted it is no number."""

    IDENTITY = "KEITHLEY INSTRUMENTS INC.,MODEL 6517B,4386115,A13/700x"

    def __init__(self) -> None:
        super().__init__()
        self.amperes = 1.2345e-12
        self.answers[":SYST:ERR?"] = self.answers["SYST:ERR?"] = lambda: self.NO_ERROR
        self.answers[":READ?"] = self.reading

    def reading(self) -> str:
        tail = ",+0012.345secs,+00017RDNG#"
        if self.settings[":SYST:ZCH"] == "ON":
            return f"+9.910000E+37ZADC{tail}"
        if abs(self.amperes) > 1.05 * float(self.settings[":SENS:CURR:RANG"]):
            return f"+9.900000E+37OADC{tail}"
        return f"{self.amperes:+.6E}NADC{tail}"


class ElectrometerB2987(Scpi):
    """The input relay opens and closes; the interlock may have tripped."""

    IDENTITY = "Keysight Technologies,B2987A,MY54321009,3.1.1646.2430"
    ERROR_QUERY = ":SYST:ERR?"
    NO_ERROR = '+0,"No error"'

    def __init__(self) -> None:
        super().__init__()
        self.amperes = -2.5e-13
        self.tripped = "0"
        self.answers[":SYST:INT:TRIP?"] = lambda: self.tripped
        self.answers[":MEAS:CURR?"] = self.reading

    def reading(self) -> str:
        over = abs(self.amperes) > 1.05 * float(self.settings[":CURR:RANG"])
        return "+9.900000E+37" if over else f"{self.amperes:+.6E}"


class Calibrator(Scpi):
    """A Fluke 57xx: above 22 V it goes to standby by itself when the value changes."""

    IDENTITY = "FLUKE,5730A,3418207,1.07+*+*"
    ERROR_QUERY = "FAULT?"
    NO_ERROR = "0"

    def __init__(self) -> None:
        super().__init__()
        self.operating = False
        self.level = 0.0
        self.unsettled = 0
        self.stays_in_standby = False
        self.stays_on = False
        self.answers["ISR?"] = self.register

    def register(self) -> str:
        if self.unsettled:
            self.unsettled -= 1
            return str(int(self.operating))
        return str(4096 * self.operating + int(self.operating))

    def set(self, header: str, value: str) -> None:
        match header:
            case "OUT":
                number = re.fullmatch(r"(-?\d+(?:\.\d+)?) [VA], 0 Hz", value)
                assert number is not None, value
                self.level = float(number[1])
                if abs(self.level) > 22:
                    self.operating = False
                self.unsettled = 2
            case "OPER":
                self.operating = not self.stays_in_standby
            case "STBY" | "*RST":
                self.operating = self.stays_on and self.operating


class SourceUnit(Scpi):
    """A source with SCPI commands."""

    IDENTITY = "ACME,SMU-1,0001,1.0"

    def __init__(self) -> None:
        super().__init__()
        self.on = False
        self.tripped = "0"
        self.answers["OUTP?"] = lambda: str(int(self.on))
        self.answers["*OPC?"] = lambda: "1"
        for quantity in ("VOLT", "CURR"):
            self.answers[f"SENS:{quantity}:PROT:TRIP?"] = lambda: self.tripped

    def set(self, header: str, value: str) -> None:
        if header == "OUTP":
            self.on = value == "ON"
        elif header == "*RST":
            self.on = False


class Counter(Scpi):
    """A counter whose signal is at ``hertz``."""

    IDENTITY = "Keysight Technologies,53230A,MY50001844,02.05-1519.666-1.19-4.15-127-155-35"
    NO_ERROR = '+0,"No error"'

    def __init__(self) -> None:
        super().__init__()
        self.hertz = 999_999.9987
        self.answers["READ?"] = lambda: f"{self.hertz:+.15E}"


class Meter(Scpi):
    """A meter with SCPI commands that reads ``values`` by function."""

    IDENTITY = "ACME,DM-6,0001,1.0"
    NO_ERROR = '+0,"No error"'

    def __init__(self) -> None:
        super().__init__()
        self.function = ""
        self.values = {"VOLT:DC": 1.5, "CURR:DC": 2.5e-3, "FRES": 99.99}
        self.answers["READ?"] = lambda: f"{self.values[self.function]:+.8E}"

    def set(self, header: str, value: str) -> None:
        if header.startswith("CONF:"):
            self.function = header.removeprefix("CONF:")


class Sampler7510(Scpi):
    """A sampling multimeter; its block of doubles is definite or indefinite in length."""

    IDENTITY = "KEITHLEY INSTRUMENTS,MODEL DMM7510,04412876,1.7.12b"

    def __init__(self) -> None:
        super().__init__()
        self.volts = (0.0, 1.0, -2.5, 9.9e37)
        self.head = "#0"
        self.running = 2
        self.triggered = True
        self.answers["TRIG:STAT?"] = self.state

    def __call__(self, line: str, reply: Reply) -> None:
        if line.startswith("TRAC:DATA?"):
            reply(self.head + struct.pack(f"<{len(self.volts)}d", *self.volts).decode("latin-1"))
        else:
            super().__call__(line, reply)

    def state(self) -> str:
        self.running -= self.triggered
        return "IDLE;IDLE;5" if self.running < 0 else "RUNNING;WAITING;3"


class Sampler34470(Scpi):
    """A multimeter that answers with text."""

    IDENTITY = "Keysight Technologies,34470A,MY57700123,A.03.03-03.15-03.03-00.52-05-02"
    NO_ERROR = '+0,"No error"'

    def __init__(self) -> None:
        super().__init__()
        self.answer = "+1.00000000E+00,-2.00000000E+00,+9.90000000E+37"
        self.answers["FETC?"] = lambda: self.answer
        self.answers["SAMP:TIM?"] = lambda: "+2.00000000E-05"
