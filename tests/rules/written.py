"""Decision files as text, short enough to be read inside a test."""

from fiducial.rules.facts import Facts, Given
from fiducial.rules.file import Rules, rules_of
from fiducial.rules.tree import Node

HEAD = """
[decision]
name = "chest-1"
version = "1"

[thresholds]
pneumothorax = { value = 0.62, revision = "3", source = "tune split, specificity >= 0.9" }
half = 0.5

[inputs]
scores = ["pneumothorax", "effusion", "nodule@cnn-b", "Lung Opacity"]
regions = ["nodule", "tube"]
masks = ["lung-left"]
measurements = { ctr = "1", volume = "ml" }
metadata = { age = "number", view = ["PA", "AP"], sex = "text", portable = "truth" }
"""


def file_of(**rules: str) -> str:
    """A decision file of these rules, ``name="expression"``."""
    return HEAD + "".join(f"\n[[rules]]\nname = \"{name}\"\nwhen = '''{when}'''\n" for name, when in rules.items())


def rules(**when: str) -> Rules:
    """The rules, read."""
    return rules_of(file_of(**when))


def tree(when: str) -> Node:
    """The tree of one expression."""
    return rules(one=when).rules["one"].when


def study(
    scores: dict[str, float] | None = None,
    measurements: dict[str, float] | None = None,
    metadata: dict[str, float | str | bool] | None = None,
) -> Facts:
    """A study of which these values are known and nothing else."""
    scores, measurements, metadata = scores or {}, measurements or {}, metadata or {}
    return Facts(
        "s1",
        scores={name: Given(value) for name, value in scores.items()},
        measurements={name: Given(value) for name, value in measurements.items()},
        metadata={name: Given(value) for name, value in metadata.items()},
    )
