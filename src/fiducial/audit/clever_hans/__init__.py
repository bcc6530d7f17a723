"""Takes a case with what probes wrote and gives four independent looks for shortcuts, each with its own verdict.

The looks: saliency, masking, features, confounders.
"""
