"""Takes a cohort and gives findings: what is wrong with the data before any model sees it.

Built-ins: burned-in-text, contradicting-labels, identical-images, impossible-values, missing-predictors,
near-duplicates, patients-across-splits,
prevalence-by-site, single-predictors, unreadable-files.
"""
