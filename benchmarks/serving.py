"""What a service costs around its model, and how many studies an hour it takes: ``python -m benchmarks.serving``.

EfficientNet-B0 at 224 px, a radiograph of 1,024 x 1,024 in 16 bits, an SR of each, over HTTP, against a bare loop of
the same model in the same run.
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from io import BytesIO
from pathlib import Path
from socket import socket
from statistics import median
from time import perf_counter, process_time, sleep
from typing import Any
from unittest.mock import patch

import httpx
import numpy as np
import onnxruntime as ort
from pydicom import dcmwrite

import fiducial as fd
from benchmarks.timing import Row
from fiducial.models import reading
from fiducial.models.bundle_model import BundleModel
from fiducial.phantoms.dicom import to_dataset
from fiducial.phantoms.hospital import Hospital
from fiducial.phantoms.scanner import Scanner
from fiducial.pipelines.pipeline import Pipeline
from fiducial.serve.intake.archive import Archive
from fiducial.serve.intake.completing import Completing
from fiducial.serve.queue.queue import Queue
from fiducial.serve.work.examining import Examined
from fiducial.serve.work.worker import Employment, Worker, open_worker

ROOT = Path(__file__).parents[1]
LEARN = ROOT / ".venv-learn" / "bin" / "python"
UID = b"2.25.90000000000"  # and ten digits: what is replaced in a copy of one file
MANIFEST = """
schema = "fiducial.bundle/1"
name = "b0"
version = "1.0.0"
task = "classification"
licence = "Apache-2.0"
statement = "Random weights: its scores mean nothing."
preparation = [
  { step = "levels", low = 1.0, high = 99.0 },
  { step = "resize", rows = 224, columns = 224, method = "area" },
]
[graph]
file = "model.onnx"
[outputs]
logits = "logits"
[[findings]]
name = "opacity"
[findings.threshold]
value = 0.5
rule = "none: random weights"
"""
PIPELINE = """
[pipeline]
name = "measured"
version = "1"
[entry]
modality = ["CR", "DX"]
[[models]]
bundle = "b0.fidu"
[rules]
file = "decision.toml"
"""
DECISION = """
[decision]
name = "measured"
version = "1"
[thresholds]
opacity = { value = 0.5, revision = "1", source = "none" }
[inputs]
scores = ["opacity"]
[[rules]]
name = "opacity"
when = "score(opacity) >= $opacity"
urgency = "hours"
conclusion = true
"""


def efficientnet() -> bytes:
    """The graph, exported where torch is."""
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "model.onnx"
        command = [str(LEARN), "-m", "benchmarks.efficientnet", str(file)]
        subprocess.run(command, check=True, cwd=ROOT, capture_output=True)  # noqa: S603  (our own)
        return file.read_bytes()


def write_pipeline(folder: Path, graph: bytes) -> Path:
    """A pipeline of one model, one rule."""
    bundle = folder / "b0"
    bundle.mkdir(parents=True)
    (bundle / "model.onnx").write_bytes(graph)
    (bundle / "bundle.toml").write_text(MANIFEST)
    fd.pack_bundle(bundle, folder / "b0.fidu")
    (folder / "pipeline.toml").write_text(PIPELINE)
    (folder / "decision.toml").write_text(DECISION)
    return folder / "pipeline.toml"


def radiograph(side: int = 1024) -> bytes:
    """A phantom as a file; its UIDs end in ten digits that ``numbered`` replaces."""
    scanner = Scanner("Phantom Works", "Upright 1", matrix=side, photons=80_000, white=6.0)
    hospital = Hospital("Alder", 1, ((scanner, 1.0, 1.0),), images=(1.0,))
    dataset = to_dataset(hospital.draw(np.random.default_rng(0))[0])
    for level, tail in (("Study", "0000000000"), ("Series", "0000000000.1"), ("SOP", "0000000000.1.1")):
        setattr(dataset, f"{level}InstanceUID", UID.decode() + tail)
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    stream = BytesIO()
    dcmwrite(stream, dataset, enforce_file_format=True)
    return stream.getvalue()


def numbered(file: bytes, number: int) -> bytes:
    """Another study."""
    return file.replace(UID + b"0000000000", UID + b"%010d" % number)


class Stages:
    """CPU seconds by stage, each without those inside it. One study at a time: a stage may go on in another thread."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.seconds: dict[str, float] = {}
        self._open: list[str] = []
        self._since = process_time()

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, on the account of a stage."""

        def measured(*given: Any, **named: Any) -> Any:  # noqa: ANN401  (whatever the function takes)
            self._turn(name)
            try:
                return function(*given, **named)
            finally:
                self._turn(None)

        return measured

    def _turn(self, name: str | None) -> None:
        now = process_time()
        if self._open:
            self.seconds[self._open[-1]] = self.seconds.get(self._open[-1], 0.0) + now - self._since
        self._since = now
        if name is None:
            self._open.pop()
        else:
            self._open.append(name)


STAGES: tuple[tuple[str, Any, str], ...] = (
    ("intake: copy, sync, header, hash, rows", Archive, "keep"),
    ("complete, ask", Completing, "complete"),
    ("queue: claim", Queue, "claim"),
    ("queue and store: running", Worker, "_begun"),
    ("store: read images, facts of the study", Worker, "_examined"),
    ("pipeline: entry, fusion, rules", Pipeline, "run"),
    ("decode", reading, "read_study"),
    ("model and its preparation", BundleModel, "answer"),
    ("events: a model's answer", Worker, "_tell_answer"),
    ("queue: progress", Queue, "progress"),
    ("result as a document, flips", Examined, "document"),
    ("SR", Worker, "_write_outputs"),
    ("queue: finish, result", Queue, "finish_within"),
    ("worklist, facts, event", Worker, "_publish"),
)


def where_it_goes(folder: Path, pipeline: Path, file: bytes, studies: int = 200) -> list[Row]:
    """One process does everything, study after study: CPU seconds of each stage."""
    home = folder / "stages"
    home.mkdir()
    worker = open_worker(Employment("bench", str(home / "store.sqlite"), home, pipeline, outputs=("sr",)))
    archive, completing = Archive(worker.database, home), Completing(worker.database, worker.queue)

    def one(number: int) -> None:
        kept = archive.keep(BytesIO(numbered(file, number)), "bench")
        completing.complete(kept.study)
        worker.turn()

    for number in range(20):  # what is made once
        one(number)
    stages = Stages()
    with ExitStack() as patched:
        for name, owner, attribute in STAGES:
            found = getattr(owner, attribute)
            patched.enter_context(patch.object(owner, attribute, stages.timed(name, found)))
        for number in range(20, 20 + studies):
            one(number)
    worker.database.close()
    rows = [(name, stages.seconds.get(name, 0.0) / studies) for name, _, _ in STAGES]
    around = sum(seconds for name, seconds in rows if not name.startswith("model"))
    told = [Row(f"CPU of a study: {name}", seconds, "", None, "") for name, seconds in rows]
    return [*told, Row("CPU of a study: all of it but the model", around, "", None, "under 50 ms")]


def bare(pipeline: Path, seconds: float = 10.0) -> float:
    """Studies a second of the model alone, two callers of one session of one thread."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(str(pipeline.parent / "b0" / "model.onnx"), options)
    image = np.zeros((1, 1, 224, 224), np.float32)
    until = perf_counter() + seconds

    def call() -> int:
        count = 0
        while perf_counter() < until:
            session.run(None, {"image": image})
            count += 1
        return count

    with ThreadPoolExecutor(2) as callers:
        return sum(callers.map(lambda _: call(), range(2))) / seconds


