"""Takes a source of DICOM files and a secret key and gives copies without identifiers, and the cohort of the copies.

``pseudonyms`` draws the stand-ins, ``profile`` says what happens to which element, ``burned_in`` judges and masks
pixels, ``header`` cleans one file, ``table`` what is joined, ``folder`` does it all for a source.
"""
