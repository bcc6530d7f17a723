"""Takes a folder and gives a story: phantom hospitals with four hidden faults, a claim that falls, one that stands."""
