"""Whether a pipeline's parts fit: what the rules read is given by somebody, and by one only."""

from collections.abc import Iterable, Mapping, Sequence

from fiducial.errors import UnusableInput
from fiducial.files.names import did_you_mean
from fiducial.pipelines.fusing import Group
from fiducial.pipelines.members import Member
from fiducial.rules.file import Rules


def refuse_doubled_names(members: Sequence[Member], groups: Sequence[Group], where: str) -> None:
    """Raises UnusableInput where two models or ensembles have one name, or two ensembles give one finding."""
    seen: set[str] = set()
    for name in (*(one.name for one in members), *(one.name for one in groups)):
        if name in seen:
            raise UnusableInput(f"{where}: two models or ensembles are called {name!r}; give one of them a name.")
        seen.add(name)
    whose: dict[str, str] = {}
    for group in groups:
        for finding in group.findings:
            if finding in whose:
                raise UnusableInput(f"{where}: fusion: both {whose[finding]} and {group.name} give {finding!r}.")
            whose[finding] = group.name


def givers(members: Sequence[Member], groups: Sequence[Group], where: str) -> dict[str, str]:
    """Finding -> the model or ensemble whose word the pipeline takes.

    Raises:
        UnusableInput: several models give one finding and nothing says how they become one.
    """
    fused = {finding: group.name for group in groups for finding in group.findings}
    alone: dict[str, str] = {}
    for member in members:
        for finding in member.findings:
            if finding in fused:
                continue
            if finding in alone:
                raise UnusableInput(
                    f"{where}: both {alone[finding]} and {member.name} give {finding!r}. Say in [[fusion]] how they "
                    "become one, or take it from one of them by models.findings."
                )
            alone[finding] = member.name
    return {finding: (fused | alone)[finding] for finding in sorted(fused | alone)}


def refuse_unread(rules: Rules, members: Sequence[Member], gives: Mapping[str, str], where: str) -> None:
    """Raises UnusableInput where a rule reads what nobody gives; the message has the file, the key and the nearest."""
    own = [f"{finding}@{one.name}" for one in members for finding in one.findings]
    drawn = {finding for one in members if one.draws_boxes for finding in one.findings}
    boxes = [*sorted(drawn), *(f"{f}@{one.name}" for one in members if one.draws_boxes for f in one.findings)]
    masks = [name for one in members for name in one.masks]
    measured = [name for one in members for name in one.measurements]
    for key, names, known in (
        ("scores", rules.inputs.scores, [*gives, *own]),
        ("regions", rules.inputs.regions, boxes),
        ("masks", rules.inputs.masks, masks),
        ("measurements", rules.inputs.measurements, measured),
    ):
        _refuse_strangers(key, names, known, where)


def _refuse_strangers(key: str, names: Iterable[str], known: Sequence[str], where: str) -> None:
    for name in names:
        if name not in known:
            told = f"The models give: {', '.join(known[:12])}{', ...' if len(known) > 12 else ''}." if known else (
                f"No model of the pipeline gives any {key}."
            )  # fmt: skip
            raise UnusableInput(f"{where}: inputs.{key}: no model gives {name!r}.{did_you_mean(name, known)} {told}")
