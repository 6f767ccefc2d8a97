"""benchtui: a terminal console for step-by-step calibration of instruments."""

__version__ = "0.1.0"
