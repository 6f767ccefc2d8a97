"""Words of the SRS RGA: settings with their limits, times and noise by noise floor, bits of its error bytes.

Source: SRS, Models RGA100, RGA200 and RGA300, Operating Manual and Programming Reference, revision 1.9, chapters "RGA
Electronics Control Unit" (p. 4-9) and "Programming the RGA Head" (p. 6-7 to 6-69).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS_PER_UNIT: Final = (2.0, 1.0, 0.4, 0.2, 0.126, 0.045, 0.03, 0.015)
"""Time of an analog scan for a mass unit, by noise floor 0 to 7."""
SECONDS_PER_PEAK: Final = (2.2, 1.1, 0.44, 0.22, 0.139, 0.05, 0.033, 0.0165)
"""Time of a measurement of one mass."""
NOISE_AMPERES: Final = (7e-15, 1e-14, 1.5e-14, 2e-14, 4e-14, 1.2e-13, 2.5e-13, 5e-13)
"""Noise of the baseline."""
QUANTUM: Final = 1e-16
"""Amperes of the unit in which ion currents are sent."""
LARGEST: Final = 2**31 - 1
PEAK_SEARCH: Final = tuple(step / 10 for step in range(-3, 4))
"""Where a peak is looked for around its mass, in u; the largest of the seven is the answer."""

BAD_COMMAND: Final = 0x01
BAD_PARAMETER: Final = 0x02
CONFLICT: Final = 0x40
"""Bits of the byte ``RS232_ERR``."""
PRESSURE_TOO_HIGH: Final = 0x20
"""Bit of the byte ``FIL_ERR``: FL5, vacuum chamber pressure too high."""
COMMUNICATION: Final = 0x01
FILAMENT: Final = 0x02
"""Bits of the STATUS byte."""
LARGEST_PASCALS: Final = 1.3e-2
"""Total pressure above which the filament protection switches the emission off (about 1e-4 Torr)."""
ELECTRODE_SECONDS: Final = 0.1
FILAMENT_SECONDS: Final = 0.5
CALIBRATION_SECONDS: Final = 1.0
"""Times after which the STATUS byte comes; shorter than those of the instrument."""


@dataclass(frozen=True)
class Setting:
    """A setting: limits, what ``*`` means, decimals of the reply to ``?``, and whether setting it answers STATUS."""

    lowest: float
    highest: float
    default: float
    decimals: int = 0
    answers: bool = False
    seconds: float = 0.0


def settings(highest_mass: int) -> Mapping[str, Setting]:
    """Return the settings of an instrument up to *highest_mass* u."""
    return {
        "EE": Setting(25, 105, 70, answers=True, seconds=ELECTRODE_SECONDS),
        "IE": Setting(0, 1, 1, answers=True, seconds=ELECTRODE_SECONDS),
        "VF": Setting(0, 150, 90, answers=True, seconds=ELECTRODE_SECONDS),
        "FL": Setting(0.0, 3.5, 1.0, decimals=4, answers=True, seconds=FILAMENT_SECONDS),
        "HV": Setting(0, 2490, 1400, answers=True, seconds=ELECTRODE_SECONDS),
        "MI": Setting(1, highest_mass, 1),
        "MF": Setting(1, highest_mass, highest_mass),
        "NF": Setting(0, 7, 4),
        "SA": Setting(10, 25, 10),
        "SP": Setting(0.0, 10.0, 0.1, decimals=4),
        "ST": Setting(0.0, 100.0, 0.01, decimals=4),
        "MG": Setting(0.0, 2000.0, 1.0, decimals=4),
        "MV": Setting(0, 2490, 1400),
    }
