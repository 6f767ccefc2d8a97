"""JJF 2009—2022, DC currents from 1 pA to 10 µA: equations (1), (2) of the output, (4), (5) of the measurement.

A source of voltage drives a known current through a resistor of high value. Voltages are counted against the
current of the unit under test: V is positive where the current is, so that I = V/R as the specification has it.

Errors are ratios, not percent. All functions work element by element on floats, arrays and complex numbers.
"""

from __future__ import annotations

import math
from typing import Any

from benchtui.calc.equations.jjf2009 import relative_error

BOLTZMANN = 1.380649e-23
"""J/K, exact."""


def current_through_resistor(v: Any, d_v: Any, d_v_zero: Any, r: Any, d_r: Any) -> Any:
    """Return by how much the current through a resistor changes when its source goes from zero to *v*, A.

    ``(V + δV - δV₀)/(R·(1 + δR))``

    Parameters
    ----------
    v, d_v
        Set value of the source, V, and its error there (estimate 0).
    d_v_zero
        Error of the source when it is set to zero (estimate 0), V.
    r, d_r
        Certified resistance, Ω, and its relative change by temperature and voltage since it was certified.

    Notes
    -----
    Equations (1) and (4) are I = V/R. Thermal voltages in the leads are there at zero as well, so that the
    difference does not contain them.
    """
    return (v + d_v - d_v_zero) / (r * (1 + d_r))


def balanced_current(
    v: Any,
    d_v: Any,
    d_v_zero: Any,
    r: Any,
    d_r: Any,
    i_null: Any,
    i_before: Any,
    i_after: Any,
    d_zero: Any,
    d_resolution: Any,
    g_detector: Any,
    burden: Any,
) -> Any:
    """Return the current I₀₁ that the unit under test puts out, A: equation (1) with what is left at the null.

    ``I₀₁ = I_R + (I_n - (I_b + I_a)/2 + δI_0 + δI_res)·(1 + g)·(1 + R_d/R)``

    Parameters
    ----------
    v, d_v, d_v_zero, r, d_r
        As in :func:`current_through_resistor`, which gives I_R.
    i_null
        Mean reading of the null detector when the source balances the current, A, positive where the current
        of the unit under test is the larger one.
    i_before, i_after
        Its mean readings before and after, with the source at zero and the unit under test disconnected, A.
        They contain its input current, its zero error and what thermal voltages drive, which are corrected so.
    d_zero
        What its zero moved between these readings and the null (estimate 0), A.
    d_resolution
        Resolution of its indication (estimate 0), A.
    g_detector
        Its relative error of reading (estimate 0).
    burden
        R_d/R, its input resistance over the standard resistance: a part of what it is to read goes back through
        the resistor.
    """
    left = i_null - (i_before + i_after) / 2 + d_zero + d_resolution
    return current_through_resistor(v, d_v, d_v_zero, r, d_r) + left * (1 + g_detector) * (1 + burden)


def dc_current_output_low_error(
    i_set: Any,
    v: Any,
    d_v: Any,
    d_v_zero: Any,
    r: Any,
    d_r: Any,
    i_null: Any,
    i_before: Any,
    i_after: Any,
    d_zero: Any,
    d_resolution: Any,
    g_detector: Any,
    burden: Any,
) -> Any:
    """Relative error of a DC current output, a ratio: 6.3.1, equation (2), δ₁ = (I₁₁ - I₀₁)/I₀₁.

    Parameters
    ----------
    i_set
        Set value I₁₁, A: exact.
    v, d_v, d_v_zero, r, d_r, i_null, i_before, i_after, d_zero, d_resolution, g_detector, burden
        As in :func:`balanced_current`, which gives I₀₁.
    """
    standard = balanced_current(
        v, d_v, d_v_zero, r, d_r, i_null, i_before, i_after, d_zero, d_resolution, g_detector, burden
    )
    return relative_error(i_set, standard)


def driven_current(
    i_indicated: Any,
    d_indicated: Any,
    i_open: Any,
    i_zero: Any,
    v: Any,
    d_v: Any,
    d_v_zero: Any,
    r: Any,
    d_r: Any,
) -> Any:
    """Return the current I₀₃ that flows into the unit under test, A: equation (4), and what the burden adds.

    ``I₀₃ = I_R·(I₁₃ - I_o)/(I₁₃ - I_z)``

    Parameters
    ----------
    i_indicated, d_indicated
        Mean of what the unit under test measured, I₁₃, and the resolution of its indication (estimate 0), A.
    i_open
        Its mean reading while the source is disconnected, A: its own offset, nothing flows.
    i_zero
        Its mean reading while the source is set to zero, A: the same, and what its voltage burden and thermal
        voltages drive through the resistor.
    v, d_v, d_v_zero, r, d_r
        As in :func:`current_through_resistor`, which gives I_R.

    Notes
    -----
    I₁₃ - I_z is what it read of I_R, and I₁₃ - I_o what it read of all that flows; their ratio is free of its
    gain error. Its offset current remains in I₁₃ and is part of its error.
    """
    read = i_indicated + d_indicated
    return current_through_resistor(v, d_v, d_v_zero, r, d_r) * (read - i_open) / (read - i_zero)


def dc_current_measurement_low_error(
    i_indicated: Any,
    d_indicated: Any,
    i_open: Any,
    i_zero: Any,
    v: Any,
    d_v: Any,
    d_v_zero: Any,
    r: Any,
    d_r: Any,
) -> Any:
    """Relative error of a DC current measurement, a ratio: 6.4.1, equation (5), δ₃ = (I₁₃ - I₀₃)/I₀₃.

    Parameters
    ----------
    i_indicated, d_indicated, i_open, i_zero, v, d_v, d_v_zero, r, d_r
        As in :func:`driven_current`, which gives I₀₃.
    """
    standard = driven_current(i_indicated, d_indicated, i_open, i_zero, v, d_v, d_v_zero, r, d_r)
    return relative_error(i_indicated + d_indicated, standard)


def johnson_current(ohms: float, kelvin: float, seconds: float) -> float:
    """Return the standard deviation of the thermal noise current of a resistor over an integration, A.

    ``√(4·k·T·B/R)`` with B = 1/(2·t) (H. Nyquist, Phys. Rev. 32 (1928) 110); *seconds* is the time t.
    """
    return math.sqrt(2 * BOLTZMANN * kelvin / (ohms * seconds))
