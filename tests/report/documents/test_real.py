"""The documents of an audit on the table of real radiographs: whole, on one page where promised, and free of NaN."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

import fiducial as fd
from fiducial.claims.claim import Claim
from fiducial.report.documents.dataset_card import dataset_card
from fiducial.report.documents.html import document_html
from fiducial.report.documents.model_card import model_card
from fiducial.report.documents.paper import document_pdf
from fiducial.report.documents.summary import summary
from report.documents.material import material


@pytest.mark.real
def test_a_table_of_real_radiographs_gives_all_documents(real_data: Path) -> None:
    table = pl.read_csv(real_data / "cxr_nih14" / "metadata.csv")
    rows = table.select(
        "age",
        "sex",
        "view",
        study="image_index",
        patient=pl.col("patient_id").cast(pl.String),
        ill=pl.col("finding_labels").str.contains("Pneumonia").cast(pl.Int8),
    ).rename({"ill": "label.pneumonia"})
    noise = np.random.default_rng(0).normal(0, 0.3, rows.height)
    scores = rows.select("study", score=(0.25 + 0.5 * pl.col("label.pneumonia") + pl.Series(noise)).clip(0, 1))
    claim = Claim.model_validate(
        {
            "claim": {"name": "nih", "finding": "pneumonia", "threshold": {"value": 0.5}, "prevalence": [0.01, 0.05]},
            "floors": {"auroc": 0.7},
            "evidence": {"internal": "all", "strata": ["sex", "view", "age:0-40-60-120"]},
        }
    )
    given = material(fd.climb(claim, cohort=rows, predictions=scores, resamples=100))
    assert f"{table['patient_id'].n_unique():,}" in document_html(dataset_card(given))
    for document in (summary(given), model_card(given), dataset_card(given)):
        assert " nan" not in document_html(document).lower()
    assert document_pdf(summary(given))[0].count(b"/Type /Page\n") == 1
