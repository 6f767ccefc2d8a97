"""Measurement equations of the specifications, each written once for every use."""
