"""A pipeline at work on one study, in memory: the same call whether a folder is run or a service asks."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fiducial.claims.evidence import NOTICE
from fiducial.cohort.regions import REGIONS_SCHEMA
from fiducial.errors import FiducialError
from fiducial.files.hashes import hash_bytes
from fiducial.models.contract import Shown, Study
from fiducial.models.reading import shown_clean
from fiducial.models.rows import PREDICTIONS_SCHEMA, Asked, Rows, frame, rows_of
from fiducial.pipelines.entry import outside, told
from fiducial.pipelines.facts import Said, facts_of
from fiducial.pipelines.fusing import Group
from fiducial.pipelines.known import Known
from fiducial.pipelines.members import Answered, Member, Told, ask
from fiducial.pipelines.priority import Priority, priority_of, priority_unread
from fiducial.pipelines.recipe import PipelineFile
from fiducial.pipelines.result import Row, StudyResult, decision_rows
from fiducial.predictions.table import CLEAN
from fiducial.rules.deciding import decide
from fiducial.rules.decision import Decision
from fiducial.rules.file import Rules

SCHEMA = "fiducial.pipeline/1"


@dataclass(frozen=True, slots=True, eq=False)
class Pipeline:
    """Opened and checked by ``open_pipeline``. ``gives``: finding -> the model or ensemble whose word is taken.

    Members and groups stand sorted by name, so that the order in which a file lists them changes nothing. ``threads``:
    how many models of one study are asked at once.
    """

    file: PipelineFile
    members: tuple[Member, ...]
    groups: tuple[Group, ...]
    rules: Rules
    gives: dict[str, str]
    where: Path
    threads: int

    @property
    def name(self) -> str:
        """As its file calls it."""
        return self.file.pipeline.name

    @property
    def identity(self) -> str:
        """Another text wherever results may differ: the file, every bundle, every fit and the rules."""
        return hash_bytes(json.dumps(self._made_of() | {"rules": self.rules.hash}, sort_keys=True).encode())

    @property
    def models_identity(self) -> str:
        """The same without the rules, which a running service may change by themselves."""
        return hash_bytes(json.dumps(self._made_of(), sort_keys=True).encode())

    def _made_of(self) -> dict[str, Any]:
        file = self.file.model_dump(mode="json", by_alias=True)
        for lines in ("models", "fusion"):  # whose order means nothing
            file[lines].sort(key=json.dumps)
        return {
            "file": file,
            "bundles": {one.name: one.model.identity for one in self.members},
            "fitted": {one.name: repr(one.fitted) for one in self.groups if one.fitted},
        }

    def run(self, study: Study | Shown, *, maps: Path | None = None, told: Told | None = None) -> StudyResult:
        """Decode, ask, fuse, decide. What is wrong with a study is told in its result and never raised.

        ``maps``: a folder for the masks as NIfTI; left out, they stay in memory. ``told`` hears each model's answer as
        it comes.

        Raises:
            UnusableInput: the folder of the masks cannot be written to.
        """
        shown = study if isinstance(study, Shown) else shown_clean(study)
        name = shown.study.study
        try:
            known = Known(shown.study, shown.scan.header)
            refused = outside(self.file.entry, known)
        except FiducialError as unreadable:
            return self._unread(shown.study, str(unreadable))
        if refused:
            return StudyResult(name, outside=refused, shown=shown)
        answers = ask(self.members, shown, self.threads, told)
        rows = self._rows(shown, answers, maps)
        version = self.file.pipeline.version
        said = Said(name, rows["predictions"], rows["regions"], answers, self.gives, self.members, known, version)
        decision = decide(self.rules, facts_of(self.rules.inputs, said))
        silent = _silent(self.members, answers)
        return StudyResult(
            name,
            failed=silent,
            rows=rows | {"decisions": decision_rows(decision)},
            decision=decision,
            priority=self._priority(decision, silent),
            answers=answers,
            gives=self.gives,
            shown=shown,
            late=any(one.late for one in answers.values()),
        )

    def _priority(self, decision: Decision, silent: str | None) -> Priority:
        """What the rules found, unless a required model that was silent could have said something worse."""
        found = priority_of(decision)
        return found if silent is None else min(found, priority_unread(self.rules, silent), key=lambda one: one.order)

    def _unread(self, study: Study, reason: str) -> StudyResult:
        """It may be the worst that the rules know, unless the cohort's own columns say that it does not enter."""
        known = self.file.entry.model_copy(update={"unknown": "inside"})
        if refused := outside(known, Known(study, {})):
            return StudyResult(study.study, outside=refused)
        return StudyResult(study.study, failed=reason, priority=priority_unread(self.rules, reason))

    def document(self) -> dict[str, Any]:
        """What ``fiducial pipeline show --json`` prints, and every run keeps."""
        rules = self.rules
        return {
            "schema": SCHEMA,
            "notice": NOTICE,
            "name": self.name,
            "version": self.file.pipeline.version,
            "statement": self.file.pipeline.statement,
            "identity": self.identity,
            "entry": told(self.file.entry),
            "models": [one.document() for one in self.members],
            "fusion": [
                {
                    "name": one.name,
                    "findings": list(one.findings),
                    "recipe": one.recipe.model_dump(mode="json", exclude_none=True),
                }
                for one in self.groups
            ],
            "gives": self.gives,
            "rules": {
                "name": rules.name,
                "version": rules.version,
                "hash": rules.hash,
                "thresholds": {
                    name: {"value": one.value, "revision": one.revision, "source": one.source}
                    for name, one in rules.thresholds.items()
                },
                "rules": [
                    {"name": name, "when": one.text, "finding": one.finding, "urgency": one.urgency}
                    for name, one in rules.rules.items()
                ],
                "conclusions": list(rules.conclusions),
            },
        }

    def _rows(self, shown: Shown, answers: dict[str, Answered], maps: Path | None) -> dict[str, list[Row]]:
        own = [_rows_of(shown, one, answers[one.name], maps) for one in self.members]
        rows: dict[str, list[Row]] = {
            table: [row for one in own for row in getattr(one, table)]
            for table in ("predictions", "regions", "measurements", "masks")
        }
        predictions, regions = (
            frame(rows["predictions"], PREDICTIONS_SCHEMA),
            frame(rows["regions"], REGIONS_SCHEMA),
        )
        for group in self.groups:
            try:
                scores, boxes = group.fuse(predictions, regions)
            except FiducialError as apart:
                rows["predictions"] += _unfused(shown, group, str(apart))
                continue
            rows["predictions"] += scores.to_dicts()
            rows["regions"] += [] if boxes is None else boxes.to_dicts()
        return rows


def _rows_of(shown: Shown, member: Member, heard: Answered, maps: Path | None) -> Rows:
    return rows_of(shown, heard.answer, Asked(member.name, member.findings, maps=maps), heard.seconds)


def _unfused(shown: Shown, group: Group, reason: str) -> Iterable[Row]:
    key = {"study": shown.study.study, "model": group.name, "condition": CLEAN, "score": None, "abstained": False}
    return [{**key, "finding": finding, "reason": reason, "seconds": None} for finding in group.findings]


def _silent(members: tuple[Member, ...], answers: dict[str, Answered]) -> str | None:
    """Why a study counts as failed: a model that it cannot do without gave no answer."""
    found = [
        f"{one.name}, which is required, {reason}"
        for one in members
        if one.required and (reason := answers[one.name].answer.reason)
    ]
    return "; ".join(found) or None
