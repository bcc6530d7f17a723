"""Takes a source of scans or a table and gives who is in: one validated cohort, a files table, findings, splits.

Built-in layouts: chexpert, coco, dicom-folder, image-folder, mimic-cxr, nifti, nih14, rsna-ich, rsna-pneumonia, table,
vindr-cxr, yolo. Built-in checks: answering-tags, burned-in-text, contradicting-labels, file-properties,
fitted-transforms, geometry, identical-images, identifying-tags, impossible-values, missing-predictors, near-duplicates,
path-tokens, patients-across-splits, prevalence-by-site, single-predictors, site-signature, time-order,
unreadable-files.
"""
