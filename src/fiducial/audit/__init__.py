"""Takes a claim, a cohort and predictions, and gives evidence: one verdict a rung, and the claim's own.

Built-in rungs: internal, external, bias, calibration, baselines, robustness, shortcuts, uncertainty, ablation,
detection, failures, labels, readers, relevance, seal.
"""
