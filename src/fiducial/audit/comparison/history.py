"""Read many saved audits into one history a claim name, each compared with the one before it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fiducial.audit.comparison.compare import compare_audits
from fiducial.claims.comparison import MARGIN, Comparison
from fiducial.claims.evidence import CONFIDENCE, Evidence
from fiducial.claims.history import ClaimHistory, History, Step, Unread
from fiducial.claims.past import EVIDENCE, read_audit
from fiducial.errors import FiducialError, UnusableInput
from fiducial.report.history import save_history


@dataclass(frozen=True, slots=True)
class AuditHistory(History):
    """A history that saves itself: a page a claim."""

    def save(self, folder: str | Path) -> tuple[Path, ...]:
        """Write ``<claim>.html`` for every claim and ``history.json``; gives the paths of the pages.

        Raises:
            UnusableInput: the folder cannot be written to.
        """
        return save_history(self, Path(folder))


def read_history(
    folders: str | Path | Iterable[str | Path], *, confidence: float = CONFIDENCE, margin: float = MARGIN
) -> AuditHistory:
    """The history of every claim in some report folders, or in folders that hold report folders.

    The order is that of ``folders``; inside a folder of folders it is that of their names, ``audit-9`` before
    ``audit-10``: evidence carries no clock times. A folder that cannot be read is listed with its reason.

    Raises:
        UnusableInput: no audit at all could be read.
        WrongUsage: a confidence or margin that is none.
    """
    given = [Path(folders)] if isinstance(folders, str | Path) else [Path(folder) for folder in folders]
    read: list[tuple[str, Evidence]] = []
    unread: list[Unread] = []
    for folder, name in _named(_reports(given)):
        try:
            read.append((name, read_audit(folder)))
        except FiducialError as reason:
            unread.append(Unread(name, str(reason).replace(f"{folder.parent}/", "")))
    if not read:
        told = f" First: {unread[0].error}" if unread else ""
        raise UnusableInput(f"no audit could be read. Name folders that fiducial audit --out wrote.{told}")
    claims = dict.fromkeys(evidence.claim.claim.name for _, evidence in read)
    histories = tuple(ClaimHistory(claim, tuple(_steps(_of(claim, read), confidence, margin))) for claim in claims)
    return AuditHistory(histories, tuple(unread))


def _of(claim: str, read: list[tuple[str, Evidence]]) -> list[tuple[str, Evidence]]:
    return [(name, evidence) for name, evidence in read if evidence.claim.claim.name == claim]


def _reports(given: Iterable[Path]) -> Iterator[Path]:
    """A report folder as it is; of another folder the report folders in it, else itself, to be told as unread."""
    for folder in given:
        inside = sorted((path.parent for path in folder.glob(f"*/{EVIDENCE}")), key=lambda path: _natural(path.name))
        if (folder / EVIDENCE).is_file() or not inside:
            yield folder
        else:
            yield from inside


def _natural(name: str) -> list[tuple[int, int, str]]:
    """``audit-9`` before ``audit-10``."""
    parts = re.split(r"(\d+)", name)
    return [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in parts]


def _named(folders: Iterable[Path]) -> list[tuple[Path, str]]:
    """Each folder by its own name; where several share it, with as many parents as tell them apart."""
    listed = [folder.resolve() for folder in folders]
    names = [folder.name for folder in listed]
    for depth in range(2, 5):
        twice = [index for index, name in enumerate(names) if names.count(name) > 1]
        for index in twice:
            names[index] = "/".join(listed[index].parts[-depth:])
    return list(zip(listed, names, strict=True))


def _steps(read: list[tuple[str, Evidence]], confidence: float, margin: float) -> Iterator[Step]:
    before: Evidence | None = None
    for name, evidence in read:
        since, apart = None, None
        if before is not None:
            since, apart = _compared(before, evidence, confidence, margin)
        yield Step(name, evidence, since, apart)
        before = evidence


def _compared(
    before: Evidence, after: Evidence, confidence: float, margin: float
) -> tuple[Comparison | None, str | None]:
    try:
        # Without a bootstrap: a page of many steps needs none, and fiducial compare gives it.
        return compare_audits(before, after, resamples=0, confidence=confidence, margin=margin), None
    except UnusableInput as reason:
        return None, str(reason)
