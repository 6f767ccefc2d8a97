"""JJF 2009—2022, Annex C: the measurement models of the six worked examples.

Each model gives the standard value that the error of the unit under test is compared with, in SI units. Δ is the
scatter of the repeated readings, with the estimate 0. All functions work element by element on floats, arrays and
complex numbers.

The annex adds relative uncertainties; through these models an input contributes with its own unit and its
sensitivity coefficient, which comes to the same for products and also holds for the sum with I_g.
"""

from __future__ import annotations

from typing import Any


def nulled_current(v: Any, r: Any, i_bias: Any, i_zero: Any, delta: Any) -> Any:
    """Return the current that a source cancels at a null detector, A: C.1, equation (C.1), I = U/R + I_g + Δ.

    Parameters
    ----------
    v, r
        Voltage of the source, V, and the high-value resistor, Ω.
    i_bias, i_zero
        The two parts of I_g, A: input current of the null detector, and what its zero moves meanwhile.
    delta
        Repeatability, A.
    """
    return v / r + i_bias + i_zero + delta


def current_through(v: Any, r: Any, delta: Any) -> Any:
    """Return the current that *v*, V, drives through *r*, Ω: C.2 and C.5, (C.5) and (C.17), I = U/R + Δ, A."""
    return v / r + delta


def divided_voltage(v: Any, k: Any, delta: Any) -> Any:
    """Voltage ahead of a divider of ratio *k* that gives *v*, V: C.3, equation (C.9), V = U·k + Δ, V."""
    return v * k + delta


def voltage_across(i: Any, r: Any, delta: Any) -> Any:
    """Voltage that the current *i*, A, makes over *r*, Ω: C.4, equation (C.13), V = I·R + Δ, V."""
    return i * r + delta


def standard_capacitance(c: Any, delta: Any) -> Any:
    """Capacitance of the standard with repeatability, F: C.6, C_x = C_s + Δ; the annex prints no equation."""
    return c + delta
