"""The demo's climb: two small networks of one build, of which one learned the marker; both are probed and audited.

They were trained on other phantoms (``examples/train_demo_networks.py``): no image of the demo is known to them.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.resources import as_file, files
from pathlib import Path
from string import Template

import polars as pl

from fiducial.audit.ladder import AuditedEvidence, climb
from fiducial.audit.probes.explain import ExplainOptions, explain_studies
from fiducial.audit.probes.plan import ProbePlan
from fiducial.audit.probes.probe import probe_claim
from fiducial.cohort.regions import REGIONS_SCHEMA
from fiducial.cohort.table import Cohort, write_cohort
from fiducial.files.writing import write_text
from fiducial.models.bundle import open_bundle
from fiducial.models.predict import predict
from fiducial.models.rows import frame

FINDING = "opacity"
NAMES = ("marker", "cropped")
AT_HOME, ELSEWHERE = "Alder", "Cedar"
CONDITIONS = (
    "mask-border:3", "mask-corners:3", "mask-outside-body:3", "marker-added:3", "marker-removed:3",
)  # fmt: skip
PROBED = 120  # studies


@dataclass(frozen=True, slots=True)
class Network:
    """One network of the story: what its bundle is called, and what the ladder found."""

    name: str
    evidence: AuditedEvidence


def climb_networks(cohort: Cohort, truth: pl.DataFrame, folder: Path, say: Callable[[str], None]) -> list[Network]:
    """Predict, probe and audit both networks on Alder (at home) and Cedar (elsewhere).

    ``cohort``: no image under two names. ``truth``: where the finding lies in each file, as the phantoms say.

    Raises:
        UnusableInput: the folder cannot be written to.
    """
    write_cohort(_at_home_and_elsewhere(cohort, truth), folder / "cohort.parquet")
    return [_climbed(name, folder, say) for name in NAMES]


def _climbed(name: str, folder: Path, say: Callable[[str], None]) -> Network:
    place = folder / name
    bundle = place / f"{name}.fidu"
    with as_file(files("fiducial.demo").joinpath("bundles", f"{name}.fidu")) as shipped:
        bundle.parent.mkdir(parents=True, exist_ok=True)
        bundle.write_bytes(shipped.read_bytes())
    threshold = open_bundle(bundle).claims[FINDING].claim.threshold.value
    template = files("fiducial.demo").joinpath("claims", "network.toml").read_text(encoding="utf-8")
    write_text(place / "claim.toml", Template(template).substitute(name=name, threshold=threshold))
    predict(bundle, folder / "cohort.parquet", place / "predictions.parquet")
    probe_claim(place / "claim.toml", place / "probes", ProbePlan(CONDITIONS, most=PROBED))
    explain_studies(bundle, folder / "cohort.parquet", place / "saliency", ExplainOptions(most=4))
    evidence = climb(place / "claim.toml")
    evidence.save(place / "report")
    say(
        f"   fiducial probe {place / 'claim.toml'}; fiducial audit {place / 'claim.toml'}: the claim {evidence.verdict}"
    )
    for rung in ("internal", "shortcuts"):
        say(f"   {rung:<12}{evidence[rung].verdict:<10} {evidence[rung].sentence}")
    return Network(name, evidence)


def _at_home_and_elsewhere(cohort: Cohort, truth: pl.DataFrame) -> Cohort:
    """Alder's images as the test split, Cedar's as the external one, with the boxes of the finding."""
    rows = cohort.rows.filter(pl.col("site").is_in([AT_HOME, ELSEWHERE])).with_columns(
        split=pl.when(pl.col("site") == AT_HOME).then(pl.lit("test")).otherwise(pl.lit("external"))
    )
    kept = cohort.files if cohort.files is None else cohort.files.join(rows, "study", "semi")
    return replace(cohort, rows=rows, files=kept, regions=_regions(rows, truth))


def _regions(rows: pl.DataFrame, truth: pl.DataFrame) -> pl.DataFrame:
    ill = rows.select("study", "path").join(truth.filter(pl.col("x0").is_not_null()), "path")
    boxes = [
        {**row, "finding": FINDING, "model": "truth", "condition": "clean", "box": 0, "columns": row["rows"]}
        for row in ill.iter_rows(named=True)
    ]
    return frame(boxes, REGIONS_SCHEMA)
