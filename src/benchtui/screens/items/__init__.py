"""Item screens, one module per calibration item, on the common frame of :mod:`.frame`."""
