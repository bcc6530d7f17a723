"""FDA's VIPER study: digital against film mammography, five reader studies, as ``fiducial readers`` sees them.

    python examples/viper_readers.py FOLDER

FOLDER holds viperObs.csv and screeningLowP.csv of https://github.com/DIDSR/viperData (CC0): scores (0 to 201) and
recall decisions of 43 readers on 715 cases; truth is cancer within 455 days. In screeningLowP.csv lines are ragged, for
a reader may name several abnormalities: they are mended here, and give what that sub-study of viperObs.csv gives.
"""

import csv
import sys
from pathlib import Path
from time import perf_counter

import polars as pl

import fiducial as fd

STUDIES = ("screeningLowP", "screeningMedP", "screeningHighP", "challengeMedP", "challengeHighP")
ASKED = fd.ReaderOptions(arms=("SFM", "FFDM"))


def readings_of(rows: pl.DataFrame) -> pl.DataFrame:
    """One reading a row: the score is the rating, recall is the decision."""
    return rows.select(
        study="caseID",
        reader="readerID",
        arm="modalityID",
        rating=pl.col("score").cast(pl.Float64),
        decision=(pl.col("recall") == "1").cast(pl.Int8),
    )


def truth_of(rows: pl.DataFrame) -> pl.DataFrame:
    """A labels table of the reader ``truth``."""
    label = pl.col("cancerStatus455").cast(pl.Int8)
    return rows.select(study="caseID", label=label).unique().with_columns(reader=pl.lit("truth"))


def mended(path: Path) -> pl.DataFrame:
    """A table in which the column ``abnormalityType`` holds commas: what is between its neighbours is one cell."""
    with path.open(encoding="utf-8", newline="") as stream:
        header, *lines = list(csv.reader(stream))
    before = header.index("abnormalityType")
    after = len(header) - before - 1
    cells = [
        [*line[:before], ", ".join(line[before : len(line) - after]), *line[len(line) - after :]] for line in lines
    ]
    return pl.DataFrame(cells, schema=header, orient="row")


def row_of(name: str, readings: pl.DataFrame, truth: pl.DataFrame) -> str:
    """One line of the table; how long it took goes to stderr."""
    start = perf_counter()
    found = fd.compare_arms(readings, truth, ASKED)
    sys.stderr.write(f"{name}: {perf_counter() - start:.2f} s\n")
    told = {figure.name: figure for one in found.results for figure in one.figures if figure.subgroup in {"all", "SFM"}}
    changes = [told[f"{metric}_gain"] for metric in ("auroc", "sensitivity", "specificity")]
    cells = [
        f"{one.value:+.3f} ({one.interval.low:+.3f} to {one.interval.high:+.3f})" for one in changes if one.interval
    ]
    return f"| {name} | {found.counted} | {told['auroc'].value:.3f} | {' | '.join(cells)} |"


def main(folder: Path) -> None:
    """Print a table: digital minus film, in the area of the scores and in recall."""
    rows = pl.read_csv(folder / "viperObs.csv", infer_schema=False)
    print("| sub-study | what | AUROC on film | change of AUROC | of sensitivity (recall) | of specificity (recall) |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name in STUDIES:
        part = rows.filter(pl.col("subStudyLabel") == name)
        print(row_of(name, readings_of(part), truth_of(part)))
    ragged = mended(folder / "screeningLowP.csv")
    print(row_of("screeningLowP.csv, mended", readings_of(ragged), truth_of(rows)))
    print("Not a medical device.")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
