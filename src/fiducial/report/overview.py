"""The overview of claims that were audited together: ``index.html`` and ``index.json`` above their reports."""

import json
from pathlib import Path
from typing import Any

from fiducial.claims.evidence import NOTICE
from fiducial.claims.index import INDEX_SCHEMA, Audited, Index
from fiducial.files.hashes import hash_bytes
from fiducial.files.writing import write_text
from fiducial.report.folder import as_json, save_report
from fiducial.report.page import environment, why


def save_index(index: Index, folder: Path, *, pdf: bool = False, documents: bool = False) -> Path:
    """Write every claim's report into a folder of its name, then ``index.json`` and ``index.html``; gives its path.

    Raises:
        UnusableInput: the folder cannot be written to.
    """
    for one in index.audited:
        save_report(one.evidence, folder / one.name, pdf=pdf, documents=documents)
    told = json.dumps(index_document(index), indent=2, ensure_ascii=False, allow_nan=False)
    write_text(folder / "index.json", told + "\n")
    page = folder / "index.html"
    write_text(page, index_html(index))
    return page


def index_document(index: Index) -> dict[str, Any]:
    """``index.json``; the figures stay in the evidence documents, which it names with their hashes."""
    return {
        "schema": INDEX_SCHEMA,
        "notice": NOTICE,
        "verdict": str(index.verdict),
        "family": {
            "method": index.family.method,
            "claims": index.family.claims,
            "confidence": index.family.confidence,
            "interval_confidence": index.family.each,
        },
        "notes": list(index.notes),
        "claims": [_entry(one) for one in index.audited],
        "not_audited": [{"source": one.source, "error": one.error} for one in index.unaudited],
    }


def index_html(index: Index, *, whole: bool = True) -> str:
    """The overview as a page that stands alone, or (not ``whole``) as its matrix only, for a notebook."""
    rows = [{"name": one.name, "one": one, "why": why(one.evidence), "rungs": _by_rung(one)} for one in index.audited]
    alarming = [(one.name, alarm) for one in index.audited for alarm in one.evidence.alarms]
    template = "index.html.j2" if whole else "matrix.html.j2"
    return environment().get_template(template).render(index=index, rows=rows, alarming=alarming, notice=NOTICE)


def _entry(one: Audited) -> dict[str, Any]:
    evidence, required = one.evidence, one.evidence.claim.ladder.required
    return {
        "name": one.name,
        "source": one.source,
        "finding": evidence.claim.claim.finding,
        "verdict": str(evidence.verdict),
        "rungs": [
            {"rung": r.rung, "verdict": str(r.verdict), "required": r.rung in required, "sentence": r.sentence}
            for r in evidence.rungs
        ],
        "alarms": list(evidence.alarms),
        "evidence": {"path": f"{one.name}/evidence.json", "hash": hash_bytes(as_json(evidence).encode())},
        "report": f"{one.name}/report.html",
    }


def _by_rung(one: Audited) -> dict[str, dict[str, Any]]:
    required = one.evidence.claim.ladder.required
    return {r.rung: {"verdict": r.verdict, "required": r.rung in required} for r in one.evidence.rungs}
