"""Takes boxes of a model and of readers, and gives lesions found, lesions missed, and marks on nothing.

``boxes`` reads both, ``images`` says who counts, ``matching`` pairs boxes with lesions, ``figures`` and ``charts`` tell
what came of it; the rung ``detection`` and ``fiducial froc`` say the same of the same boxes.
"""
