"""JJF 2009—2022, DC voltage: equation (9) of the output above 1 kV, (10) and (11) of the measurement.

Errors are ratios, not percent. All functions work element by element on floats, arrays and complex numbers.
"""

from __future__ import annotations

from typing import Any

from benchtui.calc.equations.jjf2009 import relative_error


# ----------------------------------------------------------------------------------- measurement, 0.1 V to 100 V
def compared_voltage(v_meter: Any, d_cal: Any, d_resolution: Any, d_emf: Any) -> Any:
    """Return the voltage V₀₆ at the terminals of the unit under test, from the meter that reads it beside.

    ``V₀₆ = V_m + δV_cal + δV_res + δV_emf``

    Parameters
    ----------
    v_meter
        Mean of the voltmeter's readings, V.
    d_cal, d_resolution, d_emf
        Corrections, V, with the estimate 0: error of the meter within its specification, resolution of its
        indication, thermal voltages in its leads.

    Notes
    -----
    Figure 8. Both meters are at the same terminals: neither the value of the standard resistor nor what the
    voltmeter takes from it counts.
    """
    return v_meter + d_cal + d_resolution + d_emf


def dc_voltage_measurement_error(
    v_indicated: Any, d_indicated: Any, v_meter: Any, d_cal: Any, d_resolution: Any, d_emf: Any
) -> Any:
    """Relative error of a DC voltage measurement, a ratio: equation (10), δ₇ = (V₁₃ - V₀₆)/V₀₆.

    Parameters
    ----------
    v_indicated, d_indicated
        Mean of what the unit under test measured, V₁₃, and the resolution of its indication (estimate 0), V.
    v_meter, d_cal, d_resolution, d_emf
        As in :func:`compared_voltage`, which gives V₀₆.
    """
    return relative_error(v_indicated + d_indicated, compared_voltage(v_meter, d_cal, d_resolution, d_emf))


# ----------------------------------------------------------------------------------------- output, 1 kV to 3 kV
def loaded_ratio(k: Any, d_k: Any, r_tap: Any, r_input: Any) -> Any:
    """Return the ratio of a divider with a voltmeter at its tap.

    ``k_eff = k·(1 + δk)·(1 + R_tap/R_in)``

    Parameters
    ----------
    k, d_k
        Certified ratio without load, and its relative change by temperature and voltage since it was certified.
    r_tap
        Resistance that the tap shows to the voltmeter, Ω: that of the low arm with the high arm beside it,
        R_low·(1 - 1/k).
    r_input
        Input resistance of the voltmeter, Ω.
    """
    return k * (1 + d_k) * (1 + r_tap / r_input)


def divided_voltage(
    v_meter: Any, d_cal: Any, d_resolution: Any, d_emf: Any, k: Any, d_k: Any, r_tap: Any, r_input: Any
) -> Any:
    """Return the voltage k·V₀₅ that the unit under test puts out, from the meter behind the divider.

    ``k_eff·(V_m + δV_cal + δV_res + δV_emf)``

    Parameters
    ----------
    v_meter, d_cal, d_resolution, d_emf
        As in :func:`compared_voltage`, at the tap.
    k, d_k, r_tap, r_input
        As in :func:`loaded_ratio`.
    """
    return loaded_ratio(k, d_k, r_tap, r_input) * (v_meter + d_cal + d_resolution + d_emf)


def dc_voltage_output_hv_error(
    v_set: Any,
    v_meter: Any,
    d_cal: Any,
    d_resolution: Any,
    d_emf: Any,
    k: Any,
    d_k: Any,
    r_tap: Any,
    r_input: Any,
) -> Any:
    """Relative error of a DC voltage output, a ratio: equation (9), δ₆ = (V₁₂ - k·V₀₅)/(k·V₀₅).

    Parameters
    ----------
    v_set
        Set value V₁₂, V: exact.
    v_meter, d_cal, d_resolution, d_emf, k, d_k, r_tap, r_input
        As in :func:`divided_voltage`.
    """
    return relative_error(v_set, divided_voltage(v_meter, d_cal, d_resolution, d_emf, k, d_k, r_tap, r_input))


