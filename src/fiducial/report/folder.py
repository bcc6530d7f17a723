"""What an audit leaves behind: ``report.html``, ``evidence.json``, and the numbers of every table and chart as CSV."""

import json
from pathlib import Path

import polars as pl

from fiducial.claims.charts import Chart, Curves, Forest, FourCorners
from fiducial.claims.evidence import Evidence
from fiducial.files.tables import write_table
from fiducial.files.writing import write_text
from fiducial.report.page import page_html


def save_report(evidence: Evidence, folder: Path) -> Path:
    """Write the report's files; gives the path of the page.

    Raises:
        UnusableInput: the folder cannot be written to.
    """
    write_text(folder / "evidence.json", as_json(evidence))
    write_table(_figures(evidence), folder / "figures.csv")
    write_table(_cases(evidence), folder / "cases.csv")
    for stale in (folder / "charts").glob("*.csv"):
        stale.unlink()
    for result in evidence.rungs:
        for chart in result.charts:
            write_table(_chart(chart), folder / "charts" / f"{result.rung}-{_file_name(chart.name)}.csv")
    page = folder / "report.html"
    write_text(page, page_html(evidence))
    return page


def as_json(evidence: Evidence) -> str:
    """``evidence.json``: sorted by nothing, rounded by nothing, the same bytes from the same inputs."""
    return json.dumps(evidence.document(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _figures(evidence: Evidence) -> pl.DataFrame:
    columns = ("rung", "name", "value", "low", "high", "n", "unit", "subgroup", "condition")
    rows = [{"rung": result.rung, **figure.document()} for result in evidence.rungs for figure in result.figures]
    schema = dict.fromkeys(columns, pl.String) | dict.fromkeys(("value", "low", "high"), pl.Float64) | {"n": pl.Int64}
    return pl.DataFrame(rows, schema={name: schema[name] for name in columns})


def _cases(evidence: Evidence) -> pl.DataFrame:
    rows = [
        (result.rung, case.study, int(case.truth), case.score, case.why, case.path)
        for result in evidence.rungs
        for case in result.cases
    ]
    schema = {
        "rung": pl.String,
        "study": pl.String,
        "truth": pl.Int64,
        "score": pl.Float64,
        "why": pl.String,
        "path": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _chart(chart: Chart) -> pl.DataFrame:
    match chart:
        case FourCorners():
            counts = (chart.true_positives, chart.false_negatives, chart.false_positives, chart.true_negatives)
            return pl.DataFrame(
                [counts],
                schema=["true_positives", "false_negatives", "false_positives", "true_negatives"],
                orient="row",
            )
        case Forest():
            return pl.DataFrame(list(chart.rows), schema=["subgroup", chart.x_label, "low", "high", "n"], orient="row")
        case Curves():
            return pl.concat([_series(chart, index) for index in range(len(chart.series))])


def _series(chart: Curves, index: int) -> pl.DataFrame:
    series = chart.series[index]
    empty = [None] * len(series.x)
    return pl.DataFrame(
        {
            "series": [series.label] * len(series.x),
            chart.x_label: series.x,
            chart.y_label: series.y,
            "low": pl.Series(series.low or empty, dtype=pl.Float64),
            "high": pl.Series(series.high or empty, dtype=pl.Float64),
        }
    )


def _file_name(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_=" else "_" for letter in name)
