"""JJF 2009—2022, frequency and capacitance: clauses 6.8 and 6.9, equations (15) and (16).

Errors are ratios, not percent. All functions work element by element on floats, arrays and complex numbers.
"""

from __future__ import annotations

from typing import Any

from benchtui.calc.equations.jjf2009 import relative_error


def counted_frequency(f_meter: Any, d_cal: Any, d_resolution: Any) -> Any:
    """Return the frequency f₀ of a signal from a counter, Hz: ``f_0 = f_m + δf_cal + δf_res``.

    Parameters
    ----------
    f_meter
        Mean of the counter's readings, Hz.
    d_cal, d_resolution
        Corrections, Hz: error of the counter within its specification, a digit of its indication; estimates 0.
    """
    return f_meter + d_cal + d_resolution


def frequency_error(f_set: Any, f_meter: Any, d_cal: Any, d_resolution: Any) -> Any:
    """Relative error of a frequency, a ratio: 6.8, equation (15), δ₁₁ = (f₁ - f₀)/f₀.

    Parameters
    ----------
    f_set
        Set value f₁, Hz: exact.
    f_meter, d_cal, d_resolution
        As in :func:`counted_frequency`, which gives f₀.
    """
    return relative_error(f_set, counted_frequency(f_meter, d_cal, d_resolution))


def capacitance_at_point(c_certified: Any, d_standard: Any) -> Any:
    """Return the capacitance C₀ of a standard where it is used, F: ``C_0 = C_cert·(1 + δC)``.

    Parameters
    ----------
    c_certified, d_standard
        Certified capacitance, F, and its relative change since then by temperature.
    """
    return c_certified * (1 + d_standard)


def corrected_indication(c_read: Any, d_read: Any, c_open: Any, l_short: Any, omega: Any) -> Any:
    """Return what a capacitance unit would show if its open and short corrections had been perfect, F.

    ``C = (C_m + δC_m)·(1 + ω²·L_short·C_m) + C_open``

    Parameters
    ----------
    c_read, d_read
        Mean of what the unit read, C₁, and the resolution of that, estimate 0, F.
    c_open
        Capacitance that the open terminals still had when the open correction was taken, F: it is taken away from every
        reading since.
    l_short
        Inductance that the short circuit still had when the short correction was taken, H: it is taken away from every
        impedance since, 1/(jωC) - jωL, which makes C smaller by the part ω²LC.
    omega
        Angular frequency of the test signal, rad/s.

    Notes
    -----
    To the first order in ω²·L·C, which is 0.001 at 1 nF and 5 MHz with 1 nH.
    """
    return (c_read + d_read) * (1 + omega**2 * l_short * c_read) + c_open


def capacitance_error(
    c_read: Any, d_read: Any, c_open: Any, l_short: Any, omega: Any, c_certified: Any, d_standard: Any
) -> Any:
    """Relative error of a capacitance measurement, a ratio: 6.9, equation (16), δ₁₂ = (C₁ - C₀)/C₀.

    Parameters
    ----------
    c_read, d_read, c_open, l_short, omega
        As in :func:`corrected_indication`, which gives C₁.
    c_certified, d_standard
        As in :func:`capacitance_at_point`, which gives C₀.
    """
    return relative_error(
        corrected_indication(c_read, d_read, c_open, l_short, omega),
        capacitance_at_point(c_certified, d_standard),
    )
