"""Takes a case, gives a verdict with figures; one file a rung. The built-ins stand in fiducial.audit.ladder.FIRST."""
