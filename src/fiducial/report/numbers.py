"""Charts as tables: what stands below every drawing, and in its CSV."""

import polars as pl

from fiducial.claims.charts import Chart, Curves, Forest, FourCorners


def chart_table(chart: Chart) -> pl.DataFrame:
    """The numbers of a chart: a row a point, a subgroup, or a matrix."""
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
