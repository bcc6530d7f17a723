"""A pipeline on one study of the archive: a decision a series of slices, and one a radiograph."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from fiducial.claims.evidence import NOTICE
from fiducial.models.contract import Study
from fiducial.pipelines.members import Answered
from fiducial.pipelines.pipeline import Pipeline
from fiducial.pipelines.priority import Priority
from fiducial.pipelines.result import StudyResult
from fiducial.rules.decision import Decision
from fiducial.serve.studies import BESIDE, ImageRow, StudyState

SCHEMA = "fiducial.served-study/1"
SLICED = frozenset({"CT", "MR", "PT", "NM"})  # modalities whose series are volumes
Heard = Callable[[str, str, Answered], None]  # part, model, answer


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """What a pipeline says of a study, part by part."""

    study: str
    revision: int
    pipeline: Pipeline
    settings: Mapping[str, int]  # setting -> the revision that was read
    parts: tuple[StudyResult, ...]

    @property
    def state(self) -> StudyState:
        """Failed where a part that enters could not be read; outside where no part enters."""
        if any(one.failed for one in self.parts):
            return StudyState.FAILED
        return StudyState.OUTSIDE if all(one.outside for one in self.parts) else StudyState.DECIDED

    @property
    def priority(self) -> Priority | None:
        """The most urgent of the parts'; None where nothing enters."""
        found = [one.priority for one in self.parts if one.priority is not None]
        return min(found, key=lambda one: one.order, default=None)

    @property
    def reason(self) -> str | None:
        """Why it failed or does not enter."""
        told = [one.failed or one.outside for one in self.parts]
        if not told:
            return "holds documents and no image"
        return "; ".join(dict.fromkeys(one for one in told if one)) or None

    @property
    def flags(self) -> str | None:
        """What else to know before reading: rules that fired and only warn, and how many models gave no answer."""
        told = [name for one in self.parts if one.decision is not None for name in warnings_of(one.decision)]
        silent = sum(bool(answer.answer.reason) for one in self.parts for answer in one.answers.values())
        told += [f"{silent} model{'s' if silent > 1 else ''} gave no answer"] if silent else []
        return "; ".join(dict.fromkeys(told)) or None

    def document(self, decided: float) -> dict[str, Any]:
        """Everything but pixels. ``decided``: when, in seconds since 1970."""
        return {
            "schema": SCHEMA,
            "notice": NOTICE,
            "study": self.study,
            "revision": self.revision,
            "decided": decided,
            "pipeline": {
                "name": self.pipeline.name,
                "version": self.pipeline.file.pipeline.version,
                "identity": self.pipeline.identity,
                "models": {one.name: one.version for one in self.pipeline.members},
            },
            "settings": dict(self.settings),
            "state": self.state,
            "reason": self.reason,
            "priority": None if self.priority is None else self.priority.document(),
            "parts": [one.document() for one in self.parts],
        }


def warnings_of(decision: Decision) -> list[str]:
    """The rules that are true, conclude nothing and name neither finding nor urgency: poor quality, an artefact."""
    return [
        name
        for name, outcome in decision.outcomes.items()
        if outcome.value is True
        and name not in decision.conclusions
        and outcome.rule.finding is None
        and outcome.rule.urgency is None
    ]


def parts_of(images: Sequence[ImageRow], folder: Path) -> Iterator[Study]:
    """What is decided about one by one, named by its UID; ``images`` stand by series, documents among them are left."""
    shown = [one for one in images if one.modality not in BESIDE]
    for series, rows in groupby(shown, key=lambda one: one.series):
        found = list(rows)
        if found[0].modality in SLICED:
            yield Study(series, tuple(folder / one.path for one in found))
        else:
            yield from (Study(one.sop, (folder / one.path,)) for one in found)


def examine(pipeline: Pipeline, parts: Iterable[Study], heard: Heard, maps: Path) -> tuple[StudyResult, ...]:
    """Run every part; ``heard`` is told of every model's answer as it comes. ``maps``: the folder for masks."""
    results = []
    for part in parts:
        name = part.study

        def told(model: str, answer: Answered, part_name: str = name) -> None:
            heard(part_name, model, answer)

        results.append(pipeline.run(part, told=told, maps=maps))
    return tuple(results)
