"""Measurements of speed against targets, peers and floors, all in the same run."""
