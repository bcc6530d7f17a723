"""The long proofs: simulations that would be too slow for a test. ``make prove`` writes their tables to docs."""
