"""Facts of many studies as the one wide table that rules are run over."""

from collections.abc import Mapping

import polars as pl

from fiducial.rules.facts import Facts
from fiducial.rules.file import Rules


def wide(rules: Rules, facts: Mapping[str, Facts]) -> pl.DataFrame:
    """One row a study and a column for each declared input: ``score.<name>``, ``measurement.<name>``, ..."""
    kinds = {
        **{f"score.{name}": pl.Float64() for name in rules.inputs.scores},
        **{f"measurement.{name}": pl.Float64() for name in rules.inputs.measurements},
        **{f"metadata.{name}": _TYPES[one.kind] for name, one in rules.inputs.metadata.items()},
    }
    columns = {name: [_value(one, name) for one in facts.values()] for name in kinds}
    return pl.DataFrame({"study": list(facts), **columns}, schema={"study": pl.String(), **kinds}, strict=False)


_TYPES: Mapping[str, pl.DataType] = {"number": pl.Float64(), "text": pl.String(), "truth": pl.Boolean()}


def _value(facts: Facts, column: str) -> float | str | bool | None:
    home, _, name = column.partition(".")
    given = {"score": facts.scores, "measurement": facts.measurements, "metadata": facts.metadata}[home].get(name)
    return given.value if given else None
