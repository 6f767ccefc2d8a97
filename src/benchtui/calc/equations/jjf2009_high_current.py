"""JJF 2009—2022, direct current from 10 µA to 10 A: equation (3) of the output, (6) and (7) of the measurement.

Errors are ratios, not percent. All functions work element by element on floats, arrays and complex numbers.
"""

from __future__ import annotations

from typing import Any

from benchtui.calc.equations.jjf2009 import relative_error


def ammeter_current(i_meter: Any, d_cal: Any, d_resolution: Any) -> Any:
    """Return the current I₀₂ out of the unit under test, from the ammeter that reads it.

    ``I₀₂ = I_m + δI_cal + δI_res``

    Parameters
    ----------
    i_meter
        Mean of the meter's readings, A.
    d_cal, d_resolution
        Corrections, A: error of the meter within its specification, resolution of its indication (estimate 0).

    Notes
    -----
    Figure 3. A source of current drives it through whatever it meets: the meter's burden does not count as long
    as the voltage limit is not reached.
    """
    return i_meter + d_cal + d_resolution


def dc_current_output_high_error(i_set: Any, i_meter: Any, d_cal: Any, d_resolution: Any) -> Any:
    """Relative error of a DC current output, a ratio: equation (3), δ₂ = (I₁₂ - I₀₂)/I₀₂.

    Parameters
    ----------
    i_set
        Set value I₁₂, A: exact.
    i_meter, d_cal, d_resolution
        As in :func:`ammeter_current`, which gives I₀₂.
    """
    return relative_error(i_set, ammeter_current(i_meter, d_cal, d_resolution))


def resistor_current(
    v_meter: Any, d_cal: Any, d_resolution: Any, d_emf: Any, r: Any, d_r: Any, r_input: Any
) -> Any:
    """Return the current I₀₄ out of the unit under test, from the voltage that it makes over a standard resistor.

    ``I₀₄ = (V_m + δV_cal + δV_res + δV_emf)·(1/(R₀₃·(1 + δR)) + 1/R_in)``

    Parameters
    ----------
    v_meter
        Mean of the voltmeter's readings at the potential terminals, V.
    d_cal, d_resolution, d_emf
        Corrections, V, with the estimate 0: error of the meter within its specification, resolution of its
        indication, thermal voltages in its leads.
    r, d_r
        Certified resistance, Ω, and its relative change by temperature and voltage since it was certified.
    r_input
        Input resistance of the voltmeter, Ω: its current comes out of the unit under test as well.

    Notes
    -----
    Figure 5, equation (6), I₀₄ = V₀₃/R₀₃.
    """
    volts = v_meter + d_cal + d_resolution + d_emf
    return volts * (1 / (r * (1 + d_r)) + 1 / r_input)


def dc_current_measurement_high_error(
    i_indicated: Any,
    d_indicated: Any,
    v_meter: Any,
    d_cal: Any,
    d_resolution: Any,
    d_emf: Any,
    r: Any,
    d_r: Any,
    r_input: Any,
) -> Any:
    """Relative error of a DC current measurement, a ratio: equation (7), δ₄ = (I₁₄ - I₀₄)/I₀₄.

    Parameters
    ----------
    i_indicated, d_indicated
        Mean of what the unit under test measured, I₁₄, and the resolution of its indication (estimate 0), A.
    v_meter, d_cal, d_resolution, d_emf, r, d_r, r_input
        As in :func:`resistor_current`, which gives I₀₄.
    """
    standard = resistor_current(v_meter, d_cal, d_resolution, d_emf, r, d_r, r_input)
    return relative_error(i_indicated + d_indicated, standard)
