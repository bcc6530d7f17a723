"""A listener in a process of its own, so that it can be killed: prints its port, then takes images until it ends."""

import sys
from pathlib import Path
from threading import Event

from fiducial.serve.database.opening import open_database
from fiducial.serve.dimse.listening import Listening, listening
from fiducial.serve.intake.archive import Archive

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    archive = Archive(open_database(folder / "store.sqlite"), folder / "data")
    with listening(archive, Listening(port=0)) as port:
        print(port, flush=True)  # noqa: T201  (for who started it)
        Event().wait()
