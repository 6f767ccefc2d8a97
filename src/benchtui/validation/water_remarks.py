"""The review of water-vapour calibration: what is wrong in words, units and assumptions."""

from __future__ import annotations

from functools import partial

from benchtui.calc.equations import molecular_flow, water
from benchtui.validation.check import Remark, Verdict
from benchtui.validation.water_figures import BORE, DOCUMENT, ICE_POINT, ROOM, WATER_VISCOSITY

_MISPRINT, _MODEL = Verdict.MISPRINT, Verdict.MODEL
_KNUDSEN_LIMIT = 10.0
_HYDROGEN, _DEUTERIUM, _CARBON, _OXYGEN = 1.00782503, 2.01410178, 12.0, 15.99491462  # u, ¹H, ²H, ¹²C, ¹⁶O
_EXPONENT = 1.07


def _molecular_limit() -> float:
    """Pressure at which the free path is ten times the bore, Pa."""
    path = molecular_flow.mean_free_path(WATER_VISCOSITY, 1.0, ROOM, water.MOLAR_MASS)
    return float(path / (_KNUDSEN_LIMIT * BORE))


def _slope(celsius: float) -> float:
    """Change of the saturation pressure over one kelvin around *celsius*, Pa/K."""
    kelvin = celsius + ICE_POINT
    return float(water.saturation_pressure(kelvin + 0.5) - water.saturation_pressure(kelvin - 0.5))


def _resolution() -> float:
    """m/Δm that separates CD₃⁺ from H₂O⁺."""
    methyl, vapour = _CARBON + 3 * _DEUTERIUM, 2 * _HYDROGEN + _OXYGEN
    return vapour / (methyl - vapour)


def _change_over_a_decade() -> float:
    """Change of Q/I while I grows tenfold, relative."""
    flow = partial(water.power_law_flow, factor=1.0, exponent=_EXPONENT)
    return float(flow(10.0) / 10.0 / flow(1.0) - 1)


REMARKS: tuple[Remark, ...] = (
    Remark(
        document=DOCUMENT, erratum="E001-03", place="Section 3", quantity="pressure at Kn = 10 in 20 µm",
        printed="constant conductance from 1 Pa to 2000 Pa", verdict=_MODEL, unit="Pa", recompute=_molecular_limit,
        why="Above this pressure the flow is no longer molecular and the conductance grows with the pressure.",
    ),
    Remark(
        document=DOCUMENT, erratum="E001-06", place="Reference [9]", quantity="reference sample",
        printed="CaCO3·H2O", verdict=_MISPRINT, why="CaCO₃; it is no standard for water.",
    ),
    Remark(
        document=DOCUMENT, erratum="E001-07", place="Reference [10]", quantity="decomposition of gypsum",
        printed="CaSO4·2H2O → CaO + H2O + SO2 + O2 at 100–200 °C", verdict=_MODEL,
        why="Only the two H₂O leave at 100 °C to 200 °C; CaSO₄ → CaO + SO₂ + ½O₂ needs more than 1200 °C: two "
        "separate windows of temperature.",
    ),
    Remark(
        document=DOCUMENT, erratum="E001-08", place="Conclusion", quantity="limit of detection",
        printed="detects water in samples of 3–6 %", verdict=_MODEL,
        why="3 % to 6 % is what SAM found in the amorphous component, not a limit of detection.",
    ),
    Remark(
        document=DOCUMENT, erratum="E001-09", place="LightWAVE", quantity="Z of saturated vapour at 150 °C",
        printed="ideal gas", verdict=_MODEL, unit="1",
        recompute=partial(water.saturated_compressibility, 150.0 + ICE_POINT),
        why="The ideal gas law is wrong by 1 - Z; use an equation of state (IAPWS).",
    ),
    Remark(
        document=DOCUMENT, erratum="E001-10", place="1.1", quantity="dp_s/dT at 20 °C",
        printed="几百至几千 (hundreds to thousands) per degree", verdict=_MISPRINT, unit="Pa/K",
        recompute=partial(_slope, 20.0),
        why="The unit, pascal, is missing, and the statement holds only above about 30 °C.",
    ),
    Remark(
        document=DOCUMENT, erratum="E001-12", place="1.2", quantity="list of methods",
        printed="三个方向 (three directions)", verdict=_MISPRINT,
        why="Four are listed and three described; 利用容积膨胀校准 (volume expansion) never is.",
    ),
    Remark(
        document=DOCUMENT, erratum="E001-13", place="References, figures 5, 13 to 15", quantity="numbering",
        printed="[18] for van Beek and for Rigby; figure 5 [20]", verdict=_MISPRINT,
        why="One number for two works; figure 5 cites [20], the text [21] (Kaufmann); figure 15 is cited before 13 "
        "and 14.",
    ),
    Remark(
        document=DOCUMENT, erratum="E001-14", place="Names", quantity="spelling",
        printed="Biswas B; Kaufman; 发开了", verdict=_MISPRINT, why="Biswas J; Kaufmann; 开发了.",
    ),
    Remark(
        document=DOCUMENT, erratum="E001-15", place="SAM", quantity="compound", printed="全氟菲 (C14F24)",
        verdict=_MISPRINT,
        why="C₁₄F₂₄ is perfluoro(perhydrophenanthrene); perfluorophenanthrene would be C₁₄F₁₀.",
    ),
    Remark(
        document=DOCUMENT, erratum="E001-16", place="CD4", quantity="m/Δm between CD₃⁺ and H₂O⁺",
        printed="the same m/z as water", verdict=_MODEL, unit="1", recompute=_resolution,
        why="Nominally both are 18; a quadrupole of unit resolution does not separate them, an instrument of this "
        "resolving power does.",
    ),
    Remark(
        document=DOCUMENT, erratum="E001-17", place="Q = 0.390·I^1.07", quantity="change of Q/I over a decade",
        printed="no units", verdict=_MODEL, unit="%", recompute=_change_over_a_decade,
        why="Without the units of Q and I the coefficient means nothing; with b = 1.07 the sensitivity is not "
        "constant, and one number must not stand for it.",
    ),
    Remark(
        document=DOCUMENT, erratum="E001-18", place="AIMS-H2O", quantity="relative uncertainty of the generator",
        printed="(420 ± 8.4) ppmv", verdict=_MODEL, unit="%", recompute=lambda: 8.4 / 420,
        why="The coverage factor is not stated.",
    ),
    Remark(
        document=DOCUMENT, erratum="E001-19", place="Figure 12, caption", quantity="term", printed="伴生气体歧管",
        verdict=_MISPRINT, why="逸出气体歧管, evolved-gas manifold.",
    ),
    Remark(
        document=DOCUMENT, erratum="E001-20", place="Factor to argon", quantity="range of constancy",
        printed="constant from 1e-5 Pa to 1e-3 Pa", verdict=_MODEL,
        why="True for a stable ion source only: report the slope of the factor over the pressure.",
    ),
)  # fmt: skip
"""The errata of the review that are not a single figure."""
