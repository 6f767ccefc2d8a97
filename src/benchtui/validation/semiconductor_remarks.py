"""JJF 2009—2022: what is wrong in words, symbols and requirements."""

from __future__ import annotations

import math

from benchtui.validation.budgets import K
from benchtui.validation.check import Remark, Verdict
from benchtui.validation.semiconductor_figures import C3, C9, DOCUMENT, pulsed_current

_MISPRINT, _MODEL = Verdict.MISPRINT, Verdict.MODEL

# Resistor for each current that is compensated, 5.2.9; Ω by A.
_RESISTORS = {
    1e-12: 1e12, 1e-11: 1e12, 1e-10: 1e12, 1e-9: 1e11, 1e-8: 1e10, 1e-7: 1e9, 1e-6: 1e8, 1e-5: 1e7,
}  # fmt: skip
_PULSE_MPE = 0.5e-2
_PULSE_WIDTH = 250e-6  # s
_SAMPLE_RATE = 5e4  # 1/s
_TERAOHM = 1e12  # Ω
_CAPACITANCE = 10e-12  # F, of the leads
_SETTLED = 1e-4


def _remark(erratum: str, place: str, quantity: str, printed: str, verdict: Verdict, why: str) -> Remark:
    return Remark(
        document=DOCUMENT, erratum=erratum, place=place, quantity=quantity, printed=printed, verdict=verdict, why=why
    )  # fmt: skip


REMARKS: tuple[Remark, ...] = (
    _remark(
        "E003-10", "Equations (C.2), (C.6), (C.10), (C.14), (C.18)", "variance of the result",
        "sum of the absolute u² of V, Ω and A", _MODEL,
        "Such a sum has a dimension only if every u is relative, and (C.1) adds the absolute current I_g besides. "
        "Propagate through the model, with sensitivity coefficients.",
    ),
    _remark(
        "E003-11", "Tables C.2, C.4, C.12", "distribution of resistor and capacitor", "uniform, √3", _MODEL,
        "Their certificates state U with k = 2: normal, divisor 2. The 0.1 % that the budget uses is already U/2.",
    ),
    _remark(
        "E003-12", "Table C.6, row u(k)", "name of the standard", "高值电阻 (high-value resistor)", _MISPRINT,
        "High-voltage divider, 高压分压器.",
    ),
    _remark(
        "E003-13", "Table C.8, row u(I)", "name of the source", "直流电压源 (DC voltage source)", _MISPRINT,
        "DC current source, 直流电流源.",
    ),
    _remark(
        "E003-14", "C.3.3.1", "name of the standard", "直流电压源 (DC voltage source)", _MISPRINT,
        "DC voltmeter, 直流电压表.",
    ),
    _remark("E003-15", "C.3.3.2, equation (C.11)", "symbol", "u(R)", _MISPRINT, "u(k), of the divider ratio."),
    _remark(
        "E003-16", "C.6", "model of the capacitance", "", _MODEL,
        "No equation is printed. C_x = C_s + Δ, and the error is (C_1 - C_0)/C_0.",
    ),
    _remark(
        "E003-17", "Equations (11) and (12)", "symbol I_05", "two quantities", _MISPRINT,
        "In (11) it is the calibrated set current, in (12) the standard value of the pulse: two symbols are needed.",
    ),
    _remark(
        "E003-18", "Table A.9, header", "column title", "标准电压值 / 标准电阻值", _MISPRINT,
        "标准电流值 / 标准电阻值 (standard current / standard resistance): the model is I_05·R_04.",
    ),
    _remark("E003-19", "6.6.2", "letters of the steps", "a b c d e g", _MISPRINT, "a b c d e f."),
    _remark(
        "E003-20", "6.6.2, C.4.3.1", "standard for high voltages", "current of the unit under test", _MODEL,
        "The instrument would be traced to itself. Calibrate its current first, use the calibrated value, and "
        "carry the uncertainty of that calibration, which C.4.3.1 leaves out.",
    ),
    Remark(
        document=DOCUMENT, erratum="E003-21", place="5.2.1, C.1.3.1", quantity="highest voltage of the source needed",
        printed="±(0.1–100) V here, ±(0.1–1000) V there", verdict=_MODEL, unit="V",
        recompute=lambda: max(current * resistance for current, resistance in _RESISTORS.items()),
        why="I·R over the resistors of 5.2.9, 1 pA to 10 µA: 100 V is enough.",
    ),
    Remark(
        document=DOCUMENT, erratum="E003-22", place="5.2.6, 4.5", quantity="MPE over U",
        printed="digitizer ±0.7 % for ±0.5 %", verdict=_MODEL, unit="1",
        recompute=lambda: _PULSE_MPE / (K * pulsed_current(C9.relative_deviation())),
        why="U is larger than the limit to be verified. Calibrate the digitizer instead of using its MPE.",
    ),
    _remark(
        "E003-23", "5.2.5, 5.2.7, 5.2.8; 4.2 to 4.4", "standards", "±0.1 % standards for ±0.05 %", _MODEL,
        "Use the values and the U of their certificates (0.01 % or less), not their MPE.",
    ),
    Remark(
        document=DOCUMENT, erratum="E003-24", place="6.7, note", quantity="samples in a pulse of 250 µs",
        printed="more than 5×10⁴ samples a second", verdict=_MODEL, unit="1",
        recompute=lambda: _SAMPLE_RATE * _PULSE_WIDTH,
        why="The middle third holds about four samples. The bandwidth of 1 MHz that is asked for allows 1 MSa/s.",
    ),
    Remark(
        document=DOCUMENT, erratum="E003-25", place="C.1.3.4 and the like", quantity="s/√10 of table C.3, relative",
        printed="s of one reading", verdict=_MODEL, unit="1",
        recompute=lambda: C3.relative_deviation() / math.sqrt(len(C3.readings)),
        why="The result is the mean of ten readings, so u(Δ) = s/√10; say which of the two is meant.",
    ),
    _remark(
        "E003-26", "Captions", "sign of the range", "士(1 pA~10 μA)", _MISPRINT,
        "±(1 pA ~ 10 µA): the character 士 stands for the sign ±.",
    ),
    _remark("E003-27", "Table C.5, reading 8", "digits", "999.98", _MISPRINT, "999.980, as the other nine."),
    Remark(
        document=DOCUMENT, erratum="E003-28", place="C.1, C.2", quantity="settling of 1 TΩ to 10⁻⁴",
        printed="", verdict=_MODEL, unit="s",
        recompute=lambda: _TERAOHM * _CAPACITANCE * math.log(1 / _SETTLED),
        why="Thermal voltages, leakage, temperature and voltage coefficient of the resistor and settling (10 pF) are "
        "missing from the budgets.",
    ),
)  # fmt: skip
"""The errata of the specification that are not a single figure."""
