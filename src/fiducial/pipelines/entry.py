"""Whether a study enters a pipeline, and in words why not."""

from collections.abc import Iterator

from fiducial.pipelines.known import Known
from fiducial.pipelines.recipe import Entry

_WORDS = {"modality": "modality", "body_part": "body part", "view": "view", "sex": "sex"}


def outside(entry: Entry, known: Known) -> str | None:
    """What was found and what enters, for everything that does not fit; None where the study enters."""
    return "; ".join(_reasons(entry, known)) or None


def told(entry: Entry) -> list[str]:
    """One line for everything that is asked, in words."""
    lines = [f"{what}: {' or '.join(taken)}" for _, what, taken in _asked(entry)]
    if entry.age is not None:
        lines.append(f"age: {entry.age[0]:g} to {entry.age[1]:g} years")
    if lines:
        lines.append(f"unknown: {entry.unknown}")
    return lines


def _asked(entry: Entry) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for name, what in _WORDS.items():
        taken: tuple[str, ...] = getattr(entry, name)
        if taken:
            yield name, what, taken
    yield from ((column, column, taken) for column, taken in entry.columns.items())


def _reasons(entry: Entry, known: Known) -> Iterator[str]:
    for name, what, taken in _asked(entry):
        found = known[name]
        if found is None:
            if entry.unknown == "outside":
                yield f"nobody says its {what}; {' or '.join(taken)} enters"
        elif str(found).casefold() not in {one.casefold() for one in taken}:
            yield f"its {what} is {found}; {' or '.join(taken)} enters"
    if entry.age is not None:
        age = known["age"]
        if not isinstance(age, int | float):
            if entry.unknown == "outside":
                yield f"nobody says its age; {entry.age[0]:g} to {entry.age[1]:g} years enter"
        elif not entry.age[0] <= age <= entry.age[1]:
            yield f"its age is {age:.3g} years; {entry.age[0]:g} to {entry.age[1]:g} enter"
