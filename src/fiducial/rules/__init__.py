"""Takes what models, boxes, masks, measurements and metadata say of a study, and gives decisions that can be traced.

``decision.toml`` is read once (``file``; ``tokens`` and ``parsing`` make a typed ``tree``) and compiled (``programs``).
The ``Facts`` of a study, by hand or from tables (``studies``), become a ``Decision`` in three values (``deciding``).
Its traces can be told (``words``, ``document``), flipped (``flips``) and overridden (``overriding``). ``table`` decides
a million studies at once, ``running`` the tables of a cohort.
"""
