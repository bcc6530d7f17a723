"""``python -m fiducial`` is ``fiducial``."""

from fiducial.cli import main

main()
