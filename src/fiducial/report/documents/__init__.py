"""Takes evidence and its background and gives what people sign, file and hand on: cards, a summary, a log, checklists.

Every document is built once (:mod:`~fiducial.report.documents.document`) and drawn as HTML and as PDF.
"""
