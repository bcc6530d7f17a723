"""Several claims in one run: each is audited on its own, none stops the others, and the doubt is shared out."""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from fiducial.audit.ladder import climb
from fiducial.audit.tables import Tables
from fiducial.claims.claim import Claim, read_claim
from fiducial.claims.evidence import CONFIDENCE
from fiducial.claims.index import FAMILIES, Audited, Family, Index, Unaudited
from fiducial.cohort.table import CohortSource
from fiducial.errors import FiducialError, UnusableInput, WrongUsage
from fiducial.files.names import did_you_mean
from fiducial.files.tables import TableSource
from fiducial.report.overview import index_document, index_html, save_index

ClaimSource: TypeAlias = Claim | str | Path
RESERVED = ("", ".", "..", "index.html", "index.json")  # what a claim's folder cannot be called beside the index
BEYOND = 5  # resamples that should lie beyond either end of a bootstrap interval
_FOLDERS = re.compile(r"(?<![\w.~/:])/(?:[^\s:'\"]+/)+")  # of an absolute path


@dataclass(frozen=True, slots=True)
class AuditIndex(Index):
    """An index that shows itself in a notebook and saves itself, each claim's report in a folder of its name."""

    def document(self) -> dict[str, Any]:
        """``index.json``: verdicts, and the evidence by reference; neither clock times nor absolute paths."""
        return index_document(self)

    def save(self, folder: str | Path, *, pdf: bool = False, documents: bool = False) -> Path:
        """Write ``index.html``, ``index.json`` and ``<claim name>/...``; gives the path of the overview page.

        Raises:
            UnusableInput: the folder cannot be written to.
        """
        return save_index(self, Path(folder), pdf=pdf, documents=documents)

    def _repr_html_(self) -> str:
        return index_html(self, whole=False)


def climb_all(  # noqa: PLR0913  (each is an option of the verb)
    claims: str | Path | Iterable[ClaimSource],
    *,
    cohort: CohortSource | None = None,
    predictions: TableSource | None = None,
    seed: int = 0,
    resamples: int = 2000,
    confidence: float = CONFIDENCE,
    family: str = "bonferroni",
    told: Callable[[int, int], None] | None = None,
) -> AuditIndex:
    """Audit claims together: each a claim, the path of one, or a folder of them.

    Of a folder every ``*.toml`` in it and every ``claim.toml`` one folder below is taken, by name.
    A claim that cannot be audited is listed with its reason. ``confidence`` is that of all intervals of the run
    together, unless ``family`` is ``none``. ``told(done, total)`` is called after every claim.

    Raises:
        UnusableInput: there is no claim at all.
        WrongUsage: an unknown family, or a confidence that is not between 0 and 1.
    """
    sources = list(_distinct([claims] if isinstance(claims, str | Path) else claims))
    shared = _family(family, len(sources), confidence)
    climbing = partial(
        climb,
        cohort=cohort,
        predictions=predictions,
        seed=seed,
        resamples=resamples,
        confidence=shared.each,
        tables=Tables(),
    )
    told = told or (lambda _done, _total: None)
    audited: list[Audited] = []
    unaudited: list[Unaudited] = []
    for done, (source, name) in enumerate(zip(sources, _names(sources), strict=True), start=1):
        try:
            evidence = climbing(_with_a_name_of_its_own(source, audited))
            audited.append(Audited(name, evidence))
        except FiducialError as reason:
            unaudited.append(Unaudited(name, _without_folders(str(reason), source)))
        told(done, len(sources))
    return AuditIndex(tuple(audited), tuple(unaudited), shared, tuple(_notes(shared, resamples)))


def _distinct(claims: Iterable[ClaimSource]) -> Iterator[ClaimSource]:
    """Claims as they are, folders as what they hold, and no file twice."""
    seen: set[Path] = set()
    empty = True
    for given in claims:
        for source in [given] if isinstance(given, Claim) else _files(Path(given)):
            empty = False
            if isinstance(source, Claim):
                yield source
            elif source.resolve() not in seen:
                seen.add(source.resolve())
                yield source
    if empty:
        raise UnusableInput("no claim was handed in. Give claims, paths of claim files, or a folder of them.")


def _files(place: Path) -> list[Path]:
    if not place.is_dir():
        return [place]
    inside = sorted({*place.glob("*.toml"), *place.glob("*/claim.toml")})
    if not inside:
        raise UnusableInput(
            f"{place}: holds no claim (*.toml, or claim.toml one folder below). Name the folder of the claims."
        )
    return inside


def _family(method: str, claims: int, confidence: float) -> Family:
    if method not in FAMILIES:
        raise WrongUsage(
            f"family must be one of {', '.join(FAMILIES)}; got {method!r}.{did_you_mean(method, FAMILIES)}"
        )
    if not 0 < confidence < 1:
        raise WrongUsage(f"confidence must lie between 0 and 1 (0.95 is usual); got {confidence:g}.")
    return Family(method, claims, confidence)


def _names(sources: list[ClaimSource]) -> list[str]:
    """How the index calls the claims: their files as seen from the folder that all of them share."""
    folders = [str(Path(source).resolve().parent) for source in sources if not isinstance(source, Claim)]
    shared = os.path.commonpath(folders) if folders else ""
    return [
        source.claim.name if isinstance(source, Claim) else Path(source).resolve().relative_to(shared).as_posix()
        for source in sources
    ]


def _with_a_name_of_its_own(source: ClaimSource, audited: list[Audited]) -> ClaimSource:
    """The source itself, once no other claim of the run writes into the same folder."""
    name = (source if isinstance(source, Claim) else read_claim(source)).claim.name
    if name in RESERVED:
        raise UnusableInput(f"the claim is called {name!r}, and no report can lie in a folder of that name. Rename it.")
    for other in audited:
        if other.name.casefold() == name.casefold():  # some file systems take A and a for one folder
            raise UnusableInput(f"the claim is called {name!r} and so is {other.source}. Rename one (claim.name).")
    return source


def _without_folders(reason: str, source: ClaimSource) -> str:
    """A reason that means the same on another machine."""
    folder = "" if isinstance(source, Claim) else str(Path(source).parent)
    nearby = reason if folder in {"", "."} else reason.replace(f"{folder}/", "")
    return _FOLDERS.sub("", nearby)


def _notes(family: Family, resamples: int) -> Iterator[str]:
    wanted = round(2 * BEYOND / (1 - family.each))
    if family.claims > 1 and resamples < wanted:
        yield (
            f"{resamples} resamples leave fewer than {BEYOND} beyond either end of an interval at {family.each:.5g}: "
            f"bootstrap intervals (ECE, Brier score) are rough. Say --resamples {wanted}."
        )
