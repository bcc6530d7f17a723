"""What a reader set right, as a report that follows the first."""

from dataclasses import replace

import pytest

from fiducial.serve.results.contract import NothingToShow
from fiducial.serve.results.given import Given
from serve.results.deciding import one
from serve.results.test_sr import words


def test_it_names_the_first_report_as_its_predecessor(given: Given) -> None:
    (study,) = one("override", given).PredecessorDocumentsSequence
    (first,) = study.ReferencedSeriesSequence[0].ReferencedSOPSequence
    assert first.ReferencedSOPInstanceUID == one("sr", given).SOPInstanceUID


def test_it_says_who_set_what_to_what_and_why(given: Given) -> None:
    report = one("override", given)
    told = words(report)
    assert report.ContentSequence[2].PersonName == "Dr Roe"
    assert ("rule(is bright)", "No") in told
    assert ("Why", "artefact") in told


def test_it_is_dated_when_the_reader_said_it(given: Given) -> None:
    report = one("override", given)
    assert (report.ContentDate, report.ContentTime) == ("20260101", "000000")


def test_it_stays_unverified(given: Given) -> None:
    assert one("override", given).VerificationFlag == "UNVERIFIED"


def test_another_override_is_another_report_of_the_same_series(given: Given) -> None:
    more = replace(given, reviews=[*given.reviews, replace(given.reviews[0], number=2, to="unknown")])
    first, second = one("override", given), one("override", more)
    assert first.SOPInstanceUID != second.SOPInstanceUID
    assert first.SeriesInstanceUID == second.SeriesInstanceUID


def test_a_study_that_nobody_set_right_has_none(given: Given) -> None:
    with pytest.raises(NothingToShow, match="nobody has overridden"):
        one("override", replace(given, reviews=()))
