"""Takes pairs of CT scans and gives verified pairs on one grid, with the reason for each that is not.

Bone finds the place; two gates, of extent and of anatomy, decide whether it is one. Nothing is learnt or downloaded.
"""
