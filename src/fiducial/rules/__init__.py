"""Takes what models, boxes, masks, measurements and metadata say of a study, and gives decisions that can be traced.

``decision.toml`` is read once into a typed tree (``file``, ``tokens``, ``parsing``, ``tree``); ``deciding`` evaluates
it on the ``Facts`` of a study in three values, true, false and unknown.
"""
