"""Our speed against the peers', in one run, as a ratio: ``make bench``."""
