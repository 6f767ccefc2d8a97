"""Keysight B1500A and B1505A: semiconductor device analyzers that speak FLEX.

What every analyzer does is in :mod:`~benchtui.instruments.b1500_mainframe`; each ability has a module of its
own. A module of the analyzer that cannot do what is asked answers with its own error.
"""

from __future__ import annotations

from benchtui.instruments.b1500_capacitance import B1500Capacitance
from benchtui.instruments.b1500_measure import B1500Measure
from benchtui.instruments.b1500_pulse import B1500Pulse
from benchtui.instruments.b1500_self_test import B1500SelfTest


class B1500(B1500Pulse, B1500Measure, B1500Capacitance, B1500SelfTest):
    """An analyzer that sources, measures, fires pulses, measures capacitance and tests itself."""
