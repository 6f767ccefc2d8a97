"""The review of partial-pressure calibration: what is wrong in words, symbols and equations."""

from __future__ import annotations

from benchtui.calc.equations import partial_pressure
from benchtui.validation.check import Remark, Verdict
from benchtui.validation.partial_pressure_figures import DOCUMENT

_MISPRINT, _MODEL = Verdict.MISPRINT, Verdict.MODEL

# A chamber with gate valve, to try the equations on: conductance of the orifice in it, speed of its pump, both m³/s.
_ORIFICE = 0.02
_SPEED = 0.13
_FLOW = 5e-7  # Pa·m³/s

_GENERATED = 1e-9  # Pa
_BACKGROUND = 2.79e-9  # Pa


def _closed_over_open() -> float:
    """Both sides of the corrected equation (9), with the speed that equation (12) gives: their ratio is 1."""
    rise_open = _FLOW / _SPEED
    rise_closed = rise_open + _FLOW / _ORIFICE
    speed = partial_pressure.modulated_pumping_speed(rise_open, rise_closed, _ORIFICE)
    closed = partial_pressure.throughput_gate_closed(rise_closed, _ORIFICE, speed)
    return float(closed / partial_pressure.throughput_gate_open(rise_open, speed))


def _ratio_over_equation() -> float:
    """p_high/p_low of two conductances in series, over 1 + S/C."""
    low = _FLOW / _SPEED
    high = low + _FLOW / _ORIFICE
    return float(high / low / partial_pressure.divider_ratio(_SPEED, _ORIFICE))


REMARKS: tuple[Remark, ...] = (
    Remark(
        document=DOCUMENT, erratum="E000-01", place="2.1", quantity="limit of static expansion",
        printed="上限 (upper limit) 1e-7 Pa", verdict=_MISPRINT, why="下限, the lower limit.",
    ),
    Remark(
        document=DOCUMENT, erratum="E000-02", place="Equation (9)", quantity="gate closed over gate open",
        printed="Q = ΔpCG1 CO + 1 Seff = ΔpOG1 Seff", verdict=_MISPRINT, unit="1", recompute=_closed_over_open,
        why="The fractions are lost: Q = Δp_CG/(1/C_O + 1/S_eff) = Δp_OG·S_eff; so corrected, both sides are equal.",
    ),
    Remark(
        document=DOCUMENT, erratum="E000-03", place="Text around equation (9)", quantity="symbol",
        printed="p_IG, Δp_IG", verdict=_MISPRINT, why="p_CG, Δp_CG: gate closed.",
    ),
    Remark(
        document=DOCUMENT, erratum="E000-04", place="Equations (2) to (4)", quantity="factors a_i",
        printed="relative to N2", verdict=_MODEL,
        why="a_i must be the absolute response of the gauge, A/Pa; the unknowns are a_i/b_i, and they can be solved "
        "for only if the matrix of currents has full rank: report its condition number.",
    ),
    Remark(
        document=DOCUMENT, erratum="E000-05", place="Equations (6), (7), (8)", quantity="symbol R",
        printed="three quantities", verdict=_MISPRINT,
        why="V₁/(V₁+V₂) < 1 in (6), p_high/p_low > 1 in (7), p/p_pump in (8): three symbols are needed.",
    ),
    Remark(
        document=DOCUMENT, erratum="E000-06", place="Equation (15), text", quantity="A_line and S",
        printed="absorbed intensity; intensity per unit length", verdict=_MISPRINT,
        why="A_line is the integrated absorbance, cm⁻¹, S the line strength, cm⁻¹/(molecule·cm⁻²).",
    ),
    Remark(
        document=DOCUMENT, erratum="E000-07", place="Equation (17), text", quantity="ε₀ and ρ_v",
        printed="介电常数; 摩尔分子密度", verdict=_MISPRINT,
        why="Vacuum permittivity, 真空介电常数; amount density, mol/m³.",
    ),
    Remark(
        document=DOCUMENT, erratum="E000-08", place="Equation (1)", quantity="sensitivity", printed="S = I/p",
        verdict=_MODEL,
        why="Background and reference belong to it: S = (I - I₀)/(p - p₀), with p corrected for the gas.",
    ),
    Remark(
        document=DOCUMENT, erratum="E000-09", place="Section 3", quantity="generated pressure over background",
        printed="a background of 2.79e-9 Pa allows 1e-9 Pa", verdict=_MODEL, unit="1",
        recompute=lambda: _GENERATED / _BACKGROUND,
        why="The background is larger than what is generated; it can hold only for gases that the background does "
        "not contain, not for H₂.",
    ),
    Remark(
        document=DOCUMENT, erratum="E000-10", place="Introduction, section 3", quantity="date of the 1e-9 Pa standard",
        printed="目前正在研制 (being developed); 2016 建成 (built)", verdict=_MISPRINT,
        why="The two dates contradict each other.",
    ),
    Remark(
        document=DOCUMENT, erratum="E000-11", place="EMRP IND12", quantity="state of the project",
        printed="目前正在开展 (under way)", verdict=_MODEL,
        why="Out of date: its successor 14SIP01 (May 2015 to April 2018) produced ISO/TS 20175 and ISO/TS 20177.",
    ),
    Remark(
        document=DOCUMENT, erratum="E000-12", place="Equation (18)", quantity="decay of the trap",
        printed="pure exponential, Γ = ρK", verdict=_MODEL,
        why="The loss by the background Γ₀ and losses inside the trap are missing; glancing collisions make the decay "
        "not exponential (up to 0.6 % for Li, 2.2 % for Rb).",
    ),
    Remark(
        document=DOCUMENT, erratum="E000-13", place="Equation (7), text", quantity="p_high/p_low over 1 + S/C",
        printed="约为 (about)", verdict=_MISPRINT, unit="1", recompute=_ratio_over_equation,
        why="In molecular flow the relation is exact.",
    ),
)  # fmt: skip
"""The errata of the review that are not a single figure."""
