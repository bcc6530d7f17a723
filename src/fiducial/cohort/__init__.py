"""Takes a source of scans or a table and gives who is in: one validated cohort, a files table, findings, splits.

Built-in layouts: dicom-folder, image-folder, nih14, table. Built-in checks: answering-tags, contradicting-labels,
file-properties, fitted-transforms, geometry, identical-images, impossible-values, missing-predictors, path-tokens,
patients-across-splits, prevalence-by-site, single-predictors, site-signature, time-order, unreadable-files.
"""
