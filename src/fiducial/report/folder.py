"""What an audit leaves behind: ``report.html``, ``evidence.json``, and the numbers of every table and chart as CSV.

``decisions.csv`` tells how every study was decided, and keeps what readers wrote into its column ``comment``.

``report.pdf`` and the folder ``documents`` as well, where they are asked for.
"""

import json
from dataclasses import replace
from pathlib import Path

import polars as pl

from fiducial.claims.evidence import Evidence
from fiducial.files.hashes import hash_bytes
from fiducial.files.tables import write_table
from fiducial.files.writing import write_text
from fiducial.report.comments import WITHOUT_STUDY, kept_comments, with_comments, without_study
from fiducial.report.documents.saving import FOLDER, INDEX, read_material, save_documents
from fiducial.report.gallery import gallery
from fiducial.report.numbers import chart_table
from fiducial.report.page import page_html
from fiducial.report.pdf import write_pdf


def save_report(evidence: Evidence, folder: Path, *, pdf: bool = False, documents: bool = False) -> Path:
    """Write the report's files; gives the path of the page.

    ``documents`` that are in the folder already are written again, so that none tells of an earlier audit.

    Raises:
        UnusableInput: the folder cannot be written to, or what people filled in there cannot be read; nothing is
            written then.
    """
    place = folder / FOLDER
    documents = documents or (place / INDEX).exists()
    told = as_json(evidence)
    comments = kept_comments(folder)
    if evidence.decisions is not None and comments.height:
        evidence = replace(evidence, decisions=with_comments(evidence.decisions, comments))
    material = read_material(evidence, place, hash_bytes(told.encode())) if documents else None
    write_text(folder / "evidence.json", told)
    write_table(_figures(evidence), folder / "figures.csv")
    write_table(_cases(evidence), folder / "cases.csv")
    if evidence.decisions is not None:
        _write_left_over(without_study(evidence.decisions, comments), folder / WITHOUT_STUDY)
        write_table(evidence.decisions, folder / "decisions.csv")
    for stale in (folder / "charts").glob("*.csv"):
        stale.unlink()
    for result in evidence.rungs:
        for chart in result.charts:
            write_table(chart_table(chart), folder / "charts" / f"{result.rung}-{_file_name(chart.name)}.csv")
    cards = gallery(evidence)
    page = folder / "report.html"
    write_text(page, page_html(evidence, cards, documents=f"{FOLDER}/{INDEX}" if documents else None))
    if pdf:
        write_pdf(evidence, cards, folder / "report.pdf")
    if material:
        save_documents(material, place)
    return page


def as_json(evidence: Evidence) -> str:
    """``evidence.json``: sorted by nothing, rounded by nothing, the same bytes from the same inputs."""
    return json.dumps(evidence.document(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _write_left_over(comments: pl.DataFrame, path: Path) -> None:
    if comments.height:
        write_table(comments, path)
    else:
        path.unlink(missing_ok=True)


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


def _file_name(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_=" else "_" for letter in name)
