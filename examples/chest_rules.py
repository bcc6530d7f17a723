"""Rules of a chest radiograph on made-up scores: a decision, its trace, and a reader who overrides it.

``python examples/chest_rules.py``
"""

from pathlib import Path

import fiducial as fd
from fiducial.rules.facts import Box, Found

RULES = Path(__file__).parent / "recipes" / "chest.decision.toml"


def main() -> None:
    """Decide one study, tell it, and decide it again with what a reader says."""
    rules = fd.read_rules(RULES)
    image = {"rows": 1024, "columns": 1024}
    facts = fd.Facts(
        study="s1",
        scores={
            "pneumothorax": fd.Given(0.41, model="cnn-a", version="2"),
            "effusion": fd.Given(None, "timed out after 5 s", "cnn-b", "1"),
            "artefact": fd.Given(0.1, model="cnn-a", version="2"),
        },
        regions={
            "lucency": Found((Box(700, 80, 900, 300, 0.58, **image),), model="detector", version="4"),
            "tube": Found((), model="detector", version="4"),
        },
        measurements={"cardiothoracic-ratio": fd.Given(0.47, model="ratio", version="1")},
        metadata={"age": fd.Given(61), "view": fd.Given("PA")},
    )
    decision = fd.decide(rules, facts)
    print(decision)
    override = fd.Override("s1", "dr-a", "2026-01-31T14:05:00+00:00", "rule(lucency)", to=False, reason="artefact")
    print("\nThe lucency is a skin fold, says the reader:\n")
    print(fd.overridden(decision, override))
    print("\nNot a medical device.")


if __name__ == "__main__":
    main()
