"""The recipe ich-ct from end to end on drawn heads: phases, audit, heads over slices, prevalence, skull, 200 patients.

``python -m proofs.ich docs/proofs-ich.md`` where torch is; writes the page, its picture and the log of every patient.
"""

import sys
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from scipy.special import expit

import fiducial as fd
from fiducial.audit.ladder import AuditedEvidence
from fiducial.claims.ablation import Ablation
from fiducial.claims.charts import Forest
from fiducial.files.tables import write_table
from fiducial.files.writing import replacing, write_text
from fiducial.learn.export.tables import as_toml
from fiducial.learn.learning import Learned
from fiducial.report.charts import draw_png
from proofs.ich_heads import (
    AT_FIR,
    FRACTIONS,
    IN_BLEEDING,
    IN_OTHERS,
    SIDE,
    THICKNESS,
    Heads,
    draw,
    small_recipe,
)
from proofs.ich_measures import Ahead, Judgement, Moved, gaps, judge_volumes, moved, skulls

SEEDS = 2
SHOWN = 6  # rows of the log on the page
RUNGS = ("internal", "external", "bias", "calibration")


def main(page: Path) -> None:
    """Write the page, ``pictures/ich.png`` beside it and ``proofs-ich-patients.csv``."""
    with TemporaryDirectory() as folder:
        heads = draw(Path(folder))
        text, picture, log = prove(heads)
        page.parent.joinpath("pictures").mkdir(exist_ok=True)
        with replacing(page.parent / "pictures" / "ich.png") as temporary:
            temporary.write_bytes(picture)
        write_table(_judged(log), page.parent / "proofs-ich-patients.csv")
    write_text(page, text)


