"""How often does each test speak up where nothing is wrong? Never more often than it says."""

from proofs.coverage import Proof
from proofs.fairness import fairness_proofs
from proofs.null_checks import check_proofs
from proofs.null_compare import comparison_proofs
from proofs.null_ladder import ladder_proofs
from proofs.null_shortcuts import shortcut_proofs

# What is not simulated here, and why; written below the table.
LEFT_OUT = (
    "- No test, so nothing to simulate: `identical-images`, `patients-across-splits`, `impossible-values`,",
    "  `identifying-tags`, `contradicting-labels` and `fitted-transforms` state what is in the table. So do the",
    "  warnings that a site has one patient or one class; where a finding is rare, chance alone does that.",
    "- `near-duplicates` and the search for markers read pixels: [proofs-duplicates](proofs-duplicates.md).",
    "- `site-signature` is tried from the features on; the images are not drawn.",
    "- A floor is weighed by itself: a claim with three floors, each exactly met, is failed by one of them up to three",
    "  times as often as the table says, and so it is at each external site.",
    "- The widest gap in calibration intercepts and `equalised_odds_gap` are figures of the two groups that differ",
    "  most; their intervals do not count the looks, and no verdict rests on them.",
    '- "May predict; there are too few patients to tell" is not counted as speaking up.',
)


def null_proofs() -> list[Proof]:
    """Every test of the checks and of the ladder."""
    return [*check_proofs(), *ladder_proofs(), *fairness_proofs(), *shortcut_proofs(), *comparison_proofs()]
