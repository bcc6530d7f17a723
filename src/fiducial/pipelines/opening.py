"""Open a pipeline: read its file, open every bundle and the rules, and check that all of it fits together."""

from pathlib import Path

from fiducial.batch import processes
from fiducial.errors import UnusableInput
from fiducial.files.names import did_you_mean
from fiducial.files.toml import read_toml
from fiducial.pipelines.checking import givers, refuse_doubled_names, refuse_unread
from fiducial.pipelines.fusing import open_group
from fiducial.pipelines.members import open_member
from fiducial.pipelines.pipeline import Pipeline
from fiducial.pipelines.recipe import PipelineFile
from fiducial.rules.file import read_rules

FILE = "pipeline.toml"


def open_pipeline(path: str | Path, *, threads: int | None = None) -> Pipeline:
    """Open ``pipeline.toml``, or the folder that holds it. ``threads``: models asked at once; default: one a core.

    Raises:
        UnusableInput: a file that is absent or wrong, a bundle that cannot be opened, or parts that do not fit: a rule
            that reads what no model gives, a finding that several give. The message has the file, the key and the
            nearest name.
        WrongUsage: a sealed bundle without a key, or a fuser that there is not.
    """
    path = Path(path)
    path = path / FILE if path.is_dir() else path
    file, folder, where = read_toml(path, PipelineFile), path.parent, str(path)
    members = tuple(sorted((open_member(line, folder, where) for line in file.models), key=lambda one: one.name))
    groups = tuple(sorted((open_group(line, members, folder, where) for line in file.fusion), key=lambda one: one.name))
    refuse_doubled_names(members, groups, where)
    gives = givers(members, groups, where)
    for finding in file.outputs.draw:
        if finding not in gives:
            raise UnusableInput(
                f"{where}: outputs.draw: no model gives {finding!r}.{did_you_mean(finding, gives)} "
                f"They give: {', '.join(gives)}."
            )
    rules = read_rules(folder / file.rules.file)
    refuse_unread(rules, members, gives, str(folder / file.rules.file))
    return Pipeline(file, members, groups, rules, gives, path, threads or processes(-1))
