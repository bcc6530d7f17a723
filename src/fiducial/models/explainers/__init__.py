"""Takes a model, a study and a finding, and gives where in the image the score came from.

Built-in explainers: cam (one product of the last feature map, for bundles that carry their head), occlusion and rise
(for any model; they ask it many times). None needs gradients.
"""
