"""Takes a cohort and gives findings: what is wrong with the data before any model sees it.

Built-ins: answering-tags, burned-in-text, contradicting-labels, file-properties, fitted-transforms, geometry,
identical-images, identifying-tags, impossible-values, missing-predictors, near-duplicates, path-tokens,
patients-across-splits, prevalence-by-site, single-predictors, site-signature, time-order, unreadable-files.
"""
