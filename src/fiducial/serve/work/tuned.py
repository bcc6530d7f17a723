"""The pipeline as the settings of the moment have it."""

from dataclasses import dataclass, field, replace
from logging import getLogger
from pathlib import Path

from fiducial.models.sealed import is_sealed
from fiducial.pipelines.opening import open_pipeline
from fiducial.pipelines.pipeline import Pipeline
from fiducial.rules.file import Rules, rules_of
from fiducial.rules.limits import text_within_limits
from fiducial.rules.tree import Threshold
from fiducial.serve.production import refuse_unsealed
from fiducial.serve.settings.declared import THRESHOLD, Declared
from fiducial.serve.settings.live import Snapshot

LOG = getLogger(__name__)
CONSUMER = "rules of the pipeline"


def thresholds_declared(rules: Rules) -> list[Declared]:
    """A setting for every threshold of a decision file, with the file's value as its first."""
    return [
        Declared(f"{THRESHOLD}{one.name}", one.value, f"the threshold {one.name} of {rules.name}")
        for one in rules.thresholds.values()
    ]


@dataclass(slots=True)
class Tuned:
    """A pipeline whose rules are parsed anew when a threshold has changed, and only then."""

    pipeline: Pipeline
    _text: str
    _file: str
    _seen: dict[str, int] = field(default_factory=dict)

    @classmethod
    def open(cls, path: Path, threads: int | None = None, *, sealed: bool = False) -> "Tuned":
        """Open the pipeline and keep the text of its rules: a file that is edited later changes nothing by itself.

        Raises:
            UnusableInput, WrongUsage: as ``open_pipeline``, or a bundle is not sealed though it must be.
        """
        if sealed:
            refuse_unsealed(path)
        pipeline = open_pipeline(path, threads=threads)
        for member in pipeline.members:
            where = Path(member.model.bundle.where)
            how = "sealed" if where.is_file() and is_sealed(where) else "not sealed"
            LOG.debug("model %s %s came from %s (%s)", member.name, member.version, where.absolute(), how)
        rules = pipeline.where.parent / pipeline.file.rules.file
        return cls(pipeline, text_within_limits(rules), rules.name)

    def by(self, settings: Snapshot) -> tuple[Pipeline, dict[str, int]]:
        """The pipeline under these settings, and the revision of each that it reads."""
        names = [f"{THRESHOLD}{name}" for name in self.pipeline.rules.thresholds]
        values = {name: settings.number(name, CONSUMER) for name in names}
        revisions = {name: settings.revisions[name].revision for name in names}
        if revisions != self._seen:
            given = {
                short: Threshold(short, values[name], str(revisions[name]), "settings")
                for name in names
                if (short := name.removeprefix(THRESHOLD))
            }
            self.pipeline = replace(self.pipeline, rules=rules_of(self._text, file=self._file, thresholds=given))
            self._seen = revisions
        return self.pipeline, revisions
