"""Digitizing multimeters on the wire: a Keithley DMM7510 and a Keysight 34470A.

Source: DMM7510 Reference Manual, "SCPI command reference" (DIGitize, TRACe, TRIGger:LOAD, FORMat); Keysight Truevolt
Operating and Service Guide, "SCPI programming reference" (CONFigure, TRIGger, SAMPle, FETCh?, R?, FORMat).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from benchtui.virtualbench.circuit import Element, Resistor
from benchtui.virtualbench.limits import Limits
from benchtui.virtualbench.parts import Part
from benchtui.virtualbench.sampling import Sampler
from benchtui.virtualbench.servers.scpi import (
    OVER_RANGE,
    Arguments,
    Fault,
    ScpiInstrument,
    block,
    choice_of,
    number_of,
    quiet,
    text_of,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from benchtui.virtualbench.servers.link import Link
    from benchtui.virtualbench.stand import Stand

SPANS: Final = (0.1, 1.0, 10.0, 100.0, 1000.0)
DIVIDED_OHMS: Final = 1e7
"""Input resistance; that of 10 GΩ up to 10 V is not used while digitizing."""


class DigitizerInput(Part):
    """The input of a digitizer: hi and lo."""

    def elements(self) -> list[Element]:
        """Return its resistance."""
        hi, lo = self.terminals
        return [Resistor(f"{self.name} input", hi, lo, DIVIDED_OHMS)]


class Digitizer(ScpiInstrument):
    """What both have in common: the range, the sampler, the formats of its samples.

    Parameters
    ----------
    stand
        Its place on the bench.
    identity, no_error
        As for every SCPI instrument.
    """

    def __init__(self, stand: Stand, identity: str, no_error: str) -> None:
        super().__init__(identity, no_error)
        self._bench = stand.bench
        part = DigitizerInput(stand.name, ("hi", "lo"))
        stand.bench.add(part)
        hi, lo = part.terminals
        self._sampler = Sampler(stand.bench, stand.name, hi, lo, Limits.of(stand, "V"), OVER_RANGE)
        self._resets = 0
        self._real, self._swapped = 0, False
        self._commands |= {
            "FORMat[:DATA]": self._format,
            "FORMat:BORDer": self._border,
            "INITiate[:IMMediate]": self._initiate,
            "ABORt": lambda _: self._sampler.disarm(),
        }
        self._queries |= {
            "FORMat[:DATA]?": lambda _: ("ASC", "REAL,32", "REAL,64")[self._real // 32],
            "FORMat:BORDer?": lambda _: "SWAP" if self._swapped else "NORM",
        }

    def reset(self) -> None:
        """Go back to the settings of ``*RST``."""
        self._resets += 1
        sampler = self._sampler
        sampler.disarm()
        sampler.span, sampler.interval, sampler.count, sampler.before = 10.0, 1e-3, 1, 0
        sampler.level, sampler.rising = None, True
        self._real, self._swapped = 0, False

    def _format(self, arguments: Arguments) -> None:
        kind = choice_of(arguments, "ASCii", "REAL", "SREal")
        bits = int(number_of(arguments, 32.0, 64.0, 1)) if len(arguments) > 1 else 64
        if bits not in (32, 64):
            raise Fault(-224)
        self._real = {"ASC": 0, "SRE": 32}.get(kind, bits)

    def _border(self, arguments: Arguments) -> None:
        self._swapped = choice_of(arguments, "NORMal", "SWAPped", "SWAP") != "NORM"

    def _initiate(self, _: Arguments) -> None:
        if not self._sampler.idle:
            raise Fault(-213)
        self._sampler.arm()

    def put_span(self, arguments: Arguments) -> None:
        """Choose the smallest range that holds the number given."""
        wanted = number_of(arguments, 0.0, SPANS[-1])
        self._sampler.span = next(span for span in SPANS if span >= wanted * (1.0 - 1e-9))

    def caught(self, link: Link) -> NDArray[np.float64] | None:
        """Wait until the samples are there; None if the client left or the instrument was reset meanwhile."""
        resets = self._resets
        return self._sampler.wait(lambda: self._resets != resets or link.peek() is None)

    def send_samples(self, samples: NDArray[np.float64], link: Link, form: str = "+.8E") -> None:
        """Send samples in the format that is set."""
        if not self._real:
            link.send(",".join(format(float(sample), form) for sample in samples))
            return
        kind = ("<" if self._swapped else ">") + f"f{self._real // 8}"
        link.send(block(samples.astype(kind).tobytes()).decode("latin-1"))


class KeithleyDmm7510(Digitizer):
    """A DMM7510 that digitizes voltage."""

    IDENTITY: Final = "KEITHLEY INSTRUMENTS,MODEL DMM7510,04383748,1.7.12b"

    def __init__(self, stand: Stand) -> None:
        super().__init__(stand, self.IDENTITY, '0,"No error"')
        self._edge_level, self._edge = 0.0, False
        self._commands |= {
            "[SENSe[1]:]DIGitize:FUNCtion[:ON]": self._function,
            "[SENSe[1]:]DIGitize:VOLTage:RANGe[:UPPer]": self.put_span,
            "[SENSe[1]:]DIGitize:VOLTage:SRATe": self._rate,
            "[SENSe[1]:]DIGitize:COUNt": self._count,
            "[SENSe[1]:]DIGitize:VOLTage:ATRigger:MODE": self._mode,
            "[SENSe[1]:]DIGitize:VOLTage:ATRigger:EDGE:LEVel": self._level,
            "[SENSe[1]:]DIGitize:VOLTage:ATRigger:EDGE:SLOPe": self._slope,
            "TRACe:MAKE": lambda a: self._points(a[1:] + a[:1]),
            "TRACe:POINts": self._points,
            "TRACe:CLEar": lambda _: self._sampler.disarm(),
            "TRIGger:LOAD": self._load,
            **quiet("[SENSe[1]:]DIGitize:VOLTage:APERture", "*LANG"),
        }
        self._queries |= {
            "*LANG?": lambda _: "SCPI",
            "TRIGger:STATe?": self._state,
            "[SENSe[1]:]DIGitize:FUNCtion[:ON]?": lambda _: "VOLT",
            "[SENSe[1]:]DIGitize:VOLTage:RANGe[:UPPer]?": lambda _: f"{self._sampler.span:g}",
            "[SENSe[1]:]DIGitize:VOLTage:SRATe?": lambda _: f"{1.0 / self._sampler.interval:.0f}",
        }
        del self._queries["*OPC?"]
        self._measuring |= {
            "*OPC?": self._complete,
            "TRACe:DATA?": self._data,
            "TRACe:ACTual?": self._actual,
            "MEASure:DIGitize[:VOLTage]?": self._measure,
        }

    def reset(self) -> None:
        """Go back to the settings of ``*RST``."""
        super().reset()
        self._edge_level, self._edge = 0.0, False

    def _function(self, arguments: Arguments) -> None:
        if text_of(arguments) not in ("VOLT", "VOLTAGE"):
            raise Fault(-224)

    def _rate(self, arguments: Arguments) -> None:
        self._sampler.interval = 1.0 / number_of(arguments, 1000.0, 1e6)

    def _count(self, arguments: Arguments) -> None:
        self._sampler.count = int(number_of(arguments, 1.0, 1e6))

    def _points(self, arguments: Arguments) -> None:
        self._sampler.count = int(number_of(arguments, 10.0, 2.7e7))

    def _mode(self, arguments: Arguments) -> None:
        self._edge = choice_of(arguments, "OFF", "EDGE", "PULSe", "WINDow") == "EDGE"

    def _level(self, arguments: Arguments) -> None:
        self._edge_level = number_of(arguments, -SPANS[-1], SPANS[-1])

    def _slope(self, arguments: Arguments) -> None:
        self._sampler.rising = choice_of(arguments, "RISing", "FALLing") == "RIS"

    def _load(self, arguments: Arguments) -> None:
        model = text_of(arguments)
        if model == "SIMPLELOOP":
            self._sampler.level, self._sampler.before = None, 0
            self._count(arguments[1:])
            return
        if model != "LOOPUNTILEVENT" or not self._edge or not text_of(arguments, 1).startswith("ATR"):
            raise Fault(-224)
        self._sampler.level = self._edge_level
        self._sampler.before = round(number_of(arguments, 0.0, 99.0, 2) / 100.0 * self._sampler.count)

    def _state(self, _: Arguments) -> str:
        word = "IDLE" if self._sampler.done() else "WAITING"
        return f"{word};{word};1"

    def _complete(self, _: Arguments, link: Link) -> None:
        if self._sampler.idle or self.caught(link) is not None:
            link.send("1")

    def _actual(self, _: Arguments, link: Link) -> None:
        samples = self.caught(link) if self._sampler.done() else None
        link.send("0" if samples is None else str(samples.size))

    def _data(self, arguments: Arguments, link: Link) -> None:
        samples = self.caught(link) if self._sampler.done() else None
        if samples is None:
            raise Fault(-230)
        first = int(number_of(arguments, 1.0, samples.size))
        last = int(number_of(arguments, first, samples.size, 1))
        elements = [word.upper() for word in arguments[3:]] or ["READ"]
        if elements not in (["READ"], ["READ", "REL"]):
            raise Fault(-224)
        chosen = samples[first - 1 : last]
        if len(elements) == 2:
            times = np.arange(first - 1, last) * self._sampler.interval
            chosen = np.column_stack([chosen, times]).ravel()
        self.send_samples(chosen, link)

    def _measure(self, _: Arguments, link: Link) -> None:
        sampler = self._sampler
        level, count, before = sampler.level, sampler.count, sampler.before
        sampler.level, sampler.count, sampler.before = None, 1, 0
        sampler.arm()
        samples = self.caught(link)
        sampler.level, sampler.count, sampler.before = level, count, before
        if samples is not None:
            self.send_samples(samples, link)


class Keysight34470A(Digitizer):
    """A 34470A with the digitizing option, DC voltage."""

    IDENTITY: Final = "Keysight Technologies,34470A,MY57700123,A.03.03-03.15-03.03-00.52-05-02"
    SHORTEST: Final = 20e-6

    def __init__(self, stand: Stand) -> None:
        super().__init__(stand, self.IDENTITY, '+0,"No error"')
        self._level_volts, self._internal = 0.0, False
        self._commands |= {
            "CONFigure[:VOLTage][:DC]": self._configure,
            "[SENSe[1]:]VOLTage[:DC]:RANGe[:UPPer]": self.put_span,
            "TRIGger:SOURce": self._source,
            "TRIGger:LEVel": self._level,
            "TRIGger:SLOPe": self._slope,
            "SAMPle:TIMer": self._timer,
            "SAMPle:COUNt": self._count,
            "SAMPle:COUNt:PRETrigger": self._before,
            **quiet(
                "[SENSe[1]:]VOLTage[:DC]:NPLCycles",
                "[SENSe[1]:]VOLTage[:DC]:APERture",
                "[SENSe[1]:]VOLTage[:DC]:ZERO:AUTO",
                "[SENSe[1]:]VOLTage[:DC]:RANGe:AUTO",
                "[SENSe[1]:]VOLTage[:DC]:IMPedance:AUTO",
                "TRIGger:COUNt",
                "TRIGger:DELay",
                "TRIGger:DELay:AUTO",
                "SAMPle:SOURce",
                "DISPlay[:STATe]",
            ),
        }
        self._queries |= {
            "[SENSe[1]:]VOLTage[:DC]:RANGe[:UPPer]?": lambda _: f"{self._sampler.span:+.8E}",
            "SAMPle:TIMer?": lambda _: f"{self._sampler.interval:+.8E}",
            "SAMPle:COUNt?": lambda _: f"{self._sampler.count:+d}",
            "SAMPle:COUNt:PRETrigger?": lambda _: f"{self._sampler.before:+d}",
            "TRIGger:LEVel?": lambda _: f"{self._level_volts:+.8E}",
        }
        self._measuring |= {"FETCh?": self._fetch, "R?": self._remove, "READ?": self._read}

    def reset(self) -> None:
        """Go back to the settings of ``*RST``."""
        super().reset()
        self._level_volts, self._internal = 0.0, False

    def _configure(self, arguments: Arguments) -> None:
        self._sampler.disarm()
        self._sampler.level, self._sampler.before, self._sampler.count = None, 0, 1
        self._internal = False
        if arguments and text_of(arguments) != "AUTO":
            self.put_span(arguments)

    def _source(self, arguments: Arguments) -> None:
        self._internal = choice_of(arguments, "IMMediate", "BUS", "EXTernal", "INTernal") == "INT"
        self._sampler.level = self._level_volts if self._internal else None

    def _level(self, arguments: Arguments) -> None:
        self._level_volts = number_of(arguments, -SPANS[-1], SPANS[-1])
        if self._internal:
            self._sampler.level = self._level_volts

    def _slope(self, arguments: Arguments) -> None:
        self._sampler.rising = choice_of(arguments, "POSitive", "NEGative") == "POS"

    def _timer(self, arguments: Arguments) -> None:
        self._sampler.interval = number_of(arguments, self.SHORTEST, 3600.0)

    def _count(self, arguments: Arguments) -> None:
        self._sampler.count = int(number_of(arguments, 1.0, 2e6))

    def _before(self, arguments: Arguments) -> None:
        self._sampler.before = int(number_of(arguments, 0.0, self._sampler.count - 1.0))

    def _fetch(self, _: Arguments, link: Link) -> None:
        samples = self.caught(link)
        if samples is None:
            raise Fault(-230)
        self.send_samples(samples, link)

    def _remove(self, _: Arguments, link: Link) -> None:
        samples = self.caught(link)
        if samples is None:
            raise Fault(-230)
        # R? answers with a block even in the ASCII format.
        readings = ",".join(f"{sample:+.8E}" for sample in samples).encode("ascii")
        link.send(block(readings).decode("ascii"))
        self._sampler.disarm()

    def _read(self, arguments: Arguments, link: Link) -> None:
        self._initiate(arguments)
        self._fetch(arguments, link)
