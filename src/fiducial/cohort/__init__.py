"""Takes a source of scans or a table and gives who is in: one validated cohort, a files table, findings, splits.

Built-in layouts: chexpert, coco, dicom-folder, image-folder, mimic-cxr, nifti, nih14, rsna-ich, rsna-pneumonia, table,
vindr-cxr, yolo. Built-in checks: contradicting-labels, identical-images,
impossible-values, missing-predictors, patients-across-splits, prevalence-by-site, single-predictors, unreadable-files.
"""
