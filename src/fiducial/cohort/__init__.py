"""Takes a source of scans or a table and gives who is in: one validated cohort, a files table, findings, splits.

Built-in layouts: dicom-folder, image-folder, nih14, table. Built-in checks: contradicting-labels, identical-images,
impossible-values, missing-predictors, patients-across-splits, prevalence-by-site, single-predictors, unreadable-files.
"""
