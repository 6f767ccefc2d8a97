"""JJF 2009—2022, calibration of semiconductor parameter precision analyzers: clause 6.5 and Annex C.

Errors are ratios, not percent. All functions work element by element on floats, arrays and complex numbers.
"""

from __future__ import annotations

from typing import Any


def relative_error(indication: Any, standard: Any) -> Any:
    """Relative error δ = (X - X_s)/X_s of an *indication* or set value X against the *standard* value X_s.

    Equations (2), (3), (5), (7), (8), (9), (10), (11), (13) to (16); the certificate prints it in percent.
    """
    return (indication - standard) / standard


def standard_voltage(
    v_meter: Any, d_cal: Any, d_resolution: Any, d_emf: Any, r_output: Any, r_input: Any
) -> Any:
    """Voltage V_s that the unit under test puts out, from the meter that reads it.

    ``V_s = (V_m + δV_cal + δV_res + δV_emf)·(1 + R_out/R_in)``

    Parameters
    ----------
    v_meter
        Mean of the meter's readings, V.
    d_cal, d_resolution, d_emf
        Corrections, V: error of the meter within its specification or by its certificate, resolution of its
        indication, thermal voltages in the leads.
    r_output, r_input
        Output resistance of the source and input resistance of the meter, Ω. The meter loads the source; the
        error is that of the open output, which is higher by the factor 1 + R_out/R_in.

    Notes
    -----
    6.5.1 takes V_s = V_m; the corrections have the estimate 0 unless they are known, and carry the
    uncertainty.
    """
    return (v_meter + d_cal + d_resolution + d_emf) * (1 + r_output / r_input)


def dc_voltage_output_error(
    v_set: Any, v_meter: Any, d_cal: Any, d_resolution: Any, d_emf: Any, r_output: Any, r_input: Any
) -> Any:
    """Relative error of a DC voltage output, a ratio: 6.5.1, equation (8), δ₅ = (V₁₁ - V₀₄)/V₀₄.

    Parameters
    ----------
    v_set
        Set value V₁₁, V: exact.
    v_meter, d_cal, d_resolution, d_emf, r_output, r_input
        As in :func:`standard_voltage`, which gives V₀₄.
    """
    return relative_error(v_set, standard_voltage(v_meter, d_cal, d_resolution, d_emf, r_output, r_input))
