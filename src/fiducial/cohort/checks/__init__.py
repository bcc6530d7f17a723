"""Takes a cohort and gives findings: what is wrong with the data before any model sees it.

Built-ins: answering-tags, contradicting-labels, file-properties, fitted-transforms, geometry, identical-images,
impossible-values, missing-predictors, path-tokens, patients-across-splits,
prevalence-by-site, single-predictors, site-signature, time-order, unreadable-files.
"""
