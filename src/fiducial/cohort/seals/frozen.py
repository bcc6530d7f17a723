"""What a seal freezes: the claim, who is in the cohort, their labels and pixels, and the tables of labels beside it.

Of the cohort's columns those are frozen that results follow from: study, patient, split, the finding's label, what
strata, external groups, the population and the simple rule name, and all that the metadata baseline and the search for
failing slices read, which is every column that is neither a key, a path, another label nor the model's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from fiducial.claims.claim import ALL_ROWS, Claim
from fiducial.claims.rules import parse_rule
from fiducial.claims.strata import parse_stratum
from fiducial.cohort.regions import CORNERS, DEPTH, TRUTH
from fiducial.cohort.table import LABEL_PREFIX, Cohort
from fiducial.errors import UnusableInput
from fiducial.files.hashes import hash_bytes, hash_file
from fiducial.files.ledger import Entry, canonical
from fiducial.files.tables import hash_table

SEAL_SCHEMA = "fiducial.seal/1"
MEMBERSHIP = ("study", "patient", "split")
PIXELS = "pixels"
BESIDE = ("predictions", "labels", "readings")  # tables that a claim may name beside its cohort
UNREADABLE = "unreadable"  # stands for the hash of an image that could not be read
# Columns that no rung takes for what is known of a patient: where the image lies, and what came from the model.
_NOT_JUDGED_BY = ("path", "split_recipe", "score", "abstained", "reason", "seconds")


class Wording(BaseModel):
    """A claim as it stood: the text of its file, and the hash of what that says once it is parsed."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    file: str
    name: str
    finding: str
    internal: str
    text: str
    content: str
    cohort: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Frozen:
    """``rows``: text or null, one a study, sorted by study. ``files``: name of a table beside the cohort -> hash."""

    wording: Wording
    rows: pl.DataFrame
    files: Mapping[str, str]

    @property
    def label(self) -> str:
        """The column of the finding's label."""
        return LABEL_PREFIX + self.wording.finding

    @property
    def judged(self) -> pl.DataFrame:
        """The rows that results are judged on."""
        return self.rows.filter(judged_by(self.wording))

    def document(self) -> dict[str, Any]:
        """The body of the ledger's entry."""
        rows = self.rows.to_dict(as_series=False)
        return {"schema": SEAL_SCHEMA, "claim": self.wording.model_dump(), "rows": rows, "files": dict(self.files)}


def judged_by(wording: Wording, split: str = "split") -> pl.Expr:
    """Whether a row is judged: in the internal split or in the external one."""
    if wording.internal == ALL_ROWS:
        return pl.lit(value=True)
    return pl.col(split).is_in([wording.internal, "external"]).fill_null(value=False)


def freeze(path: Path, claim: Claim, cohort: Cohort, files: Mapping[str, str]) -> Frozen:
    """The claim of a file and its cohort as they are now. ``files``: name of a table -> its hash.

    Raises:
        UnusableInput: the cohort has no label of the finding.
    """
    label = LABEL_PREFIX + claim.claim.finding
    if label not in cohort.rows.columns:
        raise UnusableInput(
            f"{cohort.name}: has no column {label!r}, so there is nothing to seal for this claim. "
            f"It has labels for: {', '.join(cohort.findings) or 'nothing'}."
        )
    rows = cohort.rows.select(_column(cohort, name) for name in (*MEMBERSHIP, label, *_also(claim, cohort, label)))
    pixels = _pixels(cohort)
    if pixels is not None:
        rows = rows.join(pixels, on="study", how="left")
    there = _own_scores(claim, cohort) | {name: files[name] for name in BESIDE if name in files}
    there |= _reference_boxes(claim, cohort)
    return Frozen(_wording(path, claim), rows.sort("study"), there)


def _own_scores(claim: Claim, cohort: Cohort) -> dict[str, str]:
    """Predictions that stand in the cohort itself are there before the seal like any others."""
    if claim.evidence.predictions is not None or "score" not in cohort.rows.columns:
        return {}
    return {"predictions": hash_table(cohort.rows.select("study", "score").sort("study"))}


def _reference_boxes(claim: Claim, cohort: Cohort) -> dict[str, str]:
    """What readers drew of the finding is judged by, as its labels are."""
    if cohort.regions is None:
        return {}
    drawn = cohort.regions.filter((pl.col("model") == TRUTH) & (pl.col("finding") == claim.claim.finding))
    places = [name for name in (*CORNERS, *DEPTH) if name in drawn.columns]
    return (
        {"reference boxes": hash_table(drawn.select("study", "box", *places).sort("study", "box"))}
        if drawn.height
        else {}
    )


