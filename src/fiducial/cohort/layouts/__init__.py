"""Takes a source (folder or file) and gives what it lists: a draft of the cohort, and the files to read.

Built-ins: chexpert, coco, dicom-folder, image-folder, mimic-cxr, nifti, nih14, rsna-ich, rsna-pneumonia, table,
vindr-cxr, yolo.
"""
