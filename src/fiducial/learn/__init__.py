"""Takes a recipe and a cohort and gives a bundle: trained on one split, tuned on another, blind to all the rest.

Losses, samplers and augmenters are plugins, each in a folder of its own. This room alone imports torch and its kin.
"""
