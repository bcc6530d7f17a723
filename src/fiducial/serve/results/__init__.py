"""Results as others read them: takes what was decided about a study, gives files of the hospital's own formats.

Built in: ``sr``, ``seg``, ``gsps``, ``ko``, ``sc``, ``override`` (DICOM), ``fhir``, ``hl7``.
"""
