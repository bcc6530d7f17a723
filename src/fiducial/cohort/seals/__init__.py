"""Takes a claim with its cohort and freezes both before anybody looks: the seal, its ledger, and the proof of them."""
