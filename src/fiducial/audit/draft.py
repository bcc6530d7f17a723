"""A claim drafted from one table of scores, labels and patients, so that a first audit needs one command.

The draft demands nothing that the user did not say: without floors its rungs show figures, and no verdict but
"not shown".
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fiducial.claims.claim import ALL_ROWS, Claim
from fiducial.cohort.build import build_cohort
from fiducial.cohort.layouts.contract import Source
from fiducial.cohort.table import LABEL_PREFIX, Cohort, write_cohort
from fiducial.errors import UnusableInput
from fiducial.files.hashes import hash_file
from fiducial.files.tables import read_table
from fiducial.files.toml import parse
from fiducial.files.writing import write_text

GROUPS = ("site", "scanner")
STRATA = {"sex": "sex", "age": "age:0-40-60-80-120", "view": "view"}


@dataclass(frozen=True, slots=True)
class Draft:
    """A drafted claim and the table that it is about; ``hash`` is that of the file that the user gave."""

    claim: Claim
    cohort: Cohort
    hash: str

    def save(self, folder: Path) -> Path:
        """Write the claim and ``cohort.parquet``, to be completed and audited again; gives the claim's path.

        A ``claim.toml`` that is there already is the user's: the draft then goes to ``claim.draft.toml``.
        """
        write_cohort(self.cohort, folder / "cohort.parquet")
        path = folder / "claim.toml"
        if path.exists() and path.read_text(encoding="utf-8") != claim_toml(self.claim, "cohort.parquet"):
            path = folder / "claim.draft.toml"
        write_text(path, claim_toml(self.claim, "cohort.parquet"))
        return path


def draft_claim(
    path: str | Path,
    *,
    finding: str | None = None,
    threshold: float | None = None,
    floors: Mapping[str, float] | None = None,
    columns: Mapping[str, str] | None = None,
) -> Draft:
    """Read one table of scores, labels and patients and draft a claim of what its columns allow to be shown.

    A column ``label`` is taken for the one finding. ``columns``: cohort column -> the table's own name of it. Without
    ``threshold`` 0.5 is assumed, and the claim says so.

    Raises:
        UnusableInput: no score, no label, or several findings and none was named.
    """
    table = Path(path)
    mapped, found = _mapped(table, finding, dict(columns or {}))
    cohort = build_cohort(Source(table, columns=mapped), layout="table").cohort
    claim = _claim(cohort, found, table.name.split(".")[0], threshold, floors or {})
    return Draft(claim, cohort, hash_file(table))


def _mapped(path: Path, finding: str | None, columns: dict[str, str]) -> tuple[dict[str, str], str]:
    given = {name for name in read_table(path).frame.columns if name not in columns.values()} | set(columns)
    labels = sorted(name.removeprefix(LABEL_PREFIX) for name in given if name.startswith(LABEL_PREFIX))
    if "label" in given and not labels:
        labels = [finding or "finding"]
        columns[LABEL_PREFIX + labels[0]] = columns.pop("label", "label")
    if "score" not in given or not labels:
        absent = "score" if "score" not in given else "label"
        raise UnusableInput(
            f"{path}: has no column {absent!r}; it has {', '.join(sorted(given))}. Say which one it is: "
            f"--column {absent}=NAME. Or write a claim.toml for a cohort and a predictions table."
        )
    if finding is None and len(labels) > 1:
        raise UnusableInput(f"{path}: holds labels for {', '.join(labels)}. Say which one is scored: --finding NAME.")
    if finding is not None and finding not in labels:
        raise UnusableInput(f"{path}: has no column {LABEL_PREFIX + finding!r}; it has labels for {', '.join(labels)}.")
    return columns, finding or labels[0]


def _claim(cohort: Cohort, finding: str, name: str, threshold: float | None, floors: Mapping[str, float]) -> Claim:
    columns = cohort.rows.columns
    given = {"value": threshold} if threshold is not None else {"value": 0.5, "rule": "assumed, as none was given"}
    content = {
        "claim": {
            "name": "".join(letter if letter.isalnum() or letter in "._-" else "-" for letter in name),
            "finding": finding,
            "statement": f"Drafted from the table {name}: the score tells {finding} from its absence.",
            "threshold": given,
        },
        "floors": dict(floors),
        "evidence": {
            "cohort": "cohort.parquet",
            "internal": "test" if "split" in columns else ALL_ROWS,
            "external_by": [column for column in GROUPS if column in columns],
            "strata": [stratum for column, stratum in STRATA.items() if column in columns],
        },
    }
    return parse(content, Claim, where="the drafted claim")


def claim_toml(claim: Claim, table: str) -> str:
    """The draft as TOML, for the user to complete; ``table`` is the path of the table from the claim's folder."""
    statement, evidence = claim.claim, claim.evidence
    lines = [
        "# Drafted by fiducial audit. Say what the model promises: floors, prevalence, population.",
        "[claim]",
        f"name = {_toml(statement.name)}",
        f"finding = {_toml(statement.finding)}",
        f"statement = {_toml(statement.statement)}",
        "# prevalence = [0.02, 0.08]  # where it will be used",
        f'threshold = {{ value = {statement.threshold.value} }}  # and chosen_on = "tune", if it was',
        "",
        "[floors]  # what must hold",
        *(f"{name} = {bound}" for name, bound in claim.floors.items()),
        *(f"# {line}" for line in ("auroc = 0.85", "sensitivity = 0.80", "specificity = 0.80", "largest_gap = 0.05")),
        "",
        "[ladder]",
        f"required = {_toml(list(claim.ladder.required))}",
        "",
        "[evidence]",
        f"cohort = {_toml(table)}",
        f"internal = {_toml(evidence.internal)}",
        f"external_by = {_toml(list(evidence.external_by))}",
        f"strata = {_toml(list(evidence.strata))}",
    ]
    return "\n".join(lines) + "\n"


def _toml(value: str | list[str]) -> str:
    # A JSON string or list of strings is a TOML one as well.
    return json.dumps(value, ensure_ascii=False)
