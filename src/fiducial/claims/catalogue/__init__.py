"""The catalogue of findings and devices that ships: names, synonyms, trees, body parts, urgency and sourced codes.

Takes TOML files of this package and gives entries; ``shipped.catalogue()`` is where to begin.
"""