def hashes_beside(path: Path, claim: Claim) -> dict[str, str]:
    """The hash of every table that the claim names and that is there already."""
    named = {name: getattr(claim.evidence, name) for name in BESIDE}
    places = {name: path.parent / place for name, place in named.items() if place is not None}
    return {name: hash_file(place) for name, place in places.items() if place.is_file()}


def thawed(entry: Entry, *, where: str) -> Frozen:
    """What an entry of the ledger froze.

    Raises:
        UnusableInput: of another version, or not what this program writes.
    """
    try:
        refuse_other_version(entry.content.get("schema"), f"{where}: entry {entry.number}")
        found = _Body.model_validate_json(entry.body)
    except (ValueError, AttributeError) as wrong:  # among them pydantic's
        reason = str(wrong).split("\n", 1)[0]
        raise UnusableInput(f"{where}: entry {entry.number} is no seal of ours ({reason}).") from wrong
    rows = pl.DataFrame(found.rows, schema=dict.fromkeys(found.rows, pl.String))
    return Frozen(found.claim, rows, found.files)


def refuse_other_version(schema: object, where: str) -> None:
    """Raises UnusableInput unless a document is a seal of the version that we write."""
    if schema != SEAL_SCHEMA:
        raise UnusableInput(
            f"{where} is {schema or 'no seal'}; this program reads {SEAL_SCHEMA}. "
            "Verify it with the version of fiducial that sealed it."
        )


def text_of(path: Path) -> str:
    """The claim's text.

    Raises:
        UnusableInput: it cannot be read.
    """
    try:
        return path.read_bytes().decode()  # with its own line ends, so that the file's hash is the text's
    except (OSError, UnicodeDecodeError) as unreadable:
        raise UnusableInput(f"{path}: cannot be read as text ({unreadable}). It must be a TOML file.") from unreadable


def _wording(path: Path, claim: Claim) -> Wording:
    return Wording(
        file=path.name,
        name=claim.claim.name,
        finding=claim.claim.finding,
        internal=claim.evidence.internal,
        text=text_of(path),
        content=hash_bytes(canonical(claim.model_dump(mode="json", exclude_defaults=True)).encode()),
        cohort=claim.evidence.cohort,
    )


def _column(cohort: Cohort, name: str) -> pl.Expr:
    if name not in cohort.rows.columns:
        return pl.lit(None, dtype=pl.String).alias(name)
    return pl.col(name).cast(pl.String)


def _also(claim: Claim, cohort: Cohort, label: str) -> Iterator[str]:
    """Columns of the cohort that results follow from, beyond membership and label, sorted."""
    evidence, schema = claim.evidence, cohort.rows.schema
    named = {parse_stratum(text).column for text in (*evidence.strata, *evidence.external_by)}
    named |= set(claim.claim.population)
    if evidence.simple_rule is not None:
        named.add(parse_rule(evidence.simple_rule).column)
    shared = {
        name
        for name, kind in schema.items()
        if name not in _NOT_JUDGED_BY
        and not name.startswith(LABEL_PREFIX)
        and not (kind.is_nested() or kind == pl.Binary)
    }
    yield from sorted((named & set(schema) | shared) - {*MEMBERSHIP, label, PIXELS})


def _pixels(cohort: Cohort) -> pl.DataFrame | None:
    """One hash a study: that of its one image, or of the sorted hashes of all; None where none was ever read."""
    if cohort.files is None or cohort.files["pixel_hash"].null_count() == cohort.files.height:
        return None
    files = cohort.files.filter(pl.col("study").is_not_null()).select("study", "pixel_hash")
    hashed = pl.col("pixel_hash").fill_null(UNREADABLE).sort()
    grouped = files.group_by("study").agg(hashed.str.join(" ").alias(PIXELS))
    told = [text if " " not in text else hash_bytes(text.encode()) for text in grouped[PIXELS]]
    return grouped.with_columns(pl.Series(PIXELS, told, dtype=pl.String))


class _Body(BaseModel):
    model_config = ConfigDict(extra="allow")  # what a look need not know: the reason to seal again

    schema_: Literal["fiducial.seal/1"] = Field(alias="schema")
    claim: Wording
    rows: dict[str, list[str | None]]
    files: dict[str, str]
