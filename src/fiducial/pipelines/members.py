"""The models of a pipeline, and how one of them is asked about a study within its time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, TypeAlias

from fiducial.batch.deadlines import Failed, Late, Task, side_by_side
from fiducial.errors import UnusableInput
from fiducial.files.names import did_you_mean
from fiducial.models.bundle_model import BundleModel
from fiducial.models.contract import Answer, Shown
from fiducial.models.manifest import Task as Kind
from fiducial.models.open import open_model
from fiducial.models.stopping import Brake, braked
from fiducial.pipelines.recipe import ModelLine


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """What a member says of a study, how long it took, in seconds, and whether that was too long."""

    answer: Answer
    seconds: float
    late: bool = False


@dataclass(slots=True)
class _Left:
    """The last question that a member did not answer in time."""

    late: Late | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """``findings``: those of the bundle that the pipeline takes. ``seconds``: it may take for one study."""

    name: str
    model: BundleModel
    findings: tuple[str, ...]
    seconds: float
    required: bool
    _left: _Left = field(default_factory=_Left)

    @property
    def version(self) -> str:
        """Of its bundle."""
        return self.model.bundle.manifest.version

    @property
    def task(self) -> Kind:
        """What it makes of an image."""
        return self.model.bundle.manifest.task

    @property
    def draws_boxes(self) -> bool:
        """Whether its findings are regions."""
        return self.task is Kind.DETECTION

    @property
    def masks(self) -> tuple[str, ...]:
        """The masks that it gives."""
        return self.findings if self.task is Kind.SEGMENTATION else ()

    @property
    def measurements(self) -> tuple[str, ...]:
        """The names of what it measures."""
        return tuple(f"volume.{name}" for name in self.masks)

    def document(self) -> dict[str, Any]:
        """What ``pipeline show`` says of it."""
        manifest = self.model.bundle.manifest
        thresholds = {one.name: one.threshold.value for one in manifest.findings if one.threshold is not None}
        return {
            "name": self.name,
            "bundle": manifest.name,
            "version": manifest.version,
            "hash": self.model.identity,
            "task": str(manifest.task),
            "licence": manifest.licence,
            "statement": manifest.statement,
            "findings": list(self.findings),
            "thresholds": {name: value for name, value in thresholds.items() if name in self.findings},
            "seconds": self.seconds,
            "required": self.required,
        }


Told: TypeAlias = Callable[[str, Answered], None]


def ask(members: tuple[Member, ...], shown: Shown, threads: int, told: Told | None = None) -> dict[str, Answered]:
    """Every member's answer by name, asked side by side; who is too slow or fails answers with the reason.

    ``told`` hears every answer as it comes.
    """
    by_name = {one.name: one for one in members}
    found = {one.name: _heard(one, None) for one in members if _busy(one) is not None}

    def heard(name: str, outcome: Answered | Late | Failed) -> None:
        found[name] = _heard(by_name[name], outcome)
        if told is not None:
            told(name, found[name])

    side_by_side({one.name: _task(one, shown) for one in members if one.name not in found}, threads, heard)
    return {one.name: found[one.name] for one in members}


def open_member(line: ModelLine, folder: Path, where: str) -> Member:
    """A member whose bundle is open.

    Raises:
        UnusableInput: the bundle cannot be opened, or scores no finding of that name.
        WrongUsage: it is sealed and no key was named.
    """
    model = open_model(folder / line.bundle, key=line.key)
    known, name = model.findings, line.name or model.name
    for finding in line.findings:
        if finding not in known:
            raise UnusableInput(
                f"{where}: models: {name} scores no {finding!r}.{did_you_mean(finding, known)} "
                f"It scores: {', '.join(known) or 'nothing'}."
            )
    return Member(name, model, line.findings or known, line.seconds, line.required)


def _task(member: Member, shown: Shown) -> Task[Answered]:
    brake = Brake()
    return Task(partial(_answered, member, shown, brake), member.seconds, brake.pull)


def _answered(member: Member, shown: Shown, brake: Brake) -> Answered:
    began = perf_counter()
    answer = braked(member.model, brake).answer([shown])[0]
    return Answered(_of(answer, member.findings), perf_counter() - began)


def _of(answer: Answer, findings: tuple[str, ...]) -> Answer:
    """The answer about those findings alone."""

    def only(told: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
        return {name: one for name, one in told.items() if name.removeprefix(prefix) in findings}

    return replace(
        answer,
        scores=only(answer.scores),
        doubts=only(answer.doubts),
        boxes=tuple(box for box in answer.boxes if box.finding in findings),
        maps=only(answer.maps),
        measurements=only(answer.measurements, "volume."),
    )


def _busy(member: Member) -> str | None:
    late = member._left.late  # noqa: SLF001  (of this module's own record)
    if late is None or not late.still_runs:
        return None
    return f"still works on an earlier study, which it did not answer within {late.seconds:g} s"


def _heard(member: Member, outcome: Answered | Late | Failed | None) -> Answered:
    if isinstance(outcome, Answered):
        return outcome
    if isinstance(outcome, Late):
        member._left.late = outcome  # noqa: SLF001  (as above)
        return Answered(Answer(reason=f"did not answer within {outcome.seconds:g} s"), outcome.seconds, late=True)
    if outcome is not None:
        return Answered(Answer(reason=outcome.reason), 0.0)
    return Answered(Answer(reason=_busy(member) or "was busy with an earlier study"), 0.0, late=True)
