"""Run every benchmark and write the table: ``python -m benchmarks.run docs/benchmarks.md``."""

import datetime as dt
import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from scipy.stats import rankdata
from sklearn.metrics import roc_auc_score

import fiducial as fd
from benchmarks.alignment import alignment
from benchmarks.audit import SIZES, audit_of, row
from benchmarks.decision import decision_curves
from benchmarks.decisions import decisions
from benchmarks.fusion import fusion
from benchmarks.gallery import gallery_opens
from benchmarks.pipelines import pipelines
from benchmarks.predict import predicting
from benchmarks.probes import probes
from benchmarks.readers import reader_studies
from benchmarks.reading import reading
from benchmarks.sealing import sealing
from benchmarks.timing import Row, best_of
from benchmarks.volumes import volumes
from fiducial.stats.resampling import patient_bootstrap, weighted_auroc
from fiducial.stats.roc import delong

NIH = Path(__file__).parents[2] / "shared" / "data" / "cohort_nih14" / "Data_Entry_2017_v2020.csv.gz"
RESAMPLES = 2000


def bootstrap() -> Row:
    """Patient bootstrap of AUROC against a loop over scikit-learn's ``roc_auc_score``."""
    truth, score = _scored(10_000)
    patient = np.arange(truth.size)
    generator = np.random.default_rng(0)

    def ours() -> None:
        patient_bootstrap(weighted_auroc(truth, score), patient, generator, resamples=RESAMPLES)

    def theirs() -> None:
        for _ in range(RESAMPLES):
            drawn = generator.integers(0, truth.size, truth.size)
            roc_auc_score(truth[drawn], score[drawn])

    what = f"patient bootstrap of AUROC, {RESAMPLES:,} resamples, n = {truth.size:,}"
    return Row(what, best_of(ours), "scikit-learn loop", best_of(theirs, 1), "at least 30x faster")


def delong_at_a_million() -> Row:
    """DeLong's interval against one ``rankdata`` over the same array."""
    truth, score = _scored(1_000_000)
    ours, theirs = best_of(lambda: delong(truth, score)), best_of(lambda: rankdata(score))
    return Row("DeLong's AUROC and variance, n = 1e6", ours, "one scipy.stats.rankdata", theirs, "under 3x its time")


def check_nih() -> Iterator[Row]:
    """All checks on the 112,120-row table of NIH ChestX-ray14, where it is at hand."""
    if NIH.exists():
        cohort = fd.build_cohort(fd.Source(NIH)).cohort
        seconds = best_of(lambda: fd.check_cohort(cohort), 1)
        yield Row(f"cohort check, NIH table, {cohort.rows.height:,} rows", seconds, "", None, "under 20 s")


def help_page() -> Row:
    """``fiducial --help`` as a process of its own."""
    command = [sys.executable, "-m", "fiducial", "--help"]

    def ours() -> None:
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603  (our own)

    return Row("fiducial --help", best_of(ours, 5), "", None, "under 0.3 s")


def main(out: Path) -> None:
    """Measure, print and write."""
    sizes = [row(audit_of(n)) for n in SIZES]
    rows = [
        bootstrap(),
        delong_at_a_million(),
        *decision_curves(),
        *fusion(),
        *decisions(),
        *check_nih(),
        help_page(),
        *gallery_opens(),
        *reading(),
        *volumes(),
        *alignment(),
        *sealing(),
        *predicting(),
        *pipelines(),
        *probes(),
        *reader_studies(),
        *sizes,
    ]
    write(rows, out, "make bench")


def write(rows: Sequence[Row], out: Path, command: str) -> None:
    """The table, with date and machine."""
    today = dt.datetime.now(tz=dt.UTC).date()
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    lines = [
        "# Benchmarks",
        "",
        f"`{command}` on {today}, {machine}. Peer and ours in the same run; only ratios carry over to other machines.",
        "",
        "| what | ours | peer | peer's time | ratio | aim |",
        "| --- | --- | --- | --- | --- | --- |",
        *(row.markdown() for row in rows),
    ]
    text = "\n".join(lines) + "\n"
    out.write_text(text, encoding="utf-8")
    print(text)


def _scored(n: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(1)
    truth = generator.random(n) < 0.3
    return truth, generator.normal(size=n) + truth


if __name__ == "__main__":
    main(Path(sys.argv[1]))
