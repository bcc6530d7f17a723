"""Outputs that are made of every study as it is decided, so that nobody has to ask for them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from logging import getLogger
from pathlib import Path

from fiducial.errors import UnusableInput
from fiducial.files.writing import replacing
from fiducial.serve.results.contract import Made, NothingToShow
from fiducial.serve.results.given import Given
from fiducial.serve.results.making import make_output
from fiducial.serve.studies import result_folder

LOG = getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outputs:
    """``kinds``: as a request names them."""

    kinds: Sequence[str]

    def write(self, given: Given) -> list[Path]:
        """Write every file beside the masks of the result. What cannot be made is told and never stops a decision."""
        folder = result_folder(given.folder, given.study.uid, given.revision)
        return [_written(folder, one) for one in self._made(given)]

    def _made(self, given: Given) -> Iterator[Made]:
        for kind in self.kinds:
            try:
                yield from make_output(kind, given)
            except NothingToShow:
                continue
            except UnusableInput as told:
                LOG.warning("no %s of revision %d of a study: %s", kind, given.revision, told)


def _written(folder: Path, made: Made) -> Path:
    path = folder / made.name
    with replacing(path) as temporary:
        temporary.write_bytes(made.content)
    return path
