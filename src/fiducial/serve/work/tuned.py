"""The pipeline as the settings of the moment have it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from logging import getLogger
from pathlib import Path
from threading import Lock

from fiducial.errors import UnusableInput
from fiducial.models.sealed import is_sealed
from fiducial.pipelines.opening import open_pipeline
from fiducial.pipelines.pipeline import Pipeline
from fiducial.rules.file import Rules, rules_of
from fiducial.rules.limits import text_within_limits
from fiducial.rules.tree import Threshold
from fiducial.serve.production import refuse_unsealed
from fiducial.serve.settings.declared import PIPELINE, RULES, THRESHOLD, WHAT, Declared, thresholds_declared
from fiducial.serve.settings.live import Snapshot

LOG = getLogger(__name__)
CONSUMER = "rules of the pipeline"


@dataclass(slots=True)
class Tuned:
    """A pipeline that is opened anew when another is chosen, and whose rules are parsed anew when they have changed.

    ``text``: of its rules. A file that is edited later changes nothing by itself. ``sealed``: only such bundles.
    """

    pipeline: Pipeline
    text: str
    sealed: bool = False
    _seen: dict[str, int] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    @classmethod
    def open(cls, path: Path, threads: int | None = None, *, sealed: bool = False) -> "Tuned":
        """Open the pipeline and keep the text of its rules.

        Raises:
            UnusableInput, WrongUsage: as ``open_pipeline``, or a bundle is not sealed though it must be.
        """
        pipeline = _opened(path, threads, sealed=sealed)
        return cls(pipeline, text_within_limits(pipeline.where.parent / pipeline.file.rules.file), sealed)

    @property
    def declared(self) -> list[Declared]:
        """The settings that come with it, with what its files say as their first values."""
        return [
            Declared(PIPELINE, chosen(self.pipeline), WHAT[PIPELINE]),
            Declared(RULES, self.text, WHAT[RULES]),
            *thresholds_declared(self.pipeline.rules),
        ]

    def by(self, settings: Snapshot) -> tuple[Pipeline, dict[str, int]]:
        """The pipeline under these settings, and the revision of each that it reads.

        Raises:
            UnusableInput: the pipeline that was chosen is not what it was when it was chosen.
        """
        with self._lock:
            self._choose(settings)
            names = [one.name for one in thresholds_declared(self.pipeline.rules)]
            revisions = {name: settings.revisions[name].revision for name in (PIPELINE, RULES, *names)}
            values = {name: settings.number(name, CONSUMER) for name in names}
            if revisions != self._seen:
                given = {
                    (short := name.removeprefix(THRESHOLD)): Threshold(short, value, str(revisions[name]), "settings")
                    for name, value in values.items()
                }
                self.pipeline = replace(self.pipeline, rules=rules_under(self.text, given))
                self._seen = revisions
            return self.pipeline, revisions

    def _choose(self, settings: Snapshot) -> None:
        where, text = (str(settings.read(name, CONSUMER)) for name in (PIPELINE, RULES))
        if settings.revisions[PIPELINE].revision != self._seen.get(PIPELINE) and where != chosen(self.pipeline):
            self.pipeline = reopened(where, self.pipeline.threads, sealed=self.sealed)
            self.text = ""  # whatever it is
        if text != self.text:
            self.pipeline = replace(self.pipeline, rules=rules_of(text, file=RULES))
            self.text = text


def rules_under(text: str, thresholds: Mapping[str, Threshold]) -> Rules:
    """Rules under these thresholds, be they of now or of a study that was decided long ago."""
    return rules_of(text, file=RULES, thresholds=thresholds)


def chosen(pipeline: Pipeline) -> str:
    """A pipeline as a setting: where its file lies, and what it and its models were made of."""
    return f"{pipeline.where.absolute()} {pipeline.models_identity}"


def reopened(value: str, threads: int | None = None, *, sealed: bool = False) -> Pipeline:
    """The pipeline that a setting names.

    Raises:
        UnusableInput: it cannot be opened, or it is not any more what it was when it was chosen.
    """
    path, _ = value.rsplit(" ", 1)
    pipeline = _opened(Path(path), threads, sealed=sealed)
    if chosen(pipeline) != value:
        raise UnusableInput(
            f"{path}: it or one of its models has changed since it was chosen. Bring back what was chosen, or choose "
            f"what is there now: `fiducial settings set {PIPELINE} {path} --reason ...`."
        )
    return pipeline


def _opened(path: Path, threads: int | None, *, sealed: bool) -> Pipeline:
    if sealed:
        refuse_unsealed(path)
    pipeline = open_pipeline(path, threads=threads)
    for member in pipeline.members:
        where = Path(member.model.bundle.where)
        how = "sealed" if where.is_file() and is_sealed(where) else "not sealed"
        LOG.debug("model %s %s came from %s (%s)", member.name, member.version, where.absolute(), how)
    return pipeline
