"""The decision of a study again, from what was kept: by the rules and thresholds of then, with what readers said."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from fiducial.claims.catalogue.entry import Urgency
from fiducial.pipelines.priority import Priority, priority_of
from fiducial.rules.deciding import decide
from fiducial.rules.decision import Decision
from fiducial.rules.file import Rules
from fiducial.rules.overrides import Override
from fiducial.rules.overriding import overridden
from fiducial.rules.tree import Threshold
from fiducial.serve.database.opening import Database
from fiducial.serve.database.schema import SETTINGS
from fiducial.serve.errors import Refused
from fiducial.serve.facts import read_facts
from fiducial.serve.settings.declared import RULES, THRESHOLD
from fiducial.serve.settings.revisions import revision_of
from fiducial.serve.work.tuned import rules_under


def decisions_again(
    database: Database, result: Mapping[str, Any], overrides: Sequence[Override]
) -> dict[str, Decision]:
    """Part -> its decision, readers' overrides on top, each decided downstream as ``rules`` does it.

    Raises:
        Refused: this version of the program reads the rules of then otherwise than the one that decided.
    """
    facts_of_parts = read_facts(database, f"{result['study']}/{result['revision']}")
    if not facts_of_parts:
        return {}
    rules = _rules_then(database, result)
    said = {part["study"]: part["decision"] for part in result["parts"] if part["decision"]}
    found = {}
    for part, facts in facts_of_parts.items():
        if said[part]["decision"]["hash"] != rules.hash:
            raise Refused(
                f"{result['study']} was decided by rules that this version reads otherwise ({rules.name}). "
                "Ask again: the newest rules then decide, and can be overridden."
            )
        mine = [one for one in overrides if one.study == part]
        found[part] = overridden(decide(rules, facts), *mine)
    return found


def priority_again(result: Mapping[str, Any], decisions: Mapping[str, Decision]) -> Priority | None:
    """The most urgent of the parts, where a reader's word counts; a part that was not read keeps its place."""
    found = list(_priorities(result, decisions))
    return min(found, key=lambda one: one.order, default=None)


def _priorities(result: Mapping[str, Any], decisions: Mapping[str, Decision]) -> Iterable[Priority]:
    for part in result["parts"]:
        saved = part["priority"]
        if saved is None:
            continue
        if part["failed"] or part["study"] not in decisions:
            yield Priority(**{**saved, "urgency": Urgency(saved["urgency"])})
        else:
            yield _of(decisions[part["study"]])


def _of(decision: Decision) -> Priority:
    found = priority_of(decision)
    override = decision.outcomes[found.rule].override if found.rule else None
    if override is None:
        return found
    why = f"{override.why}, rule {found.rule}"
    return Priority(found.urgency, certain=found.certain, why=why, rule=found.rule, score=found.score)


def _rules_then(database: Database, result: Mapping[str, Any]) -> Rules:
    """The rules and thresholds of the revisions that the result names."""
    asked = select(SETTINGS).where(SETTINGS.c.revision.in_(list(result["settings"].values())))
    with database.reading() as connection:
        revisions = [revision_of(row) for row in connection.execute(asked).mappings()]
    given = {
        short: Threshold(short, float(one.value), str(one.revision), "settings")
        for one in revisions
        if one.name.startswith(THRESHOLD) and (short := one.name.removeprefix(THRESHOLD))
    }
    (text,) = [str(one.value) for one in revisions if one.name == RULES]
    return rules_under(text, given)