@contextmanager
def served(folder: Path, pipeline: Path, workers: int = 2) -> Iterator[tuple[int, int]]:
    """A service as users start it; gives its port and its process."""
    with socket() as door:
        door.bind(("127.0.0.1", 0))
        port = int(door.getsockname()[1])
    command = [sys.executable, "-m", "fiducial", "serve", "-p", str(pipeline), "--data", str(folder / "data")]
    command += ["--port", str(port), "--workers", str(workers), "--no-dicom"]
    with subprocess.Popen(command) as process:  # noqa: S603  (our own)
        try:
            _until(lambda: _answers(port))
            yield port, process.pid
        finally:
            process.terminate()
            process.wait(60)


def sustained(port: int, file: bytes, studies: int) -> float:
    """Studies a second from the first upload to the last result, after one that warms up."""
    send(port, file, range(1, 2))
    start = perf_counter()
    send(port, file, range(2, studies + 1))
    return (studies - 1) / (perf_counter() - start)


def send(port: int, file: bytes, numbers: range, callers: int = 4) -> None:
    """Upload studies of these numbers, which none has had before, and wait until all are decided."""
    before = _decided(port)
    shares = [numbers[caller::callers] for caller in range(callers)]
    with ThreadPoolExecutor(callers) as threads:
        list(threads.map(lambda share: _send_all(port, file, share), shares))
    _until(lambda: _decided(port) >= before + len(numbers))


def latency(port: int, file: bytes, first: int, studies: int = 60) -> list[float]:
    """Seconds from the start of an upload until its result is told."""
    return [_one(port, file, number) for number in range(first, first + studies)]


def _one(port: int, file: bytes, number: int) -> float:
    study = (UID + b"%010d" % number).decode()
    start = perf_counter()
    _send_all(port, file, [number])
    with httpx.stream("GET", f"http://127.0.0.1:{port}/studies/{study}/events", timeout=60) as events:
        for line in events.iter_lines():
            if line in {"event: decided", "event: failed"}:
                return perf_counter() - start
    raise RuntimeError("the stream ended before the study was decided")


def _send_all(port: int, file: bytes, numbers: Iterable[int]) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    for number in numbers:
        _post(connection, file, number)
    connection.close()


def _post(connection: HTTPConnection, file: bytes, number: int) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.dcm"\r\n\r\n'
    body = head + numbered(file, number) + b"\r\n--b--\r\n"
    connection.request("POST", "/studies?complete=true", body, {"Content-Type": "multipart/form-data; boundary=b"})
    reply = connection.getresponse()
    said = reply.read()
    if reply.status != 202:
        raise RuntimeError(f"{reply.status}: {said[:300]!r}")


def _decided(port: int) -> int:
    return int(httpx.get(f"http://127.0.0.1:{port}/health", timeout=60).json()["jobs"]["done"])


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health", timeout=5).is_success
    except httpx.TransportError:
        return False


def _until(done: Callable[[], bool]) -> None:
    while not done():
        sleep(0.1)


def serving(studies: int = 1000) -> Iterator[Row]:
    """All of it."""
    if not LEARN.exists():
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        pipeline, file = write_pipeline(folder / "pipeline", efficientnet()), radiograph()
        yield from where_it_goes(folder, pipeline, file)
        with served(folder, pipeline) as (port, _):
            rate = sustained(port, file, studies)
            waits = sorted(latency(port, file, studies + 1))
        yield Row(
            "a study over HTTP, sustained", 1 / rate, "bare loop of its model", 1 / bare(pipeline), "60,000 an hour"
        )
        yield Row("upload to result, p50", median(waits), "", None, "under 300 ms")
        yield Row("upload to result, p95", waits[int(0.95 * len(waits))], "", None, "")


if __name__ == "__main__":
    for row in serving():
        print(row.markdown(), flush=True)
