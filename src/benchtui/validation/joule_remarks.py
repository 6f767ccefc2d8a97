"""The Joule balance NIM-1: what is wrong in words, signs and assumptions."""

from __future__ import annotations

from functools import partial

from benchtui.calc.equations import joule
from benchtui.validation.check import Remark, Verdict
from benchtui.validation.joule_figures import DOCUMENT, GRAVITY, MASS

_MISPRINT, _MODEL = Verdict.MISPRINT, Verdict.MODEL
_AIR = 1.2  # kg/m³, conventional (OIML D 28)
_STEEL = 8000.0  # kg/m³, conventional (OIML D 28)

REMARKS: tuple[Remark, ...] = (
    Remark(
        document=DOCUMENT, erratum="E002-07", place="Equations (1), (2)", quantity="sign of the force",
        printed="F = -∇ψ·I and ∫F·dl = +Δψ·I", verdict=_MISPRINT,
        why="The signs contradict each other: the force on the coil is F = +I·∇ψ.",
    ),
    Remark(
        document=DOCUMENT, erratum="E002-08", place="3.5", quantity="material of the magnet", printed="铝铁硼",
        verdict=_MISPRINT, why="钕铁硼 (NdFeB): the coefficient -10⁻³ per kelvin is that of NdFeB.",
    ),
    Remark(
        document=DOCUMENT, erratum="E002-09", place="Tables 1, 4, English titles", quantity="wording",
        printed="power of the vertical force; Plank", verdict=_MISPRINT,
        why="Work (energy) of the vertical force; Planck.",
    ),
    Remark(
        document=DOCUMENT, erratum="E002-10", place="Table 1", quantity="force of 500 g", printed="5 N",
        verdict=_MODEL, unit="N", recompute=lambda: MASS * GRAVITY,
        why="Residual force and balance are divided by 5 N instead; it makes no difference to the digits printed.",
    ),
    Remark(
        document=DOCUMENT, erratum="E002-12", place="Section 1", quantity="criteria of the CCM",
        printed="three criteria", verdict=_MODEL,
        why="The text of 2005; the CCM has revised its criteria since, cite the recommendation with its year.",
    ),
    Remark(
        document=DOCUMENT, erratum="E002-13", place="2.2", quantity="air buoyancy of 500 g of steel", printed="",
        verdict=_MODEL, unit="mg", recompute=partial(joule.buoyancy_mass, MASS, _AIR, _STEEL),
        why="No value is printed, though it is hundreds of times the u(m) of 0.2 mg: the model must carry it.",
    ),
)  # fmt: skip
"""The errata of the paper that are not a single figure."""
