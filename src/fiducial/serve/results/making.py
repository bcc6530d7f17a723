"""Outputs of a study by their kind: what a request, a worker and a sender ask for."""

from collections.abc import Sequence
from functools import cache
from logging import getLogger
from pathlib import Path

from fiducial import plugins
from fiducial.errors import FiducialError, UnusableInput
from fiducial.serve.database.opening import Database
from fiducial.serve.overrides import read_reviews
from fiducial.serve.queue.reading import read_result
from fiducial.serve.results.contract import Made, NothingToShow, Output
from fiducial.serve.results.given import Given
from fiducial.serve.studies import StudyRow, read_images

LOG = getLogger(__name__)
KIND = "outputs"


def kinds() -> tuple[str, ...]:
    """What may be asked for."""
    return plugins.names(KIND)


def refuse_unknown(asked: Sequence[str]) -> None:
    """Kinds that every study shall have are looked up before the first study comes.

    Raises:
        WrongUsage: there is no such kind.
        UnusableInput: the package that brings it cannot be imported.
    """
    for kind in asked:
        _output(kind)


def make_output(kind: str, given: Given) -> Sequence[Made]:
    """The files of one kind, for a study that was decided.

    Raises:
        WrongUsage: there is no such kind.
        NothingToShow: the study has none of it, and why.
        UnusableInput: an image that is needed cannot be read any more.
    """
    try:
        return _output(kind).make(given)
    except FiducialError:
        raise
    except Exception as wrong:  # whatever a header that breaks the standard makes of a library that follows it
        LOG.exception("no %s could be made of a study", kind)  # it may as well be a fault of ours
        raise UnusableInput(
            f"the {kind} of this study cannot be made ({type(wrong).__name__}): the headers of its images break the "
            "standard, or the fault is ours: the log has its place. The decision itself stands; ask for another format."
        ) from wrong


def read_given(database: Database, folder: Path, study: StudyRow) -> Given:
    """The newest result of a study, with its images.

    Raises:
        NothingToShow: it has no result.
    """
    document = read_result(database, f"{study.uid}/{study.revision}")
    if document is None:
        raise NothingToShow(f"the study is {study.state} and has no result. GET /studies/UID/events tells when it has.")
    reviews = read_reviews(database, study.uid, study.revision)
    return Given(study, document, read_images(database, study.uid), folder, reviews)


@cache
def _output(kind: str) -> Output:
    made: Output = plugins.load(KIND, kind)()
    return made
