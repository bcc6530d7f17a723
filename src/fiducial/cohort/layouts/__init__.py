"""Takes a source (folder or file) and gives what it lists: a draft of the cohort, and the files to read.

Built-ins: dicom-folder, image-folder, nih14, table.
"""
