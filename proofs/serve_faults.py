"""Whole services, as ``fiducial serve`` starts them, while the world breaks. ``python -m proofs.serve_faults OUT.md``.

Every fault is brought about for real: a small disk that is filled, another process that holds the store's lock, a
PostgreSQL that is stopped for a minute, connections that are cut, processes that are killed. What counts afterwards is
the same each time: every image that was acknowledged is there, and every study was decided once.
"""

import datetime as dt
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

import httpx
from hypothesis import HealthCheck, given, settings

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from fiducial.errors import UnusableInput
from fiducial.files.heartbeats import read_heartbeats
from fiducial.serve.database.opening import Database, open_database
from fiducial.serve.events import read_events
from fiducial.serve.intake.packages import files_of
from fiducial.serve.queue.reading import read_jobs
from fiducial.serve.queue.states import JobState
from fiducial.serve.studies import StudyState, read_images
from pipelines.making import ALONE, ONE_RULE, write_pipeline, write_slow
from serve.clinic import free_port
from serve.conftest import POSTGRES, make_postgresql, run_postgresql
from serve.faults.test_disk import fill
from serve.faults.test_fuzzed_intake import SENT
from serve.making import radiograph, service_of
from serve.sending.hearing import web

ENDS = {StudyState.DECIDED, StudyState.FAILED, StudyState.DEAD, StudyState.OUTSIDE}
PATIENCE = 240.0  # seconds until a study that is not decided counts as lost