# -------------------------------------------------------------------------------------- measurement, 100 V to 3 kV
def deviation_of_current(i_set: Any, error: Any) -> Any:
    """Return by how much a source of current is off, I - I_set, A: from its set value and its relative error.

    The error is that of equation (2) or (3), δ = (I_set - I)/I, so that I = I_set/(1 + δ).
    """
    return -i_set * error / (1 + error)


def share_between(i_set: float, i_below: float, i_above: float) -> float:
    """Return how far *i_set* lies on the way from *i_below* to *i_above*: 0 to 1; 0 where they are the same."""
    return 0.0 if i_below == i_above else (i_set - i_below) / (i_above - i_below)


def forced_current(
    i_set: Any,
    share: Any,
    i_below: Any,
    e_below: Any,
    s_below: Any,
    i_above: Any,
    e_above: Any,
    s_above: Any,
    d_interpolation: Any,
) -> Any:
    """Return the current I₀₅ that the unit under test really drives, from its calibration at two currents beside.

    The deviation from the set value is a straight line between the neighbours, in amperes.

    Parameters
    ----------
    i_set, share
        Set value, A, and how far it lies between the neighbours, 0 to 1.
    i_below, e_below, s_below, i_above, e_above, s_above
        Two set values of the same range and polarity, A; their relative errors as calibrated, ratios; and what the
        standards of the calibration put into these errors (estimate 0), the same at both.
    d_interpolation
        What the deviation is off the straight line there (estimate 0), A.
    """
    low = deviation_of_current(i_below, e_below + s_below)
    high = deviation_of_current(i_above, e_above + s_above)
    return i_set + (1 - share) * low + share * high + d_interpolation


def voltage_over_resistor(
    i_set: Any,
    share: Any,
    i_below: Any,
    e_below: Any,
    s_below: Any,
    i_above: Any,
    e_above: Any,
    s_above: Any,
    d_interpolation: Any,
    r: Any,
    d_r: Any,
    g_leak: Any,
) -> Any:
    """Return the voltage I₀₅·R₀₄ at the terminals of the unit under test, V.

    ``I₀₅·R/(1 + G·R)`` with ``R = R₀₄·(1 + δR)``

    Parameters
    ----------
    i_set, share, i_below, e_below, s_below, i_above, e_above, s_above, d_interpolation
        As in :func:`forced_current`, which gives I₀₅.
    r, d_r
        Certified resistance, Ω, and its relative change by temperature and voltage since it was certified.
    g_leak
        Conductance of the insulation of leads and fixture beside the resistor, S.
    """
    ohms = r * (1 + d_r)
    current = forced_current(
        i_set, share, i_below, e_below, s_below, i_above, e_above, s_above, d_interpolation
    )
    return current * ohms / (1 + g_leak * ohms)


def dc_voltage_measurement_hv_error(
    v_indicated: Any,
    d_indicated: Any,
    i_set: Any,
    share: Any,
    i_below: Any,
    e_below: Any,
    s_below: Any,
    i_above: Any,
    e_above: Any,
    s_above: Any,
    d_interpolation: Any,
    r: Any,
    d_r: Any,
    g_leak: Any,
) -> Any:
    """Relative error of a DC voltage measurement, a ratio: equation (11), δ₈ = (V₁₄ - I₀₅·R₀₄)/(I₀₅·R₀₄).

    Parameters
    ----------
    v_indicated, d_indicated
        Mean of what the unit under test measured, V₁₄, and the resolution of its indication (estimate 0), V.
    i_set, share, i_below, e_below, s_below, i_above, e_above, s_above, d_interpolation, r, d_r, g_leak
        As in :func:`voltage_over_resistor`.
    """
    standard = voltage_over_resistor(
        i_set, share, i_below, e_below, s_below, i_above, e_above, s_above, d_interpolation, r, d_r, g_leak
    )
    return relative_error(v_indicated + d_indicated, standard)
