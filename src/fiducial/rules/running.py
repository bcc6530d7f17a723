"""Rules on the tables of a whole cohort: a decisions table, and on request every trace as a line of JSON."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from fiducial.errors import WrongUsage
from fiducial.files.names import did_you_mean, refuse_other_endings
from fiducial.files.tables import TableSource, write_table
from fiducial.files.writing import replacing
from fiducial.rules.deciding import decide
from fiducial.rules.decision import Decision
from fiducial.rules.document import heading
from fiducial.rules.facts import Facts
from fiducial.rules.file import Rules, read_rules
from fiducial.rules.overrides import Override, overrides_frame, parsed, read_overrides
from fiducial.rules.overriding import flag_of, overridden
from fiducial.rules.studies import DecisionSources, Studies, read_studies, wide
from fiducial.rules.table import decide_table

DECIDE_SCHEMA = "fiducial.decide/1"
DECISIONS_SCHEMA: dict[str, type[pl.DataType]] = {
    "study": pl.String,
    "rule": pl.String,
    "value": pl.Int8,  # 1 or 0; null where it is unknown
    "reason": pl.String,  # why it is unknown; null where it is known
    "overridden": pl.String,  # the reader who said so; null where nobody did
    "decision": pl.String,  # name and version of the decision file
    "hash": pl.String,  # of its text
}


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of a table. ``rows``: the decisions table; ``changed``: the decisions that readers overrode."""

    rules: Rules
    studies: Studies
    rows: pl.DataFrame
    changed: Mapping[str, Decision]
    written: tuple[Path, ...]

    @property
    def overrides(self) -> pl.DataFrame:
        """Every override, and what its flag was before."""
        return overrides_frame(one for decision in self.changed.values() for one in decision.overrides)

    def of(self, study: str) -> Decision:
        """The decision of one study, with its traces.

        Raises:
            WrongUsage: there is no such study.
        """
        return self.changed.get(study) or decide(self.rules, _known(self.studies, study))

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """Of each conclusion, how many studies it is true, false and unknown of."""
        return {
            name: {
                "true": int((own["value"] == 1).sum()),
                "false": int((own["value"] == 0).sum()),
                "unknown": int(own["value"].null_count()),
            }
            for name in self.rules.conclusions
            for own in (self.rows.filter(pl.col("rule") == name),)
        }

    @property
    def exit_code(self) -> int:
        """0, or 5 where a conclusion is unknown of some study."""
        return 5 if any(found["unknown"] for found in self.counts.values()) else 0

    def document(self) -> dict[str, Any]:
        """What ``--json`` prints."""
        return {
            "schema": DECIDE_SCHEMA,
            "decision": heading(self.rules),
            "studies": self.rows["study"].n_unique(),
            "conclusions": self.counts,
            "overrides": self.overrides.height,
            "notes": list(self.studies.notes),
            "written": [path.name for path in self.written],
        }


def decide_studies(
    decision: str | Path,
    sources: DecisionSources,
    out: Path,
    *,
    traces: Path | None = None,
    overrides: TableSource | None = None,
) -> Decided:
    """Decide every study of the tables and write the decisions table.

    ``traces``: a file of one ``fiducial.decision/1`` a line. ``overrides``: a table of what readers set right, which is
    applied in the order of its times; ``<out>.overrides`` then says what each flag was before.

    Raises:
        WrongUsage: a name that no table can have, or an override of a study or flag that is not there.
        UnusableInput: a file cannot be used.
    """
    refuse_other_endings(out)
    rules = read_rules(decision)
    studies = read_studies(rules, sources)
    changed = {} if overrides is None else _overridden(rules, studies, overrides)
    table = decide_table(rules, wide(rules, studies.facts), seen=studies.facts)
    rows = _rows(rules, studies, table, changed)
    write_table(rows, out)
    written = [out]
    if overrides is not None:
        written.append(out.with_name(f"{out.stem}.overrides{out.suffix}"))
        write_table(overrides_frame(one for decision in changed.values() for one in decision.overrides), written[-1])
    if traces is not None:
        _write_traces(traces, (changed.get(study) or decide(rules, one) for study, one in studies.facts.items()))
        written.append(traces)
    return Decided(rules, studies, rows, changed, tuple(written))


def _overridden(rules: Rules, studies: Studies, source: TableSource) -> dict[str, Decision]:
    found: dict[str, Decision] = {}
    for row in read_overrides(source).sort("at", maintain_order=True).iter_rows(named=True):
        study = row["study"]
        before = found.get(study) or decide(rules, _known(studies, study))
        override: Override = parsed(row, flag_of(rules, row["flag"]).kind)
        found[study] = overridden(before, override)
    return found


def _known(studies: Studies, study: str) -> Facts:
    if study not in studies.facts:
        raise WrongUsage(f"there is no study {study!r}.{did_you_mean(study, studies.facts)} The tables name them.")
    return studies.facts[study]


def _rows(rules: Rules, studies: Studies, table: pl.DataFrame, changed: Mapping[str, Decision]) -> pl.DataFrame:
    """Long: a row a study and rule. A study of which something is unknown is decided again, for its reasons."""
    names = list(rules.rules)
    unknown = table.filter(pl.any_horizontal(pl.col(names).is_null()) | pl.col("study").is_in(list(changed)))["study"]
    decided = {study: changed.get(study) or decide(rules, studies.facts[study]) for study in unknown}
    known = table.filter(~pl.col("study").is_in(unknown.implode()))
    plain = known.with_columns(pl.col(names).cast(pl.Int8)).unpivot(
        names, index="study", variable_name="rule", value_name="value"
    )
    told = pl.DataFrame(
        [_row(study, decision, name) for study, decision in decided.items() for name in names],
        schema={name: DECISIONS_SCHEMA[name] for name in ("study", "rule", "value", "reason", "overridden")},
        orient="row",
    )
    order = {"study": list(studies.facts), "rule": names}
    head = heading(rules)
    return (
        pl.concat([plain, told], how="diagonal")
        .sort([pl.col(name).cast(pl.Enum(words)) for name, words in order.items()])
        .with_columns(decision=pl.lit(f"{head['name']} {head['version']}"), hash=pl.lit(head["hash"]))
        .select(pl.col(name).cast(kind) for name, kind in DECISIONS_SCHEMA.items())
    )


def _row(study: str, decision: Decision, name: str) -> tuple[str, str, int | None, str | None, str | None]:
    outcome = decision.outcomes[name]
    value = None if outcome.value is None else int(outcome.value)
    return study, name, value, outcome.reason, outcome.override.reader if outcome.override else None


def _write_traces(path: Path, decisions: Iterator[Decision]) -> None:
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as stream:
        for decision in decisions:
            stream.write(json.dumps(decision.document(), ensure_ascii=False, allow_nan=False) + "\n")
