"""Settings as people change them: a number at once, a pipeline or rules after they were opened and tried as a whole."""

from collections.abc import Iterable
from pathlib import Path

from fiducial.errors import WrongUsage
from fiducial.pipelines.checking import refuse_unread
from fiducial.rules.file import rules_of
from fiducial.serve.settings.declared import CHOSEN, PIPELINE, RULES, WHAT, Declared, Value, thresholds_declared
from fiducial.serve.settings.revisions import Revision, Revisions
from fiducial.serve.work.tuned import Tuned, reopened


def change_setting(revisions: Revisions, name: str, value: Value, *, author: str, reason: str) -> list[Revision]:
    """Make a value that counts from the next study on, everywhere; gives every revision that was made.

    ``value``: of ``pipeline`` the path of its file, whose rules and thresholds come with it; of ``rules`` the text of a
    decision file, whose thresholds come with it wherever they differ from those of now.

    Raises:
        WrongUsage: no such setting, a value that it may not have, or nobody or no reason named.
        UnusableInput: the pipeline or the rules cannot be opened, or do not fit to each other; nothing has changed.
    """
    if name == PIPELINE:
        return _changed(revisions, Tuned.open(Path(str(value))).declared, author, reason)
    if name == RULES:
        return _changed(revisions, _rules(revisions, str(value)), author, reason)
    return [revisions.write(name, value, author=author, reason=reason)]


def roll_back_setting(revisions: Revisions, name: str, revision: int, *, author: str) -> list[Revision]:
    """Make a value of before the value of now; that it was so in between stays on record.

    Thresholds stay as they are: each has revisions of its own.

    Raises:
        WrongUsage: the setting never had that revision.
        UnusableInput: the pipeline of then is not there any more, or the rules do not fit to the one of now.
    """
    before, reason = revisions.revision(name, revision), f"back to revision {revision}"
    if name not in CHOSEN:
        return [revisions.write(name, before.value, author=author, reason=reason)]
    now = {one: str(found.value) for one, found in revisions.current().items() if one in CHOSEN}
    now[name] = str(before.value)
    pipeline, rules = reopened(now[PIPELINE]), rules_of(now[RULES], file=RULES)
    refuse_unread(rules, pipeline.members, pipeline.gives, RULES)
    known = revisions.current()
    missing = [one for one in thresholds_declared(rules) if one.name not in known]
    declared = Declared(name, before.value, WHAT[name])
    return revisions.write_all([(one, one.default) for one in (declared, *missing)], author=author, reason=reason)


def _rules(revisions: Revisions, text: str) -> list[Declared]:
    current = revisions.current()
    if PIPELINE not in current:
        raise WrongUsage("no service has begun this store yet: it has no pipeline that rules could be for.")
    pipeline = reopened(str(current[PIPELINE].value))
    rules = rules_of(text, file=RULES)
    refuse_unread(rules, pipeline.members, pipeline.gives, RULES)
    return [Declared(RULES, text, WHAT[RULES]), *thresholds_declared(rules)]


def _changed(revisions: Revisions, declared: Iterable[Declared], author: str, reason: str) -> list[Revision]:
    current = revisions.current()
    fresh = [one for one in declared if one.name not in current or current[one.name].value != one.default]
    if not fresh:
        raise WrongUsage("it is so already; nothing has changed.")
    return revisions.write_all([(one, one.default) for one in fresh], author=author, reason=reason)
