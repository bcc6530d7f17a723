"""What readers set right, as labels: each override of a rule that sets a finding is a reader's word on that finding."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from fiducial.errors import WrongUsage
from fiducial.files.names import refuse_other_endings
from fiducial.files.tables import TableSource, write_table
from fiducial.rules.file import Rules, read_rules
from fiducial.rules.overrides import read_overrides
from fiducial.rules.overriding import flag_of
from fiducial.rules.tree import RuleRef

_LABEL = {"true": 1.0, "1": 1.0, "false": 0.0, "0": 0.0}
SCHEMA: dict[str, type[pl.DataType]] = {
    "study": pl.String,
    "finding": pl.String,
    "reader": pl.String,
    "label": pl.Float64,
}


@dataclass(frozen=True, slots=True, eq=False)
class OverrideLabels:
    """``labels``: a labels table, one row a study, finding and reader. ``left_out``: flag -> rows and why."""

    labels: pl.DataFrame
    left_out: dict[str, str]


def override_labels(
    overrides: TableSource, decision: str | Path | Rules, out: str | Path | None = None
) -> OverrideLabels:
    """Labels out of an overrides table, for ``evidence.labels`` of the next audit; a reader's latest word counts.

    Only studies that somebody overrode are in it: who agreed said nothing. Such labels tell where readers and rules
    differ, and are no sample from which sensitivity could be read. ``out``: where they are written.

    Raises:
        UnusableInput: the table or the decision file cannot be used, or ``out`` cannot be written.
        WrongUsage: ``out`` ends in neither .parquet nor .csv.
    """
    if out is not None:
        refuse_other_endings(Path(out))
    rules = decision if isinstance(decision, Rules) else read_rules(decision)
    table = read_overrides(overrides).sort("at", maintain_order=True)
    found: dict[tuple[str, str, str], float] = {}
    left: dict[str, list[str]] = {}
    for row in table.iter_rows(named=True):
        finding, why = _finding(rules, row["flag"])
        label = _LABEL.get(row["to"].lower())
        if finding is None or label is None:
            left.setdefault(row["flag"], []).append(why or "the reader could not tell")
        else:
            found[row["study"], finding, row["reader"]] = label
    rows = [[*key, label] for key, label in sorted(found.items())]
    told = {flag: f"{len(reasons)} left out: {'; '.join(dict.fromkeys(reasons))}" for flag, reasons in left.items()}
    labels = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    if out is not None:
        write_table(labels, Path(out))
    return OverrideLabels(labels, told)


def _finding(rules: Rules, flag: str) -> tuple[str | None, str]:
    try:
        meant = flag_of(rules, flag)
    except WrongUsage as unknown:
        return None, str(unknown)
    if not isinstance(meant, RuleRef):
        return None, "an input is no word on a finding; override the rule that sets it"
    finding = rules.rules[meant.name].finding
    return finding, "" if finding else f"rule {meant.name!r} sets no finding; give it `finding`"
