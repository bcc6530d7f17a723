"""Takes readings of several readers in one or two arms and gives what the readers gain, and how their decisions move.

Built in: the gain in a metric, changes of decisions, time, automation bias, and the model alone against the readers.
"""
