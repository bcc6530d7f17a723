"""Takes the boxes or scores of several models and gives one set; a model that did not answer is no vote.

Built-in fusers of boxes: nms, nmw, soft-nms, wbf.
"""
