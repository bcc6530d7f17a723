"""A small chest decision, whole and overridden, as it is saved."""

import json
from typing import Any

import fiducial as fd
from fiducial.rules.decision import Decision
from fiducial.rules.facts import Box, Facts, Found, Given, Plain
from fiducial.rules.file import Rules, rules_of
from fiducial.rules.overrides import Override
from fiducial.rules.overriding import overridden

FILE = """
[decision]
name = "chest"
version = "1"

[thresholds]
pneumothorax = { value = 0.80, revision = "3", source = "tune split, specificity >= 0.9" }
effusion = 0.625

[inputs]
scores = ["pneumothorax", "effusion"]
regions = ["lucency"]
measurements = { ctr = "1" }
metadata = { age = "number", view = ["PA", "AP"] }

[[rules]]
name = "judgeable"
when = "metadata(view) in [PA, AP] and metadata(age) >= 18"

[[rules]]
name = "pneumothorax"
when = "rule(judgeable) and (score(pneumothorax) >= $pneumothorax or count(regions(lucency) where score > 0.5) >= 2)"
finding = "pneumothorax"
urgency = "minutes"
conclusion = true

[[rules]]
name = "failing-heart"
when = "score(effusion) >= $effusion and not measurement(ctr) < 0.5"
conclusion = true
"""


def rules() -> Rules:
    """The file, read."""
    return rules_of(FILE)


def decision(score: float | None = 0.91, effusion: float | None = 0.3, **metadata: Plain) -> Decision:
    """Of a study with one box; a score that is None timed out."""
    scores = {
        "pneumothorax": Given(score, None if score is not None else "timed out", "cnn-a", "2"),
        "effusion": Given(effusion, None if effusion is not None else "timed out", "cnn-b", "1"),
    }
    known = {"age": 61, "view": "PA", **metadata}
    facts = Facts(
        "s1",
        scores,
        {"lucency": Found((Box(10, 20, 30, 40, 0.7), Box(50, 20, 70, 40, 0.2)), model="det", version="4")},
        measurements={"ctr": Given(0.61)},
        metadata={name: Given(value) for name, value in known.items()},
    )
    return fd.decide(rules(), facts)


def read_over(found: Decision, flag: str, to: Plain | None, reason: str = "artefact") -> Decision:
    """What a reader made of it."""
    return overridden(found, Override("s1", "dr-a", "2026-01-31T14:05:00+00:00", flag, to, reason))


def saved(found: Decision) -> dict[str, Any]:
    """As it comes back from a file."""
    document: dict[str, Any] = json.loads(json.dumps(found.document()))
    return document
