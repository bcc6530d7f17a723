"""STOW-RS: each part is an image that is kept or refused with a reason (PS3.18 10.5, I.2)."""

from dataclasses import dataclass, field
from typing import IO, Any

from pydicom import dcmread

from fiducial.claims.evidence import NOTICE
from fiducial.scans.dicom import quiet
from fiducial.serve.dicomweb.attributes import element
from fiducial.serve.dicomweb.parts import Arrived
from fiducial.serve.intake.archive import Archive
from fiducial.serve.intake.arriving import Announced
from fiducial.serve.intake.statuses import NOT_KEPT, Status, status_of, words_of

_REASON = {"00090010": {"vr": "LO", "Value": ["fiducial"]}}  # a private block, PS3.5 7.8: in words beside the code


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of one part. ``sop`` is empty where it cannot be told."""

    sop: str
    sop_class: str
    study: str = ""
    status: Status = Status.SUCCESS
    reason: str = ""


@dataclass(slots=True)
class Storing:
    """All parts of one request; ``study``: the only one that they may belong to."""

    archive: Archive
    study: str | None
    done: list[Stored] = field(default_factory=list)

    def take(self, part: Arrived) -> None:
        """Keep one image, or note why not."""
        sop, sop_class = _names(part.file)
        try:
            self.done.append(self._kept(part, sop_class))
        except NOT_KEPT as refused:
            self.done.append(Stored(sop, sop_class, "", status_of(refused), words_of(refused)))
        except Exception as wrong:  # noqa: BLE001  (whatever a hostile file brings about, the others are kept)
            words = f"cannot be read ({type(wrong).__name__})"
            self.done.append(Stored(sop, sop_class, "", Status.CANNOT_UNDERSTAND, words))

    def _kept(self, part: Arrived, sop_class: str) -> Stored:
        if part.refused is not None:
            raise part.refused
        kept = self.archive.keep(part.file, "stow", Announced(study=self.study))  # type: ignore[arg-type]  # binary
        return Stored(kept.sop, sop_class, kept.study)

    @property
    def status(self) -> int:
        """Of the reply: 200 where all were kept, 202 some, 409 none."""
        kept = sum(one.status is Status.SUCCESS for one in self.done)
        return 200 if kept and kept == len(self.done) else 202 if kept else 409

    def document(self, root: str) -> dict[str, Any]:
        """The reply; ``root``: the address under which studies are retrieved."""
        kept = [one for one in self.done if one.status is Status.SUCCESS]
        refused = [one for one in self.done if one.status is not Status.SUCCESS]
        studies = {one.study for one in kept}
        told = element("RetrieveURL", f"{root}/studies/{studies.pop()}") if len(studies) == 1 else {}
        if kept:
            told |= element("ReferencedSOPSequence", *(_reference(one, root) for one in kept))
        named = [_failure(one) for one in refused if one.sop]
        nameless = [_failure(one) for one in refused if not one.sop]
        told |= element("FailedSOPSequence", *named) if named else {}
        told |= element("OtherFailuresSequence", *nameless) if nameless else {}
        return told | _REASON | {"00091001": {"vr": "LT", "Value": [NOTICE]}}


def _reference(one: Stored, root: str) -> dict[str, Any]:
    return _named(one) | element("RetrieveURL", f"{root}/studies/{one.study}")


def _failure(one: Stored) -> dict[str, Any]:
    words = _REASON | {"00091001": {"vr": "LT", "Value": [one.reason]}}
    return (_named(one) if one.sop else {}) | element("FailureReason", int(one.status)) | words


def _named(one: Stored) -> dict[str, Any]:
    return element("ReferencedSOPClassUID", one.sop_class) | element("ReferencedSOPInstanceUID", one.sop)


def _names(file: IO[bytes]) -> tuple[str, str]:
    """SOP Instance and Class UID of what came, be it an image that can be kept or not."""
    try:
        with quiet():
            data = dcmread(file, force=True, specific_tags=["SOPInstanceUID", "SOPClassUID"])
        return str(data.get("SOPInstanceUID", "")), str(data.get("SOPClassUID", ""))
    except Exception:  # noqa: BLE001  (pydicom raises what its converters raise)
        return "", ""
    finally:
        file.seek(0)
