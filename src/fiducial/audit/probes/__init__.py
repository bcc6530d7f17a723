"""Takes a claim with its bundle and cohort, asks the model under stress, and gives the tables that rungs read.

What is asked: every condition at every severity; the same image with a marked region filled in; where the score came
from, and whether that depends on the weights at all; the model's features.
"""
