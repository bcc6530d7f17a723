"""A chest radiograph on made-up scores is decided, a reader overrides one flag, and both decisions are drawn.

``python examples/decision_page.py pages``
"""

import sys
from pathlib import Path

import fiducial as fd
from fiducial.rules.decision import Decision
from fiducial.rules.facts import Box, Found

RULES = Path(__file__).parent / "recipes" / "chest.decision.toml"


def decided() -> Decision:
    """A lucency that is large and a second model that timed out."""
    image = {"rows": 1024, "columns": 1024}
    facts = fd.Facts(
        study="s1",
        scores={
            "pneumothorax": fd.Given(0.91, model="cnn-a", version="2"),
            "effusion": fd.Given(None, "timed out after 5 s", "cnn-b", "1"),
            "artefact": fd.Given(0.1, model="cnn-a", version="2"),
        },
        regions={
            "lucency": Found((Box(700, 80, 900, 300, 0.22, **image),), model="detector", version="4"),
            "tube": Found((), model="detector", version="4"),
        },
        measurements={"cardiothoracic-ratio": fd.Given(0.53, model="ratio", version="1")},
        metadata={"age": fd.Given(61), "view": fd.Given("PA")},
    )
    return fd.decide(fd.read_rules(RULES), facts)


def main(folder: Path) -> None:
    """Write a page of the rules, one of the decision and one of what a reader made of it."""
    fd.show_rules(RULES, folder / "rules.html")
    before = decided()
    override = fd.Override("s1", "dr-a", "2026-01-31T14:05:00+00:00", "rule(pneumothorax)", to=False, reason="artefact")
    for name, decision in (("decision", before), ("overridden", fd.overridden(before, override))):
        print(fd.save_decision(decision.document(), folder / f"{name}.html"))
    print("Not a medical device.")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "pages"))
