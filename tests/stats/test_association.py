"""Zech's closed form, DeLong as a special case, coverage without and with an association, and refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiducial.stats.association import Association, Folds, associate, bin_numbers, draw_folds
from fiducial.stats.roc import delong


def dealt(label: np.ndarray, patient: np.ndarray, seed: int = 0) -> Folds:
    folds = draw_folds(label, patient, np.random.default_rng(seed))
    assert folds is not None
    return folds


def area_of_two_sites(images: tuple[float, float], prevalence: tuple[float, float]) -> float:
    ill = [n * p for n, p in zip(images, prevalence, strict=True)]
    healthy = [n * (1 - p) for n, p in zip(images, prevalence, strict=True)]
    return 0.5 + (ill[0] / sum(ill) - healthy[0] / sum(healthy)) / 2


# Zech 2018, PLOS Med 15:e1002683: prevalence 34.2% at MSH (42,396 images) and 1.2% at NIH (112,120); the hospital alone
# gave .861 on their joint test set. Their whole cohorts give .857; .861 is what 34 MSH images to 100 of NIH give.
@pytest.mark.parametrize(("images", "published"), [((42_396, 112_120), 0.857), ((34, 100), 0.861)])
def test_the_closed_form_of_two_hospitals_is_zechs(images: tuple[float, float], published: float) -> None:
    assert area_of_two_sites(images, (0.342, 0.012)) == pytest.approx(published, abs=5e-4)


def test_the_site_alone_reaches_zechs_area() -> None:
    generator = np.random.default_rng(2018)
    site = np.repeat([0, 1], [34_000, 100_000])
    label = generator.random(site.size) < np.array([0.342, 0.012])[site]
    found = associate(site, dealt(label, np.arange(site.size) // 3))
    assert found.auroc == pytest.approx(0.861, abs=0.01)
    assert found.interval.low < 0.861 < found.interval.high


def _null_draw(seed: int) -> Association:
    generator = np.random.default_rng(seed)
    rows_of = generator.integers(1, 5, 150)
    patient = np.repeat(np.arange(150), rows_of)
    label = (generator.random(150) < 0.3)[patient]
    column = generator.integers(0, 4, 150)[patient]
    return associate(column, dealt(label, patient, seed))


def test_without_an_association_the_interval_covers_one_half_though_patients_repeat() -> None:
    intervals = [_null_draw(seed).interval for seed in range(300)]
    covered = np.mean([i.low <= 0.5 <= i.high for i in intervals])
    assert 0.91 <= covered <= 0.99


def test_with_an_association_the_interval_covers_the_true_area() -> None:
    truth = area_of_two_sites((1, 1), (0.6, 0.2))
    hits = []
    for seed in range(200):
        generator = np.random.default_rng(seed)
        patient = np.repeat(np.arange(300), 2)
        site = generator.integers(0, 2, 300)
        label = (generator.random(300) < np.where(site == 0, 0.6, 0.2))[patient]
        interval = associate(site[patient], dealt(label, patient, seed)).interval
        hits.append(interval.low <= truth <= interval.high)
    assert 0.90 <= np.mean(hits) <= 0.99


def test_rows_of_one_patient_do_not_make_the_interval_narrower() -> None:
    generator = np.random.default_rng(5)
    label, column = generator.random(200) < 0.4, generator.integers(0, 3, 200)
    once = associate(column, dealt(label, np.arange(200)))
    tenfold = associate(np.repeat(column, 10), dealt(np.repeat(label, 10), np.repeat(np.arange(200), 10)))
    assert tenfold.standard_error == pytest.approx(once.standard_error, rel=0.1)


def test_with_a_strong_signal_the_error_is_close_to_delongs() -> None:
    generator = np.random.default_rng(7)
    column = generator.integers(0, 6, 3000)
    label = generator.random(3000) < (column + 1) / 8
    found = associate(column, dealt(label, np.arange(3000)))
    plain = delong(label, column.astype(float))
    assert found.standard_error == pytest.approx(float(plain.covariance[0, 0]) ** 0.5, rel=0.05)
    assert found.auroc == pytest.approx(float(plain.areas[0]), abs=0.01)


def test_a_code_seen_once_a_patient_tells_nothing() -> None:
    generator = np.random.default_rng(1)
    found = associate(np.arange(100), dealt(generator.random(100) < 0.5, np.arange(100)))
    assert found.auroc == pytest.approx(0.5)
    assert found.interval.high - found.interval.low > 0.1


def test_perfection_on_ten_patients_is_not_certainty() -> None:
    label = np.arange(10) < 5
    found = associate(label.astype(np.int64), dealt(label, np.arange(10)))
    assert found.auroc == 1
    assert 0.5 < found.interval.low < 0.8


def test_a_wider_confidence_gives_a_wider_interval() -> None:
    found = _null_draw(3)
    assert found.interval_at(0.999).low < found.interval.low < found.auroc < found.interval.high


@pytest.mark.parametrize("bearers", [0, 1, 9, 10])
def test_fewer_than_two_patients_of_a_class_cannot_be_dealt(bearers: int) -> None:
    label = np.arange(10) < bearers
    assert draw_folds(label, np.arange(10), np.random.default_rng(0)) is None


@given(
    rows=st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=60),
    seed=st.integers(0, 50),
)
def test_a_patient_stays_in_one_fold_and_every_fold_has_both_classes(rows: list[tuple[int, bool]], seed: int) -> None:
    patient, label = np.array([one for one, _ in rows]), np.array([bears for _, bears in rows])
    folds = draw_folds(label, patient, np.random.default_rng(seed))
    if folds is None:
        return
    assert all(np.unique(folds.fold[patient == one]).size == 1 for one in patient)
    assert all(np.unique(label[folds.fold == k]).size == 2 for k in range(folds.count))


def test_numbers_are_binned_and_missing_is_a_code_of_its_own() -> None:
    codes = bin_numbers(np.append(np.arange(1000.0), np.nan))
    assert codes[-1] == codes.max() == 32
    assert (np.diff(codes) >= 0).all()
    assert bin_numbers(np.array([5.0, np.nan, 5.0, 7.0])).tolist() == [0, 2, 0, 1]


def test_a_rare_word_that_meets_no_rare_label_is_no_clue() -> None:
    label = np.arange(1000) < 30
    word = ((np.arange(1000) >= 30) & (np.arange(1000) < 80)).astype(np.int64)
    found = associate(word, dealt(label, np.arange(1000)))
    assert found.interval_at(0.999).low <= 0.5


def test_chance_is_as_wide_as_shuffling_a_column_of_the_patients_makes_it() -> None:
    generator = np.random.default_rng(3)
    patient = np.repeat(np.arange(120), generator.integers(1, 5, 120))
    folds = dealt(generator.random(patient.size) < np.where(patient % 3, 0.1, 0.8), patient)
    drawn = [associate(generator.integers(0, 2, 120)[patient], folds) for _ in range(400)]
    told = float(np.mean([one.error_by_chance for one in drawn]))
    assert told == pytest.approx(float(np.std([one.auroc for one in drawn])), rel=0.15)
