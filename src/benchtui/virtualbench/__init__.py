"""The virtual bench: the other end of the wire, a program of its own.

Instruments that speak their real command languages on loopback TCP ports, joined by a model of the circuit
between them, with hidden errors that a calibration must find. It imports nothing of the program that it
serves but the ground floor. ``python -m benchtui.virtualbench`` and ``benchtui bench serve`` start it.
"""
