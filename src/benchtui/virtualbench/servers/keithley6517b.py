"""A Keithley 6517B electrometer.

Source: Keithley 6517B User's Manual as PyMeasure's driver uses it: an answer is the number with four letters
glued to it (status and unit), then time and count of the reading. Functions: current and voltage.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchtui.virtualbench.servers.electrometer import ElectrometerServer
from benchtui.virtualbench.servers.scpi import OVER_RANGE, Arguments, Fault, quiet, switch_of, text_of

if TYPE_CHECKING:
    from benchtui.virtualbench.servers.link import Link
    from benchtui.virtualbench.stand import Stand

IDENTITY: Final = "KEITHLEY INSTRUMENTS INC.,MODEL 6517B,1234567,A13/D05"
SPANS: Final = (2e-11, 2e-10, 2e-9, 2e-8, 2e-7, 2e-6, 2e-5, 2e-4, 2e-3, 2e-2)
SOURCE_RANGES: Final = ((100.0, 1e-2), (1000.0, 1e-3))
FUNCTIONS: Final = {"CURR": "I", "CURR:DC": "I", "CURRENT": "I", "CURRENT:DC": "I",
                    "VOLT": "V", "VOLT:DC": "V", "VOLTAGE": "V", "VOLTAGE:DC": "V"}  # fmt: skip


class Keithley6517B(ElectrometerServer):
    """The front end."""

    def __init__(self, stand: Stand) -> None:
        super().__init__(stand, IDENTITY, SPANS, SOURCE_RANGES, '0,"No error"')
        self._count = 0
        self._begin = stand.bench.clock.ticks()
        self._latest = ""
        self._commands |= {
            "[SENSe[1]:]FUNCtion[:ON]": self._function,
            "[SENSe[1]:]CURRent[:DC]:RANGe[:UPPer]": self.set_range,
            "[SENSe[1]:]CURRent[:DC]:RANGe:AUTO": self.set_auto,
            "[SENSe[1]:]CURRent[:DC]:NPLCycles": self.set_cycles,
            "[SENSe[1]:]VOLTage[:DC]:NPLCycles": self.set_cycles,
            "SYSTem:ZCHeck[:STATe]": lambda a: self.set_connected(not switch_of(a)),
            "SOURce:VOLTage:RANGe": self.set_source_range,
            "SOURce:VOLTage[:LEVel][:IMMediate][:AMPLitude]": self.set_source,
            "OUTPut[1][:STATe]": self.set_output,
            "INITiate[:IMMediate]": lambda _: None,
            **quiet(
                "[SENSe[1]:]VOLTage[:DC]:RANGe[:UPPer]",
                "[SENSe[1]:]VOLTage[:DC]:RANGe:AUTO",
                "SOURce:VOLTage:RANGe:AUTO",
                "SOURce:VOLTage:LIMit[:STATe]",
                "SOURce:CURRent:RLIMit:STATe",
                "SOURce:VOLTage:MCONnect",
                "SYSTem:ZCORrect[:STATe]",
                "SYSTem:ZCORrect:ACQuire",
                "SYSTem:TSTamp:TYPE",
                "FORMat[:DATA]",
                "FORMat:ELEMents",
                "TRIGger:SOURce",
                "TRIGger:COUNt",
                "INITiate:CONTinuous",
                "ABORt",
                "DISPlay:ENABle",
                "*TRG",
            ),
        }
        self._queries |= {
            "[SENSe[1]:]FUNCtion[:ON]?": lambda _: '"CURR:DC"' if self._part.quantity == "I" else '"VOLT:DC"',
            "[SENSe[1]:]CURRent[:DC]:RANGe[:UPPer]?": lambda _: _number(self._part.span),
            "[SENSe[1]:]CURRent[:DC]:RANGe:AUTO?": lambda _: str(int(self._auto)),
            "[SENSe[1]:]CURRent[:DC]:NPLCycles?": lambda _: f"{self._cycles:.2f}",
            "SYSTem:ZCHeck[:STATe]?": lambda _: str(int(not self._part.connected)),
            "SOURce:VOLTage[:LEVel][:IMMediate][:AMPLitude]?": lambda _: _number(self._part.source_volts),
            "SOURce:VOLTage:RANGe?": lambda _: _number(self._source_range),
            "SOURce:CURRent:RLIMit:STATe?": lambda _: "0",
            "OUTPut[1][:STATe]?": lambda _: str(int(self._part.source_on)),
        }
        self._measuring |= {
            "READ?": self._read,
            "MEASure[:CURRent[:DC]]?": self._read,
            "FETCh?": self._fetch,
            "[SENSe[1]:]DATA[:LATest]?": self._fetch,
            "[SENSe[1]:]DATA:FRESh?": self._read,
        }

    def _function(self, arguments: Arguments) -> None:
        quantity = FUNCTIONS.get(text_of(arguments))
        if quantity is None:
            raise Fault(-224)
        self.set_quantity(quantity)

    def _read(self, _: Arguments, link: Link) -> None:
        current = self._part.quantity == "I"
        value = self.read_amperes(link) if current else self.read_volts(link)
        if value is None:
            return
        self._count += 1
        seconds = (self._bench.clock.ticks() - self._begin) / 1e9
        status = "N" if self._part.connected else "Z"
        if abs(value) == OVER_RANGE:
            status = "O"
        unit = "ADC" if current else "VDC"
        self._latest = f"{_number(value)}{status}{unit},{seconds:+.6f}secs,{self._count:+06d}RDNG#"
        link.send(self._latest)

    def _fetch(self, arguments: Arguments, link: Link) -> None:
        if self._latest:
            link.send(self._latest)
        else:
            self._read(arguments, link)


def _number(value: float) -> str:
    return f"{value:+.6E}"
