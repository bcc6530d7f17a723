"""Takes a function and many items, gives one outcome an item, in order; a bad item never stops the others.

The work runs in as many processes as the machine has cores. Results come as they are made, so that whoever reads them
can write them down and begin again after an interruption with the items that are still missing.
"""

from fiducial.batch.chunks import Done
from fiducial.batch.running import processes, run

__all__ = ["Done", "processes", "run"]
