"""The simulations about detectors run at all, and hold with bounds that only a broken interval would pass."""

from proofs.detection import WORLDS, detection_proofs


def test_every_simulation_about_detectors_runs() -> None:
    proofs = list(detection_proofs(runs=4, endless=2000))
    assert len({proof.what for proof in proofs}) == len(proofs) == 8 * len(WORLDS)
    assert sum(proof.holds for proof in proofs) > len(proofs) - 4
