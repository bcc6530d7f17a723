"""What a person reads first of a result, in a few lines, the same in every output."""

from collections.abc import Iterator, Sequence

from fiducial.claims.evidence import NOTICE
from fiducial.serve.results.given import Part

CAUTION = f"{NOTICE} Not for primary diagnosis."


def lines_of(parts: Sequence[Part]) -> Iterator[str]:
    """That it is no diagnosis, then what is told."""
    yield CAUTION
    yield from told_of(parts)


def told_of(parts: Sequence[Part]) -> Iterator[str]:
    """How soon it is told and why, and what was not answered."""
    for part in parts:
        document = part.document
        if (priority := document["priority"]) is not None:
            perhaps = "" if priority["certain"] else ", perhaps"
            yield f"Urgency: {priority['urgency']}{perhaps}. {priority['why']}"
        for word in ("outside", "failed"):
            if document[word]:
                yield f"{_WORDS[word]}: {document[word]}"
        for name, row in document["scores"].items():
            if row["reason"]:
                yield f"{name}: {row['model']} {'abstains' if row['abstained'] else 'gave no answer'}: {row['reason']}"


_WORDS = {"outside": "Outside of what the pipeline is for", "failed": "Could not be read as a whole"}


def told_conclusions(part: Part) -> Iterator[str]:
    """Every conclusion that is true or that nobody knows."""
    for name, value in part.document["conclusions"].items():
        if value is not False:
            yield name if value else f"{name}: nobody knows"
