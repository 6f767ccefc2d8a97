"""Calibration items, one module each, grouped in a package per family of instruments."""
