"""The support of one bundle at work: input checks, and the doubt that its statistics allow."""

import io
from dataclasses import dataclass
from zipfile import BadZipFile

import numpy as np

from fiducial.errors import CannotJudge, UnusableInput
from fiducial.models.bundle import Bundle
from fiducial.models.bundle_files import required
from fiducial.models.contract import Answer, Floats
from fiducial.models.manifest import Inputs
from fiducial.models.support.conformal import Conformal
from fiducial.models.support.contract import Arrays, Doubt, abstain
from fiducial.models.support.distance import Distance
from fiducial.models.support.inputs import outside
from fiducial.models.support.vectors import vector_of
from fiducial.scans.preparation.contract import Picture
from fiducial.scans.scan import Scan


@dataclass(frozen=True, slots=True)
class Supporting:
    """``doubt`` is None in a bundle without statistics."""

    inputs: Inputs
    doubt: Doubt | None = None

    @property
    def wants_features(self) -> bool:
        """Whether the graph's features are needed to weigh an answer."""
        return self.doubt is not None and self.doubt.wants_vector

    def weighed(self, answer: Answer, picture: Picture, features: Floats | None) -> Answer:
        """The answer after the doubt; ``features``: (width,)."""
        if self.doubt is None:
            return answer
        vector = vector_of(picture.pixels, features) if self.doubt.wants_vector else None
        return self.doubt.weigh(answer, vector)

    def admitted(self, answer: Answer, scan: Scan) -> Answer:
        """The answer after the input checks."""
        reason = outside(self.inputs, scan)
        return answer if reason is None else abstain(answer, reason)


def open_support(bundle: Bundle) -> Supporting:
    """The support that a bundle's manifest names.

    Raises:
        UnusableInput: its file holds something else, or too little for the level.
        WrongUsage: a package that its kind needs is not installed.
    """
    support = bundle.manifest.support
    if support.kind is None or support.file is None:
        return Supporting(support.inputs)
    where = f"{bundle.where}: {support.file}"
    arrays = _arrays(bytes(required(bundle.files, support.file, where=bundle.where)), where)
    try:
        if support.kind == "conformal":
            findings = tuple(finding.name for finding in bundle.manifest.findings)
            return Supporting(support.inputs, Conformal.opened(arrays, findings, support.level))
        return Supporting(support.inputs, Distance.opened(support.kind, arrays, support.level))
    except KeyError as absent:
        raise UnusableInput(
            f"{where}: holds no array {absent} for a support of kind {support.kind!r}; it holds: {', '.join(arrays)}. "
            "Fit it again."
        ) from absent
    except (CannotJudge, UnusableInput) as told:
        raise UnusableInput(f"{where}: {told}.") from told


def _arrays(content: bytes, where: str) -> Arrays:
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as found:
            return dict(found)
    except (OSError, ValueError, EOFError, BadZipFile, TypeError, AttributeError) as wrong:
        raise UnusableInput(f"{where}: is no .npz of support statistics ({wrong}). Fit it again.") from wrong
