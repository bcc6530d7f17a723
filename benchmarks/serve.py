"""All that a service is measured by: ``python -m benchmarks.serve docs/benchmarks-serve.md``."""

import sys
from pathlib import Path

from benchmarks.queue import queue
from benchmarks.run import write
from benchmarks.serving import serving
from benchmarks.worklist import worklist

if __name__ == "__main__":
    write([*queue(), *serving(), *worklist()], Path(sys.argv[1]), "make bench-serve")
