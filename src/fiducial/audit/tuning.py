"""What was tuned on which data: the claim's threshold, and what ``fd.record_fit`` recorded as fitted."""

from collections.abc import Iterator
from dataclasses import dataclass

from fiducial.claims.claim import ALL_ROWS, Claim
from fiducial.cohort.fitted import GONE, FittedTransform, read_fitted, splits_seen, transforms_folder
from fiducial.cohort.table import Cohort
from fiducial.errors import UnusableInput


@dataclass(frozen=True, slots=True)
class Tuned:
    """One thing that was tuned, in a sentence; ``on_judged``: on studies that results are judged on."""

    sentence: str
    on_judged: bool = False


def tuned(claim: Claim, cohort: Cohort) -> Iterator[Tuned]:
    """The threshold first, then what is recorded in ``<cohort>.transforms/`` beside the cohort, by name."""
    threshold = claim.claim.threshold
    rule = f" by the rule {threshold.rule}" if threshold.rule else ""
    if threshold.chosen_on is None:
        yield Tuned(f"The claim does not say on which split its threshold of {threshold.value:g} was chosen{rule}.")
    else:
        yield Tuned(f"The threshold of {threshold.value:g} was chosen on {threshold.chosen_on}{rule}, says the claim.")
    folder = transforms_folder(cohort)
    files = sorted(folder.glob("*.json")) if folder.is_dir() else []
    if not files:
        yield Tuned(f"No fitted transform or calibrator is recorded beside the cohort ({folder.name}/*.json).")
    for path in files:
        try:
            yield _fitted(read_fitted(path), claim, cohort)
        except UnusableInput:
            yield Tuned(f"{folder.name}/{path.name} cannot be read, so what it was fitted on is not known.")


def _fitted(fitted: FittedTransform, claim: Claim, cohort: Cohort) -> Tuned:
    what, count = f"{fitted.name} ({fitted.kind})", fitted.fitted_on.count
    seen = splits_seen(fitted, cohort.rows) if "split" in cohort.rows.columns else None
    if seen is None:
        recorded = ", ".join(f"{part.count:,} in {name}" for name, part in fitted.splits.items())
        return Tuned(f"{what} was fitted on {count:,} rows that are no whole split of this cohort ({recorded}).")
    places = {split: rows for split, rows in seen.items() if rows}
    listed = ", ".join(f"{rows:,} in {split}" for split, rows in places.items()).replace("in none", "in no split")
    internal = claim.evidence.internal
    judged = set(places) - {GONE} if internal == ALL_ROWS else {internal, "external"} & set(places)
    return Tuned(f"{what} was fitted on {count:,} rows: {listed}.", bool(judged))
