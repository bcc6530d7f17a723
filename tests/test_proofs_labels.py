"""The simulations about labels run at all, and hold with bounds that only a broken interval would pass."""

from proofs.labels import label_proofs


def test_every_simulation_about_labels_runs() -> None:
    proofs = label_proofs(runs=5, slow=3, population=3000)
    assert len({proof.what for proof in proofs}) == len(proofs) > 30
    assert sum(proof.holds for proof in proofs) > len(proofs) - 4
