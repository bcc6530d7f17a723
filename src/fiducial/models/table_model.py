"""A model that has answered already: a finished predictions table, asked by study."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from fiducial.errors import UnusableInput
from fiducial.files.hashes import hash_bytes
from fiducial.files.tables import TableSource
from fiducial.models.contract import Answer, Extra, Shown
from fiducial.predictions.table import only_clean, read_predictions


@dataclass(frozen=True, slots=True, eq=False)
class TableModel:
    """A :class:`~fiducial.models.contract.Model`; ``answers`` by study."""

    name: str
    findings: tuple[str, ...]
    answers: Mapping[str, Answer]
    identity: str

    @classmethod
    def read(cls, source: TableSource, *, model: str | None = None, finding: str | None = None) -> "TableModel":
        """The clean rows of one model. ``finding`` names that of a table without such a column.

        Raises:
            UnusableInput: no predictions table, several models and none named, several images a study, or no clean row.
        """
        where = str(source) if isinstance(source, str | Path) else "the predictions"
        rows = only_clean(read_predictions(source, finding=finding), where=where)
        models = rows["model"].unique().sort().to_list()
        if (model is None and len(models) > 1) or (model is not None and model not in models):
            raise UnusableInput(f"{where}: holds the models {', '.join(models)}; name one of them.")
        rows = rows.filter(pl.col("model") == (model or models[0]))
        if rows.select("study", "finding").is_duplicated().any():
            raise UnusableInput(f"{where}: scores the images of a study one by one; aggregate them to one row a study.")
        findings = tuple(rows["finding"].unique().sort())
        answers = {str(study): _answer(of_study) for (study,), of_study in rows.group_by("study")}
        return cls(model or models[0], findings, answers, hash_bytes(rows.write_csv().encode()))

    def answer(self, shown: Sequence[Shown], extras: frozenset[Extra] = frozenset()) -> list[Answer]:  # noqa: ARG002
        """What the table says; pixels are not looked at."""
        absent = Answer(reason="the predictions table has no row for it")
        return [self.answers.get(one.study.study, absent) for one in shown]


def _answer(rows: pl.DataFrame) -> Answer:
    scored = rows.filter(pl.col("score").is_not_null())
    scores = dict(scored.select("finding", "score").iter_rows())
    if not scores:
        return Answer(reason=rows["reason"][0])
    told = rows.filter(pl.col("abstained") | pl.col("score").is_null()).with_columns(
        pl.col("reason").fill_null("the model abstained")
    )
    return Answer(scores, doubts=dict(told.select("finding", "reason").iter_rows()))
