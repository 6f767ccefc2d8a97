"""A Keysight B2987A electrometer.

Source: Keysight B2980 Series SCPI command reference as PyMeasure's AgilentB298x uses it. ``INPut`` opens and
closes the relay of the ammeter's input. Function: current, and the voltage source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchtui.virtualbench.servers.electrometer import LINE_HERTZ, ElectrometerServer
from benchtui.virtualbench.servers.scpi import Arguments, Fault, number_of, quiet, switch_of, text_of

if TYPE_CHECKING:
    from benchtui.virtualbench.servers.link import Link
    from benchtui.virtualbench.stand import Stand

IDENTITY: Final = "Keysight Technologies,B2987A,MY54321001,1.0.1927.6410"
SPANS: Final = (2e-12, 2e-11, 2e-10, 2e-9, 2e-8, 2e-7, 2e-6, 2e-5, 2e-4, 2e-3, 2e-2)
SOURCE_RANGES: Final = ((20.0, 2e-2), (1000.0, 1e-3))


class KeysightB2987A(ElectrometerServer):
    """The front end."""

    def __init__(self, stand: Stand) -> None:
        super().__init__(stand, IDENTITY, SPANS, SOURCE_RANGES, '+0,"No error"')
        self._latest = ""
        self._zero_corrected = False
        self._commands |= {
            "INPut[1][:STATe]": lambda a: self.set_connected(switch_of(a)),
            "INPut[1]:ZCORrect[:STATe]": self._zero_correct,
            "[SENSe[1]:]CURRent[:DC]:RANGe[:UPPer]": self._range,
            "[SENSe[1]:]CURRent[:DC]:RANGe:AUTO": self.set_auto,
            "[SENSe[1]:]CURRent[:DC]:NPLCycles": self.set_cycles,
            "[SENSe[1]:]CURRent[:DC]:APERture": self._aperture,
            "SOURce[1]:VOLTage:RANGe": self.set_source_range,
            "SOURce[1]:VOLTage[:LEVel][:IMMediate][:AMPLitude]": self.set_source,
            "OUTPut[1][:STATe]": self.set_output,
            **quiet(
                "[SENSe[1]:]FUNCtion[:ON]",
                "[SENSe[1]:]CURRent[:DC]:APERture:AUTO",
                "[SENSe[1]:]CURRent[:DC]:NPLCycles:AUTO",
                "FORMat[:DATA]",
                "FORMat:ELEMents:SENSe[1]",
                "OUTPut[1]:OFF:MODE",
                "ABORt[:ALL]",
                "ABORt:ACQuire",
                "ARM[:ALL][:IMMediate]",
                "INITiate[:IMMediate][:ALL]",
                "INITiate[:IMMediate]:ACQuire",
                "TRIGger[:ACQuire]:SOURce",
                "TRIGger[:ACQuire]:COUNt",
            ),
        }
        self._queries |= {
            "INPut[1][:STATe]?": lambda _: str(int(self._part.connected)),
            "INPut[1]:ZCORrect[:STATe]?": lambda _: str(int(self._zero_corrected)),
            "[SENSe[1]:]CURRent[:DC]:RANGe[:UPPer]?": lambda _: f"{self._part.span:+.6E}",
            "[SENSe[1]:]CURRent[:DC]:RANGe:AUTO?": lambda _: str(int(self._auto)),
            "[SENSe[1]:]CURRent[:DC]:NPLCycles?": lambda _: f"{self._cycles:+.6E}",
            "SOURce[1]:VOLTage[:LEVel][:IMMediate][:AMPLitude]?": lambda _: f"{self._part.source_volts:+.6E}",
            "OUTPut[1][:STATe]?": lambda _: str(int(self._part.source_on)),
            "SYSTem:INTerlock:TRIPped?": lambda _: str(int(not self._bench.interlock_closed)),
            "SYSTem:BATTery?": lambda _: "100",
            "SYSTem:BATTery:CYCLes?": lambda _: "12",
            "SYSTem:BATTery:TEST?": lambda _: "0",
            "SYSTem:DATA:QUANtity?": lambda _: str(int(bool(self._latest))),
            "IDLE[:ALL]?": lambda _: "1",
            "IDLE:ACQuire?": lambda _: "1",
        }
        self._measuring |= {
            "MEASure[:CURRent[:DC]]?": self._read,
            "READ[:CURRent]?": self._read,
            "FETCh[:CURRent]?": self._fetch,
        }

    def reset(self) -> None:
        """Go back to the settings of ``*RST``."""
        super().reset()
        self._zero_corrected, self._latest = False, ""

    def _range(self, arguments: Arguments) -> None:
        if text_of(arguments) == "UP" or text_of(arguments) == "DOWN":
            raise Fault(-224)
        self.set_range(arguments)

    def _aperture(self, arguments: Arguments) -> None:
        self._cycles = number_of(arguments, 1e-5, 2.0) * LINE_HERTZ

    def _zero_correct(self, arguments: Arguments) -> None:
        self._zero_corrected = switch_of(arguments)

    def _read(self, _: Arguments, link: Link) -> None:
        amperes = self.read_amperes(link)
        if amperes is not None:
            self._latest = f"{amperes:+.6E}"
            link.send(self._latest)

    def _fetch(self, _: Arguments, link: Link) -> None:
        if not self._latest:
            raise Fault(-230)
        link.send(self._latest)
