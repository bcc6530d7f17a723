"""Prevalence by site is told with intervals; a clear difference, a single patient and a single class are warnings."""

import numpy as np

from cohort.checks.making import cohort_of, severities, studies
from fiducial.cohort.checks.contract import Finding, Severity
from fiducial.cohort.checks.prevalence_by_site import PrevalenceBySite


def found_for(ill: dict[str, tuple[int, int]], rows_a_patient: int = 1) -> list[Finding]:
    site = [name for name, (_, n) in ill.items() for _ in range(n)]
    label = [int(i < bears) for bears, n in ill.values() for i in range(n)]
    patient = [f"p{i // rows_a_patient}" for i in range(len(site))]
    return list(PrevalenceBySite().examine(cohort_of({"site": site, "label.mass": label, "patient": patient})))


def test_a_clear_difference_is_a_warning_with_intervals() -> None:
    [finding] = found_for({"A": (40, 100), "B": (10, 100)})
    assert finding.severity is Severity.WARNING
    assert "A 40.0% (30.9%-49.8%, 100 rows), B 10.0% (5.5%-17.5%, 100 rows)" in finding.message
    assert finding.figure is not None
    assert abs(finding.figure.value - 0.3) < 1e-9


def test_a_difference_that_chance_explains_is_a_note() -> None:
    assert severities(found_for({"A": (12, 100), "B": (10, 100)})) == [Severity.NOTE]


def test_a_sure_but_small_difference_is_a_note() -> None:
    assert severities(found_for({"A": (400, 10_000), "B": (200, 10_000)})) == [Severity.NOTE]


def test_many_images_of_few_patients_do_not_make_a_difference_sure() -> None:
    assert severities(found_for({"A": (40, 100), "B": (10, 100)}, rows_a_patient=10)) == [Severity.NOTE]


def test_patients_with_many_images_make_no_site_differ_by_chance() -> None:
    cried = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        patient = np.repeat(np.arange(100), rng.integers(1, 11, 100))
        ill = 0.95 * rng.normal(size=100)[patient] + 0.3 * rng.normal(size=patient.size) > 1.3
        columns = {
            "patient": [f"p{one}" for one in patient],
            "site": rng.choice(["A", "B", "C"], 100)[patient].tolist(),
            "label.mass": ill.astype(int).tolist(),
        }
        found = PrevalenceBySite().examine(cohort_of(columns))
        cried += any(one.severity is Severity.WARNING and one.message.startswith("Prevalence") for one in found)
    assert cried <= 2


def test_a_site_with_a_single_patient_is_named() -> None:
    found = found_for({"A": (5, 10), "B": (5, 10), "C": (1, 1)})
    assert found[0].message.startswith("1 site has a single patient: C.")
    assert studies(found[0]) == ["s20"]


def test_without_patients_a_single_row_is_called_so() -> None:
    site, label = ["A"] * 10 + ["B"], [0, 1] * 5 + [0]
    alone, *_, prevalence = PrevalenceBySite().examine(cohort_of({"site": site, "label.mass": label}))
    assert alone.message == "1 site has a single row: B."
    assert prevalence.message.endswith("Rows: each taken for independent, as no patient is named.")


def test_a_site_with_one_class_is_named() -> None:
    [one_class, _] = found_for({"A": (5, 10), "B": (0, 10)})
    assert one_class.severity is Severity.WARNING
    assert "1 site has one class of mass only: B (all 10 rows 0)." in one_class.message
    assert len(one_class.files) == 10


def test_scanners_are_asked_as_sites_are() -> None:
    label = np.repeat([0, 1, 0, 1], [10, 90, 90, 10]).tolist()
    [finding] = PrevalenceBySite().examine(cohort_of({"scanner": ["X"] * 100 + ["Y"] * 100, "label.mass": label}))
    assert "by scanner: X 90.0%" in finding.message


def test_without_sites_a_note_says_so() -> None:
    [finding] = PrevalenceBySite().examine(cohort_of({"label.mass": [0, 1]}))
    assert "no site and no scanner column" in finding.message


def test_without_labels_the_remedy_is_labels() -> None:
    [finding] = PrevalenceBySite().examine(cohort_of({"site": ["A", "B"]}))
    assert (finding.message[:30], finding.remedy) == ("Not checked: the cohort has no", "Add the labels.")
