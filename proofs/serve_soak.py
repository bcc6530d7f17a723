"""Twenty thousand studies through one service over HTTP: what its memory does. ``python -m proofs.serve_soak OUT.md``.

A service as users start it: two workers, one small model, an SR of each study. Memory is the resident set of each of
its processes; the slope is a line through the second half of the studies, when all that is made once is made.
"""

import datetime as dt
import os
import platform
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import numpy as np
from onnx import TensorProto, helper

from benchmarks.serving import radiograph, send, served, write_pipeline
from fiducial.serve.database.opening import open_database
from fiducial.serve.queue.reading import count_jobs
from fiducial.serve.queue.states import JobState

STUDIES, STEP = 20_000, 500
MIB = 1024 * 1024


@dataclass(slots=True)
class Soak:
    """``memory``: process -> MiB after each step."""

    studies: int
    memory: dict[int, list[float]] = field(default_factory=dict)
    seconds: float = 0.0
    jobs: dict[JobState, int] = field(default_factory=dict)
    store: float = 0.0  # MiB

    def slope(self, process: int) -> float:
        """MiB for each 1,000 studies of the second half."""
        later = self.memory[process][len(self.memory[process]) // 2 :]
        return float(np.polyfit(np.arange(len(later)) * STEP / 1000, later, 1)[0])


def soak(studies: int, folder: Path) -> Soak:
    """Send, wait, look at the memory, and again."""
    found, file = Soak(studies), radiograph(128)
    pipeline = write_pipeline(folder / "pipeline", mean_graph())
    start = perf_counter()
    with served(folder, pipeline) as (port, process):
        for first in range(1, studies + 1, STEP):
            send(port, file, range(first, first + STEP))
            for one in family(process):
                found.memory.setdefault(one, []).append(resident(one))
    found.seconds = perf_counter() - start
    store = folder / "data" / "store.sqlite"
    database = open_database(store)
    found.jobs, found.store = count_jobs(database), store.stat().st_size / MIB
    database.close()
    return found


def mean_graph() -> bytes:
    """The mean of the image as its logit."""
    nodes = [
        helper.make_node("GlobalAveragePool", ["image"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["logits"]),
    ]
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ("n", 1, "rows", "columns"))
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ("n", 1))
    graph = helper.make_graph(nodes, "mean", [image], [logits])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    return bytes(model.SerializeToString())


def family(process: int) -> list[int]:
    """A process, then its children; one that only keeps track of their resources is not counted."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
    return [process, *(int(one) for one in children if b"resource_tracker" not in _command(int(one)))]


def resident(process: int) -> float:
    """MiB."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MIB


def _command(process: int) -> bytes:
    return Path(f"/proc/{process}/cmdline").read_bytes()


def table(found: Soak) -> str:
    """What the page shows."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}"
    rate = found.studies / found.seconds * 3600
    lines = [
        f"# Proof: memory over {found.studies:,} studies",
        "",
        f"`python -m proofs.serve_soak` on {dt.datetime.now(tz=dt.UTC).date()}, {machine}. Not a medical device.",
        "",
        f"{found.studies:,} radiographs over HTTP, four callers, two workers, a small model, an SR of each:",
        f"{found.jobs[JobState.DONE]:,} decided, each once, in {found.seconds / 60:.1f} minutes ({rate:,.0f} an hour).",
        f"The store holds {found.store:.0f} MiB.",
        "",
        f"| process | MiB after {STEP:,} | after half | at the end | MiB for 1,000 studies, second half |",
        "| --- | --- | --- | --- | --- |",
    ]
    for place, (process, seen) in enumerate(found.memory.items()):
        name = "doors" if place == 0 else f"worker {place}"
        half, end = seen[len(seen) // 2], seen[-1]
        lines.append(f"| {name} | {seen[0]:.0f} | {half:.0f} | {end:.0f} | {found.slope(process):+.2f} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        text = table(soak(STUDIES, Path(scratch)))
    Path(sys.argv[1]).write_text(text, encoding="utf-8")
    print(text)
