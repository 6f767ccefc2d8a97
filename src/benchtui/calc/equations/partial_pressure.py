"""Systems that generate known partial pressures: pressure divider, conductance modulation.

Units: Pa, m³/s, Pa·m³/s. All functions work element by element on floats and arrays.

Source: the review of the calibration of mass spectrometers for partial pressure, equations (7) to (12).
"""

from __future__ import annotations

from typing import Any


def throughput(conductance: Any, upstream: Any, downstream: Any = 0.0) -> Any:
    """Throughput of a conductance between two pressures, Pa·m³/s: Q = C·(p_u - p_d)."""
    return conductance * (upstream - downstream)


def divider_ratio(pumping_speed: Any, conductance: Any) -> Any:
    """Ratio p_high/p_low over the *conductance* ahead of a pump: equation (7), R = 1 + S_eff/C.

    Exact in molecular flow: what passes the conductance, C·(p_high - p_low), is what the pump takes, S·p_low.
    """
    return 1 + pumping_speed / conductance


def modulated_pumping_speed(rise_open: Any, rise_closed: Any, orifice: Any) -> Any:
    """Effective pumping speed by conductance modulation, m³/s: equation (12), S = C_O·(Δp_CG/Δp_OG - 1).

    Parameters
    ----------
    rise_open, rise_closed
        Pressure rise above the background with the gate valve open, Δp_OG, and closed, Δp_CG, Pa (or any
        indication in proportion to it).
    orifice
        Conductance C_O of the orifice in the closed gate, m³/s.
    """
    return orifice * (rise_closed / rise_open - 1)


def throughput_gate_closed(rise_closed: Any, orifice: Any, pumping_speed: Any) -> Any:
    """Throughput with the gate closed, Pa·m³/s: equation (9), Q = Δp_CG/(1/C_O + 1/S_eff)."""
    return rise_closed / (1 / orifice + 1 / pumping_speed)


def throughput_gate_open(rise_open: Any, pumping_speed: Any) -> Any:
    """Throughput with the gate open, Pa·m³/s: equation (9), Q = Δp_OG·S_eff."""
    return rise_open * pumping_speed
