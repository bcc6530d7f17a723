"""Agreement on a real reader study: VIPER, 43 readers, 715 cases, film and digital mammograms."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from fiducial.stats.agreement import agreement
from fiducial.stats.kappa import fleiss_kappa, gwet_ac
from fiducial.stats.krippendorff import krippendorff_alpha
from fiducial.stats.latent_truth import dawid_skene
from stats.test_agreement import by_hand

pytestmark = pytest.mark.real
RECALLED = 1  # `recall`: 1 where the reader would call the patient back (scores of 101 to 201), else 2


@pytest.fixture(scope="module")
def viper(real_data: Path) -> pl.DataFrame:
    observed = pl.read_csv(real_data / "reader_viper" / "viperObs.csv")
    assert observed.height == 20_382
    return observed.with_columns(recalled=(pl.col("recall") == RECALLED).cast(pl.Float64))


def matrix(observed: pl.DataFrame, column: str) -> NDArray[np.float64]:
    return observed.pivot("readerID", index="caseID", values=column).drop("caseID").to_numpy().astype(np.float64)


@pytest.mark.parametrize(("modality", "cases"), [("FFDM", 712), ("SFM", 714)])
def test_recall_agrees_as_counting_every_pair_says(viper: pl.DataFrame, modality: str, cases: int) -> None:
    recalled = matrix(viper.filter(modalityID=modality), "recalled")
    found = agreement(krippendorff_alpha(recalled))
    assert (recalled.shape[1], found.cases) == (43, cases)
    assert found.value == pytest.approx(by_hand(recalled))
    assert found.interval
    assert 0.25 < found.interval.low < found.interval.high < 0.4  # fair: what is known of screening


def test_every_scale_agrees_beyond_chance_in_every_sub_study(viper: pl.DataFrame) -> None:
    for (_, modality), part in viper.group_by("subStudyLabel", "modalityID"):
        scores, recalled = matrix(part, "score"), matrix(part, "recalled")
        found = [agreement(krippendorff_alpha(scores, level)) for level in ("ordinal", "interval")]
        found += [agreement(krippendorff_alpha(recalled)), agreement(gwet_ac(recalled))]
        assert all(one.interval and 0.05 < one.interval.low < one.interval.high < 0.75 for one in found), modality


def test_a_ragged_study_is_refused_where_it_must_be(viper: pl.DataFrame) -> None:
    with pytest.raises(ValueError, match="Krippendorff's alpha and Gwet's AC1 take cases as they are"):
        fleiss_kappa(matrix(viper.filter(modalityID="SFM"), "recalled"))


def test_the_readers_consensus_is_right_more_often_than_one_reading_in_every_sub_study(viper: pl.DataFrame) -> None:
    for (study, modality), part in viper.group_by("subStudyLabel", "modalityID"):
        said = matrix(part, "recalled")
        truth = part.group_by("caseID", maintain_order=True).agg(pl.col("cancerStatus365").first())["cancerStatus365"]
        right = (said == truth.to_numpy()[:, np.newaxis])[~np.isnan(said)].mean()
        found = dawid_skene(np.where(np.isnan(said), -1, said).astype(np.int64))
        assert ((found.posterior[:, 1] > 0.5) == truth.to_numpy()).mean() > right + 0.03, (study, modality)