def prove(heads: Heads, *, epochs: int = 24, seeds: int = SEEDS) -> tuple[str, bytes, Path]:
    """The page, its picture, and the log of the audit."""
    learned = fd.learn_bundle(small_recipe(heads, epochs=epochs), heads.folder / "ich")
    judgement = judge_volumes(heads, learned)
    ahead = list(gaps(judgement, learned.recipe.recipe.findings))
    stripped = fd.learn_bundle(
        small_recipe(heads, sequence=False, skull=False, epochs=epochs), heads.folder / "stripped"
    )
    bare = list(skulls(heads, heads.folder / "ich" / "audit" / "bundle", stripped.packed))
    swept = small_recipe(heads, sequence=False, epochs=max(1, epochs // 2))
    sweep = fd.ablate_recipe(
        swept, ["network.dropout=0.2|0.5"], heads.folder / "dropout", fd.AblateOptions(seeds=seeds)
    )
    audited = audit(heads, learned)
    predictions = heads.folder / "volumes-scores.parquet"
    parts = [
        _setting(heads, learned),
        _gap(learned, ahead, _apart(learned, judgement, predictions)),
        _looks(learned),
        _sweep(sweep),
        _skull(bare, stripped),
        _prevalence(list(moved(heads, learned, predictions))),
        _audit(audited, heads.folder / "audit" / "decisions.csv"),
    ]
    return "\n\n".join(parts) + "\n", _picture(ahead, bare), heads.folder / "audit" / "decisions.csv"


def audit(heads: Heads, learned: Learned) -> AuditedEvidence:
    """The claim that the bundle drafts about ``any``, judged on volumes of 203 patients; a row a patient is kept."""
    fd.predict(learned.packed, heads.folder / "volumes.parquet", heads.folder / "volumes-scores.parquet")
    draft = fd.read_claim(learned.folder / "claims" / "any.toml").model_dump(mode="json", exclude_none=True)
    draft["floors"] = {"auroc": 0.85, "sensitivity": 0.7, "specificity": 0.7, "largest_gap": 0.1, "ece": 0.1}
    draft["ladder"] = {"required": list(RUNGS)}
    draft["evidence"] = {
        "cohort": "volumes.parquet",
        "predictions": "volumes-scores.parquet",
        "external_by": ["site"],
        "strata": ["sex", "place", "scanner"],
    }
    draft["claim"].pop("population")
    write_text(heads.folder / "claim.toml", as_toml(draft))
    evidence = fd.climb(heads.folder / "claim.toml")
    evidence.save(heads.folder / "audit")
    return evidence


def _setting(heads: Heads, learned: Learned) -> str:
    rows = heads.volumes.rows
    counted = {split: len(rows.filter(split=split)) for split in ("train", "tune", "test", "external")}
    areas = ", ".join(f"{split} {learned.metrics[f'{split}.auroc.any']:.3f}" for split in ("train", "tune"))
    return f"""# Proofs of ich-ct

`make prove` on {datetime.now(UTC):%Y-%m-%d}: the recipe [ich-ct](learn-ich.md) on [drawn heads](head-phantoms.md).
These are no patients: figures say whether a method works and nothing about people. Nothing here is a medical device.

{heads.volumes.rows.height} heads in RSNA's layout, {heads.images.rows.height:,} slices {THICKNESS:g} mm apart; half of
the patients bleed. Fir stays outside, the others are cut into train, tune and test ({_of_shares()}).
{_of(counted)}. Of those who bleed at Dogwood and Elm {100 * IN_BLEEDING:.0f}%
have a catheter, of the others {100 * IN_OTHERS:.0f}%; at Fir {100 * AT_FIR:.0f}% of either.

The recipe is the one that ships, with a small network from noise (`small:8`, {SIDE} x {SIDE} pixels) in the place of
EfficientNet-B0 that learns as a whole and faster, from every slice an epoch. AUROC of `any`
in slices: {areas}. The exported graph differs from torch by
{learned.parity:.1e} in a logit at most."""


def _of(counted: dict[str, int]) -> str:
    return "Volumes: " + ", ".join(f"{split} {count}" for split, count in counted.items())


def _of_shares() -> str:
    return ", ".join(f"{100 * share:.0f}%" for share in FRACTIONS)


def _gap(learned: Learned, ahead: list[Ahead], apart: float) -> str:
    sequence = learned.sequence
    parity = 0.0 if sequence is None or sequence.parity is None else sequence.parity
    return f"""## From slices to volumes

AUROC on test and external patients, none of whom training or tuning saw; an interval is a bootstrap of patients, drawn
for both sides at once. A head is fitted on the training volumes over the resting network, its epoch chosen on tune; it
starts as max-pooling. Its graph differs from torch by {parity:.1e}; what `fiducial predict` says of
these volumes, read from disk by the bundle, differs from torch by {apart:.1e} in a probability at most.

Each interval is one of 95%, of so many one or another leaves 0 out by chance.

| finding: first, second | n | first | second | second less first | |
| --- | --- | --- | --- | --- | --- |
{_lines(ahead)}

![what heads and skulls are worth](pictures/ich.png)"""


def _looks(learned: Learned) -> str:
    found = learned.audit
    if found is None:
        return "## What it looks at\n\nThe audit gave no result: " + " ".join(learned.notes)
    asked = learned.recipe.audit.harmless if learned.recipe.audit else ()
    untold = [one for one in asked if one not in {region.region for region in found.turned}]
    turned = "\n".join(
        [
            *(f"- {one}, of {one.figure.n} images that show it" for one in found.turned),
            *(f"- {one}: fewer than ten patients show it, so nothing is said" for one in untold),
        ]
    )
    alarms = "\n".join(f"- Alarm: {alarm}" for alarm in found.alarms) or "- No alarm."
    return f"""## What it looks at

The audit of the recipe's third phase, on tuning images. {found.sentence}

{turned}
{alarms}"""


def _sweep(sweep: Ablation) -> str:
    rows = []
    for one in (one for one in sweep.contrasts if not one.variant.endswith("=0.2")):
        corner = one.corner
        cost = "no threshold meets the rule"
        if corner is not None:
            low, high = corner.interval.low, corner.interval.high
            cost = f"{corner.baseline:.3f} to {corner.value:.3f}: {corner.difference:+.3f} ({low:+.3f} to {high:+.3f})"
        low, high = one.interval.low, one.interval.high
        area = f"{one.difference:+.3f} ({low:+.3f} to {high:+.3f})"
        rows.append(f"| {one.variant} | {one.finding} | {area} | {one.shown(sweep.confidence)} | {cost} |")
    return f"""## Dropout, 0.2 against 0.5

`fiducial learn ablate --over network.dropout=0.2|0.5 --seeds {len(sweep.seeds)}`, half of the epochs, tuning slices.
The recipe has 0.2, and 0.5 is compared with it. The last column is the sensitivity
at the operating rule, specificity >= 0.85.

| variant | finding | AUROC | shown | sensitivity |
| --- | --- | --- | --- | --- |
{chr(10).join(rows)}"""


def _skull(bare: list[Ahead], stripped: Learned) -> str:
    return f"""## With and without the skull

The same recipe trained twice, the second time with `skull-strip` before the windows; test and external slices that both
could prepare. Superficial blood lies within 10 mm of the inner table, deep blood farther in. {len(stripped.failed):,}
slices of train and tune have no closed skull and were not learned from.

| what | n | whole | stripped | stripped less whole | |
| --- | --- | --- | --- | --- | --- |
{_lines(bare)}"""


def _prevalence(rows: list[Moved]) -> str:
    return f"""## At the prevalence of an emergency room

Expected calibration error of the bundle's volumes (`any`), patients of the test and of Fir drawn anew so that as many
bleed as the third column says; before: calibrated on tune; after: the odds moved to that prevalence, as
`deployed_prevalence` does. What is left afterwards is not of the prevalence, but of other patients and scanners.

| patients | fitted at | used at | ECE before | ECE after |
| --- | --- | --- | --- | --- |
{_lines(rows)}"""


def _audit(evidence: AuditedEvidence, log: Path) -> str:
    rungs = "\n".join(f"- **{one.rung}** {one.verdict}. {one.sentence}" for one in evidence.rungs if one.rung in RUNGS)
    decisions = _judged(log)
    silent = decisions.height - int(decisions["answered"].sum())
    columns = ["patient", "judged", "truth", "score", "called", "outcome"]
    shown = decisions.select(columns).with_columns(pl.col("score").round(4)).iter_rows()
    table = "\n".join("| " + " | ".join(map(str, row)) + " |" for row in islice(shown, SHOWN))
    return f"""## An audit of {decisions["patient"].n_unique()} patients

The claim that the bundle drafts, with floors, on volumes of the test and of Fir: it **{evidence.verdict}**.
The bundle did not answer {silent} of them, as they lie outside of what it knows.

{rungs}

[Every patient](proofs-ich-patients.csv) has a row; the first {SHOWN}:

| {" | ".join(columns)} |
| {" | ".join("---" for _ in columns)} |
{table}"""


def _judged(log: Path) -> pl.DataFrame:
    return pl.read_csv(log, infer_schema_length=None).filter(pl.col("judged").is_not_null())


def _apart(learned: Learned, judgement: Judgement, predictions: Path) -> float:
    """Between what the bundle said of judged volumes and what torch says of their features."""
    finding = fd.open_bundle(learned.packed).manifest.findings[0]
    said = dict(pl.read_parquet(predictions).filter(finding="any").select("study", "score").iter_rows())
    raw = expit(judgement.by["gru"][:, 0])
    scores = [finding.probability(float(one)) for one in raw]
    return float(max(abs(said[name] - score) for name, score in zip(judgement.volumes.series, scores, strict=True)))


def _picture(ahead: list[Ahead], bare: list[Ahead]) -> bytes:
    rows = tuple(
        (one.what, one.apart.value, one.apart.interval.low, one.apart.interval.high, one.n)
        for one in (*(one for one in ahead if "slices" not in one.what), *bare)
        if one.apart.interval is not None
    )
    title = "Heads over slices, stripped skulls"
    return draw_png(Forest("ich", title, "difference", rows, 0.0, "no difference"))[0]


def _lines(rows: "list[Ahead] | list[Moved]") -> str:
    return "\n".join(one.markdown() for one in rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
