"""Words of the 3458A: settings, error register, ASCII format, parameters.

Source: 3458A User's Guide, "Command Reference" (words, parameters, power-on and PRESET states, error
register).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final, Literal

Function = Literal["DCV", "DCI", "OHM", "OHMF"]
LINE_HERTZ: Final = 50.0
OVER_RANGE: Final = 1e38
FIXED_OHMS: Final = 1e7
"""Input resistance under FIXEDZ ON."""
SHORTEST: Final = 5e-7
"""Shortest aperture in seconds."""
FASTEST: Final = 1e-5
"""Shortest interval of SWEEP with DCV in seconds."""
OVERLOAD: Final = 1.2
MOST_READINGS: Final = 16_777_215
FULL_SCALES: Final = (0.1, 1.0, 10.0, 100.0, 1000.0)
"""Ranges of DC voltage in volts."""
INPUT_OHMS: Final = {0.1: 1e10, 1.0: 1e10, 10.0: 1e10, 100.0: 1e7, 1000.0: 1e7}
"""Input resistance of each, where the profile of the standard is for another quantity."""
RESOLUTION: Final = {0.1: 1e-8, 1.0: 1e-8, 10.0: 1e-7, 100.0: 1e-6, 1000.0: 1e-5}
"""The same of the resolution in volts."""
NOISE: Final = {0.1: 2e-6, 1.0: 2e-7, 10.0: 5e-8, 100.0: 1e-7, 1000.0: 1e-7}
"""Noise of DC voltage over one power line cycle, as a part of the range."""
TEST_AMPERES: Final = {
    10.0: 1e-2,
    1e2: 1e-3,
    1e3: 1e-3,
    1e4: 1e-4,
    1e5: 5e-5,
    1e6: 5e-6,
    1e7: 5e-7,
    1e8: 5e-7,
    1e9: 5e-7,
}
"""Test current of each range of the resistance function."""
SHUNTS: Final = {
    1e-7: 545.2e3,
    1e-6: 45.2e3,
    1e-5: 5.2e3,
    1e-4: 730.0,
    1e-3: 100.0,
    1e-2: 10.0,
    1e-1: 1.0,
    1.0: 0.1,
}
"""Ranges of direct current in amperes and the shunt of each (specifications, "DC current")."""
AMPERE_NOISE: Final = 3e-7
"""Noise of direct current over one power line cycle, as a part of the range."""
OHM_NOISE: Final = 2e-7
"""The same of resistance."""
COARSER: Final = ((10.0, 1.0), (1.0, 10.0), (0.01, 100.0), (0.0, 1000.0))
"""Least NPLC, and by how much the resolution is coarser than at 8½ digits."""
ACAL_SECONDS: Final = {"DCV": 165.0, "AC": 135.0, "OHMS": 600.0, "ALL": 900.0}
EVENTS: Final = {"1": "AUTO", "2": "EXT", "3": "SGL", "4": "HOLD", "5": "SYN", "7": "LEVEL", "8": "LINE"}
QUIET: Final = frozenset(
    [
        "BEEP",
        "CALNUM",
        "CSB",
        "DISP",
        "EMASK",
        "END",
        "EXTOUT",
        "INBUF",
        "LFREQ",
        "LOCK",
        "MATH",
        "MFORMAT",
        "NDIG",
        "OCOMP",
        "QFORMAT",
        "RQS",
        "TBUFF",
    ]
)
"""Words that are accepted and change nothing that could be seen here."""
ELSEWHERE: Final = frozenset(["ACI", "ACDCI", "ACDCV", "ACV", "DSAC", "DSDC", "FREQ", "PER", "SSAC", "SSDC"])
"""Functions that need terminals or signals which this bench does not have."""

SYNTAX, UNDEFINED, OUT_OF_RANGE, MEMORY, CONFLICT = 3, 5, 6, 7, 11
ERRORS: Final = {
    SYNTAX: "SYNTAX ERROR",
    UNDEFINED: "UNDEFINED PARAMETER RECEIVED",
    OUT_OF_RANGE: "PARAMETER OUT OF RANGE",
    MEMORY: "MEMORY ERROR",
    CONFLICT: "SETTINGS CONFLICT",
}
"""Bit of the error register: text; ``ERRSTR?`` numbers them from 100."""


class Fault(Exception):
    """A command that the meter does not carry out; *bit* of the error register."""

    def __init__(self, bit: int) -> None:
        super().__init__(ERRORS[bit])
        self.bit = bit


@dataclass(frozen=True)
class Settings:
    """What is set; the defaults are those of PRESET NORM. Volts, amperes or ohms, seconds, power line cycles.

    *interval* between the samples of SWEEP, 0 without it; *level* in percent of the range.
    """

    function: Function = "DCV"
    full_scale: float = 10.0
    auto_range: bool = True
    nplc: float = 1.0
    auto_zero: bool = True
    fixed_z: bool = False
    delay: float = 0.0
    tarm: str = "AUTO"
    trig: str = "SYN"
    readings: int = 1
    memory: str = "OFF"
    interval: float = 0.0
    level: float = 0.0
    rising: bool = True

    @property
    def aperture(self) -> float:
        """Seconds over which the input is integrated."""
        return self.nplc / LINE_HERTZ

    def of_noise(self) -> tuple[object, ...]:
        """Return what the noise begins anew with."""
        return (self.function, self.full_scale, self.nplc)

    @property
    def scales(self) -> tuple[float, ...]:
        """The ranges of the function, in volts, amperes or ohms."""
        match self.function:
            case "DCV":
                return FULL_SCALES
            case "DCI":
                return tuple(SHUNTS)
            case _:
                return tuple(TEST_AMPERES)


DIGITIZING: Final = Settings(nplc=SHORTEST * LINE_HERTZ, auto_range=False, auto_zero=False, tarm="HOLD",
                            trig="LEVEL", readings=256)  # fmt: skip
"""PRESET DIG."""
POWER_ON: Final = Settings(nplc=10.0, trig="AUTO")


def number(value: float) -> str:
    """Return *value* in the meter's ASCII format: sign or space, eight decimals, exponent."""
    return f"{value: .8E}"


