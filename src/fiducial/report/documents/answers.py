"""``answers.toml``: what no table can tell and people have to say. Written once, read at every later audit."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fiducial.errors import UnusableInput
from fiducial.files.names import did_you_mean
from fiducial.files.writing import write_text
from fiducial.report.documents.document import Gap

FILE = "answers.toml"
QUESTIONS = {
    "model.maker": "Who made the model, and when?",
    "model.contact": "Who answers questions about it?",
    "model.training": "What was it trained on, and how?",
    "model.users": "Who may use it, and what must they be able to do?",
    "model.ethics": "Which ethical questions does its use raise, and what was done about them?",
    "model.risks": "What harm can its mistakes do, and what lessens it?",
    "dataset.motivation": "For what purpose was the data set made, by whom, and who paid?",
    "dataset.collection": "How were the data acquired, over what time, and how were people selected?",
    "dataset.consent": "Was there an ethical review, consent or its waiver?",
    "dataset.labelling": "Who labelled, how, and with what training?",
    "dataset.deidentification": "How was it de-identified?",
    "dataset.preparation": "What cleaning or preparation was done before the cohort was built?",
    "dataset.uses": "For what else was it used, and for what should it not be used?",
    "dataset.distribution": "Who may have it, under which licence?",
    "dataset.maintenance": "Who keeps it up, and how are errors told and mended?",
    "dataset.selection": "The selection.json that `fiducial cohort select --report` wrote; a path seen from this file.",
    "summary.consequence": "What happens to a patient who is called ill, and to one who is called healthy?",
}


@dataclass(frozen=True, slots=True)
class Answers:
    """What people said, by key; an empty answer is none. ``folder``: what paths among them start from."""

    told: Mapping[str, str] = field(default_factory=dict)
    folder: Path = field(default_factory=Path)

    def get(self, key: str) -> str:
        """The answer, or an empty text."""
        return self.told.get(key, "").strip()

    def cell(self, key: str, why: str = "nobody has said it") -> str | Gap:
        """The answer, or the gap that it leaves."""
        return self.get(key) or Gap(why, key)


def read_answers(path: Path, questions: Mapping[str, str]) -> Answers:
    """Read what people filled in; where there is no such file, nobody said anything.

    Raises:
        UnusableInput: not TOML, a key that nobody asked, or an answer that is not text.
    """
    if not path.exists():
        return Answers(folder=path.parent)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
        raise UnusableInput(f"{path}: is not valid TOML: {wrong}. Mend it, or move it away to begin anew.") from wrong
    told = dict(_flat(content, path))
    for key in told:
        if key not in questions:
            hint = did_you_mean(key, list(questions))
            raise UnusableInput(
                f"{path}: nobody asks {key!r}.{hint} Move the file away to get a new one with every key."
            )
    return Answers(told, path.parent)


def write_questions(path: Path, questions: Mapping[str, str]) -> None:
    """Write the file with every question and no answer, unless there is one."""
    if path.exists():
        return
    lines = ["# What no table can tell. Fill in what you know and audit again; this file is never written over."]
    section = ""
    for key, question in questions.items():
        group, _, name = key.partition(".")
        if group != section:
            section = group
            lines += ["", f"[{group}]"]
        lines += [f"# {' '.join(question.split())}", f'{json.dumps(name)} = ""']
    write_text(path, "\n".join(lines) + "\n")


def _flat(content: Mapping[str, object], path: Path) -> Iterator[tuple[str, str]]:
    for group, answers in content.items():
        if not isinstance(answers, dict):
            raise UnusableInput(f"{path}: {group!r} stands outside every section; write it under [model] or [dataset].")
        for name, answer in answers.items():
            if not isinstance(answer, str):
                raise UnusableInput(f"{path}: {group}.{name} must be text in quotes; got {answer!r}.")
            yield f"{group}.{name}", answer