@dataclass(slots=True)
class Served:
    """One ``fiducial serve``. ``answers``: how often uploads got which status; ``kept``: what was acknowledged."""

    pipeline: Path
    data: Path
    store: str | None = None
    more: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)
    answers: Counter[int] = field(default_factory=Counter)
    kept: list[str] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Of the store."""
        return self.store or str(self.data / "store.sqlite")

    def start(self) -> None:
        """Until it answers."""
        store = ("--store", self.store) if self.store else ()
        told = ("--pipeline", self.pipeline, "--data", self.data, "--port", str(self.port), "--no-dicom", *store)
        self.process = subprocess.Popen(  # noqa: S603  (ours)
            [sys.executable, "-m", "fiducial", "serve", *map(str, told), *self.more], stderr=subprocess.DEVNULL
        )
        until(lambda: self.process is None or self.process.poll() is not None or self._answers())

    def _answers(self) -> bool:
        with suppress(httpx.HTTPError):
            return httpx.get(f"http://127.0.0.1:{self.port}/health", timeout=5).status_code == 200
        return False

    def upload(self, uid: str) -> int:
        """A study of one radiograph, complete."""
        content = radiograph(f"{uid}.1", study=uid).read()
        reply = httpx.post(
            f"http://127.0.0.1:{self.port}/studies?complete=true", files={"files": ("a.dcm", content)}, timeout=60
        )
        self.answers[reply.status_code] += 1
        if reply.status_code == 202:
            self.kept.append(uid)
        return reply.status_code

    def end(self, sign: int = signal.SIGTERM) -> int:
        """Send a signal and wait; gives the exit code."""
        if self.process is None:
            return 0
        self.process.send_signal(sign)
        return self.process.wait(120)


@dataclass(frozen=True, slots=True)
class Line:
    """Of the table. ``also``: what is worth knowing beside."""

    fault: str
    store: str
    sent: str
    kept: int
    ended: str
    kills: int
    also: str


def until(done: Callable[[], object], seconds: float = PATIENCE) -> bool:
    """Wait; False where it did not happen."""
    over = monotonic() + seconds
    while not done():
        if monotonic() > over:
            return False
        sleep(0.1)
    return True


def ended(database: Database, studies: list[str]) -> dict[str, list[str]]:
    """Study -> how it ended, each time that it did."""
    told: dict[str, list[str]] = {uid: [] for uid in studies}
    after = 0
    while found := read_events(database, after=after):
        after = found[-1].number
        for one in found:
            if one.kind in ENDS and one.study in told:
                told[one.study].append(one.kind)
    return told


def settled(served: Served, fault: str, store: str, also: str) -> Line:
    """Wait until every study that was acknowledged has ended, and say how."""
    database = open_database(served.address)
    until(lambda: all(ended(database, served.kept).values()))
    told = ended(database, served.kept)
    there = sum(
        (served.data / image.path).is_file() for uid in served.kept for image in read_images(database, uid)
    )  # fmt: skip
    counts = Counter(" + ".join(one) or "lost" for one in told.values())
    kills = sum(one.kills for one in read_jobs(database, list(JobState), 10_000))
    database.close()
    words = ", ".join(f"{count} {how}" for how, count in counts.items())
    answers = ", ".join(f"{count} x {status}" for status, count in sorted(served.answers.items()))
    return Line(fault, store, answers, there, words, kills, also)


def running(served: Served) -> None:
    """Until a worker has a study in hand."""
    database = open_database(served.address)
    until(lambda: any(one.progress for one in read_jobs(database, [JobState.RUNNING])))
    database.close()


def full_disk(folder: Path, pipeline: Path) -> Line:
    """Store and images on one small disk."""
    disk = folder / "disk"
    disk.mkdir()
    mount = ["/bin/mount", "-t", "tmpfs", "-o", "size=280m", "fiducial", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:  # noqa: S603  (ours)
        return Line("disk full", "SQLite", "skipped: only root may mount a small disk", 0, "", 0, "")
    try:
        served = Served(pipeline, disk / "data")
        served.start()
        for place in range(4):
            served.upload(f"1.1.{place}")
        running(served)
        filler = fill(disk)
        for place in range(10, 14):
            served.upload(f"1.1.{place}")
        sleep(10)
        filler.unlink()
        for place in range(20, 24):
            served.upload(f"1.1.{place}")
        left = len(list((disk / "data" / "incoming").iterdir()))
        line = settled(served, "disk full for 10 s", "SQLite on it", f"{left} files half-written")
        served.end()
        return line
    finally:
        subprocess.run(["/bin/umount", "-l", str(disk)], check=True)  # noqa: S603  (ours)


def locked_store(folder: Path, pipeline: Path) -> Line:
    """Another process writes for 5 seconds."""
    served = Served(pipeline, folder)
    served.start()
    served.upload("1.2.0")
    running(served)
    database = open_database(served.address)
    sending = [Thread(target=served.upload, args=(f"1.2.{place}",)) for place in range(1, 7)]
    began = monotonic()
    with database.writing():
        for one in sending:
            one.start()
        sleep(5)
    for one in sending:
        one.join()
    slowest = monotonic() - began
    database.close()
    line = settled(served, "store locked for 5 s", "SQLite", f"slowest upload {slowest:.1f} s")
    served.end()
    return line


def store_away(folder: Path, pipeline: Path) -> Line:
    """PostgreSQL is stopped for a minute, with studies in hand, a stream open and a webhook to be told."""
    if not POSTGRES:
        return Line("store gone for 60 s", "PostgreSQL", "skipped: it is not installed", 0, "", 0, "")
    home = folder / "pg"
    home.mkdir()
    make_postgresql(home)
    key = folder / "key"
    key.write_text("k" * 64)
    key.chmod(0o600)
    heard: list[str] = []
    with ExitStack() as second, web() as hook:
        with run_postgresql(home) as address:
            more = ("--send", f"webhook+http://127.0.0.1:{hook.port}/", "--webhook-key", str(key))
            served = Served(pipeline, folder / "data", address, more)
            served.start()
            for place in range(12):
                served.upload(f"1.3.{place}")
            following = Thread(target=_follow, args=(served, served.kept[-1], heard))
            following.start()
            running(served)
        began = monotonic()
        while monotonic() - began < 60:
            served.upload(f"1.3.9.{int(monotonic())}")
            sleep(5)
        second.enter_context(run_postgresql(home))
        served.upload("1.3.99")
        line = settled(served, "store gone for 60 s", "PostgreSQL", "")
        following.join(30)
        until(lambda: len(_told(hook.heard)) == len(served.kept), 120)
        told = Counter(_told(hook.heard))
        served.end()
    also = (
        f"stream open throughout: heard {heard.count('decided')} decided; webhook heard of {len(told)}, "
        f"{sum(count > 1 for count in told.values())} twice"
    )
    return Line(line.fault, line.store, line.sent, line.kept, line.ended, line.kills, also)


def _told(heard: list[tuple[str, dict[str, str], bytes]]) -> list[str]:
    return [str(json.loads(body)["study"]) for _, _, body in heard]


def _follow(served: Served, uid: str, heard: list[str]) -> None:
    address = f"http://127.0.0.1:{served.port}/studies/{uid}/events"
    with suppress(httpx.HTTPError), httpx.stream("GET", address, timeout=300) as reply:
        for line in reply.iter_lines():
            if line.startswith("event: "):
                heard.append(line.removeprefix("event: "))
            if line == "event: decided":
                return


def cut_connections(folder: Path, pipeline: Path) -> Line:
    """Fifty uploads end in the middle; then the service is killed in the middle of one, and started again."""
    served = Served(pipeline, folder)
    served.start()
    served.upload("1.4.0")
    for place in range(50):
        _half(served.port, 200 + 20_000 * place).close()
    hanging = _half(served.port, 2_000_000)
    sleep(1)
    served.end(signal.SIGKILL)
    hanging.close()
    served.start()
    served.upload("1.4.1")
    left = len(list((folder / "incoming").iterdir()))
    line = settled(served, "50 uploads cut off, then kill -9 within one", "SQLite", f"{left} files half-written")
    served.end()
    return line


def _half(port: int, sent: int) -> socket.socket:
    """A connection that has sent part of an upload."""
    head = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.dcm"\r\n\r\n'
    content = head + radiograph("1.4.9.1", study="1.4.9").read() + bytes(3_000_000)
    caller = socket.create_connection(("127.0.0.1", port), timeout=20)
    caller.sendall(
        b"POST /studies HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=b\r\n"
        + f"Content-Length: {len(content)}\r\n\r\n".encode()
        + content[:sent]
    )
    return caller


def two_servers(folder: Path, pipeline: Path) -> Line:
    """One of two is killed with its worker."""
    first, second = Served(pipeline, folder), Served(pipeline, folder)
    first.start()
    second.start()
    for place in range(16):
        (first, second)[place % 2].upload(f"1.5.{place}")
    running(first)
    name = f"-{first.process.pid}-" if first.process else "-"
    for one in read_heartbeats(folder / "heartbeats"):
        if name in one.name:
            os.kill(one.pid, signal.SIGKILL)
    first.end(signal.SIGKILL)
    second.kept += first.kept
    second.answers += first.answers
    line = settled(second, "two services, one killed -9 with its worker", "SQLite", "the other took over")
    second.end()
    return line


def told_to_end(folder: Path, pipeline: Path) -> Line:
    """SIGTERM in the middle of studies, five times; started again each time."""
    served = Served(pipeline, folder)
    codes = []
    for turn in range(5):
        served.start()
        for place in range(3):
            served.upload(f"1.6.{turn}.{place}")
        running(served)
        codes.append(served.end())
    served.start()
    line = settled(served, "SIGTERM within a study, five times", "SQLite", f"exit codes {codes}")
    served.end()
    return line


def damaged_bundle(folder: Path, _pipeline: Path) -> Line:
    """A bundle without its weights."""
    made = write_pipeline(folder / "p", ALONE, ONE_RULE)
    for weights in (folder / "p" / "first").glob("*.onnx"):
        weights.unlink()
    told = ["serve", "--pipeline", str(made), "--data", str(folder / "d"), "--no-dicom", "--port", str(free_port())]
    found = subprocess.run([sys.executable, "-m", "fiducial", *told], check=False, capture_output=True, text=True)  # noqa: S603  (ours)
    words = " ".join(found.stderr.replace(str(folder), "").split())[:160]
    return Line("bundle without weights at the start", "SQLite", "", 0, "", 0, f"exit code {found.returncode}: {words}")


def fuzzed(folder: Path, pipeline: Path, examples: int) -> Line:
    """Damaged files and zips at the archive: kept, refused, or a fault."""
    database = open_database(folder / "store.sqlite")
    service = service_of(database, folder / "data", pipeline)
    told: Counter[str] = Counter()

    @settings(
        max_examples=examples, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(content=SENT)
    def one(content: bytes) -> None:
        told["sent"] += 1
        try:
            for _, stream in files_of(BytesIO(content), "sent", service.archive.limits):
                try:
                    service.archive.keep(stream, "fuzzer")
                    told["kept"] += 1
                except UnusableInput:
                    told["refused"] += 1
        except UnusableInput:
            told["refused"] += 1
        except Exception as fault:  # noqa: BLE001  (what is looked for)
            told[f"fault {type(fault).__name__}"] += 1

    one()
    allowed = {folder / "data" / "images", folder / "store.sqlite"}
    strays = [
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not path.name.startswith("store.sqlite")
        and not any(path.is_relative_to(place) for place in allowed)
    ]
    database.close()
    faults = {name: count for name, count in told.items() if name.startswith("fault")}
    words = f"{told['kept']:,} files kept (again), {told['refused']:,} refused, faults: {faults or 'none'}"
    return Line("damaged files and zips", "SQLite", f"{told['sent']:,}", 0, "", 0, f"{words}; strays: {len(strays)}")


@contextmanager
def room() -> Iterator[Path]:
    """A folder of its own."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def main(out: Path, examples: int = 1_000) -> None:
    """Every fault, and the table."""
    lines: list[Line] = []
    with room() as home:
        pipeline = write_pipeline(home / "p")
        write_slow(home / "p" / "second", 200_000)  # so that there is a middle of a study
        for scene in (full_disk, locked_store, store_away, cut_connections, two_servers, told_to_end, damaged_bundle):
            with room() as folder:
                lines.append(scene(folder, pipeline))
                print(lines[-1], flush=True)
        with room() as folder:
            lines.append(fuzzed(folder, pipeline, examples))
    out.write_text(page(lines), encoding="utf-8")


def page(lines: list[Line]) -> str:
    """The table, and what it says."""
    head = [
        "# A service while the world breaks",
        "",
        f"`python -m proofs.serve_faults docs/proofs-serve.md`, {dt.datetime.now(dt.UTC).date()}. Each fault is",
        "brought about for real, on whole services as `fiducial serve` starts them. Ended: how the studies ended whose",
        "images were acknowledged, each of them; what is decided twice would read `decided + decided`, what is not at",
        "all `lost`. Kills: tries that counted against a study.",
        "",
        "| fault | store | uploads answered | images there | ended | kills | |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    rows = [
        f"| {one.fault} | {one.store} | {one.sent} | {one.kept or ''} | {one.ended} | {one.kills} | {one.also} |"
        for one in lines
    ]
    return "\n".join([*head, *rows]) + "\n"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