def largest(full_scale: float) -> float:
    """Return the largest indication of a range: 120 % of its name, but 1050 V."""
    return 1050.0 if full_scale == 1000.0 else full_scale * 1.2


def real(word: str) -> float:
    """Read a number. Raises ``Fault``."""
    try:
        value = float(word)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise Fault(UNDEFINED)
    return value


def switch(parameters: list[str]) -> bool:
    """Read ON or OFF; nothing is ON. Raises ``Fault``."""
    match parameters[:1]:
        case [] | ["ON"] | ["1"]:
            return True
        case ["OFF"] | ["0"]:
            return False
    raise Fault(UNDEFINED)


def event(parameters: list[str], default: str) -> str:
    """Read the name or the number of a trigger event. Raises ``Fault``."""
    word = parameters[0] if parameters else default
    name = EVENTS.get(word, word)
    if name not in EVENTS.values():
        raise Fault(UNDEFINED)
    return name


def with_level(settings: Settings, parameters: list[str]) -> Settings:
    """Set the trigger level of LEVEL in percent of the range; its coupling is DC. Raises ``Fault``."""
    percent = real(parameters[0]) if parameters else 0.0
    if abs(percent) > 500.0:
        raise Fault(OUT_OF_RANGE)
    return replace(settings, level=percent)


def with_slope(settings: Settings, parameters: list[str]) -> Settings:
    """Set the slope of SLOPE. Raises ``Fault``."""
    word = parameters[0] if parameters else "POS"
    if word not in ("POS", "NEG", "1", "0"):
        raise Fault(UNDEFINED)
    return replace(settings, rising=word in ("POS", "1"))


def with_sweep(settings: Settings, parameters: list[str]) -> Settings:
    """Set interval in seconds and number of the samples of SWEEP. Raises ``Fault``."""
    interval = real(parameters[0]) if parameters else 0.0
    count = int(real(parameters[1])) if len(parameters) > 1 else 1024
    if not FASTEST <= interval <= 6000.0 or not 1 <= count <= MOST_READINGS:
        raise Fault(OUT_OF_RANGE)
    return replace(settings, interval=interval, readings=count)
