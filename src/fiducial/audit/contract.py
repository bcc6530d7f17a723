"""What every rung is."""

from typing import ClassVar, Protocol

from fiducial.audit.case import Case
from fiducial.claims.evidence import RungResult


class Rung(Protocol):
    """One step of the ladder. The ladder itself writes "not shown" when a need is missing.

    ``needs`` holds words of :mod:`fiducial.audit.needs`: ``"predictions.score"``, ``"cohort.<column>"``,
    ``"claim.strata"``, ``"split.external"`` and their like.
    """

    name: ClassVar[str]
    asks: ClassVar[str]  # the rung's question, for the report
    needs: ClassVar[tuple[str, ...]]

    def judge(self, case: Case) -> RungResult:
        """Weigh the claim's floors against the figures.

        Raises:
            CannotJudge: the data are sound but too few; the ladder reports it as "not shown".
        """
        ...
