"""Takes a bundle and a cohort, gives the negatives that it is most wrongly sure of, for review and the next phase."""
