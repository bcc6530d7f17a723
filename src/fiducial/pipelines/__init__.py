"""Takes a pipeline file and studies, and gives each one scores, boxes, a traced decision, a place in the worklist.

``opening`` reads ``pipeline.toml`` and checks it as a whole; ``pipeline`` asks the models of one study side by side,
fuses and decides, in memory; ``many`` does so for a folder or a cohort and writes the tables.
"""
