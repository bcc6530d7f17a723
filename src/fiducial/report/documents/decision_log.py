"""The log of decisions as a page: the wrong ones first, to search and to sort without a network."""

import polars as pl

from fiducial.claims.evidence import NOTICE
from fiducial.report.documents.material import Material
from fiducial.report.page import environment

NAME = "decisions"
MOST = 5000  # decisions on the page; decisions.csv holds them all
COLUMNS = {
    "study": "Study",
    "patient": "Patient",
    "judged": "Judged",
    "outcome": "Outcome",
    "truth": "Label",
    "score": "Score",
    "flags": "Flags",
    "saliency": "Saliency",
    "input_hash": "Pixels",
    "comment": "Comment",
}
ORDER = ("false negative", "false positive", "not answered", "true positive", "true negative")
_SHORT = 14  # letters of a hash on the page


def decisions_html(material: Material) -> str:
    """The page; what was not judged (train, tune, no split) comes after what was."""
    rows = worst_first(material.evidence.decisions)
    shown = rows.head(MOST)
    used = {
        name: head for name, head in COLUMNS.items() if name == "comment" or shown[name].null_count() < shown.height
    }
    return (
        environment()
        .get_template("decisions.html.j2")
        .render(
            claim=material.evidence.claim.claim,
            origin=material.origin,
            notice=NOTICE,
            columns=used,
            rows=shown.select(list(used)).rows(named=True),
            total=rows.height,
            outcomes=[(name, number) for name in ORDER if (number := int((rows["outcome"] == name).sum()))],
            short=_SHORT,
        )
    )


def worst_first(decisions: pl.DataFrame | None) -> pl.DataFrame:
    """Judged before not judged, wrong before right, the surest mistakes first."""
    if decisions is None:
        return pl.DataFrame(schema=dict.fromkeys((*COLUMNS, "threshold"), pl.String))
    rank = pl.col("outcome").replace_strict({name: place for place, name in enumerate(ORDER)}, default=len(ORDER))
    how_far = (pl.col("score") - pl.col("threshold")).abs().fill_null(0)
    return decisions.sort(
        pl.col("judged").is_null(), rank, how_far, "study", descending=[False, False, True, False], maintain_order=True
    )
