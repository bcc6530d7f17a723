"""The laws that every check of decision files obeys, ours and outsiders'."""

from fiducial.cohort.checks.contract import Severity
from fiducial.rules.checks.contract import Check
from fiducial.rules.checks.questions import Questions
from fiducial.rules.file import Rules


def obeys_the_laws(check: Check, rules: Rules) -> None:
    """It names itself, says what it does, gives whole findings, twice the same, about rules that are there."""
    first, again = list(check.examine(Questions(rules))), list(check.examine(Questions(rules)))
    assert [one.document() for one in first] == [one.document() for one in again]
    assert check.says
    for finding in first:
        assert finding.check == check.name
        assert finding.severity in Severity
        assert finding.message.endswith(".")
        assert finding.remedy.endswith(".")
        assert len(finding.message) < 2000
        assert finding.rule is None or finding.rule in rules.rules
        assert finding.decided or finding.severity is not Severity.ERROR
