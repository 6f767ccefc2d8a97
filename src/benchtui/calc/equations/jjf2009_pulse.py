"""JJF 2009—2022, pulsed current: clause 6.7, equations (12) to (14).

Errors are ratios, not percent. All functions work element by element on floats, arrays and complex numbers.
"""

from __future__ import annotations

from typing import Any

from benchtui.calc.equations.jjf2009 import relative_error


def pulse_current(
    v_top: Any, d_cal: Any, d_resolution: Any, d_flat: Any, d_inductance: Any, r_shunt: Any, d_shunt: Any
) -> Any:
    """Return the current I₀₅ of a pulse from the voltage of its flat top over a shunt, A: equation (12).

    ``I_05 = (V_top + δV_cal + δV_res + δV_flat + δV_L)/(R·(1 + δR))``

    Parameters
    ----------
    v_top
        Mean over the pulses of the mean of the middle third of the flat top, V₀₇, V.
    d_cal, d_resolution, d_flat, d_inductance
        Corrections, V: error of the digitizer within its specification, its resolution, unevenness of the top, voltage
        of the shunt's inductance at a current that still changes. Their estimates are 0.
    r_shunt, d_shunt
        Certified resistance R₀₅, Ω, and its relative change since then by temperature.

    Notes
    -----
    6.7 takes V₀₇/R₀₅; the corrections carry the uncertainty.
    """
    return (v_top + d_cal + d_resolution + d_flat + d_inductance) / (r_shunt * (1 + d_shunt))


def pulse_setting_error(
    i_set: Any,
    v_top: Any,
    d_cal: Any,
    d_resolution: Any,
    d_flat: Any,
    d_inductance: Any,
    r_shunt: Any,
    d_shunt: Any,
) -> Any:
    """Relative error of the pulse that was set, a ratio: equation (13), δ₉ = (I₁₅ - I₀₅)/I₀₅.

    Parameters
    ----------
    i_set
        Set value I₁₅, A: exact.
    v_top, d_cal, d_resolution, d_flat, d_inductance, r_shunt, d_shunt
        As in :func:`pulse_current`, which gives I₀₅.
    """
    return relative_error(
        i_set, pulse_current(v_top, d_cal, d_resolution, d_flat, d_inductance, r_shunt, d_shunt)
    )


def pulse_measurement_error(
    i_read: Any,
    d_read: Any,
    v_top: Any,
    d_cal: Any,
    d_resolution: Any,
    d_flat: Any,
    d_inductance: Any,
    r_shunt: Any,
    d_shunt: Any,
) -> Any:
    """Relative error of what the source measured of its own pulse, a ratio: equation (14), δ₁₀ = (I₁₆ - I₀₅)/I₀₅.

    Parameters
    ----------
    i_read, d_read
        Mean I₁₆ of what the source read, and the resolution of that, estimate 0, A.
    v_top, d_cal, d_resolution, d_flat, d_inductance, r_shunt, d_shunt
        As in :func:`pulse_current`, which gives I₀₅.
    """
    return relative_error(
        i_read + d_read, pulse_current(v_top, d_cal, d_resolution, d_flat, d_inductance, r_shunt, d_shunt)
    )
