"""The audits that a bundle brings along: any ``evidence.json`` of ``fiducial audit`` among its files."""

import json
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from fiducial.claims.evidence import EVIDENCE_SCHEMA
from fiducial.models.bundle import Bundle

EVIDENCE = "evidence.json"


@dataclass(frozen=True, slots=True)
class BroughtAudit:
    """``fault``: why it says nothing of this bundle: it cannot be read, or is of another claim than the bundle's."""

    file: str
    verdict: str
    claim: str
    rungs: tuple[tuple[str, str, bool, str], ...]  # rung, verdict, required, sentence
    alarms: tuple[str, ...] = ()
    fault: str | None = None


def audits_of(bundle: Bundle) -> list[BroughtAudit]:
    """Each audit in the bundle, by the name of its file."""
    names = sorted(name for name in bundle.files if PurePosixPath(name).name == EVIDENCE)
    return [_read(bundle, name) for name in names]


def _read(bundle: Bundle, name: str) -> BroughtAudit:
    try:
        document = json.loads(bytes(bundle.files[name]))
        if document["schema"] != EVIDENCE_SCHEMA:
            return _useless(name, f"is of schema {document['schema']}, and {EVIDENCE_SCHEMA} is read; audit again")
        return _told(bundle, name, document)
    except (ValueError, KeyError, TypeError) as wrong:
        return _useless(name, f"cannot be read ({type(wrong).__name__}: {wrong})")


def _told(bundle: Bundle, name: str, document: dict[str, Any]) -> BroughtAudit:
    rungs = tuple((one["rung"], one["verdict"], one["required"], one["sentence"]) for one in document["rungs"])
    alarms = tuple(alarm for one in document["rungs"] for alarm in one["alarms"])
    audited = document["claim"]
    own = bundle.claims.get(audited["claim"]["finding"])
    mine = {} if own is None else own.model_dump(mode="json", exclude_none=True, include={"claim", "floors"})
    same = bool(mine) and all(mine[key] == audited.get(key) for key in mine)
    fault = None if same else "it is of another claim than the one in this bundle: it says nothing of this model"
    return BroughtAudit(name, document["verdict"], audited["claim"]["name"], rungs, alarms, fault)


def _useless(name: str, fault: str) -> BroughtAudit:
    return BroughtAudit(name, "not shown", "", (), (), fault)
