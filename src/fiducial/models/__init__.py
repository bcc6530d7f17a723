"""Takes a bundle (one sealed or open file, or a folder) and studies, and gives answers: scores, boxes, masks, features.

A model is whatever obeys the one Protocol in ``contract.py``: a bundle (run here or on a server of the KServe v2
protocol), a Python function, a finished table.
"""
