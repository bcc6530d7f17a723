"""Takes a case, gives a verdict with figures; one file a rung. Built-ins: internal, external, bias, calibration."""
