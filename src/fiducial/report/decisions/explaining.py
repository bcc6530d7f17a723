"""One study of a file of traces as a page, and its conclusions in a sentence each."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fiducial.files.writing import write_text
from fiducial.report.decisions.page import page_html
from fiducial.report.decisions.saved import SavedDecision, read_decision
from fiducial.report.decisions.words import flip_sentence, headline, parts_of


@dataclass(frozen=True, slots=True)
class Explained:
    """A decision that was read again."""

    decision: SavedDecision
    exit_code: int = 0

    @property
    def sentences(self) -> list[str]:
        """Of each conclusion what it says and what would flip it, in the order of the file."""
        parts = parts_of(self.decision)
        return [
            f"{headline(one)}.{f' {flip_sentence(one.flip, parts)}' if one.flip else ''}"
            for one in self.decision.rules
            if one.rule in self.decision.conclusions
        ]

    def document(self) -> dict[str, Any]:
        """The ``fiducial.decision/1`` that was read."""
        return self.decision.document


def explain_decision(traces: str | Path, study: str | None = None, page: str | Path | None = None) -> Explained:
    """Read one study of the traces that ``fiducial decide --traces`` or ``fiducial run`` wrote; draw it on ``page``.

    Raises:
        UnusableInput: the file cannot be read, holds no decisions, or the page cannot be written.
        WrongUsage: there is no such study, or no study is named and there are several.
    """
    decision = read_decision(Path(traces), study)
    if page is not None:
        write_text(Path(page), page_html(decision))
    return Explained(decision)
