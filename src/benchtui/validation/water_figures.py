"""The review of water-vapour calibration: its printed figures from the conditions printed beside them."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from benchtui.calc.equations import molecular_flow, water
from benchtui.validation.check import Check, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

DOCUMENT = "001"
NITROGEN = 0.0280134
"""Molar mass of N₂, kg/mol (CIAAW)."""

ROOM = 296.15
"""Temperature of the orifice, K."""

ICE_POINT = 273.15
WATER_VISCOSITY = 9.65e-6
"""Viscosity of water vapour at 23 °C, Pa·s."""

# Section 3: orifice for lunar soil.
CONDUCTANCE = 1e-9  # m³/s, for N₂
BORE = 20e-6  # m
_THICKNESS = 4e-3  # m
_PRESSURE = 5.0  # Pa

# Reference [30]: analyser for water in lunar soil.
_VOLUME = 21.5e-6  # m³
_SAMPLE = 200e-6  # kg
_LOW, _HIGH = 90.0, 2000.0  # Pa
_OVEN = 373.15  # K, an example: the line is hot


def _relative_humidity() -> float:
    return float(water.saturation_pressure(38.0 + ICE_POINT) / water.saturation_pressure(40.0 + ICE_POINT))


def _flow(conductance: float) -> float:
    return float(molecular_flow.amount_flow(conductance, _PRESSURE, ROOM))


def _water_conductance() -> float:
    return float(molecular_flow.conductance_for(CONDUCTANCE, NITROGEN, water.MOLAR_MASS))


def orifice(bore: float, length: float) -> float:
    """Molecular conductance for N₂ of a bore of the given diameter and length, m³/s."""
    return float(molecular_flow.tube_conductance(bore, length, ROOM, NITROGEN))


def root(function: Callable[[float], float], low: float, high: float) -> float:
    """Where *function*, which changes sign once between two positive places, is zero; by bisection of logs."""
    rising = function(high) > 0
    for _step in range(100):
        middle = math.sqrt(low * high)
        low, high = (low, middle) if (function(middle) > 0) == rising else (middle, high)
    return math.sqrt(low * high)


def _length_for_conductance() -> float:
    return root(lambda length: orifice(BORE, length) - CONDUCTANCE, 1e-5, 1e-1)


def _bore_for_conductance() -> float:
    return root(lambda bore: orifice(bore, _THICKNESS) - CONDUCTANCE, 1e-6, 1e-3)


def _soil(pressure: float, temperature: float, adsorbed: float) -> float:
    return float(water.released_fraction(pressure, _VOLUME, temperature, _SAMPLE, adsorbed))


def _range_of_soil_water() -> tuple[Check, ...]:
    ends = ((_LOW, "0.008"), (_HIGH, "0.17"))
    cases = (
        (ICE_POINT, 0.0, Verdict.AGREES, "", "Mass fraction of water, ideal gas, nothing adsorbed: 21.5 mL, 200 mg."),
        (_OVEN, 0.0, Verdict.MODEL, "E001-04",
         "Furnace and lines are hot; at 100 °C the same pressure is less water."),
        (ICE_POINT, 0.25, Verdict.MODEL, "E001-05", "The adsorption that is quoted (25 % to 45 %) is not applied."),
        (ICE_POINT, 0.45, Verdict.MODEL, "E001-05", "The adsorption that is quoted (25 % to 45 %) is not applied."),
    )  # fmt: skip
    return tuple(
        Check(
            document=DOCUMENT, place="Reference [30]",
            quantity=f"w at {pressure:g} Pa, {temperature:g} K, {100 * adsorbed:g} % adsorbed",
            printed=printed, unit="%", recompute=partial(_soil, pressure, temperature, adsorbed),
            why=why, claim=claim, erratum=erratum,
        )
        for temperature, adsorbed, claim, erratum, why in cases
        for pressure, printed in ends
    )  # fmt: skip


_GEOMETRY = (
    "A bore of 20 µm through 4 mm has a quarter of the stated conductance: the three figures do not fit."
)

CHECKS: tuple[Check, ...] = (
    Check(
        document=DOCUMENT, place="Yoshida, water tank", quantity="relative humidity at 38.0 °C", printed="90",
        unit="%", recompute=_relative_humidity, erratum="E001-11",
        why="p_s(38.0 °C)/p_s(40.0 °C); that the cell is at 40 °C is missing in print.",
    ),
    Check(
        document=DOCUMENT, place="Section 3", quantity="flow at 5 Pa, conductance for N₂",
        printed="2e-12", unit="mol/s", recompute=partial(_flow, CONDUCTANCE), why="C·p/(RT) at 23 °C.",
    ),
    Check(
        document=DOCUMENT, place="Section 3", quantity="flow at 5 Pa, conductance for water",
        printed="2e-12", unit="mol/s", recompute=lambda: _flow(_water_conductance()), claim=Verdict.MODEL,
        erratum="E001-01", why="The conductance for N₂ was used; for water it is larger by √(M(N₂)/M(H₂O)).",
    ),
    Check(
        document=DOCUMENT, place="Section 3", quantity="conductance for N₂ of 20 µm × 4 mm", printed="1e-9",
        unit="m³/s", recompute=partial(orifice, BORE, _THICKNESS), claim=Verdict.MISPRINT, erratum="E001-02",
        why=_GEOMETRY + " Tube at 23 °C, Berman's formula.",
    ),
    Check(
        document=DOCUMENT, place="Section 3", quantity="thickness for 1e-9 m³/s at 20 µm", printed="4",
        unit="mm", recompute=_length_for_conductance, claim=Verdict.MISPRINT, erratum="E001-02", why=_GEOMETRY,
    ),
    Check(
        document=DOCUMENT, place="Section 3", quantity="bore for 1e-9 m³/s at 4 mm", printed="20", unit="µm",
        recompute=_bore_for_conductance, claim=Verdict.MISPRINT, erratum="E001-02", why=_GEOMETRY,
    ),
    *_range_of_soil_water(),
    Check(
        document=DOCUMENT, place="AIMS-H2O", quantity="water, if equal to the hydrogen", printed="420",
        unit="ppm",
        recompute=partial(water.burnt_hydrogen_fraction, 420e-6), why="x/(1 - x/2) of 420 ppm H₂, all burnt.",
    ),
)  # fmt: skip
"""Every printed figure of the review that the conditions beside it allow to recompute."""
