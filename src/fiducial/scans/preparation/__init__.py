"""Takes a scan and gives what a model is shown: the same steps, in the same order, in training, audit and service.

Built-in steps stand in ``docs/preparation.md``.
"""
